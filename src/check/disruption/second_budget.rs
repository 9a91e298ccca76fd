//! The pods of a workload have one disruption budget, its operator's or ours.

use super::eviction::{self, Stated};
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::Origin;

crate::check! {
    /// ## What it means
    /// A class says that its operator or chart makes the disruption budget, and a stronger layer states one in numbers, which
    /// bvlc would emit as well.
    ///
    /// ## Why it matters in the cluster
    /// Two budgets select the same pods. Every eviction then fails with an internal error (HTTP 500), and `kubectl drain`
    /// gives up on the node.
    ///
    /// ## How to mend it
    /// Leave the budget to the operator, and set it there. Where the chart's own is switched off, write a class of your own
    /// that does not say `disruption by-operator`.
    ///
    /// ```bvl bad in=file
    /// class operated {
    ///   match "app" "store"
    ///   port sql 5432
    ///   service "store" sql
    ///   replicas 3
    ///   disruption by-operator
    /// }
    /// managed store is operated { disruption min-available 2 } //~ BVL0610 "store would have two disruption budgets"
    /// allow app -> store.sql
    /// ```
    /// ```bvl fixed in=file fix=1
    /// class operated {
    ///   match "app" "store"
    ///   port sql 5432
    ///   service "store" sql
    ///   replicas 3
    ///   disruption by-operator
    /// }
    /// managed store is operated { disruption by-operator }
    /// allow app -> store.sql
    /// ```
    /// ```bvl good in=file
    /// class operated {
    ///   match "app" "store"
    ///   port sql 5432
    ///   service "store" sql
    ///   replicas 3
    ///   disruption max-unavailable 1
    /// }
    /// managed store is operated { disruption min-available 2 }
    /// allow app -> store.sql
    /// ```
    ///
    /// ## Source
    /// [`eviction.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/registry/core/pod/storage/eviction.go): "This pod
    /// has more than one PodDisruptionBudget, which the eviction subresource does not support", Kubernetes 1.36.
    BVL0610, "second-budget", Error(Judgment), since "0.1.0" => run, looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, environment) in cx.workloads() {
        let Some(theirs) = workload.managed().and_then(|managed| managed.operators_budget) else { continue };
        let Some(stated) = Stated::of(workload.disruption.as_ref()) else { continue };
        let name = &workload.name.value;
        let title = format!("{name} would have two disruption budgets, its operator's and this one");
        let ours = format!("{} {}{}", stated.field.word(), stated.count.value, cx.from_layer(stated.count.layer));
        let edits = eviction::whole(stated, cx).and_then(|whole: Origin<()>| cx.replace(&whole, "by-operator"));
        sink.report(
            finding(&BVL0610, workload, environment, stated.count.span, title)
                .here(ours)
                .also(theirs.span, format!("its operator makes one{}", cx.from_layer(theirs.layer)))
                .note("with two budgets on one pod every eviction fails with HTTP 500, and no node is drained")
                .help(format!("take `disruption {} {}` out or write `disruption by-operator`: how many must stay is set in the operator's own resource", stated.field.word(), stated.count.value))
                .choice("leave it to the operator: `disruption by-operator`", edits),
        );
    }
}
