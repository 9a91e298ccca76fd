//! The model and its flows as objects: one file a kind.
//!
//! Invariants: nothing is decided here: what the model does not say is not emitted, and what follows from it is computed
//! the same way every time. An environment's objects follow from the model, the flows and that environment alone, in
//! the order in which they can be applied. No list is emitted whose emptiness would mean "everything".

mod address;
mod config_map;
mod convert;
mod deployment;
mod horizontal_pod_autoscaler;
mod metadata;
mod namespace;
mod network_policy;
mod pod;
mod pod_disruption_budget;
mod resource_quota;
mod scaled_object;
mod scaling;
mod service;
mod service_account;
mod trigger_authentication;
mod values;

use rayon::prelude::*;

pub use self::values::{ChartNode, ChartValues};
use crate::graph::FlowGraph;
use crate::model::{Environment, EnvironmentId, Model, Workload};
use crate::object::Object;
use crate::source::SourceMap;

/// What is emitted for the environments that were asked for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Manifests {
    /// One for each environment, in the order in which they were asked for.
    pub environments: Vec<EnvironmentManifests>,
}

/// What is emitted for one environment.
#[derive(Debug, Clone, PartialEq)]
pub struct EnvironmentManifests {
    /// Which one.
    pub environment: EnvironmentId,
    /// The folder that it is written to: the environment's slug.
    pub folder: String,
    /// Its objects, in the order in which they can be applied.
    pub objects: Vec<Object>,
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
    pod_disruption_budget::emit,
    service_account::emit,
    config_map::emit,
    trigger_authentication::emit,
    service::emit,
    deployment::emit,
    horizontal_pod_autoscaler::emit,
    scaled_object::emit,
];

/// The objects of one environment, in the order in which they can be applied.
pub fn emit(model: &Model, graph: &FlowGraph, sources: &SourceMap, environment: EnvironmentId) -> Vec<Object> {
    let Some(environment) = model.environment(environment) else { return Vec::new() };
    let cx = Context { model, graph, sources, environment };
    let mut objects = Vec::new();
    for emit in OF_ENVIRONMENT {
        emit(&cx, &mut objects);
    }
    let workloads: Vec<&Workload> = model.workloads_in(environment.id).collect();
    objects.par_extend(workloads.par_iter().flat_map_iter(|workload| {
        let mut own = Vec::new();
        for emit in OF_WORKLOAD {
            emit(&cx, workload, &mut own);
        }
        own
    }));
    objects.sort_by(|a, b| a.apply_key().cmp(&b.apply_key()));
    objects
}

/// Everything that is emitted for the wanted environments, on all threads, in their order.
pub fn emit_all(model: &Model, graph: &FlowGraph, sources: &SourceMap, wanted: &[EnvironmentId]) -> Manifests {
    let environments = wanted
        .par_iter()
        .filter_map(|id| {
            let environment = model.environment(*id)?;
            let cx = Context { model, graph, sources, environment };
            Some(EnvironmentManifests {
                environment: *id,
                folder: environment.slug.clone(),
                objects: emit(model, graph, sources, *id),
                values: values::emit(&cx),
            })
        })
        .collect();
    Manifests { environments }
}

#[cfg(test)]
mod tests;
