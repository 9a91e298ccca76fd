//! A service comes after something that is rolled out.

use crate::check::{Context, finding};
use crate::diagnostic::Sink;

crate::check! {
    /// ## What it means
    /// `after` names an external.
    ///
    /// ## Why it matters in the cluster
    /// What is outside the cluster is not rolled out, so nothing could come after it: no delivery tool asks whether it is
    /// there.
    ///
    /// ## How to mend it
    /// Take it out. What needs the external shows in its readiness whether it reaches it.
    ///
    /// ```bvl bad in=flow
    /// service report is base { after vault } //~ BVL0802 "report comes after vault"
    /// allow report -> vault.api
    /// ```
    /// ```bvl good in=flow
    /// service report is base { after app }
    /// allow report -> vault.api
    /// ```
    ///
    /// ## Source
    /// The language's own: `after` orders what bvlc emits.
    BVL0802, "after-never-ready", Error(Stated), since "0.1.0" => run, looks Neighbors
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, program, environment) in cx.programs() {
        for reference in &program.after {
            let Some(external) = cx.model.external(reference.endpoint) else { continue };
            let (name, awaited) = (&workload.name.value, &external.name.value);
            let title = format!("{name} comes after {awaited}, which is outside the cluster and never rolled out");
            sink.report(
                finding(&BVL0802, workload, environment, reference.span, title)
                    .here("an external")
                    .label(external.name.span, "declared here")
                    .note("no delivery tool asks whether an external is there")
                    .help(format!("take it out; the readiness of {name} shows whether it reaches {awaited}")),
            );
        }
    }
}
