//! `HorizontalPodAutoscaler`: scales a service by its own use and by metrics of its pods.

use super::scaling::{self, behavior, quantity};
use super::{Context, convert, metadata};
use crate::model::Workload;
use crate::model::trigger::{Trigger, TriggerKind};
use crate::object::api::autoscaling::v2::{
    CrossVersionObjectReference, HorizontalPodAutoscalerSpec, MetricIdentifier, MetricSpec, MetricTarget,
    PodsMetricSource, ResourceMetricSource,
};
use crate::object::{HorizontalPodAutoscaler, Kind, Object};
use crate::value::Percent;

/// The autoscaler of a service whose triggers need no KEDA; KEDA makes its own.
pub(super) fn emit(cx: &Context<'_>, workload: &Workload, objects: &mut Vec<Object>) {
    let Some(scaling) = scaling::of_workload(workload).filter(|scaling| !scaling.needs_keda()) else { return };
    let target = scaling::target(workload);
    let spec = HorizontalPodAutoscalerSpec {
        scale_target_ref: CrossVersionObjectReference {
            api_version: Some(target.api_version().to_owned()),
            kind: target.as_str().to_owned(),
            name: workload.name.value.clone(),
        },
        min_replicas: Some(convert::count(scaling.min.value)),
        max_replicas: convert::count(scaling.max.value),
        metrics: metrics(&scaling.triggers),
        behavior: behavior::of_scaling(scaling),
    };
    let metadata = metadata::of_workload(cx, workload, Kind::HorizontalPodAutoscaler, &workload.name.value);
    objects.push(HorizontalPodAutoscaler { metadata, spec: Some(spec), status: None }.into());
}

/// The metrics, cpu last. That is where the API server puts it whenever the object passes through `autoscaling/v1`,
/// which has a field for cpu and none for others (kubernetes `pkg/apis/autoscaling/v1/conversion.go`, 1.33, and issue
/// 74099); any other order is a difference that delivery tools never get rid of.
fn metrics(triggers: &[Trigger]) -> Option<Vec<MetricSpec>> {
    let is_cpu = |trigger: &&Trigger| matches!(trigger.kind, TriggerKind::Cpu(_));
    let others = triggers.iter().filter(|trigger| !is_cpu(trigger));
    let metrics: Vec<MetricSpec> = others.chain(triggers.iter().filter(is_cpu)).filter_map(metric).collect();
    (!metrics.is_empty()).then_some(metrics)
}

fn metric(trigger: &Trigger) -> Option<MetricSpec> {
    match &trigger.kind {
        TriggerKind::Cpu(share) => Some(resource("cpu", share.value)),
        TriggerKind::Memory(share) => Some(resource("memory", share.value)),
        TriggerKind::Metric { name, target } => Some(MetricSpec {
            type_: "Pods".to_owned(),
            pods: Some(PodsMetricSource {
                metric: MetricIdentifier { name: name.value.clone(), selector: None },
                target: MetricTarget {
                    type_: "AverageValue".to_owned(),
                    average_value: Some(crate::object::quantity(quantity::canonical(&target.value))),
                    ..MetricTarget::default()
                },
            }),
            ..MetricSpec::default()
        }),
        TriggerKind::Prometheus { .. }
        | TriggerKind::NatsJetstream { .. }
        | TriggerKind::Kafka { .. }
        | TriggerKind::Rabbitmq { .. }
        | TriggerKind::Redis(_)
        | TriggerKind::Cron { .. }
        | TriggerKind::Keda { .. } => None,
    }
}

fn resource(name: &str, share: Percent) -> MetricSpec {
    MetricSpec {
        type_: "Resource".to_owned(),
        resource: Some(ResourceMetricSource {
            name: name.to_owned(),
            target: MetricTarget {
                type_: "Utilization".to_owned(),
                average_utilization: Some(convert::count(share.0)),
                ..MetricTarget::default()
            },
        }),
        ..MetricSpec::default()
    }
}
