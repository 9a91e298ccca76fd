//! A flow that is allowed or ruled out has a pod of the platform at one end.

use std::collections::BTreeSet;

use super::asserted::{is_outside, never_out, written};
use crate::check::Context;
use crate::check::mend::Mend;
use crate::check::prose::listed;
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::flow::{Never, NeverEnd, Reach};
use crate::model::{DeclaredFlow, EndpointId};
use crate::source::Span;

crate::check! {
    /// ## What it means
    /// Both ends of an `allow` or of a `never` are externals; of one that names several, those of one of its pairs.
    ///
    /// ## Why it matters in the cluster
    /// Policies select pods, and no pod of the platform is at either end: what passes between the two is decided somewhere else.
    /// Such an `allow` opens nothing, such a `never` closes nothing, and whoever reads it believes otherwise.
    ///
    /// ## How to mend it
    /// Write the workload that was meant at one of the ends, or take the statement out. That nothing leads from one external
    /// through the platform to the other is `never A ~> B`.
    ///
    /// ```bvl bad in=file
    /// external partner { cidr 10.60.0.0/24 }
    /// external ledger { cidr 10.61.0.0/24; port https 443 }
    /// allow partner -> app.http
    /// allow partner -> ledger.https //~ BVL0329 "allows nothing"
    /// ```
    /// ```bvl bad in=file
    /// external partner { cidr 10.60.0.0/24 }
    /// external ledger { cidr 10.61.0.0/24; port https 443 }
    /// allow partner -> app.http
    /// never partner -> ledger //~ BVL0329 "rules nothing out"
    /// ```
    /// ```bvl bad in=file
    /// external partner { cidr 10.60.0.0/24 }
    /// external ledger { cidr 10.61.0.0/24; port https 443 }
    /// allow partner -> app.http
    /// allow caller -> ledger.https
    /// never app, partner -> ledger //~ BVL0329 "rules nothing out from partner to ledger"
    /// ```
    /// ```bvl good in=file
    /// external partner { cidr 10.60.0.0/24 }
    /// external ledger { cidr 10.61.0.0/24; port https 443 }
    /// allow partner -> app.http
    /// allow caller -> ledger.https
    /// never partner ~> ledger
    /// ```
    ///
    /// ## Source
    /// [Network Policies](https://kubernetes.io/docs/concepts/services-networking/network-policies/): policies "apply to a
    /// connection with a pod on one or both ends, and are not relevant to other connections" (Kubernetes 1.36).
    BVL0329, "flow-outside", Error(Stated), since "0.1.0" => run, looks Neighbors, whole nevers
}

const NOTE: &str =
    "policies select pods, and neither end has any: what passes between the two is decided somewhere else";

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for flow in cx.externals().flat_map(|external| cx.stated_from(external.id)) {
        if is_outside(cx, flow.destination) {
            sink.report(allowed(cx, flow));
        }
    }
}

fn allowed(cx: &Context<'_>, flow: &DeclaredFlow) -> Diagnostic {
    let name = |id: EndpointId| cx.model.endpoint(id).map_or("", |end| &end.name().value);
    let (source, destination) = (name(flow.source), name(flow.destination));
    let title = format!("the flow from {source} to {destination} allows nothing: both are external");
    Diagnostic::new(&BVL0329, flow.destination_span, title)
        .here(format!("{destination} is external"))
        .also(flow.source_span, format!("{source} is external"))
        .note(NOTE)
        .help("write the workload that was meant at one of the ends, or take this flow out")
        .environment(cx.model.environment_title(flow.environment))
        .about(format!("{source} -> {destination}"))
}

fn nevers(cx: &Context<'_>, sink: &mut Sink) {
    for never in cx.model.nevers.iter().filter(|never| never.reach == Reach::Direct) {
        let (sources, destinations) = (outside(cx, &never.sources), outside(cx, &never.destinations));
        if sources.is_empty() || destinations.is_empty() {
            continue;
        }
        sink.report(if sources.len() == never.sources.len() && destinations.len() == never.destinations.len() {
            ruled_out(cx, never)
        } else {
            partly(cx, never, &sources, &destinations)
        });
    }
}

/// The ends that are outside as they are written: of a group only where all of its members are.
fn outside<'n>(cx: &Context<'_>, ends: &'n [NeverEnd]) -> Vec<&'n NeverEnd> {
    let is_out = |end: &NeverEnd| !end.endpoints.is_empty() && end.endpoints.iter().all(|id| is_outside(cx, *id));
    let with_pods: BTreeSet<Span> = ends.iter().filter(|end| !is_out(end)).map(|end| end.span).collect();
    ends.iter().filter(|end| !with_pods.contains(&end.span)).collect()
}

/// Ends as they are written, groups once, without some of them.
fn as_written(cx: &Context<'_>, ends: &[NeverEnd], without: &[&NeverEnd]) -> String {
    let spans: BTreeSet<Span> = ends.iter().map(|end| end.span).collect();
    let left = spans.into_iter().filter(|span| !without.iter().any(|end| end.span == *span));
    left.map(|span| cx.sources.text(span)).collect::<Vec<_>>().join(", ")
}

/// A `never` of several ends, some of which say nothing together.
fn partly(cx: &Context<'_>, never: &Never, sources: &[&NeverEnd], destinations: &[&NeverEnd]) -> Diagnostic {
    let named = |ends: &[&NeverEnd]| listed(&ends.iter().map(|end| end.name.as_str()).collect::<Vec<_>>());
    let (from, to) = (named(sources), named(destinations));
    let title = format!("`{}` rules nothing out from {from} to {to}: both are external", written(cx, never));
    let place = sources.first().map_or(never.span, |end| end.span);
    let ends = sources.iter().chain(destinations);
    let diagnostic = ends.fold(Diagnostic::new(&BVL0329, place, title), |diagnostic, end| {
        diagnostic.also(end.span, format!("{} is external", end.name))
    });
    let help = if destinations.len() == never.destinations.len() {
        format!("take {from} out of it, or write the workload that was meant")
    } else if sources.len() == never.sources.len() {
        format!("take {to} out of it, or write the workload that was meant")
    } else {
        format!(
            "write two of them: `never {} -> {}`, and `never {} -> {}`",
            as_written(cx, &never.sources, &[]),
            as_written(cx, &never.destinations, destinations),
            as_written(cx, &never.sources, sources),
            as_written(cx, &destinations.iter().map(|end| (*end).clone()).collect::<Vec<_>>(), &[]),
        )
    };
    diagnostic.about(never.sources.first().map_or_else(String::new, |end| end.name.clone())).note(NOTE).help(help)
}

fn ruled_out(cx: &Context<'_>, never: &Never) -> Diagnostic {
    let title = format!("`{}` rules nothing out: both ends are external", written(cx, never));
    let ends = never.sources.iter().chain(&never.destinations);
    let diagnostic = Diagnostic::new(&BVL0329, never.span, title).here("enforced by nothing");
    let diagnostic = diagnostic.about(never.sources.first().map_or_else(String::new, |end| end.name.clone()));
    ends.fold(diagnostic, |diagnostic, end| diagnostic.also(end.span, format!("{} is external", end.name)))
        .note(NOTE)
        .help("write the workload that was meant at one of the ends, or take the statement out; `never A ~> B` says that nothing leads from one through the platform to the other")
        .choice("take the `never` out", never_out(cx, never, &BVL0329))
}
