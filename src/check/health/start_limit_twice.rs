//! A start probe says once how long starting may take.

use super::probes;
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;

crate::check! {
    /// ## What it means
    /// A start probe states both `within` and `fail`. Both say when to give up: `within` as a time, from which the number
    /// of failures follows, and `fail` as that number.
    ///
    /// ## Why it matters in the cluster
    /// Only one number of failures goes to the cluster. If it were the smaller one a pod that starts in the time that it
    /// may take would be killed while it starts, again and again.
    ///
    /// ## How to mend it
    /// Keep `within`; the failures are counted so that no pod is killed sooner.
    ///
    /// ```bvl bad in=health
    /// start "/healthz" every 5s fail 3 within 2m //~ BVL0713 "gives up after"
    /// ```
    /// ```bvl good in=health
    /// start "/healthz" every 5s within 2m
    /// ```
    /// ```bvl good in=health
    /// start "/healthz" every 5s fail 24
    /// ```
    ///
    /// ## Source
    /// [Startup probes](https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/)
    /// and `pkg/kubelet/prober/worker.go` (Kubernetes 1.33).
    BVL0713, "start-limit-twice", Error(Stated), since "0.1.0" => run, reads ["health"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for asked in probes::all(cx).filter(|asked| asked.word == "start") {
        let (fail, every, after) = (&asked.probe.fail, asked.probe.every.value, asked.probe.after.value);
        let Some(within) = &asked.probe.within else { continue };
        if fail.is_built_in() {
            continue;
        }
        let given_up = after + every * fail.value.saturating_sub(1);
        let name = asked.called();
        let further = fail.value.saturating_sub(1);
        let begins = if after.is_zero() { String::new() } else { format!("{after} + ") };
        let sum = format!("{begins}{further} x {every} = {given_up}");
        let title =
            format!("{name} may take {} to start, but `fail {}` gives up after {sum}", within.value, fail.value);
        sink.report(
            finding(&BVL0713, asked.workload, asked.environment, fail.span, title)
                .here(format!("{} questions, the last one after {given_up}{}", fail.value, cx.from_layer(fail.layer)))
                .also(within.span, format!("may take {}{}", within.value, cx.from_layer(within.layer)))
                .note(format!(
                    "one number goes to the cluster: with `within {}` it is {} questions, the first one and one every {every} until then",
                    within.value,
                    asked.probe.failures()
                ))
                .help(format!("take `fail {}` out, or the `within`: one of the two is enough, and `within` says it as a time", fail.value)),
        );
    }
}
