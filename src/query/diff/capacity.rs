//! What the pods of each namespace ask for together, at the fewest and the most of them, against its quota.
//!
//! A pod is counted once, with the controller that made it ([`Cluster::pods`]). It asks for the sum of its containers, its sidecars
//! included; init containers that end and the overhead of a runtime are left out, so that
//! the sums are those of the pods at work. Who scales a workload, and within which bounds: kubernetes/api
//! `autoscaling/v2/types.go`, 0.33 (one replica at least where none is stated), and KEDA 2.20
//! `apis/keda/v1alpha1/scaledobject_types.go` (none at least, 100 at most).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::entries::{About, Entries};
use super::guarantees::pod;
use super::renames::Renames;
use super::side::{Evidence, Key, Side};
use super::tree::amount;
use super::{Change, Class, Sides};
use crate::value::quantity::Unit;
use crate::verify::cluster::Cluster;

/// What may be counted of a namespace.
const RESOURCES: [(&str, &str, Unit); 5] = [
    ("cpu requests", "requests.cpu", Unit::Cpu),
    ("memory requests", "requests.memory", Unit::Bytes),
    ("cpu limits", "limits.cpu", Unit::Cpu),
    ("memory limits", "limits.memory", Unit::Bytes),
    ("pods", "pods", Unit::Count),
];

/// Sums of one namespace, in thousandths, by the number of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Sums {
    least: [u128; RESOURCES.len()],
    most: [u128; RESOURCES.len()],
    /// The smallest quota of each.
    quota: [Option<u128>; RESOURCES.len()],
}

/// Compares the sums of both sides.
pub(super) fn compare(sides: &Sides<'_>, entries: &mut Entries) {
    let old = sums(sides.old, Some(sides.renames));
    let new = sums(sides.new, None);
    for (namespace, after) in &new {
        // one that is new has its own entry
        let Some(before) = old.get(namespace) else { continue };
        for (at, (label, _, unit)) in RESOURCES.into_iter().enumerate() {
            let of = |sums: &Sums| {
                let pick = |all: &[u128; RESOURCES.len()]| all.get(at).copied().unwrap_or_default();
                (pick(&sums.least), pick(&sums.most), sums.quota.get(at).copied().flatten())
            };
            let (from, to) = (of(before), of(after));
            if (from.0, from.1) == (to.0, to.1) {
                continue;
            }
            let is_above = |(_, most, quota): (u128, u128, Option<u128>)| quota.is_some_and(|quota| most > quota);
            let about =
                About { class: Class::Capacity, subject: "all pods together".to_owned(), namespace: namespace.clone() };
            if is_above(to) && !is_above(from) {
                entries.say(about.clone(), format!("more {label} than the quota allows"), None);
            }
            entries.change(about, change(label, unit, (from, to)), None);
        }
    }
}

type Amount = (u128, u128, Option<u128>);

fn change(label: &str, unit: Unit, (from, to): (Amount, Amount)) -> Change {
    let range = |(least, most, quota): Amount| {
        let range = if least == most { unit.text(most) } else { format!("{}..{}", unit.text(least), unit.text(most)) };
        match quota {
            Some(quota) => format!("{range} of {}", unit.text(quota)),
            None => range,
        }
    };
    Change {
        object: String::new(),
        path: String::new(),
        label: label.to_owned(),
        old: Some(range(from)),
        new: Some(range(to)),
        effect: None,
        why: "",
    }
}

/// The sums of every namespace, by the names of the new side.
fn sums(side: &Side<'_>, renames: Option<&Renames>) -> BTreeMap<String, Sums> {
    let mut all: BTreeMap<String, Sums> = BTreeMap::new();
    let mut scalers: BTreeMap<(&str, String, String), (u128, u128)> = BTreeMap::new();
    let is_scaler = |kind: &str| matches!(kind, "HorizontalPodAutoscaler" | "ScaledObject");
    for key in side.objects.keys().filter(|key| is_scaler(&key.kind)) {
        let tree = side.tree(key);
        if let Some((kind, name, bounds)) = bounds(&key.kind, &tree) {
            scalers.insert((&key.namespace, kind, name), bounds);
        }
    }
    let counted = judged(side);
    for key in side.objects.keys() {
        let namespace = renames.map_or(key.home(), |renames| renames.namespace(key.home()));
        let sums = all.entry(namespace.to_owned()).or_default();
        if key.kind == "ResourceQuota" {
            let tree = side.tree(key);
            limit(sums, &tree);
            continue;
        }
        let has_pods =
            matches!(key.kind.as_str(), "Deployment" | "StatefulSet" | "ReplicaSet" | "ReplicationController" | "Pod");
        if !has_pods || counted.as_ref().is_some_and(|counted| !counted.contains(key)) {
            continue;
        }
        let tree = side.tree(key);
        let scaled = scalers.get(&(&key.namespace, key.kind.clone(), key.name.clone())).copied();
        let stated = tree.get("spec").and_then(|spec| spec.get("replicas")).and_then(Value::as_u64).unwrap_or(1);
        let (least, most) = scaled.unwrap_or((u128::from(stated), u128::from(stated)));
        let Some(pod) = pod(&key.kind, &tree) else { continue };
        for (at, (_, resource, _)) in RESOURCES.iter().enumerate() {
            let one = asks(pod, resource);
            let add = |all: &mut [u128; RESOURCES.len()], replicas: u128| {
                if let Some(sum) = all.get_mut(at) {
                    *sum = sum.saturating_add(one.saturating_mul(replicas));
                }
            };
            add(&mut sums.least, least);
            add(&mut sums.most, most);
        }
    }
    all
}

/// Of manifests, what has pods that are counted: of what a controller made only that, and no pod that has ended.
fn judged(side: &Side<'_>) -> Option<BTreeSet<Key>> {
    let Evidence::Objects { objects, namespace } = &side.traffic else { return None };
    let cluster = Cluster::new(objects, namespace);
    Some(cluster.pods().iter().map(|pod| Key::of_given(&cluster, pod.object)).collect())
}

/// What one pod asks for.
fn asks(pod: &Value, resource: &str) -> u128 {
    let Some((list, name)) = resource.split_once('.') else { return 1000 };
    let all = |list: &str| pod.get(list).and_then(Value::as_array).into_iter().flatten();
    // a sidecar is an init container that is always restarted (KEP-753)
    let is_sidecar = |container: &&Value| container.get("restartPolicy").and_then(Value::as_str) == Some("Always");
    let containers = all("containers").chain(all("initContainers").filter(is_sidecar));
    let amounts = containers.filter_map(|container| {
        let resources = container.get("resources")?;
        // what states a limit and no request asks for the limit (kubernetes `pkg/apis/core/v1/defaults.go`, 1.33)
        let stated = resources.get(list).and_then(|list| list.get(name));
        let stated = stated.or_else(|| resources.get("limits").and_then(|limits| limits.get(name)));
        amount(stated?)
    });
    amounts.fold(0, u128::saturating_add)
}

/// What scales which workload, and between how many pods.
fn bounds(kind: &str, tree: &Value) -> Option<(String, String, (u128, u128))> {
    let spec = tree.get("spec")?;
    let target = spec.get("scaleTargetRef")?;
    let text = |key: &str| target.get(key).and_then(Value::as_str);
    let number = |key: &str, default: u64| u128::from(spec.get(key).and_then(Value::as_u64).unwrap_or(default));
    let range = match kind {
        "ScaledObject" => {
            let least = number("minReplicaCount", 0);
            let idle = spec.get("idleReplicaCount").and_then(Value::as_u64).map_or(least, u128::from);
            (least.min(idle), number("maxReplicaCount", 100))
        }
        _ => (number("minReplicas", 1), number("maxReplicas", 1)),
    };
    Some((text("kind").unwrap_or("Deployment").to_owned(), text("name")?.to_owned(), range))
}

/// Takes a quota over; `cpu` and `memory` mean requests (kubernetes/website `docs/concepts/policy/resource-quotas.md`,
/// 1.33).
fn limit(sums: &mut Sums, tree: &Value) {
    let Some(hard) = tree.get("spec").and_then(|spec| spec.get("hard")) else { return };
    for (quota, (_, resource, _)) in sums.quota.iter_mut().zip(RESOURCES) {
        let stated = hard.get(resource).or_else(|| hard.get(resource.strip_prefix("requests.")?));
        if let Some(amount) = stated.and_then(amount) {
            *quota = Some(quota.map_or(amount, |known: u128| known.min(amount)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_as_people_write_them() {
        for (unit, amount, expected) in [
            (Unit::Cpu, 1500, "1500m"),
            (Unit::Cpu, 2000, "2"),
            (Unit::Bytes, 1_610_612_736_000, "1536Mi"),
            (Unit::Bytes, 1_073_741_824_000, "1Gi"),
            (Unit::Bytes, 1_000_000, "1000"),
            (Unit::Bytes, 0, "0"),
            (Unit::Count, 7000, "7"),
        ] {
            assert_eq!(unit.text(amount), expected);
        }
    }
}
