//! The objects by which Linkerd decides whose traffic it lets in: `Server`, `policy.linkerd.io/v1beta3`, and what authorizes
//! clients of it, `policy.linkerd.io/v1alpha1`.
//!
//! The fields are those of `charts/linkerd-crds/templates/policy/` (linkerd/linkerd2, edge of 2.19) that the language can say, and
//! those without which a rule would seem to say more than it does.

use k8s_openapi::{NamespaceResourceScope, Resource};
use serde::{Deserialize, Serialize};

use super::{IntOrString, ObjectMeta, WorkloadSelector};

/// The group of all of them.
pub const POLICY_GROUP: &str = "policy.linkerd.io";

/// Makes a resource of the group of a type.
macro_rules! resource {
    ($type:ident, $kind:literal, $version:literal, $plural:literal) => {
        impl Resource for $type {
            const API_VERSION: &'static str = concat!("policy.linkerd.io/", $version);
            const GROUP: &'static str = POLICY_GROUP;
            const KIND: &'static str = $kind;
            const VERSION: &'static str = $version;
            const URL_PATH_SEGMENT: &'static str = $plural;
            type Scope = NamespaceResourceScope;
        }
    };
}

resource!(Server, "Server", "v1beta3", "servers");
resource!(MeshTLSAuthentication, "MeshTLSAuthentication", "v1alpha1", "meshtlsauthentications");
resource!(NetworkAuthentication, "NetworkAuthentication", "v1alpha1", "networkauthentications");
resource!(LinkerdAuthorizationPolicy, "AuthorizationPolicy", "v1alpha1", "authorizationpolicies");

/// A port of pods, which from then on lets in nobody but whom it is told to.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct Server {
    /// Its name, labels and annotations.
    pub metadata: ObjectMeta,
    /// Of which pods and port it speaks.
    pub spec: ServerSpec,
}

/// Of which pods and port a server speaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServerSpec {
    /// What becomes of whom nothing authorizes: `deny`, the default, `all-unauthenticated` and others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_policy: Option<String>,
    /// The pods, of its namespace.
    pub pod_selector: WorkloadSelector,
    /// The port, one that the pods declare.
    pub port: IntOrString,
    /// What is spoken there; `unknown`, the default, is guessed, and `opaque` is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy_protocol: Option<String>,
}

impl Default for ServerSpec {
    fn default() -> Self {
        let pod_selector = WorkloadSelector::default();
        Self { access_policy: None, pod_selector, port: IntOrString::Int(0), proxy_protocol: None }
    }
}

/// Clients by their identity.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct MeshTLSAuthentication {
    /// Its name, labels and annotations.
    pub metadata: ObjectMeta,
    /// Who they are.
    pub spec: MeshTLSAuthenticationSpec,
}

/// Clients by their identity: one of both lists, and any of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct MeshTLSAuthenticationSpec {
    /// Identities as proxies show them, `ACCOUNT.NAMESPACE.serviceaccount.identity..`; `*` is any, `*.` before an end any that ends so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub identities: Vec<String>,
    /// Identities by what has them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub identity_refs: Vec<IdentityRef>,
}

/// What has an identity.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct IdentityRef {
    /// `ServiceAccount`, or `Namespace` for all of one.
    pub kind: String,
    /// Its name; all of the namespace where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its namespace; that of the object where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
}

/// Clients by their addresses, whether they show an identity or not.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct NetworkAuthentication {
    /// Its name, labels and annotations.
    pub metadata: ObjectMeta,
    /// Where they are.
    pub spec: NetworkAuthenticationSpec,
}

/// Clients in any of these networks.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NetworkAuthenticationSpec {
    /// The networks.
    pub networks: Vec<ClientNetwork>,
}

/// A network of clients.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientNetwork {
    /// The range.
    pub cidr: String,
    /// Ranges of it that are left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<String>,
}

/// Whom a server lets in. Istio has a kind of the same name.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct LinkerdAuthorizationPolicy {
    /// Its name, labels and annotations.
    pub metadata: ObjectMeta,
    /// Where, and whom.
    pub spec: LinkerdAuthorizationPolicySpec,
}

/// Where, and whom: clients of which each of the references is true.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LinkerdAuthorizationPolicySpec {
    /// Who: all of these have to be true of a client.
    pub required_authentication_refs: Vec<PolicyRef>,
    /// Where: a server, or a namespace for all of it.
    pub target_ref: PolicyRef,
}

/// Another object.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PolicyRef {
    /// Its group; empty for what Kubernetes itself has.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub group: String,
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its namespace; that of the object where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
}
