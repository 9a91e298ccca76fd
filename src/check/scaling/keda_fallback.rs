//! A fallback has a trigger whose source may be silent, and replicas that may run.

use super::min_above_max;
use super::wake::wakes;
use crate::check::mend::Mend;
use crate::check::prose::counted;
use crate::check::{Context, finding};
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::{Environment, Origin, Workload};

crate::check! {
    /// ## What it means
    /// `fallback` says how many replicas run while the source of a trigger does not answer, and no trigger has a source
    /// that KEDA asks: cpu, memory and metrics of the pods come from Kubernetes. Or it names more replicas than `scale` lets
    /// run, or fewer than it keeps.
    ///
    /// ## Why it matters in the cluster
    /// KEDA's webhook refuses a fallback beside triggers that are all cpu and memory. An autoscaler of Kubernetes has no fallback at all: it keeps the number that
    /// it has. KEDA hands a fallback to the autoscaler as the answer of the source, and that never goes above its maximum or
    /// below its minimum: the number that is stated for a bad hour would not be there.
    ///
    /// ## How to mend it
    /// Take `fallback` out, or add the trigger that it was meant for. A fallback is at most the largest number of `scale`,
    /// and at least the smallest.
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
    /// ```bvl bad in=keda
    /// scale 2..10 {
    ///   on nats-jetstream from nats { stream "JOBS"; consumer "worker"; lag 100 }
    ///   fallback 1 //~ BVL0519 "falls back to 1 replica, and at least 2 run"
    /// }
    /// ```
    /// ```bvl fixed in=keda fix=1
    /// scale 2..10 {
    ///   on nats-jetstream from nats { stream "JOBS"; consumer "worker"; lag 100 }
    ///   fallback 2
    /// }
    /// ```
    /// ```bvl good in=keda
    /// scale 0..10 {
    ///   on nats-jetstream from nats { stream "JOBS"; consumer "worker"; lag 100 }
    ///   fallback 1
    /// }
    /// ```
    ///
    /// ## Source
    /// [`scaledobject_types.go`](https://github.com/kedacore/keda/blob/v2.20.2/apis/keda/v1alpha1/scaledobject_types.go),
    /// `CheckFallbackValid`, KEDA 2.20; and
    /// [`horizontal.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/controller/podautoscaler/horizontal.go),
    /// `normalizeDesiredReplicas`, Kubernetes 1.36.
    BVL0519, "keda-fallback", Error(Stated), since "0.1.0" => run, reads ["scale"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        let Some(auto) = service.scaling.auto() else { continue };
        let Some(fallback) = &auto.fallback else { continue };
        let replicas = &fallback.replicas;
        if auto.triggers.is_empty() || auto.triggers.iter().any(|trigger| wakes(&trigger.kind)) {
            // of numbers that are no range nobody knows whether it lies within the one that is meant
            if min_above_max::is_told(cx, workload, environment) {
                continue;
            }
            if replicas.value > auto.max.value {
                sink.report(too_many(cx, workload, environment, replicas, &auto.max));
            } else if replicas.value < auto.min.value {
                sink.report(too_few(cx, workload, environment, replicas, &auto.min));
            }
            continue;
        }
        let title = format!(
            "{} falls back to {}, and none of its triggers asks a source that may be silent",
            workload.name.value,
            counted(replicas.value, "replica")
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
    let title = format!(
        "{} falls back to {}, and at most {} may run",
        workload.name.value,
        counted(replicas.value, "replica"),
        max.value
    );
    finding(&BVL0519, workload, environment, replicas.span, title)
        .here(format!("{} > {}{}", replicas.value, max.value, cx.from_layer(replicas.layer)))
        .also(max.span, "the largest number")
        .note("the autoscaler stops at its maximum, whatever KEDA answers in the place of the source")
        .help(format!("at most {}, or a larger `scale`", max.value))
        .choice(format!("write `{}`", max.value), cx.replace(replicas, max.value.to_string()))
}

fn too_few(
    cx: &Context<'_>,
    workload: &Workload,
    environment: &Environment,
    replicas: &Origin<u32>,
    min: &Origin<u32>,
) -> Diagnostic {
    let stated = counted(replicas.value, "replica");
    let title = format!("{} falls back to {stated}, and at least {} run", workload.name.value, min.value);
    finding(&BVL0519, workload, environment, replicas.span, title)
        .here(format!("{} < {}{}", replicas.value, min.value, cx.from_layer(replicas.layer)))
        .also(min.span, format!("the smallest number{}", cx.from_layer(min.layer)))
        .note("the autoscaler keeps its minimum, whatever KEDA answers in the place of the source")
        .help(format!("at least {}, or a smaller `scale`", min.value))
        .choice(format!("write `{}`", min.value), cx.replace(replicas, min.value.to_string()))
}
