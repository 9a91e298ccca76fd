//! Paths: chains of flows, declared and derived, through the whole platform.
//!
//! Invariants: a path has at least one flow, so from a workload to itself only where it does have one to itself or a
//! chain that leads back; it ends at an external, the cluster's DNS or the Kubernetes API and never passes through.
//! Whatever may be reached at any port counts as reached, unless a port is asked for.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{Flow, FlowGraph, Openings, Question, Target};
use crate::model::EndpointId;

/// What leads one further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A flow, by index.
    Flow(u32),
    /// From one workload to another by addresses that are stated for somebody else.
    Address(EndpointId, EndpointId),
}

impl FlowGraph {
    /// A shortest path from one of those that are asked about to where the question asks. Of several that are equally short it
    /// is the one whose flows are declared first. Takes time in proportion to what they reach.
    pub fn shortest_path(&self, question: &Question) -> Option<Vec<Step>> {
        self.shortest_path_through(&Openings::default(), question)
    }

    /// The same where chains also go on by addresses, which is no step where a flow leads there.
    pub fn shortest_path_through(
        &self,
        openings: &Openings,
        Question { from, to, at }: &Question,
    ) -> Option<Vec<Step>> {
        let to: BTreeSet<EndpointId> = to.iter().copied().collect();
        let at: BTreeSet<Target> = at.iter().copied().collect();
        // By which step each endpoint was reached; `None` where the path begins.
        let mut reached: BTreeMap<EndpointId, Option<Step>> = from.iter().map(|id| (*id, None)).collect();
        let mut queue: VecDeque<EndpointId> = reached.keys().copied().collect();
        let mut been = BTreeSet::new();
        while let Some(endpoint) = queue.pop_front() {
            for &flow in self.outgoing.of(endpoint) {
                let Some(next) = self.flow(flow) else { continue };
                let target = next.target_endpoint();
                if target.is_some_and(|target| to.contains(&target)) || at.contains(&next.target) {
                    return Some(self.back(Step::Flow(flow), &reached));
                }
                let Some(target) = target else { continue };
                if !self.implied.externals.contains(&target) {
                    reached.entry(target).or_insert_with(|| {
                        queue.push_back(target);
                        Some(Step::Flow(flow))
                    });
                }
            }
            for target in openings.beyond(endpoint, &mut been).into_iter().filter(|target| *target != endpoint) {
                let step = Step::Address(endpoint, target);
                if to.contains(&target) {
                    return Some(self.back(step, &reached));
                }
                reached.entry(target).or_insert_with(|| {
                    queue.push_back(target);
                    Some(step)
                });
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
    fn back(&self, last: Step, reached: &BTreeMap<EndpointId, Option<Step>>) -> Vec<Step> {
        let before = |step: &Step| {
            let source = match step {
                Step::Flow(flow) => self.flow(*flow)?.source_endpoint()?,
                Step::Address(source, _) => *source,
            };
            *reached.get(&source)?
        };
        let mut path: Vec<Step> = std::iter::successors(Some(last), before).collect();
        path.reverse();
        path
    }

    fn flow(&self, index: u32) -> Option<&Flow> {
        self.flows.get(index as usize)
    }
}
