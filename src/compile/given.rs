//! Objects of others as the comparison reads them: by environment, workloads of every kind by their pods.
//!
//! Invariant: an object belongs to the environment whose namespace it is in. Pods and namespaces of which the spec says nothing
//! take part as strangers; whatever else is in no environment's namespace is counted, never dropped in silence.

use std::collections::{BTreeMap, BTreeSet};

use super::manifests::Manifests;
use crate::model::{Environment, EnvironmentId, Model};
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
    /// The namespaces that no such environment has, and how many objects of them were left alone.
    pub elsewhere: BTreeMap<String, usize>,
}

/// Sorts objects into these environments.
pub fn sort(model: &Model, wanted: &[EnvironmentId], cluster: &Cluster<'_>) -> Sorted {
    let environments = wanted.iter().filter_map(|id| model.environment(*id));
    let of_namespace: BTreeMap<&str, EnvironmentId> =
        environments.map(|environment| (environment.namespace_name(), environment.id)).collect();
    // of the pods of an environment that was not asked for the spec speaks
    let spoken: BTreeSet<&str> = model.environments.iter().map(Environment::namespace_name).collect();
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
        let home = cluster.home_of(object);
        let is_strange = matches!(object, Given::Namespace(_)) && !spoken.contains(home);
        // a policy of the cluster speaks of every namespace
        if is_strange || matches!(object, Given::ClusterNetworkPolicy(_)) || environment_of(home).is_some() {
            sorted.manifests.traffic.add_given(object);
        }
    }
    for pod in running(cluster) {
        let namespace = cluster.namespace_of(pod.object);
        let environment = if spoken.contains(namespace) { environment_of(namespace) } else { None };
        if environment.is_some() || !spoken.contains(namespace) {
            told(cluster, pod).for_each(|(_, member)| sorted.manifests.see_pod(environment, &member));
        }
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
