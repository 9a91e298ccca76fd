//! What holds of pods and budgets, and whether a change takes it away or gives it.
//!
//! Invariant: what cannot be told to be better counts as lost, since someone has to look at it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::entries::{About, Entries};
use super::objects::title;
use super::side::{Evidence, Key, Side};
use super::{Change, Class, Place, Sides, Version};
use crate::object::FieldPath;
use crate::verify::cluster::Cluster;
use crate::verify::eviction::{BVL1120, judge};

/// Which way a guarantee goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// It held and no longer does, or holds less.
    Lost,
    /// It holds and did not, or holds more.
    Won,
}

impl Turn {
    /// The class of such a difference.
    pub(super) const fn class(self) -> Class {
        match self {
            Self::Lost => Class::GuaranteeLost,
            Self::Won => Class::GuaranteeWon,
        }
    }

    pub(super) const fn better(is_better: bool) -> Self {
        if is_better { Self::Won } else { Self::Lost }
    }
}

/// Whether a drain ends: said of each budget with which that is another on the new side. A platform's budgets all let one go,
/// for its checks say so.
pub(super) fn drains(sides: &Sides<'_>, entries: &mut Entries) {
    let (old, new) = (endless(sides.old), endless(sides.new));
    let was = |key: &Key| old.keys().any(|other| sides.renames.key(other) == *key);
    for (key, (message, path)) in &new {
        if !was(key) {
            let place = sides.new.field(key, path).map(|span| Place { version: Version::New, span });
            let what = format!("{message}: the workload can no longer be drained");
            entries.say(about(key, Turn::Lost), what, place);
        }
    }
    for (key, (_, path)) in &old {
        let renamed = sides.renames.key(key);
        if sides.new.objects.contains_key(&renamed) && !new.contains_key(&renamed) {
            let place = sides.old.field(key, path).map(|span| Place { version: Version::Old, span });
            entries.say(about(&renamed, Turn::Won), "the workload can be drained again", place);
        }
    }
}

fn about(key: &Key, turn: Turn) -> About {
    About { class: turn.class(), subject: title(key), namespace: key.namespace.clone() }
}

/// The budgets with which no drain ends: in words, and the field that says so.
fn endless(side: &Side<'_>) -> BTreeMap<Key, (String, FieldPath)> {
    let Evidence::Objects { objects, namespace } = &side.traffic else { return BTreeMap::new() };
    let cluster = Cluster::new(objects, namespace);
    let found = judge(&cluster).into_iter().filter(|finding| finding.code == &BVL1120);
    let keyed = found.filter_map(|finding| {
        let key = Key::of_given(&cluster, objects.get(finding.place.object)?);
        // the object is named before it
        let message = finding.message.split_once(": ").map_or(finding.message.clone(), |(_, what)| what.to_owned());
        Some((key, (message, finding.place.path)))
    });
    keyed.collect()
}

/// What holds of the pods of a workload, compared one by one. Containers are matched by name; of one that comes or goes
/// nothing is said.
pub(super) fn of_pods(kind: &str, object: &str, before: &Value, after: &Value) -> Vec<(Turn, Change)> {
    let (Some(old), Some(new)) = (pod(kind, before), pod(kind, after)) else { return Vec::new() };
    let mut found = Found { object, turns: Vec::new() };
    let grace = |pod: &Value| pod.get("terminationGracePeriodSeconds").and_then(Value::as_u64).unwrap_or(30);
    found.more("time to stop", grace(old), grace(new), "s");
    for (field, words) in
        [("hostNetwork", "a network of its own"), ("hostPID", "processes of its own"), ("hostIPC", "memory of its own")]
    {
        found.is_not(words, at(old, &[field]), at(new, &[field]), true);
    }
    // the token is mounted unless something says otherwise
    let token = "automountServiceAccountToken";
    found.holds("no token of the service account", (is(old, &[token], false), is(new, &[token], false)));
    let root = ["securityContext", "runAsNonRoot"];
    found.holds("no root user", (is(old, &root, true), is(new, &root, true)));
    let confined = |pod: &Value| {
        let profile = at(pod, &["securityContext", "seccompProfile", "type"]).and_then(Value::as_str);
        matches!(profile, Some("RuntimeDefault" | "Localhost"))
    };
    found.holds("confined system calls", (confined(old), confined(new)));
    let apart = |pod: &Value| {
        let constraints = at(pod, &["topologySpreadConstraints"]).and_then(Value::as_array);
        let firm = |one: &&Value| one.get("whenUnsatisfiable").and_then(Value::as_str) == Some("DoNotSchedule");
        constraints.map_or(0, |all| all.iter().filter(firm).count() as u64)
    };
    found.more("firm spread constraints", apart(old), apart(new), "");
    for (own, its) in containers(old, new) {
        found.container(own, its);
    }
    found.turns
}

struct Found<'a> {
    object: &'a str,
    turns: Vec<(Turn, Change)>,
}

impl Found<'_> {
    fn container(&mut self, old: &Value, new: &Value) {
        for probe in ["readinessProbe", "livenessProbe", "startupProbe"] {
            self.holds(probe, (old.get(probe).is_some(), new.get(probe).is_some()));
        }
        let hook = ["lifecycle", "preStop"];
        self.holds("pre-stop hook", (at(old, &hook).is_some(), at(new, &hook).is_some()));
        let limit = ["resources", "limits", "memory"];
        self.holds("memory limit", (at(old, &limit).is_some(), at(new, &limit).is_some()));
        for (words, field, value) in [
            ("read-only root file system", "readOnlyRootFilesystem", true),
            ("no privilege escalation", "allowPrivilegeEscalation", false),
        ] {
            let path = ["securityContext", field];
            self.holds(words, (is(old, &path, value), is(new, &path, value)));
        }
        let privileged = ["securityContext", "privileged"];
        self.is_not("not privileged", at(old, &privileged), at(new, &privileged), true);
        let drops_all = |container: &Value| {
            let dropped = at(container, &["securityContext", "capabilities", "drop"]).and_then(Value::as_array);
            dropped.is_some_and(|all| all.iter().any(|one| one == "ALL"))
        };
        self.holds("all capabilities dropped", (drops_all(old), drops_all(new)));
        let (before, after) = (added_capabilities(old), added_capabilities(new));
        if before != after {
            let shown = |added: &BTreeSet<&str>| {
                if added.is_empty() { "none".to_owned() } else { added.iter().copied().collect::<Vec<_>>().join(", ") }
            };
            // one in the place of another may be any amount of power more
            self.turn(Turn::better(after.is_subset(&before)), "added capabilities", &shown(&before), &shown(&after));
        }
    }

    fn holds(&mut self, words: &str, (old, new): (bool, bool)) {
        let shown = |holds: bool| if holds { "yes" } else { "no" };
        if old != new {
            self.turn(Turn::better(new), words, shown(old), shown(new));
        }
    }

    fn is_not(&mut self, words: &str, old: Option<&Value>, new: Option<&Value>, bad: bool) {
        let bad = Value::Bool(bad);
        self.holds(words, (old != Some(&bad), new != Some(&bad)));
    }

    fn more(&mut self, words: &str, old: u64, new: u64, unit: &str) {
        if old != new {
            self.turn(Turn::better(new > old), words, &format!("{old}{unit}"), &format!("{new}{unit}"));
        }
    }

    fn turn(&mut self, turn: Turn, words: &str, old: &str, new: &str) {
        let change = Change {
            object: self.object.to_owned(),
            path: String::new(),
            label: words.to_owned(),
            old: Some(old.to_owned()),
            new: Some(new.to_owned()),
            effect: None,
            why: "",
        };
        self.turns.push((turn, change));
    }
}

/// The pod of a workload, as its template describes it.
pub(super) fn pod<'v>(kind: &str, tree: &'v Value) -> Option<&'v Value> {
    match kind {
        "Pod" => tree.get("spec"),
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "ReplicationController" | "Job" => {
            at(tree, &["spec", "template", "spec"])
        }
        "CronJob" => at(tree, &["spec", "jobTemplate", "spec", "template", "spec"]),
        _ => None,
    }
}

fn added_capabilities(container: &Value) -> BTreeSet<&str> {
    let added = at(container, &["securityContext", "capabilities", "add"]).and_then(Value::as_array);
    added.into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The containers that two pods have both.
fn containers<'v>(old: &'v Value, new: &'v Value) -> Vec<(&'v Value, &'v Value)> {
    let list = |pod: &'v Value, list: &str| pod.get(list).and_then(Value::as_array).into_iter().flatten();
    let all = |pod: &'v Value| list(pod, "containers").chain(list(pod, "initContainers"));
    let named = |name: Option<&Value>| all(new).find(|one| one.get("name") == name);
    all(old).filter_map(|one| Some((one, named(one.get("name"))?))).collect()
}

pub(super) fn at<'v>(value: &'v Value, path: &[&str]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, key| value.get(key))
}

fn is(value: &Value, path: &[&str], wanted: bool) -> bool {
    at(value, path) == Some(&Value::Bool(wanted))
}
