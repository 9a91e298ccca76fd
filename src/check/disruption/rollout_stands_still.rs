//! A rollout may add a replica or miss one.

use super::rolling::is_nothing;
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;

crate::check! {
    /// ## What it means
    /// `surge` and `unavailable` are both 0 or 0%: a rollout may neither start a new replica beside the old ones nor stop
    /// an old one first. `unavailable` is 0 where it is not stated.
    ///
    /// ## Why it matters in the cluster
    /// The API server refuses the Deployment.
    ///
    /// ## How to mend it
    /// `surge 1` adds one first; `unavailable 1` takes one first, where there is no room for another.
    ///
    /// ```bvl bad in=rollout
    /// surge 0 //~ BVL0606 "app"
    /// ```
    /// ```bvl fixed in=rollout fix=1
    /// surge 1
    /// ```
    /// ```bvl bad in=rollout
    /// surge 0%; unavailable 0% //~ BVL0606
    /// ```
    /// ```bvl fixed in=rollout fix=2
    /// surge 0%; unavailable 1
    /// ```
    /// ```bvl good in=rollout
    /// surge 1%
    /// ```
    ///
    /// ## Source
    /// [`validation.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/apis/apps/validation/validation.go),
    /// `ValidateRollingUpdateDeployment`: "may not be 0 when `maxSurge` is 0", Kubernetes 1.36.
    BVL0606, "rollout-stands-still", Error(Refused), since "0.1.0" => run, reads ["rollout", "scale {"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        let (surge, unavailable) = (&service.rollout.surge, &service.rollout.unavailable);
        if !is_nothing(surge.value) || !is_nothing(unavailable.value) {
            continue;
        }
        let title = format!("a rollout of {} may neither add a replica nor miss one", workload.name.value);
        let mut diagnostic = finding(&BVL0606, workload, environment, surge.span, title)
            .here(format!("adds none{}", cx.from_layer(surge.layer)));
        let edits = if unavailable.is_built_in() {
            diagnostic = diagnostic.note("`unavailable` is not stated, so it is 0");
            cx.append(surge, "; unavailable 1")
        } else {
            diagnostic = diagnostic.also(unavailable.span, format!("misses none{}", cx.from_layer(unavailable.layer)));
            cx.replace(unavailable, "1")
        };
        sink.report(
            diagnostic
                .note("the API server would refuse the Deployment")
                .help("`surge 1` adds one first; `unavailable 1` takes one first")
                .choice("add one first: `surge 1`", cx.replace(surge, "1"))
                .choice("take one first: `unavailable 1`", edits),
        );
    }
}
