//! Whether one workload may talk to another, and why.
//!
//! A connection passes where both halves let it: the egress policy of its source and the ingress policy of its target.
//! Each half is judged by itself, since an environment may have no policies at all.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::address::{self, address, is_meant_as_address, no_address, protocol};
use super::advice::Advice;
use super::endpoint::{Unknown, environments, find, in_environment, reference, unknown};
use crate::graph::{Derived, Flow, FlowGraph, Source, Target, Why};
use crate::model::environment::DefaultDeny;
use crate::model::{Common, Endpoint, EndpointId, EnvironmentId, Meeting, Model, NamedPort, OwnService, Workload};
use crate::source::Span;
use crate::value::Cidr;

/// What is asked: names as a flow statement writes them.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Who begins: `web`, `prod/web`, `10.1.2.3`.
    pub source: &'a str,
    /// Who answers: `api`, `api.http`, `prod/api.http`, `api.8080/TCP`, `api:8080`, `dns`, `kubernetes-api`, `10.1.2.3:443`.
    pub target: &'a str,
    /// The environments that it is asked for; all of them where it is empty.
    pub environments: &'a [String],
}

/// The answer for some environments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The environments for which it is the same; none where both ends are outside of all of them.
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
        /// What would allow it.
        advice: Advice,
        /// Statements that forbid it, so that allowing it would be an error.
        forbidden: Vec<Span>,
        /// How the target is reached through others, names in order; empty where it is not.
        path: Vec<String>,
        /// What lets the source out to the target's addresses, at ports that the target has not.
        beside: Vec<Beside>,
    },
}

/// A flow to somebody else who has addresses of the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beside {
    /// Who that is.
    pub with: String,
    /// Addresses that both have.
    pub addresses: String,
    /// The port that is asked there: `q 9999/TCP`.
    pub port: String,
    /// The statement that allows it or causes it.
    pub place: Span,
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
    /// The addresses of an end are those of another one as well, who may.
    Shared {
        /// The other one.
        with: String,
        /// Addresses that both have: `10.20.0.10`, `10.20.0.0/24`.
        addresses: String,
        /// The statement that allows it or causes it.
        place: Span,
    },
}

/// What decides about one half. Names are as seen from the environment that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Half {
    /// The network policy of this workload.
    Policy {
        /// The workload.
        workload: String,
        /// The label by which it knows the other end's namespace, where somebody else than bvlc has to put it there.
        label: Option<String>,
    },
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
        matches!(self, Self::Policy { .. })
    }
}

/// An end of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum End {
    Endpoint(EndpointId),
    Dns,
    KubernetesApi,
    Address(IpAddr),
}

impl End {
    pub(super) fn endpoint(self) -> Option<EndpointId> {
        match self {
            Self::Endpoint(endpoint) => Some(endpoint),
            Self::Dns | Self::KubernetesApi | Self::Address(_) => None,
        }
    }

    pub(super) fn address(self) -> Option<IpAddr> {
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
    let (asked, protocol) = protocol(question.target);
    for text in [question.source, asked] {
        if is_meant_as_address(text) && address(text).is_none() {
            return Err(no_address(text));
        }
    }
    let (source_environment, source) = reference(question.source);
    let (target_environment, path) = reference(asked);
    let are_named = source_environment.is_some() && target_environment.is_some();
    let to_address = address(path);
    let number = to_address.and_then(|(_, port)| port);
    let (target, port) = if to_address.is_some() { (path, None) } else { parted(path, question.target)? };
    let mut answers: Vec<Answer> = Vec::new();
    let mut seen = BTreeSet::new();
    for name in [source, target] {
        if !is_known(model, name) {
            return Err(unknown(model, name));
        }
    }
    let mut apart = None;
    for seen_from in environments(model, question.environments)? {
        let ends = end(model, source_environment, source, seen_from)
            .and_then(|from| Ok((from, end(model, target_environment, target, seen_from)?)));
        let (from, to) = match ends {
            Ok(ends) => ends,
            Err(error) => {
                apart = apart.or(Some(error));
                continue;
            }
        };
        if !seen.insert((from, to)) {
            continue;
        }
        let answer = Case { model, graph, from, to, number, protocol, seen_from }.at_home(are_named).answer(port)?;
        let same =
            |known: &&mut Answer| Answer { environments: answer.environments.clone(), ..(*known).clone() } == answer;
        match answers.iter_mut().find(same) {
            Some(known) => known.environments.extend(answer.environments),
            None => answers.push(answer),
        }
    }
    match apart {
        Some(apart) if answers.is_empty() => {
            let is_anywhere = question.environments.is_empty() && source_environment.or(target_environment).is_none();
            let elsewhere = model.endpoints().find(|endpoint| endpoint.name().value == target);
            Err(match elsewhere.filter(|_| is_anywhere) {
                Some(elsewhere) => Unknown {
                    what: format!("no environment sees both `{source}` and"),
                    name: target.to_owned(),
                    near: Some(in_environment(model, elsewhere)),
                },
                None => apart,
            })
        }
        _ => Ok(answers),
    }
}

/// A name and the port beside it: `api.http`, `api.8080`, and as addresses are written, `api:8080`. `whole` is all of what
/// was asked for.
fn parted<'a>(path: &'a str, whole: &str) -> Result<(&'a str, Option<&'a str>), Unknown> {
    let Some((name, port)) = path.split_once(':') else {
        return Ok(path.split_once('.').map_or((path, None), |(name, port)| (name, Some(port))));
    };
    if port.parse::<u16>().is_ok() {
        return Ok((name, Some(port)));
    }
    // what stands before the name, of a preview environment, may have a colon of its own
    let near = whole.rsplit_once(':').map(|(before, behind)| format!("{before}.{behind}"));
    let what = "behind `:` stands the number of a port; its name follows a point:".to_owned();
    Err(Unknown { what, name: whole.to_owned(), near })
}

/// Whether a name stands for something in any environment.
fn is_known(model: &Model, name: &str) -> bool {
    matches!(name, "dns" | "kubernetes-api")
        || address(name).is_some()
        || model.endpoints().any(|endpoint| endpoint.name().value == name)
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
pub(super) struct Case<'a> {
    pub(super) model: &'a Model,
    pub(super) graph: &'a FlowGraph,
    pub(super) from: End,
    pub(super) to: End,
    /// The port that an address is asked at.
    pub(super) number: Option<u16>,
    /// The protocol, where one is asked for.
    protocol: Option<&'static str>,
    seen_from: EnvironmentId,
}

impl<'a> Case<'a> {
    /// The environments of the ends that are in one.
    fn homes(self) -> impl Iterator<Item = EnvironmentId> {
        let ends = [self.from, self.to].into_iter().filter_map(End::endpoint);
        ends.filter_map(|end| self.model.endpoint(end)).map(Endpoint::environment)
    }

    /// The same, seen from where one of the ends is, first one that is not shared: names that name their environment are
    /// found from everywhere. `are_named` says that both do.
    fn at_home(self, are_named: bool) -> Self {
        if !are_named && self.homes().any(|home| home == self.seen_from) {
            return self;
        }
        let is_shared = |id: &EnvironmentId| self.model.environment(*id).is_some_and(|one| one.shared.is_some());
        let home = self.homes().find(|home| !is_shared(home)).or_else(|| self.homes().next());
        Self { seen_from: home.unwrap_or(self.seen_from), ..self }
    }

    fn answer(self, port: Option<&str>) -> Result<Answer, Unknown> {
        let port = port.map(|name| self.port(name)).transpose()?;
        let (egress, ingress) = (self.half(self.from, self.to), self.half(self.to, self.from));
        let allowed = self.allowed(port);
        let verdict = if !allowed.is_empty() {
            Verdict::Allowed(allowed)
        } else if egress.is_closed() || ingress.is_closed() {
            let missing = if egress.is_closed() { Side::Egress } else { Side::Ingress };
            Verdict::Denied {
                missing,
                advice: self.advice(port),
                forbidden: self.forbidden(port),
                path: self.path(),
                beside: if port.is_none() { self.beside() } else { Vec::new() },
            }
        } else {
            Verdict::Open
        };
        let here = self.homes().next().map(|_| self.model.environment_title(self.seen_from).to_owned());
        Ok(Answer {
            environments: here.into_iter().collect(),
            source: self.name(self.from),
            target: self.name(self.to),
            verdict,
            egress,
            ingress,
        })
    }

    /// The end as a statement in this environment names it.
    pub(super) fn name(self, end: End) -> String {
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

    /// The same, as statements write it.
    pub(super) fn written(self, end: End) -> String {
        match end.endpoint().and_then(|endpoint| self.model.endpoint(endpoint)) {
            Some(found) if !self.is_near(found) => in_environment(self.model, found),
            _ => self.name(end),
        }
    }

    /// Whether a bare name means it: it is in this environment, or in a shared one.
    pub(super) fn is_near(self, endpoint: &Endpoint) -> bool {
        let environment = endpoint.environment();
        environment == self.seen_from
            || self.model.environment(environment).is_some_and(|environment| environment.shared.is_some())
    }

    pub(super) fn ports(self) -> &'a [NamedPort] {
        let found = self.to.endpoint().and_then(|endpoint| self.model.endpoint(endpoint));
        found.map_or(&[], Endpoint::ports)
    }

    fn port(self, name: &str) -> Result<&'a NamedPort, Unknown> {
        let number = name.parse::<u16>().ok();
        let is_it = |port: &&NamedPort| {
            (port.name.value == name || number == Some(port.number.value.get())) && self.is_asked(port)
        };
        let found = self.ports().iter().find(is_it);
        found.ok_or_else(|| {
            let names = self.ports().iter().map(|port| port.name.value.as_str());
            let protocol = self.protocol.map(|protocol| format!("{protocol} ")).unwrap_or_default();
            Unknown::new(format!("{} has no {protocol}port named", self.name(self.to)), name, names)
        })
    }

    /// Whether a port is of the protocol that is asked for.
    pub(super) fn is_asked(self, port: &NamedPort) -> bool {
        self.protocol.is_none_or(|protocol| port.protocol.name() == protocol)
    }

    /// Who decides about one end's half of what passes between it and the other one.
    pub(super) fn half(self, end: End, other: End) -> Half {
        let workload = match end {
            End::Dns | End::KubernetesApi | End::Address(_) => return Half::Outside(self.name(end)),
            End::Endpoint(endpoint) => self.model.workload(endpoint),
        };
        let name = self.name(end);
        let Some(workload) = workload else { return Half::Outside(name) };
        let Some(environment) = self.model.environment(workload.environment) else { return Half::Outside(name) };
        if workload.is_on_host() {
            return Half::HostNetwork(name);
        }
        match &environment.default_deny {
            DefaultDeny::Off { because, .. } => Half::Off {
                environment: environment.title.clone(),
                because: because.as_ref().map(|because| because.value.clone()),
            },
            DefaultDeny::On if environment.observe.is_some() => Half::Observed(environment.title.clone()),
            DefaultDeny::On => Half::Policy { workload: name, label: self.label_of_others(workload, other) },
        }
    }

    /// The label by which a workload's policy knows the other end, where no namespace of bvlc's bears it.
    fn label_of_others(self, workload: &Workload, other: End) -> Option<String> {
        let other = self.model.workload(other.endpoint()?)?;
        let home = self.model.environment(other.environment)?;
        let is_named = home.id == workload.environment || other.is_on_host();
        (home.is_unlabeled() && !is_named).then(|| format!("bvl.dev/environment: {}", home.name.value))
    }

    fn flows(self) -> Vec<&'a Flow> {
        let graph = self.graph;
        let is_target = move |flow: &&Flow| match flow.target {
            _ if self.to.address().is_some_and(|address| address::is_target(self.model, flow, address)) => {
                self.number.is_none() || self.number == address::port(self.model, flow)
            }
            Target::Port { endpoint, .. } => {
                self.to == End::Endpoint(endpoint) || self.common(self.to, endpoint).is_some() && self.answers(flow)
            }
            Target::Dns => self.to == End::Dns || self.meets(self.to, OwnService::Dns, flow),
            Target::KubernetesApi => {
                self.to == End::KubernetesApi || self.meets(self.to, OwnService::KubernetesApi, flow)
            }
        };
        match (self.from, self.to) {
            (End::Endpoint(source), End::Endpoint(target)) => {
                let outgoing = graph.outgoing(source).filter(is_target);
                let is_another = |other: &EndpointId| *other != source;
                let stands_in = |other| self.common(self.from, other).is_some();
                let incoming = graph.incoming(target).filter(|flow| match flow.source {
                    Source::Endpoint(other) => is_another(&other) && stands_in(other),
                    Source::KubernetesApi => !self.model.meetings(OwnService::KubernetesApi, source).is_empty(),
                });
                outgoing.chain(incoming).collect()
            }
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

    /// What an end and another endpoint have in common: policies tell them apart by their addresses alone.
    fn common(self, end: End, other: EndpointId) -> Option<Common<'a>> {
        let end = end.endpoint().filter(|end| *end != other)?;
        self.model.addresses(other).common(&self.model.addresses(end))
    }

    /// Whether the target answers where a flow asks.
    fn answers(self, flow: &Flow) -> bool {
        let target = self.to.endpoint().and_then(|endpoint| self.model.endpoint(endpoint));
        target.zip(flow.port(self.model)).is_some_and(|(target, port)| target.answers_at(port))
    }

    /// Whether an end and what a flow asks of the cluster's own have addresses or pods in common, and the end answers there.
    fn meets(self, end: End, own: OwnService, flow: &Flow) -> bool {
        let Some(endpoint) = end.endpoint() else { return false };
        let asked = flow.ports(self.model);
        let ports = self.ports();
        let answers = ports.is_empty() || ports.iter().any(|port| asked.contains(&(port.number.value, port.protocol)));
        answers && !self.model.meetings(own, endpoint).is_empty()
    }

    /// The port of a flow as the target calls it: the name that is asked for, where several are one port.
    fn asked_port(self, flow: &Flow, asked: Option<&'a NamedPort>) -> Option<&'a NamedPort> {
        let at = flow.ports(self.model);
        let is_at = |port: &&'a NamedPort| at.contains(&(port.number.value, port.protocol));
        let own = flow.port(self.model).filter(|_| flow.target_endpoint() == self.to.endpoint());
        asked.filter(is_at).or(own).or_else(|| self.ports().iter().find(is_at)).or_else(|| flow.port(self.model))
    }

    /// The ports on which it passes, in the order of the target's ports.
    fn allowed(self, port: Option<&'a NamedPort>) -> Vec<Allowed> {
        let mut allowed: Vec<Allowed> = Vec::new();
        let mut passing = Vec::new();
        for flow in self.flows() {
            let own = self.asked_port(flow, port);
            if port.is_some() && own != port || own.is_some_and(|own| !self.is_asked(own)) {
                continue;
            }
            passing.push((own.map(port_in_words).unwrap_or_default(), self.reasons(flow)));
        }
        passing.extend(self.by_address(port));
        for (shown, reasons) in passing {
            let known = allowed.iter().position(|known| known.port == shown).unwrap_or(allowed.len());
            if known == allowed.len() {
                allowed.push(Allowed { port: shown, reasons: Vec::new() });
            }
            let Some(known) = allowed.get_mut(known) else { continue };
            // an address may be of several externals that one statement names
            for reason in reasons {
                if !known.reasons.contains(&reason) {
                    known.reasons.push(reason);
                }
            }
        }
        let place = |allowed: &Allowed| {
            let name = allowed.port.split(' ').next().unwrap_or_default();
            self.ports().iter().position(|port| port.name.value == name)
        };
        allowed.sort_by_key(place);
        allowed
    }

    /// What leaves the source for addresses of the target, to somebody else who has them and at ports that the target has not.
    fn beside(self) -> Vec<Beside> {
        let (Some(source), Some(_)) = (self.from.endpoint(), self.to.endpoint()) else { return Vec::new() };
        let mut found = Vec::new();
        for flow in self.graph.outgoing(source).filter(|flow| !self.answers(flow)) {
            let Some(other) = flow.target_endpoint() else { continue };
            let (Some(common), Some(port)) = (self.common(self.to, other), flow.port(self.model)) else { continue };
            found.extend(self.places(flow).into_iter().map(|place| Beside {
                with: self.name(End::Endpoint(other)),
                addresses: range_in_words(common.range),
                port: port_in_words(port),
                place,
            }));
        }
        found
    }

    fn reasons(self, flow: &Flow) -> Vec<Reason> {
        let ends = [(self.from, flow.source_endpoint()), (self.to, flow.target_endpoint())];
        let shared = ends.into_iter().find_map(|(end, other)| Some((other?, self.common(end, other?)?)));
        if let Some((other, common)) = shared {
            let addresses = range_in_words(common.range);
            let with = self.name(End::Endpoint(other));
            let places = self.places(flow).into_iter();
            let reason = |place| Reason::Shared { with: with.clone(), addresses: addresses.clone(), place };
            return places.map(reason).collect();
        }
        let declared = match &flow.why {
            Why::Derived(derived) => {
                let mut derived = (**derived).clone();
                derived.reason.extend(self.met(flow).map(|met| format!(", and {met}")));
                return vec![Reason::Derived(derived)];
            }
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

    /// What an endpoint shares with the service of the cluster's own that the flow is there for.
    fn met(self, flow: &Flow) -> Option<String> {
        let source = match flow.source {
            Source::Endpoint(_) => None,
            Source::KubernetesApi => Some(OwnService::KubernetesApi),
        };
        let ends = [(self.from, source), (self.to, flow.target.own())];
        ends.into_iter().find_map(|(end, own)| {
            let (endpoint, own) = (end.endpoint()?, own?);
            let met = match self.model.meetings(own, endpoint).first()? {
                Meeting::Addresses { range, .. } => range_in_words(*range),
                Meeting::Pods(pods) => format!("the pods `{}={}`", pods.key, pods.value),
            };
            Some(format!("{} has {met} as well", own.title()))
        })
    }

    /// The statements that a flow is there for.
    pub(super) fn places(self, flow: &Flow) -> Vec<Span> {
        match &flow.why {
            Why::Derived(derived) => vec![derived.cause],
            Why::Declared(_) => {
                let statements = flow.declared(self.model).map(|declared| declared.statements.as_slice());
                let statements = statements.unwrap_or_default().iter().filter_map(|id| self.model.statement(*id));
                statements.map(|statement| statement.span).collect()
            }
        }
    }
}

/// `http 8080/TCP`.
pub(super) fn port_in_words(port: &NamedPort) -> String {
    format!("{} {}/{}", port.name.value, port.number.value, port.protocol.name())
}

/// One address, or a range.
pub(super) fn range_in_words(range: Cidr) -> String {
    range.single().map_or_else(|| range.to_string(), |one| one.to_string())
}
