//! The definition, word by word: one pair of ends and one port at a time, without any index and without any code of the
//! compiler. Slow, and easy to read beside the documentation.

use std::net::IpAddr;

use bvlc::object::api::core::v1::Container;
use bvlc::object::api::networking::v1::{NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort};
use bvlc::object::{IntOrString, LabelSelector, Labels};
use serde_json::Value;

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
    // the tiers in their order; whoever decides nothing leaves it to the next
    if let Some(decided) = tier(world, "Admin", direction, (own, peer), at) {
        return decided;
    }
    let isolating: Vec<&NetworkPolicy> = world.policies.iter().filter(|one| isolates(one, direction, own)).collect();
    if isolating.is_empty() {
        return tier(world, "Baseline", direction, (own, peer), at).unwrap_or(true);
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

/// The first rule of a tier that speaks of a connection, by priority and then by order: whether it accepts. Nothing where
/// none does, or where it passes it on.
fn tier(world: &World, tier: &str, direction: &str, (own, peer): (&Member, Node<'_>), at: At<'_>) -> Option<bool> {
    let mut specs: Vec<&Value> = world.cluster_policies.iter().map(|policy| &policy["spec"]).collect();
    specs.retain(|spec| spec["tier"] == tier && is_peer(world, &spec["subject"], Node::Pod(own)));
    specs.sort_by_key(|spec| spec["priority"].as_i64().unwrap());
    let (rules, peers) = if direction == "Ingress" { ("ingress", "from") } else { ("egress", "to") };
    let mut rules = specs.iter().flat_map(|spec| spec[rules].as_array().into_iter().flatten());
    let first = rules.find(|rule| {
        let mut listed = rule[peers].as_array().unwrap().iter();
        let for_peer = listed.any(|one| is_peer(world, one, peer));
        let protocols = rule.get("protocols").map(|protocols| protocols.as_array().unwrap());
        for_peer && protocols.is_none_or(|all| all.iter().any(|one| is_protocol(one, at)))
    })?;
    match first["action"].as_str().unwrap() {
        "Accept" => Some(true),
        "Deny" => Some(false),
        "Pass" => None,
        other => panic!("{other}"),
    }
}

/// Whether a peer of a policy of the cluster, or its subject, is someone.
fn is_peer(world: &World, peer: &Value, node: Node<'_>) -> bool {
    if let Some(networks) = peer.get("networks") {
        let networks = || networks.as_array().unwrap().iter().map(|cidr| cidr.as_str().unwrap());
        let holds = |address: IpAddr| networks().any(|cidr| is_within(address, cidr));
        return match node {
            Node::Address(address) => holds(address),
            // whatever address it has, it is among all of them
            Node::Pod(pod) if pod.addresses.is_empty() => networks().any(|cidr| cidr == "0.0.0.0/0" || cidr == "::/0"),
            Node::Pod(pod) => pod.addresses.iter().any(|address| holds(*address)),
        };
    }
    let Node::Pod(pod) = node else { return false };
    let (namespaces, pods) = match peer.get("pods") {
        Some(pods) => (&pods["namespaceSelector"], Some(&pods["podSelector"])),
        None => (&peer["namespaces"], None),
    };
    let read = |selector: &Value| serde_json::from_value::<LabelSelector>(selector.clone()).unwrap();
    !is_on_host(pod)
        && selects(&read(namespaces), &namespace_labels(world, pod))
        && pods.is_none_or(|selector| selects(&read(selector), &labels(pod)))
}

/// Whether one of the `protocols` of a rule holds a port.
fn is_protocol(stated: &Value, (destination, protocol, port): At<'_>) -> bool {
    if let Some(name) = stated.get("destinationNamedPort") {
        return is_named(name.as_str().unwrap(), (destination, protocol, port));
    }
    let Some(of_protocol) = stated.get(protocol.to_lowercase()) else { return false };
    let Some(ports) = of_protocol.get("destinationPort") else { return true };
    if let Some(number) = ports.get("number") {
        return number.as_u64() == Some(u64::from(port));
    }
    let end = |end: &str| ports["range"][end].as_u64().unwrap();
    (end("start")..=end("end")).contains(&u64::from(port))
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
        Some(selector) => selects(selector, &namespace_labels(world, pod)),
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
        (Some(IntOrString::String(name)), _) => is_named(name, (destination, protocol, port)),
    }
}

/// Whether a container that keeps running calls a port so.
fn is_named(name: &str, (destination, protocol, port): At<'_>) -> bool {
    let Node::Pod(pod) = destination else { return false };
    let spec = pod.template.spec.as_ref().unwrap();
    let sidecar = |one: &&Container| one.restart_policy.as_deref() == Some("Always");
    let beside = spec.init_containers.iter().flatten().filter(sidecar);
    spec.containers.iter().chain(beside).flat_map(|one| one.ports.iter().flatten()).any(|declared| {
        declared.name.as_deref() == Some(name)
            && declared.protocol.as_deref().unwrap_or("TCP") == protocol
            && declared.container_port == i32::from(port)
    })
}

fn namespace_labels(world: &World, pod: &Member) -> Labels {
    let declared = world.namespaces.iter().find(|one| one.metadata.name.as_ref() == Some(&pod.namespace));
    let mut labels = declared.and_then(|one| one.metadata.labels.clone()).unwrap_or_default();
    labels.insert("kubernetes.io/metadata.name".to_owned(), pod.namespace.clone());
    labels
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
