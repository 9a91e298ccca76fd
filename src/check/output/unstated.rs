//! What nobody states cannot be held: said once, as a hint.

use crate::check::Context;
use crate::check::health::stopping::SLEEP_ACTION;
use crate::check::prose::{counted, listed};
use crate::check::scaling::replicas;
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::environment::{LimitRange, ProfileLevel};
use crate::model::platform::Cni;
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
    /// environment test { namespace "shop-test"; limit-range { cpu 10m..4; memory 32Mi..8Gi } }
    /// service app {
    ///   image "registry.example/app@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    ///   port http 8080
    ///   cpu 100m..500m
    ///   memory 128Mi..256Mi
    ///   scale 1
    ///   disruption max-unavailable 1
    ///   shutdown { grace 60s; pre-stop 5s; drain 20s }
    /// }
    /// allow app -> app.http
    /// ```
    /// ```bvl good
    /// platform shop { kubernetes "1.33"; drain-limit 10m }
    /// environment test { namespace "shop-test"; limit-range { cpu 10m..4; memory 32Mi..8Gi } }
    /// service app {
    ///   image "registry.example/app@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    ///   port http 8080
    ///   cpu 100m..500m
    ///   memory 128Mi..256Mi
    ///   scale 1
    ///   disruption max-unavailable 1
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
    type Fact = fn(&Context<'_>) -> Option<String>;
    let every: [Fact; 13] = [
        drain_limit,
        starts,
        connections,
        deregister,
        ranges,
        peaks,
        nodes,
        profiles,
        production,
        tiers,
        images,
        limit_ranges,
        shells,
    ];
    let facts: Vec<String> = every.iter().filter_map(|fact| fact(cx)).collect();
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
    let graces =
        cx.services().map(|(workload, service, _)| (service.program.shutdown.grace.value, &workload.name.value));
    let (grace, name) = graces.filter(|(grace, _)| *grace > Shutdown::GRACE).max()?;
    Some(format!(
        "how long your nodes wait for pods to stop (the timeout of a drain or an upgrade), in the platform block: `drain-limit 10m`. Checked then: no node is taken away before its pods have stopped; {name} may take {grace}"
    ))
}

/// Services of which nobody knows how long they take to start.
fn starts(cx: &Context<'_>) -> Option<String> {
    let unknown = || cx.services().filter(|(_, service, _)| replicas::start(service).is_none());
    let probed = unknown().filter(|(_, service, _)| service.health.is_some());
    let counted = unknown().filter(|(.., environment)| environment.budget.is_some());
    let names = some(probed.chain(counted).map(|(workload, ..)| workload.name.value.as_str()))?;
    let mut held = Vec::new();
    if unknown().any(|(_, service, _)| service.health.as_ref().is_some_and(|health| health.live.is_some())) {
        held.push("no probe kills a program that is starting".to_owned());
    }
    held.push("a rollout is not called failed while a program starts".to_owned());
    let budgets = unknown().filter(|(.., environment)| environment.budget.is_some());
    if let Some(titles) = some(budgets.map(|(.., environment)| environment.title.as_str())) {
        held.push(format!("the budget of {titles} has room for pods that are still stopping"));
    }
    // a time that liveness would not wait for is no example
    let waits = unknown().all(|(_, service, _)| {
        service.health.as_ref().and_then(|health| health.start.as_ref().or(health.live.as_ref())).is_none()
    });
    let word = if waits {
        "`starts-within 60s`"
    } else {
        "`start \"/healthz\" every 5s within 60s`, with the path of its own"
    };
    Some(format!("how long {names} may take to start, in the `health` block: {word}. Checked then: {}", listed(&held)))
}

/// Where no environment is said to be one that people depend on.
fn production(cx: &Context<'_>) -> Option<String> {
    if cx.environments().any(|environment| environment.production.is_some()) {
        return None;
    }
    let several =
        cx.services().filter(|(workload, ..)| replicas::floor(workload).is_some_and(|floor| floor.value >= 2));
    let names = some(several.map(|(workload, ..)| workload.name.value.as_str()))?;
    Some(format!(
        "which environments people depend on: `production` in the block of each. Checked then: the replicas of {names} do not all stand on one node or in one zone, so each wants a `spread` as well"
    ))
}

/// Services that ask others, where it is said of none how much depends on it.
fn tiers(cx: &Context<'_>) -> Option<String> {
    if cx.workloads().any(|(workload, _)| workload.tier.is_some()) {
        return None;
    }
    let is_asking = |id: EndpointId| {
        let target = |flow: &crate::graph::Flow| flow.target_endpoint().filter(|target| *target != id);
        let mut targets = cx.graph.outgoing(id).filter(|flow| flow.declared(cx.model).is_some()).filter_map(target);
        targets.any(|target| cx.model.workload(target).is_some())
    };
    let asking = cx.services().filter(|(workload, ..)| is_asking(workload.id));
    let names = some(asking.map(|(workload, ..)| workload.name.value.as_str()))?;
    Some(format!(
        "how much depends on {names}: `tier critical`, `tier standard` or `tier best-effort` in its block, and in the blocks of those that it needs. Checked then: what is critical keeps two replicas and needs nothing of a lower tier"
    ))
}

/// Images by tag alone, where no environment is said to keep what it was built from.
fn images(cx: &Context<'_>) -> Option<String> {
    if cx.environments().any(|environment| environment.immutable.is_some()) {
        return None;
    }
    let by_tag = cx.programs().filter(|(_, program, _)| {
        let mut images = program.containers().filter_map(|contained| contained.container.image.as_ref());
        images.any(|image| image.value.tag().is_some() && image.value.digest().is_none())
    });
    let names = some(by_tag.map(|(workload, ..)| workload.name.value.as_str()))?;
    Some(format!(
        "which environments must run the same bytes for good: `immutable` in the block of each. Checked then: the images of {names} are named by digest"
    ))
}

/// Environments with services, where it is said of none what a `LimitRange` of its namespace asks.
fn limit_ranges(cx: &Context<'_>) -> Option<String> {
    if cx.environments().any(|environment| environment.limit_range != LimitRange::default()) {
        return None;
    }
    let names = some(cx.programs().map(|(.., environment)| environment.title.as_str()))?;
    Some(format!(
        "the `LimitRange` of {names}, where its namespace has one (`kubectl get limitrange -n NAMESPACE`): `limit-range {{ cpu MIN..MAX }}` with its own numbers. Checked then: it refuses no pod"
    ))
}

/// Images that may have no shell, where a pre-stop is a command.
fn shells(cx: &Context<'_>) -> Option<String> {
    if cx.model.platform.kubernetes.value >= SLEEP_ACTION {
        return None;
    }
    let unknown = cx
        .programs()
        .filter(|(_, program, _)| program.shell_less.is_none() && !program.shutdown.pre_stop.value.is_zero());
    let names = some(unknown.map(|(workload, ..)| workload.name.value.as_str()))?;
    Some(format!(
        "whether the images of {names} have no shell: `shell-less` after an image that brings no `sleep`. Checked then: the pre-stop, which is a command before Kubernetes 1.30, can run"
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
        "how many connections {names} may have, `connections 100` in its block, and how many each caller opens, `{{ pool 10 }}` after its flow. Checked then: callers never open more than it takes"
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
    if !has_addresses || missing.is_empty() {
        return None;
    }
    let mut held = vec!["no external's addresses are the cluster's own".to_owned()];
    if platform.cni.value == Cni::AwsVpc && platform.pod_cidrs.is_empty() && platform.service_cidrs.is_empty() {
        held.push(
            "externals in flows are of the family of addresses that the VPC CNI enforces policies for".to_owned(),
        );
    }
    Some(format!(
        "the cluster's own ranges, in the platform block: {}. Checked then: {}",
        listed(&missing),
        listed(&held)
    ))
}

/// Services whose largest number of replicas may be too small for what comes.
fn peaks(cx: &Context<'_>) -> Option<String> {
    let unknown = cx.services().filter(|(_, service, _)| {
        let triggers = service.scaling.auto().map_or(&[] as &[_], |auto| &auto.triggers);
        triggers.iter().any(|trigger| trigger.kind.needs_source() && trigger.peak.is_none())
    });
    let names = some(unknown.map(|(workload, ..)| workload.name.value.as_str()))?;
    Some(format!(
        "how much comes at most, and how much one replica handles where messages wait, in the triggers of {names}: `peak 500; handles 20`. Checked then: the largest number of replicas keeps up"
    ))
}

/// Environments in which something is spread over nodes that nobody counts.
fn nodes(cx: &Context<'_>) -> Option<String> {
    let unknown = cx.services().filter(|(_, service, environment)| {
        let is_hard = |spread: &Spread| spread.firmness == Firmness::Hard && spread.over == SpreadOver::Zone;
        let is_held = service.spread.is_some_and(|spread| is_hard(&spread.value) || environment.production.is_some());
        environment.nodes.is_none() && is_held
    });
    let names = some(unknown.map(|(.., environment)| environment.title.as_str()))?;
    Some(format!(
        "how many nodes and zones {names} has, in its block: `nodes 6 zones 3`. Checked then: replicas that are spread find enough places to stand in"
    ))
}

/// Managed workloads that may need what their environment lets them do, or may not.
fn profiles(cx: &Context<'_>) -> Option<String> {
    let unknown = cx.workloads().filter(|(workload, environment)| {
        let is_unknown = workload.managed().is_some_and(|managed| managed.passes().is_none());
        is_unknown && environment.profile.level.value != ProfileLevel::Restricted
    });
    let names = some(unknown.map(|(workload, _)| workload.name.value.as_str()))?;
    Some(format!(
        "the strictest Pod Security Standard that the pods of {names} pass, in its block: `profile baseline` or `profile restricted`. Checked then: their environments enforce as much"
    ))
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
