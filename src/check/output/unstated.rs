//! What nobody states cannot be held: said once, as a hint.

use crate::check::Context;
use crate::check::prose::{counted, listed};
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::environment::ProfileLevel;
use crate::model::service::{Firmness, Spread, SpreadOver};
use crate::model::shutdown::Shutdown;
use crate::model::{Endpoint, EndpointId};

/// So many names are listed.
const NAMED: usize = 3;
/// Ports of databases, which take a limited number of connections.
const DATABASES: [u16; 5] = [5432, 3306, 1433, 1521, 27017];

crate::check! {
    /// ## What it means
    /// Some checks need a fact that the platform does not state, and stay silent without it. The notes list each such word
    /// with what stating it would let bvlc hold.
    ///
    /// ## Why it matters in the cluster
    /// What is not stated may well be right. It is only not known to be.
    ///
    /// ## How to mend it
    /// State what is known. What is not worth stating may stay as it is: this is a hint, and is shown by
    /// `bvlc check --verbose` only.
    ///
    /// ```bvl bad
    /// platform shop { kubernetes "1.33" } //~ BVL0906 "1 fact"
    /// environment test { namespace "shop-test" }
    /// service app {
    ///   image "registry.example/app:1.0"
    ///   port http 8080
    ///   cpu 100m..500m
    ///   memory 128Mi..256Mi
    ///   scale 2
    ///   shutdown { grace 60s; pre-stop 5s; drain 20s }
    /// }
    /// allow app -> app.http
    /// ```
    /// ```bvl good
    /// platform shop { kubernetes "1.33"; drain-limit 10m }
    /// environment test { namespace "shop-test" }
    /// service app {
    ///   image "registry.example/app:1.0"
    ///   port http 8080
    ///   cpu 100m..500m
    ///   memory 128Mi..256Mi
    ///   scale 2
    ///   shutdown { grace 60s; pre-stop 5s; drain 20s }
    /// }
    /// allow app -> app.http
    /// ```
    ///
    /// ## Source
    /// bvlc's own.
    BVL0906, "unstated", Hint, since "0.1.0" => run
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let facts: Vec<String> = [drain_limit, starts, connections, deregister, ranges, peaks, nodes, profiles]
        .iter()
        .filter_map(|fact| fact(cx))
        .collect();
    if facts.is_empty() {
        return;
    }
    let name = &cx.model.platform.name;
    let stated = counted(u64::try_from(facts.len()).unwrap_or(u64::MAX), "fact");
    let are = if facts.len() == 1 { "is" } else { "are" };
    let title = format!(
        "{stated} {are} not stated, and what depends on {} is not checked",
        if facts.len() == 1 { "it" } else { "them" }
    );
    let mut diagnostic = Diagnostic::new(&BVL0906, name.span, title).here("each is named below");
    for fact in facts {
        diagnostic = diagnostic.note(fact);
    }
    sink.report(
        diagnostic.help("state what you know; nothing else has to be done about a hint").about(name.value.clone()),
    );
}

/// The longest grace above Kubernetes' own, where no drain limit is stated.
fn drain_limit(cx: &Context<'_>) -> Option<String> {
    if cx.model.platform.drain_limit.is_some() {
        return None;
    }
    let graces = cx.services().map(|(workload, service, _)| (service.shutdown.grace.value, &workload.name.value));
    let (grace, name) = graces.filter(|(grace, _)| *grace > Shutdown::GRACE).max()?;
    Some(format!(
        "how long your nodes wait for pods to stop (the timeout of a drain or an upgrade), in the platform block: `drain-limit 10m`. Checked then: no node is taken away before its pods have stopped; {name} may take {grace}"
    ))
}

/// Services that liveness may kill while they start.
fn starts(cx: &Context<'_>) -> Option<String> {
    let unknown = cx.services().filter(|(_, service, _)| {
        let health = service.health.as_ref();
        health.is_some_and(|health| health.live.is_some() && health.start.is_none() && health.starts_within.is_none())
    });
    let names = some(unknown.map(|(workload, ..)| workload.name.value.as_str()))?;
    Some(format!(
        "how long {names} may take to start, in the `health` block: `starts-within 60s`. Checked then: no probe kills a program that is starting"
    ))
}

/// Databases with callers that do not say how many connections they take.
fn connections(cx: &Context<'_>) -> Option<String> {
    let unknown = cx.model.endpoints().filter(|endpoint| {
        let stated = match endpoint {
            Endpoint::Workload(workload) => workload.managed().is_none_or(|managed| managed.connections.is_some()),
            Endpoint::External(external) => external.connections.is_some(),
        };
        let is_database = endpoint.ports().iter().any(|port| DATABASES.contains(&port.number.value.get()));
        !stated && is_database && !endpoint.tainted() && has_callers(cx, endpoint.id())
    });
    let names = some(unknown.map(|endpoint| endpoint.name().value.as_str()))?;
    Some(format!(
        "how many connections {names} may have, `connections 100` in its block, and how many each caller opens, `{{ pool 10 }}` behind its flow. Checked then: callers never open more than it takes"
    ))
}

fn has_callers(cx: &Context<'_>, id: EndpointId) -> bool {
    cx.graph.incoming(id).any(|flow| flow.declared(cx.model).is_some_and(|declared| declared.source != id))
}

/// Entries from outside that do not say how long they go on sending.
fn deregister(cx: &Context<'_>) -> Option<String> {
    let unknown = cx.externals().filter(|external| {
        let reaches = |flow: &crate::graph::Flow| {
            let target = flow.target_endpoint().and_then(|id| cx.model.workload(id));
            target.is_some_and(|workload| workload.service().is_some())
        };
        external.deregister.is_none() && cx.graph.outgoing(external.id).any(reaches)
    });
    let names = some(unknown.map(|external| external.name.value.as_str()))?;
    Some(format!(
        "how long {names} may go on sending to a pod that is going, in its block: `deregister 30s`. Checked then: pods keep serving that long"
    ))
}

/// The cluster's own ranges, where externals are named by address.
fn ranges(cx: &Context<'_>) -> Option<String> {
    let platform = &cx.model.platform;
    let words = [
        ("node-cidr", &platform.node_cidrs, "10.0.0.0/16"),
        ("pod-cidr", &platform.pod_cidrs, "10.244.0.0/16"),
        ("service-cidr", &platform.service_cidrs, "10.96.0.0/12"),
    ];
    let missing: Vec<String> = words
        .iter()
        .filter(|(_, stated, _)| stated.is_empty())
        .map(|(word, _, range)| format!("`{word} {range}`"))
        .collect();
    let has_addresses = cx.externals().any(|external| !external.cidrs.is_empty());
    (has_addresses && !missing.is_empty())
        .then(|| format!("the cluster's own ranges, in the platform block: {}. Checked then: no external's addresses are the cluster's own", listed(&missing)))
}

/// Services whose largest number of replicas may be too small for what comes.
fn peaks(cx: &Context<'_>) -> Option<String> {
    let unknown = cx.services().filter(|(_, service, _)| {
        let triggers = service.scaling.auto().map_or(&[] as &[_], |auto| &auto.triggers);
        triggers.iter().any(|trigger| trigger.kind.needs_source() && trigger.peak.is_none())
    });
    let names = some(unknown.map(|(workload, ..)| workload.name.value.as_str()))?;
    Some(format!("`peak` in the triggers of {names}: that the largest number of replicas keeps up"))
}

/// Environments in which something is spread over nodes that nobody counts.
fn nodes(cx: &Context<'_>) -> Option<String> {
    let unknown = cx.services().filter(|(_, service, environment)| {
        let is_hard = |spread: &Spread| spread.firmness == Firmness::Hard && spread.over == SpreadOver::Zone;
        let is_held = service.spread.is_some_and(|spread| is_hard(&spread.value) || environment.production.is_some());
        environment.nodes.is_none() && is_held
    });
    let names = some(unknown.map(|(.., environment)| environment.title.as_str()))?;
    Some(format!("`nodes` of {names}: that replicas which are spread stand in several places, and find one"))
}

/// Managed workloads that may need what their environment lets them do, or may not.
fn profiles(cx: &Context<'_>) -> Option<String> {
    let unknown = cx.workloads().filter(|(workload, environment)| {
        let is_unknown = workload.managed().is_some_and(|managed| managed.passes().is_none());
        is_unknown && environment.profile.level.value != ProfileLevel::Restricted
    });
    let names = some(unknown.map(|(workload, _)| workload.name.value.as_str()))?;
    Some(format!("`profile` of {names}: that their environments enforce as much as their pods pass"))
}

/// The first names, each once.
fn some<'n>(names: impl Iterator<Item = &'n str>) -> Option<String> {
    let names: std::collections::BTreeSet<&str> = names.collect();
    let mut shown: Vec<String> = names.iter().take(NAMED).map(|name| (*name).to_owned()).collect();
    if names.len() > NAMED {
        shown.push(format!("{} more", names.len() - NAMED));
    }
    (!shown.is_empty()).then(|| listed(&shown))
}
