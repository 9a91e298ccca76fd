//! What policies of the cluster say, and whether it can be told.

use std::collections::BTreeSet;

use super::{Judged, PolicyView, words};
use crate::diagnostic::Code;
use crate::object::FieldPath;
use crate::verify::connectivity::{Action, Allowance, ClassId, Direction, End, PeerOf, Ports, peers};
use crate::verify::finding::{Finding, Place};
use crate::verify::select;

crate::code! {
    /// ## What it means
    /// Two ClusterNetworkPolicies of one tier have one priority, and do different things with the same connection: one accepts
    /// it, say, and the other denies it.
    ///
    /// ## Why it matters in the cluster
    /// The network plugin may ask either first, and another one after the next restart. What passes is not known; here the one
    /// that stands first is asked first.
    ///
    /// ## How to mend it
    /// Give them different priorities: the lower number is asked first.
    ///
    /// ```yaml bad
    /// apiVersion: policy.networking.k8s.io/v1alpha2
    /// kind: ClusterNetworkPolicy
    /// metadata: { name: closed }
    /// spec:
    ///   tier: Admin
    ///   priority: 10
    ///   subject: { namespaces: {} }
    ///   ingress:
    ///     - action: Deny
    ///       from: [{ namespaces: {} }]
    ///       protocols: [{ tcp: { destinationPort: { number: 8080 } } }]
    /// ---
    /// apiVersion: policy.networking.k8s.io/v1alpha2
    /// kind: ClusterNetworkPolicy
    /// metadata: { name: open }
    /// spec:
    ///   tier: Admin
    ///   priority: 10 #~ BVL1157 "8080/TCP"
    ///   subject: { namespaces: {} }
    ///   ingress:
    ///     - action: Accept
    ///       from: [{ namespaces: {} }]
    ///       protocols: [{ tcp: { destinationPort: { number: 8080 } } }]
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: api, labels: { app: api } }
    /// spec: { containers: [{ name: api, image: "api:1" }] }
    /// ```
    /// ```yaml good
    /// apiVersion: policy.networking.k8s.io/v1alpha2
    /// kind: ClusterNetworkPolicy
    /// metadata: { name: closed }
    /// spec:
    ///   tier: Admin
    ///   priority: 10
    ///   subject: { namespaces: {} }
    ///   ingress:
    ///     - action: Deny
    ///       from: [{ namespaces: {} }]
    ///       protocols: [{ tcp: { destinationPort: { number: 8080 } } }]
    /// ---
    /// apiVersion: policy.networking.k8s.io/v1alpha2
    /// kind: ClusterNetworkPolicy
    /// metadata: { name: open }
    /// spec:
    ///   tier: Admin
    ///   priority: 9
    ///   subject: { namespaces: {} }
    ///   ingress:
    ///     - action: Accept
    ///       from: [{ namespaces: {} }]
    ///       protocols: [{ tcp: { destinationPort: { number: 8080 } } }]
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: api, labels: { app: api } }
    /// spec: { containers: [{ name: api, image: "api:1" }] }
    /// ```
    ///
    /// ## Source
    /// network-policy-api 0.2.0, [`clusternetworkpolicy_types.go`](https://github.com/kubernetes-sigs/network-policy-api/blob/v0.2.0/apis/v1alpha2/clusternetworkpolicy_types.go), `Priority`:
    /// "there is no way for the user to reliably determine which one it will choose".
    BVL1157, "priorities-are-equal", Warning, since "0.1.0"
}

crate::code! {
    /// ## What it means
    /// A rule of a NetworkPolicy allows traffic between pods that it names by their labels, and a ClusterNetworkPolicy denies
    /// all of it, at one end or the other, before NetworkPolicies are asked.
    ///
    /// ## Why it matters in the cluster
    /// The rule has no effect: connections time out, and whoever reads the NetworkPolicy takes them for allowed.
    ///
    /// ## How to mend it
    /// If the traffic is wanted, ask whoever runs the cluster for a rule above the one that denies it: `Pass` leaves it to
    /// NetworkPolicies, `Accept` lets it in. If it is not, remove the rule of the NetworkPolicy.
    ///
    /// ```yaml bad
    /// apiVersion: policy.networking.k8s.io/v1alpha2
    /// kind: ClusterNetworkPolicy
    /// metadata: { name: closed }
    /// spec:
    ///   tier: Admin
    ///   priority: 10
    ///   subject: { namespaces: {} }
    ///   ingress:
    ///     - action: Deny
    ///       from: [{ namespaces: {} }]
    ///       protocols: [{ tcp: { destinationPort: { number: 8080 } } }]
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata: { name: api }
    /// spec:
    ///   podSelector: { matchLabels: { app: api } }
    ///   ingress:
    ///     - from:
    ///         - podSelector: { matchLabels: { app: web } } #~ BVL1158 "8080/TCP"
    ///       ports: [{ port: 8080 }]
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: api, labels: { app: api } }
    /// spec: { containers: [{ name: api, image: "api:1" }] }
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: web, labels: { app: web } }
    /// spec: { containers: [{ name: web, image: "web:1" }] }
    /// ```
    /// ```yaml good
    /// apiVersion: policy.networking.k8s.io/v1alpha2
    /// kind: ClusterNetworkPolicy
    /// metadata: { name: closed }
    /// spec:
    ///   tier: Baseline
    ///   priority: 10
    ///   subject: { namespaces: {} }
    ///   ingress:
    ///     - action: Deny
    ///       from: [{ namespaces: {} }]
    ///       protocols: [{ tcp: { destinationPort: { number: 8080 } } }]
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
    /// metadata: { name: api, labels: { app: api } }
    /// spec: { containers: [{ name: api, image: "api:1" }] }
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: web, labels: { app: web } }
    /// spec: { containers: [{ name: web, image: "web:1" }] }
    /// ```
    ///
    /// ## Source
    /// network-policy-api 0.2.0, [`clusternetworkpolicy_types.go`](https://github.com/kubernetes-sigs/network-policy-api/blob/v0.2.0/apis/v1alpha2/clusternetworkpolicy_types.go), `Tier`:
    /// "If Admin tier has made a final decision (Accept or Deny) on a connection, then no further evaluation is done".
    BVL1158, "cluster-denies-what-is-allowed", Warning, since "0.1.0"
}

crate::code! {
    /// ## What it means
    /// A rule of a ClusterNetworkPolicy speaks of nodes by their labels, or of domain names. Which addresses these are only a
    /// running cluster tells, and manifests do not.
    ///
    /// ## Why it matters in the cluster
    /// What is said of traffic here leaves this peer out: it may pass where nothing is said to, or be denied where all is.
    ///
    /// ## How to mend it
    /// Nothing is wrong. Where it has to be judged, state `networks` instead.
    ///
    /// ```yaml bad
    /// apiVersion: policy.networking.k8s.io/v1alpha2
    /// kind: ClusterNetworkPolicy
    /// metadata: { name: no-nodes }
    /// spec:
    ///   tier: Admin
    ///   priority: 10
    ///   subject: { namespaces: {} }
    ///   egress:
    ///     - action: Deny
    ///       to:
    ///         - nodes: {} #~ BVL1159 "nodes"
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: api, labels: { app: api } }
    /// spec: { containers: [{ name: api, image: "api:1" }] }
    /// ```
    /// ```yaml good
    /// apiVersion: policy.networking.k8s.io/v1alpha2
    /// kind: ClusterNetworkPolicy
    /// metadata: { name: no-nodes }
    /// spec:
    ///   tier: Admin
    ///   priority: 10
    ///   subject: { namespaces: {} }
    ///   egress:
    ///     - action: Deny
    ///       to: [{ networks: [10.0.0.0/24] }]
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: api, labels: { app: api } }
    /// spec: { containers: [{ name: api, image: "api:1" }] }
    /// ```
    ///
    /// ## Source
    /// network-policy-api 0.2.0, [`clusternetworkpolicy_types.go`](https://github.com/kubernetes-sigs/network-policy-api/blob/v0.2.0/apis/v1alpha2/clusternetworkpolicy_types.go),
    /// `ClusterNetworkPolicyEgressPeer`: "matching on the IPs present in the node.Status.Addresses field of the node".
    BVL1159, "peer-cannot-be-judged", Hint, since "0.1.0"
}

/// Every code of this file.
pub const CODES: &[&Code] = &[&BVL1157, &BVL1158, &BVL1159];

/// How many pairs are tried of one peer: where so many are denied, it is no slip of one rule.
const MOST: usize = 10_000;

pub(super) fn judge(judged: &Judged<'_>) -> Vec<Finding> {
    let mut found = contests(judged);
    for unjudged in judged.connectivity.unjudged() {
        let Some((at, title)) = judged.any_policy(unjudged.policy) else { continue };
        let message = format!("{title} has a peer of which manifests do not say who it is: {}", unjudged.what);
        let finding = Finding::new(&BVL1159, Place::new(at, unjudged.path), message);
        found.push(finding.here("taken to be nobody here").help(
            "nothing is wrong; where bvlc is to judge it, put the addresses in its place: `- networks: [10.0.0.0/24]`",
        ));
    }
    if !judged.has_policies_of_the_cluster() {
        return found;
    }
    for policy in judged.policies() {
        found.extend(peers(policy.object).filter_map(|peer| dropped(judged, policy, &peer)));
    }
    found
}

fn contests(judged: &Judged<'_>) -> Vec<Finding> {
    let contests = judged.connectivity.contests().into_iter();
    let finding = |contest: crate::verify::connectivity::Contest| {
        let [(first, title), (second, other)] =
            [judged.any_policy(contest.policies[0])?, judged.any_policy(contest.policies[1])?];
        let (tier, priority) = judged.gathered.traffic.turn(contest.policies[0])?;
        let pods = judged.maker_of(contest.class).map(|_| format!(" of {}", judged.title(contest.class)));
        let message = format!(
            "{title} and {other} have priority {priority} of the {} tier, and decide differently about {}{} at {}",
            tier.name(),
            contest.direction.name().to_lowercase(),
            pods.unwrap_or_default(),
            contest.ports,
        );
        let rule = |rule: usize| contest.direction.rule_path(rule);
        let [own, theirs] = contest.actions.map(action);
        Some(
            Finding::new(&BVL1157, Place::new(second, FieldPath::of("spec.priority")), message)
                .here("no order is stated")
                .other(Place::new(first, rule(contest.rules[0])), format!("{title} {own} it"))
                .other(Place::new(second, rule(contest.rules[1])), format!("{other} {theirs} it"))
                .note("the network plugin may ask either first")
                .help("give them different priorities: the lower number is asked first"),
        )
    };
    contests.filter_map(finding).collect()
}

const fn action(action: Action) -> &'static str {
    match action {
        Action::Accept => "accepts",
        Action::Deny => "denies",
        Action::Pass => "passes on",
    }
}

/// Where policies of the cluster drop all that a rule of a namespace allows to a peer.
fn dropped(judged: &Judged<'_>, policy: &PolicyView<'_>, one: &PeerOf<'_>) -> Option<Finding> {
    let selector = one.peer.pod_selector.as_ref().filter(|selector| !select::is_empty(selector))?;
    let others = judged.peers(policy, one.peer);
    let mut dropping: BTreeSet<(usize, Direction, usize)> = BTreeSet::new();
    let mut denied = Ports::NONE;
    let pairs = policy.subjects.iter().flat_map(|own| others.iter().map(move |other| (*own, *other)));
    for (tried, (own, other)) in pairs.enumerate() {
        if tried >= MOST {
            return None;
        }
        let mut left = judged.connectivity.stated_at((policy.number, one.rule), own, one.direction, other);
        if left.is_empty() {
            return None;
        }
        for (class, peer, direction) in [(own, other, one.direction), (other, own, one.direction.other())] {
            for Allowance { policy, rule, ports } in
                judged.connectivity.verdict(class, direction, End::Pod(peer)).denied
            {
                let meeting = ports.and(&left);
                if !meeting.is_empty() {
                    dropping.insert((policy, direction, rule));
                    denied.add(&meeting);
                    left = left.without(&meeting);
                }
            }
        }
        if !left.is_empty() {
            return None;
        }
    }
    let (first, ..) = dropping.first()?;
    let title = |classes: &[ClassId]| words(classes.iter().map(|class| judged.title(*class)));
    let (own, theirs) = (title(&policy.subjects), title(&others));
    let (source, destination) = match one.direction {
        Direction::Egress => (own, theirs),
        Direction::Ingress => (theirs, own),
    };
    let (_, by) = judged.any_policy(*first)?;
    let message =
        format!("{source} -> {destination} at {denied}: {} allows it, and {by} denies it before", policy.title);
    let mut finding = Finding::new(&BVL1158, Place::new(policy.at, one.path().at("podSelector")), message)
        .here(format!("`{}` is allowed here, without effect", select::written(selector)))
        .note("policies of the cluster are asked first, and what they deny no NetworkPolicy can allow");
    for (policy, direction, rule) in dropping.iter().take(3) {
        let Some((at, title)) = judged.any_policy(*policy) else { continue };
        let text = format!("{title} denies it ({})", direction.name().to_lowercase());
        finding = finding.other(Place::new(at, direction.rule_path(*rule)), text);
    }
    Some(finding.help(
        "remove the rule here; or let a ClusterNetworkPolicy of a lower `priority`, or a rule above that one, `Pass` it",
    ))
}
