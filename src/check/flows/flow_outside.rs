//! A flow that is allowed or ruled out has a pod of the platform at one end.

use super::asserted::{is_outside, never_out, written};
use crate::check::Context;
use crate::check::mend::Mend;
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::flow::{Never, NeverEnd, Reach};
use crate::model::{DeclaredFlow, EndpointId};

crate::check! {
    /// ## What it means
    /// Both ends of an `allow` or of a `never` are externals.
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
    let are_outside = |ends: &[NeverEnd]| {
        let mut endpoints = ends.iter().flat_map(|end| &end.endpoints).peekable();
        endpoints.peek().is_some() && endpoints.all(|id| is_outside(cx, *id))
    };
    let direct = cx.model.nevers.iter().filter(|never| never.reach == Reach::Direct);
    for never in direct.filter(|never| are_outside(&never.sources) && are_outside(&never.destinations)) {
        sink.report(ruled_out(cx, never));
    }
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
