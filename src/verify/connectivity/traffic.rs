//! What is judged: pods, namespaces, policies and Services, taken from objects or from plain statements.
//!
//! Invariants: it borrows nothing, so that objects can be let go as soon as it has read them, and of each it keeps
//! what decides about traffic and nothing else; texts, sets of labels, selectors, rules and lists of ports that are equal
//! are held once.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::IpAddr;

use super::cluster;
use super::given::NAMESPACE_NAME;
use super::labels::{self, LabelSet, Selector};
use super::names::{Id, Symbol, Table};
use super::policy::{self, Peer, Policy, Rank, Rule, RulePorts, Tier};
use super::ports::Transport;
use super::services;
use crate::object::api::core::v1::{Container, PodSpec, PodTemplateSpec};
use crate::object::{ClusterNetworkPolicy, Given, Labels, NetworkPolicy, Object, ObjectMeta, Service};
use crate::verify::members::UNKNOWN;

/// The namespace of whatever states none, where nobody says which.
const DEFAULT_NAMESPACE: &str = "default";

/// Everything that decides what passes.
#[derive(Debug, Clone, Default)]
pub struct Traffic {
    /// The namespace of policies and Services that state none, where it is no `default`.
    default_namespace: Option<Box<str>>,
    pub(super) tables: Tables,
    /// The labels of namespaces.
    pub(super) namespaces: BTreeMap<Symbol, Id<LabelSet>>,
    pub(super) pods: Vec<Held>,
    pub(super) policies: Vec<Policy>,
    pub(super) services: Vec<services::Service>,
}

/// What is held once, however often it occurs.
#[derive(Debug, Clone)]
pub(super) struct Tables {
    pub(super) names: Table<Box<str>>,
    pub(super) labels: Table<LabelSet>,
    pub(super) ports: Table<Box<[HeldPort]>>,
    pub(super) selectors: Table<Selector>,
    pub(super) peers: Table<Peer>,
    pub(super) rule_ports: Table<RulePorts>,
    pub(super) rules: Table<Rule>,
}

impl Default for Tables {
    fn default() -> Self {
        let mut names = Table::default();
        // whoever asks what a selector means must find it, though no policy may name it
        names.text(NAMESPACE_NAME);
        Self {
            names,
            labels: Table::default(),
            ports: Table::default(),
            selectors: Table::default(),
            peers: Table::default(),
            rule_ports: Table::default(),
            rules: Table::default(),
        }
    }
}

/// A pod that is held.
#[derive(Debug, Clone)]
pub(super) struct Held {
    name: Symbol,
    pub(super) namespace: Symbol,
    pub(super) labels: Id<LabelSet>,
    pub(super) ports: Id<Box<[HeldPort]>>,
    pub(super) network: Network,
}

/// A port that a container declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct HeldPort {
    pub(super) name: Option<Symbol>,
    pub(super) number: u16,
    pub(super) transport: Transport,
}

/// A pod, or all pods of one template, as it is told of.
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

/// A pod that is held, to be read.
#[derive(Debug, Clone, Copy)]
pub struct PodOf<'c> {
    pub(super) tables: &'c Tables,
    pub(super) held: &'c Held,
}

impl<'c> PodOf<'c> {
    /// How it is called in answers.
    pub fn name(self) -> &'c str {
        self.tables.names.str(self.held.name)
    }

    /// Its namespace.
    pub fn namespace(self) -> &'c str {
        self.tables.names.str(self.held.namespace)
    }

    /// The value of a label, if it carries it.
    pub fn label(self, key: &str) -> Option<&'c str> {
        let names = &self.tables.names;
        let labels = self.tables.labels.get(self.held.labels)?;
        labels::value(labels, names.find(key)?).map(|value| names.str(value))
    }

    /// Its labels, as far as their values are known.
    pub fn labels(self) -> Labels {
        let mut labels = self.all_labels();
        labels.retain(|_, value| value != UNKNOWN);
        labels
    }

    fn all_labels(self) -> Labels {
        let names = &self.tables.names;
        let labels = self.tables.labels.get(self.held.labels).into_iter().flatten();
        labels.map(|(key, value)| (names.str(*key).to_owned(), names.str(*value).to_owned())).collect()
    }

    /// The ports that its containers declare, in their order.
    pub fn ports(self) -> impl Iterator<Item = DeclaredPort<'c>> {
        let name = move |port: &HeldPort| port.name.map(|name| Cow::Borrowed(self.tables.names.str(name)));
        let ports = self.held_ports().iter();
        ports.map(move |port| DeclaredPort { name: name(port), number: port.number, transport: port.transport })
    }

    /// Whose addresses it has.
    pub fn network(self) -> &'c Network {
        &self.held.network
    }

    /// All of it, as something that can be changed and told of another time.
    pub fn told(self) -> Pod<'static> {
        let owned = |port: DeclaredPort<'_>| DeclaredPort {
            name: port.name.map(|name| Cow::Owned(name.into_owned())),
            number: port.number,
            transport: port.transport,
        };
        Pod {
            name: Cow::Owned(self.name().to_owned()),
            namespace: Cow::Owned(self.namespace().to_owned()),
            labels: Cow::Owned(self.all_labels()),
            ports: self.ports().map(owned).collect(),
            network: self.held.network.clone(),
        }
    }

    pub(super) fn held_ports(self) -> &'c [HeldPort] {
        self.tables.ports.get(self.held.ports).map(AsRef::as_ref).unwrap_or_default()
    }
}

impl Traffic {
    /// Of objects that are in this namespace where they state none.
    pub fn in_namespace(default_namespace: &str) -> Self {
        Self { default_namespace: Some(default_namespace.into()), ..Self::default() }
    }

    /// The namespace of policies and Services that state none.
    pub fn default_namespace(&self) -> &str {
        self.default_namespace.as_deref().unwrap_or(DEFAULT_NAMESPACE)
    }

    /// Adds what an object says about traffic; most say nothing. The index of the pod where it makes one.
    pub fn add(&mut self, object: &Object) -> Option<usize> {
        if let Object::Namespace(namespace) = object {
            let name = namespace.metadata.name.as_deref().unwrap_or_default();
            self.add_namespace(name, namespace.metadata.labels.as_ref().unwrap_or(&Labels::new()));
        } else if let Object::NetworkPolicy(policy) = object {
            self.add_policy(policy);
        } else if let Object::Service(service) = object {
            self.add_service(service);
        }
        object.template().map(|template| self.add_template(object, template))
    }

    /// Adds the pod of an object's template, which bears the object's name.
    fn add_template(&mut self, object: &Object, template: &PodTemplateSpec) -> usize {
        self.add_pod(&Pod::of_template(object.name(), object.namespace(), template))
    }

    /// Adds what an object that others wrote says about traffic by itself; the pods that run are the caller's to tell, since
    /// one that a controller made is its controller's.
    pub fn add_given(&mut self, object: &Given) {
        match object {
            Given::Namespace(namespace) => {
                self.add_namespace(object.name(), namespace.metadata.labels.as_ref().unwrap_or(&Labels::new()));
            }
            Given::NetworkPolicy(policy) => self.add_policy(policy),
            Given::ClusterNetworkPolicy(policy) => self.add_cluster_policy(policy),
            Given::Service(service) => self.add_service(service),
            Given::Pod(_)
            | Given::Deployment(_)
            | Given::StatefulSet(_)
            | Given::DaemonSet(_)
            | Given::ReplicaSet(_)
            | Given::ReplicationController(_)
            | Given::Job(_)
            | Given::CronJob(_)
            | Given::PodTemplate(_)
            | Given::Endpoints(_)
            | Given::EndpointSlice(_)
            | Given::ServiceAccount(_)
            | Given::ConfigMap(_)
            | Given::Secret(_)
            | Given::ExternalSecret(_)
            | Given::PersistentVolumeClaim(_)
            | Given::Ingress(_)
            | Given::HTTPRoute(_)
            | Given::PodDisruptionBudget(_)
            | Given::HorizontalPodAutoscaler(_)
            | Given::ScaledObject(_)
            | Given::ResourceQuota(_)
            | Given::LimitRange(_)
            | Given::Role(_)
            | Given::ClusterRole(_)
            | Given::RoleBinding(_)
            | Given::ClusterRoleBinding(_) => {}
        }
    }

    /// Whether something has said which labels a namespace bears.
    pub fn has_namespace(&self, name: &str) -> bool {
        self.tables.names.find(name).is_some_and(|name| self.namespaces.contains_key(&name))
    }

    /// The value of a label of a namespace, if it carries it.
    pub fn namespace_label(&self, name: &str, key: &str) -> Option<&str> {
        let Tables { names, labels, .. } = &self.tables;
        let own = labels.get(*self.namespaces.get(&names.find(name)?)?)?;
        labels::value(own, names.find(key)?).map(|value| names.str(value))
    }

    /// Adds a namespace, or gives one other labels. One that only pods name has no labels of its own;
    /// `kubernetes.io/metadata.name` is the control plane's and need not be given.
    pub fn add_namespace(&mut self, name: &str, labels: &Labels) {
        let name = self.tables.names.text(name);
        let labels = labels::label_set(labels, &mut self.tables.names);
        self.namespaces.insert(name, self.tables.labels.add(labels));
    }

    /// The labels of a namespace, as they were stated of it.
    pub fn namespace_labels(&self, name: &str) -> Labels {
        let names = &self.tables.names;
        let held = names.find(name).and_then(|name| self.tables.labels.get(*self.namespaces.get(&name)?));
        let labels = held.into_iter().flatten();
        labels.map(|(key, value)| (names.str(*key).to_owned(), names.str(*value).to_owned())).collect()
    }

    /// Adds a pod; replicas of one workload are one pod here. Its index.
    pub fn add_pod(&mut self, pod: &Pod<'_>) -> usize {
        let Tables { names, labels, ports, .. } = &mut self.tables;
        let own_labels = labels::label_set(pod.labels.iter(), names);
        let own_ports = pod.ports.iter().map(|port| HeldPort {
            name: port.name.as_deref().map(|name| names.text(name)),
            number: port.number,
            transport: port.transport,
        });
        let own_ports: Box<[HeldPort]> = own_ports.collect();
        self.pods.push(Held {
            name: names.text(&pod.name),
            namespace: names.text(&pod.namespace),
            labels: labels.add(own_labels),
            ports: ports.add(own_ports),
            network: pod.network.clone(),
        });
        self.pods.len() - 1
    }

    /// Adds a policy.
    pub fn add_policy(&mut self, policy: &NetworkPolicy) {
        let namespace = self.default_namespace.as_deref().unwrap_or(DEFAULT_NAMESPACE);
        let policy = policy::read(&mut self.tables, namespace, policy);
        self.policies.push(policy);
    }

    /// Adds a policy of the cluster.
    pub fn add_cluster_policy(&mut self, policy: &ClusterNetworkPolicy) {
        let policy = cluster::read(&mut self.tables, policy);
        self.policies.push(policy);
    }

    /// Adds a Service.
    pub fn add_service(&mut self, service: &Service) {
        let namespace = self.default_namespace.as_deref().unwrap_or(DEFAULT_NAMESPACE);
        let service = services::read(&mut self.tables, namespace, service);
        self.services.push(service);
    }

    /// A pod by its index.
    pub fn pod(&self, at: usize) -> Option<PodOf<'_>> {
        self.pods.get(at).map(|held| PodOf { tables: &self.tables, held })
    }

    /// All pods, in order of index.
    pub fn pods(&self) -> impl ExactSizeIterator<Item = PodOf<'_>> {
        self.pods.iter().map(|held| PodOf { tables: &self.tables, held })
    }

    /// Namespace and name of a policy by its index; without a namespace where it is the cluster's.
    pub fn policy(&self, at: usize) -> Option<(Option<&str>, &str)> {
        let policy = self.policies.get(at)?;
        let namespace = policy.namespace().map(|namespace| self.tables.names.str(namespace));
        Some((namespace, self.tables.names.str(policy.name)))
    }

    /// When a policy of the cluster is asked: its tier, and its priority in it; `None` for a policy of a namespace.
    pub fn turn(&self, at: usize) -> Option<(Tier, u16)> {
        match self.policies.get(at)?.rank {
            Rank::Namespace(_) => None,
            Rank::Cluster(tier, priority) => Some((tier, priority)),
        }
    }

    /// Namespace and name of a Service by its index.
    pub fn service(&self, at: usize) -> Option<(&str, &str)> {
        let service = self.services.get(at)?;
        Some((self.tables.names.str(service.namespace), self.tables.names.str(service.name)))
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
