//! An object is stated once.

use std::collections::BTreeMap;

use crate::diagnostic::Code;
use crate::object::Given;
use crate::verify::cluster::Cluster;
use crate::verify::finding::Finding;

crate::code! {
    /// ## What it means
    /// Two documents state the same object: kind, namespace and name are equal.
    ///
    /// ## Why it matters in the cluster
    /// The one that is applied last replaces the other, so what holds depends on the order of files. Most often two
    /// environments were rendered without their namespaces: verify them one by one.
    ///
    /// ## How to mend it
    /// Remove one, or state the namespace of each.
    ///
    /// ```yaml bad
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: { name: web }
    /// ---
    /// apiVersion: v1
    /// kind: ConfigMap #~ BVL1143 :2
    /// metadata: { name: web, namespace: default }
    /// ```
    /// ```yaml good
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: { name: web }
    /// ---
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: { name: web, namespace: shop }
    /// ```
    ///
    /// ## Source
    /// [Object Names and IDs](https://kubernetes.io/docs/concepts/overview/working-with-objects/names/), Kubernetes 1.36.
    BVL1143, "object-twice", Error, since "0.1.0"
}

/// Every code of this file.
pub const CODES: &[&Code] = &[&BVL1143];

pub(super) fn judge(cluster: &Cluster<'_>) -> Vec<Finding> {
    let mut first: BTreeMap<(&str, &str, &str), usize> = BTreeMap::new();
    let mut found = Vec::new();
    for (at, object) in cluster.iter() {
        // what has `generateName` gets another name each time
        if object.name().is_empty() {
            continue;
        }
        let key = (object.kind(), cluster.namespace_of(object), object.name());
        let Some(other) = first.get(&key).copied() else {
            first.insert(key, at);
            continue;
        };
        let title = cluster.title(object);
        found.push(
            Finding::new(&BVL1143, cluster.whole(at), format!("{title} is stated twice"))
                .here(stated(object, "for the second time", cluster.namespace_of(object)))
                .other(
                    cluster.whole(other),
                    cluster
                        .objects
                        .get(other)
                        .map(|first| stated(first, "for the first time", cluster.namespace_of(first)))
                        .unwrap_or_default(),
                )
                .note("the one that is applied last replaces the other")
                .help("remove one of them, or give them different names or namespaces"),
        );
    }
    found
}

fn stated(object: &Given, time: &str, namespace: &str) -> String {
    if object.metadata().namespace.is_some() || namespace.is_empty() {
        return time.to_owned();
    }
    format!("{time}; it states no namespace, so it is in {namespace}")
}
