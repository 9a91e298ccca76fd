//! Objects, matched by name or by what they were renamed from, and their fields by the table.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::entries::{About, Entries};
use super::guarantees::{self, Turn};
use super::renames::{move_to, rewrite};
use super::selected::{Count, Selected};
use super::side::{CHART, Key, Side, declaration};
use super::table::{self, Effect};
use super::tree::{self, Difference};
use super::turns::{self, Meaning};
use super::{Change, Class, Place, Sides, Version, origin};
use crate::query::defaults::Filled;
use crate::value::quantity::{Rounding, in_thousandths};

/// How many objects of the cluster are named.
const SHOWN: usize = 4;

/// Compares the objects of both sides.
pub(super) fn compare(sides: &Sides<'_>, (was, selected): (&Selected, &Selected), entries: &mut Entries) {
    let Sides { old, new, renames } = *sides;
    let mut comparison = Comparison { sides: *sides, entries, was, selected, owners: Owners::of(sides) };
    let mut met: BTreeSet<Key> = BTreeSet::new();
    let mut removed = Vec::new();
    for key in old.objects.keys() {
        let renamed = renames.key(key);
        if new.objects.contains_key(&renamed) {
            if !old.is_same(key, new, &renamed) {
                comparison.object(key, &renamed);
            }
            met.insert(renamed);
        } else {
            removed.push(key);
        }
    }
    for key in removed {
        comparison.removed(key);
    }
    for key in new.objects.keys().filter(|key| !met.contains(*key)) {
        comparison.added(key);
    }
    comparison.namespaces();
}

/// The names that each namespace has on each side, as the new side would name them: a new object of a known name is a
/// part of something that was there, any other is something new.
struct Owners {
    old: BTreeSet<(String, String)>,
    new: BTreeSet<(String, String)>,
    old_namespaces: BTreeSet<String>,
    new_namespaces: BTreeSet<String>,
}

impl Owners {
    fn of(sides: &Sides<'_>) -> Self {
        let mut owners = Self {
            old: BTreeSet::new(),
            new: BTreeSet::new(),
            old_namespaces: BTreeSet::new(),
            new_namespaces: BTreeSet::new(),
        };
        for key in sides.old.objects.keys() {
            let key = sides.renames.key(key);
            owners.old_namespaces.insert(key.home().to_owned());
            owners.old.insert((key.namespace, key.name));
        }
        for key in sides.new.objects.keys() {
            owners.new_namespaces.insert(key.home().to_owned());
            owners.new.insert((key.namespace.clone(), key.name.clone()));
        }
        owners
    }
}

struct Comparison<'s, 'e> {
    sides: Sides<'s>,
    entries: &'e mut Entries,
    /// What the old side's budgets and Services select.
    was: &'e Selected,
    /// What the new side's do.
    selected: &'e Selected,
    owners: Owners,
}

impl Comparison<'_, '_> {
    /// An object that both sides have.
    fn object(&mut self, from: &Key, to: &Key) {
        let Sides { old, new, .. } = self.sides;
        let (mut before, after) = (old.tree(from), new.tree(to));
        let is_renamed = from.name != to.name;
        let is_whole = |path: &tree::Path| table::is_whole(&to.kind, path);
        if from.namespace != to.namespace && !from.namespace.is_empty() {
            move_to(&mut before, &from.namespace, &to.namespace);
        }
        if is_renamed {
            let mut with_name = before.clone();
            rewrite(&mut with_name, &|text| (text == from.name).then(|| to.name.clone()));
            // labels written by hand may keep the name that the object had
            if let Some(name) = before.get_mut("metadata").and_then(|metadata| metadata.get_mut("name")) {
                *name = Value::String(to.name.clone());
            }
            let n_differences = |before: &Value| tree::compare(before, &after, &is_whole).len();
            if n_differences(&with_name) <= n_differences(&before) {
                before = with_name;
            }
        }
        let about = |class: Class| About { class, subject: subject(to, &after), namespace: to.home().to_owned() };
        if is_renamed && from.home() == from.namespace && is_workload(&to.kind) {
            let place = new.place(to, &after).map(|span| Place { version: Version::New, span });
            let what = if to.is_job() {
                format!("was `{}`: another Job is made under the new name, and runs; the old one is deleted", from.name)
            } else {
                format!("was `{}`: new pods under the new name, the old ones are deleted", from.name)
            };
            self.entries.say(about(Class::Recreate), what, place);
        } else if let Some(what) = to.is_job().then(|| digested(&before, &after)).flatten() {
            let place = new.place(to, &after).map(|span| Place { version: Version::New, span });
            self.entries.say(about(Class::Recreate), what, place);
        }
        if is_renamed && self.sides.renames.is_alone(from) && !is_workload(&to.kind) {
            let what = format!("was `{}`: made anew under the new name, the old one is deleted", from.name);
            self.entries.say(about(Class::Recreate), what, None);
        }
        if is_renamed && to.kind == "Service" {
            self.entries.say(about(Class::Addresses), format!("`{}` is no name any more", from.name), None);
        }
        let filled = Filled::of(before.clone(), after.clone());
        let authors = (old.author(from), new.author(to));
        for difference in tree::compare(&before, &after, &is_whole) {
            let path = &difference.path;
            if filled.is_same(path) || filled.is_given_out(path, authors) || filled.is_kept(path) {
                continue;
            }
            let change = change((from, &before), (to, &after), &difference);
            let pods = (self.selected.count(to), self.selected.turns(self.was, to));
            let meanings = meanings(to, &difference, change.effect, (&before, &after), pods);
            let place = self.place((from, &before), (to, &after), &difference);
            for (class, what) in meanings {
                let what = if class == Class::Restart { restart(&to.kind, &after).to_owned() } else { what };
                if !what.is_empty() {
                    self.entries.say(about(class), what, None);
                }
                self.entries.change(about(class), change.clone(), place);
            }
        }
        for (turn, change) in guarantees::of_pods(&to.kind, &title(to), &before, &after) {
            let place = new.place(to, &after).map(|span| Place { version: Version::New, span });
            self.entries.change(about(turn.class()), change, place);
        }
    }

    fn removed(&mut self, key: &Key) {
        let renamed = self.sides.renames.key(key);
        let is_unread = self.sides.old.unread.contains(key);
        let is_made = self.sides.old.by_operators.contains(key) || tells_kustomize(self.sides.old, key);
        if is_made || !self.owners.new_namespaces.contains(renamed.home()) && !is_unread {
            return;
        }
        let tree = self.sides.old.tree(key);
        let place = self.sides.old.place(key, &tree).map(|span| Place { version: Version::Old, span });
        let is_part = is_of_the_namespace(&key.kind)
            || self.owners.new.contains(&(renamed.namespace.clone(), owner(&renamed, &tree)));
        let class = match (is_unread, is_part) {
            (true, _) => Class::Unknown,
            (false, true) => part(&key.kind).1,
            (false, false) => Class::Removed,
        };
        let shown = Change {
            object: title(&renamed),
            path: String::new(),
            label: String::new(),
            old: Some(amount(&key.kind, &tree)),
            new: None,
            effect: None,
            why: "",
        };
        let about = About { class, subject: subject(&renamed, &tree), namespace: renamed.home().to_owned() };
        if class == Class::Replicas {
            self.entries.say(about.clone(), "no longer scaled by its autoscaler", None);
        }
        if is_unread {
            self.entries.say(about.clone(), UNREAD, None);
        }
        self.entries.change(about, shown, place);
    }

    fn added(&mut self, key: &Key) {
        let is_unread = self.sides.new.unread.contains(key);
        let is_made = self.sides.new.by_operators.contains(key) || tells_kustomize(self.sides.new, key);
        if is_made || !self.owners.old_namespaces.contains(key.home()) && !is_unread {
            return;
        }
        let tree = self.sides.new.tree(key);
        let place = self.sides.new.place(key, &tree).map(|span| Place { version: Version::New, span });
        let is_part =
            is_of_the_namespace(&key.kind) || self.owners.old.contains(&(key.namespace.clone(), owner(key, &tree)));
        // what selects nothing guarantees nothing
        let is_part = is_part && !self.selected.is_idle(key);
        let class = match (is_unread, is_part) {
            (true, _) => Class::Unknown,
            (false, true) => part(&key.kind).0,
            (false, false) => Class::Added,
        };
        let shown = Change {
            object: title(key),
            path: String::new(),
            label: String::new(),
            old: None,
            new: Some(amount(&key.kind, &tree)),
            effect: None,
            why: "",
        };
        let about = About { class, subject: subject(key, &tree), namespace: key.home().to_owned() };
        if class == Class::Replicas {
            self.entries.say(about.clone(), handed_over(), None);
        }
        if is_unread {
            self.entries.say(about.clone(), UNREAD, None);
        }
        self.entries.change(about, shown, place);
    }

    /// Namespaces that come, go, or get another name.
    fn namespaces(&mut self) {
        let Sides { old, new, renames } = self.sides;
        // of two examples of one environment neither is there
        let is_example = |from: &str, to: &str| {
            old.examples.contains_key(from)
                && new.examples.contains_key(to)
                && old.environments.get(from) != new.environments.get(to)
        };
        for (from, to) in renames.namespaces.iter().filter(|(from, to)| !is_example(from, to)) {
            let about = About { class: Class::Recreate, subject: "namespace".to_owned(), namespace: to.clone() };
            let what = format!(
                "{to} was {from}: all that is in it is made anew, and {from} with its disks stays until it is deleted"
            );
            self.entries.say(about, what, None);
        }
        for (namespace, from, to) in &renames.managed {
            let about = About { class: Class::NoEffect, subject: to.clone(), namespace: namespace.clone() };
            self.entries.say(about, format!("was `{from}`: the same pods under another name"), None);
        }
        for (namespace, title) in &old.environments {
            let renamed = renames.namespace(namespace);
            if let Some(other) = new.environments.get(renamed).filter(|other| *other != title) {
                let subject = "environment".to_owned();
                let about = About { class: Class::NoEffect, subject, namespace: renamed.to_owned() };
                let what = if is_example(namespace, renamed) {
                    format!("the example is {other}, was {title}")
                } else {
                    format!("{other} was called {title}")
                };
                self.entries.say(about, what, None);
            }
        }
        let counted = |side: &Side<'_>, is_known: &dyn Fn(&str) -> bool| {
            let mut all: BTreeMap<String, Vec<&Key>> = BTreeMap::new();
            let keys = side.objects.keys().filter(|key| !is_known(key.home()) && !tells_kustomize(side, key));
            for key in keys {
                all.entry(key.home().to_owned()).or_default().push(key);
            }
            let told = |(namespace, keys): (String, Vec<&Key>)| {
                let objects = if keys.len() == 1 { "1 object".to_owned() } else { format!("{} objects", keys.len()) };
                // those of the cluster belong to nothing that could be told by its name
                let named: Vec<String> = keys.iter().take(SHOWN).map(|key| title(key)).collect();
                let more = keys.len().saturating_sub(SHOWN);
                let more = if more == 0 { String::new() } else { format!(" and {more} more") };
                let what = if namespace.is_empty() {
                    format!("{objects}: {}{more}", named.join(", "))
                } else {
                    format!("{namespace} with {objects}")
                };
                (namespace, what)
            };
            all.into_iter().map(told).collect::<Vec<_>>()
        };
        let come = counted(new, &|name| self.owners.old_namespaces.contains(name));
        let gone = counted(old, &|name| self.owners.new_namespaces.contains(renames.namespace(name)));
        for (class, counts) in [(Class::Added, come), (Class::Removed, gone)] {
            for (namespace, what) in counts {
                let subject = if namespace.is_empty() { "the cluster" } else { "namespace" }.to_owned();
                self.entries.say(About { class, subject, namespace }, what, None);
            }
        }
    }

    /// Where a difference comes from: what the spec or the manifest says.
    fn place(&self, before: (&Key, &Value), after: (&Key, &Value), difference: &Difference) -> Option<Place> {
        let sides = [
            (Version::New, self.sides.new, after, &difference.new),
            (Version::Old, self.sides.old, before, &difference.old),
        ];
        let mut found =
            sides.into_iter().filter(|(.., value)| value.is_some()).filter_map(|(version, side, (key, tree), _)| {
                let span = origin::of_field(side, key, tree, &difference.path)?;
                Some(Place { version, span })
            });
        found.next()
    }
}

/// Whether a document tells kustomize what to do, so that where it comes or goes nothing of the cluster does.
fn tells_kustomize(side: &Side<'_>, key: &Key) -> bool {
    key.kind.is_empty() && side.tree(key).get("kind").and_then(Value::as_str) == Some("Kustomization")
}

/// What it means that a field differs.
fn meanings(
    key: &Key,
    difference: &Difference,
    effect: Option<Effect>,
    trees: (&Value, &Value),
    pods: (Option<Count>, Option<Vec<Turn>>),
) -> Vec<Meaning> {
    let class = match effect {
        None | Some(Effect::Identity) => Class::Unknown,
        Some(Effect::Recreate) => Class::Recreate,
        Some(Effect::Restart) => Class::Restart,
        Some(Effect::Replicas) => Class::Replicas,
        Some(Effect::Capacity) => Class::Capacity,
        Some(Effect::Guarantee) => return turns::of_field(&key.kind, difference, trees, pods),
        Some(Effect::Traffic) => Class::Policies,
        Some(Effect::Addresses) => Class::Addresses,
        Some(Effect::Configuration) => Class::Configuration,
        Some(Effect::Nothing) => Class::NoEffect,
    };
    vec![(class, String::new())]
}

fn change((from, before): (&Key, &Value), (key, after): (&Key, &Value), difference: &Difference) -> Change {
    let rule = table::rule_of(&key.kind, &difference.path);
    let path = difference.path.to_string();
    // what cannot be changed once it says so
    let is_frozen = matches!(key.kind.as_str(), "ConfigMap" | "Secret")
        && before.get("immutable") == Some(&Value::Bool(true))
        && ["data", "binaryData", "stringData", "immutable"].iter().any(|field| path.starts_with(field));
    let is_secret = key.kind == "Secret" && path != "type" && !path.starts_with("metadata");
    let is_variable = path.ends_with(']') && path.contains(".env[");
    let shown = |value: &Option<Value>| {
        let value = value.as_ref()?;
        // a variable that comes or goes is its value
        let value = value.get("value").filter(|_| is_variable).unwrap_or(value);
        Some(if is_secret { "(not shown)".to_owned() } else { text(value) })
    };
    let (effect, why) = if is_frozen {
        let why = "the data of an immutable object cannot be changed (kubernetes \
                   `pkg/apis/core/validation/validation.go`, `ValidateConfigMapUpdate`)";
        (Some(Effect::Recreate), why)
    } else if is_shrunk(&key.kind, before, after) && path.starts_with("spec.resources") {
        (Some(Effect::Recreate), table::SHRUNK)
    } else {
        let effect = rule.map(|rule| rule.effect);
        let is_frozen = key.is_job() && effect == Some(Effect::Recreate);
        let why = match (bears_digest(before), bears_digest(after)) {
            // what becomes of it is said with its name
            (old, new) if is_frozen && (from.name != key.name || old != new) => "",
            (true, true) if is_frozen => table::ANOTHER_JOB,
            _ => rule.map_or("", |rule| rule.why),
        };
        (effect, why)
    };
    Change {
        object: title(key),
        label: label(&path, &key.name),
        path,
        old: shown(&difference.old),
        new: shown(&difference.new),
        effect,
        why,
    }
}

/// Whether a claim asks for less than before.
fn is_shrunk(kind: &str, before: &Value, after: &Value) -> bool {
    let size = |tree: &Value| {
        let amount = guarantees::at(tree, &["spec", "resources", "requests", "storage"]).map(text)?;
        in_thousandths(&amount, Rounding::Up)
    };
    kind == "PersistentVolumeClaim" && size(before).zip(size(after)).is_some_and(|(old, new)| new < old)
}

/// Whether a Job is one that a `job` makes, with a digest of its template behind its name.
pub(in crate::query) fn bears_digest(job: &Value) -> bool {
    declaration(job).is_some_and(|text| text.starts_with("job "))
}

/// What becomes of a Job that gets a digest behind its name, or loses it: neither is the Job that has run.
fn digested(before: &Value, after: &Value) -> Option<&'static str> {
    match (bears_digest(before), bears_digest(after)) {
        (false, true) => Some("another Job is made for it, with a digest behind its name, and runs again"),
        (true, false) => Some("another Job is made for it, without a digest behind its name, and runs again"),
        (true, true) | (false, false) => None,
    }
}

/// A value on one line.
pub(in crate::query) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

/// A field in short, where its object is known: the container that has the object's name goes without saying.
fn label(path: &str, name: &str) -> String {
    let path = path.strip_prefix("spec.jobTemplate.").unwrap_or(path);
    let short = ["spec.template.spec.", "spec.template.", "spec."].iter().find_map(|prefix| path.strip_prefix(prefix));
    let short = short.unwrap_or(path);
    let own = format!("containers[{name}].");
    let short = short.strip_prefix(&own).unwrap_or(short);
    let inner = short.strip_prefix("env[").and_then(|rest| rest.split_once(']'));
    match inner {
        Some((variable, "" | ".value")) => format!("env {variable}"),
        Some(_) | None => short.to_owned(),
    }
}

/// What is said of an object that comes or goes beside its name.
fn amount(kind: &str, tree: &Value) -> String {
    let number = |path: &[&str]| {
        let value = path.iter().try_fold(tree, |value, key| value.get(key));
        value.map(text)
    };
    let range = |min: Option<String>, max: Option<String>| match (min, max) {
        (Some(min), Some(max)) => format!("{min}..{max}"),
        (None, Some(max)) => format!("up to {max}"),
        (Some(min), None) => format!("from {min}"),
        (None, None) => String::new(),
    };
    match kind {
        "HorizontalPodAutoscaler" => range(number(&["spec", "minReplicas"]), number(&["spec", "maxReplicas"])),
        "ScaledObject" => range(number(&["spec", "minReplicaCount"]), number(&["spec", "maxReplicaCount"])),
        "PodDisruptionBudget" => {
            let named = ["minAvailable", "maxUnavailable"];
            let found = named.iter().find_map(|name| Some(format!("{name} {}", number(&["spec", name])?)));
            found.unwrap_or_default()
        }
        _ => String::new(),
    }
}

/// `kubectl apply` of a Deployment that no longer states `replicas` sets it to its default of 1 (kubernetes/kubernetes
/// #67135), unless a last applied configuration without it was stored before.
fn handed_over() -> &'static str {
    "handed to an autoscaler; where `replicas` was applied before, it falls to 1 until the autoscaler acts"
}

/// What is said of a policy of a kind that is not read.
const UNREAD: &str = "a policy of a kind that bvlc does not read: the traffic above is compared without it";

/// What a kind means that comes to, or goes from, something that stays.
fn part(kind: &str) -> (Class, Class) {
    match kind {
        "PodDisruptionBudget" => (Turn::Won.class(), Turn::Lost.class()),
        "HorizontalPodAutoscaler" | "ScaledObject" => (Class::Replicas, Class::Replicas),
        "NetworkPolicy" | "ClusterNetworkPolicy" => (Class::Policies, Class::Policies),
        // what a mesh lets in is not among the traffic that is compared
        "PeerAuthentication" | "AuthorizationPolicy" | "Server" | "MeshTLSAuthentication" | "NetworkAuthentication" => {
            (Class::Configuration, Class::Configuration)
        }
        "Service" | "Ingress" | "HTTPRoute" => (Class::Added, Class::Addresses),
        "ResourceQuota" | "LimitRange" => (Class::Capacity, Class::Capacity),
        _ => (Class::Added, Class::Removed),
    }
}

/// Whether such an object says something of whatever is in its namespace, so that it is part of that.
fn is_of_the_namespace(kind: &str) -> bool {
    matches!(
        kind,
        "NetworkPolicy"
            | "PeerAuthentication"
            | "AuthorizationPolicy"
            | "Server"
            | "MeshTLSAuthentication"
            | "NetworkAuthentication"
            | "ResourceQuota"
            | "LimitRange"
    )
}

fn is_workload(kind: &str) -> bool {
    matches!(kind, "Deployment" | "StatefulSet" | "DaemonSet" | "CronJob" | "Job" | CHART)
}

/// How new pods take the place of old ones.
fn restart(kind: &str, tree: &Value) -> &'static str {
    let spec = tree.get("spec");
    let named = |field: &str| spec.and_then(|spec| spec.get(field)?.get("type")?.as_str());
    match kind {
        "Deployment" if named("strategy") == Some("Recreate") => "every pod stops before a new one starts",
        "StatefulSet" | "DaemonSet" if named("updateStrategy") == Some("OnDelete") => {
            "only pods that are deleted by hand are replaced"
        }
        "Pod" => "the container is started again in the same pod",
        _ => "",
    }
}

/// What a difference is about: the declaration's name, or what the object is within its environment.
pub(super) fn subject(key: &Key, tree: &Value) -> String {
    if key.kind == "Namespace" {
        return "namespace".to_owned();
    }
    match declaration(tree).as_deref().and_then(|text| text.split_once(' ')) {
        Some(("environment", _)) => title(key),
        Some((_, name)) => name.to_owned(),
        None if key.kind == CHART => key.name.clone(),
        None => title(key),
    }
}

/// The name under which an object belongs to others.
fn owner(key: &Key, tree: &Value) -> String {
    match declaration(tree).as_deref().and_then(|text| text.split_once(' ')) {
        Some(("environment", _)) | None => scaled(key, tree).unwrap_or_else(|| key.name.clone()),
        Some((_, name)) => name.to_owned(),
    }
}

/// The name of what an autoscaler scales.
fn scaled(key: &Key, tree: &Value) -> Option<String> {
    if !matches!(key.kind.as_str(), "HorizontalPodAutoscaler" | "ScaledObject") {
        return None;
    }
    Some(tree.get("spec")?.get("scaleTargetRef")?.get("name")?.as_str()?.to_owned())
}

/// `Deployment web`.
pub(in crate::query) fn title(key: &Key) -> String {
    match key.kind.as_str() {
        CHART => format!("chart values of {}", key.name),
        "" => format!("document {}", key.name),
        kind => format!("{kind} {}", key.name),
    }
}
