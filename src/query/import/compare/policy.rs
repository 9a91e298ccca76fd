//! What policies say beside what passes: their metadata, each compared with the policy that takes its place.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Comparison;
use crate::query::diff::side::Key;
use crate::query::diff::tree;
use crate::query::import::given::{POLICY, at};

impl Comparison<'_> {
    /// The metadata of policies, each beside the one that takes its place: that of its name, else that for its pods.
    pub(super) fn policies(&mut self) {
        let pods = |policy: &Value| at(policy, "spec.podSelector").map(Value::to_string).unwrap_or_default();
        let is_policy = |key: &&Key| key.kind == POLICY;
        let mut by_pods: BTreeMap<(&str, String), &Key> = BTreeMap::new();
        for key in self.built.objects.keys().filter(is_policy) {
            by_pods.insert((&key.namespace, pods(&self.built.tree(key))), key);
        }
        let (given, built) = (self.given, self.built);
        for key in given.objects.keys().filter(is_policy) {
            let whole = given.tree(key);
            let own = || built.objects.contains_key(key).then_some(key);
            let partner = own().or_else(|| by_pods.get(&(key.namespace.as_str(), pods(&whole))).copied());
            let before = marks(&whole);
            let after = marks(&partner.map(|partner| built.tree(partner)).unwrap_or_default());
            for difference in tree::compare(&before, &after, &|_| false) {
                if !self.is_said_otherwise(key, &difference) {
                    self.field(key, &before, &difference);
                }
            }
        }
    }
}

/// What of an object is compared: its metadata but for its name.
fn marks(object: &Value) -> Value {
    let mut metadata = at(object, "metadata").and_then(Value::as_object).cloned().unwrap_or_default();
    metadata.remove("name");
    for map in ["annotations", "labels"] {
        metadata.entry(map).or_insert_with(|| json!({}));
    }
    json!({ "metadata": metadata })
}
