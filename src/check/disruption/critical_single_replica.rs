//! What is critical outlives the loss of a pod.

use super::budget_blocks_eviction::fewest;
use crate::check::mend::Mend;
use crate::check::scaling::{replicas, zero_without_wake};
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::{Environment, Origin, Tier, Workload};

crate::check! {
    /// ## What it means
    /// A service or a managed workload is marked `tier critical`, and keeps one replica at the least. Of a managed workload
    /// nothing is said where `replicas` is not stated: how many its operator or chart keeps is not known then.
    ///
    /// ## Why it matters in the cluster
    /// When its node fails or is drained nobody answers until another pod is ready.
    ///
    /// ## How to mend it
    /// Keep two replicas, and three of a quorum: a majority of two is both of them. A managed workload of which no `values` hold
    /// `$replicas` is scaled where it is deployed, and `replicas` is changed after that: a number that is too high makes a
    /// PodDisruptionBudget that keeps nodes from being drained. Where one is enough, as in a preview, say so there: `service app { tier standard }`.
    ///
    /// ```bvl bad in=service
    /// tier critical
    /// scale 1 //~ BVL0613 "app"
    /// ```
    /// ```bvl fixed in=service fix=1
    /// tier critical
    /// scale 2
    /// ```
    /// ```bvl bad in=file
    /// managed queue { match "app" "queue"; port client 4222; tier critical; replicas 1 } //~ BVL0613 "queue is critical"
    /// allow app -> queue.client
    /// ```
    /// ```bvl bad in=file
    /// managed queue { match "app" "queue"; port client 4222; tier critical; quorum; replicas 1 } //~ BVL0613 "queue"
    /// allow app -> queue.client
    /// ```
    /// ```bvl good in=file
    /// managed queue { match "app" "queue"; port client 4222; tier critical; quorum; replicas 3 }
    /// allow app -> queue.client
    /// ```
    /// ```bvl good in=file
    /// managed queue { match "app" "queue"; port client 4222; tier critical }
    /// managed stream { match "app" "stream"; port client 4222; tier standard; replicas 1; disruption by-operator }
    /// allow app -> queue.client, stream.client
    /// ```
    /// ```bvl good in=service
    /// tier standard
    /// scale 1
    /// disruption max-unavailable 1
    /// ```
    ///
    /// An operator's budget that keeps the only replica is mended by another one, too, and not told beside this:
    /// ```bvl bad in=file
    /// class database {
    ///   match "app" "db"
    ///   port sql 5432
    ///   service "db-rw" sql
    ///   disruption by-operator
    ///   operator-keeps 1 unless "enablePDB: false"
    /// }
    /// managed db is database { replicas 1; tier critical } //~ BVL0613 "db is critical"
    /// allow app -> db.sql
    /// ```
    ///
    /// One that has none while idle keeps even less:
    /// ```bvl bad in=keda
    /// tier critical
    /// scale 2..5 {
    ///   on nats-jetstream from nats { stream "JOBS"; consumer "worker"; lag 100 }
    ///   idle 0 //~ BVL0613 "keeps no replica while idle"
    /// }
    /// ```
    /// ```bvl fixed in=keda fix=1
    /// tier critical
    /// scale 2..5 {
    ///   on nats-jetstream from nats { stream "JOBS"; consumer "worker"; lag 100 }
    /// }
    /// ```
    ///
    /// So does one that has none while there is no work:
    /// ```bvl bad in=keda
    /// tier critical
    /// scale 0..5 { //~ BVL0613 "keeps no replica while there is no work"
    ///   on nats-jetstream from nats { stream "JOBS"; consumer "worker"; lag 100 }
    /// }
    /// ```
    /// ```bvl fixed in=keda fix=1
    /// tier critical
    /// scale 2..5 {
    ///   on nats-jetstream from nats { stream "JOBS"; consumer "worker"; lag 100 }
    /// }
    /// ```
    /// A budget that keeps the one is right of two:
    /// ```bvl bad in=file
    /// service shop is base { scale 1; tier critical; disruption min-available 1 } //~ BVL0613
    /// allow shop -> app.http
    /// ```
    /// ```bvl fixed fix=1 in=file
    /// service shop is base { scale 2; tier critical; disruption min-available 1 }
    /// allow shop -> app.http
    /// ```
    ///
    /// ## Source
    /// [Disruptions](https://kubernetes.io/docs/concepts/workloads/pods/disruptions/): involuntary ones cannot be avoided,
    /// Kubernetes 1.36. The tiers are this language's own.
    BVL0613, "critical-single-replica", Error(Judgment), since "0.1.0" => run, looks Endpoint
}

/// Where a workload is said to be critical.
fn critical(workload: &Workload) -> Option<Origin<Tier>> {
    workload.tier.filter(|tier| tier.value == Tier::Critical)
}

/// The one replica that a workload keeps at the least, unless nothing wakes what has none: that is named by itself, and mended by
/// another smallest number.
fn lone(cx: &Context<'_>, workload: &Workload, environment: &Environment) -> Option<Origin<u32>> {
    let floor = replicas::known_floor(cx, workload).filter(|floor| floor.value == 1)?;
    (!zero_without_wake::is_told(cx, workload, environment)).then_some(floor)
}

/// Whether it is said of the one replica that a workload keeps, and stands.
pub(super) fn is_told(cx: &Context<'_>, workload: &Workload, environment: &Environment) -> bool {
    critical(workload).is_some()
        && lone(cx, workload, environment).is_some()
        && cx.stands(&CHECK, &workload.name.value, environment)
}

/// How many of what is critical outlive the loss of a pod.
pub(super) fn wanted(workload: &Workload) -> u32 {
    if workload.quorum().is_some() { 3 } else { 2 }
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, environment) in cx.workloads() {
        let Some(tier) = critical(workload) else { continue };
        // what has none while idle has no pod to answer from, whatever it keeps at work
        let idle = workload.service().and_then(|service| service.scaling.auto()).and_then(|auto| auto.idle);
        if let Some(idle) = idle.filter(|idle| idle.value == 0) {
            let title = format!("{} is critical and keeps no replica while idle", workload.name.value);
            sink.report(
                finding(&BVL0613, workload, environment, idle.span, title)
                    .here(format!("none while there is no work{}", cx.from_layer(idle.layer)))
                    .also(tier.span, format!("critical{}", cx.from_layer(tier.layer)))
                    .note("whoever asks first waits until a pod has started, or is refused")
                    .help("take `idle 0` out; or state `tier standard` where that is enough")
                    .choice("take `idle 0` out", cx.take_statement("idle", &idle)),
            );
            continue;
        }
        let Some(floor) = lone(cx, workload, environment) else { continue };
        let auto = workload.service().and_then(|service| service.scaling.auto());
        let keeps = match auto {
            Some(auto) if auto.min.value == 0 => "no replica while there is no work",
            Some(_) | None => "one replica",
        };
        let title = format!("{} is critical and keeps {keeps}", workload.name.value);
        let more = wanted(workload);
        let found = finding(&BVL0613, workload, environment, floor.span, title);
        let mut found = replicas::one_cause(cx, workload, &floor, found)
            .here(replicas::floor_label(cx, workload, floor))
            .taken(workload, replicas::unstated(workload, floor))
            .also(tier.span, format!("critical{}", cx.from_layer(tier.layer)))
            .note("when its node fails or is drained nobody answers until another pod is ready");
        // another tier may keep one replica, and has to say what becomes of it in a drain
        let is_held = fewest(workload).is_some_and(|fewest| fewest > 1 && fewest <= more);
        let lower = if is_held {
            "where one is enough, state `tier standard` and let it go in a drain: `disruption max-unavailable 1`"
        } else if workload.disruption.is_some() {
            "state `tier standard` where one is enough"
        } else {
            "where one is enough, state `tier standard` and what becomes of it in a drain: `disruption max-unavailable 1`"
        };
        if let Some(quorum) = workload.quorum() {
            found = found
                .also(quorum.span, format!("its members decide by majority{}", cx.from_layer(quorum.layer)))
                .note("a majority of 2 is 2, so both would be needed; of 3 it is 2, so one may fail");
        }
        let (keep, edits) = (replicas::keep(workload, more), replicas::raise(cx, workload, more));
        sink.report(found.help(format!("{keep}; or {lower}")).choice(keep, edits));
    }
}
