//! A port that a policy names is a port of the pods that it speaks of.

use std::collections::BTreeSet;

use super::{Judged, PolicyView, words};
use crate::diagnostic::Code;
use crate::object::IntOrString;
use crate::object::api::networking::v1::{NetworkPolicyPeer, NetworkPolicyPort};
use crate::value::name::port_name;
use crate::verify::connectivity::{ClassId, Direction, PodOf, Transport};
use crate::verify::finding::{Finding, Place};

crate::code! {
    /// ## What it means
    /// A rule of a NetworkPolicy allows a port by a name that no pod it speaks of gives to a port of that protocol: of an
    /// `ingress` rule the pods that the policy selects, of an `egress` rule the pods that its peers select.
    ///
    /// ## Why it matters in the cluster
    /// The name stands for no number, so that this port of the rule allows nothing.
    ///
    /// ## How to mend it
    /// Write the name that the container gives its port, or the number; and the protocol of the port where it is not TCP.
    ///
    /// ```yaml bad
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata: { name: api }
    /// spec:
    ///   podSelector: { matchLabels: { app: api } }
    ///   ingress:
    ///     - ports:
    ///         - port: htpp #~ BVL1152 "`htpp`"
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: api, labels: { app: api } }
    /// spec: { containers: [{ name: api, image: "api:1", ports: [{ name: http, containerPort: 8080 }] }] }
    /// ```
    /// ```yaml good
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata: { name: api }
    /// spec:
    ///   podSelector: { matchLabels: { app: api } }
    ///   ingress:
    ///     - ports:
    ///         - port: http
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: api, labels: { app: api } }
    /// spec: { containers: [{ name: api, image: "api:1", ports: [{ name: http, containerPort: 8080 }] }] }
    /// ```
    ///
    /// ## Source
    /// [`types.go`](https://github.com/kubernetes/api/blob/v0.36.2/networking/v1/types.go), Kubernetes 1.36,
    /// `NetworkPolicyPort`: "a numerical or named port on a pod".
    BVL1152, "policy-port-not-there", Error, since "0.1.0"
}

/// So many ports are named.
const SHOWN: usize = 5;

/// Every code of this file.
pub const CODES: &[&Code] = &[&BVL1152];

pub(super) fn judge(judged: &Judged<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for policy in judged.policies() {
        let spec = policy.object.spec.as_ref();
        for (rule, ingress) in spec.and_then(|spec| spec.ingress.as_ref()).into_iter().flatten().enumerate() {
            let ports = ingress.ports.as_deref().unwrap_or_default();
            found.extend(of_rule(judged, policy, (Direction::Ingress, rule, ports), &policy.subjects));
        }
        for (rule, egress) in spec.and_then(|spec| spec.egress.as_ref()).into_iter().flatten().enumerate() {
            let ports = egress.ports.as_deref().unwrap_or_default();
            let is_named = |port: &NetworkPolicyPort| matches!(port.port, Some(IntOrString::String(_)));
            if ports.iter().any(is_named)
                && let Some(pods) = destinations(judged, policy, egress.to.as_deref().unwrap_or_default())
            {
                found.extend(of_rule(judged, policy, (Direction::Egress, rule, ports), &pods));
            }
        }
    }
    found
}

/// The pods that all peers of a rule select; `None` where there may be others that these files do not hold.
fn destinations(judged: &Judged<'_>, policy: &PolicyView<'_>, peers: &[NetworkPolicyPeer]) -> Option<Vec<ClassId>> {
    let mut pods = Vec::new();
    for peer in peers {
        let known = judged.peer(policy, peer).filter(|known| !known.classes.is_empty())?;
        pods.extend(known.classes);
    }
    Some(pods)
}

fn of_rule(
    judged: &Judged<'_>,
    policy: &PolicyView<'_>,
    (direction, rule, ports): (Direction, usize, &[NetworkPolicyPort]),
    pods: &[ClassId],
) -> Vec<Finding> {
    let mut found = Vec::new();
    let Some(first) = pods.first() else { return found };
    for (at, port) in ports.iter().enumerate() {
        let (Some(IntOrString::String(name)), Some(transport)) =
            (&port.port, Transport::parse(port.protocol.as_deref()))
        else {
            continue;
        };
        // what cannot be the name of a port is refused, and said to be
        if port_name(name).is_err() {
            continue;
        }
        let declared = || pods.iter().filter_map(|class| judged.connectivity.pod(*class)).flat_map(PodOf::ports);
        let so_called = || declared().filter(|one| one.name.as_deref() == Some(name));
        if so_called().any(|one| one.transport == transport) {
            continue;
        }
        let (protocol, whose) = (transport.name(), words(pods.iter().map(|class| judged.title(*class))));
        let (message, help) = if let Some(other) = so_called().next().map(|one| one.transport.name()) {
            (
                format!("{} allows the port `{name}` of {protocol}, which {whose} has of {other} alone", policy.title),
                format!(
                    "say `protocol: {other}` at this port of the rule, or give the container a port of {protocol} with this name"
                ),
            )
        } else {
            let there = declared().filter(|one| one.transport == transport);
            let there =
                there.map(|one| one.name.map_or_else(|| format!("`{}`", one.number), |name| format!("`{name}`")));
            let there: BTreeSet<String> = there.collect();
            let there: Vec<&str> = there.iter().take(SHOWN).map(String::as_str).collect();
            let help = if there.is_empty() {
                format!("give a {protocol} port of the container this name")
            } else {
                format!("write a port that is there, {}, or give the container's port this name", there.join(" or "))
            };
            (format!("{} allows the port `{name}`, which {whose} has not", policy.title), help)
        };
        let path = direction.rule_path(rule).at("ports").index(at).at("port");
        let mut finding = Finding::new(&BVL1152, Place::new(policy.at, path), message)
            .here(format!("no {protocol} port has this name"))
            .note("a name that no container gives stands for no number: this allows nothing")
            .help(help);
        if let Some((object, containers)) = judged.containers(*first) {
            finding = finding.other(Place::new(object, containers), "among the ports of these containers");
        }
        found.push(finding);
    }
    found
}
