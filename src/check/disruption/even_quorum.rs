//! A quorum has an odd number of members.

use super::{budget_blocks_eviction, quorum_budget_too_low};
use crate::check::mend::Mend;
use crate::check::scaling::replicas;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::Workload;

crate::check! {
    /// ## What it means
    /// A quorum has an even number of members.
    ///
    /// ## Why it matters in the cluster
    /// The majority of 4 is 3, so 4 members withstand the loss of one, as 3 do, and there is one more that can fail. Two
    /// members withstand none at all: half of them is no majority.
    ///
    /// ## How to mend it
    /// One member more, or one less: in the spec where the values of its chart hold `$replicas`, and else where it is deployed
    /// first.
    ///
    /// ```bvl bad in=file
    /// managed store {
    ///   match "app" "store"
    ///   port sql 5432
    ///   service "store" sql
    ///   replicas 4 //~ BVL0605 "withstand the loss of 1"
    ///   quorum
    ///   values { replicaCount $replicas }
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
    ///   values { replicaCount $replicas }
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
    /// }
    /// allow app -> store.sql
    /// ```
    ///
    /// ## Source
    /// [JetStream clustering](https://docs.nats.io/running-a-nats-service/configuration/clustering/jetstream_clustering):
    /// a majority is half of the members plus one.
    BVL0605, "even-quorum", Warning, since "0.1.0" => run, reads ["disruption", "replicas", "quorum", "operator-keeps"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, environment) in cx.workloads() {
        let Some(quorum) = workload.quorum() else { continue };
        let Some(members) = replicas::floor(workload).filter(|members| members.value.is_multiple_of(2)) else {
            continue;
        };
        if !cx.is_users(members.span) {
            continue;
        }
        // of one more its budget lets one go, and that is said
        if budget_blocks_eviction::lacks_one(cx, workload, environment) {
            continue;
        }
        // a budget that keeps no majority of them is graver, and may be right of one less
        if quorum_budget_too_low::is_told(cx, workload, environment) {
            continue;
        }
        let n = members.value;
        let (majority, fewer, more) = (n / 2 + 1, n - 1, n.saturating_add(1));
        let title = format!(
            "the {n} members of {} withstand the loss of {}, as {fewer} would",
            workload.name.value,
            n - majority
        );
        let mut diagnostic = finding(&BVL0605, workload, environment, members.span, title)
            .here(format!("an even number{}", cx.from_layer(members.layer)))
            .also(quorum.span, format!("decide by majority{}", cx.from_layer(quorum.layer)))
            .note(format!(
                "a majority of {n} is {majority}, so that {} may fail, as many as of {fewer}: one more member can fail, and no more of them may",
                n - majority
            ))
            .help(format!(
                "{more} withstand the loss of {}, and {fewer} withstand {} as these do: {}",
                n / 2,
                n - majority,
                replicas::run(workload, more, fewer)
            ));
        // with another number its budget may hold no majority, or let none go
        for members_then in [more, fewer].into_iter().filter(|n| *n >= 3 && replicas::keeps_majority(workload, *n)) {
            let edits = cx.replace(&members, members_then.to_string()).filter(|_| replicas::are_ours(workload));
            diagnostic = diagnostic.choice(format!("run {members_then}"), edits);
        }
        sink.report(diagnostic);
    }
}

/// Whether a quorum that is to have so many members has one less, an even number.
pub(super) fn lacks_one(workload: &Workload, more: u32) -> bool {
    let is_quorum = workload.quorum().is_some();
    let members = replicas::floor(workload).map(|members| members.value);
    is_quorum && members.is_some_and(|n| n.is_multiple_of(2) && n.checked_add(1) == Some(more))
}
