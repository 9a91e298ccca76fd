//! What is critical outlives the loss of a pod.

use crate::check::mend::Mend;
use crate::check::scaling::replicas;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::Tier;

crate::check! {
    /// ## What it means
    /// A service or a managed workload is marked `tier critical`, and keeps one replica at the least. Of a managed workload
    /// nothing is said where `replicas` is not stated: how many its operator or chart keeps is not known then.
    ///
    /// ## Why it matters in the cluster
    /// When its node fails or is drained nobody answers until another pod is ready.
    ///
    /// ## How to mend it
    /// Keep two replicas, and three of a quorum. Where one is enough, as in a preview, say so there: `service app { tier standard }`.
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
    /// ```bvl fixed in=file fix=1
    /// managed queue { match "app" "queue"; port client 4222; tier critical; replicas 2 }
    /// allow app -> queue.client
    /// ```
    /// ```bvl bad in=file
    /// managed queue { match "app" "queue"; port client 4222; tier critical; quorum; replicas 1 } //~ BVL0613 "queue"
    /// allow app -> queue.client
    /// ```
    /// ```bvl fixed in=file fix=1
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
    /// ## Source
    /// [Disruptions](https://kubernetes.io/docs/concepts/workloads/pods/disruptions/): involuntary ones cannot be avoided,
    /// Kubernetes 1.36. The tiers are this language's own.
    BVL0613, "critical-single-replica", Error(Judgment), since "0.1.0" => run, looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, environment) in cx.workloads() {
        let Some(tier) = workload.tier.filter(|tier| tier.value == Tier::Critical) else { continue };
        let Some(floor) = replicas::known_floor(cx, workload).filter(|floor| floor.value == 1) else { continue };
        let title = format!("{} is critical and keeps one replica", workload.name.value);
        let more = format!("keep {} replicas", replicas::fitting(workload, 2));
        sink.report(
            finding(&BVL0613, workload, environment, floor.span, title)
                .here(replicas::floor_label(cx, workload, floor))
                .taken(workload, replicas::unstated(workload, floor))
                .also(tier.span, format!("critical{}", cx.from_layer(tier.layer)))
                .note("when its node fails or is drained nobody answers until another pod is ready")
                .help(format!("{more}, or state another tier where one is enough"))
                .choice(more, replicas::raise(cx, workload, replicas::fitting(workload, 2))),
        );
    }
}
