//! The same random clusters as manifests: read as `bvlc verify` reads them, they let pass what the definition says, and the
//! rows of the table together say the same of every pair, in fewer rows than pairs.

use bvlc::source::{Provenance, SourceMap};
use bvlc::verify::cluster::Cluster;
use bvlc::verify::connectivity::{Connectivity, End, Gathered, Party, PodOrigin, Ports, Table, gather};
use rayon::prelude::*;
use serde_json::Value;

use crate::brute::{Node, passes};
use crate::clusters::World;
use crate::random::{ADDRESSES, Breadth, Random, USUAL, probes, seeds, stated, world};

/// How many clusters are judged before one of them is read as well, which takes longer.
pub(crate) const EACH: u64 = 5;

/// What the rows of a table allow between two ends.
fn allowed(table: &Table, from: End, to: End) -> Ports {
    let is_one = |parties: &[Party], end: End| {
        parties.iter().any(|party| match (party, end) {
            (Party::Group(group), End::Pod(class)) => table.groups[*group].classes.contains(&class),
            (Party::World, End::Address(_)) => true,
            (Party::Addresses(range), End::Address(address)) => range.contains(address),
            (Party::Group(_), End::Address(_)) | (Party::World | Party::Addresses(_), End::Pod(_)) => false,
        })
    };
    let mut ports = Ports::NONE;
    for row in table.passages.iter().filter(|row| is_one(&row.sources, from) && is_one(&row.destinations, to)) {
        ports.add(&row.ports);
    }
    ports
}

/// Where manifests and definition differ.
fn disagreement(seed: u64) -> Option<String> {
    let mut world = world(seed, Breadth::Whole);
    for pod in &mut world.pods {
        // manifests do not say which addresses pods will have
        pod.addresses.clear();
    }
    let made = |gathered: &Gathered| -> Vec<usize> {
        let made = gathered.pods.iter().enumerate().filter(|(_, origin)| matches!(origin, PodOrigin::Object(_)));
        made.map(|(at, _)| at).collect()
    };
    differs(seed, &world, &world.manifests(), made)
}

/// Where what is read of manifests differs from the definition; `made` says which pod each of the world's is.
pub(crate) fn differs(
    seed: u64,
    world: &World,
    manifests: &[Value],
    made: impl FnOnce(&Gathered) -> Vec<usize>,
) -> Option<String> {
    let documents: Vec<String> = manifests.iter().map(|one| format!("{one:#}")).collect();
    let text = documents.join("\n---\n");
    let mut sources = SourceMap::default();
    let file = sources.add("world.yaml", text, Provenance::User);
    let read = bvlc::query::manifests::read(&sources, &[file]);
    if !read.broken.is_empty() || !read.unknown.is_empty() {
        return Some(format!("not read: {:?} {:?}", read.broken, read.unknown));
    }
    let cluster = Cluster::new(&read.objects, "default");
    let gathered = gather(&cluster);
    let connectivity = Connectivity::of(&gathered.traffic);
    let table = connectivity.table();
    let made = made(&gathered);
    assert_eq!(made.len(), world.pods.len());
    let pods = made.iter().zip(&world.pods);
    let pods = pods.map(|(at, pod)| (End::Pod(connectivity.class_of(*at).unwrap()), Node::Pod(pod)));
    let mut random = Random(seed ^ 0x5eed);
    let probes = probes(world, &mut random);
    let outside = ADDRESSES.iter().map(|address| address.parse().unwrap());
    let outside = outside.map(|address| (End::Address(address), Node::Address(address)));
    let ends: Vec<(End, Node<'_>)> = pods.chain(outside).collect();
    for (from, source) in &ends {
        for (to, destination) in &ends {
            if matches!((from, to), (End::Address(_), End::Address(_))) {
                continue;
            }
            let passing = connectivity.passes(*from, *to);
            if allowed(&table, *from, *to) != passing {
                return Some(format!("{source:?} -> {destination:?}: the table differs from {passing}"));
            }
            for (transport, port) in &probes {
                let defined = passes(world, *source, *destination, transport.name(), *port);
                if passing.contains(*transport, *port) != defined {
                    return Some(format!("{source:?} -> {destination:?} at {port}/{}: {defined}", transport.name()));
                }
            }
        }
    }
    // pods that only stand in are in the table, too
    let all: Vec<End> = connectivity.classes().map(End::Pod).collect();
    let differs = |(from, to): &(End, End)| allowed(&table, *from, *to) != connectivity.passes(*from, *to);
    let pairs = all.iter().flat_map(|from| all.iter().map(move |to| (*from, *to)));
    pairs.into_iter().find(differs).map(|(from, to)| format!("{from:?} -> {to:?}: the table differs"))
}

#[test]
fn random_clusters_are_as_defined_when_read() {
    let found = seeds(stated("CLUSTERS", EACH * USUAL) / EACH)
        .into_par_iter()
        .find_map_first(|seed| disagreement(seed).map(|what| (seed, what)));
    if let Some((seed, what)) = found {
        panic!("seed {seed}: {what}\n{:#?}", world(seed, Breadth::Whole));
    }
}
