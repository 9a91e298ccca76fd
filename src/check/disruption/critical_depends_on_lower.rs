//! What is critical depends on nothing that is less so.

use crate::check::Context;
use crate::check::mend::Mend;
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::{Tier, Workload};

crate::check! {
    /// ## What it means
    /// A workload marked `tier critical` asks one that is marked with a lower tier, in the course of its own work.
    ///
    /// ## Why it matters in the cluster
    /// It is as available as what it waits for: when that is down, what is critical is down as well, however many replicas it
    /// has. A workload without a tier is not judged, nor is what is behind it: mark it, and each hop is.
    ///
    /// ## How to mend it
    /// Raise the tier of what it depends on. Where it works on without, mark the flow `background`.
    ///
    /// ```bvl bad in=file
    /// service shop is base { tier critical }
    /// service mail is base { tier best-effort }
    /// allow shop -> mail.http //~ BVL0614 "shop is critical and depends on mail, which is best-effort"
    /// ```
    /// ```bvl good in=file
    /// service shop is base { tier critical }
    /// service mail is base { tier best-effort }
    /// allow shop -> mail.http { background }
    /// ```
    /// ```bvl good in=file
    /// service shop is base { tier critical }
    /// service mail is base { tier critical }
    /// allow shop -> mail.http, app.http
    /// ```
    /// However low each environment has it, one workload is one mistake:
    /// ```bvl bad in=file
    /// environment staging { namespace "shop-staging"; service mail { tier best-effort } }
    /// service shop is base { tier critical }
    /// service mail is base { tier standard }
    /// allow shop -> mail.http //~ BVL0614 "shop is critical and depends on mail"
    /// ```
    ///
    /// ## Source
    /// The language's own.
    BVL0614, "critical-depends-on-lower", Error(Judgment), since "0.1.0" => run, looks Neighbors
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let sound = |id| cx.model.workload(id).filter(|workload: &&Workload| !workload.tainted);
    for flow in cx.endpoints().flat_map(|source| cx.stated_from(source.id())) {
        let is_background = flow.terms.as_ref().is_some_and(|terms| terms.background.is_some());
        let (Some(source), Some(destination)) = (sound(flow.source), sound(flow.destination)) else { continue };
        let (Some(critical), Some(lower)) = (source.tier, destination.tier) else { continue };
        if is_background || critical.value != Tier::Critical || lower.value == Tier::Critical {
            continue;
        }
        let (from, to) = (&source.name.value, cx.name(flow.destination, source.environment));
        let port = destination.ports.get(usize::from(flow.port)).map_or("PORT", |port| port.name.value.as_str());
        let title = format!("{from} is critical and depends on {to}, which is {}", lower.value);
        sink.report(
            Diagnostic::new(&BVL0614, flow.destination_span, title)
                // for whomever, by however many flows, and however low in each environment
                .caused_by(destination.name.span)
                .environment(cx.model.environment_title(flow.environment))
                .about(format!("{from} -> {to}"))
                .here(format!("{from} waits for {to}"))
                .also(critical.span, format!("critical{}", cx.from_layer(critical.layer)))
                .also(lower.span, format!("{}{}", lower.value, cx.from_layer(lower.layer)))
                .note(format!("when {to} is down {from} is down as well, however many replicas it has"))
                .help(format!("raise the tier of {to}; where {from} works on without it, say so in the flow: `allow {from} -> {to}.{port} {{ background }}`"))
                .choice(format!("make {to} critical"), cx.replace(&lower, "critical")),
        );
    }
}
