//! Random clusters, by seed: the indexed evaluator says of each what the definition says.
//!
//! `CLUSTERS=100000 SEED=7 cargo test --release --test proof -- random` judges as many, from that seed on; a failure names
//! the seed. So many as `ANALYZED` says of those that another analyzer can read are left in `target/tmp/clusters.json` with
//! the answers, for `tests/python/analyzer.py`.

use std::net::IpAddr;

use bvlc::object::IntOrString;
use bvlc::verify::connectivity::{Connectivity, Direction, End, Ports, Transport};
use rayon::prelude::*;
use serde_json::{Value, json};

use crate::brute::{Node, passes};
use crate::clusters::World;
use crate::left::{self, answers};
use crate::platforms::EXAMPLES;

/// How many clusters `cargo test` judges.
pub(crate) const USUAL: u64 = 200;

/// How many are left for the other analyzer.
const LEFT: u64 = 120;

/// What another analyzer knows too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Breadth {
    /// Everything.
    Whole,
    /// No pods on the host network, no addresses of pods, nothing that is undefined.
    Common,
}

/// A generator of numbers (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    /// True once in so many.
    fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn of<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())].clone()
    }
}

const PROTOCOLS: [&str; 3] = ["TCP", "UDP", "SCTP"];
const NUMBERS: [u16; 6] = [53, 80, 81, 8080, 8081, 9000];
const NAMES: [&str; 3] = ["http", "dns", "metrics"];
const CIDRS: [(&str, &[&str]); 8] = [
    ("10.0.0.0/8", &["10.1.0.0/16", "10.1.2.0/24", "10.128.0.0/9"]),
    ("10.1.0.0/16", &["10.1.2.0/24"]),
    ("10.1.2.3/32", &[]),
    ("0.0.0.0/0", &["10.0.0.0/8", "169.254.169.254/32"]),
    ("192.168.0.0/24", &["192.168.0.0/25", "192.168.0.255/32"]),
    ("::/0", &["fd00::/8"]),
    ("fd00::/8", &["fd00:1::/32"]),
    ("fd00:1::1/128", &[]),
];
pub(crate) const ADDRESSES: [&str; 16] = [
    "9.255.255.255",
    "10.0.0.0",
    "10.0.255.255",
    "10.1.0.0",
    "10.1.2.2",
    "10.1.2.3",
    "10.1.2.4",
    "10.2.0.0",
    "10.128.0.0",
    "11.0.0.0",
    "169.254.169.254",
    "192.168.0.127",
    "192.168.0.255",
    "fd00::",
    "fd00:1::1",
    "fe00::1",
];

fn labels(random: &mut Random) -> Value {
    let mut labels = serde_json::Map::new();
    for key in ["app", "tier", "zone"] {
        if !random.once_in(3) {
            labels.insert(key.to_owned(), json!(random.of(&["a", "b"])));
        }
    }
    Value::Object(labels)
}

fn selector(random: &mut Random) -> Value {
    if random.once_in(6) {
        return json!({});
    }
    let mut selector = serde_json::Map::new();
    if !random.once_in(3) {
        let key = random.of(&["app", "tier", "zone"]);
        selector.insert("matchLabels".to_owned(), json!({ key: random.of(&["a", "b"]) }));
    }
    if random.once_in(3) {
        let key = random.of(&["app", "tier", "zone"]);
        let values: &[&str] = random.of(&[["a", "b"].as_slice(), &["a"], &["b"], &["c"]]);
        let requirement = match random.below(4) {
            0 => json!({ "key": key, "operator": "In", "values": values }),
            1 => json!({ "key": key, "operator": "NotIn", "values": values }),
            2 => json!({ "key": key, "operator": "Exists" }),
            _ => json!({ "key": key, "operator": "DoesNotExist" }),
        };
        selector.insert("matchExpressions".to_owned(), json!([requirement]));
    }
    Value::Object(selector)
}

fn peer(random: &mut Random) -> Value {
    match random.below(5) {
        0 => {
            let (cidr, inner) = random.of(&CIDRS);
            let except: Vec<&str> = inner.iter().copied().filter(|_| random.once_in(2)).collect();
            if except.is_empty() {
                json!({ "ipBlock": { "cidr": cidr } })
            } else {
                json!({ "ipBlock": { "cidr": cidr, "except": except } })
            }
        }
        1 => json!({ "namespaceSelector": selector(random) }),
        2 => json!({ "namespaceSelector": selector(random), "podSelector": selector(random) }),
        3 => {
            let name = random.of(&["one", "two", "three"]);
            let spaces = json!({ "matchLabels": { "kubernetes.io/metadata.name": name } });
            json!({ "namespaceSelector": spaces, "podSelector": selector(random) })
        }
        _ => json!({ "podSelector": selector(random) }),
    }
}

fn rule_port(random: &mut Random) -> Value {
    let mut port = serde_json::Map::new();
    if !random.once_in(4) {
        port.insert("protocol".to_owned(), json!(random.of(&PROTOCOLS)));
    }
    match random.below(6) {
        0 => {}
        1 => drop(port.insert("port".to_owned(), json!(random.of(&NAMES)))),
        2 => {
            let first = random.of(&NUMBERS);
            port.insert("port".to_owned(), json!(first));
            port.insert("endPort".to_owned(), json!(first + u16::try_from(random.below(200)).unwrap()));
        }
        _ => drop(port.insert("port".to_owned(), json!(random.of(&NUMBERS)))),
    }
    Value::Object(port)
}

fn rules(random: &mut Random, peers: &str) -> Vec<Value> {
    let count = random.below(3);
    let rule = |random: &mut Random| {
        let mut rule = serde_json::Map::new();
        match random.below(6) {
            0 => {}
            1 => drop(rule.insert(peers.to_owned(), json!([]))),
            _ => {
                let list: Vec<Value> = (0..=random.below(2)).map(|_| peer(random)).collect();
                rule.insert(peers.to_owned(), json!(list));
            }
        }
        match random.below(6) {
            0 => {}
            1 => drop(rule.insert("ports".to_owned(), json!([]))),
            _ => {
                let list: Vec<Value> = (0..=random.below(2)).map(|_| rule_port(random)).collect();
                rule.insert("ports".to_owned(), json!(list));
            }
        }
        Value::Object(rule)
    };
    (0..count).map(|_| rule(random)).collect()
}

fn policy(random: &mut Random, breadth: Breadth) -> Value {
    let mut spec = serde_json::Map::new();
    spec.insert("podSelector".to_owned(), selector(random));
    if !random.once_in(3) {
        spec.insert("ingress".to_owned(), json!(rules(random, "from")));
    }
    if !random.once_in(3) {
        spec.insert("egress".to_owned(), json!(rules(random, "to")));
    }
    let types: &[&str] = match random.below(5) {
        0 | 1 => &[],
        2 => &["Ingress"],
        3 => &["Egress"],
        _ => &["Ingress", "Egress"],
    };
    if !types.is_empty() {
        spec.insert("policyTypes".to_owned(), json!(types));
    }
    if breadth == Breadth::Common && !types.is_empty() {
        // the other analyzer refuses rules of a direction that is not named; the API takes them
        for (field, direction) in [("ingress", "Ingress"), ("egress", "Egress")] {
            if !types.contains(&direction) {
                spec.remove(field);
            }
        }
    }
    Value::Object(spec)
}

/// A subject, or a peer that is pods.
fn cluster_pods(random: &mut Random) -> Value {
    let spaces = if random.once_in(3) {
        json!({ "matchLabels": { "kubernetes.io/metadata.name": random.of(&["one", "two", "three"]) } })
    } else {
        selector(random)
    };
    if random.once_in(2) {
        json!({ "namespaces": spaces })
    } else {
        json!({ "pods": { "namespaceSelector": spaces, "podSelector": selector(random) } })
    }
}

fn cluster_rule(random: &mut Random, peers: &str) -> Value {
    let mut has_networks = false;
    let list: Vec<Value> = (0..=random.below(2))
        .map(|_| {
            if peers == "to" && random.once_in(3) {
                has_networks = true;
                let cidrs: Vec<&str> = (0..=random.below(2)).map(|_| random.of(&CIDRS).0).collect();
                json!({ "networks": cidrs })
            } else {
                cluster_pods(random)
            }
        })
        .collect();
    let mut rule = json!({ "action": random.of(&["Accept", "Deny", "Pass"]), peers: list });
    if !random.once_in(3) {
        let protocol = |random: &mut Random| {
            let name = random.of(&["tcp", "udp", "sctp"]);
            match random.below(6) {
                0 if !has_networks => json!({ "destinationNamedPort": random.of(&NAMES) }),
                1 => json!({ name: {} }),
                2 => {
                    let first = random.of(&NUMBERS);
                    let last = first + 1 + u16::try_from(random.below(200)).unwrap();
                    json!({ name: { "destinationPort": { "range": { "start": first, "end": last } } } })
                }
                _ => json!({ name: { "destinationPort": { "number": random.of(&NUMBERS) } } }),
            }
        };
        let list: Vec<Value> = (0..=random.below(2)).map(|_| protocol(random)).collect();
        rule["protocols"] = json!(list);
    }
    rule
}

fn cluster_policy(random: &mut Random) -> Value {
    let mut spec = json!({
        "tier": random.of(&["Admin", "Baseline"]),
        "priority": random.below(1001),
        "subject": cluster_pods(random),
    });
    for (field, peers) in [("ingress", "from"), ("egress", "to")] {
        if !random.once_in(3) {
            let list: Vec<Value> = (0..random.below(4)).map(|_| cluster_rule(random, peers)).collect();
            spec[field] = json!(list);
        }
    }
    spec
}

fn pod_spec(random: &mut Random, breadth: Breadth) -> Value {
    let mut number = 0;
    let mut container = |random: &mut Random, name: &str| {
        let mut ports = Vec::new();
        for port_name in NAMES {
            if random.once_in(2) {
                number += 1;
                let mut port = json!({ "containerPort": random.of(&NUMBERS), "name": port_name });
                if breadth == Breadth::Common {
                    port["name"] = json!(if number > 3 { format!("other-{number}") } else { port_name.to_owned() });
                }
                if random.once_in(2) {
                    port["protocol"] = json!(random.of(&PROTOCOLS));
                }
                ports.push(port);
            }
        }
        json!({ "name": name, "image": "registry.example/app:1", "ports": ports })
    };
    let mut containers = vec![container(random, "app")];
    let mut spec = json!({});
    if breadth == Breadth::Whole {
        if random.once_in(3) {
            containers.push(container(random, "more"));
        }
        if random.once_in(4) {
            let mut beside = container(random, "beside");
            if random.once_in(2) {
                beside["restartPolicy"] = json!("Always");
            }
            spec["initContainers"] = json!([beside]);
        }
        if random.once_in(6) {
            spec["hostNetwork"] = json!(true);
        }
    }
    spec["containers"] = json!(containers);
    spec
}

pub(crate) fn world(seed: u64, breadth: Breadth) -> World {
    let mut random = Random(seed);
    let random = &mut random;
    let names = ["one", "two", "three"];
    let spaces = 1 + random.below(3);
    let mut world = World::default();
    for name in &names[..spaces] {
        let labels = labels(random);
        let mut pairs: Vec<String> = labels
            .as_object()
            .unwrap()
            .iter()
            .map(|(key, value)| format!("{key}={}", value.as_str().unwrap()))
            .collect();
        if breadth == Breadth::Common {
            pairs.push(format!("kubernetes.io/metadata.name={name}"));
        }
        world = world.namespace(name, &pairs.iter().map(String::as_str).collect::<Vec<_>>());
    }
    let most = if breadth == Breadth::Common { 12 } else { 5 };
    for index in 0..2 + random.below(most) {
        let labels = labels(random);
        let pairs: Vec<String> = labels
            .as_object()
            .unwrap()
            .iter()
            .map(|(key, value)| format!("{key}={}", value.as_str().unwrap()))
            .collect();
        let pairs: Vec<&str> = pairs.iter().map(String::as_str).collect();
        let path = format!("{}/pod-{index}", names[random.below(spaces)]);
        let spec = pod_spec(random, breadth);
        world = world.pod(&path, &pairs, spec);
        if breadth == Breadth::Whole && random.once_in(3) {
            let address = random.of(&ADDRESSES).parse().unwrap();
            world.pods.last_mut().unwrap().addresses.push(address);
        }
    }
    for _ in 0..random.below(6) {
        let spec = policy(random, breadth);
        world = world.policy(names[random.below(spaces)], spec);
    }
    // the other analyzer does not know these
    if breadth == Breadth::Whole && !random.once_in(3) {
        for _ in 0..=random.below(4) {
            let spec = cluster_policy(random);
            world = world.cluster_policy(spec);
        }
    }
    world
}

/// Ports at which something may change.
pub(crate) fn probes(world: &World, random: &mut Random) -> Vec<(Transport, u16)> {
    let mut numbers: Vec<u16> = vec![1, 65535];
    for policy in &world.policies {
        let spec = policy.spec.clone().unwrap();
        let ingress = spec.ingress.into_iter().flatten().flat_map(|rule| rule.ports.unwrap_or_default());
        let egress = spec.egress.into_iter().flatten().flat_map(|rule| rule.ports.unwrap_or_default());
        for port in ingress.chain(egress) {
            for end in [port.port, port.end_port.map(IntOrString::Int)] {
                if let Some(IntOrString::Int(number)) = end {
                    let number = u16::try_from(number).unwrap();
                    numbers.extend([number - 1, number, number + 1]);
                }
            }
        }
    }
    for policy in &world.cluster_policies {
        for rule in
            ["ingress", "egress"].iter().flat_map(|field| policy["spec"][field].as_array().into_iter().flatten())
        {
            for one in rule["protocols"].as_array().into_iter().flatten() {
                let ports = ["tcp", "udp", "sctp"].map(|protocol| &one[protocol]["destinationPort"]);
                let ends = ports.map(|ports| [&ports["number"], &ports["range"]["start"], &ports["range"]["end"]]);
                for number in ends.as_flattened().iter().filter_map(|end| end.as_u64()) {
                    let number = u16::try_from(number).unwrap();
                    numbers.extend([number - 1, number, number + 1]);
                }
            }
        }
    }
    numbers.extend(NUMBERS);
    (0..8).map(|_| (random.of(&Transport::ALL), random.of(&numbers))).collect()
}

/// Where the evaluator and the definition differ.
fn disagreement(seed: u64) -> Option<String> {
    let world = world(seed, Breadth::Whole);
    let traffic = world.traffic();
    let connectivity = Connectivity::of(&traffic);
    let mut random = Random(seed ^ 0x5eed);
    let probes = probes(&world, &mut random);
    let addresses: Vec<IpAddr> = (0..4).map(|_| random.of(&ADDRESSES).parse().unwrap()).collect();
    let pods =
        world.pods.iter().enumerate().map(|(at, pod)| (End::Pod(connectivity.class_of(at).unwrap()), Node::Pod(pod)));
    let outside = addresses.iter().map(|address| (End::Address(*address), Node::Address(*address)));
    let ends: Vec<(End, Node<'_>)> = pods.chain(outside).collect();
    for (from, source) in &ends {
        for (to, destination) in &ends {
            let passing = connectivity.passes(*from, *to);
            for (transport, port) in &probes {
                let defined = passes(&world, *source, *destination, transport.name(), *port);
                if passing.contains(*transport, *port) != defined {
                    return Some(format!("{source:?} -> {destination:?} at {port}/{}: {defined}", transport.name()));
                }
            }
        }
    }
    halves(&connectivity, &ends)
}

/// Where a whole half says something else than its parts.
fn halves(connectivity: &Connectivity<'_>, ends: &[(End, Node<'_>)]) -> Option<String> {
    for class in connectivity.classes() {
        for direction in Direction::BOTH {
            let Some(half) = connectivity.half(class, direction) else { continue };
            for (end, _) in ends {
                let whole = match end {
                    End::Pod(peer) => half.pods.get(peer).cloned().unwrap_or(Ports::NONE),
                    End::Address(address) => half.addresses.at(*address),
                };
                if whole != connectivity.lets(End::Pod(class), direction, *end) {
                    return Some(format!("the {} half of {class:?} toward {end:?}", direction.name()));
                }
            }
        }
    }
    None
}

/// A number that the environment may state.
#[expect(clippy::disallowed_methods, reason = "a test is told how much to try by the environment")]
pub(crate) fn stated(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |count| count.parse().unwrap())
}

/// So many seeds, from the first that is wanted on.
pub(crate) fn seeds(count: u64) -> std::ops::Range<u64> {
    let first = stated("SEED", 0);
    first..first + count
}

#[test]
fn random_clusters_are_as_defined() {
    let count = stated("CLUSTERS", USUAL);
    let found = seeds(count).into_par_iter().find_map_first(|seed| disagreement(seed).map(|what| (seed, what)));
    if let Some((seed, what)) = found {
        panic!("seed {seed}: {what}\n{:#?}", world(seed, Breadth::Whole));
    }
    let first = stated("SEED", 0);
    println!("{count} random clusters from seed {first} on: the indexed evaluator and the definition agree");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the clusters are left for a reader in another language")]
fn clusters_are_left_for_the_other_analyzer() {
    let mut clusters: Vec<Value> = seeds(stated("ANALYZED", LEFT))
        .into_par_iter()
        .map(|seed| {
            let world = world(seed, Breadth::Common);
            let probes = probes(&world, &mut Random(seed ^ 0x5eed));
            answers(&format!("seed {seed}"), &world, &ADDRESSES.map(str::to_owned), &probes)
        })
        .collect();
    clusters.extend(EXAMPLES.par_iter().map(|name| left::of_example(name)).collect::<Vec<_>>());
    let path = concat!(env!("CARGO_TARGET_TMPDIR"), "/clusters.json");
    std::fs::write(path, serde_json::to_string(&clusters).unwrap()).unwrap();
}
