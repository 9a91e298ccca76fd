//! Who goes without a disruption budget says why.

use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::Disruption;

crate::check! {
    /// ## What it means
    /// `disruption none` is stated without a reason.
    ///
    /// ## Why it matters in the cluster
    /// Without a budget all replicas may be taken at once when nodes are drained: the workload is gone until the first
    /// new pod is ready.
    ///
    /// ## How to mend it
    /// State a budget, or write `because "..."`.
    ///
    /// ```bvl bad in=service
    /// disruption none //~ BVL0603 "app has no disruption budget"
    /// ```
    /// ```bvl good in=service
    /// disruption none because "a pause at night is agreed"
    /// ```
    ///
    /// ## Source
    /// [Disruptions](https://kubernetes.io/docs/concepts/workloads/pods/disruptions/) (Kubernetes 1.36).
    BVL0603, "none-without-reason", Error, since "0.1.0" => run
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, environment) in cx.workloads() {
        let Some(Disruption::None { stated, because: None }) = &workload.disruption else { continue };
        let name = &workload.name.value;
        sink.report(
            finding(
                &BVL0603,
                workload,
                environment,
                stated.span,
                format!("{name} has no disruption budget, without a reason"),
            )
            .here(format!("all replicas may be taken at once{}", cx.from_layer(stated.layer)))
            .note("when nodes are drained it may be gone until the first new pod is ready")
            .help("add `because \"..\"`, or state a budget such as `disruption min-available 1`"),
        );
    }
}
