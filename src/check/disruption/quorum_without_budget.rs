//! A quorum has a disruption budget, its operator's or ours.

use crate::check::mend::Mend;
use crate::check::scaling::replicas;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::{Disruption, Workload};

crate::check! {
    /// ## What it means
    /// A quorum of three members or more is stated to have no disruption budget.
    ///
    /// ## Why it matters in the cluster
    /// Draining two nodes at once may take the majority, and an upgrade drains many. The members that are left stop serving,
    /// and no write is accepted until enough are back.
    ///
    /// ## How to mend it
    /// State nothing, since the majority is the default for a quorum, or `disruption by-operator` where its operator or chart
    /// makes a budget.
    ///
    /// ```bvl bad in=file
    /// class store {
    ///   match "app" "store"
    ///   port sql 5432
    ///   service "store" sql
    ///   quorum
    /// }
    /// managed store is store { replicas 3; disruption none because "it is small" } //~ BVL0611 "2 of its 3"
    /// allow app -> store.sql
    /// ```
    /// ```bvl fixed in=file fix=1
    /// class store {
    ///   match "app" "store"
    ///   port sql 5432
    ///   service "store" sql
    ///   quorum
    /// }
    /// managed store is store { replicas 3; disruption min-available 2 }
    /// allow app -> store.sql
    /// ```
    /// A single member is no quorum yet:
    /// ```bvl good in=file
    /// class store {
    ///   match "app" "store"
    ///   port sql 5432
    ///   service "store" sql
    ///   quorum
    /// }
    /// managed store is store { replicas 1; disruption none because "it is small" }
    /// allow app -> store.sql
    /// ```
    ///
    /// ## Source
    /// [JetStream clustering](https://docs.nats.io/running-a-nats-service/configuration/clustering/jetstream_clustering):
    /// a majority is half of the members plus one.
    BVL0611, "quorum-without-budget", Error(Judgment), since "0.1.0" => run, looks Endpoint
}

/// Whether a majority of its members has to stay.
pub(super) fn is_quorum(workload: &Workload) -> bool {
    let decides = workload.quorum().is_some();
    decides && replicas::floor(workload).is_some_and(|members| members.value >= 3)
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, environment) in cx.workloads().filter(|(workload, _)| is_quorum(workload)) {
        // one that an operator makes all the same is there
        let theirs = workload.managed().and_then(|managed| managed.operators_budget);
        let (Some(Disruption::None { stated, .. }), None) = (&workload.disruption, theirs) else { continue };
        let Some(members) = replicas::floor(workload) else { continue };
        let Some(quorum) = workload.quorum() else { continue };
        let (n, majority) = (members.value, members.value / 2 + 1);
        let title = format!(
            "nothing keeps a drain from leaving {} fewer than {majority} of its {n} members, its majority",
            workload.name.value
        );
        let budget = format!("disruption min-available {majority}");
        sink.report(
            finding(&BVL0611, workload, environment, stated.span, title)
                .here(format!("no disruption budget{}", cx.from_layer(stated.layer)))
                .also(members.span, format!("{n} members{}", cx.from_layer(members.layer)))
                .also(quorum.span, format!("decide by majority{}", cx.from_layer(quorum.layer)))
                .note("with fewer nothing is decided, and no write is accepted: no reason makes up for that")
                .help(format!("state `{budget}`, or `disruption by-operator` where its operator makes a budget"))
                .choice(format!("state `{budget}`"), cx.replace(stated, budget)),
        );
    }
}
