//! Who may open how many connections to an endpoint that says how many it takes.

use super::replicas::{self, Extent, Pods};
use crate::check::Context;
use crate::model::flow::FlowTerms;
use crate::model::{DeclaredFlow, Endpoint, Origin, Workload};

/// An endpoint that states `connections`.
pub(super) struct Callee<'a> {
    /// The endpoint.
    pub(super) endpoint: &'a Endpoint,
    /// How many it takes.
    pub(super) limit: Origin<u32>,
}

/// A flow to it.
pub(super) struct Caller<'a> {
    /// The flow.
    pub(super) flow: &'a DeclaredFlow,
    /// The workload that calls; nothing for what is outside the cluster, which counts once.
    pub(super) workload: Option<&'a Workload>,
    /// How it is called, as seen from the callee.
    pub(super) name: String,
    /// Its largest number of replicas, rollouts included.
    pub(super) pods: Pods,
    /// How many connections each pod keeps.
    pub(super) pool: Option<Origin<u32>>,
}

impl<'a> Caller<'a> {
    /// The name of the port that it calls.
    pub(super) fn flow_port(&self, cx: &Context<'a>) -> &'a str {
        let target = cx.model.endpoint(self.flow.destination);
        let port = target.and_then(|target| target.ports().get(usize::from(self.flow.port)));
        port.map_or("PORT", |port| port.name.value.as_str())
    }

    /// All its connections.
    pub(super) fn sum(&self) -> u64 {
        self.pool.map_or(0, |pool| self.pods.all().saturating_mul(pool.value.into()))
    }
}

/// Every endpoint that states `connections`.
pub(super) fn callees<'a>(cx: &Context<'a>) -> impl Iterator<Item = Callee<'a>> {
    let sound = cx.endpoints().filter(|endpoint| !endpoint.tainted());
    sound.filter_map(|endpoint| {
        let limit = match endpoint {
            Endpoint::Workload(workload) => workload.managed()?.connections?,
            Endpoint::External(external) => external.connections?,
        };
        Some(Callee { endpoint, limit })
    })
}

impl Callee<'_> {
    /// Its callers, those that take most first.
    pub(super) fn callers<'a>(&self, cx: &Context<'a>) -> Vec<Caller<'a>> {
        let model = cx.model;
        let seen_from = self.endpoint.environment();
        let declared = cx.graph.incoming(self.endpoint.id()).filter_map(|flow| flow.declared(model));
        let mut callers: Vec<Caller<'a>> = declared
            .filter(|flow| flow.source != flow.destination)
            .filter(|flow| model.endpoint(flow.source).is_some_and(|source| !source.tainted()))
            .map(|flow| {
                let workload = model.workload(flow.source);
                let one = Pods { replicas: 1, ..Pods::default() };
                let pods = workload.map_or(one, |workload| replicas::pods(workload, Extent::Most));
                let name = cx.name(flow.source, seen_from);
                Caller { flow, workload, name, pods, pool: pool(flow.terms.as_deref()) }
            })
            .collect();
        callers.sort_by(|a, b| b.sum().cmp(&a.sum()).then_with(|| a.name.cmp(&b.name)));
        callers
    }
}

fn pool(terms: Option<&FlowTerms>) -> Option<Origin<u32>> {
    terms.and_then(|terms| terms.pool)
}
