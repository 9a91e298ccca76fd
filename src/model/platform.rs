//! What holds everywhere.

use super::body::{Body, Decoder};
use super::delivery::Delivery;
use super::mesh::Mesh;
use super::origin::Origin;
use super::secret::SecretStore;
use super::unread::Unread;
use super::{KeyedTexts, key_text, keyed_texts};
use crate::source::Span;
use crate::value::{self, Address, Cidr, Domain, Duration, KubernetesVersion, Port};

/// The `platform` block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Platform {
    /// Its name.
    pub name: Origin<String>,
    /// The oldest API server that must accept the output. Default 1.33.
    pub kubernetes: Origin<KubernetesVersion>,
    /// The newest one, where it is stated.
    pub up_to: Option<Origin<KubernetesVersion>>,
    /// Where pods meet the Kubernetes API.
    pub api_server: Option<ApiServer>,
    /// Registries with their pull secrets.
    pub registries: Vec<Registry>,
    /// The stores that secrets come from.
    pub secret_stores: Vec<SecretStore>,
    /// Who takes to the cluster what is built.
    pub delivery: Option<Delivery>,
    /// The cluster's DNS domain. Default `cluster.local`.
    pub domain: Origin<String>,
    /// The network plugin.
    pub cni: Origin<Cni>,
    /// The mesh that carries traffic between pods by mutual TLS.
    pub mesh: Option<Mesh>,
    /// The shape of the cluster's DNS.
    pub dns: Origin<Dns>,
    /// Addresses that nodes send from.
    pub node_cidrs: Vec<Origin<Cidr>>,
    /// Addresses of pods.
    pub pod_cidrs: Vec<Origin<Cidr>>,
    /// Addresses of Services.
    pub service_cidrs: Vec<Origin<Cidr>>,
    /// The longest grace that a drain of a node waits for.
    pub drain_limit: Option<Origin<Duration>>,
    /// Labels for all objects.
    pub labels: KeyedTexts,
    /// Annotations for all objects.
    pub annotations: KeyedTexts,
    /// How grave findings are here.
    pub severities: Vec<StatedSeverity>,
    /// The port that its `defaults` give to health.
    pub health_port: Option<Origin<Port>>,
    /// Where its `defaults` state what containers take, of cpu or else of memory.
    pub taken: Option<Span>,
    /// What could not be read.
    pub unread: Unread,
}

/// Where pods meet the Kubernetes API, behind its Service address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiServer {
    /// Its addresses.
    pub cidrs: Vec<Origin<Cidr>>,
    /// Its port.
    pub port: Origin<Port>,
}

/// A registry that images come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registry {
    /// Its host, as images name it.
    pub host: Origin<value::Registry>,
    /// The existing Secret with which its images are pulled.
    pub pull_secret: Option<Origin<String>>,
}

/// How grave the findings of one code are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedSeverity {
    /// The number or slug, as written.
    pub code: Origin<String>,
    /// How grave.
    pub grade: Grade,
    /// Why, where it is said.
    pub because: Option<Origin<String>>,
    /// The whole statement.
    pub span: Span,
}

/// What a platform makes of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grade {
    /// An error.
    Deny,
    /// A warning.
    Warn,
}

impl Grade {
    /// As written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Deny => "deny",
            Self::Warn => "warn",
        }
    }
}

/// Network plugins whose own ways matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cni {
    /// Nothing beyond the `NetworkPolicy` API is asked for.
    Any,
    /// Cilium.
    Cilium,
    /// Calico.
    Calico,
    /// Amazon's VPC CNI.
    AwsVpc,
}

/// Shapes of a cluster's DNS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dns {
    /// Pods labeled `k8s-app: kube-dns` in kube-system, port 53.
    KubeDns,
    /// A cache on every node, beside the pods.
    NodeLocal(Vec<Origin<Address>>),
    /// Pods of a cache on every node, to which Cilium redirects, beside the pods.
    LocalRedirect,
    /// Pods in namespace openshift-dns, pod port 5353.
    Openshift,
    /// Fixed addresses.
    Addresses {
        /// The resolvers.
        addresses: Vec<Origin<Address>>,
        /// Their port; 53 where it is not stated.
        port: Option<Origin<Port>>,
    },
}

impl Platform {
    /// Reads the platform block.
    pub fn decode(name: Origin<String>, body: &Body<'_>, decoder: &mut Decoder<'_>) -> Self {
        let oldest = KubernetesVersion::new(33);
        Self {
            name,
            kubernetes: decoder.value_or(body, "kubernetes", oldest),
            up_to: body.get("kubernetes").and_then(|entry| decoder.clause(entry, "up-to")),
            api_server: api_server(body, decoder),
            registries: registries(body, decoder),
            secret_stores: SecretStore::decode_all(body),
            delivery: Delivery::decode(body, decoder),
            domain: decoder.value_or(body, "domain", Domain("cluster.local".to_owned())).map(|domain| domain.0),
            cni: cni(body, decoder),
            mesh: Mesh::decode(body, decoder),
            dns: dns(body, decoder),
            node_cidrs: cidrs(body, "node-cidr", decoder),
            pod_cidrs: cidrs(body, "pod-cidr", decoder),
            service_cidrs: cidrs(body, "service-cidr", decoder),
            drain_limit: decoder.value(body, "drain-limit"),
            labels: keyed_texts(body, "label", decoder),
            annotations: keyed_texts(body, "annotation", decoder),
            severities: severities(body, decoder),
            health_port: None,
            taken: None,
            unread: decoder.unread(),
        }
    }
}

fn cidrs(body: &Body<'_>, word: &'static str, decoder: &mut Decoder<'_>) -> Vec<Origin<Cidr>> {
    let Some((term, part)) = body.get(word).and_then(|entry| entry.term(0)) else { return Vec::new() };
    decoder.within(word, |decoder| decoder.list(term, part))
}

fn api_server(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Option<ApiServer> {
    let stated = body.get("api-server")?;
    let port = decoder.argument(stated, 1);
    if port.is_none() {
        decoder.unread.word("api-server");
    }
    Some(ApiServer { cidrs: cidrs(body, "api-server", decoder), port: port? })
}

fn registries(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Vec<Registry> {
    let mut registries = Vec::new();
    for entry in body.all("registry") {
        if let Some(host) = decoder.argument(entry, 0) {
            registries.push(Registry { host, pull_secret: decoder.value(&entry.block, "pull-secret") });
        }
    }
    registries
}

fn severities(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Vec<StatedSeverity> {
    let mut severities = Vec::new();
    for entry in body.all("severity") {
        let (Some((code, part)), Some(grade)) = (entry.term(0), decoder.word_at(entry, 1)) else { continue };
        let grade = match &*grade.value {
            "deny" => Grade::Deny,
            "warn" => Grade::Warn,
            _ => continue,
        };
        let code = Origin::new(key_text(code), code.span, part.layer);
        severities.push(StatedSeverity { code, grade, because: decoder.because(entry), span: part.span });
    }
    severities
}

fn cni(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Origin<Cni> {
    let Some(word) = body.get("cni").and_then(|entry| decoder.word_at(entry, 0)) else {
        return decoder.built_in(Cni::Any);
    };
    word.map(|word| match &*word {
        "cilium" => Cni::Cilium,
        "calico" => Cni::Calico,
        "aws-vpc" => Cni::AwsVpc,
        _ => Cni::Any,
    })
}

fn dns(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Origin<Dns> {
    let Some(entry) = body.get("dns") else { return decoder.built_in(Dns::KubeDns) };
    let Some(stated) = entry.origin() else { return decoder.built_in(Dns::KubeDns) };
    let addresses: Vec<Origin<Address>> = match entry.term(0) {
        Some((term, part)) => decoder.list(term, part),
        None => Vec::new(),
    };
    let dns = match entry.variant.map(|variant| variant.name) {
        Some("node-local") => Dns::NodeLocal(addresses),
        Some("local-redirect") => Dns::LocalRedirect,
        Some("openshift") => Dns::Openshift,
        Some("addresses") => Dns::Addresses { addresses, port: decoder.clause(entry, "port") },
        _ => Dns::KubeDns,
    };
    stated.map(|()| dns)
}
