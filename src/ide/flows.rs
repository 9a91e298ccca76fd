//! What a flow statement lets through: which pods may talk to which, why, and what decides about each half.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::View;
use crate::emit;
use crate::graph::{Flow, Target, Why};
use crate::model::{DeclaredFlow, EndpointId, OwnService};
use crate::output::yaml;
use crate::query::explain::flow::{self, Answer, Question};
use crate::query::explain::words::{Said, said};
use crate::source::Span;
use crate::syntax::Statement;

/// The most flows that are told of one statement.
const MOST: usize = 6;

/// What a statement allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    /// The flows: an answer each, those of several environments once.
    pub told: Vec<Said>,
    /// How many more there are.
    pub n_more: usize,
    /// Both halves of the first of them as YAML; empty where no policy decides about it.
    pub halves: String,
    /// What follows from the statement: `web to the cluster's DNS in prod, since ..`.
    pub derived: Vec<String>,
}

/// What a statement allows; `None` where it is none that allows flows, or could not be read.
pub fn allowed(view: &View, statement: &Statement) -> Option<Allowed> {
    let model = view.analysis.model.as_ref()?;
    let at = model.statements.iter().position(|known| known.span == statement.head())?;
    let is_its = |flow: &&DeclaredFlow| flow.statements.iter().any(|known| known.0 as usize == at);
    let mut ends: BTreeMap<(&str, String), Vec<String>> = BTreeMap::new();
    let mut halves = String::new();
    for flow in model.flows.iter().filter(is_its) {
        if ends.is_empty() {
            halves = written(view, flow).unwrap_or_default();
        }
        let name = |id: EndpointId| model.endpoint(id).map_or("", |endpoint| &endpoint.name().value);
        let port = model.endpoint(flow.destination)?.ports().get(usize::from(flow.port))?;
        let target = format!("{}.{}", name(flow.destination), port.name.value);
        let title = model.environment_title(flow.environment).to_owned();
        ends.entry((name(flow.source), target)).or_default().push(title);
    }
    let n_more = ends.len().saturating_sub(MOST);
    let mut told = Vec::new();
    for ((source, target), environments) in ends.into_iter().take(MOST) {
        let question = Question { source, target: &target, environments: &environments };
        told.extend(
            flow::flow(model, &view.analysis.graph, question)
                .unwrap_or_default()
                .iter()
                .map(|answer| say(view, answer)),
        );
    }
    Some(Allowed { told, n_more, halves, derived: derived(view, statement) })
}

/// The flows that are there since a statement is, those of several environments once.
fn derived(view: &View, statement: &Statement) -> Vec<String> {
    let Some(model) = &view.analysis.model else { return Vec::new() };
    let is_cause = |flow: &&Flow| match &flow.why {
        Why::Derived(derived) => statement.head().contains(derived.cause),
        Why::Declared(_) => false,
    };
    let mut found: BTreeMap<(String, &str), Vec<&str>> = BTreeMap::new();
    for flow in model.endpoints().flat_map(|endpoint| view.analysis.graph.outgoing(endpoint.id())).filter(is_cause) {
        let Why::Derived(derived) = &flow.why else { continue };
        let name = |id: EndpointId| model.endpoint(id).map(|endpoint| &*endpoint.name().value);
        let target = flow.target_endpoint().and_then(name).or(flow.target.own().map(OwnService::title));
        let (Some(source), Some(target)) = (flow.source_endpoint().and_then(name), target) else { continue };
        let environments = found.entry((format!("{source} may reach {target}"), &derived.reason)).or_default();
        let title = model.environment_title(flow.environment);
        if !environments.contains(&title) {
            environments.push(title);
        }
    }
    let say = |((flow, reason), environments): ((String, &str), Vec<&str>)| {
        format!("{flow} in {}, because {reason}", environments.join(", "))
    };
    found.into_iter().take(MOST).map(say).collect()
}

/// The rules that let a flow pass, as the policies of both ends have them.
fn written(view: &View, declared: &DeclaredFlow) -> Option<String> {
    let (model, graph) = (view.analysis.model.as_ref()?, &view.analysis.graph);
    let target = Target::Port { endpoint: declared.destination, port: declared.port };
    let is_it = |flow: &&Flow| flow.target == target && flow.environment == declared.environment;
    let flow = graph.outgoing(declared.source).find(is_it)?;
    let halves = emit::halves(model, graph, view.sources(), flow);
    let title = |id: EndpointId| {
        let environment = model.endpoint(id).map(crate::model::Endpoint::environment);
        environment.map_or("", |environment| model.environment_title(environment))
    };
    let mut text = String::new();
    if let Some((name, rules)) = &halves.leaving {
        let _ = write!(text, "# egress of {name} in {}\n{}", title(declared.source), yaml::text(rules).ok()?);
    }
    if let Some((name, rules)) = &halves.entering {
        let _ = write!(text, "# ingress of {name} in {}\n{}", title(declared.destination), yaml::text(rules).ok()?);
    }
    Some(text)
}

/// An answer in words.
pub fn say(view: &View, answer: &Answer) -> Said {
    said(answer, view.sources(), &|span| place(view, span))
}

/// Where something is stated: `flows.bvl:3`.
pub fn place(view: &View, span: Span) -> String {
    format!("{}:{}", view.sources().path(span), view.sources().position(span).line)
}
