//! Fields that the type around them has not.
//!
//! The types say which fields there are, `object` those of Kubernetes 1.33 and what this room reads of others. What came later, and
//! what is not read, is listed here, by type. Invariant: no field of a kind that upstream has, up to 1.37, is taken for a stray.

use std::collections::BTreeMap;

use super::codes::BVL1105;
use super::decode::{Shape, Stray};
use super::tree::{Entry, Node, Value};
use crate::diagnostic::Diagnostic;
use crate::value::closest;

/// What types have beside what they say: those of Kubernetes from 1.34 to 1.37 (kubernetes/api, v0.37), those of KEDA
/// (kedacore/keda v2.20.2, `config/crd/bases/keda.sh_scaledobjects.yaml`), of External Secrets Operator
/// (external-secrets/external-secrets v2.0, `config/crds/bases/external-secrets.io_externalsecrets.yaml`) and of `ClusterNetworkPolicy`
/// (kubernetes-sigs/network-policy-api v0.2.0, `apis/v1alpha2/clusternetworkpolicy_types.go`), and of the Gateway API
/// (kubernetes-sigs/gateway-api v1.5, `apis/v1/httproute_types.go` and `shared_types.go`).
const FURTHER: &[(&str, &[&str])] = &[
    ("Advanced", &["scalingModifiers"]),
    ("AuthenticationRef", &["kind"]),
    ("BackendRef", &["filters"]),
    ("ClusterEgressRule", &["name"]),
    ("ClusterIngressRule", &["name"]),
    ("ClusterNetworkPolicy", &["apiVersion", "kind"]),
    ("ConfigMapVolumeSource", &["defaultUser"]),
    ("Container", &["restartPolicyRules"]),
    ("DownwardAPIVolumeFile", &["user"]),
    ("DownwardAPIVolumeSource", &["defaultUser"]),
    ("EmptyDirVolumeSource", &["mode"]),
    ("EnvVarSource", &["fileKeyRef"]),
    ("EphemeralContainer", &["restartPolicyRules"]),
    ("ExternalSecret", &["apiVersion", "kind"]),
    ("ExternalSecretData", &["sourceRef"]),
    ("ExternalSecretSpec", &["refreshPolicy", "syncWindows"]),
    ("ExternalSecretTarget", &["immutable"]),
    ("GRPCAction", &["mode"]),
    ("HTTPGetAction", &["protocol"]),
    ("HTTPRoute", &["apiVersion", "kind"]),
    ("HTTPRouteMatch", &["headers", "method", "queryParams"]),
    ("HTTPRouteRule", &["filters", "name", "retry", "sessionPersistence"]),
    ("HTTPRouteSpec", &["useDefaultGateways"]),
    ("HTTPRouteTimeouts", &["backendRequest"]),
    ("JobSpec", &["scheduling"]),
    ("KeyToPath", &["user"]),
    ("ParentReference", &["port"]),
    ("PodSpec", &["hostnameOverride", "workloadRef", "schedulingGroup", "evictionResponders"]),
    ("ProjectedVolumeSource", &["defaultUser"]),
    ("RemoteRef", &["nullBytePolicy", "version"]),
    ("ScaledObject", &["apiVersion", "kind"]),
    ("ScaledObjectSpec", &["initialCooldownPeriod"]),
    ("ScaleTarget", &["envSourceContainerName"]),
    ("ScaleTrigger", &["useCachedMetrics"]),
    ("SecretVolumeSource", &["defaultUser"]),
    ("ServiceAccountTokenProjection", &["user"]),
    ("VolumeMount", &["bindMountOptions"]),
    ("VolumeProjection", &["podCertificate"]),
];

/// So many fields are named.
const SHOWN: usize = 12;

/// What is wrong with the fields of an object that its types have not. What the cluster writes is left alone.
pub(super) fn told(strays: &[Stray<'_>], object: &Node) -> Vec<Diagnostic> {
    let unknown = strays.iter().filter(|stray| !further(stray.shape.name).contains(&&*stray.entry.key));
    let waiting: BTreeMap<u32, Shape> = unknown.map(|stray| (stray.entry.key_span.start, stray.shape)).collect();
    if waiting.is_empty() {
        return Vec::new();
    }
    let mut walk = Walk { object, waiting, path: Vec::new(), found: Vec::new() };
    walk.node(object);
    walk.found
}

fn further(name: &str) -> &'static [&'static str] {
    FURTHER.iter().find(|(of, _)| *of == name).map(|(_, fields)| *fields).unwrap_or_default()
}

/// One way through an object, to say of each stray where it stands.
struct Walk<'a> {
    object: &'a Node,
    /// By where the key stands: what aliases repeat is one mistake.
    waiting: BTreeMap<u32, Shape>,
    /// The names of the fields and the numbers of the elements around.
    path: Vec<String>,
    found: Vec<Diagnostic>,
}

impl Walk<'_> {
    fn node(&mut self, node: &Node) {
        match &node.value {
            Value::Map(entries) => {
                for entry in entries {
                    if self.path.is_empty() && *entry.key == *"status" {
                        continue;
                    }
                    if let Some(shape) = self.waiting.remove(&entry.key_span.start) {
                        self.found.push(self.finding(entry, shape, node));
                    }
                    self.within(entry.key.to_string(), &entry.value);
                }
            }
            Value::List(items) => {
                for (at, item) in items.iter().enumerate() {
                    self.within(format!("[{at}]"), item);
                }
            }
            Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Natural(_) | Value::Float(_) | Value::Text(_) => {
            }
        }
    }

    fn within(&mut self, step: String, node: &Node) {
        if matches!(node.value, Value::Map(_) | Value::List(_)) && !self.waiting.is_empty() {
            self.path.push(step);
            self.node(node);
            self.path.pop();
        }
    }

    fn finding(&self, entry: &Entry, shape: Shape, around: &Node) -> Diagnostic {
        let place = self.path.join(".").replace(".[", "[");
        let kind = self.object.get("kind").and_then(Node::text).unwrap_or_default();
        let key = &entry.key;
        let within = if place.is_empty() { String::new() } else { format!(" in `{place}`") };
        let message = format!("{kind} {}: there is no field `{key}`{within}", self.object.name());
        let known = || shape.fields.iter().chain(further(shape.name)).copied();
        let help = if let Some(near) = closest(key, known().filter(|field| around.get(field).is_none())) {
            format!("write `{near}` if that is meant, or remove the field")
        } else {
            let shown: Vec<String> = known().take(SHOWN).map(|field| format!("`{field}`")).collect();
            let more = if known().count() > SHOWN { " and others" } else { "" };
            format!("remove it, or move it to where it belongs: here may stand {}{more}", shown.join(", "))
        };
        Diagnostic::new(&BVL1105, entry.key_span, message)
            .here(format!("{} has no field of this name", shape.name))
            .note("`kubectl apply` refuses the object; without validation it is stored without the field, and that is how it is judged here")
            .help(help)
    }
}
