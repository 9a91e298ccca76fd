//! The cluster's DNS as a peer, in the shape that the platform declares.

use super::PodPort;
use super::peers::Peer;
use crate::emit::Context;
use crate::model::platform::Dns;
use crate::model::{Origin, Protocol};
use crate::object::Labels;
use crate::value::{Address, Cidr, Port};

/// Who answers.
///
/// - `kube-dns`: `CoreDNS` keeps the label `k8s-app: kube-dns` (kubernetes `cluster/addons/dns/coredns`, 1.33).
/// - `node-local`: the cache listens on the host network at the addresses given, the cluster DNS address among them, so
///   that no translation leads to a pod (`cluster/addons/dns/nodelocaldns`); the pods stay allowed for what it misses.
/// - `local-redirect`: Cilium leads to the cache's pods on the same node, which are on the network of pods there, and where there
///   is none it leaves the question to the pods of the Service (docs.cilium.io, "Local Redirect Policy", 1.18).
/// - `openshift`: the pods of the `dns-default` daemon set (openshift/cluster-dns-operator, `DNSDaemonSetPodSelector`).
pub(super) fn resolvers(cx: &Context<'_>) -> Vec<Peer> {
    let blocks = |addresses: &[Origin<Address>]| -> Vec<Peer> {
        addresses.iter().map(|address| Peer::block(Cidr::from(address.value))).collect()
    };
    let kube_dns = || pods("kube-system", "k8s-app", "kube-dns");
    match &cx.model.platform.dns.value {
        Dns::KubeDns => vec![kube_dns()],
        Dns::NodeLocal(addresses) => [vec![kube_dns()], blocks(addresses)].concat(),
        Dns::LocalRedirect => vec![kube_dns(), pods("kube-system", "k8s-app", "node-local-dns")],
        Dns::Openshift => vec![pods("openshift-dns", "dns.operator.openshift.io/daemonset-dns", "default")],
        Dns::Addresses { addresses, .. } => blocks(addresses),
    }
}

/// Where they answer: always in both protocols, since an answer that is too long for UDP is asked for again by TCP.
pub(super) fn ports(cx: &Context<'_>) -> Vec<PodPort> {
    let number = match &cx.model.platform.dns.value {
        Dns::KubeDns | Dns::NodeLocal(_) | Dns::LocalRedirect => Port::new(53),
        Dns::Openshift => Port::new(5353),
        Dns::Addresses { port, .. } => port.as_ref().map(|port| port.value).or(Port::new(53)),
    };
    number.into_iter().flat_map(|number| [(number, Protocol::Tcp), (number, Protocol::Udp)]).collect()
}

fn pods(namespace: &str, key: &str, value: &str) -> Peer {
    Peer::in_namespace(namespace, Labels::from([(key.to_owned(), value.to_owned())]))
}
