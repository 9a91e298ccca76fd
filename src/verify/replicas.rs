//! How many pods a workload has at its fewest and at its most, and who decides that.
//!
//! Source: `SetDefaults_HorizontalPodAutoscaler` (kubernetes `pkg/apis/autoscaling/v2/defaults.go`, v1.36): `minReplicas`
//! is 1; KEDA 2.20 hands its autoscaler `max(1, minReplicaCount)` (`pkg/scaling/executor`, `controllers/keda/hpa.go`), and
//! without activity there may be none, of which no eviction speaks; `maxReplicaCount` is 100 if unset.

use super::cluster::{Cluster, controller};
use super::finding::Place;
use crate::object::api::batch::v1::JobSpec;
use crate::object::{FieldPath, Given};

/// What a scaler scales: the kind and the name of something in its namespace.
pub fn target(object: &Given) -> Option<(&str, &str)> {
    if let Given::HorizontalPodAutoscaler(it) = object {
        let target = &it.spec.as_ref()?.scale_target_ref;
        return Some((target.kind.as_str(), target.name.as_str()));
    }
    let Given::ScaledObject(it) = object else { return None };
    let target = &it.spec.scale_target_ref;
    let kind = if target.kind.is_empty() { "Deployment" } else { target.kind.as_str() };
    Some((kind, target.name.as_str()))
}

/// The fewest pods that a workload has while it has any, and the field that says so.
#[derive(Debug, Clone)]
pub struct Fewest {
    /// How many.
    pub count: u64,
    /// Where that is said, or would be.
    pub place: Place,
    /// Whether a controller with a scale counts them.
    pub is_scalable: bool,
}

/// The fewest pods of a workload; `None` for what has no pods of its own.
pub fn fewest<'a>(cluster: &Cluster<'a>, at: usize, workload: &'a Given) -> Option<Fewest> {
    // a pod whose controller is not among the objects is counted by that
    if matches!(workload, Given::Pod(_)) {
        let is_scalable =
            controller(workload).is_some_and(|owner| !matches!(owner.kind.as_str(), "DaemonSet" | "Job" | "Node"));
        return Some(Fewest { count: 1, place: cluster.whole(at), is_scalable });
    }
    let has_no_scale = matches!(workload, Given::DaemonSet(_) | Given::Job(_) | Given::CronJob(_));
    if has_no_scale {
        return Some(Fewest { count: 1, place: cluster.whole(at), is_scalable: false });
    }
    let mut place = Place::new(at, FieldPath::of("spec.replicas"));
    let mut count = i64::from(replicas(workload)?);
    for (scaler_at, scaler) in cluster.scalers(workload) {
        if let Given::HorizontalPodAutoscaler(it) = scaler {
            count = i64::from(it.spec.as_ref()?.min_replicas.unwrap_or(1));
            place = Place::new(scaler_at, FieldPath::of("spec.minReplicas"));
        }
        if let Given::ScaledObject(it) = scaler {
            count = i64::from(it.spec.min_replica_count.unwrap_or(0).max(1));
            place = Place::new(scaler_at, FieldPath::of("spec.minReplicaCount"));
        }
    }
    Some(Fewest { count: u64::try_from(count).unwrap_or(0), place, is_scalable: true })
}

/// The most pods that a workload has at one time, but for what a rollout adds; of a `DaemonSet` those of one node, of a
/// `CronJob` those of one run. `None` for what has no pods of its own.
pub fn most<'a>(cluster: &Cluster<'a>, workload: &'a Given) -> Option<u64> {
    // "Defaults to 1" (kubernetes/api `batch/v1/types.go`, 0.33, `JobSpec.Parallelism`)
    let of_job = |spec: Option<&JobSpec>| spec.and_then(|spec| spec.parallelism).unwrap_or(1);
    let mut count = if let Given::Job(job) = workload {
        of_job(job.spec.as_ref())
    } else if let Given::CronJob(job) = workload {
        of_job(job.spec.as_ref().and_then(|spec| spec.job_template.spec.as_ref()))
    } else if matches!(workload, Given::Pod(_) | Given::DaemonSet(_)) {
        1
    } else {
        replicas(workload)?
    };
    for (_, scaler) in cluster.scalers(workload) {
        if let Given::HorizontalPodAutoscaler(it) = scaler {
            count = it.spec.as_ref()?.max_replicas;
        }
        if let Given::ScaledObject(it) = scaler {
            count = it.spec.max_replica_count.unwrap_or(100);
        }
    }
    Some(u64::try_from(count).unwrap_or(0))
}

/// The replicas of what has a scale, 1 if unset; `None` for anything else.
fn replicas(workload: &Given) -> Option<i32> {
    if let Given::Deployment(it) = workload {
        return Some(it.spec.as_ref()?.replicas.unwrap_or(1));
    }
    if let Given::StatefulSet(it) = workload {
        return Some(it.spec.as_ref()?.replicas.unwrap_or(1));
    }
    if let Given::ReplicaSet(it) = workload {
        return Some(it.spec.as_ref()?.replicas.unwrap_or(1));
    }
    let Given::ReplicationController(it) = workload else { return None };
    Some(it.spec.as_ref()?.replicas.unwrap_or(1))
}
