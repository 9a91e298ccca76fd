//! What is delivered to the clusters of a fleet finds there what it uses.

use std::collections::BTreeSet;

use super::undeliverable_environment::{report, undeliverable};
use crate::check::Context;
use crate::diagnostic::Sink;
use crate::graph::{Flow, Source, Target};
use crate::model::delivery::{Delivery, Fleet};
use crate::model::environment::Instance;
use crate::model::{Endpoint, Environment, EnvironmentId};
use crate::value::quoted;

/// One that has an instance for each of something, or that Argo CD itself is in, is in no fleet.
pub(super) fn alone(
    cx: &Context<'_>,
    (delivery, fleet, environment): (&Delivery, &Fleet, &Environment),
    sink: &mut Sink,
) {
    let name = &fleet.environment;
    let is_home = delivery.home.as_ref().is_some_and(|home| home.value == name.value);
    let told = if is_home {
        undeliverable(name.span, format!("environment `{}`, which Argo CD itself is in, is delivered to other clusters", name.value))
            .here("Argo CD is in one of them")
            .note("its Applications are read where Argo CD runs, and there alone: in a fleet it would be nowhere, or run in each cluster")
            .help("let Argo CD be in an environment of its own, which is delivered where it runs")
    } else if environment.instance == Instance::Fixed {
        return;
    } else {
        undeliverable(
            name.span,
            format!(
                "environment `{}` has an instance for each of its parameters, and a fleet one for each cluster",
                name.value
            ),
        )
        .here("has parameters")
        .label(environment.name.span, "declared with parameters")
        .note("Argo CD knows the clusters of a fleet by their labels, and of an instance nothing")
        .help("name an environment without parameters")
    };
    report(cx, told, sink);
}

/// What one environment uses of another is in each of its clusters.
pub(super) fn apart(cx: &Context<'_>, delivery: &Delivery, sink: &mut Sink) {
    if delivery.fleets.is_empty() {
        return;
    }
    let mut seen: BTreeSet<(EnvironmentId, EnvironmentId)> = BTreeSet::new();
    for flow in &cx.graph.flows {
        let Some(Use { user, used, source, target }) =
            uses(cx, flow).filter(|between| seen.insert((between.user.id, between.used.id)))
        else {
            continue;
        };
        let fleet = |environment: &Environment| {
            delivery.fleets.iter().find(|fleet| fleet.environment.value == environment.name.value)
        };
        let (own, other) = (fleet(user), fleet(used));
        let is_there = match (own, other) {
            (None, None) => true,
            (Some(own), Some(other)) => own.is_within(other),
            (Some(_), None) | (None, Some(_)) => false,
        };
        let Some(stated) = own.or(other).filter(|_| !is_there) else { continue };
        let to = |fleet: Option<&Fleet>| {
            fleet.map_or_else(
                || "the one of Argo CD".to_owned(),
                |fleet| format!("the clusters with {}", fleet.selector()),
            )
        };
        let (user, used) = (&user.name.value, &used.name.value);
        let title = format!("`{user}` is delivered to {}, and `{used}`, which it uses, to {}", to(own), to(other));
        // whoever has labels already may need others; whoever has none needs those of the other
        let missing = if own.is_some() { used } else { user };
        let labels =
            stated.labels.iter().map(|(key, value)| format!("label {} {}", quoted(&key.value), quoted(&value.value)));
        let labels: Vec<String> = labels.collect();
        let told = undeliverable(stated.environment.span, title)
            .here(format!("there is a flow {source} -> {target}"))
            .note("a policy speaks of pods of its own cluster: in another one there is nobody of that name")
            .help(format!(
                "deliver both to the same clusters, `clusters {missing} {{ {} }}`, or `{used}` to more of them, with fewer labels; what runs elsewhere is an `external`",
                labels.join("; ")
            ));
        report(cx, told, sink);
    }
}

/// One of the flows between two environments.
struct Use<'m> {
    user: &'m Environment,
    used: &'m Environment,
    source: &'m str,
    target: &'m str,
}

/// Of a flow between two environments the one that uses the other: whatever is shared is used.
fn uses<'m>(cx: &Context<'m>, flow: &Flow) -> Option<Use<'m>> {
    let (Source::Endpoint(source), Target::Port { endpoint: target, .. }) = (flow.source, flow.target) else {
        return None;
    };
    let workload = |id| match cx.model.endpoint(id)? {
        Endpoint::Workload(workload) => Some((cx.model.environment(workload.environment)?, &*workload.name.value)),
        // it is in no cluster
        Endpoint::External(_) => None,
    };
    let ((one, source), (other, target)) = (workload(source)?, workload(target)?);
    if one.id == other.id {
        return None;
    }
    let is_used = one.shared.is_some() && other.shared.is_none();
    let (user, used) = if is_used { (other, one) } else { (one, other) };
    Some(Use { user, used, source, target })
}
