//! Where a cluster's own services are, its DNS and the Kubernetes API, as far as the spec says it, and which endpoints are there too.
//!
//! Invariant: what is said here is what network policies are emitted with.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::origin::{EndpointId, Origin};
use super::platform::Dns;
use super::{Endpoint, Model, Protocol};
use crate::source::Span;
use crate::value::{Address, Cidr, Port};

/// A service that every cluster has, and no spec declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OwnService {
    /// Its DNS.
    Dns,
    /// Its API servers.
    KubernetesApi,
}

impl OwnService {
    /// What people call it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Dns => "the cluster's DNS",
            Self::KubernetesApi => "the Kubernetes API",
        }
    }
}

/// The pods with a label in a namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LabeledPods {
    /// The namespace.
    pub namespace: &'static str,
    /// The label's key.
    pub key: &'static str,
    /// Its value.
    pub value: &'static str,
}

/// `CoreDNS` keeps the label (kubernetes `cluster/addons/dns/coredns`, 1.33).
const KUBE_DNS: LabeledPods = LabeledPods { namespace: "kube-system", key: "k8s-app", value: "kube-dns" };
/// The caches of a local redirect (docs.cilium.io, "Local Redirect Policy", 1.18).
const NODE_LOCAL: LabeledPods = LabeledPods { namespace: "kube-system", key: "k8s-app", value: "node-local-dns" };
/// The daemon set `dns-default` (openshift/cluster-dns-operator, `DNSDaemonSetPodSelector`).
const DNS_DEFAULT: LabeledPods =
    LabeledPods { namespace: "openshift-dns", key: "dns.operator.openshift.io/daemonset-dns", value: "default" };

/// The port of DNS.
const DNS_PORT: u16 = 53;
/// Where the pods of `OpenShift`'s DNS listen.
const OPENSHIFT_DNS_PORT: u16 = 5353;

impl Dns {
    /// Whether these can be the addresses of a cache on every node: its own and the cluster DNS address that it answers for
    /// (`cluster/addons/dns/nodelocaldns`, 1.36). No Service has a link-local address, so that one at least is another.
    pub fn is_node_local(addresses: &BTreeSet<Address>) -> bool {
        addresses.len() > 1 && !addresses.iter().all(Address::is_link_local)
    }

    /// The pods that answer.
    ///
    /// - `node-local`: the cache listens on the host network at the addresses given, the cluster DNS address among them, so
    ///   that no translation leads to a pod (`cluster/addons/dns/nodelocaldns`); the pods stay allowed for what it misses.
    /// - `local-redirect`: Cilium leads to the cache's pods on the same node, which are on the network of pods there, and where
    ///   there is none it leaves the question to the pods of the Service (docs.cilium.io, "Local Redirect Policy", 1.18).
    pub const fn pods(&self) -> &'static [LabeledPods] {
        match self {
            Self::KubeDns | Self::NodeLocal(_) => &[KUBE_DNS],
            Self::LocalRedirect => &[KUBE_DNS, NODE_LOCAL],
            Self::Openshift => &[DNS_DEFAULT],
            Self::Addresses { .. } => &[],
        }
    }

    /// The addresses that answer beside these.
    pub fn addresses(&self) -> &[Origin<Address>] {
        match self {
            Self::KubeDns | Self::LocalRedirect | Self::Openshift => &[],
            Self::NodeLocal(addresses) | Self::Addresses { addresses, .. } => addresses,
        }
    }

    /// Where they answer.
    pub fn port(&self) -> Option<Port> {
        match self {
            Self::KubeDns | Self::NodeLocal(_) | Self::LocalRedirect | Self::Addresses { port: None, .. } => {
                Port::new(DNS_PORT)
            }
            Self::Openshift => Port::new(OPENSHIFT_DNS_PORT),
            Self::Addresses { port: Some(port), .. } => Some(port.value),
        }
    }
}

/// What an endpoint and a service of the cluster's own have in common.
#[derive(Debug, Clone, Copy)]
pub enum Meeting<'m> {
    /// Addresses.
    Addresses {
        /// Some of them.
        range: Cidr,
        /// The service's range that holds them.
        own: Cidr,
        /// Where that is stated.
        stated: Span,
        /// The endpoint's range that holds them.
        other: &'m Origin<Cidr>,
    },
    /// Pods.
    Pods(LabeledPods),
}

impl Model {
    /// The ports at which a service of the cluster's own is asked. DNS is so in both protocols, since an answer that is too long for
    /// UDP is asked for again by TCP.
    pub fn own_ports(&self, service: OwnService) -> Vec<(Port, Protocol)> {
        match service {
            OwnService::Dns => {
                let port = self.platform.dns.value.port();
                port.into_iter().flat_map(|port| [(port, Protocol::Tcp), (port, Protocol::Udp)]).collect()
            }
            OwnService::KubernetesApi => {
                self.platform.api_server.iter().map(|server| (server.port.value, Protocol::Tcp)).collect()
            }
        }
    }

    /// Whether a service of the cluster's own is at an address.
    pub fn is_own_at(&self, service: OwnService, address: IpAddr) -> bool {
        self.own_ranges(service).any(|(range, _)| range.contains_address(address))
    }

    /// What an endpoint has in common with a service of the cluster's own; of each two ranges some.
    pub fn meetings(&self, service: OwnService, id: EndpointId) -> Vec<Meeting<'_>> {
        let addresses = self.addresses(id);
        let ranges = self.own_ranges(service).flat_map(|(own, stated)| {
            let common = addresses.common_with(own).collect::<Vec<_>>();
            common.into_iter().map(move |(range, other)| Meeting::Addresses { range, own, stated, other })
        });
        let mut met: Vec<Meeting<'_>> = ranges.collect();
        met.extend(
            self.own_pods(service).iter().filter(|pods| self.has_pods(id, **pods)).map(|pods| Meeting::Pods(*pods)),
        );
        met
    }

    fn own_pods(&self, service: OwnService) -> &'static [LabeledPods] {
        match service {
            OwnService::Dns => self.platform.dns.value.pods(),
            OwnService::KubernetesApi => &[],
        }
    }

    fn own_ranges(&self, service: OwnService) -> impl Iterator<Item = (Cidr, Span)> {
        let (dns, servers) = match service {
            OwnService::Dns => (self.platform.dns.value.addresses(), [].as_slice()),
            OwnService::KubernetesApi => {
                let servers = self.platform.api_server.as_ref().map(|server| server.cidrs.as_slice());
                ([].as_slice(), servers.unwrap_or_default())
            }
        };
        let dns = dns.iter().map(|address| (Cidr::from(address.value), address.span));
        dns.chain(servers.iter().map(|range| (range.value, range.span)))
    }

    /// Whether such pods are an endpoint's: all of its, or all that there are in its namespace.
    fn has_pods(&self, id: EndpointId, pods: LabeledPods) -> bool {
        let Some(Endpoint::Workload(workload)) = self.endpoint(id) else { return false };
        let is_there =
            self.environment(workload.environment).is_some_and(|home| home.namespace_name() == pods.namespace);
        let has_every = workload.managed().is_some_and(|managed| managed.every_pod.is_some());
        is_there
            && !workload.is_on_host()
            && (has_every || self.pod_labels(workload).get(pods.key).is_some_and(|value| *value == pods.value))
    }
}
