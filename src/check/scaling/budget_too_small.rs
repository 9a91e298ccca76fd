//! The smallest numbers of replicas fit an environment's budget, rollouts included.

use super::demand::{Excess, exceeded, tell};
use super::replicas::Extent;
use crate::check::Context;
use crate::diagnostic::Sink;

crate::check! {
    /// ## What it means
    /// The pods of an environment need more than its budget, even where every workload has its smallest number of
    /// replicas: the sum over all of (replicas + surge) x limit, of requests for `requests`, of pods for `pods`;
    /// and of volumes that outlive their pods, which a rollout does not multiply.
    ///
    /// ## Why it matters in the cluster
    /// The API server refuses the pods that no longer fit. Which ones is chance: a rollout stands still, or a service that
    /// was restarted does not come back.
    ///
    /// ## How to mend it
    /// Raise the budget, or lower what the largest take. The table shows who takes what.
    ///
    /// ```bvl bad in=environment
    /// budget { cpu 2999m } //~ BVL0514 "the workloads of test need 3000m of cpu"
    /// ```
    /// ```bvl fixed in=environment fix=1
    /// budget { cpu 3000m }
    /// ```
    /// ```bvl bad in=environment
    /// budget { pods 5 } //~ BVL0514 "6 pods"
    /// ```
    /// ```bvl good in=environment
    /// budget { cpu 3; memory 1536Mi; pods 6; requests { cpu 600m; memory 768Mi } }
    /// ```
    ///
    /// What a LimitRange gives to a service of which it is accepted that it states nothing counts as well:
    /// ```bvl bad in=file
    /// environment tight {
    ///   shared
    ///   namespace "shop-tight"
    ///   limit-range { cpu 10m..4 }
    ///   budget { cpu 11999m } //~ BVL0514 "need 12000m of cpu"
    /// }
    /// service report is base { in tight; scale 2; without cpu }
    /// allow caller -> report.http
    /// waive missing-resources on report because "the LimitRange gives it"
    /// ```
    /// ```bvl good in=file
    /// environment tight { shared; namespace "shop-tight"; limit-range { cpu 10m..4 }; budget { cpu 12 } }
    /// service report is base { in tight; scale 2; without cpu }
    /// allow caller -> report.http
    /// waive missing-resources on report because "the LimitRange gives it"
    /// ```
    ///
    /// Volumes are counted by their sizes, and are refused as they are made: their pods wait for them.
    /// ```bvl bad in=file
    /// environment tight {
    ///   shared
    ///   namespace "shop-tight"
    ///   budget { volumes 4; storage 43Gi } //~ BVL0514 "need 44Gi of storage"
    /// }
    /// service ledger is base {
    ///   in tight
    ///   stateful
    ///   volume data "/data" 21Gi
    ///   volume log "/log" 1Gi
    /// }
    /// allow caller -> ledger.http
    /// ```
    /// ```bvl good in=file
    /// environment tight { shared; namespace "shop-tight"; budget { volumes 4; storage 44Gi } }
    /// service ledger is base {
    ///   in tight
    ///   stateful
    ///   volume data "/data" 21Gi
    ///   volume log "/log" 1Gi
    /// }
    /// allow caller -> ledger.http
    /// ```
    ///
    /// ## Source
    /// [`pods.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/quota/v1/evaluator/core/pods.go),
    /// [`persistent_volume_claims.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/quota/v1/evaluator/core/persistent_volume_claims.go) and
    /// [`deployment_util.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/controller/deployment/util/deployment_util.go),
    /// `ResolveFenceposts` (a surge in percent rounds up), Kubernetes 1.36.
    BVL0514, "budget-too-small", Error(Refused), since "0.1.0" => run
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for environment in cx.environments() {
        let all = exceeded(cx, environment, Extent::Least).map(|line| {
            let demand = line.demand(cx, environment, Extent::Least);
            // a budget that holds the smallest numbers alone would be reported next
            let enough = line.demand(cx, environment, Extent::Stopping);
            Excess { line, demand, enough }
        });
        let found = tell(cx, &BVL0514, (environment, Extent::Least), &all.collect::<Vec<_>>());
        if let Some(found) = found {
            sink.report(found);
        }
    }
}
