//! Objects of others as the comparison reads them: by environment, workloads of every kind by their pods.
//!
//! Invariant: an object belongs to the environment whose namespace it is in; what is in no environment's is counted, never
//! dropped in silence.

use std::collections::BTreeMap;

use super::manifests::{Manifests, Seen};
use crate::model::{EnvironmentId, Model};
use crate::object::api::apps::v1::DeploymentSpec;
use crate::object::api::core::v1::PodTemplateSpec;
use crate::object::{Deployment, Given, Object, ObjectMeta};
use crate::verify::cluster::{Cluster, Pod};
use crate::verify::connectivity::{running, traffic};

/// Objects by environment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sorted {
    /// Those that are compared, what decides about traffic alone.
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
    let mut sorted = Sorted::default();
    let mut seen: BTreeMap<EnvironmentId, Vec<Object>> = BTreeMap::new();
    let mut put = |namespace: &str, object: Option<Object>| match of_namespace.get(namespace) {
        Some(environment) => seen.entry(*environment).or_default().extend(object),
        None => *sorted.elsewhere.entry(namespace.to_owned()).or_default() += 1,
    };
    for (_, object) in cluster.iter().filter(|(_, object)| object.template().is_none()) {
        match object {
            Given::Namespace(namespace) => put(object.name(), Some(Object::Namespace(namespace.clone()))),
            Given::NetworkPolicy(policy) => {
                let mut policy = policy.clone();
                policy.metadata.namespace = Some(cluster.namespace_of(object).to_owned());
                put(cluster.namespace_of(object), Some(Object::NetworkPolicy(policy)));
            }
            Given::Service(service) => {
                let mut service = service.clone();
                service.metadata.namespace = Some(cluster.namespace_of(object).to_owned());
                put(cluster.namespace_of(object), Some(Object::Service(service)));
            }
            Given::Pod(_)
            | Given::Deployment(_)
            | Given::StatefulSet(_)
            | Given::DaemonSet(_)
            | Given::ReplicaSet(_)
            | Given::ReplicationController(_)
            | Given::Job(_)
            | Given::CronJob(_)
            | Given::PodTemplate(_)
            | Given::ServiceAccount(_)
            | Given::ConfigMap(_)
            | Given::Secret(_)
            | Given::PersistentVolumeClaim(_)
            | Given::PodDisruptionBudget(_)
            | Given::HorizontalPodAutoscaler(_)
            | Given::ScaledObject(_)
            | Given::ResourceQuota(_)
            | Given::LimitRange(_) => put(cluster.namespace_of(object), None),
        }
    }
    for pod in running(cluster) {
        let namespace = cluster.namespace_of(pod.object);
        put(namespace, traffic(&made(pod, namespace)));
    }
    for environment in wanted {
        match seen.remove(environment) {
            Some(objects) => sorted.manifests.environments.push(Seen { environment: *environment, objects }),
            None => sorted.without_objects.push(*environment),
        }
    }
    sorted
}

/// A Deployment that makes the same pods, whatever makes them: traffic asks for no more.
fn made(pod: &Pod<'_>, namespace: &str) -> Object {
    let labels = pod.view.template.metadata.and_then(|metadata| metadata.labels.clone());
    let template = PodTemplateSpec {
        metadata: Some(ObjectMeta { labels, ..ObjectMeta::default() }),
        spec: Some(pod.view.template.spec.clone()),
    };
    let name = Some(pod.object.name().to_owned());
    let metadata = ObjectMeta { name, namespace: Some(namespace.to_owned()), ..ObjectMeta::default() };
    let spec = DeploymentSpec { template, ..DeploymentSpec::default() };
    Deployment { metadata, spec: Some(spec), status: None }.into()
}
