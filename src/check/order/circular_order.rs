//! Services do not wait for each other in a circle.

use crate::check::Context;
use crate::check::mend::Mend;
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::{EndpointId, Workload};
use crate::source::Span;

crate::check! {
    /// ## What it means
    /// Following `after` from a service leads back to it.
    ///
    /// ## Why it matters in the cluster
    /// None of them could be rolled out first. A delivery tool would wait for ever, or roll them out in any order.
    ///
    /// ## How to mend it
    /// Take one `after` of the circle out; all of them are shown. What only needs the other to answer is better off
    /// trying again until it does.
    ///
    /// ```bvl bad in=file
    /// service api is base { after worker } //~ BVL0801 "api -> worker -> api"
    /// service worker is base { after api }
    /// allow api -> app.http
    /// allow worker -> api.http
    /// allow app -> api.http, worker.http
    /// ```
    /// ```bvl good in=file
    /// service api is base { }
    /// service worker is base { after api }
    /// allow api -> app.http
    /// allow worker -> api.http
    /// allow app -> api.http, worker.http
    /// ```
    ///
    /// ## Source
    /// The language's own.
    BVL0801, "circular-order", Error(Emitted), since "0.1.0" => run
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for circle in &cx.graph.implied.circles {
        let services: Option<Vec<&Workload>> =
            circle.iter().map(|id| cx.model.workload(*id).filter(|workload| !workload.tainted)).collect();
        let Some(services) = services else { continue };
        let next = services.iter().cycle().skip(1);
        let edges: Option<Vec<(&Workload, &Workload, Span)>> =
            services.iter().zip(next).map(|(from, to)| Some((*from, *to, named(from, to.id)?))).collect();
        let Some(edges) = edges else { continue };
        let Some((first, _, span)) = edges.first() else { continue };
        let seen_from = first.environment;
        let mut names: Vec<String> = services.iter().map(|service| cx.name(service.id, seen_from)).collect();
        names.push(first.name.value.clone());
        let title = if edges.len() == 1 {
            format!("{} comes after itself", first.name.value)
        } else {
            let who = if services.iter().any(|one| one.job().is_some()) { "services and jobs" } else { "services" };
            format!("{who} wait for each other in a circle: {}", names.join(" -> "))
        };
        let mut diagnostic = Diagnostic::new(&BVL0801, *span, title).environment(cx.model.environment_title(seen_from));
        for (from, to, span) in &edges {
            let (from, to) = (cx.name(from.id, seen_from), cx.name(to.id, seen_from));
            diagnostic = diagnostic.also(*span, format!("{from} comes after {to}")).about(from);
        }
        sink.report(
            diagnostic
                .note("none of them could be rolled out first")
                .help("take out the `after` of one that can start before the other; what needs the other only to answer its requests needs no `after`, if it tries again until it is answered"),
        );
    }
}

/// Where a service names the one that it waits for.
fn named(workload: &Workload, other: EndpointId) -> Option<Span> {
    let after = &workload.program()?.after;
    after.iter().find(|reference| reference.endpoint == other).map(|reference| reference.span)
}
