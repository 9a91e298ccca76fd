//! Which flow a rule of a policy is there for.
//!
//! Invariant: a rule that several flows share leads, peer by peer and port by port, to one that has that peer or that port.

use serde_json::Value;

use crate::emit;
use crate::graph::{Flow, FlowGraph, Source, Target, Why};
use crate::model::{Model, Workload};
use crate::query::diff::tree::{Path, Step};
use crate::source::{SourceMap, Span};

/// The part that each flow of a workload has in its policy.
#[derive(Debug, Default)]
pub(super) struct Halves {
    ingress: Vec<Half>,
    egress: Vec<Half>,
}

/// The part of one flow.
#[derive(Debug)]
struct Half {
    peers: Vec<Value>,
    ports: Vec<Value>,
    /// The statement that allows it, or what it follows from.
    why: Span,
    /// What each range of addresses of the other end is stated by.
    ranges: Vec<(String, Span)>,
}

impl Halves {
    pub(super) fn of(model: &Model, graph: &FlowGraph, sources: &SourceMap, workload: &Workload) -> Self {
        let mut halves = Self::default();
        for flow in graph.incoming(workload.id) {
            let rules = emit::halves(model, graph, sources, flow).entering.map(|(_, rules)| rules);
            for rule in rules.into_iter().flatten() {
                let rule = serde_json::to_value(rule).unwrap_or_default();
                halves.ingress.extend(half(model, flow, (&rule, "from"), flow.source_endpoint()));
            }
        }
        for flow in graph.outgoing(workload.id) {
            let rules = emit::halves(model, graph, sources, flow).leaving.map(|(_, rules)| rules);
            for rule in rules.into_iter().flatten() {
                let rule = serde_json::to_value(rule).unwrap_or_default();
                halves.egress.extend(half(model, flow, (&rule, "to"), flow.target_endpoint()));
            }
        }
        halves
    }

    /// The flow of the rule that a path leads through.
    pub(super) fn rule(&self, tree: &Value, path: &Path) -> Option<Span> {
        let mut steps = path.0.iter().map(|step| match step {
            Step::Key(name) | Step::Element(name) => name.as_str(),
        });
        let direction = steps.nth(1)?;
        let (halves, side) = match direction {
            "ingress" => (&self.ingress, "from"),
            "egress" => (&self.egress, "to"),
            _ => return None,
        };
        let rule = tree.get("spec")?.get(direction)?.get(steps.next()?.parse::<usize>().ok()?)?;
        let part = steps.next()?;
        let (peers, ports) = (list(rule, side), list(rule, "ports"));
        let at: usize = steps.next()?.parse().ok()?;
        let mut its = halves.iter().filter(|half| half.ports.iter().all(|port| ports.contains(port)));
        if part == "ports" {
            let port = ports.get(at)?;
            let half = its.find(|half| half.ports.contains(port) && half.peers.iter().any(|peer| peers.contains(peer)));
            return half.map(|half| half.why);
        }
        let peer = peers.get(at)?;
        let half = its.find(|half| half.peers.contains(peer))?;
        let range = peer.get("ipBlock").and_then(|block| block.get("cidr")).and_then(Value::as_str);
        let is_range = super::last(path) == "cidr";
        let stated = half.ranges.iter().find(|(known, _)| is_range && range == Some(known));
        Some(stated.map_or(half.why, |(_, span)| *span))
    }
}

fn half(
    model: &Model,
    flow: &Flow,
    (rule, side): (&Value, &str),
    other: Option<crate::model::EndpointId>,
) -> Option<Half> {
    let why = match &flow.why {
        Why::Declared(_) => model.statement(*flow.declared(model)?.statements.last()?)?.span,
        Why::Derived(derived) => derived.cause,
    };
    let external = other.and_then(|id| model.external(id));
    let api = model
        .platform
        .api_server
        .as_ref()
        .filter(|_| flow.source == Source::KubernetesApi || flow.target == Target::KubernetesApi);
    let ranges = external.map(|external| &external.cidrs).into_iter().chain(api.map(|api| &api.cidrs)).flatten();
    let ranges = ranges.map(|cidr| (cidr.value.to_string(), cidr.span)).collect();
    Some(Half { peers: list(rule, side), ports: list(rule, "ports"), why, ranges })
}

fn list(rule: &Value, key: &str) -> Vec<Value> {
    rule.get(key).and_then(Value::as_array).cloned().unwrap_or_default()
}
