//! What scales has something to scale.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Code;
use crate::object::FieldPath;
use crate::value::closest;
use crate::verify::cluster::Cluster;
use crate::verify::finding::{Finding, Place};
use crate::verify::replicas::target;

crate::code! {
    /// ## What it means
    /// An autoscaler or a `ScaledObject` names a workload that is not in these files, in its namespace. Kinds that bvlc does not
    /// judge are left alone.
    ///
    /// ## Why it matters in the cluster
    /// It reports `FailedGetScale` and scales nothing: the workload that was meant keeps its replicas.
    ///
    /// ## How to mend it
    /// Correct kind, name or namespace. Where the workload is made elsewhere, verify its file together with this one, or leave the
    /// finding aside.
    ///
    /// ```yaml bad
    /// apiVersion: keda.sh/v1alpha1
    /// kind: ScaledObject
    /// metadata: { name: worker }
    /// spec:
    ///   scaleTargetRef: #~ BVL1144 "Deployment `wroker`"
    ///     name: wroker
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: { name: worker }
    /// spec:
    ///   selector: { matchLabels: { app: worker } }
    ///   template:
    ///     metadata: { labels: { app: worker } }
    ///     spec: { containers: [{ name: worker, image: "worker:1" }] }
    /// ```
    /// ```yaml good
    /// apiVersion: keda.sh/v1alpha1
    /// kind: ScaledObject
    /// metadata: { name: worker }
    /// spec:
    ///   scaleTargetRef:
    ///     name: worker
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: { name: worker }
    /// spec:
    ///   selector: { matchLabels: { app: worker } }
    ///   template:
    ///     metadata: { labels: { app: worker } }
    ///     spec: { containers: [{ name: worker, image: "worker:1" }] }
    /// ```
    ///
    /// ## Source
    /// `reconcileAutoscaler` in [`horizontal.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/controller/podautoscaler/horizontal.go),
    /// Kubernetes 1.36 (`FailedGetScale`).
    BVL1144, "scaler-without-target", Warning, since "0.1.0"
}

/// Every code of this file.
pub const CODES: &[&Code] = &[&BVL1144];

/// The kinds that are judged and have a scale.
const SCALABLE: [&str; 4] = ["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"];

pub(super) fn judge(cluster: &Cluster<'_>) -> Vec<Finding> {
    let mut known: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for (_, object) in cluster.iter().filter(|(_, object)| SCALABLE.contains(&object.kind())) {
        known.entry((cluster.namespace_of(object), object.kind())).or_default().insert(object.name());
    }
    let mut found = Vec::new();
    for (at, object) in cluster.iter() {
        let Some((kind, name)) = target(object).filter(|(kind, _)| SCALABLE.contains(kind)) else { continue };
        let namespace = cluster.namespace_of(object);
        let there = known.get(&(namespace, kind));
        if there.is_some_and(|there| there.contains(name)) || cluster.has_left_out(namespace, kind, name) {
            continue;
        }
        let message = format!("{} scales the {kind} `{name}`, which is not in these files", cluster.title(object));
        let help = match closest(name, there.into_iter().flatten().copied()) {
            Some(near) => format!("there is `{near}`: write that name, if it is meant"),
            None => "correct the name, or verify the file of the workload together with this one".to_owned(),
        };
        found.push(
            Finding::new(&BVL1144, Place::new(at, FieldPath::of("spec.scaleTargetRef")), message)
                .here(format!("no {kind} of this name in the namespace {namespace}"))
                .note("it scales nothing, and what was meant keeps its replicas")
                .help(help),
        );
    }
    found
}
