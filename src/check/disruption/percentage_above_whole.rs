//! No more than all pods stay, go or are missing.

use super::eviction::Stated;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::Count;

crate::check! {
    /// ## What it means
    /// A disruption budget, or what may be missing in a rollout, is more than 100%. A surge may be: twice as many and more
    /// can run for a while.
    ///
    /// ## Why it matters in the cluster
    /// The API server refuses the object.
    ///
    /// ## How to mend it
    /// Write a share of the whole.
    ///
    /// ```bvl bad in=service
    /// disruption max-unavailable 101% //~ BVL0609 "101%"
    /// ```
    /// ```bvl good in=service
    /// disruption max-unavailable 100%
    /// ```
    /// ```bvl bad in=rollout
    /// unavailable 101% //~ BVL0609 "101%"
    /// ```
    /// ```bvl good in=rollout
    /// unavailable 100%
    /// surge 200%
    /// ```
    ///
    /// ## Source
    /// [`validation.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/apis/apps/validation/validation.go),
    /// `IsNotMoreThan100Percent`, Kubernetes 1.36.
    BVL0609, "percentage-above-whole", Error(Refused), since "0.1.0" => run, reads ["disruption", "rollout"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, environment) in cx.workloads() {
        let budget = Stated::of(workload.disruption.as_ref()).map(|budget| (budget.field.word(), budget.count));
        let rollout = workload.service().map(|service| ("unavailable", service.rollout.unavailable));
        for (word, count) in budget.into_iter().chain(rollout) {
            let Count::Percent(percent) = count.value else { continue };
            if percent.0 <= 100 {
                continue;
            }
            let title = format!("`{word}` of {} is {percent}, more than all of its pods", workload.name.value);
            sink.report(
                finding(&BVL0609, workload, environment, count.span, title)
                    .here(format!("more than the whole{}", cx.from_layer(count.layer)))
                    .note("the API server would refuse it: 100% are all")
                    .help(if word == "min-available" {
                        "write less than `100%`, such as `50%`: with all of them no pod could ever be evicted"
                    } else {
                        "write at most `100%`, such as `25%`"
                    }),
            );
        }
    }
}
