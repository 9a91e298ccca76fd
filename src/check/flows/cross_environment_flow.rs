//! A flow from one environment into another one, neither shared, says why.

use crate::check::Context;
use crate::check::mend::Mend;
use crate::diagnostic::{Diagnostic, Sink};

crate::check! {
    /// ## What it means
    /// A flow begins in one environment and ends in another one, neither of them is `shared`, and no reason is written.
    ///
    /// ## Why it matters in the cluster
    /// Environments are apart so that what goes wrong in one stays there: a test that writes into production, a
    /// production that waits for a test.
    ///
    /// ## How to mend it
    /// Declare the far end in a `shared` environment, or write `because "..."`.
    ///
    /// ```bvl bad in=flow
    /// service copy is base { in staging }
    /// allow copy -> prod/app.http //~ BVL0312 "copy in staging may reach app in prod"
    /// ```
    /// ```bvl good in=flow
    /// service copy is base { in staging }
    /// allow copy -> prod/app.http because "copies masked orders every night"
    /// ```
    /// ```bvl good in=flow
    /// managed edge { in system; match "app" "edge"; port http 8000 }
    /// allow edge -> app.http
    /// ```
    ///
    /// ## Source
    /// The language's own.
    BVL0312, "cross-environment-flow", Error(Judgment), since "0.1.0" => run, looks Neighbors
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let model = cx.model;
    for flow in cx.endpoints().flat_map(|source| cx.stated_from(source.id())) {
        let (Some(source), Some(destination)) = (model.endpoint(flow.source), model.endpoint(flow.destination)) else {
            continue;
        };
        let (from, to) = (source.environment(), destination.environment());
        let is_shared = |id| model.environment(id).is_some_and(|environment| environment.shared.is_some());
        let statements = || flow.statements.iter().filter_map(|id| model.statement(*id));
        if from == to || is_shared(from) || is_shared(to) || statements().any(|statement| statement.because.is_some()) {
            continue;
        }
        let (from, to) = (model.environment_title(from), model.environment_title(to));
        let names = (&source.name().value, &destination.name().value);
        let title = format!("{} in {from} may reach {} in {to}, without a reason", names.0, names.1);
        sink.report(
            Diagnostic::new(&BVL0312, flow.destination_span, title)
                .here(format!("in {to}"))
                .also(flow.source_span, format!("in {from}"))
                .note("neither environment is shared: what goes wrong in one reaches the other")
                .help("add `because \"REASON\"` to the flow, or declare the far end in a `shared` environment")
                .environment(from)
                .about(format!("{} -> {}", names.0, names.1)),
        );
    }
}
