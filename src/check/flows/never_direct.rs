//! What a `never A -> B` rules out, no flow allows.

use std::collections::{BTreeMap, BTreeSet};

use super::asserted::{ADD_UP, either, ends_by_endpoint, offered, written};
use crate::check::Context;
use crate::check::mend::Mend;
use crate::diagnostic::{Diagnostic, Sink};
use crate::graph::{Flow, Why};
use crate::model::flow::{Never, NeverEnd, Reach};
use crate::model::{EnvironmentId, PortUse};
use crate::source::Span;

crate::check! {
    /// ## What it means
    /// A `never A -> B` says that A cannot reach B, and a flow says that it can: one that an `allow` states, in whatever
    /// file, or one that follows from other facts, such as scraping metrics.
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
    /// A port narrows it to that port:
    /// ```bvl good in=flow
    /// never app -> store.admin
    /// ```
    /// ```bvl bad in=flow
    /// never app -> store.sql //~ BVL0301
    /// ```
    ///
    /// ## Source
    /// [Network Policies](https://kubernetes.io/docs/concepts/services-networking/network-policies/), "The two sorts of
    /// pod isolation": policies "do not conflict; they are additive" (Kubernetes 1.36).
    BVL0301, "never-direct", Error(Stated), since "0.1.0" => run
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for never in cx.model.nevers.iter().filter(|never| never.reach == Reach::Direct) {
        let destinations = ends_by_endpoint(&never.destinations);
        // one statement that does not hold is one mistake, in however many environments and at however many ports
        let mut broken: BTreeMap<(String, Option<&str>), Vec<&Flow>> = BTreeMap::new();
        for endpoint in never.sources.iter().flat_map(|end| &end.endpoints) {
            for flow in cx.graph.outgoing(*endpoint) {
                let Some(target) = flow.target_endpoint() else { continue };
                let ends = destinations.get(&target).map(Vec::as_slice).unwrap_or_default();
                if ends.iter().any(|end| covers(cx, end, flow)) {
                    let derivation = match &flow.why {
                        Why::Declared(_) => None,
                        Why::Derived(derived) => Some(derived.derivation),
                    };
                    broken.entry((ends_in_words(cx, flow), derivation)).or_default().push(flow);
                }
            }
        }
        for flows in broken.values() {
            if let Some(finding) = told(cx, never, flows) {
                sink.report(finding);
            }
        }
    }
}

/// What is said of flows between the same two, all declared or all derived alike.
fn told(cx: &Context<'_>, never: &Never, flows: &[&Flow]) -> Option<Diagnostic> {
    let first = flows.first()?;
    let title = format!("`{}` does not hold: {}", written(cx, never), in_words(cx, flows));
    let mut diagnostic = Diagnostic::new(&BVL0301, never.span, title).here("ruled out here").about(subject(cx, first));
    let environments: BTreeSet<EnvironmentId> = flows.iter().map(|flow| place(cx, flow)).collect();
    for environment in environments {
        diagnostic = diagnostic.environment(cx.model.environment_title(environment));
    }
    let mut causes: BTreeMap<Span, Vec<&Flow>> = BTreeMap::new();
    let mut reasons: BTreeSet<&str> = BTreeSet::new();
    for flow in flows {
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
        let words = in_words(cx, flows);
        diagnostic = diagnostic.also(*span, words);
    }
    let reasons: Vec<String> = reasons.into_iter().take(MOST_CAUSES).map(str::to_owned).collect();
    Some(if reasons.is_empty() {
        offered(cx, diagnostic.note(ADD_UP).help(narrowed(cx, never, flows)), never, flows)
    } else {
        diagnostic
            .note(format!("nobody wrote this flow: it follows, because {}", joined(&reasons)))
            .help("take out the statement that causes the flow, or narrow the `never` to a port")
            .choice("take the `never` out", cx.take_out(never.span))
    })
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
    let name = |id| cx.name(id, place(cx, flow));
    let [source, target] = [flow.source_endpoint(), flow.target_endpoint()].map(|id| id.map(name).unwrap_or_default());
    format!("{source} may reach {target}")
}

/// Flows between the same two with all their ports: `app may reach store at sql (5432) and admin (9000)`.
fn in_words(cx: &Context<'_>, flows: &[&Flow]) -> String {
    let mut ports: Vec<String> = Vec::new();
    for port in flows.iter().filter_map(|flow| flow.port(cx.model)) {
        let words = format!("{} ({})", port.name.value, port.number.value);
        if !ports.contains(&words) {
            ports.push(words);
        }
    }
    let ends = flows.first().map(|flow| ends_in_words(cx, flow)).unwrap_or_default();
    if ports.is_empty() { ends } else { format!("{ends} at {}", joined(&ports)) }
}

/// `a, b and c`
fn joined(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}

/// Whether an end speaks of the port of a flow: by its number, since two names may stand for one port.
fn covers(cx: &Context<'_>, end: &NeverEnd, flow: &Flow) -> bool {
    let Some(name) = &end.port else { return true };
    let (Some(port), Some(target)) = (flow.port(cx.model), flow.target_endpoint()) else { return false };
    let named =
        cx.model.endpoint(target).and_then(|target| target.ports().iter().find(|port| port.name.value == *name));
    named.is_some_and(|named| named.number.value == port.number.value && named.protocol == port.protocol)
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

fn subject(cx: &Context<'_>, flow: &Flow) -> String {
    let name = |id| cx.model.endpoint(id).map_or("", |endpoint| endpoint.name().value.as_str());
    let ends = [flow.source_endpoint(), flow.target_endpoint()];
    ends.into_iter().flatten().map(name).collect::<Vec<_>>().join(" -> ")
}
