//! Paths: chains of flows, declared and derived, through the whole platform.
//!
//! Invariants: a path has at least one flow, so from a workload to itself only where it does have one to itself or a
//! chain that leads back; it ends at an external, the cluster's DNS or the Kubernetes API and never passes through.
//! Whatever may be reached at any port counts as reached, unless a port is asked for.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{Flow, FlowGraph, Question, Target};
use crate::model::EndpointId;

impl FlowGraph {
    /// The flows, by index, of a shortest path from one of those that are asked about to where the question asks. Of several
    /// that are equally short it is the one whose flows are declared first. Takes time in proportion to what they reach.
    pub fn shortest_path(&self, Question { from, to, at }: &Question) -> Option<Vec<usize>> {
        let to: BTreeSet<EndpointId> = to.iter().copied().collect();
        let at: BTreeSet<Target> = at.iter().copied().collect();
        // By which flow each endpoint was reached; `None` where the path begins.
        let mut reached: BTreeMap<EndpointId, Option<u32>> = from.iter().map(|id| (*id, None)).collect();
        let mut queue: VecDeque<EndpointId> = reached.keys().copied().collect();
        while let Some(endpoint) = queue.pop_front() {
            for &flow in self.outgoing.of(endpoint) {
                let Some(next) = self.flow(flow) else { continue };
                let target = next.target_endpoint();
                if target.is_some_and(|target| to.contains(&target)) || at.contains(&next.target) {
                    return Some(self.back(flow, &reached));
                }
                let Some(target) = target else { continue };
                if !self.implied.externals.contains(&target) {
                    reached.entry(target).or_insert_with(|| {
                        queue.push_back(target);
                        Some(flow)
                    });
                }
            }
        }
        None
    }

    /// Everything from which a path leads to one of `to`: one walk, however many sources are asked about.
    pub fn reaching(&self, to: &[EndpointId]) -> BTreeSet<EndpointId> {
        let mut reaching = BTreeSet::new();
        let mut expanded: BTreeSet<EndpointId> = to.iter().copied().collect();
        let mut queue: VecDeque<EndpointId> = expanded.iter().copied().collect();
        while let Some(endpoint) = queue.pop_front() {
            for flow in self.incoming(endpoint) {
                let Some(source) = flow.source_endpoint() else { continue };
                reaching.insert(source);
                if !self.implied.externals.contains(&source) && expanded.insert(source) {
                    queue.push_back(source);
                }
            }
        }
        reaching
    }

    /// The path that ends with `last`.
    fn back(&self, last: u32, reached: &BTreeMap<EndpointId, Option<u32>>) -> Vec<usize> {
        let before = |flow: &u32| *reached.get(&self.flow(*flow)?.source_endpoint()?)?;
        let mut path: Vec<usize> = std::iter::successors(Some(last), before).map(|flow| flow as usize).collect();
        path.reverse();
        path
    }

    fn flow(&self, index: u32) -> Option<&Flow> {
        self.flows.get(index as usize)
    }
}
