//! Objects of others as the comparison reads them: by environment, workloads of every kind by their pods.
//!
//! Invariant: an object belongs to the environment whose namespace it is in; what is in no environment's is counted, never
//! dropped in silence.

use std::collections::{BTreeMap, BTreeSet};

use super::manifests::Manifests;
use crate::model::{EnvironmentId, Model};
use crate::object::Given;
use crate::verify::cluster::Cluster;
use crate::verify::connectivity::{Traffic, running, told};

/// Objects by environment.
#[derive(Debug, Clone, Default)]
pub struct Sorted {
    /// What of those that are compared decides about traffic.
    pub manifests: Manifests,
    /// Environments that were asked for and of whose namespace there is no object.
    pub without_objects: Vec<EnvironmentId>,
    /// The namespaces that no such environment has, and how many objects they have.
    pub elsewhere: BTreeMap<String, usize>,
}

/// Sorts objects into these environments.
pub fn sort(model: &Model, wanted: &[EnvironmentId], cluster: &Cluster<'_>) -> Sorted {
    let environments = wanted.iter().filter_map(|id| model.environment(*id));
    let of_namespace: BTreeMap<&str, EnvironmentId> =
        environments.map(|environment| (environment.namespace_name(), environment.id)).collect();
    let traffic = Traffic::in_namespace(cluster.default_namespace());
    let mut sorted = Sorted { manifests: Manifests { traffic, ..Manifests::default() }, ..Sorted::default() };
    let mut there: BTreeSet<EnvironmentId> = BTreeSet::new();
    let mut environment_of = |namespace: &str| {
        let environment = of_namespace.get(namespace).copied();
        match environment {
            Some(environment) => there.extend([environment]),
            None => *sorted.elsewhere.entry(namespace.to_owned()).or_default() += 1,
        }
        environment
    };
    for (_, object) in cluster.iter().filter(|(_, object)| object.template().is_none()) {
        if matches!(object, Given::ClusterNetworkPolicy(_)) {
            // it speaks of every namespace
            sorted.manifests.traffic.add_given(object);
        } else if environment_of(cluster.home_of(object)).is_some() {
            sorted.manifests.traffic.add_given(object);
        }
    }
    for pod in running(cluster) {
        let Some(environment) = environment_of(cluster.namespace_of(pod.object)) else { continue };
        sorted.manifests.see_pod(environment, &told(cluster, pod));
    }
    for environment in wanted {
        if there.contains(environment) {
            sorted.manifests.begin(*environment);
        } else {
            sorted.without_objects.push(*environment);
        }
    }
    sorted
}
