//! Clusters for tests, which own their objects.

use std::net::IpAddr;

use bvlc::object::api::core::v1::PodTemplateSpec;
use bvlc::object::{Labels, Namespace, NetworkPolicy, Service, meta};
use bvlc::verify::connectivity::{Connectivity, End, Network, Pod, Ports, Traffic};
use serde_json::{Value, json};

/// A pod of a test.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) namespace: String,
    pub(crate) template: PodTemplateSpec,
    pub(crate) addresses: Vec<IpAddr>,
}

/// Everything of a test's cluster.
#[derive(Debug, Clone, Default)]
pub(crate) struct World {
    pub(crate) namespaces: Vec<Namespace>,
    pub(crate) pods: Vec<Member>,
    pub(crate) policies: Vec<NetworkPolicy>,
    pub(crate) services: Vec<Service>,
    /// Policies of the cluster, as manifests.
    pub(crate) cluster_policies: Vec<Value>,
}

impl World {
    /// Two namespaces; `a/web` and `a/db` with named ports, in `b` one pod more and `b/host`, which is on the host network and
    /// has the labels of a database.
    pub(crate) fn two_namespaces(more: &str, labels: &[&str], spec: Value) -> Self {
        let app = |name: &str, number: u16| with_ports(json!([{ "name": name, "containerPort": number }]));
        Self::default()
            .namespace("a", &["team=red"])
            .namespace("b", &["team=blue"])
            .pod("a/web", &["app=web", "tier=front"], app("http", 8080))
            .pod("a/db", &["app=db"], app("sql", 5432))
            .pod(more, labels, spec)
            .pod("b/host", &["app=db"], json!({ "hostNetwork": true, "containers": [{ "name": "app" }] }))
    }

    /// The ports that pass between two ends, each a pod `namespace/name` or an address.
    pub(crate) fn ports(&self, from: &str, to: &str) -> Ports {
        let traffic = self.traffic();
        let connectivity = Connectivity::of(&traffic);
        let end = |name: &str| {
            if let Ok(address) = name.parse::<IpAddr>() {
                return End::Address(address);
            }
            let at = self.pods.iter().position(|pod| format!("{}/{}", pod.namespace, pod.name) == name).unwrap();
            End::Pod(connectivity.class_of(at).unwrap())
        };
        connectivity.passes(end(from), end(to))
    }

    /// As the room takes it.
    pub(crate) fn traffic(&self) -> Traffic {
        let mut traffic = Traffic::default();
        for namespace in &self.namespaces {
            let labels = namespace.metadata.labels.clone().unwrap_or_default();
            traffic.add_namespace(namespace.metadata.name.as_deref().unwrap(), &labels);
        }
        for member in &self.pods {
            let mut pod = Pod::of_template(&member.name, Some(&member.namespace), &member.template);
            pod.network = match pod.network {
                Network::Own(_) => Network::Own(member.addresses.clone()),
                Network::Host(_) => Network::Host(member.addresses.clone()),
            };
            traffic.add_pod(&pod);
        }
        self.policies.iter().for_each(|policy| traffic.add_policy(policy));
        for policy in &self.cluster_policies {
            traffic.add_cluster_policy(&serde_json::from_value(policy.clone()).unwrap());
        }
        self.services.iter().for_each(|service| traffic.add_service(service));
        traffic
    }

    /// Adds a namespace with labels `key=value`.
    pub(crate) fn namespace(mut self, name: &str, labels: &[&str]) -> Self {
        self.namespaces
            .push(Namespace { metadata: meta(name, None, pairs(labels), Labels::new()), ..Default::default() });
        self
    }

    /// Adds a pod `namespace/name` with labels `key=value`, and a spec as JSON.
    pub(crate) fn pod(mut self, path: &str, labels: &[&str], spec: Value) -> Self {
        let (namespace, name) = path.split_once('/').unwrap();
        let mut template: PodTemplateSpec = serde_json::from_value(json!({ "spec": spec })).unwrap();
        template.metadata = Some(meta(name, None, pairs(labels), Labels::new()));
        let (name, namespace) = (name.to_owned(), namespace.to_owned());
        self.pods.push(Member { name, namespace, template, addresses: Vec::new() });
        self
    }

    /// Adds a policy of a namespace, its spec as JSON.
    pub(crate) fn policy(mut self, namespace: &str, spec: Value) -> Self {
        let name = format!("policy-{}", self.policies.len());
        let metadata = meta(&name, Some(namespace), Labels::new(), Labels::new());
        self.policies.push(NetworkPolicy { metadata, spec: Some(serde_json::from_value(spec).unwrap()) });
        self
    }

    /// Adds a policy of the cluster, its spec as JSON.
    pub(crate) fn cluster_policy(mut self, spec: Value) -> Self {
        let name = format!("cluster-{}", self.cluster_policies.len());
        self.cluster_policies.push(json!({
            "apiVersion": "policy.networking.k8s.io/v1alpha2", "kind": "ClusterNetworkPolicy",
            "metadata": { "name": name },
            "spec": spec,
        }));
        self
    }

    /// The manifests, for other readers.
    pub(crate) fn manifests(&self) -> Vec<Value> {
        let namespaces = self.namespaces.iter().map(|one| serde_json::to_value(one).unwrap());
        let pods = self.pods.iter().map(|member| {
            let labels = member.template.metadata.as_ref().and_then(|metadata| metadata.labels.clone());
            json!({
                "apiVersion": "v1", "kind": "Pod",
                "metadata": { "name": member.name, "namespace": member.namespace, "labels": labels.unwrap_or_default() },
                "spec": member.template.spec,
            })
        });
        let policies = self.policies.iter().map(|one| serde_json::to_value(one).unwrap());
        namespaces.chain(pods).chain(policies).chain(self.cluster_policies.iter().cloned()).collect()
    }
}

/// The spec of a pod with one container that has these ports.
pub(crate) fn with_ports(ports: Value) -> Value {
    json!({ "containers": [{ "name": "app", "ports": ports }] })
}

fn pairs(labels: &[&str]) -> Labels {
    let pair = |label: &&str| label.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned())).unwrap();
    labels.iter().map(pair).collect()
}
