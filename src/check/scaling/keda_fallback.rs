//! A fallback has a trigger whose source may be silent.

use super::wake::wakes;
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;

crate::check! {
    /// ## What it means
    /// `fallback` says how many replicas run while the source of a trigger does not answer, and no trigger has a source
    /// that KEDA asks: cpu, memory and metrics of the pods come from Kubernetes.
    ///
    /// ## Why it matters in the cluster
    /// KEDA's webhook refuses such a scaler. An autoscaler of Kubernetes has no fallback at all: it keeps the number that
    /// it has.
    ///
    /// ## How to mend it
    /// Take `fallback` out, or add the trigger that it was meant for.
    ///
    /// ```bvl bad in=scale
    /// fallback 3 //~ BVL0519 "falls back to 3"
    /// ```
    /// ```bvl good in=keda
    /// scale 1..10 {
    ///   on cpu 70%
    ///   on nats-jetstream from nats { stream "JOBS"; consumer "worker"; lag 100 }
    ///   fallback 3
    /// }
    /// ```
    ///
    /// ## Source
    /// [`scaledobject_types.go`](https://github.com/kedacore/keda/blob/v2.20.2/apis/keda/v1alpha1/scaledobject_types.go),
    /// `CheckFallbackValid`, KEDA 2.20.
    BVL0519, "keda-fallback", Error, since "0.1.0" => run, reads ["scale"]
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        let Some(auto) = service.scaling.auto() else { continue };
        let Some(fallback) = &auto.fallback else { continue };
        if auto.triggers.is_empty() || auto.triggers.iter().any(|trigger| wakes(&trigger.kind)) {
            continue;
        }
        let replicas = &fallback.replicas;
        let title = format!(
            "{} falls back to {} replicas, and none of its triggers asks a source that may be silent",
            workload.name.value, replicas.value
        );
        let mut diagnostic = finding(&BVL0519, workload, environment, replicas.span, title)
            .here(format!("would never be used{}", cx.from_layer(replicas.layer)))
            .note("without an answer an autoscaler on cpu, memory or metrics of the pods keeps the number that it has")
            .help("take `fallback` out, or add a trigger that asks another server: `prometheus`, `nats-jetstream`, `kafka`, `rabbitmq`, `redis` or `keda`");
        for trigger in &auto.triggers {
            diagnostic = diagnostic.also(trigger.stated.span, "measured by Kubernetes");
        }
        sink.report(diagnostic);
    }
}
