//! Breaks of what holds for pods whose proxies are on their nodes: the label, and the ports that network policies see.

use bvlc::object::api::networking::v1::{NetworkPolicyIngressRule, NetworkPolicyPort, NetworkPolicySpec};
use bvlc::object::{IntOrString, Object};

use crate::mesh::{Edit, once, template};

/// The port between two pods of the mesh.
const HBONE: i32 = 15008;
/// From where kubelets ask.
const PROBES: &str = "169.254.7.127/32";

/// What is broken beside what Istio is told.
pub(crate) const ON_NODES: &[(&str, Edit)] = &[
    ("no proxy of the node", |o, n| {
        let labels = template(o)?.metadata.as_mut()?.labels.as_mut()?;
        once(n, labels.remove("istio.io/dataplane-mode").map(drop))
    }),
    ("kept out of the node's proxy", |o, n| {
        let labels = template(o)?.metadata.as_mut()?.labels.as_mut()?;
        once(n, labels.get_mut("istio.io/dataplane-mode").map(|label| "none".clone_into(label)))
    }),
    ("a proxy of its own beside it", |o, n| {
        let labels = template(o)?.metadata.as_mut()?.labels.as_mut()?;
        labels.contains_key("istio.io/dataplane-mode").then_some(())?;
        labels.insert("sidecar.istio.io/inject".to_owned(), "true".to_owned());
        once(n, Some(()))
    }),
    ("15008 is closed to who asks", |o, n| {
        let (at, ports) = tunnels_in(o).into_iter().nth(n)?;
        close(&mut policy(o)?.ingress, at, ports)
    }),
    ("15008 is closed to whom is asked", |o, n| {
        let rules = policy(o)?.egress.as_mut()?;
        let at = rules.iter().enumerate().filter(|(_, rule)| rule.ports.as_deref().is_some_and(has_tunnel)).nth(n)?.0;
        let ports = rules[at].ports.as_mut()?;
        ports.retain(|port| !is_tunnel(port));
        if ports.is_empty() {
            rules.remove(at);
        }
        Some(())
    }),
    ("the port of the service in the place of 15008", |o, n| {
        let (at, _) = tunnels_in(o).into_iter().nth(n)?;
        let ports = policy(o)?.ingress.as_mut()?[at].ports.as_mut()?;
        ports.iter_mut().filter(|port| is_tunnel(port)).for_each(|port| port.port = Some(IntOrString::Int(8080)));
        Some(())
    }),
    ("a port beside 15008", |o, n| {
        let (at, _) = tunnels_in(o).into_iter().nth(n)?;
        let ports = policy(o)?.ingress.as_mut()?[at].ports.as_mut()?;
        let mut another = ports.first()?.clone();
        another.port = Some(IntOrString::Int(22));
        ports.push(another);
        Some(())
    }),
    ("15008 of UDP", |o, n| {
        let (at, _) = tunnels_in(o).into_iter().nth(n)?;
        let ports = policy(o)?.ingress.as_mut()?[at].ports.as_mut()?;
        ports.iter_mut().filter(|port| is_tunnel(port)).for_each(|port| port.protocol = Some("UDP".to_owned()));
        Some(())
    }),
    ("15008 for everybody", |o, n| {
        let (at, _) = tunnels_in(o).into_iter().nth(n)?;
        policy(o)?.ingress.as_mut()?[at].from = None;
        Some(())
    }),
    ("every port of who asks", |o, n| {
        let (at, _) = tunnels_in(o).into_iter().nth(n)?;
        policy(o)?.ingress.as_mut()?[at].ports = None;
        Some(())
    }),
    ("kubelets are closed out", |o, n| {
        let rules = policy(o)?.ingress.as_mut()?;
        let at = rules.iter().position(asks_health)?;
        rules.remove(at);
        once(n, Some(()))
    }),
    ("kubelets ask at every port", |o, n| {
        let rules = policy(o)?.ingress.as_mut()?;
        once(n, rules.iter_mut().find(|rule| asks_health(rule))?.ports.take().map(drop))
    }),
    ("kubelets ask from everywhere", |o, n| {
        let rules = policy(o)?.ingress.as_mut()?;
        let from = rules.iter_mut().find(|rule| asks_health(rule))?.from.as_mut()?;
        let block = from.iter_mut().filter_map(|peer| peer.ip_block.as_mut()).find(|block| block.cidr == PROBES)?;
        "0.0.0.0/0".clone_into(&mut block.cidr);
        once(n, Some(()))
    }),
    ("kubelets ask from another address", |o, n| {
        let rules = policy(o)?.ingress.as_mut()?;
        let from = rules.iter_mut().find(|rule| asks_health(rule))?.from.as_mut()?;
        let block = from.iter_mut().filter_map(|peer| peer.ip_block.as_mut()).find(|block| block.cidr == PROBES)?;
        "169.254.7.128/32".clone_into(&mut block.cidr);
        once(n, Some(()))
    }),
];

fn policy(object: &mut Object) -> Option<&mut NetworkPolicySpec> {
    match object {
        Object::NetworkPolicy(it) => it.spec.as_mut(),
        _ => None,
    }
}

fn is_tunnel(port: &NetworkPolicyPort) -> bool {
    port.port == Some(IntOrString::Int(HBONE))
}

fn has_tunnel(ports: &[NetworkPolicyPort]) -> bool {
    ports.iter().any(is_tunnel)
}

/// The rules that let in at 15008.
fn tunnels_in(object: &mut Object) -> Vec<(usize, usize)> {
    let rules = policy(object).and_then(|spec| spec.ingress.as_deref()).unwrap_or_default();
    let tunnels = rules.iter().enumerate().filter(|(_, rule)| rule.ports.as_deref().is_some_and(has_tunnel));
    tunnels.map(|(at, rule)| (at, rule.ports.as_ref().map_or(0, Vec::len))).collect()
}

/// Takes 15008 out of a rule, and the rule with it where it is the last port: without any it would be of all.
fn close(rules: &mut Option<Vec<NetworkPolicyIngressRule>>, at: usize, n_ports: usize) -> Option<()> {
    let rules = rules.as_mut()?;
    if n_ports == 1 {
        rules.remove(at);
    } else {
        rules[at].ports.as_mut()?.retain(|port| !is_tunnel(port));
    }
    Some(())
}

fn asks_health(rule: &NetworkPolicyIngressRule) -> bool {
    let blocks = rule.from.iter().flatten().filter_map(|peer| peer.ip_block.as_ref());
    blocks.map(|block| block.cidr.as_str()).any(|cidr| cidr == PROBES)
}
