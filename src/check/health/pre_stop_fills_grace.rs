//! Pre-stop ends before grace does.

use super::stopping::{SLEEP_ACTION, Stopping};
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::{Layer, Origin};
use crate::source::Span;
use crate::value::Duration;

crate::check! {
    /// ## What it means
    /// `pre-stop` takes all of `grace`.
    ///
    /// ## Why it matters in the cluster
    /// The program is told to stop when the grace period is over already. The kubelet gives it 2 s and kills it: nothing is
    /// drained. A `sleep` of the kubelet above grace is refused by the API server, and stays an error whatever `severity` says;
    /// one that equals grace is accepted.
    ///
    /// ## How to mend it
    /// Raise `grace`, or shorten `pre-stop`.
    ///
    /// ```bvl bad in=service
    /// shutdown { grace 30s; pre-stop 30s } //~ BVL0703 "all of its grace of 30s"
    /// ```
    /// ```bvl fixed fix=1 in=service
    /// shutdown { grace 52s; pre-stop 30s }
    /// ```
    /// One second less is judged with the drain that follows it:
    /// ```bvl good in=service
    /// shutdown { grace 30s; pre-stop 28s; drain 0s }
    /// ```
    ///
    /// ## Source
    /// [`kuberuntime_container.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/kubelet/kuberuntime/kuberuntime_container.go), `minimumGracePeriodInSeconds`, and
    /// [`validation.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/apis/core/validation/validation.go), `validateSleepAction` (Kubernetes 1.36).
    BVL0703, "pre-stop-fills-grace", Error(Judgment, Refused), since "0.1.0" => run, reads ["shutdown", "sidecar"], judges Own, looks Neighbors
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, program, environment) in cx.programs() {
        let stopping = Stopping::of(workload, program);
        if !stopping.is_filled_by_pre_stop() {
            continue;
        }
        let (pre_stop, grace) = (&stopping.shutdown.pre_stop, &stopping.shutdown.grace);
        let stated = |origin: &&Origin<Duration>| !origin.is_built_in();
        let (decide, shared) = ([pre_stop, grace], pre_stop);
        let span = decide.into_iter().find(stated).unwrap_or(grace).span;
        let title = format!(
            "pre-stop of {} takes {}, all of its grace of {}",
            workload.name.value, stopping.pre_stop, grace.value
        );
        let pre_stop = format!("{} of pre-stop{}", pre_stop.value, cx.from_layer(pre_stop.layer));
        let mut diagnostic = finding(&BVL0703, workload, environment, span, title).here(pre_stop);
        if stopping.pre_stop > stopping.grace() && cx.model.platform.kubernetes.value >= SLEEP_ACTION {
            diagnostic = diagnostic.gravely().note("the API server refuses a sleep that is longer than grace");
        }
        let mut diagnostic = stopping.labeled(cx, diagnostic);
        // these two alone make it so, whatever each states beside them; one that a class states is wrong whichever grace each has
        let is_inherited = shared.layer < Layer::Declaration && !shared.is_built_in();
        let stated: Vec<Span> =
            decide.into_iter().filter(stated).take(if is_inherited { 1 } else { 2 }).map(|part| part.span).collect();
        if !decide.into_iter().any(|part| cx.is_parameter(part)) {
            diagnostic.causes = stated;
        }
        let diagnostic = diagnostic
            .note("the program is told to stop when grace is over; the kubelet leaves it 2s at the least and kills it: nothing is drained");
        sink.report(stopping.mended(cx, stopping.with_room(cx, diagnostic, "pre-stop")));
    }
}
