//! Who reaches whom by chains of flows, asked many times at once: what [`FlowGraph::reaching`] answers for one end.
//!
//! Invariant: the graph is walked once for every [`AT_ONCE`] questions, whatever they ask.

use std::collections::BTreeMap;

use petgraph::algo::kosaraju_scc;
use petgraph::graph::DiGraph;

use super::{Flow, FlowGraph, Openings, Target};
use crate::model::EndpointId;

/// Which of some endpoints a chain of flows leads from to one of others.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Question {
    /// From whom.
    pub from: Vec<EndpointId>,
    /// To any of these.
    pub to: Vec<EndpointId>,
    /// Or to any of these ports and services of the cluster's own.
    pub at: Vec<Target>,
}

/// How many questions are answered by one walk: each has a bit.
const AT_ONCE: usize = u64::BITS as usize;

impl FlowGraph {
    /// For each question those of its `from`, in their order, from whom a path leads to one of its `to`.
    pub fn reachable(&self, questions: &[Question]) -> Vec<Vec<EndpointId>> {
        self.reachable_through(&Openings::default(), questions)
    }

    /// The same where chains also go on by addresses.
    pub fn reachable_through(&self, openings: &Openings, questions: &[Question]) -> Vec<Vec<EndpointId>> {
        if questions.is_empty() {
            return Vec::new();
        }
        let groups = self.groups(openings);
        questions.chunks(AT_ONCE).flat_map(|questions| self.answers(&groups, openings, questions)).collect()
    }

    fn answers(&self, groups: &Groups, openings: &Openings, questions: &[Question]) -> Vec<Vec<EndpointId>> {
        let mut wanted = vec![0_u64; groups.of.len()];
        let mut wanted_at: BTreeMap<Target, u64> = BTreeMap::new();
        for (at, question) in questions.iter().enumerate() {
            for target in &question.at {
                *wanted_at.entry(*target).or_default() |= 1 << at;
            }
            for to in &question.to {
                if let Some(wanted) = wanted.get_mut(to.0 as usize) {
                    *wanted |= 1 << at;
                }
            }
        }
        let bits = |of: &[u64], at: usize| of.get(at).copied().unwrap_or_default();
        let group =
            |endpoint: EndpointId| groups.of.get(endpoint.0 as usize).map_or(usize::MAX, |group| *group as usize);
        let mut reached = vec![0_u64; groups.members.len()];
        for (at, members) in groups.members.iter().enumerate() {
            let flows = members.iter().flat_map(|member| self.outgoing(*member));
            // a group is behind those that it reaches, and reaches its own members by the flows between them
            let found = flows.fold(0, |found, flow| {
                let at = if wanted_at.is_empty() { None } else { wanted_at.get(&flow.target) };
                let found = found | at.copied().unwrap_or_default();
                let Some(target) = flow.target_endpoint() else { return found };
                let is_end = self.implied.externals.contains(&target);
                let behind = if is_end { 0 } else { bits(&reached, group(target)) };
                found | bits(&wanted, target.0 as usize) | behind
            });
            let places = members.iter().flat_map(|member| openings.next(member.0));
            let found = places.fold(found, |found, next| {
                let wanted = openings.workload(*next).map_or(0, |workload| bits(&wanted, workload.0 as usize));
                found | wanted | bits(&reached, group(EndpointId(*next)))
            });
            if let Some(reached) = reached.get_mut(at) {
                *reached = found;
            }
        }
        let answer = |(at, question): (usize, &Question)| {
            let reaches = |from: &&EndpointId| bits(&reached, group(**from)) & (1 << at) != 0;
            question.from.iter().filter(reaches).copied().collect()
        };
        questions.iter().enumerate().map(answer).collect()
    }

    fn targets(&self, endpoint: EndpointId) -> impl Iterator<Item = EndpointId> {
        self.outgoing(endpoint).filter_map(Flow::target_endpoint)
    }

    /// Endpoints that reach each other, each group behind all that it reaches. Paths end at externals: no group is held
    /// together by one.
    fn groups(&self, openings: &Openings) -> Groups {
        let endpoints = self.flows.iter().flat_map(|flow| [flow.source_endpoint(), flow.target_endpoint()]);
        let n_endpoints = endpoints.flatten().map(|endpoint| endpoint.0 + 1).max().unwrap_or_default();
        // places are behind the endpoints
        let n_nodes = u32::try_from(openings.len()).unwrap_or(u32::MAX).max(n_endpoints);
        let mut flows = DiGraph::<(), ()>::new();
        let nodes: Vec<_> = (0..n_nodes).map(|_| flows.add_node(())).collect();
        for source in (0..n_nodes).map(EndpointId) {
            let targets = self.targets(source).filter(|target| !self.implied.externals.contains(target));
            for target in targets.map(|target| target.0).chain(openings.next(source.0).iter().copied()) {
                if let (Some(from), Some(to)) = (nodes.get(source.0 as usize), nodes.get(target as usize)) {
                    flows.add_edge(*from, *to, ());
                }
            }
        }
        let ids = |group: Vec<petgraph::graph::NodeIndex>| {
            let id = |node: petgraph::graph::NodeIndex| u32::try_from(node.index()).ok().map(EndpointId);
            group.into_iter().filter_map(id).collect()
        };
        let members: Vec<Vec<EndpointId>> = kosaraju_scc(&flows).into_iter().map(ids).collect();
        let mut of = vec![0; nodes.len()];
        for (at, group) in (0..).zip(&members) {
            for member in group {
                if let Some(of) = of.get_mut(member.0 as usize) {
                    *of = at;
                }
            }
        }
        Groups { members, of }
    }
}

/// Endpoints in groups.
struct Groups {
    /// The members of each.
    members: Vec<Vec<EndpointId>>,
    /// The group of each endpoint.
    of: Vec<u32>,
}
