//! A policy and its peers select pods that are there, and nothing in it is refused.

use super::{Judged, Known, near_miss};
use crate::diagnostic::Code;
use crate::object::api::networking::v1::NetworkPolicyPeer;
use crate::object::{FieldPath, LabelSelector, Labels, Namespace};
use crate::verify::connectivity::{ClassId, NAMESPACE_NAME, peers, pinned};
use crate::verify::finding::{Finding, Place};
use crate::verify::select;

crate::code! {
    /// ## What it means
    /// The labels that a NetworkPolicy selects are on no pod template of these files, in the namespace of the policy, and
    /// something there is almost so: a value that differs by a slip, the same value under another key, or pods of another
    /// namespace with these labels. Labels that nothing resembles may be of pods that an operator or another chart brings,
    /// and are left alone. A policy that selects pods on the host network alone is found, too.
    ///
    /// ## Why it matters in the cluster
    /// The policy holds for nobody. Pods that it was written for stay as open as they were, or closed by another policy to what
    /// this one should allow.
    ///
    /// ## How to mend it
    /// Write the labels of the pods, in their namespace. Where the pods come from somewhere else, add their files to what is
    /// verified.
    ///
    /// ```yaml bad
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata: { name: api }
    /// spec:
    ///   podSelector: { matchLabels: { app: apl } } #~ BVL1150 "app=apl"
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: api, labels: { app: api } }
    /// spec: { containers: [{ name: api, image: "api:1" }] }
    /// ```
    /// ```yaml good
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata: { name: api }
    /// spec:
    ///   podSelector: { matchLabels: { app: api } }
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: api, labels: { app: api } }
    /// spec: { containers: [{ name: api, image: "api:1" }] }
    /// ```
    ///
    /// ## Source
    /// [Network Policies](https://kubernetes.io/docs/concepts/services-networking/network-policies/),
    /// Kubernetes 1.33: each policy "includes a `podSelector` which selects the grouping of pods to which the policy applies". A pod on the host network is selected by none.
    BVL1150, "policy-selects-no-pod", Warning, since "0.1.0"
}

crate::code! {
    /// ## What it means
    /// A peer of a NetworkPolicy selects pods by labels that no pod of these files has in the namespace that it speaks of, and
    /// something is almost so: a value that differs by a slip, the same value under another key, or pods of another
    /// namespace with these labels. Or it names a namespace by its name and asks for labels that this namespace has not, or
    /// asks for a namespace by labels that no Namespace of these files has, and one is almost so or has the pods that stand
    /// beside it. Where pods are in a namespace that is not among the files, its labels are not known, and nothing is found.
    ///
    /// ## Why it matters in the cluster
    /// The rule allows nothing to this peer, and who was meant is denied.
    ///
    /// ## How to mend it
    /// Write the labels of the pods that are meant. A `podSelector` alone speaks of the policy's own namespace; pods of another
    /// one want a `namespaceSelector` beside it, in the same list item.
    ///
    /// ```yaml bad
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata: { name: api }
    /// spec:
    ///   podSelector: { matchLabels: { app: api } }
    ///   ingress:
    ///     - from:
    ///         - podSelector: { matchLabels: { app: wbe } } #~ BVL1151 "app=wbe"
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
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata: { name: api }
    /// spec:
    ///   podSelector: { matchLabels: { app: api } }
    ///   ingress:
    ///     - from:
    ///         - podSelector: { matchLabels: { app: web } }
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
    /// [Network Policies](https://kubernetes.io/docs/concepts/services-networking/network-policies/),
    /// Kubernetes 1.33, "Behavior of `to` and `from` selectors".
    BVL1151, "peer-is-nobody", Warning, since "0.1.0"
}

crate::code! {
    /// ## What it means
    /// A part of a NetworkPolicy is one that the API server does not take: a CIDR that is none, an `except` that is not within
    /// its `cidr` or as large as it, a peer that names nobody or an `ipBlock` beside selectors, an operator or a protocol that
    /// is none, a port out of range, a number written as a text, an `endPort` without a number or below it, more than two
    /// `policyTypes`, a name or a label of other characters than those may have. Or one of a ClusterNetworkPolicy: a tier or an
    /// action that is none, a priority beyond 1000, a peer of two fields.
    ///
    /// ## Why it matters in the cluster
    /// The policy is not stored: what it should isolate stays open, or what stood there before it stays in force. Here it is judged
    /// as if it were not there.
    ///
    /// ## How to mend it
    /// Correct the field.
    ///
    /// ```yaml bad
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata: { name: api }
    /// spec:
    ///   podSelector: { matchLabels: { app: api } }
    ///   ingress:
    ///     - from:
    ///         - ipBlock: { cidr: 10.0.0.0/33 } #~ BVL1156 "10.0.0.0/33"
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: api, labels: { app: api } }
    /// spec: { containers: [{ name: api, image: "api:1" }] }
    /// ```
    /// ```yaml good
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata: { name: api }
    /// spec:
    ///   podSelector: { matchLabels: { app: api } }
    ///   ingress:
    ///     - from:
    ///         - ipBlock: { cidr: 10.0.0.0/32 }
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: api, labels: { app: api } }
    /// spec: { containers: [{ name: api, image: "api:1" }] }
    /// ```
    ///
    /// ## Source
    /// `ValidateNetworkPolicy` in
    /// [`validation.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/apis/networking/validation/validation.go),
    /// Kubernetes 1.36; the markers of validation in
    /// [`clusternetworkpolicy_types.go`](https://github.com/kubernetes-sigs/network-policy-api/blob/v0.2.0/apis/v1alpha2/clusternetworkpolicy_types.go),
    /// network-policy-api 0.2.0.
    BVL1156, "policy-is-refused", Error, since "0.1.0"
}

/// Every code of this file.
pub const CODES: &[&Code] = &[&BVL1150, &BVL1151, &BVL1156];

pub(super) fn judge(judged: &Judged<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for refused in judged.connectivity.refused() {
        let Some((at, title)) = judged.any_policy(refused.policy) else { continue };
        found.push(
            Finding::new(&BVL1156, Place::new(at, refused.path), format!("{title}: {}", refused.what))
                .here("the API server does not take this")
                .note("the whole object is refused: its pods have no policy of it, or what the cluster has of it from before stays in force; here it is judged as if it were not there")
                .help("write what the API server takes there"),
        );
    }
    for policy in judged.policies() {
        let own = policy.selector.filter(|selector| !select::is_empty(selector));
        if let Some(selector) = own.filter(|selector| select::matches(selector, &Labels::new()).is_some())
            && judged.has_pods(policy.namespace)
            && policy.subjects.is_empty()
            && !judged.refused.contains(&policy.number)
        {
            let text = select::written(selector);
            let on_host: Vec<ClassId> = judged.made(judged.connectivity.selected(policy.namespace, selector));
            let (message, here, help) = match (on_host.is_empty(), judged.slip(policy.namespace, selector)) {
                (false, _) => (
                    format!("{} selects `{text}`, which only pods on the host network have", policy.title),
                    "no policy holds for these pods: their addresses are those of their nodes",
                    "let the pods have a network of their own, or remove the policy".to_owned(),
                ),
                (true, Some(near)) => (
                    format!(
                        "{} selects `{text}`, which no pod of these files has in {}",
                        policy.title, policy.namespace
                    ),
                    "it holds for nobody",
                    format!("there is {near}; write the labels of the pods, in the namespace of the pods"),
                ),
                (true, None) => continue,
            };
            let place = Place::new(policy.at, FieldPath::of("spec.podSelector"));
            found.push(Finding::new(&BVL1150, place, message).here(here).help(help));
        }
        for one in peers(policy.object) {
            if let Some((selector, help)) = nowhere(judged, one.peer) {
                let (side, text) = (one.direction.name().to_lowercase(), select::written(selector));
                let message =
                    format!("{}: its {side} names `{text}`, which no namespace of these files has", policy.title);
                found.push(
                    Finding::new(&BVL1151, Place::new(policy.at, one.path().at("namespaceSelector")), message)
                        .here("this is nobody")
                        .note("the rule allows nothing to this peer, and whoever was meant is denied")
                        .help(help),
                );
                continue;
            }
            let Some(Known { namespace, classes, selector }) = judged.peer(policy, one.peer) else { continue };
            if !classes.is_empty() {
                continue;
            }
            let is_namespace = one.peer.namespace_selector.as_ref() == Some(selector);
            let help = match judged.slip(namespace, selector) {
                Some(near) => format!("there is {near}; a peer of another namespace wants a `namespaceSelector`, too"),
                None if is_namespace => "write the labels of the namespace, or its name alone".to_owned(),
                None => continue,
            };
            let (side, text) = (one.direction.name().to_lowercase(), select::written(selector));
            let message = format!("{}: its {side} names `{text}`, which nothing has in {namespace}", policy.title);
            let field = if is_namespace { "namespaceSelector" } else { "podSelector" };
            found.push(
                Finding::new(&BVL1151, Place::new(policy.at, one.path().at(field)), message)
                    .here("this is nobody")
                    .note("the rule allows nothing to this peer, and whoever was meant is denied")
                    .help(help),
            );
        }
    }
    found
}

/// The selector of namespaces of a peer that selects none of those among the objects, where one of them was most likely meant,
/// and what to do: one whose labels are almost so, or that has the pods which stand beside it. `None` where nothing resembles
/// it, and where a namespace of which pods are there is not among the objects, so that its labels are not known.
fn nowhere<'p>(judged: &Judged<'_>, peer: &'p NetworkPolicyPeer) -> Option<(&'p LabelSelector, String)> {
    let selector = peer.namespace_selector.as_ref().filter(|_| peer.ip_block.is_none())?;
    let wanted = selector.match_labels.as_ref().filter(|labels| !labels.is_empty())?;
    let is_plain = selector.match_expressions.iter().flatten().next().is_none() && pinned(selector).is_none();
    if !is_plain || judged.namespaces.iter().any(|namespace| !judged.stated.contains(namespace)) {
        return None;
    }
    let labels = |name: &str, namespace: &Namespace| {
        let mut labels = namespace.metadata.labels.clone().unwrap_or_default();
        labels.insert(NAMESPACE_NAME.to_owned(), name.to_owned());
        labels
    };
    let all: Vec<(&str, Labels)> =
        judged.cluster.namespaces().into_iter().map(|(name, (_, namespace))| (name, labels(name, namespace))).collect();
    if all.iter().any(|(_, labels)| select::matches(selector, labels) != Some(false)) {
        return None;
    }
    let near = all.iter().find_map(|(name, labels)| Some((*name, near_miss(wanted, labels)?)));
    let text = select::written(selector);
    if let Some((name, near)) = near {
        return Some((selector, format!("there is `{near}` on the Namespace {name}; write it, or give it `{text}`")));
    }
    let pods = peer.pod_selector.as_ref().filter(|pods| !select::is_empty(pods))?;
    let has_them = |name: &str| !judged.made(judged.connectivity.selected(name, pods)).is_empty();
    let (name, _) = all.iter().find(|(name, _)| has_them(name))?;
    let help =
        format!("`{}` is in {name}: write a label of the Namespace {name}, or give it `{text}`", select::written(pods));
    Some((selector, help))
}
