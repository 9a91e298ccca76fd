//! Why a guarantee is weaker than it could be, on the object that the guarantee is about, for those who read it in the
//! cluster.
//!
//! Invariants: a reason stands on an object's own metadata and never on a pod template, so that none restarts a pod. What
//! is about a service stands on its Deployment, what is about a host on its Ingress; what is about an external's addresses on the policies that open them; all
//! else, which bvlc writes no object of, on the first object of the environment: its Namespace, unless that is there already.
//! Why a flow passes is told in `network_policy/reasons.rs`.

use std::collections::BTreeSet;

use super::{Context, metadata};
use crate::graph::Flow;
use crate::model::environment::DefaultDeny;
use crate::model::resources::Resources;
use crate::model::{Certificate, Contained, Disruption, Endpoint, Environment, Exposure, Origin, Waiver, Workload};
use crate::object::{Object, ObjectMeta};
use crate::value::Requested;

/// Annotation: one line for each reason, behind what it is given for in the words of the spec.
const BECAUSE: &str = "bvl.dev/because";

/// What is stated, and why.
type Stated<'a> = (String, &'a Option<Origin<String>>);

/// The words of an environment that carry a reason.
const OF_ENVIRONMENT: &[fn(&Environment) -> Option<Stated<'_>>] = &[
    |environment| Some((format!("profile {}", environment.profile.level.value.name()), &environment.profile.because)),
    |environment| match &environment.default_deny {
        DefaultDeny::On => None,
        DefaultDeny::Off { stated: _, because } => Some(("default-deny off".to_owned(), because)),
    },
];

/// The words of a workload that carry a reason.
const OF_WORKLOAD: &[fn(&Workload) -> Option<Stated<'_>>] = &[
    |workload| match workload.disruption.as_ref()? {
        Disruption::None { stated: _, because } => Some(("disruption none".to_owned(), because)),
        Disruption::MinAvailable(_) | Disruption::MaxUnavailable(_) | Disruption::ByOperator(_) => None,
    },
    |workload| {
        let unspread = workload.service()?.unspread.as_ref();
        unspread.map(|unspread| ("spread none".to_owned(), &unspread.because))
    },
];

fn amount<T: std::fmt::Display + PartialEq>(word: &str, amount: &Requested<T>) -> String {
    let request = &amount.request;
    match &amount.limit {
        None => format!("{word} {request}..none"),
        Some(limit) if limit == request => format!("{word} {request}"),
        Some(limit) => format!("{word} {request}..{limit}"),
    }
}

/// What an environment's first object bears.
pub(super) fn annotate_environment(cx: &Context<'_>, objects: &mut [Object]) {
    let Some(first) = objects.first_mut() else { return };
    let environment = OF_ENVIRONMENT.iter().filter_map(|read| line(read(cx.environment)?));
    let managed = cx.model.workloads_in(cx.environment.id).filter(|workload| workload.managed().is_some());
    let managed = managed.flat_map(|workload| {
        of_workload(workload)
            .filter_map(|(what, because)| line((format!("{what} of {}", workload.name.value), because)))
    });
    let severities = cx.model.platform.severities.iter().filter_map(|severity| {
        line((format!("severity {} {}", severity.code.value, severity.grade.name()), &severity.because))
    });
    let waivers = cx.model.waivers.iter().filter(|waiver| waiver.holds_in(cx.environment) && is_here(cx, waiver));
    let lines = environment.chain(managed).chain(severities).chain(waivers.filter_map(waived));
    annotate(first.metadata_mut(), lines.collect());
}

/// What the Deployment of a service bears, and the Job or `CronJob` of a job.
pub(super) fn annotate_maker(cx: &Context<'_>, workload: &Workload, metadata: &mut ObjectMeta) {
    let waivers = cx.model.waivers_on(&workload.name.value).filter(|waiver| waiver.holds_in(cx.environment));
    annotate(metadata, of_workload(workload).filter_map(line).chain(waivers.filter_map(waived)).collect());
}

/// What the policy of a workload bears: why the addresses that it opens are as wide as they are.
pub(super) fn annotate_policy(cx: &Context<'_>, workload: &Workload, metadata: &mut ObjectMeta) {
    let sources = cx.graph.incoming(workload.id).filter_map(Flow::source_endpoint);
    let targets = cx.graph.outgoing(workload.id).filter_map(Flow::target_endpoint);
    let externals = sources.chain(targets).filter_map(|id| cx.model.external(id));
    let lines = externals.filter_map(|external| line((format!("cidr of {}", external.name.value), &external.because)));
    annotate(metadata, lines.collect());
}

/// What an Ingress bears: why requests come in as plain text.
pub(super) fn annotate_ingress<'a>(exposures: impl Iterator<Item = &'a Exposure>, metadata: &mut ObjectMeta) {
    let in_plain_text = exposures.filter_map(|exposure| match &exposure.tls.as_ref()?.certificate {
        Certificate::None(because) => line((format!("tls none of {}", exposure.address.value), because)),
        Certificate::Secret(_) | Certificate::Issuer(_) | Certificate::ClusterIssuer(_) => None,
    });
    annotate(metadata, in_plain_text.collect());
}

fn of_workload(workload: &Workload) -> impl Iterator<Item = Stated<'_>> {
    let demands = workload.program().into_iter().flat_map(|program| of_container(program.own(), None));
    let companions = workload.program().into_iter().flat_map(|program| &*program.companions);
    let beside = companions.flat_map(|companion| {
        let contained = Contained { container: &companion.container, companion: Some(companion) };
        of_container(contained, Some(&companion.resources))
    });
    let stated = OF_WORKLOAD.iter().filter_map(|read| read(workload));
    of_resources(&workload.resources).chain(stated).chain(demands).chain(beside)
}

fn of_resources(resources: &Resources) -> impl Iterator<Item = Stated<'_>> {
    let cpu = resources.cpu.as_ref().map(|cpu| (amount("cpu", &cpu.amount.value), &cpu.because));
    let memory = resources.memory.as_ref().map(|memory| (amount("memory", &memory.amount.value), &memory.because));
    cpu.into_iter().chain(memory)
}

/// What a container states, behind the words that state the container.
fn of_container<'a>(contained: Contained<'a>, resources: Option<&'a Resources>) -> impl Iterator<Item = Stated<'a>> {
    let before = contained
        .companion
        .map_or_else(String::new, |companion| format!("{} {} ", companion.role.word(), companion.name.value));
    let demands = contained.demands();
    let demands = demands.map(|asked| (format!("security {}", asked.demand.written()), asked.because));
    let amounts = resources.into_iter().flat_map(of_resources);
    amounts.chain(demands).map(move |(what, because)| (format!("{before}{what}"), because))
}

fn waived(waiver: &Waiver) -> Option<String> {
    let waived = format!("waive {} on {}{}", waiver.code.value, waiver.subject.value, waiver.end());
    line((waived, &waiver.because))
}

/// Whether a waiver is about this environment, the platform, or something here that bvlc makes no pods of.
fn is_here(cx: &Context<'_>, waiver: &Waiver) -> bool {
    let here = |name: &str| {
        let named = cx.model.named(name).into_iter();
        named.filter(|endpoint| endpoint.environment() == cx.environment.id).collect::<Vec<_>>()
    };
    let subject = waiver.subject.value.as_str();
    let is_made =
        |endpoint: &&Endpoint| matches!(endpoint, Endpoint::Workload(workload) if workload.program().is_some());
    if here(subject).iter().any(is_made) {
        return false;
    }
    subject == cx.environment.name.value
        || subject == cx.model.platform.name.value
        || waiver.names().any(|name| here(name).into_iter().any(|endpoint| takes_part(cx, endpoint)))
}

/// An external is there in every environment, and means something where it is used.
fn takes_part(cx: &Context<'_>, endpoint: &Endpoint) -> bool {
    match endpoint {
        Endpoint::Workload(_) => true,
        Endpoint::External(external) => {
            cx.graph.incoming(external.id).chain(cx.graph.outgoing(external.id)).next().is_some()
        }
    }
}

fn line((what, because): Stated<'_>) -> Option<String> {
    because.as_ref().map(|because| format!("{what}: {}", metadata::one_line(&because.value)))
}

fn annotate(metadata: &mut ObjectMeta, lines: BTreeSet<String>) {
    metadata::annotate_lines(metadata, BECAUSE, lines, "the spec has them");
}
