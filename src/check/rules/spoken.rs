//! The things that a rule speaks of, in an environment.

use super::fields::{Place, Side, Thing, World, endpoint, place};
use crate::check::Context;
use crate::graph::Flow;
use crate::model::workload::WorkloadForm;
use crate::model::{Endpoint, EnvironmentId};
use crate::source::{Provenance, Span};

/// How much of what there is could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Those {
    /// All of it.
    There,
    /// What could be read.
    Read,
}

/// What a rule speaks of in an environment by that name.
pub(super) fn of<'a>(cx: &Context<'a>, things: &str, environment: EnvironmentId, those: Those) -> Vec<Thing<'a>> {
    let model = cx.model;
    let is_read = |endpoint: &Endpoint| those == Those::There || !endpoint.tainted();
    if things == "environments" {
        let found = model.environment(environment).filter(|one| those == Those::There || !one.tainted);
        return found.map(Thing::Environment).into_iter().collect();
    }
    if things == "flows" {
        let ends = |flow: &Flow| [flow.source_endpoint(), flow.target_endpoint()];
        let is_whole = |flow: &Flow| ends(flow).into_iter().flatten().filter_map(|id| model.endpoint(id)).all(is_read);
        let flows = cx.graph.flows.iter().filter(|flow| flow.environment == environment && is_whole(flow));
        return flows.map(Thing::Flow).collect();
    }
    let form = match things {
        "services" => Some(WorkloadForm::Service),
        "jobs" => Some(WorkloadForm::Job),
        "managed" => Some(WorkloadForm::Managed),
        _ => None,
    };
    let start = model.endpoints.partition_point(|endpoint| endpoint.environment() < environment);
    let here = model.endpoints.get(start..).unwrap_or_default().iter().map(AsRef::as_ref);
    let here = here.take_while(|endpoint: &&Endpoint| endpoint.environment() == environment);
    here.filter(|endpoint| is_read(endpoint))
        .filter_map(|endpoint| match endpoint {
            Endpoint::Workload(workload) => {
                let fits = things == "workloads" || form.is_some_and(|form| form.word() == workload.word());
                fits.then_some(Thing::Workload(workload))
            }
            Endpoint::External(external) => (things == "externals").then_some(Thing::External(external)),
        })
        .collect()
}

/// How a finding names a thing.
pub(super) fn subject(cx: &Context<'_>, thing: Thing<'_>, seen_from: EnvironmentId) -> String {
    let Thing::Flow(flow) = thing else { return thing.name().unwrap_or_default() };
    let world = World { model: cx.model };
    let end = |side| match endpoint(world, flow, side) {
        Ok(found) => cx.name(found.id(), seen_from),
        Err(own) => own.to_owned(),
    };
    format!("{} -> {}", end(Side::From), end(Side::To))
}

/// Where a thing is declared.
pub(super) fn declared(cx: &Context<'_>, thing: Thing<'_>) -> Option<Span> {
    let world = World { model: cx.model };
    match thing {
        Thing::Workload(workload) => Some(workload.name.span),
        Thing::External(external) => Some(external.name.span),
        Thing::Environment(environment) => Some(environment.name.span),
        Thing::Flow(flow) => {
            let is_users =
                |span: &Span| cx.sources.get(span.file).is_some_and(|file| file.provenance() == Provenance::User);
            let ends = [Side::From, Side::To].into_iter().filter_map(|side| endpoint(world, flow, side).ok());
            // what follows from a class that comes with the compiler, at whoever takes it over
            let mut names = ends.map(|end| end.name().span);
            place(world, flow, Side::To).filter(is_users).or_else(|| names.next())
        }
        Thing::End(flow, side) => place(world, flow, side),
        Thing::Port(port) => Some(port.name.span),
        Thing::Container(workload, contained) => {
            Some(contained.companion.map_or(workload.name.span, |companion| companion.name.span))
        }
        Thing::Image(image) => Some(image.span),
        Thing::Cpu(cpu) => Some(cpu.amount.span),
        Thing::Memory(memory) => Some(memory.amount.span),
        Thing::Exposure(exposure) => Some(exposure.address.span),
        Thing::Budget(budget) => Some(budget.stated.span),
    }
}

/// What supplied a value, to follow what it is; nothing for the declaration itself.
pub(super) fn from(cx: &Context<'_>, place: Option<Place>) -> String {
    place.map_or_else(String::new, |place| cx.from_layer(place.layer))
}
