//! What the API server refuses of an object's metadata: its name, its namespace, its labels and annotations.
//!
//! Source: `ValidateObjectMeta`, kubernetes apimachinery `pkg/api/validation/objectmeta.go`, with the rule that each kind
//! gives it: `ValidateNamespaceName` is `NameIsDNSLabel`, `ValidateServiceName` was `NameIsDNS1035Label` and takes a digit at
//! the front from 1.36 on, all others of `pkg/apis/core/validation/validation.go` are `NameIsDNSSubdomain`;
//! `ValidateStatefulSetName` of `pkg/apis/apps/validation/validation.go` is `NameIsDNSLabel`, and was `NameIsDNSSubdomain` before; those of
//! `networking`, `policy`, `autoscaling`, `batch` and of custom resources are `NameIsDNSSubdomain`; those of `rbac` may be whatever a
//! path holds (`ValidateRBACName`), and are not judged. v1.36. Invariant: a name that some version takes is not refused.

use std::fmt::Display;

use crate::object::{FieldPath, Given, Labels, ObjectMeta};
use crate::value::name::{NameFault, annotation_key, dns_label, label_key, label_value, subdomain};

/// How the name of a kind is judged.
type Rule = fn(&str) -> Result<(), NameFault>;

/// Each part of an object's metadata that is refused, and what is wrong with it.
pub fn refused(object: &Given) -> Vec<(FieldPath, String)> {
    let rule: Rule = match object {
        Given::Namespace(_) | Given::Service(_) => dns_label,
        Given::StatefulSet(_)
        | Given::Pod(_)
        | Given::Deployment(_)
        | Given::DaemonSet(_)
        | Given::ReplicaSet(_)
        | Given::ReplicationController(_)
        | Given::Job(_)
        | Given::CronJob(_)
        | Given::PodTemplate(_)
        | Given::Endpoints(_)
        | Given::EndpointSlice(_)
        | Given::ServiceAccount(_)
        | Given::ConfigMap(_)
        | Given::Secret(_)
        | Given::ExternalSecret(_)
        | Given::PersistentVolumeClaim(_)
        | Given::Ingress(_)
        | Given::HTTPRoute(_)
        | Given::NetworkPolicy(_)
        | Given::ClusterNetworkPolicy(_)
        | Given::PodDisruptionBudget(_)
        | Given::HorizontalPodAutoscaler(_)
        | Given::ScaledObject(_)
        | Given::ResourceQuota(_)
        | Given::LimitRange(_) => subdomain,
        Given::Role(_) | Given::ClusterRole(_) | Given::RoleBinding(_) | Given::ClusterRoleBinding(_) => |_| Ok(()),
    };
    of(object.metadata(), rule)
}

/// Each part of metadata that is refused, where names are judged by a rule.
pub(super) fn of(metadata: &ObjectMeta, rule: Rule) -> Vec<(FieldPath, String)> {
    let mut refused = Vec::new();
    // one that is generated has no name yet
    if let Some(name) = metadata.name.as_deref().filter(|name| !name.is_empty()) {
        unless(&mut refused, rule(name), || FieldPath::of("metadata.name"), "the name", name);
    }
    if let Some(namespace) = metadata.namespace.as_deref().filter(|namespace| !namespace.is_empty()) {
        let path = || FieldPath::of("metadata.namespace");
        unless(&mut refused, dns_label(namespace), path, "the namespace", namespace);
    }
    labels(&mut refused, metadata.labels.as_ref(), &FieldPath::of("metadata.labels"));
    for key in metadata.annotations.iter().flatten().map(|(key, _)| key) {
        let path = || FieldPath::of("metadata.annotations").key(key);
        unless(&mut refused, annotation_key(key), path, "the annotation", key);
    }
    refused
}

/// Takes what a rule finds fault with to the others.
pub(super) fn unless(
    refused: &mut Vec<(FieldPath, String)>,
    judged: Result<(), impl Display>,
    path: impl FnOnce() -> FieldPath,
    what: &str,
    text: &str,
) {
    if let Err(fault) = judged {
        refused.push((path(), format!("{what} `{text}` {fault}")));
    }
}

/// Takes the labels that are refused to the others.
pub(super) fn labels(refused: &mut Vec<(FieldPath, String)>, labels: Option<&Labels>, path: &FieldPath) {
    for (key, value) in labels.into_iter().flatten() {
        unless(refused, label_key(key), || path.key(key), "the label", key);
        unless(refused, label_value(value), || path.key(key), "the value of a label", value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(kind: &str, api_version: &str, metadata: &serde_json::Value) -> Vec<String> {
        let object = serde_json::json!({ "metadata": metadata });
        let object = Given::decode(api_version, kind, object).expect("a kind that is judged").expect("an object");
        refused(&object).into_iter().map(|(path, what)| format!("{path}: {what}")).collect()
    }

    #[test]
    fn each_kind_has_its_rule() {
        let n = |length: usize| "a".repeat(length);
        for (kind, api_version, fits, not) in [
            ("Namespace", "v1", n(63), "a.b".to_owned()),
            ("Namespace", "v1", "0".to_owned(), n(64)),
            ("Service", "v1", "1a".to_owned(), "a.b".to_owned()),
            ("ConfigMap", "v1", "a.b".to_owned(), "Bad Name".to_owned()),
            ("ServiceAccount", "v1", n(253), n(254)),
        ] {
            assert_eq!(judged(kind, api_version, &serde_json::json!({ "name": fits })), Vec::<String>::new(), "{fits}");
            assert_eq!(judged(kind, api_version, &serde_json::json!({ "name": not })).len(), 1, "{not}");
        }
    }

    #[test]
    fn every_part_is_judged() {
        let metadata = serde_json::json!({
            "name": "Bad Name", "namespace": "UP_per", "labels": { "a b": "x y", "fine": "" }, "annotations": { "X.io/a": "", "/": "" },
        });
        assert_eq!(
            judged("ConfigMap", "v1", &metadata),
            [
                "metadata.name: the name `Bad Name` holds `B`, ` ` and `N`, but may hold only lower-case letters, digits, `-` and `.`",
                "metadata.namespace: the namespace `UP_per` holds `U`, `P` and `_`, but may hold only lower-case letters, digits and `-`",
                "metadata.labels[a b]: the label `a b` holds ` `, but may hold only letters, digits, `-`, `_` and `.`",
                "metadata.labels[a b]: the value of a label `x y` holds ` `, but may hold only letters, digits, `-`, `_` and `.`",
                "metadata.annotations[/]: the annotation `/` has a part before the `/` that is empty",
            ]
        );
    }
}
