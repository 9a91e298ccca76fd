//! What a platform and the compiler have: rows for tables and for programs.

use serde::Serialize;

use crate::analyze::Analysis;
use crate::graph::{Flow, Source, Target, Why};
use crate::model::environment::{DefaultDeny, Instance};
use crate::model::{EndpointId, EnvironmentId, Model, Scaling};
use crate::source::SourceMap;

/// An environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EnvironmentRow {
    /// As the user names it.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// The Pod Security Standard that it enforces.
    pub profile: &'static str,
    /// Whether it is shared, fixed, or made for parameters, and whether anything is denied.
    pub traits: Vec<&'static str>,
    /// How many workloads run there.
    pub workloads: usize,
}

/// A workload or external in an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EndpointRow {
    /// The word that declares it.
    pub word: &'static str,
    /// Its name.
    pub name: String,
    /// Its environment.
    pub environment: String,
    /// How many pods: `3..20`; empty for what is outside.
    pub replicas: String,
    /// Its ports: `http 8080`.
    pub ports: Vec<String>,
    /// Where it is declared: `path:line`.
    pub place: String,
}

/// A flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FlowRow {
    /// The environment of the source.
    pub environment: String,
    /// Who begins.
    pub source: String,
    /// Who answers, with the port.
    pub target: String,
    /// `declared`, or the derivation's name.
    pub why: String,
    /// Its reason, where there is one.
    pub reason: String,
    /// Where it comes from: `path:line`.
    pub place: String,
}

/// The environments.
pub fn environments(model: &Model) -> Vec<EnvironmentRow> {
    let row = |environment: &crate::model::Environment| {
        let mut traits = Vec::new();
        let mut add = |is_so: bool, name: &'static str| traits.extend(is_so.then_some(name));
        add(environment.shared.is_some(), "shared");
        add(environment.production.is_some(), "production");
        add(environment.immutable.is_some(), "immutable");
        add(environment.observe.is_some(), "observe");
        add(matches!(environment.default_deny, DefaultDeny::Off { .. }), "default-deny off");
        add(environment.instance == Instance::Example, "example");
        EnvironmentRow {
            name: environment.title.clone(),
            namespace: environment
                .namespace
                .as_ref()
                .map_or_else(String::new, |namespace| namespace.name.value.clone()),
            profile: environment.profile.level.value.name(),
            traits,
            workloads: model.workloads_in(environment.id).count(),
        }
    };
    model.environments.iter().map(row).collect()
}

/// The workloads and externals.
pub fn endpoints(model: &Model, sources: &SourceMap) -> Vec<EndpointRow> {
    let row = |endpoint: &crate::model::Endpoint| EndpointRow {
        word: endpoint.word(),
        name: endpoint.name().value.clone(),
        environment: model.environment_title(endpoint.environment()).to_owned(),
        replicas: model.workload(endpoint.id()).map_or_else(String::new, replicas),
        ports: endpoint.ports().iter().map(|port| format!("{} {}", port.name.value, port.number.value)).collect(),
        place: sources.place(endpoint.name().span),
    };
    model.endpoints().map(row).collect()
}

fn replicas(workload: &crate::model::Workload) -> String {
    if let Some(job) = workload.job() {
        return job.schedule.as_ref().map_or_else(|| "once".to_owned(), |schedule| schedule.cron.value.to_string());
    }
    match (workload.service().map(|service| &service.scaling), workload.managed()) {
        (Some(Scaling::Fixed(replicas)), _) => replicas.value.to_string(),
        (Some(Scaling::Auto(scaling)), _) => format!("{}..{}", scaling.min.value, scaling.max.value),
        (None, Some(managed)) => managed.replicas.value.to_string(),
        (None, None) => String::new(),
    }
}

/// The flows, declared ones first.
pub fn flows(analysis: &Analysis) -> Vec<FlowRow> {
    let Some(model) = &analysis.model else { return Vec::new() };
    let row = |flow: &Flow| {
        let (why, reason, place) = match &flow.why {
            Why::Derived(derived) => (derived.derivation.to_owned(), derived.reason.clone(), Some(derived.cause)),
            Why::Declared(_) => {
                let ids = flow.declared(model).map(|declared| declared.statements.as_slice()).unwrap_or_default();
                let statement = ids.last().and_then(|id| model.statement(*id));
                let because = statement.and_then(|statement| statement.because.as_ref());
                let reason = because.map_or_else(String::new, |because| because.value.clone());
                ("declared".to_owned(), reason, statement.map(|statement| statement.span))
            }
        };
        FlowRow {
            environment: model.environment_title(flow.environment).to_owned(),
            source: match flow.source {
                Source::Endpoint(endpoint) => name(model, endpoint, flow.environment),
                Source::KubernetesApi => "kubernetes-api".to_owned(),
            },
            target: match flow.target {
                Target::Port { endpoint, .. } => {
                    let port = flow.port(model).map_or("", |port| &port.name.value);
                    format!("{}.{port}", name(model, endpoint, flow.environment))
                }
                Target::Dns => "dns".to_owned(),
                Target::KubernetesApi => "kubernetes-api".to_owned(),
            },
            why,
            reason,
            place: place.map_or_else(String::new, |place| analysis.sources().place(place)),
        }
    };
    analysis.graph.flows.iter().map(row).collect()
}

/// The name of an endpoint, with its environment before it where that is another one.
pub(super) fn name(model: &Model, endpoint: EndpointId, seen_from: EnvironmentId) -> String {
    match model.endpoint(endpoint) {
        Some(found) if found.environment() == seen_from => found.name().value.clone(),
        Some(found) => format!("{}/{}", model.environment_title(found.environment()), found.name().value),
        None => String::new(),
    }
}
