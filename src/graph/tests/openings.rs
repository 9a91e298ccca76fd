//! Where pods go on by the addresses of others: what is found of all at once is what is found of each two.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::fixture::name;
use crate::graph::{Question, Step, derive};
use crate::model::{Endpoint, EndpointId, Model};
use crate::resolve::{Course, Inputs, load, resolve};
use crate::source::files::MemoryFiles;

const SERVICES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

/// A platform of two environments and two shared ones, of each kind one that denies nothing. Which of the possible flows it has
/// is said by the bits of a number.
fn platform(mut seed: u64) -> Model {
    let mut text = "platform test { pod-cidr 10.244.0.0/16 }
        environment prod { namespace \"prod\" }
        environment open { namespace \"open\"; default-deny off because \"it is new\" }
        environment system { shared; namespace \"system\" }
        environment tools { shared; namespace \"tools\"; default-deny off because \"it is new\" }
        external wide { cidr 10.0.0.0/8; port http 80; port api 81 }
        external half { cidr 10.244.0.0/17 because \"half\"; port http 80; port api 81 }
        external far { cidr 192.0.2.0/24; port http 80; port api 81 }\n"
        .to_owned();
    for (at, service) in SERVICES.into_iter().enumerate() {
        let place = ["", "", "", "", "in system; ", "in tools; "][at];
        writeln!(text, "service {service} {{ {place}image \"x:1\"; port http 80; port api 81 }}").unwrap();
    }
    let mut next = move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        seed >> 33
    };
    for service in SERVICES {
        for other in ["wide", "half", "far"] {
            for port in ["http", "api"] {
                if next() % 6 == 0 {
                    writeln!(text, "allow {service} -> {other}.{port}").unwrap();
                }
                if next() % 6 == 0 {
                    writeln!(text, "allow {other} -> {service}.{port}").unwrap();
                }
            }
        }
        let target = SERVICES[usize::try_from(next() % 6).unwrap()];
        if target != service && next() % 2 == 0 {
            writeln!(text, "allow {service} -> {target}.http").unwrap();
        }
    }
    let files = MemoryFiles::new([("platform.bvl", text.as_str())]);
    let (mut project, _) = load(&files, "platform.bvl");
    let resolved = resolve(&mut project, &Inputs::default(), Course::Once);
    let found: Vec<_> = resolved.sink.finish().into_iter().map(|found| found.into_content().message).collect();
    assert_eq!(found, Vec::<String>::new());
    resolved.model.unwrap()
}

#[test]
fn openings_are_the_ways_by_address_of_each_two() {
    let (mut n_hops, mut n_paths) = (0, 0);
    for seed in 0..25 {
        let model = platform(seed);
        let graph = derive(&model);
        let pods = &model.platform.pod_cidrs;
        let holds =
            |id: &EndpointId| pods.iter().any(|range| model.addresses(*id).common_with(range.value).next().is_some());
        let all: Vec<EndpointId> = model.endpoints().map(Endpoint::id).collect();
        let openings = graph.openings(&model, &all.iter().copied().filter(holds).collect());
        let sees = |from: EndpointId, to: EndpointId| {
            let [from, to] = [from, to].map(|id| model.endpoint(id).unwrap().environment());
            let is_shared = |id| model.environment(id).unwrap().shared.is_some();
            from == to || is_shared(from) || is_shared(to)
        };
        let told = |from, to| format!("seed {seed}: {} -> {}", name(&model, from), name(&model, to));
        let mut pairs: BTreeSet<(EndpointId, EndpointId)> = BTreeSet::new();
        for from in all.iter().copied() {
            let beyond: BTreeSet<EndpointId> = openings.beyond(from, &mut BTreeSet::new()).into_iter().collect();
            for to in all.iter().copied().filter(|to| *to != from) {
                let has_flow = graph.outgoing(from).any(|flow| flow.target_endpoint() == Some(to));
                let is_way = sees(from, to) && graph.by_address(&model, from, to).next().is_some();
                assert!(!is_way || beyond.contains(&to), "{} is missing", told(from, to));
                assert!(is_way || has_flow || !beyond.contains(&to), "{} is none", told(from, to));
                if is_way || has_flow {
                    pairs.insert((from, to));
                }
                n_hops += usize::from(is_way);
            }
        }
        // what a walk along these pairs reaches is reached, and by as many steps
        let is_end = |id: EndpointId| model.external(id).is_some();
        for from in all.iter().copied() {
            let mut reached = vec![BTreeSet::from([from])];
            let mut seen = BTreeSet::from([from]);
            while let Some(last) = reached.last().filter(|last| !last.is_empty()) {
                let goes_on = |at: &EndpointId| *at == from || !is_end(*at);
                let step = pairs.iter().filter(|(at, to)| last.contains(at) && goes_on(at) && !seen.contains(to));
                let step: BTreeSet<EndpointId> = step.map(|(_, to)| *to).collect();
                seen.extend(step.iter().copied());
                reached.push(step);
            }
            for to in all.iter().copied().filter(|to| *to != from) {
                let expected = reached.iter().position(|step| step.contains(&to));
                let question = Question { from: vec![from], to: vec![to], at: Vec::new() };
                let path = graph.shortest_path_through(&openings, &question);
                assert_eq!(path.as_ref().map(Vec::len), expected, "{}", told(from, to));
                let answer = graph.reachable_through(&openings, &[question]);
                assert_eq!(!answer[0].is_empty(), expected.is_some(), "{}", told(from, to));
                let by_address = |step: &Step| match step {
                    Step::Flow(_) => false,
                    Step::Address(one, other) => {
                        assert!(graph.by_address(&model, *one, *other).next().is_some(), "{}", told(*one, *other));
                        true
                    }
                };
                n_paths += usize::from(path.is_some_and(|path| path.len() > 1 && path.iter().any(by_address)));
            }
        }
    }
    assert!(n_hops > 100 && n_paths > 100, "{n_hops} hops, {n_paths} paths");
}
