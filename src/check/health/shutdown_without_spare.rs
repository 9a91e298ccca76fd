//! What is done by the end of the grace period has time to exit.

use super::stopping::{SPARE, Stopping};
use crate::check::{Context, finding};
use crate::diagnostic::Sink;

crate::check! {
    /// ## What it means
    /// `pre-stop`, `drain` and `finish` fit in `grace`, but leave less than 2 s.
    ///
    /// ## Why it matters in the cluster
    /// A program still has to close what is open and to exit, and the kubelet counts in whole seconds. If the time is not
    /// enough it is killed, and its exit code says so.
    ///
    /// ## How to mend it
    /// Raise `grace`, or shorten what has to fit in it.
    ///
    /// ```bvl bad in=service
    /// shutdown { grace 26s } //~ BVL0702 "1s to exit"
    /// ```
    /// ```bvl fixed fix=1 in=service
    /// shutdown { grace 27s }
    /// ```
    /// Equal is accepted, and leaves nothing to exit in:
    /// ```bvl bad in=service
    /// shutdown { grace 25s } //~ BVL0702 "no time left to exit"
    /// ```
    /// ```bvl fixed fix=2 in=service
    /// shutdown { grace 25s; drain 18s }
    /// ```
    /// ```bvl good in=service
    /// shutdown { grace 28s }
    /// ```
    ///
    /// ## Source
    /// [Termination of pods](https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination)
    /// (Kubernetes 1.33). The 2 s are bvlc's own: the least that the kubelet itself leaves after a pre-stop that took all
    /// (`minimumGracePeriodInSeconds`).
    BVL0702, "shutdown-without-spare", Warning, since "0.1.0" => run, reads ["shutdown", "sidecar"], judges Own, looks Neighbors
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, program, environment) in cx.programs() {
        let stopping = Stopping::of(workload, program);
        let grace = stopping.grace();
        let fits = stopping.needed <= grace && !stopping.is_filled_by_pre_stop();
        if !fits || stopping.needed + SPARE <= grace {
            continue;
        }
        let spare = grace.saturating_sub(stopping.needed);
        let left = if spare.is_zero() { "no time left to exit".to_owned() } else { format!("only {spare} to exit") };
        let title = format!(
            "{} has {left}: it needs {} to stop and is killed after {grace}",
            workload.name.value,
            stopping.sum()
        );
        let diagnostic = stopping.labeled(cx, finding(&BVL0702, workload, environment, stopping.span(), title));
        let diagnostic =
            diagnostic.note("a program that has done its work still has to close what is open and to exit");
        sink.report(stopping.mended(cx, stopping.with_room(cx, diagnostic, "what has to fit in it")));
    }
}
