//! What a binding gives, and to whom, is there.
//!
//! Invariant: a role or an account is looked for only where the files hold any of its kind in the namespace that is named; the roles that
//! every cluster has need not be given.

use std::collections::BTreeSet;

use super::mentions::BVL1141;
use crate::object::api::rbac::v1::{RoleRef, Subject};
use crate::object::{FieldPath, Given};
use crate::verify::cluster::Cluster;
use crate::verify::finding::{Finding, Place};

/// The roles of every cluster (kubernetes `plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go`, 1.36), beside those whose
/// name begins with `system:`.
const OF_CLUSTER: [&str; 4] = ["cluster-admin", "admin", "edit", "view"];

pub(super) fn judge(cluster: &Cluster<'_>) -> Vec<Finding> {
    let mut there = There::default();
    for (_, object) in cluster.iter() {
        if matches!(object, Given::Role(_) | Given::ClusterRole(_) | Given::ServiceAccount(_)) {
            there.add(object.kind(), home(cluster, object), object.name());
        }
    }
    let mut found = Vec::new();
    for (at, object) in cluster.iter() {
        let (role, subjects) = if let Given::RoleBinding(binding) = object {
            (&binding.role_ref, &binding.subjects)
        } else if let Given::ClusterRoleBinding(binding) = object {
            (&binding.role_ref, &binding.subjects)
        } else {
            continue;
        };
        let binding = Binding { cluster, at, object, there: &there };
        found.extend(binding.role(role));
        found.extend(
            subjects.iter().flatten().enumerate().filter_map(|(index, subject)| binding.subject(index, subject)),
        );
    }
    found
}

/// The namespace of an object; none of what belongs to the cluster.
fn home<'c>(cluster: &'c Cluster<'_>, object: &'c Given) -> &'c str {
    if object.is_of_the_cluster() { "" } else { cluster.namespace_of(object) }
}

/// What the files hold.
#[derive(Default)]
struct There<'c> {
    named: BTreeSet<(&'static str, &'c str, &'c str)>,
    kinds: BTreeSet<(&'static str, &'c str)>,
}

impl<'c> There<'c> {
    fn add(&mut self, kind: &'static str, namespace: &'c str, name: &'c str) {
        self.named.insert((kind, namespace, name));
        self.kinds.insert((kind, namespace));
    }

    fn lacks(&self, kind: &'static str, namespace: &str, name: &str) -> bool {
        self.kinds.contains(&(kind, namespace)) && !self.named.contains(&(kind, namespace, name))
    }
}

struct Binding<'b> {
    cluster: &'b Cluster<'b>,
    at: usize,
    object: &'b Given,
    there: &'b There<'b>,
}

impl Binding<'_> {
    fn role(&self, role: &RoleRef) -> Option<Finding> {
        let name = role.name.as_str();
        let (kind, namespace) = match role.kind.as_str() {
            "Role" => ("Role", home(self.cluster, self.object)),
            "ClusterRole" if !OF_CLUSTER.contains(&name) && !name.starts_with("system:") => ("ClusterRole", ""),
            _ => return None,
        };
        let finding = self.absent(kind, (namespace, name), FieldPath::of("roleRef.name"))?;
        Some(finding.note("without it the binding gives nothing"))
    }

    fn subject(&self, index: usize, subject: &Subject) -> Option<Finding> {
        // "default the namespace to namespace we're working in": `appliesToUser`, kubernetes `pkg/registry/rbac/validation/rule.go`
        let stated = subject.namespace.as_deref().filter(|namespace| !namespace.is_empty());
        let namespace = stated.unwrap_or_else(|| home(self.cluster, self.object));
        if subject.kind != "ServiceAccount" || subject.name == "default" || self.is_elsewhere(namespace, &subject.name)
        {
            return None;
        }
        let path = FieldPath::of("subjects").index(index).at("name");
        let finding = self.absent("ServiceAccount", (namespace, &subject.name), path)?;
        Some(finding.note("what the binding gives it nobody has"))
    }

    fn is_elsewhere(&self, namespace: &str, name: &str) -> bool {
        self.cluster.has_left_out(namespace, "ServiceAccount", name)
    }

    fn absent(&self, kind: &'static str, (namespace, name): (&str, &str), path: FieldPath) -> Option<Finding> {
        if !self.there.lacks(kind, namespace, name) {
            return None;
        }
        let title = self.cluster.title(self.object);
        let message = format!("{title} names the {kind} `{name}`, which is not in these files");
        let here = if namespace.is_empty() {
            format!("no {kind} of this name")
        } else {
            format!("no {kind} of this name in the namespace {namespace}")
        };
        let help = "correct the name, or verify the file of the object together with this one; where something else makes \
                    the object, this warning may stay";
        Some(Finding::new(&BVL1141, Place::new(self.at, path), message).here(here).help(help))
    }
}
