//! A quorum's budget keeps a majority.

use super::eviction::{Field, Stated};
use super::operator_budget;
use crate::check::mend::Mend;
use crate::check::scaling::replicas;
use crate::check::{Context, finding};
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::{Environment, Workload};

crate::check! {
    /// ## What it means
    /// The members of a quorum decide by majority: of N, floor(N/2) + 1. The disruption budget lets so many go at once that
    /// fewer stay.
    ///
    /// ## Why it matters in the cluster
    /// A drain may then take the majority. The others stop serving, and no write is accepted until enough are back.
    ///
    /// ## How to mend it
    /// State nothing, since the majority is the default for a quorum; or a budget that keeps it. `max-unavailable 1` also
    /// leaves time to catch up between two evictions.
    ///
    /// ```bvl bad in=file
    /// managed store {
    ///   match "app" "store"
    ///   port sql 5432
    ///   service "store" sql
    ///   replicas 5
    ///   quorum
    ///   disruption min-available 2 //~ BVL0604 "keeps 2 of 5"
    /// }
    /// allow app -> store.sql
    /// ```
    /// ```bvl fixed in=file fix=1
    /// managed store {
    ///   match "app" "store"
    ///   port sql 5432
    ///   service "store" sql
    ///   replicas 5
    ///   quorum
    ///   disruption min-available 3
    /// }
    /// allow app -> store.sql
    /// ```
    /// ```bvl bad in=file
    /// managed store {
    ///   match "app" "store"
    ///   port sql 5432
    ///   service "store" sql
    ///   replicas 5
    ///   quorum
    ///   disruption max-unavailable 60% //~ BVL0604 "keeps 2 of 5"
    /// }
    /// allow app -> store.sql
    /// ```
    /// ```bvl good in=file
    /// managed store {
    ///   match "app" "store"
    ///   port sql 5432
    ///   service "store" sql
    ///   replicas 5
    ///   quorum
    ///   disruption max-unavailable 40%
    /// }
    /// allow app -> store.sql
    /// ```
    ///
    /// What an operator's budget keeps counts as well, where its class says that:
    /// ```bvl bad in=file
    /// managed store {
    ///   match "app" "store"
    ///   port sql 5432
    ///   service "store" sql
    ///   replicas 3
    ///   quorum
    ///   disruption by-operator
    ///   operator-keeps 1 //~ BVL0604 "the disruption budget of store's operator keeps 1 of 3"
    /// }
    /// allow app -> store.sql
    /// ```
    /// ```bvl good in=file
    /// managed store {
    ///   match "app" "store"
    ///   port sql 5432
    ///   service "store" sql
    ///   replicas 3
    ///   quorum
    ///   disruption by-operator
    ///   operator-keeps 2
    /// }
    /// allow app -> store.sql
    /// ```
    ///
    /// ## Source
    /// [JetStream clustering](https://docs.nats.io/running-a-nats-service/configuration/clustering/jetstream_clustering) for the
    /// majority; [`disruption.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/controller/disruption/disruption.go)
    /// for the rounding, Kubernetes 1.36.
    BVL0604, "quorum-budget-too-low", Error(Judgment), since "0.1.0" => run, reads ["disruption", "replicas", "quorum", "operator-keeps"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, environment) in cx.workloads() {
        for found in found(cx, workload, environment) {
            sink.report(found);
        }
    }
}

/// Whether it is told of a workload, so that what else is wrong with how many there are is not said beside it.
pub(super) fn is_told(cx: &Context<'_>, workload: &Workload, environment: &Environment) -> bool {
    cx.stands(&CHECK, &workload.name.value, environment) && !found(cx, workload, environment).is_empty()
}

/// What is found of a workload: that the budget of its operator, or its own, keeps no majority.
fn found(cx: &Context<'_>, workload: &Workload, environment: &Environment) -> Vec<Diagnostic> {
    let of_operator = operator_budget::keeps_no_majority(cx, &BVL0604, workload, environment);
    of_operator.into_iter().chain(of_own(cx, workload, environment)).collect()
}

fn of_own(cx: &Context<'_>, workload: &Workload, environment: &Environment) -> Option<Diagnostic> {
    let quorum = workload.quorum()?;
    let stated = Stated::of(workload.disruption.as_ref())?;
    let members = replicas::floor(workload).filter(|members| members.value >= 3)?;
    let (n, majority) = (members.value, members.value / 2 + 1);
    let stay = stated.stay(n);
    if stay >= u64::from(majority) || !(cx.is_users(stated.count.span) || cx.is_users(members.span)) {
        return None;
    }
    let title = format!(
        "the disruption budget of {} keeps {stay} of {n} members, and its majority is {majority}",
        workload.name.value
    );
    let fitting = match stated.field {
        Field::MinAvailable => majority,
        Field::MaxUnavailable => n - majority,
    };
    let word = stated.field.word();
    let found = finding(&BVL0604, workload, environment, stated.count.span, title)
        .here(format!("{}{}", stated.sum(n), cx.from_layer(stated.count.layer)))
        .also(members.span, format!("{n} members{}", cx.from_layer(members.layer)))
        .also(quorum.span, format!("decide by majority{}", cx.from_layer(quorum.layer)))
        .note(format!("floor({n} / 2) + 1 = {majority}: with fewer nothing is decided, and no write is accepted"));
    let write = || (format!("write `{word} {fitting}`"), cx.replace(&stated.count, fitting.to_string()));
    let fewer = n - 1;
    if !n.is_multiple_of(2) || fewer < 3 {
        let help = format!("`{word} {fitting}`, or state nothing: the majority is the default");
        let (title, edits) = write();
        return Some(found.help(help).choice(title, edits));
    }
    // of an even number one member is too many, and may be all that is
    let keep = replicas::keep(workload, fewer);
    if !replicas::are_ours(workload) {
        let (title, edits) = write();
        let help = format!("`{word} {fitting}`; or, since {fewer} withstand as many losses, {keep}");
        return Some(found.help(help).choice(title, edits));
    }
    let run = cx.replace(&members, fewer.to_string());
    if replicas::keeps_majority(workload, fewer) {
        return Some(found.help(format!("{fewer} withstand as many losses: {keep}")).choice(keep, run));
    }
    let kept = fewer / 2 + 1;
    let fitting = match stated.field {
        Field::MinAvailable => kept,
        Field::MaxUnavailable => fewer - kept,
    };
    let both = run.zip(cx.replace(&stated.count, fitting.to_string())).map(|(run, count)| [run, count].concat());
    let way = format!("{keep} and write `{word} {fitting}`");
    Some(found.help(format!("{fewer} withstand as many losses: {way}")).choice(way, both))
}
