//! What one end allows to pods that it names, the other end allows, too.

use std::collections::BTreeSet;

use super::{Judged, PolicyView, words};
use crate::diagnostic::Code;
use crate::object::FieldPath;
use crate::verify::connectivity::{ClassId, Direction, End, PeerOf, PodOf, Ports, peers};
use crate::verify::finding::{Finding, Place};
use crate::verify::select;

crate::code! {
    /// ## What it means
    /// A rule of a NetworkPolicy allows traffic to, or from, pods that it names by their labels, and policies at the other end
    /// deny all of it. It is said once, at the half that is there.
    ///
    /// ## Why it matters in the cluster
    /// A connection passes where both ends let it: the egress of its source and the ingress of its destination. This one times
    /// out.
    ///
    /// ## How to mend it
    /// Add the other half: a rule of the policy at the other end that names these pods and these ports. If the traffic is not
    /// wanted, remove the rule. Policies that come from somewhere else belong to what is verified.
    ///
    /// ```yaml bad
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata: { name: web }
    /// spec:
    ///   podSelector: { matchLabels: { app: web } }
    ///   policyTypes: [Egress]
    ///   egress:
    ///     - to:
    ///         - podSelector: { matchLabels: { app: api } } #~ BVL1153 "8080/TCP"
    ///       ports: [{ port: 8080 }]
    ///     - ports: [{ port: 53, protocol: UDP }, { port: 53 }]
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata: { name: api }
    /// spec:
    ///   podSelector: { matchLabels: { app: api } }
    ///   ingress:
    ///     - from:
    ///         - podSelector: { matchLabels: { app: job } }
    ///       ports: [{ port: 8080 }]
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: web, labels: { app: web } }
    /// spec: { containers: [{ name: web, image: "web:1" }] }
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: api, labels: { app: api } }
    /// spec: { containers: [{ name: api, image: "api:1" }] }
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: job, labels: { app: job } }
    /// spec: { containers: [{ name: job, image: "job:1" }] }
    /// ```
    /// ```yaml good
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata: { name: web }
    /// spec:
    ///   podSelector: { matchLabels: { app: web } }
    ///   policyTypes: [Egress]
    ///   egress:
    ///     - to:
    ///         - podSelector: { matchLabels: { app: api } }
    ///       ports: [{ port: 8080 }]
    ///     - ports: [{ port: 53, protocol: UDP }, { port: 53 }]
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata: { name: api }
    /// spec:
    ///   podSelector: { matchLabels: { app: api } }
    ///   ingress:
    ///     - from:
    ///         - podSelector: { matchLabels: { app: web } }
    ///       ports: [{ port: 8080 }]
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: web, labels: { app: web } }
    /// spec: { containers: [{ name: web, image: "web:1" }] }
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: api, labels: { app: api } }
    /// spec: { containers: [{ name: api, image: "api:1" }] }
    /// ```
    ///
    /// ## Source
    /// [Network Policies](https://kubernetes.io/docs/concepts/services-networking/network-policies/),
    /// Kubernetes 1.33, "The two sorts of pod isolation": "both the egress policy on the source pod and the ingress policy on the destination pod need to allow the connection".
    BVL1153, "half-is-missing", Error, since "0.1.0"
}

/// Every code of this file.
pub const CODES: &[&Code] = &[&BVL1153];

/// How many pairs are tried of one peer: where so many are denied, it is no slip of one rule.
const MOST: usize = 10_000;

pub(super) fn judge(judged: &Judged<'_>) -> Vec<Finding> {
    let of_policy = |policy: &PolicyView<'_>| -> Vec<Finding> {
        peers(policy.object).filter_map(|peer| of_peer(judged, policy, &peer)).collect()
    };
    judged.policies().flat_map(of_policy).collect()
}

fn of_peer(judged: &Judged<'_>, policy: &PolicyView<'_>, one: &PeerOf<'_>) -> Option<Finding> {
    let selector = one.peer.pod_selector.as_ref().filter(|selector| !select::is_empty(selector))?;
    let others = judged.peers(policy, one.peer);
    let connectivity = judged.connectivity;
    let mut denying: BTreeSet<usize> = BTreeSet::new();
    let (mut allowed, mut accepted) = (Ports::NONE, Ports::NONE);
    let pairs = policy.subjects.iter().flat_map(|own| others.iter().map(move |other| (*own, *other)));
    for (tried, (own, other)) in pairs.enumerate() {
        if tried >= MOST {
            return None;
        }
        let ports = ports(judged, policy, one, (own, other));
        let theirs = connectivity.lets(End::Pod(other), one.direction.other(), End::Pod(own));
        // where the other end names these pods at other ports, it is said at the end that begins
        let is_said = one.direction == Direction::Ingress && !theirs.is_empty();
        // what a policy of the cluster drops is said of that
        let dropped = || connectivity.verdict(other, one.direction.other(), End::Pod(own)).denied;
        if ports.is_empty() || is_said || !ports.and(&theirs).is_empty() || !dropped().is_empty() {
            return None;
        }
        allowed.add(&ports);
        accepted.add(&theirs);
        denying.extend(connectivity.isolating(other, one.direction.other()));
    }
    others.first()?;
    // a port by a name that is not there is said where it is named
    if one.direction == Direction::Egress && others.iter().any(|other| judged.names_no_port(*other)) {
        return None;
    }
    let last = policy.subjects.first()?;
    let (own, theirs) = (
        words(policy.subjects.iter().map(|class| judged.title(*class))),
        words(others.iter().map(|class| judged.title(*class))),
    );
    let labels = |class: &ClassId| {
        let labels = connectivity.pod(*class).map(PodOf::labels).unwrap_or_default();
        labels.into_iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")
    };
    let title = &policy.title;
    let (message, half) = match one.direction {
        Direction::Egress => {
            (format!("{own} -> {theirs} at {allowed}: {title} lets it out, and no ingress lets it in"), "ingress")
        }
        Direction::Ingress => {
            (format!("{theirs} -> {own} at {allowed}: {title} lets it in, and no egress lets it out"), "egress")
        }
    };
    let mut finding = Finding::new(&BVL1153, Place::new(policy.at, one.path().at("podSelector")), message)
        .here(format!("`{}` is allowed here", select::written(selector)))
        .note("both ends must allow a connection; this one times out");
    if !accepted.is_empty() {
        finding = finding.note(format!("between these pods the other end allows {accepted}"));
    }
    for other in denying.iter().take(3).filter_map(|policy| judged.policy(*policy)) {
        let text = format!("{} isolates {theirs}", other.title);
        finding = finding.other(Place::new(other.at, FieldPath::of("spec.podSelector")), text);
    }
    let field = one.direction.other().peers();
    let help = format!("add a rule of {half} there: `{field}` {own} (`{}`), at {allowed}", labels(last));
    Some(finding.help(help))
}

/// What a rule allows between a pod that its policy selects and one of its peer.
fn ports(judged: &Judged<'_>, policy: &PolicyView<'_>, one: &PeerOf<'_>, (own, other): (ClassId, ClassId)) -> Ports {
    if !judged.connectivity.is_governed(own, one.direction) {
        return judged.connectivity.stated_at((policy.number, one.rule), own, one.direction, other);
    }
    let mut ports = Ports::NONE;
    let allowing = judged.connectivity.allowances(own, one.direction, End::Pod(other));
    for allowing in allowing.filter(|allowing| (allowing.policy, allowing.rule) == (policy.number, one.rule)) {
        ports.add(&allowing.ports);
    }
    ports
}
