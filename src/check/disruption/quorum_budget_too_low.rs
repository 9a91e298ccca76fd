//! A quorum's budget keeps a majority.

use super::eviction::{Field, Stated};
use super::operator_budget;
use crate::check::mend::Mend;
use crate::check::scaling::replicas;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;

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
        if let Some(found) = operator_budget::keeps_no_majority(cx, &BVL0604, workload, environment) {
            sink.report(found);
        }
        let Some(quorum) = workload.managed().and_then(|managed| managed.quorum) else { continue };
        let Some(stated) = Stated::of(workload.disruption.as_ref()) else { continue };
        let Some(members) = replicas::floor(workload).filter(|members| members.value >= 3) else { continue };
        let (n, majority) = (members.value, members.value / 2 + 1);
        let stay = stated.stay(n);
        if stay >= u64::from(majority) || !(cx.is_users(stated.count.span) || cx.is_users(members.span)) {
            continue;
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
        sink.report(
            finding(&BVL0604, workload, environment, stated.count.span, title)
                .here(format!("{}{}", stated.sum(n), cx.from_layer(stated.count.layer)))
                .also(members.span, format!("{n} members{}", cx.from_layer(members.layer)))
                .also(quorum.span, format!("decide by majority{}", cx.from_layer(quorum.layer)))
                .note(format!(
                    "floor({n} / 2) + 1 = {majority}: with fewer nothing is decided, and no write is accepted"
                ))
                .help(format!("`{word} {fitting}`, or state nothing: the majority is the default"))
                .choice(format!("write `{word} {fitting}`"), cx.replace(&stated.count, fitting.to_string())),
        );
    }
}
