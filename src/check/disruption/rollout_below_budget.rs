//! A rollout keeps what a drain would have to keep.

use super::budget_blocks_eviction;
use super::eviction::{Field, Stated};
use super::rolling::resolved;
use crate::check::mend::Mend;
use crate::check::scaling::replicas;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::Count;

crate::check! {
    /// ## What it means
    /// A rollout may take more replicas away than the disruption budget's `min-available` would let a drain take, at the
    /// smallest number of replicas. `unavailable` in percent rounds down; a disruption budget rounds up.
    ///
    /// ## Why it matters in the cluster
    /// It is legal: budgets bind evictions, not rollouts. But what is kept for a drain is mostly meant for every day, and
    /// while the rollout goes on no pod may be evicted.
    ///
    /// ## How to mend it
    /// Lower `unavailable`. `unavailable 0`, the default, starts a new replica first.
    ///
    /// ```bvl bad in=rollout
    /// unavailable 2 //~ BVL0612 "2 - 2 = 0"
    /// ```
    /// ```bvl fixed in=rollout fix=1
    /// unavailable 1
    /// ```
    /// ```bvl good in=rollout
    /// unavailable 1
    /// ```
    ///
    /// A budget that lets none go is a mistake of its own (BVL0601), and this is judged once that is accepted:
    /// ```bvl bad in=file
    /// service report is base { disruption min-available 2; rollout { surge 1; unavailable 1 } } //~ BVL0612 "2 - 1 = 1"
    /// allow caller -> report.http
    /// waive budget-blocks-eviction on report because "its nodes are never drained"
    /// ```
    ///
    /// One that keeps more than there are is kept by no rollout, and nothing is said of it:
    /// ```bvl good in=file
    /// service report is base { disruption min-available 3; rollout { surge 0; unavailable 1 } }
    /// allow caller -> report.http
    /// waive budget-blocks-eviction on report because "its nodes are never drained"
    /// ```
    ///
    /// ## Source
    /// [Disruptions](https://kubernetes.io/docs/concepts/workloads/pods/disruptions/) and
    /// [`deployment_util.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/controller/deployment/util/deployment_util.go),
    /// `ResolveFenceposts`, Kubernetes 1.36.
    BVL0612, "rollout-below-budget", Hint, since "0.1.0" => run, looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        let (surge, unavailable) = (&service.rollout.surge, &service.rollout.unavailable);
        let Some(floor) = replicas::floor(workload) else { continue };
        let n = floor.value;
        let stated = Stated::of(workload.disruption.as_ref());
        let stay = match stated {
            Some(stated) if stated.field == Field::MinAvailable => stated.stay(n),
            None if workload.disruption.is_none() && n >= 2 => 1,
            Some(_) | None => continue,
        };
        // more than all is named by itself
        if matches!(unavailable.value, Count::Percent(percent) if percent.0 > 100) {
            continue;
        }
        // a budget of more than there are is kept by no rollout, whatever may be missing
        let Some(most) = u64::from(n).checked_sub(stay) else { continue };
        let missing = resolved(surge.value, unavailable.value, n).unavailable.min(n.into());
        let left = u64::from(n) - missing;
        // a budget that lets none go is named by itself
        let lets_none_go =
            || stay >= u64::from(n) && cx.stands(&budget_blocks_eviction::CHECK, &workload.name.value, environment);
        if left >= stay || unavailable.is_built_in() || lets_none_go() {
            continue;
        }
        let title = format!(
            "a rollout of {} may leave {n} - {missing} = {left} of its replicas, fewer than the {stay} of its disruption budget",
            workload.name.value
        );
        let mut diagnostic = finding(&BVL0612, workload, environment, unavailable.span, title)
            .here(format!("{missing} of {n} may be missing{}", cx.from_layer(unavailable.layer)))
            .also(floor.span, replicas::floor_label(cx, workload, floor))
            .taken(workload, replicas::unstated(workload, floor));
        if let Some(stated) = stated {
            diagnostic =
                diagnostic.also(stated.count.span, format!("{}{}", stated.sum(n), cx.from_layer(stated.count.layer)));
        } else {
            diagnostic = diagnostic
                .note("`disruption` is not stated: where at least two are kept the default is `min-available 1`");
        }
        let fitting = if matches!(surge.value, Count::Number(0)) { most.max(1) } else { most };
        sink.report(
            diagnostic
                .note(if left == 0 {
                    "budgets bind evictions and not rollouts: while this one goes on nobody may be answering, and no pod may be evicted"
                } else {
                    "budgets bind evictions and not rollouts: while this one goes on no pod may be evicted"
                })
                .help(format!("lower `unavailable` to {fitting}"))
                .choice(format!("lower unavailable to {fitting}"), cx.replace(unavailable, fitting.to_string())),
        );
    }
}
