//! What a cluster makes by itself of the objects that it is given: nobody states it, and it comes and goes with what it is made of.
//!
//! Invariants: only what a controller would make again is left out; what people may have written stays. What an operator made of a custom
//! resource is neither new nor gone, and is compared where both sides have it: another version of the operator makes another one of the same
//! resource. Files are those of kubernetes 1.33.

use std::collections::{BTreeMap, BTreeSet};

use super::side::{Item, Key};
use crate::manifest::{Node, Value};
use crate::query::defaults::Author;

/// What of some objects the cluster makes by itself.
#[derive(Debug, Default)]
pub(super) struct Made {
    /// What follows from the others, and says nothing that they do not.
    pub(super) by_cluster: BTreeSet<Key>,
    /// What operators make of custom resources.
    pub(super) by_operators: BTreeSet<Key>,
}

/// Who makes an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Maker {
    /// A controller of Kubernetes, or one that does what is stated and no more: KEDA's of a `ScaledObject`, that of an `ExternalSecret`.
    Cluster,
    /// An operator.
    Operator,
}

/// The groups of APIs whose controllers do no more than is stated.
const PLAIN: [&str; 5] = ["v1", "apps/", "batch/", "keda.sh/", "external-secrets.io/"];

/// Finds it.
pub(super) fn made(objects: &BTreeMap<Key, Item>) -> Made {
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
    let mut made = Made::default();
    for (key, item) in objects {
        match there.maker(key, item) {
            Some(Maker::Cluster) => drop(made.by_cluster.insert(key.clone())),
            Some(Maker::Operator) => drop(made.by_operators.insert(key.clone())),
            None => {}
        }
    }
    made
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
    fn maker(&self, key: &Key, item: &Item) -> Option<Maker> {
        let written = item.written.as_ref()?;
        let is_kind = match (key.kind.as_str(), key.group.as_str()) {
            ("ConfigMap", "") => key.name == "kube-root-ca.crt",
            ("ServiceAccount", "") => key.name == "default" && is_bare(written),
            ("Endpoints", "") => self.has_selector(key),
            ("PersistentVolumeClaim", "") => item.author() == Author::Cluster && self.is_of_a_set(key),
            _ => false,
        };
        if is_kind { Some(Maker::Cluster) } else { self.controller(key, written) }
    }

    fn controller(&self, key: &Key, written: &Node) -> Option<Maker> {
        let owners = list(written.get("metadata").and_then(|metadata| metadata.get("ownerReferences")));
        owners.iter().find_map(|owner| {
            let is_controller = owner.get("controller").is_some_and(|it| it.value == Value::Bool(true));
            let (kind, name) = (text(Some(owner), "kind")?, text(Some(owner), "name")?);
            let maker = self.named.get(&(&*key.namespace, &*kind, &*name)).filter(|_| is_controller)?;
            let uid = text(maker.get("metadata"), "uid");
            let stated = text(Some(owner), "uid").filter(|uid| !uid.is_empty());
            // one of another identity is gone, and so is what it made
            let is_it = uid.is_none() || stated.is_none() || uid == stated;
            let version = text(Some(owner), "apiVersion").unwrap_or_default();
            let is_plain = PLAIN.iter().any(|group| version.starts_with(group));
            is_it.then_some(if is_plain { Maker::Cluster } else { Maker::Operator })
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
