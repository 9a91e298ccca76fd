//! An object is stated once.

use std::collections::BTreeMap;

use crate::diagnostic::Code;
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
    /// Kubernetes 1.36 "Object Names and IDs".
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
                .here("for the second time")
                .other(cluster.whole(other), "for the first time")
                .note("the one that is applied last replaces the other")
                .help("remove one, or state the namespace of each"),
        );
    }
    found
}
