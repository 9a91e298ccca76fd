//! A `StatefulSet` in words: what its pods keep, and how long.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::diff::tree::amount;
use super::given::{container, items, mount, number, text};
use super::pod::memory;
use super::spec::{Line, quoted};
use crate::model::Stateful;
use crate::value::name::{dns_label, run_name, service_name, subdomain};
use crate::vocabulary::is_reserved;

/// The kind of object that a `stateful` service makes.
pub(super) const KIND: &str = "StatefulSet";

/// Why an object cannot be said as a `stateful` service: what has no word here would change what its pods find on their disks, or
/// which pods there are.
pub(super) fn unsaid(name: &str, tree: &Value) -> Option<&'static str> {
    let claims = items(tree, "spec.volumeClaimTemplates");
    let service = text(tree, "spec.serviceName").filter(|service| !service.is_empty());
    if run_name(name).is_err() {
        Some("the name leaves no room for the label of a revision")
    } else if service.is_some_and(|service| service_name(service).is_err()) {
        Some("no Service has the name of the one that is to name its pods")
    } else if number(tree, "spec.ordinals.start").is_some_and(|first| first != 0) {
        Some("the language has no word for numbers of pods that do not begin with 0")
    } else if text(tree, "spec.updateStrategy.type").is_some_and(|strategy| strategy != "RollingUpdate")
        || number(tree, "spec.updateStrategy.rollingUpdate.partition").is_some_and(|first| first != 0)
    {
        Some("the language has no word for rollouts that wait for somebody")
    } else if !claims.iter().all(|claim| volume(tree, claim).is_some()) {
        Some("the language has no word for one of its volumes")
    } else {
        None
    }
}

/// Fills in how pods are replaced. What the server gives to a set that states no type, and to no other, says nothing more: all pods,
/// from the first number on (kubernetes `pkg/apis/apps/v1/defaults.go`, `SetDefaults_StatefulSet`, 1.33).
pub(super) fn fill(tree: &mut Value) {
    let Some(spec) = tree.get_mut("spec").and_then(Value::as_object_mut) else { return };
    let strategy = spec.entry("updateStrategy").or_insert_with(|| json!({}));
    let Some(strategy) = strategy.as_object_mut() else { return };
    strategy.entry("type").or_insert_with(|| "RollingUpdate".into());
    if strategy
        .get("rollingUpdate")
        .is_some_and(|rolling| *rolling == json!({}) || *rolling == json!({ "partition": 0 }))
    {
        strategy.remove("rollingUpdate");
    }
}

/// The words that only a stateful service has, but for its volumes.
pub(super) fn words(tree: &Value, name: &str) -> Vec<Line> {
    if text(tree, "kind") != Some(KIND) {
        return Vec::new();
    }
    let mut block = Vec::new();
    let is_parallel = text(tree, "spec.podManagementPolicy") == Some("Parallel");
    block.extend(is_parallel.then(|| Line::new("parallel", "")));
    for (field, word) in [("whenScaled", "when-scaled"), ("whenDeleted", "when-deleted")] {
        let is_deleted = text(tree, &format!("spec.persistentVolumeClaimRetentionPolicy.{field}")) == Some("Delete");
        block.extend(is_deleted.then(|| Line::new(word, "delete")));
    }
    let service = text(tree, "spec.serviceName").filter(|service| !service.is_empty());
    let other = service.filter(|service| *service != Stateful::service_name(name));
    block.extend(other.map(|service| Line::new("service", quoted(service))));
    vec![Line::new("stateful", "").with(block)]
}

/// Its volumes.
pub(super) fn volumes(tree: &Value) -> Vec<Line> {
    items(tree, "spec.volumeClaimTemplates").iter().filter_map(|claim| volume(tree, claim)).collect()
}

/// A claim, where it is one of a folder that one node at a time mounts, and the first container has it.
fn volume(tree: &Value, claim: &Value) -> Option<Line> {
    let name = text(claim, "metadata.name")?;
    let is_name = dns_label(name).is_ok() && name.starts_with(|first: char| first.is_ascii_lowercase());
    let modes: BTreeSet<&str> = items(claim, "spec.accessModes").iter().filter_map(Value::as_str).collect();
    let is_folder = text(claim, "spec.volumeMode").is_none_or(|mode| mode == "Filesystem");
    let is_plain = is_folder && modes == BTreeSet::from(["ReadWriteOnce"]);
    let path = mount(container(tree)?, name)?;
    let size = claim.pointer("/spec/resources/requests/storage").and_then(amount).and_then(memory)?;
    let class = text(claim, "spec.storageClassName").filter(|class| !class.is_empty());
    let is_class = class.is_none_or(|class| subdomain(class).is_ok());
    let class = class.map(|class| format!(" class {}", quoted(class))).unwrap_or_default();
    (is_name && is_plain && is_class && !is_reserved(name))
        .then(|| Line::keyed("volume", name, format!("{} {size}{class}", quoted(path))))
}
