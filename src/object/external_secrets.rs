//! The object by which External Secrets Operator is asked for a Secret: `ExternalSecret`, `external-secrets.io/v1`.
//!
//! The fields are those of `apis/externalsecrets/v1/externalsecret_types.go` (external-secrets/external-secrets v2.0) that the
//! language can say, and those by which the keys of the Secret are known.

use k8s_openapi::{NamespaceResourceScope, Resource};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ObjectMeta;

/// A Secret to be made of what a store holds.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct ExternalSecret {
    /// Its name, labels and annotations, which the Secret gets as well.
    pub metadata: ObjectMeta,
    /// What is read, and what becomes of it.
    pub spec: ExternalSecretSpec,
}

impl ExternalSecret {
    /// The version before `v1`, of the same fields.
    pub const OLD_API_VERSION: &'static str = "external-secrets.io/v1beta1";

    /// The name of the Secret that it writes, and whether it makes it where there is none.
    pub fn writes(&self) -> Option<(&str, bool)> {
        let target = &self.spec.target;
        let makes = match target.creation_policy.as_deref() {
            Some("None") => return None,
            Some("Merge") => false,
            _ => true,
        };
        // what is made in place of a Secret is none
        let name = target.name.as_deref().or(self.metadata.name.as_deref()).filter(|_| target.manifest.is_none());
        name.map(|name| (name, makes))
    }

    /// The keys of the Secret; `None` where the store decides them, or a template.
    pub fn keys(&self) -> Option<impl Iterator<Item = &str>> {
        let is_known = self.spec.data_from.is_empty() && self.spec.target.template.is_none();
        is_known.then(|| self.spec.data.iter().map(|data| data.secret_key.as_str()))
    }
}

impl Resource for ExternalSecret {
    const API_VERSION: &'static str = "external-secrets.io/v1";
    const GROUP: &'static str = "external-secrets.io";
    const KIND: &'static str = "ExternalSecret";
    const VERSION: &'static str = "v1";
    const URL_PATH_SEGMENT: &'static str = "externalsecrets";
    type Scope = NamespaceResourceScope;
}

/// What is read from which store, how often, and the Secret that holds it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ExternalSecretSpec {
    /// The keys of the Secret, each with where it is read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub data: Vec<ExternalSecretData>,
    /// What gives keys that only the store knows; never emitted.
    #[serde(skip_serializing)]
    pub data_from: Vec<Value>,
    /// The time between two readings, as Go writes it: `1h0m0s`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_interval: Option<String>,
    /// Where it is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_store_ref: Option<SecretStoreRef>,
    /// The Secret.
    pub target: ExternalSecretTarget,
}

/// The object that describes a store.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SecretStoreRef {
    /// `ClusterSecretStore` or `SecretStore`, the default of which is the latter.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// Its name.
    pub name: String,
}

/// The Secret that is made.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ExternalSecretTarget {
    /// Whose it is; `Owner` by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creation_policy: Option<String>,
    /// What becomes of it once nothing is left in the store; `Retain` by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deletion_policy: Option<String>,
    /// What is made in place of a Secret; never emitted.
    #[serde(skip_serializing)]
    pub manifest: Option<Value>,
    /// Its name; that of the `ExternalSecret` if unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What its keys are made of; never emitted.
    #[serde(skip_serializing)]
    pub template: Option<Value>,
}

/// A key of the Secret.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ExternalSecretData {
    /// Where its value is read.
    pub remote_ref: RemoteRef,
    /// The key.
    pub secret_key: String,
}

/// Where a value is in a store.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RemoteRef {
    /// How characters are handled that no key may have; `Default` by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversion_strategy: Option<String>,
    /// How the value is decoded; `None` by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decoding_strategy: Option<String>,
    /// The path or name in the store.
    pub key: String,
    /// Whether tags are read with it; `None` by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata_policy: Option<String>,
    /// The property of what stands there; all of it if unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub property: Option<String>,
}
