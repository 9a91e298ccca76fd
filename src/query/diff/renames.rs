//! What goes on under another name, namespace or environment.
//!
//! Invariants: whatever has the same name on both sides is the same thing, and is no candidate; a pair is made only where
//! the content says so, and each thing is in one pair at most; time goes with what is unpaired, never with its pairs.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::side::{CHART, Key, Side};
use crate::model::Model;
use crate::object::Labels;
use crate::verify::connectivity::NAMESPACE_NAME;

/// The new names of what the old side calls otherwise.
#[derive(Debug, Default)]
pub(super) struct Renames {
    /// Namespaces, by their old names.
    pub(super) namespaces: BTreeMap<String, String>,
    /// Workloads and what belongs to them: by their namespace on the new side and their old names.
    pub(super) names: BTreeMap<(String, String), String>,
    /// Managed workloads that select the same pods under another name: namespace on the new side, old name, new name.
    pub(super) managed: Vec<(String, String, String)>,
    /// Other objects, by their old keys.
    objects: BTreeMap<Key, Key>,
}

/// Kinds whose name is the name of a workload.
const WORKLOADS: [&str; 6] = ["Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", CHART];
/// What candidates have in common: namespace, kind, and a content or an image.
type Like<'s> = (&'s str, &'s str, String);
/// Of so many candidates for one thing, no more are looked at.
const CANDIDATES: usize = 8;
/// So many hundredths of two contents are the same where one is the other renamed.
const ALIKE: usize = 70;
/// So many hundredths of the names in two namespaces are the same where one is the other renamed.
const SAME_NAMES: usize = 80;

impl Renames {
    /// Finds them.
    pub(super) fn find(old: &Side<'_>, new: &Side<'_>) -> Self {
        let mut renames = Self { namespaces: namespaces(old, new), ..Self::default() };
        renames.same_labels(old, new);
        let (olds, news) = renames.unpaired(old, new);
        let is_workload = |key: &&Key| WORKLOADS.contains(&key.kind.as_str());
        let workloads: Vec<&Key> = olds.into_iter().filter(is_workload).collect();
        let others: Vec<&Key> = news.into_iter().filter(is_workload).collect();
        for (from, to) in renames.pairs(old, &workloads, new, &others) {
            let known = renames.names.entry((to.namespace.clone(), from.name.clone()));
            known.or_insert_with(|| to.name.clone());
        }
        for (from, to) in renames.families(old, new) {
            let known = renames.names.entry((to.namespace.clone(), from.name.clone()));
            known.or_insert_with(|| to.name.clone());
        }
        renames.keep(old, new);
        // what belongs to a workload that is gone goes with it
        let (mut olds, news) = renames.unpaired(old, new);
        let gone = olds.iter().filter(|key| is_workload(key)).map(|key| (key.namespace.as_str(), key.name.as_str()));
        let gone: BTreeSet<(&str, &str)> = gone.collect();
        olds.retain(|key| is_workload(key) || !gone.contains(&(key.namespace.as_str(), key.name.as_str())));
        for (from, to) in renames.pairs(old, &olds, new, &news) {
            if from.kind == "Namespace" && from.namespace.is_empty() {
                renames.namespaces.insert(from.name.clone(), to.name.clone());
            } else {
                renames.objects.insert(from.clone(), to.clone());
            }
        }
        renames
    }

    /// Managed workloads that one platform alone has, in pairs with the same labels.
    fn same_labels(&mut self, old: &Side<'_>, new: &Side<'_>) {
        let (Some(old), Some(new)) = (old.model(), new.model()) else { return };
        let (olds, news) = (managed(old), managed(new));
        let there: BTreeSet<(&str, &str)> =
            olds.keys().map(|(namespace, name)| (self.namespace(namespace), name.as_str())).collect();
        let mut come: BTreeMap<(&str, &Labels), Vec<&str>> = BTreeMap::new();
        for ((namespace, name), labels) in &news {
            if !there.contains(&(namespace.as_str(), name.as_str())) {
                come.entry((namespace, labels)).or_default().push(name);
            }
        }
        let mut found = Vec::new();
        for ((namespace, name), labels) in &olds {
            let namespace = self.namespace(namespace);
            if news.contains_key(&(namespace.to_owned(), name.clone())) {
                continue;
            }
            if let Some(other) = come.get_mut(&(namespace, labels)).and_then(Vec::pop) {
                found.push((namespace.to_owned(), name.clone(), other.to_owned()));
            }
        }
        for (namespace, from, to) in &found {
            self.names.insert((namespace.clone(), from.clone()), to.clone());
        }
        self.managed = found;
    }

    /// What keeps its name though something else that was called so has another one: a Service that leads to a workload
    /// under its new name, be it the only one or beside one of the new name.
    fn keep(&mut self, old: &Side<'_>, new: &Side<'_>) {
        if self.names.is_empty() {
            return;
        }
        // where one follows the other in its name, each goes on under its new one
        let successors: BTreeSet<Key> = old
            .objects
            .keys()
            .map(|key| (key, self.key(key)))
            .filter(|(key, renamed)| key.name != renamed.name && new.objects.contains_key(renamed))
            .map(|(_, renamed)| renamed)
            .collect();
        let kept = old.objects.keys().filter_map(|key| {
            let renamed = self.key(key);
            let own = Key { name: key.name.clone(), ..renamed.clone() };
            let is_kept = renamed != own && new.objects.contains_key(&own) && !successors.contains(&own);
            is_kept.then(|| (key.clone(), own))
        });
        let kept: Vec<(Key, Key)> = kept.collect();
        self.objects.extend(kept);
    }

    /// Workloads that one side alone has and that got another image with their name, in pairs: all that is called like them
    /// is the same but for that, and of nothing else the same can be said.
    fn families<'s>(&self, old: &'s Side<'_>, new: &'s Side<'_>) -> Vec<(&'s Key, &'s Key)> {
        let (olds, news) = self.unpaired(old, new);
        let (before, after) = (families(old, &olds), families(new, &news));
        let pairs = before.into_iter().filter_map(|((namespace, content), from)| {
            let found = after.get(&(self.namespace(&namespace).to_owned(), content))?;
            match (from.as_slice(), found.as_slice()) {
                ([from], [to]) => Some((*from, *to)),
                _ => None,
            }
        });
        pairs.collect()
    }

    /// What names an object of the old side on the new one.
    pub(super) fn key(&self, old: &Key) -> Key {
        if let Some(renamed) = self.objects.get(old) {
            return renamed.clone();
        }
        let mut key = old.clone();
        if let Some(namespace) = self.namespaces.get(old.home()) {
            if key.namespace.is_empty() {
                key.name.clone_from(namespace);
            } else {
                key.namespace.clone_from(namespace);
            }
        }
        key.name = self.name(&key.namespace, &key.name).to_owned();
        key
    }

    /// Whether an object by itself has another name, and no workload's name explains it.
    pub(super) fn is_alone(&self, old: &Key) -> bool {
        self.objects.contains_key(old)
    }

    /// The name of a workload, by its namespace on the new side.
    pub(super) fn name<'n>(&'n self, namespace: &str, name: &'n str) -> &'n str {
        if self.names.is_empty() {
            return name;
        }
        self.names.get(&(namespace.to_owned(), name.to_owned())).map_or(name, String::as_str)
    }

    /// The name of a namespace on the new side.
    pub(super) fn namespace<'n>(&'n self, old: &'n str) -> &'n str {
        self.namespaces.get(old).map_or(old, String::as_str)
    }

    /// The objects of each side that the other one does not have.
    fn unpaired<'s>(&self, old: &'s Side<'_>, new: &'s Side<'_>) -> (Vec<&'s Key>, Vec<&'s Key>) {
        let mut met = BTreeSet::new();
        let mut olds = Vec::new();
        for key in old.objects.keys() {
            let renamed = self.key(key);
            if new.objects.contains_key(&renamed) {
                met.insert(renamed);
            } else if !old.by_operators.contains(key) {
                olds.push(key);
            }
        }
        let is_new = |key: &&Key| !met.contains(key) && !new.by_operators.contains(*key);
        (olds, new.objects.keys().filter(is_new).collect())
    }

    /// Pairs of objects with the same content; of those that are left, pairs of workloads whose content is much the same.
    fn pairs<'s>(&self, old: &Side<'_>, olds: &[&'s Key], new: &Side<'_>, news: &[&'s Key]) -> Vec<(&'s Key, &'s Key)> {
        if olds.is_empty() || news.is_empty() {
            return Vec::new();
        }
        let mut by_content: BTreeMap<Like<'_>, Vec<&Key>> = BTreeMap::new();
        let mut by_image: BTreeMap<Like<'_>, Vec<(&Key, Value)>> = BTreeMap::new();
        for key in news.iter().rev() {
            let tree = content(&new.tree(key), key);
            if let Some(image) = image(&tree) {
                by_image.entry((&key.namespace, &key.kind, image)).or_default().push((key, tree.clone()));
            }
            by_content.entry((&key.namespace, &key.kind, tree.to_string())).or_default().push(key);
        }
        let mut taken: BTreeSet<&Key> = BTreeSet::new();
        let (mut pairs, mut left) = (Vec::new(), Vec::new());
        for key in olds {
            let tree = content(&old.tree(key), key);
            let namespace = self.namespace(&key.namespace);
            let found = by_content.get_mut(&(namespace, key.kind.as_str(), tree.to_string()));
            match found.and_then(Vec::pop) {
                Some(other) => {
                    taken.insert(other);
                    pairs.push((*key, other));
                }
                None => left.push((*key, tree)),
            }
        }
        // what a workload was called goes on as a label where labels are written by hand
        let is_workload = |key: &&&Key| WORKLOADS.contains(&key.kind.as_str());
        let mut by_text: BTreeMap<Like<'_>, Vec<&Key>> = BTreeMap::new();
        for key in news.iter().rev().filter(is_workload).filter(|key| !taken.contains(**key)) {
            let text = nameless(&new.tree(key)).to_string();
            by_text.entry((&key.namespace, &key.kind, text)).or_default().push(key);
        }
        left.retain(|(key, _)| {
            let text = nameless(&old.tree(key)).to_string();
            let found = by_text.get_mut(&(self.namespace(&key.namespace), key.kind.as_str(), text));
            let Some(other) = found.and_then(Vec::pop) else { return true };
            taken.insert(other);
            pairs.push((*key, other));
            false
        });
        for (key, tree) in left {
            let Some(image) = image(&tree) else { continue };
            let namespace = self.namespace(&key.namespace);
            let candidates = by_image.get(&(namespace, key.kind.as_str(), image)).into_iter().flatten();
            let free = candidates.filter(|(other, _)| !taken.contains(other)).take(CANDIDATES);
            let rated = free.map(|(other, its)| (alike(&tree, its), *other));
            let best = rated.filter(|(share, _)| *share >= ALIKE).max_by_key(|(share, _)| *share);
            if let Some((_, other)) = best {
                taken.insert(other);
                pairs.push((key, other));
            }
        }
        pairs
    }
}

/// The labels of the managed workloads of a platform whose pods are known, by namespace and name; none of every pod.
pub(super) fn managed(model: &Model) -> BTreeMap<(String, String), Labels> {
    let found = model.workloads().filter_map(|workload| {
        let managed = workload.managed().filter(|managed| managed.is_selectable())?;
        let namespace = model.environment(workload.environment)?.namespace_name().to_owned();
        let labels = managed.selector.iter().map(|(key, value)| (key.clone(), value.value.clone())).collect();
        Some(((namespace, workload.name.value.clone()), labels))
    });
    found.collect()
}

/// Workloads by their namespace and by all that is called like them, images left out.
fn families<'s>(side: &Side<'_>, keys: &[&'s Key]) -> BTreeMap<(String, String), Vec<&'s Key>> {
    let mut named: BTreeMap<(&str, &str), Vec<&'s Key>> = BTreeMap::new();
    for key in keys {
        named.entry((&key.namespace, &key.name)).or_default().push(key);
    }
    let mut found: BTreeMap<(String, String), Vec<&'s Key>> = BTreeMap::new();
    for ((namespace, _), family) in named {
        let Some(head) = family.iter().find(|key| WORKLOADS.contains(&key.kind.as_str())) else { continue };
        let content = family.iter().map(|key| {
            let mut tree = content(&side.tree(key), key);
            drop_images(&mut tree);
            format!("{} {tree}\n", key.kind)
        });
        found.entry((namespace.to_owned(), content.collect())).or_default().push(head);
    }
    found
}

/// Takes images out, and the label that repeats their version.
fn drop_images(tree: &mut Value) {
    match tree {
        Value::Array(items) => items.iter_mut().for_each(drop_images),
        Value::Object(map) => {
            map.remove("image");
            map.remove("app.kubernetes.io/version");
            map.values_mut().for_each(drop_images);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// An object without its name, whatever else has that name.
fn nameless(tree: &Value) -> Value {
    let mut tree = tree.clone();
    if let Some(metadata) = tree.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.retain(|key, _| key == "labels");
    }
    tree
}

/// An object without what names it: equal for equal content under different names.
fn content(tree: &Value, key: &Key) -> Value {
    let mut tree = tree.clone();
    if let Some(metadata) = tree.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("annotations");
        metadata.remove("namespace");
    }
    replace(&mut tree, &|text| match text {
        text if text == key.name => Some("\u{0}name"),
        text if text == key.namespace && !text.is_empty() => Some("\u{0}namespace"),
        _ => None,
    });
    tree
}

/// Replaces whole texts.
pub(super) fn replace(tree: &mut Value, with: &dyn Fn(&str) -> Option<&'static str>) {
    rewrite(tree, &|text| with(text).map(str::to_owned));
}

/// Replaces whole texts by ones that are made.
pub(super) fn rewrite(tree: &mut Value, with: &dyn Fn(&str) -> Option<String>) {
    match tree {
        Value::String(text) => {
            if let Some(other) = with(text) {
                *text = other;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rewrite(item, with)),
        Value::Object(map) => map.values_mut().for_each(|value| rewrite(value, with)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Replaces the name of a namespace where it stands as one: in fields that hold it, and where selectors ask for the label that
/// the control plane gives each namespace. A value that is only spelled like it stays as it is.
pub(super) fn move_to(tree: &mut Value, old: &str, new: &str) {
    let is_old = |value: &Value| value.as_str() == Some(old);
    match tree {
        Value::Array(items) => items.iter_mut().for_each(|item| move_to(item, old, new)),
        Value::Object(map) => {
            if map.get("key").and_then(Value::as_str) == Some(NAMESPACE_NAME) {
                let values = map.get_mut("values").and_then(Value::as_array_mut).into_iter().flatten();
                values.filter(|value| is_old(value)).for_each(|value| *value = Value::from(new));
            }
            for (key, value) in map {
                if (key == "namespace" || key == NAMESPACE_NAME) && is_old(value) {
                    *value = Value::from(new);
                } else if !is_of_user(key) {
                    move_to(value, old, new);
                } else if let Some(value) = value.get_mut(NAMESPACE_NAME).filter(|value| is_old(value)) {
                    *value = Value::from(new);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Whether a field holds keys of its author's choice, none of which is a field of Kubernetes.
fn is_of_user(key: &str) -> bool {
    matches!(key, "labels" | "matchLabels" | "nodeSelector" | "annotations" | "data" | "stringData" | "binaryData")
}

/// The repository of a workload's first image.
fn image(tree: &Value) -> Option<String> {
    let spec = tree.get("spec")?;
    let spec = spec.get("jobTemplate").and_then(|job| job.get("spec")).unwrap_or(spec);
    let container = spec.get("template")?.get("spec")?.get("containers")?.get(0)?;
    let image = container.get("image")?.as_str()?;
    let image = image.split('@').next().unwrap_or(image);
    let name = image.rfind('/').map_or(0, |at| at + 1);
    let end = image.get(name..)?.find(':').map_or(image.len(), |at| name + at);
    image.get(..end).map(str::to_owned)
}

/// How many hundredths of all leaves two trees have in common.
fn alike(one: &Value, other: &Value) -> usize {
    let (mut ones, mut others) = (BTreeSet::new(), BTreeSet::new());
    leaves("", one, &mut ones);
    leaves("", other, &mut others);
    let common = ones.intersection(&others).count();
    let all = ones.len() + others.len() - common;
    (common * 100).checked_div(all).unwrap_or(0)
}

fn leaves(path: &str, tree: &Value, found: &mut BTreeSet<String>) {
    match tree {
        Value::Array(items) => items.iter().for_each(|item| leaves(&format!("{path}[]"), item, found)),
        Value::Object(map) => map.iter().for_each(|(key, value)| leaves(&format!("{path}.{key}"), value, found)),
        leaf @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
            found.insert(format!("{path}={leaf}"));
        }
    }
}

/// Namespaces that one side alone has, in pairs.
fn namespaces(old: &Side<'_>, new: &Side<'_>) -> BTreeMap<String, String> {
    let (olds, news) = (old.namespaces(), new.namespaces());
    let gone: Vec<&str> = olds.iter().copied().filter(|name| news.binary_search(name).is_err()).collect();
    let mut come: Vec<&str> = news.iter().copied().filter(|name| olds.binary_search(name).is_err()).collect();
    let mut pairs = BTreeMap::new();
    let mut left = Vec::new();
    for namespace in gone {
        let (title, example) = (old.environments.get(namespace), old.examples.get(namespace));
        let is_same = |other: &&str| {
            title.is_some() && new.environments.get(*other) == title
                || example.is_some() && new.examples.get(*other) == example
        };
        let same = come.iter().position(is_same);
        match same {
            Some(at) => {
                pairs.insert(namespace.to_owned(), come.swap_remove(at).to_owned());
            }
            None => left.push(namespace),
        }
    }
    let names = |side: &Side<'_>, wanted: &[&str]| {
        let mut names: BTreeMap<String, BTreeSet<(String, String)>> = BTreeMap::new();
        for key in side.objects.keys().filter(|key| wanted.contains(&key.namespace.as_str())) {
            names.entry(key.namespace.clone()).or_default().insert((key.kind.clone(), key.name.clone()));
        }
        names
    };
    // previews come and go by the dozen; with more than these nobody reads pairs
    if left.len() * come.len() > CANDIDATES * CANDIDATES {
        return pairs;
    }
    let (before, after) = (names(old, &left), names(new, &come));
    let mut rated = Vec::new();
    for (from, own) in &before {
        for (to, its) in &after {
            let common = own.intersection(its).count();
            let share = (common * 100).checked_div(own.len().max(its.len())).unwrap_or(0);
            if share >= SAME_NAMES {
                rated.push((share, from, to));
            }
        }
    }
    rated.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(other.1)).then(one.2.cmp(other.2)));
    for (_, from, to) in rated {
        if !pairs.contains_key(from) && !pairs.values().any(|known| known == to) {
            pairs.insert(from.clone(), to.clone());
        }
    }
    pairs
}
