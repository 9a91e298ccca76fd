//! Whoever selectors tell apart is seen: of random edits of a policy, by seed, what is newly allowed and what is newly denied is
//! told exactly where it is so for some assignment of the keys and values that selectors name, and one value more.

use std::collections::{BTreeMap, BTreeSet};

use bvlc::query::diff::{Class, Side, diff};
use bvlc::source::{FileId, Provenance, SourceMap};
use serde_json::{Value, json};

/// How many edits are judged.
const EDITS: u64 = 300;

/// A generator of numbers (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(bound).unwrap()).unwrap()
    }
}

/// What selectors name; the last value is one that none does.
const VALUES: [&str; 3] = ["a", "b", "another"];

/// The two ports that rules allow.
const PORTS: [u16; 2] = [80, 81];

type Labels = BTreeMap<String, String>;

fn selector(random: &mut Random, keys: [&str; 2]) -> Value {
    let mut expressions = Vec::new();
    for key in keys {
        let mut values = vec![VALUES[random.below(2)]];
        if random.below(3) == 0 {
            values = vec!["a", "b"];
        }
        expressions.push(match random.below(7) {
            0 | 1 => json!({ "key": key, "operator": "In", "values": values }),
            2 | 3 => json!({ "key": key, "operator": "NotIn", "values": values }),
            4 => json!({ "key": key, "operator": "Exists" }),
            5 => json!({ "key": key, "operator": "DoesNotExist" }),
            _ => continue,
        });
    }
    json!({ "matchExpressions": expressions })
}

/// "`In`": the key is there with one of the values; "`NotIn`": it is not; "`Exists`", "`DoesNotExist`": the key alone
/// (kubernetes/apimachinery `pkg/labels/selector.go`, `Requirement.Matches`, 0.33).
fn matches(selector: &Value, labels: &Labels) -> bool {
    selector["matchExpressions"].as_array().unwrap().iter().all(|one| {
        let own = labels.get(one["key"].as_str().unwrap());
        let is_listed = || own.is_some_and(|own| one["values"].as_array().unwrap().iter().any(|value| value == own));
        match one["operator"].as_str().unwrap() {
            "In" => is_listed(),
            "NotIn" => !is_listed(),
            "Exists" => own.is_some(),
            _ => own.is_none(),
        }
    })
}

fn rules(random: &mut Random) -> Vec<(u16, Value)> {
    let peers = 1 + random.below(3);
    (0..peers).map(|_| rule(random)).collect()
}

fn rule(random: &mut Random) -> (u16, Value) {
    let port = PORTS[random.below(2)];
    let peer = match random.below(3) {
        0 => json!({ "podSelector": selector(random, ["app", "tier"]) }),
        1 => json!({ "namespaceSelector": selector(random, ["team", "env"]) }),
        _ => json!({
            "namespaceSelector": selector(random, ["team", "env"]), "podSelector": selector(random, ["app", "tier"]),
        }),
    };
    (port, peer)
}

/// The ports that rules of `apps` allow to whoever has these labels, in `apps` or in a namespace with these.
fn allowed(rules: &[(u16, Value)], space: Option<&Labels>, pod: &Labels) -> BTreeSet<u16> {
    let none = Labels::new();
    let is_one = |peer: &Value| {
        let is_there = match peer.get("namespaceSelector") {
            Some(selector) => matches(selector, space.unwrap_or(&none)),
            None => space.is_none(),
        };
        is_there && peer.get("podSelector").is_none_or(|selector| matches(selector, pod))
    };
    rules.iter().filter(|(_, peer)| is_one(peer)).map(|(port, _)| *port).collect()
}

fn assignments(keys: [&str; 2]) -> Vec<Labels> {
    let values = || std::iter::once(None).chain(VALUES.map(Some));
    let labels = |pairs: [(&str, Option<&str>); 2]| {
        pairs.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?.to_owned()))).collect()
    };
    values().flat_map(|one| values().map(move |other| labels([(keys[0], one), (keys[1], other)]))).collect()
}

fn manifests(rules: &[(u16, Value)]) -> (SourceMap, FileId) {
    let ingress: Vec<Value> =
        rules.iter().map(|(port, peer)| json!({ "from": [peer], "ports": [{ "port": port }] })).collect();
    let objects = [
        json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "api", "namespace": "apps", "labels": { "own": "api" } },
            "spec": { "containers": [{ "name": "api", "image": "registry.example/api:1" }] },
        }),
        json!({
            "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
            "metadata": { "name": "api", "namespace": "apps" },
            "spec": { "podSelector": { "matchLabels": { "own": "api" } }, "ingress": ingress },
        }),
    ];
    let mut sources = SourceMap::default();
    let text = objects.map(|object| object.to_string()).join("\n---\n");
    let file = sources.add("rules.yaml", text, Provenance::User);
    (sources, file)
}

/// Whether something is newly allowed, and newly denied: as the definition has it, and as it is told.
fn both(old: &[(u16, Value)], new: &[(u16, Value)]) -> [[bool; 2]; 2] {
    let mut defined = [false; 2];
    for pod in assignments(["app", "tier"]) {
        for space in std::iter::once(None).chain(assignments(["team", "env"]).into_iter().map(Some)) {
            let (was, is) = (allowed(old, space.as_ref(), &pod), allowed(new, space.as_ref(), &pod));
            defined[0] |= !is.is_subset(&was);
            defined[1] |= !was.is_subset(&is);
        }
    }
    let ((before, was), (after, is)) = (manifests(old), manifests(new));
    let (was, _) = Side::of_manifests(&before, &[was], "default");
    let (is, _) = Side::of_manifests(&after, &[is], "default");
    let told = diff(&was, &is);
    let is_told = |class| told.entries.iter().any(|entry| entry.class == class);
    [defined, [is_told(Class::Allowed), is_told(Class::Denied)]]
}

#[test]
fn whoever_selectors_tell_apart_is_seen() {
    for seed in 0..EDITS {
        let mut random = Random(seed);
        let old = rules(&mut random);
        let mut new = old.clone();
        let at = random.below(new.len() + 1);
        let edited = rule(&mut random);
        match new.get_mut(at) {
            Some(rule) => *rule = edited,
            None => new.push(edited),
        }
        let [defined, told] = both(&old, &new);
        assert_eq!(defined, told, "seed {seed}: {} -> {}", json!(old), json!(new));
    }
}
