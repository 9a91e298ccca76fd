//! The pods of a workload have one disruption budget, its operator's or ours.

use super::eviction::{self, Stated};
use super::operator_budget;
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::managed::OperatorKeeps;
use crate::model::{Disruption, Environment, Origin, Workload};

crate::check! {
    /// ## What it means
    /// A class says that its operator or chart makes the disruption budget, by `disruption by-operator` or `operator-keeps`, and
    /// bvlc would emit one as well: one that is stated in numbers, or the one that follows where none is stated. Or it is
    /// stated that there is none, and the operator makes one all the same.
    ///
    /// ## Why it matters in the cluster
    /// Two budgets select the same pods. Every eviction then fails with an internal error (HTTP 500), and `kubectl drain`
    /// gives up on the node. Where the spec says that there is none, people and bvlc reckon with pods that may all go, and
    /// drains wait for the budget that is there.
    ///
    /// ## How to mend it
    /// Leave the budget to the operator, and set it there. Where the operator is told to make none, state
    /// `without operator-keeps` beside what you want in its place; where its class says `disruption by-operator` alone, write a
    /// class of your own that does not. A class whose `values` take `$by-operator` tells its chart by itself.
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
    /// What an operator keeps says that it makes one:
    /// ```bvl bad in=file
    /// managed store {
    ///   match "app" "store"
    ///   port sql 5432
    ///   service "store" sql
    ///   replicas 3
    ///   operator-keeps 1 //~ BVL0610 "store would have two disruption budgets"
    /// }
    /// allow app -> store.sql
    /// ```
    /// ```bvl fixed in=file fix=1
    /// managed store {
    ///   disruption by-operator
    ///   match "app" "store"
    ///   port sql 5432
    ///   service "store" sql
    ///   replicas 3
    ///   operator-keeps 1
    /// }
    /// allow app -> store.sql
    /// ```
    /// Taking the word away takes no budget away:
    /// ```bvl bad in=file
    /// class operated {
    ///   match "app" "store"
    ///   port sql 5432
    ///   service "store" sql
    ///   replicas 3
    ///   disruption by-operator
    /// }
    /// managed store is operated { without disruption } //~ BVL0610 "store would have two disruption budgets"
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
    /// managed store is operated { }
    /// allow app -> store.sql
    /// ```
    /// Nor does saying that there is none, unless it is said of the operator's, too:
    /// ```bvl bad in=file
    /// class operated {
    ///   match "app" "store"
    ///   port sql 5432
    ///   service "store" sql
    ///   replicas 3
    ///   disruption by-operator
    ///   operator-keeps 1 unless "enablePDB: false"
    /// }
    /// managed store is operated { disruption none because "it is small" } //~ BVL0610 "store has a disruption budget"
    /// allow app -> store.sql
    /// ```
    /// ```bvl fixed in=file fix=1
    /// class operated {
    ///   match "app" "store"
    ///   port sql 5432
    ///   service "store" sql
    ///   replicas 3
    ///   disruption by-operator
    ///   operator-keeps 1 unless "enablePDB: false"
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
    ///   disruption by-operator
    ///   operator-keeps 1 unless "enablePDB: false"
    /// }
    /// managed store is operated { without operator-keeps; disruption none because "its Cluster states enablePDB: false" }
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
    /// has more than one PodDisruptionBudget, which the eviction subresource does not support", Kubernetes 1.36. That `enablePDB` keeps
    /// CloudNativePG from making one: [`kubernetes_upgrade.md`](https://github.com/cloudnative-pg/cloudnative-pg/blob/v1.30.0/docs/src/kubernetes_upgrade.md).
    BVL0610, "second-budget", Error(Judgment), since "0.1.0" => run, looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, environment) in cx.workloads() {
        let Some(theirs) = workload.managed().and_then(|managed| managed.operators_budget) else { continue };
        let stated = match &workload.disruption {
            Some(Disruption::ByOperator(_)) => continue,
            Some(Disruption::None { stated, .. }) => {
                sink.report(all_the_same(cx, workload, environment, theirs, *stated));
                continue;
            }
            stated => Stated::of(stated.as_ref()),
        };
        let found = match (stated, workload.kept_unstated()) {
            (Some(stated), _) => beside_stated(cx, workload, environment, stated).also(theirs.span, said(cx, theirs)),
            (None, Some(kept)) => beside_unstated(cx, workload, environment, theirs, kept),
            (None, None) => continue,
        };
        sink.report(
            found.note("with two budgets on one pod every eviction fails with HTTP 500, and no node is drained"),
        );
    }
}

/// Which statement says that the operator makes a budget.
fn said(cx: &Context<'_>, theirs: Origin<()>) -> String {
    format!("says that its operator makes one{}", cx.from_layer(theirs.layer))
}

/// What is said of a budget that is stated beside the operator's.
fn beside_stated(cx: &Context<'_>, workload: &Workload, environment: &Environment, stated: Stated) -> Diagnostic {
    let name = &workload.name.value;
    let title = format!("{name} would have two disruption budgets, its operator's and this one");
    let (word, count) = (stated.field.word(), stated.count.value);
    let edits = eviction::whole(stated, cx).and_then(|whole: Origin<()>| cx.replace(&whole, "by-operator"));
    finding(&BVL0610, workload, environment, stated.count.span, title)
        .here(format!("{word} {count}{}", cx.from_layer(stated.count.layer)))
        .help(format!("take `disruption {word} {count}` out or write `disruption by-operator`: how many must stay is set in the operator's own resource"))
        .choice(BY_OPERATOR, edits.filter(|_| operator_budget::does(workload)))
}

/// What is said of the budget that follows where none is stated.
fn beside_unstated(
    cx: &Context<'_>,
    workload: &Workload,
    environment: &Environment,
    theirs: Origin<()>,
    kept: u32,
) -> Diagnostic {
    let name = &workload.name.value;
    let title = format!("{name} would have two disruption budgets, its operator's and the one that bvlc makes");
    let found = |place| finding(&BVL0610, workload, environment, place, title);
    let help = "how many must stay is set in the operator's own resource";
    let Some(removed) = workload.removed("disruption") else {
        let edits = cx.state_word(workload, "disruption", "disruption by-operator");
        return found(theirs.span)
            .here(format!(
                "{}; `disruption` is not stated, so bvlc makes a second, which keeps {kept}",
                said(cx, theirs)
            ))
            .help(format!("state `disruption by-operator`: {help}"))
            .choice(BY_OPERATOR, edits.filter(|_| operator_budget::does(workload)));
    };
    let is_by_operator = removed.chosen.last().is_some_and(|(variant, _)| *variant == "by-operator");
    if is_by_operator && removed.named == "disruption" {
        let layer = cx.model.layer_name(theirs.layer);
        let edits = cx.take_out(removed.by.span);
        return found(removed.by.span)
            .here(format!(
                "takes away `disruption by-operator` of {layer}, so bvlc makes a second, which keeps {kept}{}",
                cx.from_layer(removed.by.layer)
            ))
            .also(theirs.span, said(cx, theirs))
            .help(format!("take `without disruption` out: {layer} states `disruption by-operator`; {help}"))
            .choice("take `without disruption` out", edits.filter(|_| operator_budget::does(workload)));
    }
    let edits = cx.state_word(workload, "disruption", "disruption by-operator");
    found(removed.by.span)
        .here(format!("{}, so bvlc makes a second, which keeps {kept}", cx.unstated(workload, "disruption")))
        .also(theirs.span, said(cx, theirs))
        .help(format!("state `disruption by-operator` in its place: {help}"))
        .choice(BY_OPERATOR, edits.filter(|_| operator_budget::does(workload)))
}

/// What is said where there is stated to be no budget, and the operator makes one.
fn all_the_same(
    cx: &Context<'_>,
    workload: &Workload,
    environment: &Environment,
    theirs: Origin<()>,
    stated: Origin<()>,
) -> Diagnostic {
    let name = &workload.name.value;
    let keeps = workload.managed().and_then(|managed| managed.operator_keeps.as_ref());
    let otherwise = match keeps {
        Some(OperatorKeeps { unless: Some(unless), .. }) => {
            format!(
                "or, if its own resource states `{}`, keep `disruption none` and add `without operator-keeps`",
                unless.value
            )
        }
        Some(_) => "or, if it is told to make none, keep `disruption none` and add `without operator-keeps`".to_owned(),
        None => "or, if it is told to make none, write a class of your own that does not say `disruption by-operator`"
            .to_owned(),
    };
    let title = format!("{name} has a disruption budget all the same: its operator makes one");
    let mut found = finding(&BVL0610, workload, environment, stated.span, title)
        .here(format!("keeps bvlc from making one, not the operator{}", cx.from_layer(stated.layer)))
        .also(theirs.span, said(cx, theirs));
    if let Some(keeps) = keeps {
        found = found.also(
            keeps.count.span,
            format!("its budget keeps {}{}", keeps.count.value, cx.from_layer(keeps.count.layer)),
        );
    }
    let edits = cx.replace(&stated, "disruption by-operator").filter(|_| operator_budget::does(workload));
    found
        .note("a drain keeps to the budget that is there, whatever is stated here")
        .help(format!("write `disruption by-operator`; {otherwise}"))
        .choice(BY_OPERATOR, edits)
}

/// What mends each of them.
const BY_OPERATOR: &str = "leave it to the operator: `disruption by-operator`";
