//! What a cluster makes by itself of the objects that it is given: nobody states it, and it comes and goes with what it is made of.
//!
//! Invariant: only what a controller would make again is left out; what people may have written stays. Files are those of kubernetes
//! 1.33.

use std::collections::{BTreeMap, BTreeSet};

use super::side::{Item, Key};
use crate::manifest::{Node, Value};
use crate::query::defaults::Author;

/// What of some objects the cluster makes by itself.
pub(super) fn by_cluster(objects: &BTreeMap<Key, Item>) -> BTreeSet<Key> {
    let mut there = There { named: BTreeMap::new(), claims: BTreeMap::new() };
    for (key, item) in objects {
        let Some(written) = item.written.as_ref() else { continue };
        there.named.insert((&key.namespace, &key.kind, &key.name), written);
        if key.kind == "StatefulSet" {
            let templates = list(written.get("spec").and_then(|spec| spec.get("volumeClaimTemplates"))).iter();
            let starts =
                templates.filter_map(|claim| Some(format!("{}-{}", text(claim.get("metadata"), "name")?, key.name)));
            there.claims.entry(&key.namespace).or_default().extend(starts);
        }
    }
    objects.iter().filter(|(key, item)| there.is_made(key, item)).map(|(key, _)| key.clone()).collect()
}

struct There<'o> {
    /// By namespace, kind and name.
    named: BTreeMap<(&'o str, &'o str, &'o str), &'o Node>,
    /// What the names of claims of sets begin with, by namespace.
    claims: BTreeMap<&'o str, BTreeSet<String>>,
}

fn text(node: Option<&Node>, field: &str) -> Option<String> {
    Some(node?.get(field)?.text()?.to_owned())
}

fn list(node: Option<&Node>) -> &[Node] {
    if let Some(Value::List(items)) = node.map(|node| &node.value) { items } else { &[] }
}

impl There<'_> {
    /// - What has a controller: the `ReplicaSets`, pods, revisions and slices of endpoints of a dump, and what operators make.
    /// - The endpoints of a Service with a selector (`pkg/controller/endpoint/endpoints_controller.go`, `syncService`).
    /// - The claims of a `StatefulSet`, once a cluster has made them (`pkg/controller/statefulset/stateful_set_utils.go`,
    ///   `getPersistentVolumeClaimName`).
    /// - The certificate and the account that every namespace has (`pkg/controller/certificates/rootcacertpublisher/publisher.go`;
    ///   `pkg/controller/serviceaccount/serviceaccounts_controller.go`), the account as long as nothing is said of it.
    fn is_made(&self, key: &Key, item: &Item) -> bool {
        let Some(written) = item.written.as_ref() else { return false };
        let is_kind = match (key.kind.as_str(), key.group.as_str()) {
            ("ConfigMap", "") => key.name == "kube-root-ca.crt",
            ("ServiceAccount", "") => key.name == "default" && is_bare(written),
            ("Endpoints", "") => self.has_selector(key),
            ("PersistentVolumeClaim", "") => item.author() == Author::Cluster && self.is_of_a_set(key),
            _ => false,
        };
        is_kind || self.has_controller(key, written)
    }

    fn has_controller(&self, key: &Key, written: &Node) -> bool {
        let owners = list(written.get("metadata").and_then(|metadata| metadata.get("ownerReferences")));
        owners.iter().any(|owner| {
            let is_controller = owner.get("controller").is_some_and(|it| it.value == Value::Bool(true));
            let (kind, name) = (text(Some(owner), "kind"), text(Some(owner), "name"));
            let (true, Some(kind), Some(name)) = (is_controller, kind, name) else { return false };
            let Some(maker) = self.named.get(&(&*key.namespace, &*kind, &*name)) else { return false };
            let uid = text(maker.get("metadata"), "uid");
            let stated = text(Some(owner), "uid").filter(|uid| !uid.is_empty());
            // one of another identity is gone, and so is what it made
            uid.is_none() || stated.is_none() || uid == stated
        })
    }

    fn has_selector(&self, key: &Key) -> bool {
        let service = self.named.get(&(&*key.namespace, "Service", &*key.name));
        let selector = service.and_then(|service| service.get("spec")?.get("selector"));
        selector.is_some_and(|selector| matches!(&selector.value, Value::Map(labels) if !labels.is_empty()))
    }

    /// Whether a claim is called as the template of a set calls that of one of its pods.
    fn is_of_a_set(&self, key: &Key) -> bool {
        // an ordinal has no dash
        let Some((start, ordinal)) = key.name.rsplit_once('-') else { return false };
        let is_ordinal = !ordinal.is_empty() && ordinal.bytes().all(|digit| digit.is_ascii_digit());
        is_ordinal && self.claims.get(&*key.namespace).is_some_and(|starts| starts.contains(start))
    }
}

/// Whether an account says nothing but its name, and lists at most what a cluster has given it.
fn is_bare(account: &Node) -> bool {
    let stated = ["automountServiceAccountToken", "imagePullSecrets"];
    let metadata = account.get("metadata");
    stated.iter().all(|field| account.get(field).is_none())
        && ["labels", "annotations"].iter().all(|field| metadata.is_none_or(|metadata| metadata.get(field).is_none()))
}
