//! A quorum has an odd number of members.

use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;

crate::check! {
    /// ## What it means
    /// A quorum has an even number of members.
    ///
    /// ## Why it matters in the cluster
    /// The last member adds nothing but cost: four bear the loss of one, as three do. Two bear none, so each of them can
    /// stop both.
    ///
    /// ## How to mend it
    /// Take one away, or add one.
    ///
    /// ```bvl bad in=file
    /// managed queue {
    ///   replicas 4 //~ BVL0605 "4 members of queue bear the loss of 1, as 3 do"
    ///   quorum
    ///   match "app" "queue"
    /// }
    /// ```
    /// ```bvl fixed fix=1 in=file
    /// managed queue {
    ///   replicas 5
    ///   quorum
    ///   match "app" "queue"
    /// }
    /// ```
    ///
    /// ## Source
    /// [NATS JetStream clustering](https://docs.nats.io/running-a-nats-service/configuration/clustering/jetstream_clustering)
    /// (NATS 2.14).
    BVL0605, "even-quorum", Warning, since "0.1.0" => run
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, environment) in cx.workloads() {
        let Some(managed) = workload.managed().filter(|managed| managed.quorum.is_some()) else { continue };
        let replicas = &managed.replicas;
        let members = replicas.value;
        if members == 0 || !members.is_multiple_of(2) {
            continue;
        }
        let (name, borne) = (&workload.name.value, members / 2 - 1);
        let title = format!("{members} members of {name} bear the loss of {borne}, as {} do", members - 1);
        sink.report(
            finding(&BVL0605, workload, environment, replicas.span, title)
                .here(format!("an even number{}", cx.from_layer(replicas.layer)))
                .note(format!("a majority of {members} is {}: the last member only adds cost", members / 2 + 1))
                .help(format!("keep {} or {} members", members - 1, members.saturating_add(1)))
                .choice(
                    format!("keep {} members", members.saturating_add(1)),
                    cx.replace(replicas, members.saturating_add(1).to_string()),
                )
                .choice(format!("keep {} members", members - 1), cx.replace(replicas, (members - 1).to_string())),
        );
    }
}
