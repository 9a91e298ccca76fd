//! Controllers select their own pods and no others.

use crate::diagnostic::Code;
use crate::object::{FieldPath, Given, LabelSelector};
use crate::verify::cluster::{Cluster, Pod};
use crate::verify::finding::{Finding, Place};
use crate::verify::select::{fits, labels};

crate::code! {
    /// ## What it means
    /// The selector of a controller fits the pods of another workload in its namespace.
    ///
    /// ## Why it matters in the cluster
    /// An autoscaler of the one counts the pods of the other, budgets and policies with the same labels hold for both,
    /// and a controller that finds such a pod without an owner takes it over.
    ///
    /// ## How to mend it
    /// Give each workload a label that no other has, and select by it. The selector of a `Deployment` cannot be changed
    /// later: it must be deleted and made anew.
    ///
    /// ```yaml bad
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: { name: web }
    /// spec:
    ///   selector: { matchLabels: { app: shop } } #~ BVL1130 "Deployment api"
    ///   template:
    ///     metadata: { labels: { app: shop, part: web } }
    ///     spec: { containers: [{ name: web, image: "web:1" }] }
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: { name: api }
    /// spec:
    ///   selector: { matchLabels: { app: shop, part: api } }
    ///   template:
    ///     metadata: { labels: { app: shop, part: api } }
    ///     spec: { containers: [{ name: api, image: "api:1" }] }
    /// ```
    /// ```yaml good
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: { name: web }
    /// spec:
    ///   selector: { matchLabels: { app: shop, part: web } }
    ///   template:
    ///     metadata: { labels: { app: shop, part: web } }
    ///     spec: { containers: [{ name: web, image: "web:1" }] }
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: { name: api }
    /// spec:
    ///   selector: { matchLabels: { app: shop, part: api } }
    ///   template:
    ///     metadata: { labels: { app: shop, part: api } }
    ///     spec: { containers: [{ name: api, image: "api:1" }] }
    /// ```
    ///
    /// ## Source
    /// [Deployments](https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector), "Selector", Kubernetes 1.36:
    /// "do not overlap labels or selectors with other controllers".
    BVL1130, "selector-fits-other-pods", Error, since "0.1.0"
}

crate::code! {
    /// ## What it means
    /// The selector of a controller does not fit the labels of its own template.
    ///
    /// ## Why it matters in the cluster
    /// The API server refuses the object: `selector` does not match template `labels`.
    ///
    /// ## How to mend it
    /// Make the template carry what is selected.
    ///
    /// ```yaml bad
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: { name: web }
    /// spec:
    ///   selector: { matchLabels: { app: web } } #~ BVL1131
    ///   template:
    ///     metadata: { labels: { app: wbe } }
    ///     spec: { containers: [{ name: web, image: "web:1" }] }
    /// ```
    /// ```yaml good
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: { name: web }
    /// spec:
    ///   selector: { matchLabels: { app: web } }
    ///   template:
    ///     metadata: { labels: { app: web } }
    ///     spec: { containers: [{ name: web, image: "web:1" }] }
    /// ```
    ///
    /// ## Source
    /// `ValidatePodTemplateSpecForReplicaSet` in [`validation.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/apis/apps/validation/validation.go),
    /// Kubernetes 1.36.
    BVL1131, "selector-misses-own-pods", Error, since "0.1.0"
}

/// Every code of this file.
pub const CODES: &[&Code] = &[&BVL1130, &BVL1131];

/// The selector of a controller of the `apps` group.
pub fn selector(object: &Given) -> Option<&LabelSelector> {
    if let Given::Deployment(it) = object {
        return Some(&it.spec.as_ref()?.selector);
    }
    if let Given::StatefulSet(it) = object {
        return Some(&it.spec.as_ref()?.selector);
    }
    if let Given::DaemonSet(it) = object {
        return Some(&it.spec.as_ref()?.selector);
    }
    let Given::ReplicaSet(it) = object else { return None };
    Some(&it.spec.as_ref()?.selector)
}

/// Whether one of the two was made by the other: what a cluster's dump holds of a controller's own.
fn is_kin(one: &Given, other: &Given) -> bool {
    let owned_by = |one: &Given, other: &Given| {
        let mut owners = one.metadata().owner_references.iter().flatten();
        owners.any(|owner| owner.kind == other.kind() && owner.name == other.name())
    };
    owned_by(one, other) || owned_by(other, one)
}

pub(super) fn judge(cluster: &Cluster<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let path = FieldPath::of("spec.selector");
    for Pod { at, object, view, .. } in cluster.pods() {
        let Some(selector) = selector(object) else { continue };
        let own = cluster.title(object);
        if !fits(Some(selector), labels(&view.template)) {
            let message = format!("{own}: its selector does not fit the labels of its own pods");
            found.push(
                Finding::new(&BVL1131, Place::new(*at, path.clone()), message)
                    .here("this is selected")
                    .other(Place::new(*at, view.template.path.at("metadata.labels")), "these are the labels")
                    .note("the API server refuses the object")
                    .help("make the template carry the labels that are selected"),
            );
            continue;
        }
        for other in cluster.selected(cluster.namespace_of(object), Some(selector)) {
            let is_same = (object.kind(), object.name()) == (other.object.kind(), other.object.name());
            if is_same || is_kin(object, other.object) || is_made_by(object, other.object) {
                continue;
            }
            let theirs = cluster.title(other.object);
            let labels = other.view.template.path.at("metadata.labels");
            found.push(
                Finding::new(
                    &BVL1130,
                    Place::new(*at, path.clone()),
                    format!("{own} selects the pods of {theirs} as well as its own"),
                )
                .here("this fits both")
                .other(Place::new(other.at, labels), "these labels fit")
                .note("autoscalers count the other's pods, and what has no owner is taken over")
                .help("give its pods a label that no other pods have, and select by it; the selector of what exists cannot be changed: delete the object and make it anew"),
            );
        }
    }
    found
}

/// Whether a Deployment made a pod of a dump, by way of its `ReplicaSet`.
fn is_made_by(object: &Given, other: &Given) -> bool {
    matches!((object, other), (Given::Deployment(_), Given::Pod(_)))
        && other.metadata().owner_references.iter().flatten().any(|owner| {
            owner.kind == "ReplicaSet"
                && owner.name.strip_prefix(object.name()).is_some_and(|hash| hash.starts_with('-'))
        })
}
