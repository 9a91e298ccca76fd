//! What follows from a statement has both its ends.

use crate::check::prose::listed;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;

crate::check! {
    /// ## What it means
    /// A statement needs something at its far end that nothing declared provides, or that several do: a trigger of KEDA
    /// needs KEDA, a metric needs what serves it, a queue that is asked needs to be known.
    ///
    /// ## Why it matters in the cluster
    /// The flow that follows from the statement cannot be made. Under the deny the question is never answered: nothing
    /// scales, no metric is read.
    ///
    /// ## How to mend it
    /// Declare it, as the message shows; where several fit, name one with `from`.
    ///
    /// ```bvl bad in=service
    /// disruption max-unavailable 1
    /// scale 1..5 {
    ///   on cpu 70%
    ///   on metric requests_per_second 200 //~ BVL0314
    /// }
    /// ```
    /// ```bvl good in=service
    /// disruption max-unavailable 1
    /// scale 1..5 { on cpu 70% }
    /// ```
    ///
    /// ## Source
    /// The language's own: flows that follow from facts.
    BVL0314, "missing-far-end", Error, since "0.1.0" => run, reads ["scale", "port", "metrics"], judges Missing
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for missing in &cx.graph.missing {
        let Some(workload) = cx.model.workload(missing.workload).filter(|workload| cx.is_read(workload)) else {
            continue;
        };
        let Some(environment) = cx.model.environment(workload.environment) else { continue };
        let name = &workload.name.value;
        let (title, help) = if missing.candidates.len() > 1 {
            let names = listed(&missing.candidates);
            (format!("{name} needs {}, and {names} all fit", missing.needs), "say which one with `from`".to_owned())
        } else {
            let title = format!("{name} needs {}, and nothing declared provides it", missing.needs);
            (title, format!("declare it: `{}`", missing.example))
        };
        sink.report(
            finding(&BVL0314, workload, environment, missing.cause, title)
                .here("needed here")
                .note(missing.why.clone())
                .help(help),
        );
    }
}
