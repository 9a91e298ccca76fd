//! `ClusterNetworkPolicy`, `policy.networking.k8s.io/v1alpha2`: what whoever runs the cluster says before and after the
//! policies of namespaces.
//!
//! The fields are those of `apis/v1alpha2/clusternetworkpolicy_types.go` (kubernetes-sigs/network-policy-api v0.2.0), which
//! `apis/v1beta1` repeats. Invariant: a field that is not known is left out, so that a peer of a newer version has no field
//! set, as it looks to an implementation.

use k8s_openapi::{ClusterResourceScope, Resource};
use serde::Deserialize;

use super::{LabelSelector, ObjectMeta};

/// What one administrator says about the traffic of pods of all namespaces.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct ClusterNetworkPolicy {
    /// Its name.
    pub metadata: ObjectMeta,
    /// What it says.
    pub spec: ClusterNetworkPolicySpec,
}

impl ClusterNetworkPolicy {
    /// The version after `v1alpha2`, of the same fields.
    pub const NEXT_API_VERSION: &'static str = "policy.networking.k8s.io/v1beta1";
}

/// When it is asked, of whom it speaks, and its rules in their order.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ClusterNetworkPolicySpec {
    /// `Admin`, before the policies of namespaces, or `Baseline`, after them.
    pub tier: String,
    /// 0 to 1000; the lower is asked first.
    pub priority: Option<i64>,
    /// Whose traffic it is.
    pub subject: ClusterPeer,
    /// What others begin.
    pub ingress: Vec<ClusterIngressRule>,
    /// What they begin.
    pub egress: Vec<ClusterEgressRule>,
}

/// A rule about what others begin.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ClusterIngressRule {
    /// `Accept`, `Deny` or `Pass`.
    pub action: String,
    /// Who begins.
    pub from: Vec<ClusterPeer>,
    /// Where; everywhere if there is none.
    pub protocols: Option<Vec<ClusterProtocol>>,
}

/// A rule about what they begin.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ClusterEgressRule {
    /// `Accept`, `Deny` or `Pass`.
    pub action: String,
    /// Who answers.
    pub to: Vec<ClusterPeer>,
    /// Where; everywhere if there is none.
    pub protocols: Option<Vec<ClusterProtocol>>,
}

/// Whom a policy or a rule speaks of; one field is set. A subject, and whoever begins, is pods alone.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ClusterPeer {
    /// All pods of these namespaces.
    pub namespaces: Option<LabelSelector>,
    /// Some pods of some namespaces.
    pub pods: Option<NamespacedPods>,
    /// Nodes, by their labels.
    pub nodes: Option<LabelSelector>,
    /// Addresses, as CIDRs.
    pub networks: Option<Vec<String>>,
    /// Whatever these names resolve to.
    pub domain_names: Option<Vec<String>>,
}

/// Pods by the labels of their namespace and by their own.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NamespacedPods {
    /// The namespaces; all of them if it is empty.
    pub namespace_selector: LabelSelector,
    /// The pods; all of them if it is empty.
    pub pod_selector: LabelSelector,
}

/// A protocol and its ports; one field is set.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ClusterProtocol {
    /// TCP.
    pub tcp: Option<ClusterPorts>,
    /// UDP.
    pub udp: Option<ClusterPorts>,
    /// SCTP.
    pub sctp: Option<ClusterPorts>,
    /// A port of the destination by its name, whatever its protocol.
    pub destination_named_port: Option<String>,
}

/// The ports of a protocol; all of them if none is stated.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ClusterPorts {
    /// Which.
    pub destination_port: Option<ClusterPort>,
}

/// A port or some neighbors; one field is set.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct ClusterPort {
    /// One.
    pub number: Option<i64>,
    /// From one to another.
    pub range: Option<ClusterPortRange>,
}

/// Neighboring ports, both ends included.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct ClusterPortRange {
    /// The lowest.
    pub start: i64,
    /// The highest, above the lowest.
    pub end: i64,
}

impl ClusterPeer {
    /// Pods as selectors of namespaces and of pods, where it is pods.
    pub fn selectors(&self) -> Option<(&LabelSelector, Option<&LabelSelector>)> {
        if let Some(pods) = &self.pods {
            return Some((&pods.namespace_selector, Some(&pods.pod_selector)));
        }
        self.namespaces.as_ref().map(|namespaces| (namespaces, None))
    }
}

impl Resource for ClusterNetworkPolicy {
    const API_VERSION: &'static str = "policy.networking.k8s.io/v1alpha2";
    const GROUP: &'static str = "policy.networking.k8s.io";
    const KIND: &'static str = "ClusterNetworkPolicy";
    const VERSION: &'static str = "v1alpha2";
    const URL_PATH_SEGMENT: &'static str = "clusternetworkpolicies";
    type Scope = ClusterResourceScope;
}
