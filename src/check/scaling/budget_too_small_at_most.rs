//! The largest numbers of replicas fit an environment's budget, rollouts included.

use super::demand::{Excess, exceeded, tell};
use super::replicas::Extent;
use crate::check::Context;
use crate::diagnostic::Sink;

crate::check! {
    /// ## What it means
    /// The pods of an environment may need more than its budget once its services have scaled to their largest numbers of
    /// replicas: the sum over all of (replicas + surge) x limit, of requests for `requests`, of pods for `pods`.
    ///
    /// ## Why it matters in the cluster
    /// Services that grow at the same hour take the budget from each other. The API server refuses the pods that no longer
    /// fit, and a rollout at that hour stands still.
    ///
    /// ## How to mend it
    /// Raise the budget, or lower the largest numbers. Where they never grow together, say so:
    /// `waive budget-too-small-at-most on ENVIRONMENT because ".."`.
    ///
    /// ```bvl bad in=environment
    /// budget { cpu 3999m } //~ BVL0515 "the workloads of test may need 4000m of cpu"
    /// service app { scale 2..4 { on cpu 70% } }
    /// ```
    /// ```bvl fixed in=environment fix=1
    /// budget { cpu 4000m }
    /// service app { scale 2..4 { on cpu 70% } }
    /// ```
    /// ```bvl good in=environment
    /// budget { cpu 5 }
    /// service app { scale 2..4 { on cpu 70% } }
    /// ```
    ///
    /// ## Source
    /// [`pods.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/quota/v1/evaluator/core/pods.go) and
    /// [`deployment_util.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/controller/deployment/util/deployment_util.go),
    /// `ResolveFenceposts` (a surge in percent rounds up), Kubernetes 1.36.
    BVL0515, "budget-too-small-at-most", Warning, since "0.1.0" => run
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for environment in cx.environments() {
        let all = exceeded(cx, environment, Extent::Most).filter_map(|line| {
            let least = line.demand(cx, environment, Extent::Least).sum;
            if least > line.budget {
                return None;
            }
            let demand = line.demand(cx, environment, Extent::Most);
            // those that are stopping would be reported next
            let enough = line.demand(cx, environment, Extent::Stopping);
            Some(Excess { line, demand, enough })
        });
        let found = tell(cx, &BVL0515, (environment, Extent::Most), &all.collect::<Vec<_>>());
        if let Some(found) = found {
            sink.report(found);
        }
    }
}
