//! The model and its flows as objects: one file a kind.
//!
//! Invariants: nothing is decided here: what the model does not say is not emitted, and what follows from it is computed
//! the same way every time. An environment's objects follow from the model, the flows and that environment alone. No list is emitted whose emptiness would mean "everything".

mod address;
mod argo_cd;
mod because;
mod config_map;
mod convert;
mod deployment;
mod digest;
mod exposure;
mod external_secret;
mod horizontal_pod_autoscaler;
mod http_route;
mod ingress;
mod job;
mod mesh;
mod metadata;
mod namespace;
mod network_policy;
mod pod;
mod pod_disruption_budget;
mod pod_monitor;
mod prometheus_rule;
mod resource_quota;
mod scaled_object;
mod scaling;
mod service;
mod service_account;
mod stateful_set;
mod trigger_authentication;
mod values;
mod watchers;

use rayon::prelude::*;

pub use self::argo_cd::{ArgoCd, argo_cd};
pub use self::metadata::{VERSION, workload_of};
pub use self::prometheus_rule::{NOT_READY, RUN_FAILED};
pub use self::scaling::authentication_name;
pub use self::values::{ChartNode, ChartValues};
use crate::graph::{Flow, FlowGraph};
use crate::model::text::Text;
use crate::model::{EndpointId, Environment, EnvironmentId, Model, Workload};
use crate::object::Object;
use crate::object::api::networking::v1::{NetworkPolicyEgressRule, NetworkPolicyIngressRule};
use crate::source::SourceMap;

/// What is emitted for one environment.
#[derive(Debug)]
pub struct EnvironmentManifests<'a> {
    /// Which one.
    pub environment: EnvironmentId,
    /// The folder that it is written to: the environment's slug.
    pub folder: String,
    /// Its objects.
    pub objects: Objects<'a>,
    /// Values for the charts of its managed workloads, by name of the workload.
    pub values: Vec<(String, ChartValues)>,
}

/// What the files of this room read.
#[derive(Debug, Clone, Copy)]
struct Context<'a> {
    model: &'a Model,
    graph: &'a FlowGraph,
    sources: &'a SourceMap,
    environment: &'a Environment,
}

/// What an environment has by itself.
const OF_ENVIRONMENT: &[fn(&Context<'_>, &mut Vec<Object>)] =
    &[namespace::emit, network_policy::default_deny::emit, resource_quota::emit];

/// What a workload has, services and managed ones alike; each decides by the kind of workload whether it has it.
const OF_WORKLOAD: &[fn(&Context<'_>, &Workload, &mut Vec<Object>)] = &[
    network_policy::emit,
    mesh::emit,
    pod_disruption_budget::emit,
    service_account::emit,
    config_map::emit,
    external_secret::emit,
    trigger_authentication::emit,
    service::emit,
    deployment::emit,
    stateful_set::emit,
    job::emit,
    exposure::emit,
    horizontal_pod_autoscaler::emit,
    scaled_object::emit,
    pod_monitor::emit,
    prometheus_rule::emit,
];

/// What is emitted for one environment; `None` for one of another model.
pub fn emit<'a>(
    model: &'a Model,
    graph: &'a FlowGraph,
    sources: &'a SourceMap,
    environment: EnvironmentId,
) -> Option<EnvironmentManifests<'a>> {
    let environment = model.environment(environment)?;
    let cx = Context { model, graph, sources, environment };
    let workloads: Vec<&Workload> = model.workloads_in(environment.id).collect();
    Some(EnvironmentManifests {
        environment: environment.id,
        folder: environment.slug.clone(),
        values: values::emit(&cx),
        objects: Objects { cx, by_itself: Some(of_environment), workloads: workloads.into_iter() },
    })
}

/// What is emitted for one workload, in no order; nothing for one of another model.
pub fn of_workload(model: &Model, graph: &FlowGraph, sources: &SourceMap, workload: &Workload) -> Vec<Object> {
    let mut objects = Vec::new();
    if let Some(environment) = model.environment(workload.environment) {
        let cx = Context { model, graph, sources, environment };
        for emit in OF_WORKLOAD {
            emit(&cx, workload, &mut objects);
        }
    }
    objects
}

/// What an environment has by itself, in no order; nothing for one of another model.
pub fn by_itself(model: &Model, graph: &FlowGraph, sources: &SourceMap, environment: EnvironmentId) -> Vec<Object> {
    let environment = model.environment(environment);
    environment.map(|environment| of_environment(&Context { model, graph, sources, environment })).unwrap_or_default()
}

fn of_environment(cx: &Context<'_>) -> Vec<Object> {
    let mut objects = Vec::new();
    for emit in OF_ENVIRONMENT {
        emit(cx, &mut objects);
    }
    because::annotate_environment(cx, &mut objects);
    objects
}

/// Both halves of a flow, as the policies of its ends have them.
#[derive(Debug, Default)]
pub struct Halves {
    /// What lets it out of its source: rules of the policy of that name.
    pub leaving: Option<(String, Vec<NetworkPolicyEgressRule>)>,
    /// What lets it into its target.
    pub entering: Option<(String, Vec<NetworkPolicyIngressRule>)>,
}

/// Both halves of a flow, each with what is about this flow alone; none at an end whose traffic no policy decides about.
pub fn halves(model: &Model, graph: &FlowGraph, sources: &SourceMap, flow: &Flow) -> Halves {
    let end = |id: Option<EndpointId>| {
        let workload = model.workload(id?)?;
        let environment = model.environment(workload.environment)?;
        Some((Context { model, graph, sources, environment }, workload))
    };
    let leaving = end(flow.source_endpoint())
        .map(|(cx, workload)| (workload.name.value.clone(), network_policy::leaving(&cx, workload, flow)));
    let entering = end(flow.target_endpoint())
        .map(|(cx, workload)| (workload.name.value.clone(), network_policy::entering(&cx, workload, flow)));
    Halves {
        leaving: leaving.filter(|(_, rules)| !rules.is_empty()),
        entering: entering.filter(|(_, rules)| !rules.is_empty()),
    }
}

/// A text of an environment with its addresses put in, as objects hold it; `None` for an environment of another model.
pub fn rendered(
    model: &Model,
    graph: &FlowGraph,
    sources: &SourceMap,
    environment: EnvironmentId,
    text: &Text,
) -> Option<String> {
    let environment = model.environment(environment)?;
    Some(address::render(&Context { model, graph, sources, environment }, text))
}

/// The objects of an environment as they are made, those of some workloads at a time, on all threads: what they weigh in
/// memory is many times what the model does, so they need not all be there at once.
#[derive(Debug)]
pub struct Objects<'a> {
    cx: Context<'a>,
    /// What makes those that it has by itself, until they have been made.
    by_itself: Option<fn(&Context<'_>) -> Vec<Object>>,
    workloads: std::vec::IntoIter<&'a Workload>,
}

/// Of how many workloads the objects are made at once: enough for all threads.
const AT_ONCE: usize = 256;

impl Objects<'_> {
    /// All of them, in the order in which they can be applied.
    pub fn in_order(self) -> Vec<Object> {
        let mut objects: Vec<Object> = self.flatten().collect();
        objects.sort_by(|a, b| a.apply_key().cmp(&b.apply_key()));
        objects
    }
}

impl Iterator for Objects<'_> {
    type Item = Vec<Object>;

    fn next(&mut self) -> Option<Vec<Object>> {
        let mut objects = self.by_itself.take().map(|make| make(&self.cx)).unwrap_or_default();
        let workloads: Vec<&Workload> = self.workloads.by_ref().take(AT_ONCE).collect();
        let cx = &self.cx;
        objects.par_extend(workloads.par_iter().flat_map_iter(|workload| {
            let mut own = Vec::new();
            for emit in OF_WORKLOAD {
                emit(cx, workload, &mut own);
            }
            own
        }));
        // workloads of which nothing is emitted do not end it
        if objects.is_empty() && workloads.is_empty() { None } else { Some(objects) }
    }
}

#[cfg(test)]
mod tests;
