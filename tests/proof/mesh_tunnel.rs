//! Breaks of network policies where a mesh brings everything to one port.

use bvlc::object::api::networking::v1::{NetworkPolicyIngressRule, NetworkPolicyPort, NetworkPolicySpec};
use bvlc::object::{IntOrString, Object};

use crate::mesh::Edit;

/// The ports between two pods of a mesh: ztunnel's, and that of Linkerd's proxy.
const TUNNELS: [i32; 2] = [15008, 4143];

/// What is broken at them.
pub(crate) const CLOSED: &[(&str, Edit)] = &[
    ("the tunnel is closed to who asks", |o, n| {
        let (at, ports) = tunnels_in(o).into_iter().nth(n)?;
        close(&mut policy(o)?.ingress, at, ports)
    }),
    ("the tunnel is closed from who asks", |o, n| {
        let rules = policy(o)?.egress.as_mut()?;
        let at = rules.iter().enumerate().filter(|(_, rule)| rule.ports.as_deref().is_some_and(has_tunnel)).nth(n)?.0;
        let ports = rules[at].ports.as_mut()?;
        ports.retain(|port| !is_tunnel(port));
        if ports.is_empty() {
            rules.remove(at);
        }
        Some(())
    }),
    ("the port of the service in the place of the tunnel", |o, n| {
        let (at, _) = tunnels_in(o).into_iter().nth(n)?;
        let ports = policy(o)?.ingress.as_mut()?[at].ports.as_mut()?;
        ports.iter_mut().filter(|port| is_tunnel(port)).for_each(|port| port.port = Some(IntOrString::Int(8080)));
        Some(())
    }),
    ("a port beside the tunnel", |o, n| {
        let (at, _) = tunnels_in(o).into_iter().nth(n)?;
        let ports = policy(o)?.ingress.as_mut()?[at].ports.as_mut()?;
        let mut another = ports.first()?.clone();
        another.port = Some(IntOrString::Int(22));
        ports.push(another);
        Some(())
    }),
    ("a tunnel of UDP", |o, n| {
        let (at, _) = tunnels_in(o).into_iter().nth(n)?;
        let ports = policy(o)?.ingress.as_mut()?[at].ports.as_mut()?;
        ports.iter_mut().filter(|port| is_tunnel(port)).for_each(|port| port.protocol = Some("UDP".to_owned()));
        Some(())
    }),
    ("a tunnel for everybody", |o, n| {
        let (at, _) = tunnels_in(o).into_iter().nth(n)?;
        policy(o)?.ingress.as_mut()?[at].from = None;
        Some(())
    }),
    ("every port of who asks", |o, n| {
        let (at, _) = tunnels_in(o).into_iter().nth(n)?;
        policy(o)?.ingress.as_mut()?[at].ports = None;
        Some(())
    }),
];

pub(crate) fn policy(object: &mut Object) -> Option<&mut NetworkPolicySpec> {
    match object {
        Object::NetworkPolicy(it) => it.spec.as_mut(),
        _ => None,
    }
}

fn is_tunnel(port: &NetworkPolicyPort) -> bool {
    TUNNELS.iter().any(|tunnel| port.port == Some(IntOrString::Int(*tunnel)))
}

fn has_tunnel(ports: &[NetworkPolicyPort]) -> bool {
    ports.iter().any(is_tunnel)
}

/// The rules that let in at a tunnel.
fn tunnels_in(object: &mut Object) -> Vec<(usize, usize)> {
    let rules = policy(object).and_then(|spec| spec.ingress.as_deref()).unwrap_or_default();
    let tunnels = rules.iter().enumerate().filter(|(_, rule)| rule.ports.as_deref().is_some_and(has_tunnel));
    tunnels.map(|(at, rule)| (at, rule.ports.as_ref().map_or(0, Vec::len))).collect()
}

/// Takes a tunnel out of a rule, and the rule with it where it is the last port: without any it would be of all.
fn close(rules: &mut Option<Vec<NetworkPolicyIngressRule>>, at: usize, n_ports: usize) -> Option<()> {
    let rules = rules.as_mut()?;
    if n_ports == 1 {
        rules.remove(at);
    } else {
        rules[at].ports.as_mut()?.retain(|port| !is_tunnel(port));
    }
    Some(())
}
