//! The order of rollout: what `after` says between services and jobs.
//!
//! Invariants: waves count within an environment; circles are found across environments too. An `after` that names an
//! external, a managed workload or a scheduled job orders nothing that bvlc rolls out.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use petgraph::algo::kosaraju_scc;
use petgraph::graph::DiGraph;

use crate::model::{EndpointId, Model};

/// What follows from `after`.
pub(super) struct Order {
    /// How many others each service comes after.
    pub(super) waves: BTreeMap<EndpointId, u32>,
    /// One circle of each knot of services that wait for each other, the shortest through its first service.
    pub(super) circles: Vec<Vec<EndpointId>>,
}

/// The services that each one waits for, in order of statement.
type Awaited = BTreeMap<EndpointId, Vec<EndpointId>>;

/// Orders the services of a model.
pub(super) fn order(model: &Model) -> Order {
    let awaited = awaited(model);
    let mut waves: BTreeMap<EndpointId, u32> = awaited.keys().map(|workload| (*workload, 0)).collect();
    let mut circles = Vec::new();
    // Components come awaited first, so the waves that one depends on are there when it is its turn.
    for component in components(&awaited) {
        let knot: BTreeSet<EndpointId> = component.into_iter().collect();
        let before = knot.iter().flat_map(|workload| {
            let others = others(&awaited, *workload).iter().filter(|other| !knot.contains(other));
            others.filter(|other| environment(model, **other) == environment(model, *workload))
        });
        let wave = before.filter_map(|other| waves.get(other)).map(|wave| wave + 1).max().unwrap_or(0);
        waves.extend(knot.iter().map(|workload| (*workload, wave)));
        circles.extend(circle(&awaited, &knot));
    }
    circles.sort();
    Order { waves, circles }
}

fn awaited(model: &Model) -> Awaited {
    // a scheduled job is never done
    let is_awaited = |id: &EndpointId| {
        let workload = model.workload(*id).filter(|workload| workload.program().is_some());
        workload.is_some_and(|workload| workload.job().is_none_or(|job| !job.is_scheduled()))
    };
    let services = model.workloads().filter_map(|workload| {
        let after = workload.program()?.after.iter().map(|reference| reference.endpoint);
        Some((workload.id, after.filter(is_awaited).collect()))
    });
    services.collect()
}

fn others(awaited: &Awaited, workload: EndpointId) -> &[EndpointId] {
    awaited.get(&workload).map(Vec::as_slice).unwrap_or_default()
}

fn environment(model: &Model, workload: EndpointId) -> Option<crate::model::EnvironmentId> {
    Some(model.workload(workload)?.environment)
}

/// Services that wait for each other, each component after those that it waits for. `kosaraju_scc` keeps its own stack:
/// a long chain cannot exhaust ours.
fn components(awaited: &Awaited) -> Vec<Vec<EndpointId>> {
    let mut graph: DiGraph<EndpointId, ()> = DiGraph::new();
    let nodes: BTreeMap<_, _> = awaited.keys().map(|workload| (*workload, graph.add_node(*workload))).collect();
    for (workload, others) in awaited {
        for other in others {
            if let (Some(from), Some(to)) = (nodes.get(workload), nodes.get(other)) {
                graph.add_edge(*from, *to, ());
            }
        }
    }
    let components = kosaraju_scc(&graph);
    components.iter().map(|nodes| nodes.iter().filter_map(|node| graph.node_weight(*node).copied()).collect()).collect()
}

/// The shortest circle through the first service of a component; `None` where nothing in it waits for itself.
fn circle(awaited: &Awaited, knot: &BTreeSet<EndpointId>) -> Option<Vec<EndpointId>> {
    let first = *knot.first()?;
    let mut reached_from: BTreeMap<EndpointId, EndpointId> = BTreeMap::new();
    let mut queue = VecDeque::from([first]);
    while let Some(workload) = queue.pop_front() {
        for &other in others(awaited, workload).iter().filter(|other| knot.contains(other)) {
            if other == first {
                let mut circle = vec![workload];
                circle.extend(std::iter::successors(reached_from.get(&workload), |id| reached_from.get(id)));
                circle.reverse();
                return Some(circle);
            }
            reached_from.entry(other).or_insert_with(|| {
                queue.push_back(other);
                workload
            });
        }
    }
    None
}
