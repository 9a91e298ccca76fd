//! A disruption budget keeps a quorum.

use super::evictions::{Kept, majority};
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::Disruption;

crate::check! {
    /// ## What it means
    /// The disruption budget of a quorum of three or more lets fewer members stay than a majority, or there is none.
    ///
    /// ## Why it matters in the cluster
    /// Two node drains at the same time may take the majority. Without it the members elect no leader and take no
    /// writes; those that lose their disks may lose data.
    ///
    /// ## How to mend it
    /// State none, and the majority is the budget; or at least as many as the majority.
    ///
    /// ```bvl bad in=file
    /// managed queue {
    ///   replicas 3
    ///   quorum
    ///   disruption min-available 1 //~ BVL0604 "1 of 3 members"
    ///   match "app" "queue"
    /// }
    /// ```
    /// ```bvl fixed in=file
    /// managed queue {
    ///   replicas 3
    ///   quorum
    ///   disruption min-available 2
    ///   match "app" "queue"
    /// }
    /// ```
    /// ```bvl bad in=file
    /// managed queue {
    ///   replicas 5
    ///   quorum
    ///   disruption max-unavailable 3 //~ BVL0604
    ///   match "app" "queue"
    /// }
    /// ```
    /// ```bvl good in=file
    /// managed queue {
    ///   replicas 5
    ///   quorum
    ///   disruption max-unavailable 2
    ///   match "app" "queue"
    /// }
    /// ```
    ///
    /// ## Source
    /// [NATS JetStream clustering](https://docs.nats.io/running-a-nats-service/configuration/clustering/jetstream_clustering):
    /// a quorum is half of the cluster size plus one (NATS 2.14); the same holds for every Raft group.
    BVL0604, "quorum-budget-too-low", Error, since "0.1.0" => run
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, environment) in cx.workloads() {
        let Some(managed) = workload.managed().filter(|managed| managed.quorum.is_some()) else { continue };
        let members = managed.replicas.value;
        let needed = majority(members);
        let Some(disruption) = workload.disruption.as_ref().filter(|_| members >= 3) else { continue };
        let name = &workload.name.value;
        let (span, layer, staying, fix) = match (disruption, Kept::of(disruption)) {
            (_, Some(kept)) => {
                let fix = match kept {
                    Kept::Min(count) => {
                        (format!("write min-available {needed}"), cx.replace(count, needed.to_string()))
                    }
                    Kept::Max(count) => {
                        let most = members - needed;
                        (format!("write max-unavailable {most}"), cx.replace(count, most.to_string()))
                    }
                };
                (kept.count().span, kept.count().layer, kept.staying(members), Some(fix))
            }
            (Disruption::None { stated, because: Some(_) }, None) => (stated.span, stated.layer, 0, None),
            (_, None) => continue,
        };
        if staying >= needed {
            continue;
        }
        let title =
            format!("the disruption budget of {name} keeps {staying} of {members} members, but a majority is {needed}");
        let diagnostic = finding(&BVL0604, workload, environment, span, title)
            .here(format!("keeps {staying}{}", cx.from_layer(layer)))
            .also(managed.replicas.span, format!("{members} members{}", cx.from_layer(managed.replicas.layer)))
            .note(format!("{members} / 2 + 1 = {needed}: with fewer they elect no leader and take no writes"))
            .help(format!("state `disruption min-available {needed}`, or nothing: that is the default of a quorum"));
        sink.report(match fix {
            Some((title, edits)) => diagnostic.safely(title, edits),
            None => diagnostic,
        });
    }
}
