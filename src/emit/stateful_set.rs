//! `StatefulSet`: the pods of a stateful service, which keep their names, and the claims by which they keep their volumes.

use super::{Context, because, convert, metadata, pod};
use crate::model::stateful::{Retention, Start};
use crate::model::{Scaling, Stateful, Volume, Workload};
use crate::object::api::apps::v1::{
    StatefulSetPersistentVolumeClaimRetentionPolicy, StatefulSetSpec, StatefulSetUpdateStrategy,
};
use crate::object::api::core::v1::{PersistentVolumeClaim, PersistentVolumeClaimSpec, VolumeResourceRequirements};
use crate::object::{Kind, Object, ObjectMeta, StatefulSet, quantity, selector};

/// The `StatefulSet` of a service. Under an autoscaler it says nothing of replicas, as a Deployment does not.
pub(super) fn emit(cx: &Context<'_>, workload: &Workload, objects: &mut Vec<Object>) {
    let Some(service) = workload.service() else { return };
    let Some(stateful) = service.stateful() else { return };
    let min_ready = convert::seconds(service.rollout.min_ready.value);
    let claims: Vec<PersistentVolumeClaim> = service.program.volumes.iter().map(claim).collect();
    let spec = StatefulSetSpec {
        replicas: match &service.scaling {
            Scaling::Fixed(replicas) => Some(convert::count(replicas.value)),
            Scaling::Auto(_) => None,
        },
        selector: selector(metadata::selector(cx, workload)),
        service_name: workload.pods_service().map(String::from),
        pod_management_policy: Some(start(stateful).to_owned()),
        update_strategy: Some(StatefulSetUpdateStrategy {
            type_: Some("RollingUpdate".to_owned()),
            ..StatefulSetUpdateStrategy::default()
        }),
        min_ready_seconds: (min_ready > 0).then_some(min_ready),
        persistent_volume_claim_retention_policy: (!claims.is_empty()).then(|| retention(stateful)),
        volume_claim_templates: (!claims.is_empty()).then_some(claims),
        template: pod::of_service(cx, workload, service),
        ..StatefulSetSpec::default()
    };
    let mut metadata = metadata::of_workload(cx, workload, Kind::StatefulSet, &workload.name.value);
    because::annotate_maker(cx, workload, &mut metadata);
    objects.push(StatefulSet { metadata, spec: Some(spec), status: None }.into());
}

fn start(stateful: &Stateful) -> &'static str {
    match stateful.start.value {
        Start::Ordered => "OrderedReady",
        Start::Parallel => "Parallel",
    }
}

/// On in every version that bvlc knows (`StatefulSetAutoDeletePVC`, kubernetes/website `docs/reference/command-line-tools-reference/
/// feature-gates`: beta and on from 1.27, generally available from 1.32).
fn retention(stateful: &Stateful) -> StatefulSetPersistentVolumeClaimRetentionPolicy {
    let named = |retention: Retention| {
        let name = match retention {
            Retention::Keep => "Retain",
            Retention::Delete => "Delete",
        };
        Some(name.to_owned())
    };
    StatefulSetPersistentVolumeClaimRetentionPolicy {
        when_deleted: named(stateful.when_deleted.value),
        when_scaled: named(stateful.when_scaled.value),
    }
}

/// Claims are given the API's own default in words: what stands in a list is compared as a whole by tools that do not know the
/// defaults, and would show as drift. They bear no labels: of these none can be changed.
fn claim(volume: &Volume) -> PersistentVolumeClaim {
    let size = quantity(volume.size.value.kubernetes());
    PersistentVolumeClaim {
        metadata: ObjectMeta { name: Some(volume.name.value.clone()), ..ObjectMeta::default() },
        spec: Some(PersistentVolumeClaimSpec {
            access_modes: Some(vec!["ReadWriteOnce".to_owned()]),
            resources: Some(VolumeResourceRequirements {
                requests: Some([("storage".to_owned(), size)].into()),
                limits: None,
            }),
            storage_class_name: volume.class.as_ref().map(|class| class.value.clone()),
            volume_mode: Some("Filesystem".to_owned()),
            ..PersistentVolumeClaimSpec::default()
        }),
        status: None,
    }
}
