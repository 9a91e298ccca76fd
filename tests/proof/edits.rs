//! The ways in which objects are broken: each an edit at the n-th place of an object that it fits.

use bvlc::object::api::networking::v1::{
    IPBlock, NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicyPeer, NetworkPolicyPort,
};
use bvlc::object::apimachinery::pkg::apis::meta::v1::LabelSelectorRequirement;
use bvlc::object::{IntOrString, LabelSelector, Labels, Object, int, selector};
use serde_json::{Value, json};

use crate::places::{
    blocks, container_ports, containers, egress, far_peers, ingress, labels, peer_lists, peer_selectors, peers,
    pod_peers, policy, port_lists, ports, selected_by, service, service_ports, space_selectors, template,
};

/// Breaks an object at its n-th place; `None` where there is none.
pub(crate) type Edit = fn(&mut Object, usize) -> Option<()>;

/// What cannot be there by accident.
const OTHER: &str = "some-other";

/// Every edit, by name.
pub(crate) const EDITS: &[(&str, Edit)] = &[
    ("an egress rule is dropped", |o, n| remove(egress(o)?, n)),
    ("an ingress rule is dropped", |o, n| remove(ingress(o)?, n)),
    ("the egress half is dropped", |o, n| once(n, policy(o)?.egress.take().map(drop))),
    ("the ingress half is dropped", |o, n| once(n, policy(o)?.ingress.take().map(drop))),
    ("an egress rule for everything is added", |o, n| {
        policy(o)?.egress.get_or_insert_default().push(NetworkPolicyEgressRule::default());
        once(n, Some(()))
    }),
    ("an ingress rule for everything is added", |o, n| {
        policy(o)?.ingress.get_or_insert_default().push(NetworkPolicyIngressRule::default());
        once(n, Some(()))
    }),
    ("an egress rule is repeated", |o, n| egress(o).and_then(|rules| repeat(rules, n))),
    ("two egress rules share their ports", |o, n| {
        let rules = egress(o)?;
        let ports = rules.get(n + 1)?.ports.clone()?;
        rules.get_mut(n)?.ports.as_mut()?.extend(ports);
        Some(())
    }),
    ("two ingress rules share their ports", |o, n| {
        let rules = ingress(o)?;
        let ports = rules.get(n + 1)?.ports.clone()?;
        rules.get_mut(n)?.ports.as_mut()?.extend(ports);
        Some(())
    }),
    ("two egress rules swap their ports", |o, n| {
        let rules = egress(o)?;
        let (first, rest) = rules.get_mut(n..)?.split_first_mut()?;
        std::mem::swap(&mut first.ports, &mut rest.first_mut()?.ports);
        Some(())
    }),
    ("ingress and egress are swapped", |o, n| {
        let spec = policy(o)?;
        (spec.ingress.is_some() || spec.egress.is_some()).then_some(())?;
        let egress = spec.egress.take().map(|rules| {
            let rule = |rule: NetworkPolicyEgressRule| NetworkPolicyIngressRule { from: rule.to, ports: rule.ports };
            rules.into_iter().map(rule).collect()
        });
        spec.egress = spec.ingress.take().map(|rules| {
            let rule = |rule: NetworkPolicyIngressRule| NetworkPolicyEgressRule { to: rule.from, ports: rule.ports };
            rules.into_iter().map(rule).collect()
        });
        spec.ingress = egress;
        once(n, Some(()))
    }),
    ("a port is one higher", |o, n| shift(ports(o).into_iter().nth(n)?, 1)),
    ("a port is one lower", |o, n| shift(ports(o).into_iter().nth(n)?, -1)),
    ("a port is swapped for 22", |o, n| set(&mut ports(o).into_iter().nth(n)?.port, Some(int(22)))),
    ("TCP and UDP are swapped", |o, n| {
        let port = ports(o).into_iter().nth(n)?;
        let other = if port.protocol.as_deref() == Some("UDP") { "TCP" } else { "UDP" };
        set(&mut port.protocol, Some(other.to_owned()))
    }),
    ("the protocol is SCTP", |o, n| set(&mut ports(o).into_iter().nth(n)?.protocol, Some("SCTP".to_owned()))),
    ("the protocol is left out", |o, n| set(&mut ports(o).into_iter().nth(n)?.protocol, None)),
    ("the port is left out", |o, n| set(&mut ports(o).into_iter().nth(n)?.port, None)),
    ("the port is a name that no container has", |o, n| {
        set(&mut ports(o).into_iter().nth(n)?.port, Some(IntOrString::String(OTHER.to_owned())))
    }),
    ("endPort is added, one above", |o, n| {
        let port = ports(o).into_iter().nth(n)?;
        let Some(IntOrString::Int(number)) = port.port else { return None };
        set(&mut port.end_port, Some(number + 1))
    }),
    ("endPort is added, the port itself", |o, n| {
        let port = ports(o).into_iter().nth(n)?;
        let Some(IntOrString::Int(number)) = port.port else { return None };
        set(&mut port.end_port, Some(number))
    }),
    ("endPort is added, the highest", |o, n| set(&mut ports(o).into_iter().nth(n)?.end_port, Some(65535))),
    ("a port is dropped", |o, n| {
        port_lists(o).into_iter().flatten().nth(n)?.pop();
        Some(())
    }),
    ("a port is added", |o, n| {
        let more = NetworkPolicyPort { port: Some(int(22)), protocol: Some("TCP".to_owned()), end_port: None };
        port_lists(o).into_iter().flatten().nth(n)?.push(more);
        Some(())
    }),
    ("ports are an empty list", |o, n| set(port_lists(o).into_iter().nth(n)?, Some(Vec::new()))),
    ("ports are left out", |o, n| set(port_lists(o).into_iter().nth(n)?, None)),
    ("peers are an empty list", |o, n| set(peer_lists(o).into_iter().nth(n)?, Some(Vec::new()))),
    ("peers are left out", |o, n| set(peer_lists(o).into_iter().nth(n)?, None)),
    ("a peer is dropped", |o, n| {
        peer_lists(o).into_iter().flatten().nth(n)?.pop();
        Some(())
    }),
    ("a peer is repeated", |o, n| repeat(peer_lists(o).into_iter().flatten().next()?, n)),
    ("all pods of the namespace are added as a peer", |o, n| {
        let more = NetworkPolicyPeer { pod_selector: Some(LabelSelector::default()), ..Default::default() };
        add_peer(o, n, more)
    }),
    ("all pods of all namespaces are added as a peer", |o, n| {
        let more = NetworkPolicyPeer { namespace_selector: Some(LabelSelector::default()), ..Default::default() };
        add_peer(o, n, more)
    }),
    ("a namespace that the spec does not know is added as a peer", |o, n| {
        add_peer(o, n, stated(Some(json!({ "matchLabels": { "kubernetes.io/metadata.name": OTHER } })), None))
    }),
    ("namespaces with a label that the spec does not know are added as a peer", |o, n| {
        add_peer(o, n, stated(Some(json!({ "matchLabels": { "team": OTHER } })), None))
    }),
    ("pods with a label that the spec does not know are added as a peer", |o, n| {
        add_peer(o, n, stated(None, Some(json!({ "matchLabels": { "app": OTHER } }))))
    }),
    ("such pods of all namespaces are added as a peer", |o, n| {
        add_peer(o, n, stated(Some(json!({})), Some(json!({ "matchLabels": { "app": OTHER } }))))
    }),
    ("a peer's pods may be of any namespace with the profile", |o, n| {
        let profile = Labels::from([("pod-security.kubernetes.io/enforce".to_owned(), "restricted".to_owned())]);
        set(&mut pod_peers(o).into_iter().nth(n)?.namespace_selector, Some(selector(profile)))
    }),
    ("such pods of a namespace with such a label are added as a peer", |o, n| {
        let namespaces = json!({ "matchExpressions": [{ "key": "team", "operator": "In", "values": [OTHER, "a"] }] });
        let pods = json!({ "matchExpressions": [{ "key": "app", "operator": "Exists" }] });
        add_peer(o, n, stated(Some(namespaces), Some(pods)))
    }),
    ("a peer's label may have another value too", |o, n| widen(peer_selectors(o).into_iter().nth(n)?)),
    ("a peer's namespace may be another too", |o, n| widen(space_selectors(o).into_iter().nth(n)?)),
    ("the world is added as a peer", |o, n| add_peer(o, n, block("0.0.0.0/0"))),
    ("the world of IPv6 is added as a peer", |o, n| add_peer(o, n, block("::/0"))),
    ("a peer is the world", |o, n| set(peers(o).into_iter().nth(n)?, block("0.0.0.0/0"))),
    ("a peer's podSelector is emptied", |o, n| set(peer_selectors(o).into_iter().nth(n)?, LabelSelector::default())),
    ("a peer's podSelector is dropped", |o, n| set(&mut far_peers(o).into_iter().nth(n)?.pod_selector, None)),
    ("a peer's namespaceSelector is dropped", |o, n| {
        set(&mut far_peers(o).into_iter().nth(n)?.namespace_selector, None)
    }),
    ("a peer's namespaceSelector is emptied", |o, n| {
        set(space_selectors(o).into_iter().nth(n)?, LabelSelector::default())
    }),
    ("a namespaceSelector is added", |o, n| {
        let peer = pod_peers(o).into_iter().filter(|peer| peer.namespace_selector.is_none()).nth(n)?;
        set(&mut peer.namespace_selector, Some(LabelSelector::default()))
    }),
    ("a peer's namespace is another", |o, n| rename(space_selectors(o).into_iter().nth(n)?)),
    ("a peer's namespace may be any that has the label", |o, n| exists(space_selectors(o).into_iter().nth(n)?)),
    ("a peer's \"and\" is an \"or\"", |o, n| {
        let list = peer_lists(o).into_iter().flatten().filter(|list| list.iter().any(is_far)).nth(n)?;
        let at = list.iter().position(is_far)?;
        let pods = list.get_mut(at)?.pod_selector.take();
        list.push(NetworkPolicyPeer { pod_selector: pods, ..Default::default() });
        Some(())
    }),
    ("a peer's first label is dropped", |o, n| forget(peer_selectors(o).into_iter().nth(n)?, false)),
    ("a peer's last label is dropped", |o, n| forget(peer_selectors(o).into_iter().nth(n)?, true)),
    ("a peer's label is another", |o, n| rename(peer_selectors(o).into_iter().nth(n)?)),
    ("a peer's label may have any value", |o, n| exists(peer_selectors(o).into_iter().nth(n)?)),
    ("a peer's pods are all others", |o, n| negate(peer_selectors(o).into_iter().nth(n)?)),
    ("a CIDR is twice as wide", |o, n| resize(blocks(o).into_iter().nth(n)?, -1)),
    ("a CIDR is half as wide", |o, n| resize(blocks(o).into_iter().nth(n)?, 1)),
    ("a CIDR is another", |o, n| set(&mut blocks(o).into_iter().nth(n)?.cidr, "203.0.113.0/24".to_owned())),
    ("all exceptions are lost", |o, n| {
        let block = blocks(o).into_iter().filter(|block| block.except.is_some()).nth(n)?;
        set(&mut block.except, None)
    }),
    ("the first address is excepted", |o, n| {
        let block = blocks(o).into_iter().nth(n)?;
        let (address, prefix) = block.cidr.split_once('/')?;
        let bits = if address.contains(':') { "128" } else { "32" };
        (prefix != bits).then_some(())?;
        block.except.get_or_insert_default().push(format!("{address}/{bits}"));
        Some(())
    }),
    ("a policy selects all pods", |o, n| {
        let selector = policy(o)?.pod_selector.as_mut()?;
        selector.match_labels.as_ref()?;
        once(n, set(selector, LabelSelector::default()))
    }),
    ("a policy's first label is dropped", |o, n| once(n, forget(policy(o)?.pod_selector.as_mut()?, false))),
    ("a policy's last label is dropped", |o, n| once(n, forget(policy(o)?.pod_selector.as_mut()?, true))),
    ("a policy's label is another", |o, n| once(n, rename(policy(o)?.pod_selector.as_mut()?))),
    ("a policy's label may be another too", |o, n| once(n, widen(policy(o)?.pod_selector.as_mut()?))),
    ("a policy's label may have any value", |o, n| once(n, exists(policy(o)?.pod_selector.as_mut()?))),
    ("a policy selects all others", |o, n| once(n, negate(policy(o)?.pod_selector.as_mut()?))),
    ("a policy has no podSelector", |o, n| once(n, set(&mut policy(o)?.pod_selector, None))),
    ("policyTypes lacks Egress", |o, n| once(n, set(&mut policy(o)?.policy_types, Some(vec!["Ingress".to_owned()])))),
    ("policyTypes lacks Ingress", |o, n| once(n, set(&mut policy(o)?.policy_types, Some(vec!["Egress".to_owned()])))),
    ("policyTypes is left out", |o, n| once(n, set(&mut policy(o)?.policy_types, None))),
    ("a policy is in another namespace", |o, n| {
        policy(o)?;
        once(n, set(&mut o.metadata_mut().namespace, Some(OTHER.to_owned())))
    }),
    ("a pod's label is another", |o, n| {
        let key = selected_by(o).into_iter().nth(n)?;
        template(o)?.metadata.as_mut()?.labels.as_mut()?.insert(key, OTHER.to_owned())?;
        Some(())
    }),
    ("a pod's label is dropped", |o, n| {
        let key = selected_by(o).into_iter().nth(n)?;
        template(o)?.metadata.as_mut()?.labels.as_mut()?.remove(&key).map(drop)
    }),
    ("pods are on the host network", |o, n| once(n, set(&mut template(o)?.spec.as_mut()?.host_network, Some(true)))),
    ("a Deployment is in another namespace", |o, n| {
        template(o)?;
        once(n, set(&mut o.metadata_mut().namespace, Some(OTHER.to_owned())))
    }),
    ("a container port is one higher", |o, n| {
        container_ports(o).into_iter().nth(n)?.container_port += 1;
        Some(())
    }),
    ("a container port is UDP", |o, n| {
        let port = container_ports(o).into_iter().nth(n)?;
        let other = if port.protocol.as_deref() == Some("UDP") { "TCP" } else { "UDP" };
        set(&mut port.protocol, Some(other.to_owned()))
    }),
    ("a container port's name is another", |o, n| {
        set(&mut container_ports(o).into_iter().nth(n)?.name, Some(OTHER.to_owned()))
    }),
    ("a container port is dropped", |o, n| {
        let count = container_ports(o).len();
        (n < count).then_some(())?;
        containers(o)
            .into_iter()
            .filter_map(|container| container.ports.as_mut())
            .find(|ports| n < ports.len())?
            .remove(n);
        Some(())
    }),
    ("a Service's label is another", |o, n| {
        let selector = service(o)?.selector.as_mut()?;
        let key = selector.keys().nth(n)?.clone();
        selector.insert(key, OTHER.to_owned()).map(drop)
    }),
    ("a Service's label is dropped", |o, n| {
        let selector = service(o)?.selector.as_mut()?;
        let key = selector.keys().nth(n)?.clone();
        selector.remove(&key).map(drop)
    }),
    ("a Service has no selector", |o, n| once(n, set(&mut service(o)?.selector, None))),
    ("a Service's targetPort is another", |o, n| {
        set(&mut service_ports(o).into_iter().nth(n)?.target_port, Some(int(22)))
    }),
    ("a Service's targetPort is a name that no container has", |o, n| {
        set(&mut service_ports(o).into_iter().nth(n)?.target_port, Some(IntOrString::String(OTHER.to_owned())))
    }),
    ("a Service's port is one higher", |o, n| {
        service_ports(o).into_iter().nth(n)?.port += 1;
        Some(())
    }),
    ("a Service's protocol is another", |o, n| {
        let port = service_ports(o).into_iter().nth(n)?;
        let other = if port.protocol.as_deref() == Some("UDP") { "TCP" } else { "UDP" };
        set(&mut port.protocol, Some(other.to_owned()))
    }),
    ("a Service's port is dropped", |o, n| remove(service(o)?.ports.as_mut()?, n)),
    ("a Service is in another namespace", |o, n| {
        service(o)?;
        once(n, set(&mut o.metadata_mut().namespace, Some(OTHER.to_owned())))
    }),
    ("a namespace's label is another", |o, n| {
        let Object::Namespace(namespace) = o else { return None };
        let labels = namespace.metadata.labels.as_mut()?;
        let key = labels.keys().nth(n)?.clone();
        labels.insert(key, OTHER.to_owned()).map(drop)
    }),
    ("a namespace's label is dropped", |o, n| {
        let Object::Namespace(namespace) = o else { return None };
        let labels = namespace.metadata.labels.as_mut()?;
        let key = labels.keys().nth(n)?.clone();
        labels.remove(&key).map(drop)
    }),
];

/// An edit with one place.
fn once(n: usize, done: Option<()>) -> Option<()> {
    if n == 0 { done } else { None }
}

#[expect(clippy::unnecessary_wraps, reason = "edits are chained with `?`")]
fn set<T>(place: &mut T, value: T) -> Option<()> {
    *place = value;
    Some(())
}

fn remove<T>(list: &mut Vec<T>, n: usize) -> Option<()> {
    (n < list.len()).then(|| drop(list.remove(n)))
}

fn repeat<T: Clone>(list: &mut Vec<T>, n: usize) -> Option<()> {
    let again = list.get(n)?.clone();
    list.push(again);
    Some(())
}

fn shift(port: &mut NetworkPolicyPort, by: i32) -> Option<()> {
    let Some(IntOrString::Int(number)) = port.port else { return None };
    set(&mut port.port, Some(int(number + by)))
}

fn block(cidr: &str) -> NetworkPolicyPeer {
    NetworkPolicyPeer { ip_block: Some(IPBlock { cidr: cidr.to_owned(), except: None }), ..Default::default() }
}

fn add_peer(object: &mut Object, n: usize, more: NetworkPolicyPeer) -> Option<()> {
    peer_lists(object).into_iter().flatten().nth(n)?.push(more);
    Some(())
}

/// A peer as manifests state it.
fn stated(namespaces: Option<Value>, pods: Option<Value>) -> NetworkPolicyPeer {
    let selector = |stated: Value| serde_json::from_value(stated).unwrap();
    NetworkPolicyPeer {
        namespace_selector: namespaces.map(selector),
        pod_selector: pods.map(selector),
        ..Default::default()
    }
}

fn is_far(peer: &NetworkPolicyPeer) -> bool {
    peer.namespace_selector.is_some() && peer.pod_selector.is_some()
}

fn forget(selector: &mut LabelSelector, last: bool) -> Option<()> {
    let key = if last { labels(selector).keys().next_back() } else { labels(selector).keys().next() }.cloned()?;
    labels(selector).remove(&key).map(drop)
}

fn rename(selector: &mut LabelSelector) -> Option<()> {
    let key = labels(selector).keys().next()?.clone();
    labels(selector).insert(key, OTHER.to_owned()).map(drop)
}

/// The first label may be another one.
fn widen(selector: &mut LabelSelector) -> Option<()> {
    let key = labels(selector).keys().next()?.clone();
    let value = labels(selector).remove(&key)?;
    let values = Some(vec![value, OTHER.to_owned()]);
    let requirement = LabelSelectorRequirement { key, operator: "In".to_owned(), values };
    selector.match_expressions.get_or_insert_default().push(requirement);
    Some(())
}

/// The first label is asked for by its key alone.
fn exists(selector: &mut LabelSelector) -> Option<()> {
    let key = labels(selector).keys().next()?.clone();
    labels(selector).remove(&key)?;
    let requirement = LabelSelectorRequirement { key, operator: "Exists".to_owned(), values: None };
    selector.match_expressions.get_or_insert_default().push(requirement);
    Some(())
}

/// Everything but what was selected.
fn negate(wanted: &mut LabelSelector) -> Option<()> {
    let (key, value) = labels(wanted).pop_first()?;
    *wanted = selector(Labels::new());
    let requirement = LabelSelectorRequirement { key, operator: "NotIn".to_owned(), values: Some(vec![value]) };
    wanted.match_expressions.get_or_insert_default().push(requirement);
    Some(())
}

/// A shorter or longer prefix; host bits stand for the whole range.
fn resize(block: &mut IPBlock, by: i32) -> Option<()> {
    let (address, prefix) = block.cidr.split_once('/')?;
    let prefix = prefix.parse::<i32>().ok()? + by;
    let bits = if address.contains(':') { 128 } else { 32 };
    (0..=bits).contains(&prefix).then_some(())?;
    block.cidr = format!("{address}/{prefix}");
    Some(())
}
