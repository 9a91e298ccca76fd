//! The definition, word by word: one pair of ends and one port at a time, without any index and without any code of the
//! compiler. Slow, and easy to read beside the documentation.

use std::net::IpAddr;

use bvlc::object::api::core::v1::Container;
use bvlc::object::api::networking::v1::{NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort};
use bvlc::object::{IntOrString, LabelSelector, Labels};

use crate::clusters::{Member, World};

/// An end of a connection.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Node<'w> {
    Pod(&'w Member),
    Address(IpAddr),
}

/// Whether a connection to a port passes both halves.
pub(crate) fn passes(world: &World, from: Node<'_>, to: Node<'_>, protocol: &str, port: u16) -> bool {
    half(world, "Egress", from, to, (to, protocol, port)) && half(world, "Ingress", to, from, (to, protocol, port))
}

type At<'w> = (Node<'w>, &'w str, u16);

fn half(world: &World, direction: &str, own: Node<'_>, peer: Node<'_>, at: At<'_>) -> bool {
    let Node::Pod(own) = own else { return true };
    if is_on_host(own) {
        return true;
    }
    let isolating: Vec<&NetworkPolicy> = world.policies.iter().filter(|one| isolates(one, direction, own)).collect();
    if isolating.is_empty() {
        return true;
    }
    isolating.iter().any(|policy| {
        let spec = policy.spec.as_ref().unwrap();
        let rules: Vec<(Vec<NetworkPolicyPeer>, Vec<NetworkPolicyPort>)> = if direction == "Ingress" {
            let rules = spec.ingress.clone().unwrap_or_default();
            rules.into_iter().map(|rule| (rule.from.unwrap_or_default(), rule.ports.unwrap_or_default())).collect()
        } else {
            let rules = spec.egress.clone().unwrap_or_default();
            rules.into_iter().map(|rule| (rule.to.unwrap_or_default(), rule.ports.unwrap_or_default())).collect()
        };
        rules.iter().any(|(peers, ports)| {
            let for_peer = peers.is_empty() || peers.iter().any(|one| names(world, policy, one, peer));
            for_peer && (ports.is_empty() || ports.iter().any(|one| opens(one, at)))
        })
    })
}

fn isolates(policy: &NetworkPolicy, direction: &str, pod: &Member) -> bool {
    let spec = policy.spec.as_ref().unwrap();
    let types = spec.policy_types.clone().unwrap_or_default();
    let has_type = if types.is_empty() {
        direction == "Ingress" || !spec.egress.clone().unwrap_or_default().is_empty()
    } else {
        types.iter().any(|one| one == direction)
    };
    let selector = spec.pod_selector.clone().unwrap_or_default();
    has_type && policy.metadata.namespace.as_ref() == Some(&pod.namespace) && selects(&selector, &labels(pod))
}

fn names(world: &World, policy: &NetworkPolicy, peer: &NetworkPolicyPeer, node: Node<'_>) -> bool {
    if let Some(block) = &peer.ip_block {
        let holds = |address: IpAddr| {
            let except = block.except.clone().unwrap_or_default();
            is_within(address, &block.cidr) && !except.iter().any(|inner| is_within(address, inner))
        };
        return match node {
            Node::Address(address) => holds(address),
            Node::Pod(pod) => pod.addresses.iter().any(|address| holds(*address)),
        };
    }
    let Node::Pod(pod) = node else { return false };
    if is_on_host(pod) || (peer.namespace_selector.is_none() && peer.pod_selector.is_none()) {
        return false;
    }
    let in_namespace = match &peer.namespace_selector {
        None => policy.metadata.namespace.as_ref() == Some(&pod.namespace),
        Some(selector) => {
            let declared = world.namespaces.iter().find(|one| one.metadata.name.as_ref() == Some(&pod.namespace));
            let mut labels = declared.and_then(|one| one.metadata.labels.clone()).unwrap_or_default();
            labels.insert("kubernetes.io/metadata.name".to_owned(), pod.namespace.clone());
            selects(selector, &labels)
        }
    };
    in_namespace && peer.pod_selector.as_ref().is_none_or(|selector| selects(selector, &labels(pod)))
}

fn opens(rule: &NetworkPolicyPort, (destination, protocol, port): At<'_>) -> bool {
    if rule.protocol.as_deref().unwrap_or("TCP") != protocol {
        return false;
    }
    match (&rule.port, rule.end_port) {
        (None, _) => true,
        (Some(IntOrString::Int(first)), last) => (*first..=last.unwrap_or(*first)).contains(&i32::from(port)),
        (Some(IntOrString::String(name)), _) => {
            let Node::Pod(pod) = destination else { return false };
            let spec = pod.template.spec.as_ref().unwrap();
            let sidecar = |one: &&Container| one.restart_policy.as_deref() == Some("Always");
            let beside = spec.init_containers.iter().flatten().filter(sidecar);
            spec.containers.iter().chain(beside).flat_map(|one| one.ports.iter().flatten()).any(|declared| {
                declared.name.as_ref() == Some(name)
                    && declared.protocol.as_deref().unwrap_or("TCP") == protocol
                    && declared.container_port == i32::from(port)
            })
        }
    }
}

fn selects(selector: &LabelSelector, labels: &Labels) -> bool {
    let equal = selector.match_labels.clone().unwrap_or_default();
    let expressions = selector.match_expressions.clone().unwrap_or_default();
    equal.iter().all(|(key, value)| labels.get(key) == Some(value))
        && expressions.iter().all(|one| {
            let values = one.values.clone().unwrap_or_default();
            let carried = labels.get(&one.key);
            match one.operator.as_str() {
                "In" => carried.is_some_and(|value| values.contains(value)),
                "NotIn" => carried.is_none_or(|value| !values.contains(value)),
                "Exists" => carried.is_some(),
                "DoesNotExist" => carried.is_none(),
                other => panic!("{other}"),
            }
        })
}

/// Bit by bit.
fn is_within(address: IpAddr, cidr: &str) -> bool {
    let (network, prefix) = cidr.split_once('/').unwrap();
    let bits = |address: IpAddr| -> Vec<bool> {
        let bytes = match address {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().to_vec(),
        };
        bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1)).collect()
    };
    let network: IpAddr = network.parse().unwrap();
    let prefix: usize = prefix.parse().unwrap();
    network.is_ipv4() == address.is_ipv4() && bits(network)[..prefix] == bits(address)[..prefix]
}

fn labels(pod: &Member) -> Labels {
    pod.template.metadata.as_ref().and_then(|metadata| metadata.labels.clone()).unwrap_or_default()
}

fn is_on_host(pod: &Member) -> bool {
    pod.template.spec.as_ref().and_then(|spec| spec.host_network) == Some(true)
}
