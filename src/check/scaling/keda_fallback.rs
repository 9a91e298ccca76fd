//! A fallback has a trigger whose source may be silent, and replicas that may run.

use super::wake::wakes;
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::{Environment, Origin, Workload};

crate::check! {
    /// ## What it means
    /// `fallback` says how many replicas run while the source of a trigger does not answer, and no trigger has a source
    /// that KEDA asks: cpu, memory and metrics of the pods come from Kubernetes. Or it names more replicas than `scale` lets
    /// run.
    ///
    /// ## Why it matters in the cluster
    /// KEDA's webhook refuses a scaler whose triggers are all cpu and memory. An autoscaler of Kubernetes has no fallback at all: it keeps the number that
    /// it has. KEDA hands a fallback to the autoscaler as the answer of the source, and that never goes above its maximum:
    /// the number that is stated for a bad hour would not be there.
    ///
    /// ## How to mend it
    /// Take `fallback` out, or add the trigger that it was meant for. A fallback is at most the largest number of `scale`.
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
    /// ```bvl bad in=keda
    /// scale 1..10 {
    ///   on nats-jetstream from nats { stream "JOBS"; consumer "worker"; lag 100 }
    ///   fallback 11 //~ BVL0519 "at most 10 may run"
    /// }
    /// ```
    /// ```bvl fixed in=keda fix=1
    /// scale 1..10 {
    ///   on nats-jetstream from nats { stream "JOBS"; consumer "worker"; lag 100 }
    ///   fallback 10
    /// }
    /// ```
    ///
    /// ## Source
    /// [`scaledobject_types.go`](https://github.com/kedacore/keda/blob/v2.20.2/apis/keda/v1alpha1/scaledobject_types.go),
    /// `CheckFallbackValid`, KEDA 2.20.
    BVL0519, "keda-fallback", Error(Stated), since "0.1.0" => run, reads ["scale"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        let Some(auto) = service.scaling.auto() else { continue };
        let Some(fallback) = &auto.fallback else { continue };
        let replicas = &fallback.replicas;
        if auto.triggers.is_empty() || auto.triggers.iter().any(|trigger| wakes(&trigger.kind)) {
            if replicas.value > auto.max.value {
                sink.report(too_many(cx, workload, environment, replicas, &auto.max));
            }
            continue;
        }
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

fn too_many(
    cx: &Context<'_>,
    workload: &Workload,
    environment: &Environment,
    replicas: &Origin<u32>,
    max: &Origin<u32>,
) -> Diagnostic {
    let title =
        format!("{} falls back to {} replicas, and at most {} may run", workload.name.value, replicas.value, max.value);
    finding(&BVL0519, workload, environment, replicas.span, title)
        .here(format!("{} > {}{}", replicas.value, max.value, cx.from_layer(replicas.layer)))
        .also(max.span, "the largest number")
        .note("the autoscaler stops at its maximum, whatever KEDA answers in the place of the source")
        .help(format!("at most {}, or a larger `scale`", max.value))
        .choice(format!("write `{}`", max.value), cx.replace(replicas, max.value.to_string()))
}
