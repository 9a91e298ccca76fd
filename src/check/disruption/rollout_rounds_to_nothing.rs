//! The only replica is not taken away by rounding.

use super::evictions::scaled_down;
use super::rollout_stands_still::is_zero;
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;

crate::check! {
    /// ## What it means
    /// `surge` is 0 and `unavailable` a percentage that rounds down to 0 of one replica. Kubernetes then takes 1 for it.
    ///
    /// ## Why it matters in the cluster
    /// Every rollout stops the only replica before the new one runs.
    ///
    /// ## How to mend it
    /// Let one more run with `surge 1`; or write `unavailable 1`, if the pause is meant.
    ///
    /// ```bvl bad in=rollout-of-one
    /// surge 0
    /// unavailable 50% //~ BVL0607 "every rollout stops the only replica of app"
    /// ```
    /// ```bvl good in=rollout-of-one
    /// surge 0
    /// unavailable 1
    /// ```
    /// ```bvl good in=rollout
    /// surge 0
    /// unavailable 50%
    /// ```
    ///
    /// ## Source
    /// [`ResolveFenceposts`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/controller/deployment/util/deployment_util.go)
    /// (Kubernetes 1.36).
    BVL0607, "rollout-rounds-to-nothing", Warning, since "0.1.0" => run
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        let (surge, unavailable) = (&service.rollout.surge, &service.rollout.unavailable);
        if workload.floor() > 1 || !is_zero(surge) || is_zero(unavailable) || scaled_down(unavailable.value, 1) > 0 {
            continue;
        }
        let name = &workload.name.value;
        let title =
            format!("every rollout stops the only replica of {name}: {} of 1 rounds down to 0", unavailable.value);
        sink.report(
            finding(&BVL0607, workload, environment, unavailable.span, title)
                .here(format!("rounds down to 0, which is taken for 1{}", cx.from_layer(unavailable.layer)))
                .also(surge.span, format!("and none more may run{}", cx.from_layer(surge.layer)))
                .note("where both round to 0, Kubernetes lets one be missing")
                .help("write `surge 1` to keep it running, or `unavailable 1` if the pause is meant")
                .choice("let one more run: surge 1", cx.replace(surge, "1"))
                .choice("say that one may be missing: unavailable 1", cx.replace(unavailable, "1")),
        );
    }
}
