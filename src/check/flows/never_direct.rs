//! What a `never A -> B` rules out, no flow allows.

use super::asserted::{ends_by_endpoint, flow_in_words, label_flow, written};
use crate::check::Context;
use crate::diagnostic::{Diagnostic, Sink};
use crate::graph::{Flow, Why};
use crate::model::flow::{Never, NeverEnd, Reach};

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
    /// ```bvl good in=flow
    /// never caller -> store
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
        for endpoint in never.sources.iter().flat_map(|end| &end.endpoints) {
            for flow in cx.graph.outgoing(*endpoint) {
                let Some(target) = flow.target_endpoint() else { continue };
                let ends = destinations.get(&target).map(Vec::as_slice).unwrap_or_default();
                if !ends.iter().any(|end| covers(cx, end, flow)) {
                    continue;
                }
                let title = format!("`{}` does not hold: {}", written(cx, never), flow_in_words(cx, flow));
                let diagnostic = Diagnostic::new(&BVL0301, never.span, title)
                    .here("ruled out here")
                    .environment(cx.model.environment_title(flow.environment))
                    .about(subject(cx, flow));
                let diagnostic = label_flow(cx, diagnostic, flow, None);
                sink.report(match &flow.why {
                    Why::Declared(_) => diagnostic
                        .note("network policies add up, so what one statement allows no other can take back")
                        .help(either(cx, never, flow)),
                    Why::Derived(derived) => diagnostic
                        .note(format!("nobody wrote this flow: it follows, because {}", derived.reason))
                        .help("take out the statement that causes the flow, or narrow the `never` to a port"),
                });
            }
        }
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
fn either(cx: &Context<'_>, never: &Never, flow: &Flow) -> String {
    let help = "take out the `allow` if the flow is not needed, or the `never` if it is";
    let target = flow.target_endpoint().and_then(|id| cx.model.endpoint(id));
    let (Some(target), [source], [destination]) = (target, &*never.sources, &*never.destinations) else {
        return help.to_owned();
    };
    let used = flow.port(cx.model).map(|port| port.name.value.as_str());
    let other = target.ports().iter().map(|port| port.name.value.as_str()).find(|name| Some(*name) != used);
    match (other, &destination.port) {
        (Some(other), None) => {
            let narrow = format!("never {} -> {}.{other}", source.name, destination.name);
            format!("{help}; `{narrow}` would rule out its port {other} alone")
        }
        (Some(_) | None, _) => help.to_owned(),
    }
}

fn subject(cx: &Context<'_>, flow: &Flow) -> String {
    let name = |id| cx.model.endpoint(id).map_or("", |endpoint| endpoint.name().value.as_str());
    let ends = [flow.source_endpoint(), flow.target_endpoint()];
    ends.into_iter().flatten().map(name).collect::<Vec<_>>().join(" -> ")
}
