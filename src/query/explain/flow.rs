//! Whether one workload may talk to another, and why.
//!
//! A connection passes where both halves let it: the egress policy of its source and the ingress policy of its target.
//! Each half is judged by itself, since an environment may have no policies at all.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::IpAddr;

use super::address::{self, address, is_meant_as_address, no_address};
use super::endpoint::{Unknown, environments, find, reference};
use crate::graph::{Derived, Flow, FlowGraph, Source, Target, Why};
use crate::model::environment::DefaultDeny;
use crate::model::{Endpoint, EndpointId, EnvironmentId, Model, NamedPort};
use crate::source::Span;

/// What is asked: names as a flow statement writes them.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Who begins: `web`, `prod/web`, `10.1.2.3`.
    pub source: &'a str,
    /// Who answers: `api`, `api.http`, `prod/api.http`, `dns`, `kubernetes-api`, `10.1.2.3:443`.
    pub target: &'a str,
    /// The environments that it is asked for; all of them where it is empty.
    pub environments: &'a [String],
}

/// The answer for some environments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The environments for which it is the same.
    pub environments: Vec<String>,
    /// The source as a statement names it.
    pub source: String,
    /// The target as a statement names it, without port.
    pub target: String,
    /// What the policies do.
    pub verdict: Verdict,
    /// What lets the source begin.
    pub egress: Half,
    /// What lets the target answer.
    pub ingress: Half,
}

/// Whether a connection passes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The spec allows it, on these ports.
    Allowed(Vec<Allowed>),
    /// Nothing allows it, and nothing denies it either.
    Open,
    /// It is denied.
    Denied {
        /// The half that denies it first.
        missing: Side,
        /// The statement that would allow it; none where only the compiler derives such a flow.
        statement: Option<String>,
        /// Statements that forbid it, so that allowing it would be an error.
        forbidden: Vec<Span>,
        /// How the target is reached through others, names in order; empty where it is not.
        path: Vec<String>,
    },
}

/// One of the two halves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// What leaves the source.
    Egress,
    /// What enters the target.
    Ingress,
}

/// A port on which a connection passes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    /// `http 8080/TCP`; empty where the target has no named ports.
    pub port: String,
    /// Why.
    pub reasons: Vec<Reason>,
}

/// Why a flow is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The spec says so.
    Stated {
        /// The statement.
        place: Span,
        /// Its reason.
        because: Option<String>,
    },
    /// It follows from facts.
    Derived(Derived),
}

/// What decides about one half. Names are as seen from the environment that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Half {
    /// The network policy of this workload.
    Policy(String),
    /// Nothing: the deny is off in that environment.
    Off {
        /// The environment.
        environment: String,
        /// Why it is off.
        because: Option<String>,
    },
    /// Nothing: policies are only reported in this environment.
    Observed(String),
    /// Nothing: the pods of this workload have their nodes' addresses, which no policy selects.
    HostNetwork(String),
    /// Nothing: this is no pod of the platform.
    Outside(String),
}

impl Half {
    /// Whether it lets through only what is allowed.
    pub fn is_closed(&self) -> bool {
        matches!(self, Self::Policy(_))
    }
}

/// An end of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Endpoint(EndpointId),
    Dns,
    KubernetesApi,
    Address(IpAddr),
}

impl End {
    fn endpoint(self) -> Option<EndpointId> {
        match self {
            Self::Endpoint(endpoint) => Some(endpoint),
            Self::Dns | Self::KubernetesApi | Self::Address(_) => None,
        }
    }

    fn address(self) -> Option<IpAddr> {
        match self {
            Self::Address(address) => Some(address),
            Self::Endpoint(_) | Self::Dns | Self::KubernetesApi => None,
        }
    }
}

/// Answers for every environment where both ends exist; answers that are the same become one.
///
/// # Errors
/// A name that stands for nothing.
pub fn flow(model: &Model, graph: &FlowGraph, question: Question<'_>) -> Result<Vec<Answer>, Unknown> {
    for text in [question.source, question.target] {
        if is_meant_as_address(text) && address(text).is_none() {
            return Err(no_address(text));
        }
    }
    let (source_environment, source) = reference(question.source);
    let (target_environment, path) = reference(question.target);
    let to_address = address(path);
    let number = to_address.and_then(|(_, port)| port);
    let named = path.split_once('.').filter(|_| to_address.is_none());
    let (target, port) = named.map_or((path, None), |(name, port)| (name, Some(port)));
    let mut answers: Vec<Answer> = Vec::new();
    let mut seen = BTreeSet::new();
    let mut unknown = None;
    for seen_from in environments(model, question.environments)? {
        let ends = end(model, source_environment, source, seen_from)
            .and_then(|from| Ok((from, end(model, target_environment, target, seen_from)?)));
        let (from, to) = match ends {
            Ok(ends) => ends,
            Err(error) => {
                unknown = unknown.or(Some(error));
                continue;
            }
        };
        if !seen.insert((from, to)) {
            continue;
        }
        let answer = Case { model, graph, from, to, number, seen_from }.answer(port)?;
        let same =
            |known: &&mut Answer| Answer { environments: answer.environments.clone(), ..(*known).clone() } == answer;
        match answers.iter_mut().find(same) {
            Some(known) => known.environments.extend(answer.environments),
            None => answers.push(answer),
        }
    }
    match unknown {
        Some(unknown) if answers.is_empty() => Err(unknown),
        _ => Ok(answers),
    }
}

fn end(model: &Model, environment: Option<&str>, name: &str, seen_from: EnvironmentId) -> Result<End, Unknown> {
    match name {
        "dns" if find(model, environment, name, seen_from).is_err() => Ok(End::Dns),
        "kubernetes-api" => Ok(End::KubernetesApi),
        _ if address(name).is_some() => Ok(address(name).map_or(End::Dns, |(address, _)| End::Address(address))),
        _ => find(model, environment, name, seen_from).map(End::Endpoint),
    }
}

/// Two ends, seen from an environment.
#[derive(Clone, Copy)]
struct Case<'a> {
    model: &'a Model,
    graph: &'a FlowGraph,
    from: End,
    to: End,
    /// The port that an address is asked at.
    number: Option<u16>,
    seen_from: EnvironmentId,
}

impl<'a> Case<'a> {
    fn answer(self, port: Option<&str>) -> Result<Answer, Unknown> {
        let port = port.map(|name| self.port(name)).transpose()?;
        let (egress, ingress) = (self.half(self.from), self.half(self.to));
        let allowed = self.allowed(port);
        let verdict = if !allowed.is_empty() {
            Verdict::Allowed(allowed)
        } else if egress.is_closed() || ingress.is_closed() {
            let missing = if egress.is_closed() { Side::Egress } else { Side::Ingress };
            Verdict::Denied {
                missing,
                statement: self.statement(port),
                forbidden: self.forbidden(port),
                path: self.path(),
            }
        } else {
            Verdict::Open
        };
        Ok(Answer {
            environments: vec![self.model.environment_title(self.seen_from).to_owned()],
            source: self.name(self.from),
            target: self.name(self.to),
            verdict,
            egress,
            ingress,
        })
    }

    /// The end as a statement in this environment names it.
    fn name(self, end: End) -> String {
        let found = match end {
            End::Dns => return "dns".to_owned(),
            End::KubernetesApi => return "kubernetes-api".to_owned(),
            End::Address(address) => return address.to_string(),
            End::Endpoint(endpoint) => self.model.endpoint(endpoint),
        };
        let Some(found) = found else { return String::new() };
        let name = &found.name().value;
        if self.is_near(found) {
            name.clone()
        } else {
            format!("{}/{name}", self.model.environment_title(found.environment()))
        }
    }

    /// Whether a bare name means it: it is in this environment, or in a shared one.
    fn is_near(self, endpoint: &Endpoint) -> bool {
        let environment = endpoint.environment();
        environment == self.seen_from
            || self.model.environment(environment).is_some_and(|environment| environment.shared.is_some())
    }

    fn ports(self) -> &'a [NamedPort] {
        let found = self.to.endpoint().and_then(|endpoint| self.model.endpoint(endpoint));
        found.map_or(&[], Endpoint::ports)
    }

    fn port(self, name: &str) -> Result<&'a NamedPort, Unknown> {
        let found = self.ports().iter().find(|port| port.name.value == name);
        found.ok_or_else(|| {
            let names = self.ports().iter().map(|port| port.name.value.as_str());
            Unknown::new(format!("{} has no port named", self.name(self.to)), name, names)
        })
    }

    fn half(self, end: End) -> Half {
        let workload = match end {
            End::Dns | End::KubernetesApi | End::Address(_) => return Half::Outside(self.name(end)),
            End::Endpoint(endpoint) => self.model.workload(endpoint),
        };
        let name = self.name(end);
        let Some(workload) = workload else { return Half::Outside(name) };
        let Some(environment) = self.model.environment(workload.environment) else { return Half::Outside(name) };
        if workload.managed().is_some_and(|managed| managed.host_network.is_some()) {
            return Half::HostNetwork(name);
        }
        match &environment.default_deny {
            DefaultDeny::Off { because, .. } => Half::Off {
                environment: environment.title.clone(),
                because: because.as_ref().map(|because| because.value.clone()),
            },
            DefaultDeny::On if environment.observe.is_some() => Half::Observed(environment.title.clone()),
            DefaultDeny::On => Half::Policy(name),
        }
    }

    fn flows(self) -> Vec<&'a Flow> {
        let graph = self.graph;
        let is_target = move |flow: &&Flow| match flow.target {
            _ if self.to.address().is_some_and(|address| address::is_target(self.model, flow, address)) => {
                self.number.is_none() || self.number == address::port(self.model, flow)
            }
            Target::Port { endpoint, .. } => self.to == End::Endpoint(endpoint),
            Target::Dns => self.to == End::Dns,
            Target::KubernetesApi => self.to == End::KubernetesApi,
        };
        match (self.from, self.to) {
            (End::Endpoint(source), _) => graph.outgoing(source).filter(is_target).collect(),
            (End::KubernetesApi, End::Endpoint(target)) => {
                graph.incoming(target).filter(|flow| flow.source == Source::KubernetesApi).collect()
            }
            (End::Address(address), End::Endpoint(target)) => {
                graph.incoming(target).filter(|flow| address::is_source(self.model, flow, address)).collect()
            }
            (End::Dns | End::KubernetesApi | End::Address(_), _) => Vec::new(),
        }
    }

    /// The ports on which it passes, in the order of the target's ports.
    fn allowed(self, port: Option<&NamedPort>) -> Vec<Allowed> {
        let mut allowed: Vec<Allowed> = Vec::new();
        for flow in self.flows() {
            let own = flow.port(self.model);
            if port.is_some() && own != port {
                continue;
            }
            let shown = own.map_or_else(String::new, |port| {
                format!("{} {}/{}", port.name.value, port.number.value, port.protocol.name())
            });
            let reasons = self.reasons(flow);
            match allowed.iter_mut().find(|known| known.port == shown) {
                Some(known) => known.reasons.extend(reasons),
                None => allowed.push(Allowed { port: shown, reasons }),
            }
        }
        let place = |allowed: &Allowed| {
            let name = allowed.port.split(' ').next().unwrap_or_default();
            self.ports().iter().position(|port| port.name.value == name)
        };
        allowed.sort_by_key(place);
        allowed
    }

    fn reasons(self, flow: &Flow) -> Vec<Reason> {
        let declared = match &flow.why {
            Why::Derived(derived) => return vec![Reason::Derived((**derived).clone())],
            Why::Declared(_) => flow.declared(self.model),
        };
        let statements = declared.map(|declared| declared.statements.as_slice()).unwrap_or_default();
        let statements = statements.iter().filter_map(|id| self.model.statement(*id));
        let stated = statements.map(|statement| Reason::Stated {
            place: statement.span,
            because: statement.because.as_ref().map(|because| because.value.clone()),
        });
        stated.collect()
    }

    fn statement(self, port: Option<&NamedPort>) -> Option<String> {
        if let Some(address) = self.to.address().or(self.from.address()) {
            return self.statement_of(address, port);
        }
        // flows of the cluster's own services follow from facts, never from a statement
        self.from.endpoint().and(self.to.endpoint())?;
        let named = port.or(self.ports().first()).map(|port| format!(".{}", port.name.value)).unwrap_or_default();
        let crossing = [self.from, self.to].into_iter().filter_map(End::endpoint);
        let crosses = crossing.filter_map(|end| self.model.endpoint(end)).any(|end| !self.is_near(end));
        let because = if crosses { " because \"...\"" } else { "" };
        // to policies such a pod is its node's address
        let is_on_host = |end: End| matches!(self.half(end), Half::HostNetwork(_));
        let has_nodes = !self.model.platform.node_cidrs.is_empty();
        let wants_nodes = !has_nodes && (is_on_host(self.from) || is_on_host(self.to));
        let nodes = if wants_nodes { "node-cidr RANGE-OF-THE-NODES in the platform, and " } else { "" };
        Some(format!("{nodes}allow {} -> {}{named}{because}", self.name(self.from), self.name(self.to)))
    }

    /// The statement that would allow an address: to the external that has it, or to one that is not there yet.
    fn statement_of(self, address: IpAddr, port: Option<&NamedPort>) -> Option<String> {
        let near = self.model.endpoints().filter(|endpoint| self.is_near(endpoint));
        let mut externals = near.filter(|endpoint| self.model.workload(endpoint.id()).is_none());
        let external = externals.find(|external| address::has(self.model, external.id(), address));
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let asked = self.number.map(|number| format!("; port NAME {number}")).unwrap_or_default();
        let (known, name) = match external {
            Some(external) => (String::new(), external.name().value.clone()),
            None => (format!("external NAME {{ cidr {address}/{bits}{asked} }} and "), "NAME".to_owned()),
        };
        let first = |endpoint: &Endpoint| endpoint.ports().first().map(|port| format!(".{}", port.name.value));
        match (self.from.endpoint(), self.to.endpoint()) {
            (Some(_), None) => {
                let from = self.name(self.from);
                let Some((external, number)) = external.zip(self.number) else {
                    let port = external.and_then(first).unwrap_or_default();
                    return Some(format!("{known}allow {from} -> {name}{port}"));
                };
                let stated = external.ports().iter().find(|port| port.number.value.get() == number);
                Some(match stated {
                    Some(port) => format!("allow {from} -> {name}.{}", port.name.value),
                    None => format!("port NAME {number} in external {name}, and allow {from} -> {name}.NAME"),
                })
            }
            (None, Some(to)) => {
                let named = port.map(|port| format!(".{}", port.name.value));
                let port = named.or_else(|| self.model.endpoint(to).and_then(first)).unwrap_or_default();
                Some(format!("{known}allow {name} -> {}{port}", self.name(self.to)))
            }
            (Some(_), Some(_)) | (None, None) => None,
        }
    }

    /// Whom the spec calls by an end: an address may be of several.
    fn endpoints(self, end: End) -> Vec<EndpointId> {
        match end {
            End::Endpoint(endpoint) => vec![endpoint],
            End::Address(address) => {
                let near = self.model.endpoints().filter(|endpoint| self.is_near(endpoint));
                near.map(Endpoint::id).filter(|id| address::has(self.model, *id, address)).collect()
            }
            End::Dns | End::KubernetesApi => Vec::new(),
        }
    }

    fn forbidden(self, port: Option<&NamedPort>) -> Vec<Span> {
        let (from, to) = (self.endpoints(self.from), self.endpoints(self.to));
        let is_about = |never: &&crate::model::Never| {
            never.sources.iter().any(|end| end.endpoints.iter().any(|one| from.contains(one)))
                && never.destinations.iter().any(|end| {
                    // an address is asked at a number, a name at a name
                    let is_number = |name: &str, number: u16| {
                        let stated = to.iter().filter_map(|id| self.model.endpoint(*id)).flat_map(Endpoint::ports);
                        let mut named = stated.filter(|port| port.name.value == name);
                        named.any(|port| port.number.value.get() == number)
                    };
                    let same_port = match (&end.port, port, self.number) {
                        (Some(name), Some(port), _) => *name == port.name.value,
                        (Some(name), None, Some(number)) => is_number(name, number),
                        (None, ..) | (Some(_), None, None) => true,
                    };
                    same_port && end.endpoints.iter().any(|one| to.contains(one))
                })
        };
        self.model.nevers.iter().filter(is_about).map(|never| never.span).collect()
    }

    /// The shortest chain of flows from the source to the target, if there is one.
    fn path(self) -> Vec<String> {
        let (Some(from), Some(to)) = (self.from.endpoint(), self.to.endpoint()) else { return Vec::new() };
        let mut came_from: BTreeMap<EndpointId, EndpointId> = BTreeMap::new();
        let mut queue = VecDeque::from([from]);
        while let Some(here) = queue.pop_front() {
            for next in self.graph.outgoing(here).filter_map(Flow::target_endpoint) {
                if next != from && !came_from.contains_key(&next) {
                    came_from.insert(next, here);
                    queue.push_back(next);
                }
            }
        }
        let mut path = Vec::new();
        let mut here = to;
        while let Some(before) = came_from.get(&here) {
            path.push(self.name(End::Endpoint(here)));
            here = *before;
        }
        if !path.is_empty() {
            path.push(self.name(self.from));
        }
        path.reverse();
        path
    }
}
