//! Pods that may reach others can ask for their names.

use std::collections::BTreeMap;

use super::{Judged, words};
use crate::diagnostic::Code;
use crate::object::api::networking::v1::{NetworkPolicyPeer, NetworkPolicyPort};
use crate::object::{FieldPath, IntOrString};
use crate::verify::connectivity::{Action, ClassId, Direction};
use crate::verify::finding::{Finding, Place};

crate::code! {
    /// ## What it means
    /// NetworkPolicies allow pods to reach other pods, and let nothing out at port 53 (or 5353, where OpenShift's DNS listens),
    /// to anyone.
    ///
    /// ## Why it matters in the cluster
    /// The pods cannot resolve the name of a Service, so that what is allowed is never begun: the application reports that a host
    /// is unknown, or waits for seconds in each lookup.
    ///
    /// ## How to mend it
    /// Allow UDP and TCP at port 53, to the cluster's DNS: `namespaceSelector` with `kubernetes.io/metadata.name: kube-system`,
    /// `podSelector` with `k8s-app: kube-dns`. Pods that know addresses only do not need it.
    ///
    /// ```yaml bad
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata: { name: web }
    /// spec:
    ///   podSelector: { matchLabels: { app: web } }
    ///   policyTypes: [Egress]
    ///   egress: #~ BVL1154
    ///     - to:
    ///         - podSelector: { matchLabels: { app: api } }
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
    ///     - ports: [{ port: 53, protocol: UDP }, { port: 53 }]
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
    /// [DNS for Services and Pods](https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/), Kubernetes 1.33.
    BVL1154, "dns-is-cut", Warning, since "0.1.0"
}

/// Every code of this file.
pub const CODES: &[&Code] = &[&BVL1154];

/// Where DNS listens: everywhere, and on `OpenShift` (openshift/cluster-dns-operator, 4.18).
const DNS: [i32; 2] = [53, 5353];
/// Where its pods are.
const SYSTEM: [&str; 2] = ["kube-system", "openshift-dns"];

pub(super) fn judge(judged: &Judged<'_>) -> Vec<Finding> {
    let mut isolated: BTreeMap<Vec<usize>, Vec<ClassId>> = BTreeMap::new();
    for class in judged.classes() {
        let mut governing = judged.connectivity.governing(class, Direction::Egress);
        if governing.any(|policy| judged.connectivity.has_rule(policy, Direction::Egress, Action::Accept)) {
            // what is let out for all pods of a cluster is DNS most often
            continue;
        }
        let isolating: Vec<usize> = judged.connectivity.isolating(class, Direction::Egress).collect();
        isolated.entry(isolating).or_default().push(class);
    }
    let cut = isolated.into_iter().filter(|(policies, _)| is_cut(judged, policies));
    let finding = |(policies, classes): (Vec<usize>, Vec<ClassId>)| {
        let policies = policies.into_iter().filter_map(|policy| judged.policy(policy));
        let mut talking =
            policies.filter(|policy| policy.object.spec.as_ref().is_some_and(|spec| spec.egress.is_some()));
        let policy = talking.next()?;
        let whose = words(classes.into_iter().map(|class| judged.title(class)));
        let message = format!("{} lets {whose} reach pods, and no DNS", policy.title);
        Some(
            Finding::new(&BVL1154, Place::new(policy.at, FieldPath::of("spec.egress")), message)
                .here("nothing is allowed at port 53")
                .note("names of Services cannot be resolved, so that what is allowed is never begun")
                .help("allow UDP and TCP at port 53 to the cluster's DNS"),
        )
    };
    cut.filter_map(finding).collect()
}

/// Whether policies allow something to pods, and nothing that may be DNS.
fn is_cut(judged: &Judged<'_>, policies: &[usize]) -> bool {
    let mut reaches_pods = false;
    for policy in policies.iter().filter_map(|policy| judged.policy(*policy)) {
        for rule in policy.object.spec.iter().flat_map(|spec| spec.egress.iter().flatten()) {
            let ports = rule.ports.as_deref().unwrap_or_default();
            let peers = rule.to.as_deref().unwrap_or_default();
            // pods of an application's own namespace are no DNS where nobody says so
            let is_own = |peer: &NetworkPolicyPeer| peer.namespace_selector.is_none() && peer.ip_block.is_none();
            let is_near = !peers.is_empty() && peers.iter().all(is_own) && !SYSTEM.contains(&policy.namespace);
            let is_any = ports.is_empty() || ports.iter().any(|port| port.port.is_none());
            if (is_any && !is_near) || ports.iter().any(may_be_dns) {
                return false;
            }
            reaches_pods |= peers.iter().any(|peer| peer.ip_block.is_none());
        }
    }
    reaches_pods
}

fn may_be_dns(port: &NetworkPolicyPort) -> bool {
    match &port.port {
        Some(IntOrString::Int(first)) => {
            let last = port.end_port.unwrap_or(*first);
            DNS.iter().any(|dns| (*first..=last).contains(dns))
        }
        Some(IntOrString::String(_)) => true,
        None => false,
    }
}
