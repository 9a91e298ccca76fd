//! A rollout may replace pods.

use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::{Count, Origin};

crate::check! {
    /// ## What it means
    /// A rollout may neither run a replica more than wanted nor miss one: `surge` and `unavailable` are both 0.
    ///
    /// ## Why it matters in the cluster
    /// The API server refuses the Deployment: no pod could ever be replaced.
    ///
    /// ## How to mend it
    /// Allow one of the two. `surge 1` keeps all replicas while it rolls, and takes room for one more.
    ///
    /// ```bvl bad in=rollout
    /// surge 0 //~ BVL0606 "no pod of app can ever be replaced"
    /// ```
    /// ```bvl fixed fix=1 in=rollout
    /// surge 1
    /// ```
    /// ```bvl good in=rollout
    /// surge 0
    /// unavailable 1
    /// ```
    /// ```bvl good in=rollout
    /// surge 1%
    /// ```
    ///
    /// ## Source
    /// [`ValidateRollingUpdateDeployment`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/apis/apps/validation/validation.go)
    /// (Kubernetes 1.36).
    BVL0606, "rollout-stands-still", Error, since "0.1.0" => run
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        let (surge, unavailable) = (&service.rollout.surge, &service.rollout.unavailable);
        if !is_zero(surge) || !is_zero(unavailable) {
            continue;
        }
        let name = &workload.name.value;
        let missing = cx.replace(unavailable, "1").or_else(|| cx.append(surge, "; unavailable 1"));
        sink.report(
            finding(
                &BVL0606,
                workload,
                environment,
                surge.span,
                format!("no pod of {name} can ever be replaced: surge and unavailable are both 0"),
            )
            .here(format!("none more{}", cx.from_layer(surge.layer)))
            .also(unavailable.span, format!("none less{}", cx.from_layer(unavailable.layer)))
            .note("the API server refuses such a Deployment")
            .help("write `surge 1`, which takes room for one more, or `unavailable 1`, which misses one")
            .choice("let one more run: surge 1", cx.replace(surge, "1"))
            .choice("let one be missing: unavailable 1", missing),
        );
    }
}

/// Whether a count is literally zero.
pub(super) fn is_zero(count: &Origin<Count>) -> bool {
    match count.value {
        Count::Number(number) => number == 0,
        Count::Percent(percent) => percent.0 == 0,
    }
}
