//! What reaches beyond the pods: roles that may do everything, files of nodes, ports that are open to the outside.
//!
//! Invariants: it is said of an object that gets such a power, be it changed or new, beside what else differs; what two
//! versions of an object have both is not told.

use std::collections::BTreeSet;

use serde_json::Value;

use super::entries::{About, Entries};
use super::guarantees::{Turn, pod};
use super::objects::{subject, title};
use super::origin;
use super::side::{Key, Side};
use super::tree::{self, Path, Step};
use super::{Class, Place, Sides, Version};

/// A power of an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Power {
    /// The object, by its name on the new side.
    key: Key,
    /// What it lets somebody do.
    what: String,
    /// How far it goes.
    extent: Extent,
}

/// How far a power goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Extent {
    /// Over others: it is somebody's loss whoever gets it.
    Others,
    /// Of the object that has it.
    Own,
}

/// Compares.
pub(super) fn compare(sides: &Sides<'_>, entries: &mut Entries) {
    let Sides { old, new, renames } = *sides;
    let (was, is) = (read(old, |key| renames.key(key)), read(new, Clone::clone));
    let known: BTreeSet<Key> = old.objects.keys().map(|key| renames.key(key)).collect();
    let named = |(power, _): &(Power, Found)| power.clone();
    let (before, after): (BTreeSet<Power>, BTreeSet<Power>) =
        (was.iter().map(named).collect(), is.iter().map(named).collect());
    for (power, found) in is.iter().filter(|(power, _)| !before.contains(power)) {
        let is_known = known.contains(&power.key);
        let class = match power.extent {
            Extent::Others => Turn::Lost.class(),
            Extent::Own if is_known => Turn::Lost.class(),
            // of what is new nothing is lost
            Extent::Own => Class::Added,
        };
        let is_changed = is_known && power.extent == Extent::Own;
        let what = if is_changed { format!("now {}", power.what) } else { power.what.clone() };
        let place = found.place(new, Version::New);
        entries.say(about(power, class, &found.tree), what, place);
    }
    for (power, found) in was.iter().filter(|(power, _)| !after.contains(power)) {
        // of what is gone that is said
        if new.objects.contains_key(&power.key) || power.extent == Extent::Others {
            let place = found.place(old, Version::Old);
            entries.say(about(power, Turn::Won.class(), &found.tree), format!("no longer: {}", power.what), place);
        }
    }
}

fn about(power: &Power, class: Class, tree: &Value) -> About {
    // a workload is told of by its name alone, as the change that gives it the power is
    let subject = if power.extent == Extent::Own { subject(&power.key, tree) } else { title(&power.key) };
    About { class, subject, namespace: power.key.home().to_owned() }
}

/// Where a power stands.
struct Found {
    /// The object by its name on its own side.
    key: Key,
    tree: Value,
    path: Path,
}

impl Found {
    fn place(&self, side: &Side<'_>, version: Version) -> Option<Place> {
        let span = origin::of_field(side, &self.key, &self.tree, &self.path)?;
        Some(Place { version, span })
    }
}

/// The powers of a side's objects, each once.
fn read(side: &Side<'_>, renamed: impl Fn(&Key) -> Key) -> Vec<(Power, Found)> {
    let mut found = Vec::new();
    for key in side.objects.keys() {
        let has = |texts: &[&str]| texts.iter().any(|text| side.mentions(key, text));
        let (powers, extent, tree): (Vec<(String, Path)>, _, _) = match key.kind.as_str() {
            "ClusterRoleBinding" | "RoleBinding" => {
                let tree = side.tree(key);
                let is_it = may_everything(side, key, &tree);
                let powers = subjects(key, &tree).filter(|_| is_it).map(|what| (what, Path::of("roleRef")));
                (powers.collect(), Extent::Others, tree)
            }
            "Service" if has(&["LoadBalancer", "NodePort", "externalIPs"]) => {
                let tree = side.tree(key);
                (entrance(&tree), Extent::Own, tree)
            }
            kind if has(&["hostPath"]) => {
                let tree = side.tree(key);
                (node_folders(kind, &tree), Extent::Own, tree)
            }
            _ => continue,
        };
        for (what, path) in powers {
            let power = Power { key: renamed(key), what, extent };
            found.push((power, Found { key: key.clone(), tree: tree.clone(), path }));
        }
    }
    found
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn items<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> + use<'v> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

/// Whether a binding's role may do everything: `cluster-admin`, which every cluster has (kubernetes/website
/// `docs/reference/access-authn-authz/rbac.md`, 1.33), or one of the objects whose rule says so.
fn may_everything(side: &Side<'_>, binding: &Key, tree: &Value) -> bool {
    let Some(role) = tree.get("roleRef") else { return false };
    let (kind, name) = (text(role, "kind"), text(role, "name"));
    if (kind, name) == ("ClusterRole", "cluster-admin") {
        return true;
    }
    let namespace = if kind == "ClusterRole" { String::new() } else { binding.namespace.clone() };
    let role =
        side.tree(&Key { namespace, name: name.to_owned(), kind: kind.to_owned(), group: binding.group.clone() });
    let all =
        |rule: &Value| ["apiGroups", "resources", "verbs"].iter().all(|field| items(rule, field).any(|one| one == "*"));
    items(&role, "rules").any(all)
}

/// Whom a binding names, and what they may do.
fn subjects<'v>(binding: &'v Key, tree: &'v Value) -> impl Iterator<Item = String> + use<'v> {
    let extent = if binding.kind == "ClusterRoleBinding" {
        "everything in the cluster".to_owned()
    } else {
        format!("everything in {}", binding.namespace)
    };
    items(tree, "subjects").map(move |subject| {
        let (kind, name, namespace) = (text(subject, "kind"), text(subject, "name"), text(subject, "namespace"));
        // of an account without a namespace it is the binding's (kubernetes `pkg/registry/rbac/validation/rule.go`, `appliesToUser`)
        let is_near = kind == "ServiceAccount" && namespace.is_empty();
        let namespace = if is_near { binding.namespace.as_str() } else { namespace };
        let who = if namespace.is_empty() { format!("{kind} {name}") } else { format!("{kind} {namespace}/{name}") };
        format!("{who} may do {extent}")
    })
}

/// How a Service is reached from outside the cluster (kubernetes/website `docs/concepts/services-networking/service.md`, 1.33).
fn entrance(tree: &Value) -> Vec<(String, Path)> {
    let Some(spec) = tree.get("spec") else { return Vec::new() };
    let by_type = match text(spec, "type") {
        "LoadBalancer" => Some("reachable from outside the cluster, by a load balancer"),
        "NodePort" => Some("reachable from outside the cluster, at a port of every node"),
        _ => None,
    };
    let by_type = by_type.map(|what| (what.to_owned(), Path::of("spec.type")));
    let addresses: Vec<&str> = items(spec, "externalIPs").filter_map(Value::as_str).collect();
    let by_address = (!addresses.is_empty()).then(|| {
        let what = format!("reachable from outside the cluster, at {}", addresses.join(", "));
        (what, Path::of("spec.externalIPs"))
    });
    by_type.into_iter().chain(by_address).collect()
}

/// The folders of its node that a pod has.
fn node_folders(kind: &str, tree: &Value) -> Vec<(String, Path)> {
    let Some(pod) = pod(kind, tree) else { return Vec::new() };
    let above = match kind {
        "Pod" => "spec",
        "CronJob" => "spec.jobTemplate.spec.template.spec",
        _ => "spec.template.spec",
    };
    let containers = || ["containers", "initContainers"].into_iter().flat_map(|list| items(pod, list));
    let is_written = |volume: &str| {
        let mut mounts = containers().flat_map(|container| items(container, "volumeMounts"));
        mounts.any(|mount| text(mount, "name") == volume && mount.get("readOnly") != Some(&Value::Bool(true)))
    };
    let folders = items(pod, "volumes").filter_map(|volume| {
        let (name, folder) = (text(volume, "name"), text(volume.get("hostPath")?, "path"));
        let does = if is_written(name) { "reads and writes" } else { "reads" };
        let path = Path::of(above).then(Step::Key("volumes".to_owned())).then(Step::Element(name.to_owned()));
        Some((format!("{does} `{folder}` of its node"), path))
    });
    // one folder may be two volumes
    let mut folders: Vec<(String, Path)> = folders.collect();
    folders.sort();
    folders.dedup_by(|a, b| a.0 == b.0);
    folders.retain(|(_, path)| tree::at(tree, path).is_some());
    folders
}
