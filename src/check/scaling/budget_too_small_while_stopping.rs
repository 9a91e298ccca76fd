//! The pods that a rollout has replaced fit an environment's budget beside the new ones, until they are gone.

use super::demand::{Excess, exceeded, tell};
use super::replicas::{self, Extent};
use crate::check::Context;
use crate::check::mend::Mend;
use crate::diagnostic::Sink;

crate::check! {
    /// ## What it means
    /// An environment's budget holds the largest numbers of replicas and the surge of a rollout, but not the pods beside them
    /// that the rollout has replaced and that are still stopping. A pod is charged until it is gone, for up to twice its
    /// grace. How many are stopping at once follows from how long a replica takes to start (`start .. within`,
    /// `starts-within`); nothing is said of services that do not state it. It is counted with the longest start that is stated:
    /// where pods start faster, more of the old ones are stopping at once.
    ///
    /// ## Why it matters in the cluster
    /// At the highest load the API server refuses pods of a rollout for as long as old ones are stopping: the rollout goes on
    /// slower than meant, or misses its deadline.
    ///
    /// ## How to mend it
    /// Raise the budget, shorten the grace, or add fewer at once: `rollout { surge 1 }`.
    ///
    /// Two replicas of each service, one more in a rollout; of `app`, which starts within 15s and is charged for up to
    /// 2 x 30s, an old one is stopping beside them. There are never more than all old and all new ones:
    /// ```bvl bad in=environment
    /// budget { cpu 3999m } //~ BVL0525 "4000m of cpu"
    /// service app { cpu 100m..625m; health { starts-within 15s } }
    /// ```
    /// ```bvl fixed in=environment fix=1
    /// budget { cpu 4000m }
    /// service app { cpu 100m..625m; health { starts-within 15s } }
    /// ```
    /// Where every start takes longer than stopping does, none are stopping:
    /// ```bvl good in=environment
    /// budget { cpu 3 }
    /// service app { health { starts-within 60s; live after 40s } }
    /// ```
    ///
    /// ## Source
    /// [`pods.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/quota/v1/evaluator/core/pods.go), `QuotaV1Pod`, and
    /// [`deployment_util.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/controller/deployment/util/deployment_util.go),
    /// `NewRSNewReplicas`, Kubernetes 1.36.
    BVL0525, "budget-too-small-while-stopping", Warning, since "0.1.0" => run
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for environment in cx.environments() {
        let all = exceeded(cx, environment, Extent::Stopping).filter_map(|line| {
            if line.demand(cx, environment, Extent::Most).sum > line.budget {
                return None;
            }
            let demand = line.demand(cx, environment, Extent::Stopping);
            Some(Excess { enough: demand.clone(), line, demand })
        });
        let found = tell(cx, &BVL0525, (environment, Extent::Stopping), &all.collect::<Vec<_>>());
        if let Some(mut diagnostic) = found {
            let mut is_explained = false;
            for workload in cx.model.workloads_in(environment.id).filter(|workload| !workload.tainted) {
                let Some(service) = workload.service() else { continue };
                let Some(start) = replicas::start(service) else { continue };
                if replicas::pods(workload, Extent::Stopping).stopping == 0 {
                    continue;
                }
                let (name, grace) = (&workload.name.value, &service.program.shutdown.grace);
                diagnostic = diagnostic.also(start.span, format!("{name} starts within {}", start.value));
                if !is_explained {
                    is_explained = true;
                    diagnostic = diagnostic.note(format!(
                        "stopping: what a rollout has replaced and what is not gone yet; {name} may replace a pod every {}, as soon as a new one has started, and each counts for up to 2 x {} of grace",
                        start.value, grace.value
                    ));
                }
                if !grace.is_built_in() {
                    diagnostic = diagnostic.also(grace.span, format!("{name} stops within {}", grace.value));
                }
            }
            sink.report(diagnostic);
        }
    }
}
