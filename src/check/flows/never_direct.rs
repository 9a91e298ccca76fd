//! What a `never A -> B` rules out, no flow allows.

use std::cell::LazyCell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;

use super::asserted::{ADD_UP, allows, either, ends_by_endpoint, is_policed, never_out, offered, written};
use super::common_addresses::{Party, Shared, Sharing, Side, asks};
use super::path_mended;
use crate::check::Context;
use crate::check::mend::Mend;
use crate::check::prose::{counted, listed, listed_few};
use crate::check::waivers::Waivers;
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::graph::{Flow, Why};
use crate::model::flow::{Never, Reach};
use crate::model::{EndpointId, EnvironmentId, NamedPort, PortUse};
use crate::source::Span;

crate::check! {
    /// ## What it means
    /// A `never A -> B` says that A cannot reach B, and a flow says that it can: one that an `allow` states, in whatever
    /// file, or one that follows from other facts, such as scraping metrics. A flow to another external that has addresses in
    /// common with B, at a port of both, is one to B as well; so is one from whoever has addresses in common with A. An
    /// external whose range holds the addresses of pods, `pod-cidr`, has those of each; not on `cni cilium`, where a range never means a pod.
    ///
    /// ## Why it matters in the cluster
    /// Network policies only ever allow: policies add up, and there is none that takes back what another one allows. The
    /// `never` would be words.
    ///
    /// ## How to mend it
    /// Take the flow out, or the `never`. A derived flow leaves with the statement that causes it.
    ///
    /// ```bvl bad in=flow
    /// allow caller -> store.sql
    /// never caller -> store //~ BVL0301 "caller may reach store at sql (5432)"
    /// ```
    /// ```bvl fixed fix=1 in=flow
    /// never caller -> store
    /// ```
    /// ```bvl fixed fix=2 in=flow
    /// allow caller -> store.sql
    /// ```
    /// Of a statement that allows others beside it, its name goes:
    /// ```bvl bad in=flow
    /// allow caller -> store.sql, app.http
    /// never caller -> store //~ BVL0301 "caller may reach store at sql (5432)"
    /// ```
    /// ```bvl fixed fix=1 in=flow
    /// allow caller -> app.http
    /// never caller -> store
    /// ```
    /// Whatever it allows of what is ruled out, one statement is one mistake:
    /// ```bvl bad in=flow
    /// allow app, caller -> store.admin
    /// never app, caller -> store.admin //~ BVL0301 "and 1 more pair likewise"
    /// ```
    /// ```bvl fixed fix=1 in=flow
    /// never app, caller -> store.admin
    /// ```
    /// ```bvl fixed fix=2 in=flow
    /// allow app, caller -> store.admin
    /// ```
    /// A port narrows it to that port:
    /// ```bvl bad in=flow
    /// never app -> store //~ BVL0301 "app may reach store at sql (5432)"
    /// ```
    /// ```bvl fixed fix=3 in=flow
    /// never app -> store.admin
    /// ```
    /// ```bvl good in=flow
    /// never app -> store.admin
    /// ```
    /// ```bvl bad in=flow
    /// never app -> store.sql //~ BVL0301
    /// ```
    ///
    /// Where the end of a `never` is an external, its addresses count, by whatever name they are allowed at a port of both:
    /// ```bvl bad in=flow
    /// external hooks { cidr 10.20.0.0/16; port api 8200 }
    /// allow caller -> hooks.api
    /// never caller -> vault //~ BVL0301 "hooks and vault share the address 10.20.0.10"
    /// ```
    /// ```bvl fixed fix=1 in=flow
    /// external hooks { cidr 10.20.0.0/16 except 10.20.0.10/32; port api 8200 }
    /// allow caller -> hooks.api
    /// never caller -> vault
    /// ```
    /// ```bvl good in=flow
    /// external hooks { cidr 10.20.0.0/16; port api 443 }
    /// allow caller -> hooks.api
    /// never caller -> vault
    /// ```
    /// The same holds for whoever begins:
    /// ```bvl bad in=flow
    /// external office { cidr 198.51.100.0/25 }
    /// external visitors { cidr 198.51.100.0/24 }
    /// allow visitors -> app.http
    /// never office -> app //~ BVL0301 "visitors and office share the addresses 198.51.100.0/25"
    /// ```
    /// ```bvl good in=flow
    /// external office { cidr 198.51.100.0/25 }
    /// external visitors { cidr 198.51.100.128/25 }
    /// allow visitors -> app.http
    /// never office -> app
    /// ```
    /// Pods have addresses as well. What an environment without policies sends is held back by those of others alone:
    /// ```bvl bad in=ranges
    /// environment tools { shared; namespace "shop-tools"; default-deny off because "it is moved here" }
    /// service tool is base { in tools }
    /// external office { cidr 10.0.0.0/8 }
    /// allow office -> app.http
    /// never tool -> app //~ BVL0301 "office holds the addresses of pods, 10.244.0.0/16, and tools/tool is among them"
    /// ```
    /// ```bvl fixed fix=1 in=ranges
    /// environment tools { shared; namespace "shop-tools"; default-deny off because "it is moved here" }
    /// service tool is base { in tools }
    /// external office { cidr 10.0.0.0/8 except 10.244.0.0/16 }
    /// allow office -> app.http
    /// never tool -> app
    /// ```
    /// Elsewhere both halves have to be open:
    /// ```bvl bad in=ranges
    /// service door is base { port web 8443 }
    /// external lan { cidr 10.0.0.0/8; port web 8443 }
    /// allow app -> lan.web
    /// allow lan -> door.web
    /// never app -> door //~ BVL0301 "lan holds the addresses of pods, 10.244.0.0/16, and app is among them"
    /// ```
    /// ```bvl good in=ranges
    /// service door is base { port web 8443 }
    /// external lan { cidr 10.0.0.0/8; port web 9443 }
    /// allow app -> lan.web
    /// allow lan -> door.web
    /// never app -> door
    /// ```
    /// On Cilium a range holds no pod:
    /// ```bvl good
    /// platform shop {
    ///   kubernetes "1.33"; cni cilium
    ///   pod-cidr 10.244.0.0/16
    ///   registry "registry.example"
    ///   defaults {
    ///     health 8081 { live "/healthz"; ready "/readyz" every 5s }
    ///     shutdown { pre-stop 5s; drain 20s }
    ///   }
    /// }
    /// environment test { namespace "shop-test" }
    /// environment tools { shared; namespace "shop-tools"; default-deny off because "it is moved here" }
    /// class base { image "registry.example/app:1.0"; port http 8080; cpu 100m..500m; memory 128Mi..256Mi; scale 2 }
    /// service app is base { }
    /// service caller is base { }
    /// service tool is base { in tools }
    /// external office { cidr 10.0.0.0/8 }
    /// allow caller, office -> app.http
    /// never tool -> app
    /// ```
    /// Whatever else leads there counts, too, such as asking the cluster's DNS for a name:
    /// ```bvl bad in=flow
    /// environment common { shared; namespace "kube-system" existing; default-deny off because "the cluster's own" }
    /// managed resolver { in common; match "k8s-app" "kube-dns"; port dns 53; disruption by-operator }
    /// never caller -> resolver //~ BVL0301 "the cluster's DNS and common/resolver share the pods"
    /// ```
    /// ```bvl good in=flow
    /// environment common { shared; namespace "kube-system" existing; default-deny off because "the cluster's own" }
    /// managed resolver { in common; match "k8s-app" "kube-dns"; port metrics 9153; disruption by-operator }
    /// never caller -> resolver
    /// ```
    ///
    /// ## Source
    /// [Network Policies](https://kubernetes.io/docs/concepts/services-networking/network-policies/), "The two sorts of
    /// pod isolation": policies "do not conflict; they are additive" (Kubernetes 1.36). Of a pod's address in a range:
    /// kubernetes-sigs/kube-network-policies, `pkg/networkpolicy/networkpolicy.go`, `evaluateIPBlocks`; of Cilium: cilium/cilium#9209.
    BVL0301, "never-direct", Error(Stated), since "0.1.0" => run
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let nevers: Vec<&Never> = cx.model.nevers.iter().filter(|never| never.reach == Reach::Direct).collect();
    // no statement asks for it in most platforms
    if nevers.is_empty() {
        return;
    }
    let mut sharing = Sharing::of(cx);
    let waivers = LazyCell::new(|| Waivers::of(cx.model));
    for never in nevers {
        let destinations = ends_by_endpoint(&never.destinations);
        // one statement against another one is one mistake, in however many environments, at however many ports and between
        // however many ends
        let mut broken: BTreeMap<(String, Option<&str>), Vec<&Flow>> = BTreeMap::new();
        for endpoint in never.sources.iter().flat_map(|end| &end.endpoints) {
            for flow in cx.graph.outgoing(*endpoint) {
                let Some(target) = flow.target_endpoint() else { continue };
                if !is_policed(cx, never, [Some(*endpoint), Some(target)]) {
                    continue;
                }
                let ends = destinations.get(&target).map(Vec::as_slice).unwrap_or_default();
                if ends.iter().any(|end| asks(cx, flow, target, end.port.as_deref())) {
                    broken.entry((ends_in_words(cx, flow), derivation(flow))).or_default().push(flow);
                }
            }
        }
        let mut by_statement: BTreeMap<_, Pairs<'_>> = BTreeMap::new();
        for (key, flows) in broken {
            let ends = flows.first().map(|flow| [flow.source_endpoint(), flow.target_endpoint()]);
            by_statement
                .entry((cause(cx, key, &flows), ends.and_then(|ends| waived(cx, &waivers, ends, &BVL0301))))
                .or_default()
                .push(flows);
        }
        for pairs in by_statement.values() {
            if let Some(finding) = told(cx, never, pairs) {
                sink.report(finding);
            }
        }
        by_address(cx, (never, &BVL0301), &mut sharing, &waivers, sink);
    }
}

/// Reports what gets there directly since somebody else has addresses of one of the two, as findings of a code. Whether there is
/// some that nobody accepts.
pub(super) fn by_address(
    cx: &Context<'_>,
    (never, code): (&Never, &'static Code),
    sharing: &mut Sharing<'_>,
    // made where something is found, which is seldom
    waivers: &dyn Deref<Target = Waivers<'_>>,
    sink: &mut Sink,
) -> bool {
    let mut joined: BTreeMap<_, (Shared<'_>, Vec<&Flow>)> = BTreeMap::new();
    for (flow, shared) in sharing.flows(never) {
        if !is_policed(cx, never, judged(flow, &shared)) {
            continue;
        }
        let key = (ends_in_words(cx, flow), shared.in_words(cx, place(cx, flow)), derivation(flow));
        let (_, flows) = joined.entry(key).or_insert_with(|| (shared, Vec::new()));
        if !flows.contains(&flow) {
            flows.push(flow);
        }
    }
    let mut by_statement: BTreeMap<_, (Shared<'_>, Pairs<'_>)> = BTreeMap::new();
    for ((ends, common, derivation), (shared, flows)) in joined {
        let accepted = flows.first().and_then(|flow| waived(cx, waivers, meant(flow, &shared), code));
        let key = (cause(cx, (ends, derivation), &flows), common, accepted);
        by_statement.entry(key).or_insert_with(|| (shared, Vec::new())).1.push(flows);
    }
    for (shared, pairs) in by_statement.values() {
        if let Some(finding) = told_by_address(cx, (never, code), shared, pairs) {
            sink.report(finding);
        }
    }
    by_statement.keys().any(|(_, _, accepted)| accepted.is_none())
}

fn derivation(flow: &Flow) -> Option<&'static str> {
    match &flow.why {
        Why::Declared(_) => None,
        Why::Derived(derived) => Some(derived.derivation),
    }
}

/// Flows against a `never` that are one mistake, all declared or all derived alike: those between the same two stand together.
type Pairs<'f> = Vec<Vec<&'f Flow>>;

/// What flows between the same two have in common with those between others that are the same mistake: the statements that
/// allow them. Derived ones follow from what each of the two states.
fn cause<'f>(
    cx: &Context<'_>,
    (ends, derivation): (String, Option<&'f str>),
    flows: &[&Flow],
) -> (BTreeSet<Span>, Option<(String, &'f str)>) {
    (allows(cx, flows), derivation.map(|derivation| (ends, derivation)))
}

/// What is said of flows that are one mistake.
fn told(cx: &Context<'_>, never: &Never, pairs: &[Vec<&Flow>]) -> Option<Diagnostic> {
    let title = format!("`{}` does not hold: {}", written(cx, never), first_in_words(cx, pairs)?);
    let (mut diagnostic, reasons) = shown(cx, (never, &BVL0301), title, pairs);
    for first in pairs.iter().filter_map(|flows| flows.first()) {
        diagnostic = diagnostic.about(subject(cx, [first.source_endpoint(), first.target_endpoint()]));
    }
    let flows: &[&Flow] = &pairs.concat();
    Some(if reasons.is_empty() {
        let help = if pairs.len() == 1 { narrowed(cx, never, flows) } else { either(cx, never, flows) };
        to_other_ports(cx, offered(cx, diagnostic.note(ADD_UP).help(help), never, flows), never)
    } else {
        let diagnostic = diagnostic
            .note(nobody_wrote(&reasons))
            .help("take out the statement that causes the flow, or narrow the `never` to a port")
            .choice("take the `never` out", never_out(cx, never, &BVL0301));
        to_other_ports(cx, diagnostic, never)
    })
}

/// A fix that has the `never` speak of ports that it does rule out, where there are some.
fn to_other_ports(cx: &Context<'_>, diagnostic: Diagnostic, never: &Never) -> Diagnostic {
    match path_mended::narrowed(cx, never) {
        Some((title, edits)) => diagnostic.fix_there(title, edits),
        None => diagnostic,
    }
}

/// What is said of such flows of someone who has addresses in common with an end of the `never`.
fn told_by_address(
    cx: &Context<'_>,
    (never, code): (&Never, &'static Code),
    shared: &Shared<'_>,
    pairs: &[Vec<&Flow>],
) -> Option<Diagnostic> {
    let common = shared.in_words(cx, place(cx, pairs.first()?.first()?));
    let title = format!("`{}` does not hold: {}, and {common}", written(cx, never), first_in_words(cx, pairs)?);
    let (mut diagnostic, reasons) = shown(cx, (never, code), title, pairs);
    for first in pairs.iter().filter_map(|flows| flows.first()) {
        diagnostic = diagnostic.about(subject(cx, meant(first, shared)));
    }
    let flows: &[&Flow] = &pairs.concat();
    Some(if reasons.is_empty() {
        offered(cx, shared.told(cx, diagnostic, &either(cx, never, flows)), never, flows)
    } else {
        let diagnostic = diagnostic.note(nobody_wrote(&reasons));
        shared
            .told(cx, diagnostic, "take out the statement that causes the flow, or the `never`")
            .choice("take the `never` out", never_out(cx, never, code))
    })
}

fn nobody_wrote(reasons: &[String]) -> String {
    format!("nobody wrote this flow: it follows, because {}", listed(reasons))
}

/// The finding with the places of its flows, and why derived ones are there.
fn shown(
    cx: &Context<'_>,
    (never, code): (&Never, &'static Code),
    title: String,
    pairs: &[Vec<&Flow>],
) -> (Diagnostic, Vec<String>) {
    let mut diagnostic = Diagnostic::new(code, never.span, title).here("ruled out here");
    let environments: BTreeSet<EnvironmentId> = pairs.iter().flatten().map(|flow| place(cx, flow)).collect();
    for environment in &environments {
        diagnostic = diagnostic.environment(cx.model.environment_title(*environment));
    }
    let mut causes: BTreeMap<Span, Vec<&Flow>> = BTreeMap::new();
    let mut reasons: BTreeSet<&str> = BTreeSet::new();
    for flow in pairs.iter().flatten() {
        match &flow.why {
            Why::Derived(derived) => {
                causes.entry(derived.cause).or_default().push(flow);
                reasons.insert(&derived.reason);
            }
            Why::Declared(_) => {
                let stated = flow.declared(cx.model).map(|declared| declared.statements.as_slice()).unwrap_or_default();
                for statement in stated.iter().filter_map(|id| cx.model.statement(*id)) {
                    causes.entry(statement.span).or_default().push(flow);
                }
            }
        }
    }
    for (span, flows) in causes.iter().take(MOST_CAUSES) {
        let words = if pairs.len() > 1 { "allowed here".to_owned() } else { in_words(cx, flows) };
        diagnostic = diagnostic.also(*span, words);
    }
    // a number that an overlay states is another one elsewhere
    let ports: BTreeMap<Span, &NamedPort> =
        pairs.iter().flatten().filter_map(|flow| flow.port(cx.model)).map(|port| (port.number.span, port)).collect();
    let overlaid = ports.values().filter(|port| port.number.layer.is_overlay());
    for port in overlaid.take(MOST_CAUSES) {
        let number = port.number;
        let words = format!("its port {} is {}", port.name.value, cx.supplied(&number));
        diagnostic = diagnostic.also(number.span, words);
    }
    if pairs.len() > 1 {
        let rows: Vec<String> =
            pairs.iter().take(MOST_CAUSES).map(|flows| pair_in_words(cx, flows, &environments)).collect();
        let more = pairs.len().saturating_sub(MOST_CAUSES);
        let more = if more == 0 {
            String::new()
        } else {
            format!("\n  and {}", counted(u64::try_from(more).unwrap_or(u64::MAX), "more pair"))
        };
        diagnostic = diagnostic.note(format!("what is allowed of it:\n  {}{more}", rows.join("\n  ")));
    }
    (diagnostic, reasons.into_iter().take(MOST_CAUSES).map(str::to_owned).collect())
}

/// How many places and reasons a finding shows.
const MOST_CAUSES: usize = 6;

/// The environment that flows of one statement are told apart by: the one that is not shared.
fn place(cx: &Context<'_>, flow: &Flow) -> EnvironmentId {
    let is_shared = |id| cx.model.environment(id).is_some_and(|environment| environment.shared.is_some());
    let target = flow.target_endpoint().and_then(|id| cx.model.endpoint(id)).map(crate::model::Endpoint::environment);
    target.filter(|_| is_shared(flow.environment)).unwrap_or(flow.environment)
}

/// `system/cnpg may reach postgres`, as seen from the environment that is not shared.
fn ends_in_words(cx: &Context<'_>, flow: &Flow) -> String {
    let [source, target] = [Party::source(flow), Party::target(flow)].map(|end| end.name(cx, place(cx, flow)));
    format!("{source} may reach {target}")
}

/// Flows between the same two with all their ports: `app may reach store at sql (5432) and admin (9000)`. A port that not all of their
/// environments have says which do: `app may reach store at sql (5432), and in staging at admin (9000)`.
fn in_words(cx: &Context<'_>, flows: &[&Flow]) -> String {
    let mut ports: Vec<(String, BTreeSet<EnvironmentId>)> = Vec::new();
    for (flow, port) in flows.iter().filter_map(|flow| Some((flow, flow.port(cx.model)?))) {
        let words = format!("{} ({})", port.name.value, port.number.value);
        match ports.iter_mut().find(|(known, _)| *known == words) {
            Some((_, environments)) => {
                environments.insert(place(cx, flow));
            }
            None => ports.push((words, BTreeSet::from([place(cx, flow)]))),
        }
    }
    let all: BTreeSet<EnvironmentId> = flows.iter().map(|flow| place(cx, flow)).collect();
    let mut groups: BTreeMap<(Reverse<usize>, BTreeSet<EnvironmentId>), Vec<String>> = BTreeMap::new();
    for (words, environments) in ports {
        groups.entry((Reverse(environments.len()), environments)).or_default().push(words);
    }
    let told: Vec<String> = groups
        .into_iter()
        .map(|((_, environments), ports)| {
            let titles: Vec<&str> = environments.iter().map(|id| cx.model.environment_title(*id)).collect();
            let within = if environments == all { String::new() } else { format!("in {} ", listed_few(&titles)) };
            format!("{within}at {}", listed(&ports))
        })
        .collect();
    let ends = flows.first().map(|flow| ends_in_words(cx, flow)).unwrap_or_default();
    if told.is_empty() { ends } else { format!("{ends} {}", told.join(", and ")) }
}

/// The first of them in words, and how many there are beside it.
fn first_in_words(cx: &Context<'_>, pairs: &[Vec<&Flow>]) -> Option<String> {
    let first = in_words(cx, pairs.first()?);
    Some(match pairs.len() - 1 {
        0 => first,
        1 => format!("{first}, and 1 more pair likewise"),
        more => format!("{first}, and {more} more pairs likewise"),
    })
}

/// Flows between the same two in words, with the environments where these are not all in which some are.
fn pair_in_words(cx: &Context<'_>, flows: &[&Flow], all: &BTreeSet<EnvironmentId>) -> String {
    let own: BTreeSet<EnvironmentId> = flows.iter().map(|flow| place(cx, flow)).collect();
    let titles: Vec<String> = own.iter().map(|id| cx.model.environment_title(*id).to_owned()).collect();
    let within = if own.len() < all.len() { format!(", in {}", listed_few(&titles)) } else { String::new() };
    format!("{}{within}", in_words(cx, flows))
}

/// Which of the two statements may go, and how the `never` is narrowed where there is another port.
fn narrowed(cx: &Context<'_>, never: &Never, flows: &[&Flow]) -> String {
    let help = either(cx, never, flows);
    let target = flows.first().and_then(|flow| cx.model.endpoint(flow.target_endpoint()?));
    let (Some(target), [source], [destination]) = (target, &*never.sources, &*never.destinations) else {
        return help;
    };
    let used: Vec<&str> =
        flows.iter().filter_map(|flow| flow.port(cx.model)).map(|port| port.name.value.as_str()).collect();
    // a port that words such as `health` bring was hardly meant
    let ports = target.ports().iter().filter(|port| port.usage == PortUse::Serving);
    let other = ports.map(|port| port.name.value.as_str()).find(|name| !used.contains(name));
    match (other, &destination.port) {
        (Some(other), None) => {
            let narrow = format!("never {} -> {}.{other}", source.name, destination.name);
            format!("{help}; `{narrow}` would rule out its port {other} alone")
        }
        (Some(_) | None, _) => help,
    }
}

/// The ends of a flow as the `never` names them.
fn meant(flow: &Flow, shared: &Shared<'_>) -> [Option<EndpointId>; 2] {
    match shared.side {
        Side::Source => [Some(shared.ruled_out), flow.target_endpoint()],
        Side::Target => [flow.source_endpoint(), Some(shared.ruled_out)],
    }
}

/// The ends of a flow; of what is the cluster's own, whom the `never` names.
fn judged(flow: &Flow, shared: &Shared<'_>) -> [Option<EndpointId>; 2] {
    let [source, target] = meant(flow, shared);
    [flow.source_endpoint().or(source), flow.target_endpoint().or(target)]
}

/// The two that a waiver names, which accepts nothing beside what is found of them.
fn waived(
    cx: &Context<'_>,
    waivers: &Waivers<'_>,
    ends: [Option<EndpointId>; 2],
    code: &'static Code,
) -> Option<String> {
    Some(subject(cx, ends)).filter(|subject| waivers.accept(subject, code))
}

fn subject(cx: &Context<'_>, ends: [Option<EndpointId>; 2]) -> String {
    let name = |id| cx.model.endpoint(id).map_or("", |endpoint| endpoint.name().value.as_str());
    ends.into_iter().flatten().map(name).collect::<Vec<_>>().join(" -> ")
}
