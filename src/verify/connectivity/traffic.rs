//! What decides what passes: pods, namespaces, policies and Services, from objects or as plain statements.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::IpAddr;

use super::ports::Transport;
use crate::object::api::apps::v1::DeploymentSpec;
use crate::object::api::core::v1::{Container, PodSpec, PodTemplateSpec};
use crate::object::{Deployment, Labels, NetworkPolicy, Object, ObjectMeta, Service};

/// The namespace of whatever states none, where nobody says which.
const DEFAULT_NAMESPACE: &str = "default";

/// Everything that decides what passes.
#[derive(Debug, Clone)]
pub struct Traffic<'a> {
    /// The namespace of policies and Services that state none.
    pub default_namespace: &'a str,
    /// The labels of namespaces by their names. One that only pods or policies name is there without labels of its own.
    /// `kubernetes.io/metadata.name` is the control plane's and need not be given.
    pub namespaces: BTreeMap<Cow<'a, str>, Cow<'a, Labels>>,
    /// The pods; replicas of one workload are one pod here.
    pub pods: Vec<Pod<'a>>,
    /// The policies.
    pub policies: Vec<&'a NetworkPolicy>,
    /// The Services.
    pub services: Vec<&'a Service>,
}

impl Default for Traffic<'_> {
    fn default() -> Self {
        Self {
            default_namespace: DEFAULT_NAMESPACE,
            namespaces: BTreeMap::new(),
            pods: Vec::new(),
            policies: Vec::new(),
            services: Vec::new(),
        }
    }
}

/// A pod, or all pods of one template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pod<'a> {
    /// How it is called in answers; of no meaning to policies.
    pub name: Cow<'a, str>,
    /// Its namespace.
    pub namespace: Cow<'a, str>,
    /// Its labels.
    pub labels: Cow<'a, Labels>,
    /// The ports that its containers declare, in their order.
    pub ports: Vec<DeclaredPort<'a>>,
    /// Whose addresses it has.
    pub network: Network,
}

/// A port that a container declares.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeclaredPort<'a> {
    /// Its name, if it has one.
    pub name: Option<Cow<'a, str>>,
    /// Its number.
    pub number: u16,
    /// Its protocol.
    pub transport: Transport,
}

/// Whose addresses a pod has, and which of them are known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Network {
    /// Its own.
    Own(Vec<IpAddr>),
    /// Those of its node. No policy selects such a pod, and to others it is an address: "when the network plugin cannot
    /// distinguish `hostNetwork` pod traffic [..] this is the most common situation" (kubernetes/website
    /// `docs/concepts/services-networking/network-policies.md`, 1.33, "`NetworkPolicy` and `hostNetwork` pods").
    Host(Vec<IpAddr>),
}

impl Network {
    /// The addresses that are known.
    pub fn addresses(&self) -> &[IpAddr] {
        match self {
            Self::Own(addresses) | Self::Host(addresses) => addresses,
        }
    }
}

/// What of an object says something about traffic, and nothing else of it; `None` where that is nothing. Added to a
/// [`Traffic`] it means the same as the object.
pub fn traffic(object: &Object) -> Option<Object> {
    match object {
        Object::Namespace(_) | Object::NetworkPolicy(_) | Object::Service(_) => Some(object.clone()),
        Object::Deployment(deployment) => {
            let template = deployment.spec.as_ref().map(|spec| &spec.template);
            let metadata = template.and_then(|template| template.metadata.as_ref());
            let labels = metadata.and_then(|metadata| metadata.labels.clone());
            let pod = template.and_then(|template| template.spec.as_ref()).map(|spec| PodSpec {
                containers: spec.containers.iter().map(ports_alone).collect(),
                init_containers: spec.init_containers.as_ref().map(|all| all.iter().map(ports_alone).collect()),
                host_network: spec.host_network,
                ..PodSpec::default()
            });
            let template =
                PodTemplateSpec { metadata: Some(ObjectMeta { labels, ..ObjectMeta::default() }), spec: pod };
            let ObjectMeta { name, namespace, .. } = &deployment.metadata;
            let metadata = ObjectMeta { name: name.clone(), namespace: namespace.clone(), ..ObjectMeta::default() };
            let spec = DeploymentSpec { template, ..DeploymentSpec::default() };
            Some(Deployment { metadata, spec: deployment.spec.is_some().then_some(spec), status: None }.into())
        }
        Object::ResourceQuota(_)
        | Object::PodDisruptionBudget(_)
        | Object::ServiceAccount(_)
        | Object::ConfigMap(_)
        | Object::TriggerAuthentication(_)
        | Object::HorizontalPodAutoscaler(_)
        | Object::ScaledObject(_) => None,
    }
}

/// A container as far as its ports go.
fn ports_alone(container: &Container) -> Container {
    let Container { ports, restart_policy, .. } = container;
    Container { ports: ports.clone(), restart_policy: restart_policy.clone(), ..Container::default() }
}

impl<'a> Traffic<'a> {
    /// Adds what an object says about traffic; most say nothing.
    pub fn add(&mut self, object: &'a Object) {
        match object {
            Object::Namespace(namespace) => {
                let name = namespace.metadata.name.as_deref().unwrap_or_default();
                let labels = namespace.metadata.labels.as_ref();
                self.namespaces.insert(name.into(), labels.map_or_else(Cow::default, Cow::Borrowed));
            }
            Object::NetworkPolicy(policy) => self.policies.push(policy),
            Object::Service(service) => self.services.push(service),
            Object::Deployment(deployment) => {
                let name = deployment.metadata.name.as_deref().unwrap_or_default();
                let namespace = deployment.metadata.namespace.as_deref();
                if let Some(spec) = &deployment.spec {
                    self.pods.push(Pod::of_template(name, namespace, &spec.template));
                }
            }
            Object::ResourceQuota(_)
            | Object::PodDisruptionBudget(_)
            | Object::ServiceAccount(_)
            | Object::ConfigMap(_)
            | Object::TriggerAuthentication(_)
            | Object::HorizontalPodAutoscaler(_)
            | Object::ScaledObject(_) => {}
        }
    }
}

impl<'a> Pod<'a> {
    /// The pods of a template, called by the name of what makes them.
    pub fn of_template(name: &'a str, namespace: Option<&'a str>, template: &'a PodTemplateSpec) -> Self {
        Self::new(name, namespace.unwrap_or(DEFAULT_NAMESPACE), template.metadata.as_ref(), template.spec.as_ref())
    }

    /// The pods of this metadata and spec.
    pub fn new(name: &'a str, namespace: &'a str, metadata: Option<&'a ObjectMeta>, spec: Option<&'a PodSpec>) -> Self {
        let labels = metadata.and_then(|metadata| metadata.labels.as_ref());
        let on_host = spec.and_then(|spec| spec.host_network) == Some(true);
        Self {
            name: name.into(),
            namespace: namespace.into(),
            labels: labels.map_or_else(Cow::default, Cow::Borrowed),
            ports: spec.map(declared_ports).unwrap_or_default(),
            network: if on_host { Network::Host(Vec::new()) } else { Network::Own(Vec::new()) },
        }
    }
}

/// The ports of all containers that run beside each other: the containers, then the init containers that keep running
/// (kubernetes `pkg/api/v1/pod/util.go`, `FindPort`, 1.33). A number outside of 1 to 65535 is refused by the API.
fn declared_ports(spec: &PodSpec) -> Vec<DeclaredPort<'_>> {
    let keeps_running = |container: &&Container| container.restart_policy.as_deref() == Some("Always");
    let sidecars = spec.init_containers.iter().flatten().filter(keeps_running);
    let ports = spec.containers.iter().chain(sidecars).flat_map(|container| container.ports.iter().flatten());
    let declared = ports.filter_map(|port| {
        Some(DeclaredPort {
            name: port.name.as_deref().map(Cow::Borrowed),
            number: u16::try_from(port.container_port).ok().filter(|number| *number > 0)?,
            transport: Transport::parse(port.protocol.as_deref())?,
        })
    });
    declared.collect()
}
