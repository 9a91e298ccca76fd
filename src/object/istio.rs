//! The objects by which Istio decides whose traffic it lets in: `PeerAuthentication` and `AuthorizationPolicy`,
//! `security.istio.io/v1`.
//!
//! The fields are those of `security/v1beta1/peer_authentication.proto` and `security/v1beta1/authorization_policy.proto`
//! (istio/api 1.31) that the language can say, and those without which a rule would seem to say more than it does.

use std::collections::BTreeMap;

use k8s_openapi::{NamespaceResourceScope, Resource};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Labels, ObjectMeta};

/// What may come in as plain text.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct PeerAuthentication {
    /// Its name, labels and annotations.
    pub metadata: ObjectMeta,
    /// Of which pods it speaks, and what it says.
    pub spec: PeerAuthenticationSpec,
}

impl Resource for PeerAuthentication {
    const API_VERSION: &'static str = "security.istio.io/v1";
    const GROUP: &'static str = "security.istio.io";
    const KIND: &'static str = "PeerAuthentication";
    const VERSION: &'static str = "v1";
    const URL_PATH_SEGMENT: &'static str = "peerauthentications";
    type Scope = NamespaceResourceScope;
}

/// Of which pods it speaks, and what it says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PeerAuthenticationSpec {
    /// What holds at every port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mtls: Option<MutualTls>,
    /// What holds at ports of the pods, in the place of that.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub port_level_mtls: BTreeMap<String, MutualTls>,
    /// The pods; all of the namespace where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selector: Option<WorkloadSelector>,
}

/// A mode of mutual TLS.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MutualTls {
    /// `STRICT`, `PERMISSIVE` or `DISABLE`; what is left out, or `UNSET`, is taken over from whatever speaks of more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
}

/// Pods, by all of these labels.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct WorkloadSelector {
    /// The labels.
    #[serde(skip_serializing_if = "Labels::is_empty")]
    pub match_labels: Labels,
}

/// Whom pods answer.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct AuthorizationPolicy {
    /// Its name, labels and annotations.
    pub metadata: ObjectMeta,
    /// Of which pods it speaks, and what it says.
    pub spec: AuthorizationPolicySpec,
}

impl Resource for AuthorizationPolicy {
    const API_VERSION: &'static str = "security.istio.io/v1";
    const GROUP: &'static str = "security.istio.io";
    const KIND: &'static str = "AuthorizationPolicy";
    const VERSION: &'static str = "v1";
    const URL_PATH_SEGMENT: &'static str = "authorizationpolicies";
    type Scope = NamespaceResourceScope;
}

/// Of which pods it speaks, and what becomes of requests that a rule of it fits.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AuthorizationPolicySpec {
    /// `ALLOW`, the default, `DENY`, `AUDIT` or `CUSTOM`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// The rules. Where there is none, nothing fits: a policy that allows nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<AuthorizationRule>,
    /// The pods; all of the namespace where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selector: Option<WorkloadSelector>,
}

/// Requests of any of these callers for any of these operations.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AuthorizationRule {
    /// Who asks; anybody where it is empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub from: Vec<RuleFrom>,
    /// For what; anything where it is empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub to: Vec<RuleTo>,
    /// What else has to hold; never emitted.
    #[serde(skip_serializing)]
    pub when: Vec<Value>,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RuleFrom {
    /// It.
    pub source: RuleSource,
}

/// Callers that all of this fits: of each list one has to fit. A pattern is a text, a beginning `text*`, an end `*text`, or
/// `*`, which is anything that is there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RuleSource {
    /// The namespace of its identity.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub namespaces: Vec<String>,
    /// Its identity, without `spiffe://`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub principals: Vec<String>,
    /// Identities that it must not have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_principals: Vec<String>,
}

/// For what it asks.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RuleTo {
    /// It.
    pub operation: RuleOperation,
}

/// Operations that all of this fits.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RuleOperation {
    /// The ports of the pods, as texts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<String>,
}
