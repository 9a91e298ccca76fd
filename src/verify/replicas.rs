//! How many pods a workload has at its fewest, and who decides that.
//!
//! Source: `SetDefaults_HorizontalPodAutoscaler` (kubernetes `pkg/apis/autoscaling/v2/defaults.go`, v1.36): `minReplicas`
//! is 1; KEDA 2.20 hands its autoscaler `max(1, minReplicaCount)` (`pkg/scaling/executor`, `controllers/keda/hpa.go`), and
//! without activity there may be none, of which no eviction speaks.

use super::cluster::Cluster;
use super::finding::Place;
use crate::object::{FieldPath, Given};

/// What a scaler scales: the kind and the name of something in its namespace.
pub fn target(object: &Given) -> Option<(&str, &str)> {
    match object {
        Given::HorizontalPodAutoscaler(it) => {
            let target = &it.spec.as_ref()?.scale_target_ref;
            Some((target.kind.as_str(), target.name.as_str()))
        }
        Given::ScaledObject(it) => {
            let target = &it.spec.scale_target_ref;
            let kind = if target.kind.is_empty() { "Deployment" } else { target.kind.as_str() };
            Some((kind, target.name.as_str()))
        }
        _ => None,
    }
}

/// The scalers of a workload, each with its number.
pub fn scalers<'a>(cluster: Cluster<'a>, workload: &'a Given) -> impl Iterator<Item = (usize, &'a Given)> {
    let namespace = cluster.namespace_of(workload);
    cluster.iter().filter(move |(_, scaler)| {
        target(scaler) == Some((workload.kind(), workload.name())) && cluster.namespace_of(scaler) == namespace
    })
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
pub fn fewest(cluster: Cluster<'_>, at: usize, workload: &Given) -> Option<Fewest> {
    let replicas = match workload {
        Given::Deployment(it) => it.spec.as_ref()?.replicas,
        Given::StatefulSet(it) => it.spec.as_ref()?.replicas,
        Given::ReplicaSet(it) => it.spec.as_ref()?.replicas,
        Given::ReplicationController(it) => it.spec.as_ref()?.replicas,
        Given::Pod(_) | Given::DaemonSet(_) | Given::Job(_) => {
            let place = cluster.whole(at);
            return Some(Fewest { count: 1, place, is_scalable: false });
        }
        _ => return None,
    };
    let mut place = Place::new(at, FieldPath::of("spec.replicas"));
    let mut count = i64::from(replicas.unwrap_or(1));
    for (scaler_at, scaler) in scalers(cluster, workload) {
        let (least, field) = match scaler {
            Given::HorizontalPodAutoscaler(it) => (it.spec.as_ref()?.min_replicas.unwrap_or(1), "spec.minReplicas"),
            Given::ScaledObject(it) => (it.spec.min_replica_count.unwrap_or(0).max(1), "spec.minReplicaCount"),
            _ => continue,
        };
        (count, place) = (i64::from(least), Place::new(scaler_at, FieldPath::of(field)));
    }
    Some(Fewest { count: u64::try_from(count).unwrap_or(0), place, is_scalable: true })
}
