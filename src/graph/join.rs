//! Declared and derived flows put together.
//!
//! Invariants: a flow is there once for each source and target; a declared one wins over a derived one; the flows to the
//! cluster's DNS come last, for they follow from all others.

use std::sync::Arc;

use indexmap::IndexSet;

use super::derive::dns;
use super::{ByEndpoint, Flow, FlowGraph, Implied, Source, Target, Why};
use crate::model::Model;

/// The graph of a model whose endpoints imply this.
///
/// Takes time in proportion to the flows.
pub(super) fn join(model: &Model, implied: Arc<Implied>) -> FlowGraph {
    let mut flows: Vec<Flow> = Vec::with_capacity(model.flows.len() + implied.flows.len() + model.endpoints.len());
    let mut ends: IndexSet<(Source, Target)> = IndexSet::with_capacity(model.flows.len());
    for (index, flow) in (0u32..).zip(model.flows.iter()) {
        let source = Source::Endpoint(flow.source);
        let target = Target::Port { endpoint: flow.destination, port: flow.port };
        if ends.insert((source, target)) {
            flows.push(Flow { environment: flow.environment, source, target, why: Why::Declared(index) });
        }
    }
    flows.extend(implied.flows.iter().filter(|flow| !ends.contains(&(flow.source, flow.target))).cloned());
    flows.extend(dns::follow(model, &flows));
    let (mut outgoing, mut incoming) = (ByEndpoint::default(), ByEndpoint::default());
    for (index, flow) in (0u32..).zip(&flows) {
        if let Some(source) = flow.source_endpoint() {
            outgoing.add(source, index);
        }
        if let Some(target) = flow.target_endpoint() {
            incoming.add(target, index);
        }
    }
    FlowGraph { flows, implied, outgoing, incoming }
}
