//! `ScaledObject`: has KEDA scale a service by what other systems count.

use super::scaling::{self, behavior, trigger};
use super::{Context, convert, metadata};
use crate::model::Workload;
use crate::object::{Advanced, Fallback, HpaConfig, Kind, Object, ScaleTarget, ScaledObject, ScaledObjectSpec};

/// The scaled object of a service of which some trigger needs KEDA.
pub(super) fn emit(cx: &Context<'_>, workload: &Workload, objects: &mut Vec<Object>) {
    let Some(scaling) = scaling::of_workload(workload).filter(|scaling| scaling.needs_keda()) else { return };
    let target = scaling::target(workload);
    let advanced = behavior::of_scaling(scaling).map(|behavior| Advanced {
        horizontal_pod_autoscaler_config: Some(HpaConfig { name: None, behavior: Some(behavior) }),
        restore_to_original_replica_count: None,
    });
    let spec = ScaledObjectSpec {
        scale_target_ref: ScaleTarget {
            api_version: target.api_version().to_owned(),
            kind: target.as_str().to_owned(),
            name: workload.name.value.clone(),
        },
        polling_interval: scaling.poll.as_ref().map(|poll| convert::seconds(poll.value)),
        cooldown_period: scaling.cooldown.as_ref().map(|cooldown| convert::seconds(cooldown.value)),
        idle_replica_count: scaling.idle.as_ref().map(|idle| convert::count(idle.value)),
        min_replica_count: Some(convert::count(scaling.min.value)),
        max_replica_count: Some(convert::count(scaling.max.value)),
        fallback: scaling.fallback.as_ref().map(|fallback| Fallback {
            failure_threshold: convert::count(fallback.failures.value),
            replicas: convert::count(fallback.replicas.value),
            behavior: None,
        }),
        advanced,
        triggers: trigger::of_scaling(cx, workload, scaling),
    };
    let metadata = metadata::of_workload(cx, workload, Kind::ScaledObject, &workload.name.value);
    objects.push(ScaledObject { metadata, spec }.into());
}
