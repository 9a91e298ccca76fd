//! What would allow a flow that is denied, and what stands against it.
//!
//! Invariant: no statement is proposed that opens more than what was asked for, as one to an external of all addresses
//! would, and none that the spec has already.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::IpAddr;

use super::address;
use super::flow::{Case, End};
use crate::graph::Flow;
use crate::model::flow::{NeverEnd, Reach};
use crate::model::{Endpoint, EndpointId, Job, Model, NamedPort, Never, Origin, Workload};
use crate::source::Span;
use crate::value::Cidr;

/// What would allow a flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Advice {
    /// A statement, or several.
    State(String),
    /// The spec allows it, and these statements of the environment take it away.
    Keep(Vec<Span>),
    /// Nothing that is said of the address: it is one of the cluster's own.
    Ask(OwnRange),
    /// Nothing: the target is a job, which listens on no port. This says so.
    Uncalled(String),
    /// Nothing: such flows follow from facts alone.
    Derived,
}

/// The addresses that a cluster has of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnRange {
    /// Those of pods.
    Pods,
    /// Those of Services.
    Services,
    /// Those of nodes.
    Nodes,
    /// Those of the API server.
    ApiServer,
}

impl OwnRange {
    /// The word that states them.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pods => "pod-cidr",
            Self::Services => "service-cidr",
            Self::Nodes => "node-cidr",
            Self::ApiServer => "api-server",
        }
    }

    fn of(model: &Model, address: IpAddr) -> Option<Self> {
        let platform = &model.platform;
        let servers = platform.api_server.as_ref().map(|server| server.cidrs.as_slice()).unwrap_or_default();
        let all = [
            (servers, Self::ApiServer),
            (platform.pod_cidrs.as_slice(), Self::Pods),
            (platform.service_cidrs.as_slice(), Self::Services),
            (platform.node_cidrs.as_slice(), Self::Nodes),
        ];
        let is_within = |cidrs: &[Origin<Cidr>]| cidrs.iter().any(|cidr| cidr.value.contains_address(address));
        all.into_iter().find(|(cidrs, _)| is_within(cidrs)).map(|(_, own)| own)
    }
}

impl<'a> Case<'a> {
    /// What would allow it.
    pub(super) fn advice(self, port: Option<&NamedPort>) -> Advice {
        let taken = self.taken(port);
        if !taken.is_empty() {
            return Advice::Keep(taken);
        }
        let target = self.to.endpoint().and_then(|to| self.model.workload(to));
        if let Some(job) = target.filter(|workload| workload.job().is_some()) {
            return Advice::Uncalled(Job::uncalled(&job.name.value));
        }
        if let Some(address) = self.to.address().or(self.from.address()) {
            return self.of_address(address, port);
        }
        // flows of the cluster's own services follow from facts, never from a statement
        let (Some(_), Some(to)) = (self.from.endpoint(), self.to.endpoint()) else { return Advice::Derived };
        let crossing = [self.from, self.to].into_iter().filter_map(End::endpoint);
        let crosses = crossing.filter_map(|end| self.model.endpoint(end)).any(|end| !self.is_near(end));
        let because = if crosses { " because \"...\"" } else { "" };
        // to policies such a pod is its node's address
        let is_on_host =
            |end: End| end.endpoint().and_then(|end| self.model.workload(end)).is_some_and(Workload::is_on_host);
        let has_nodes = !self.model.platform.node_cidrs.is_empty();
        let wants_nodes = !has_nodes && (is_on_host(self.from) || is_on_host(self.to));
        let nodes = if wants_nodes { "node-cidr RANGE-OF-THE-NODES in the platform, and " } else { "" };
        let (new, port) = self.port_of(to, port);
        Advice::State(format!(
            "{nodes}{new}allow {} -> {}.{port}{because}",
            self.written(self.from),
            self.written(self.to)
        ))
    }

    /// The name of a port of an endpoint: the one that is meant, else the first; what has none needs one first.
    fn port_of(self, endpoint: EndpointId, meant: Option<&NamedPort>) -> (String, String) {
        let Some(found) = self.model.endpoint(endpoint) else { return (String::new(), "PORT".to_owned()) };
        if let Some(port) = meant.or(found.ports().first()) {
            return (String::new(), port.name.value.clone());
        }
        let (word, name) = (found.word(), self.written(End::Endpoint(endpoint)));
        (format!("port PORT NUMBER in {word} {name}, and "), "PORT".to_owned())
    }

    /// The statements that would allow an address: to the external that has it, or to one that is not there yet.
    fn of_address(self, address: IpAddr, port: Option<&NamedPort>) -> Advice {
        let external = self.external(address);
        if external.is_none()
            && let Some(own) = OwnRange::of(self.model, address)
        {
            return Advice::Ask(own);
        }
        let bits = if address.is_ipv4() { 32 } else { 128 };
        match (self.from.endpoint(), self.to.endpoint(), external) {
            (Some(_), None, Some(external)) => {
                let (from, name) = (self.written(self.from), &external.name().value);
                let number = self.number;
                let asked = external.ports().iter().find(|port| number == Some(port.number.value.get()));
                let stated = asked.or(external.ports().first().filter(|_| number.is_none()));
                Advice::State(match stated {
                    Some(port) => format!("allow {from} -> {name}.{}", port.name.value),
                    None => format!(
                        "port PORT {} in external {name}, and allow {from} -> {name}.PORT",
                        number.map_or_else(|| "NUMBER".to_owned(), |number| number.to_string())
                    ),
                })
            }
            (Some(_), None, None) => {
                let number = self.number.map_or_else(|| "NUMBER".to_owned(), |number| number.to_string());
                Advice::State(format!(
                    "external NAME {{ cidr {address}/{bits}; port PORT {number} }} and allow {} -> NAME.PORT",
                    self.written(self.from)
                ))
            }
            (None, Some(to), external) => {
                let (known, name) = match external {
                    Some(external) => (String::new(), external.name().value.as_str()),
                    None => (format!("external NAME {{ cidr {address}/{bits} }} and "), "NAME"),
                };
                let (new, port) = self.port_of(to, port);
                Advice::State(format!("{known}{new}allow {name} -> {}.{port}", self.written(self.to)))
            }
            (Some(_), Some(_), _) | (None, None, _) => Advice::Derived,
        }
    }

    /// The external that says the most of an address; one that has all addresses says nothing of it.
    fn external(self, address: IpAddr) -> Option<&'a Endpoint> {
        let range = |external: &Endpoint| {
            let external = self.model.external(external.id())?;
            let own = external.cidrs.iter().map(|cidr| cidr.value).filter(|cidr| cidr.contains_address(address));
            own.reduce(|wide, narrow| if wide.strictly_contains(&narrow) { narrow } else { wide })
        };
        let near = self.model.endpoints().filter(|endpoint| self.is_near(endpoint));
        let having = near.filter(|endpoint| address::has(self.model, endpoint.id(), address));
        let rated = having.filter_map(|endpoint| Some((endpoint, range(endpoint)?)));
        let narrowest = rated
            .filter(|(_, range)| !range.is_world())
            .reduce(|wide, narrow| if wide.1.strictly_contains(&narrow.1) { narrow } else { wide });
        narrowest.map(|(endpoint, _)| endpoint)
    }

    /// The statements that take it away.
    fn taken(self, port: Option<&NamedPort>) -> Vec<Span> {
        let (from, to) = (self.endpoints(self.from), self.endpoints(self.to));
        let is_port = |endpoint: EndpointId, at: u16| {
            let stated = self.model.endpoint(endpoint).and_then(|endpoint| endpoint.ports().get(usize::from(at)));
            let same = port.is_none_or(|port| stated.is_some_and(|stated| stated.is_at(port)));
            same && self.number.is_none_or(|number| stated.is_some_and(|stated| stated.number.value.get() == number))
        };
        let own = self.model.taken_flows.iter().filter(|taken| {
            from.contains(&taken.source) && to.contains(&taken.destination) && is_port(taken.destination, taken.port)
        });
        own.map(|taken| taken.by).collect::<BTreeSet<Span>>().into_iter().collect()
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

    /// The statements that would no longer hold.
    pub(super) fn forbidden(self, port: Option<&NamedPort>) -> Vec<Span> {
        let (from, to) = (self.endpoints(self.from), self.endpoints(self.to));
        let is_about = |never: &&Never| {
            never.sources.iter().any(|end| end.endpoints.iter().any(|one| from.contains(one)))
                && never.destinations.iter().any(|end| {
                    // an address is asked at a number, a name at whatever number it stands for
                    let is_number = |name: &str, number: u16| {
                        let stated = to.iter().filter_map(|id| self.model.endpoint(*id)).flat_map(Endpoint::ports);
                        let mut named = stated.filter(|port| port.name.value == name);
                        named.any(|port| port.number.value.get() == number)
                    };
                    let same_port = match (&end.port, port, self.number) {
                        (Some(name), Some(port), _) => {
                            self.ports().iter().any(|one| one.name.value == *name && one.is_at(port))
                        }
                        (Some(name), None, Some(number)) => is_number(name, number),
                        (None, ..) | (Some(_), None, None) => true,
                    };
                    same_port && end.endpoints.iter().any(|one| to.contains(one))
                })
        };
        // with the flow there would be a way from whoever reaches its source to whatever its target reaches
        let before = self.graph.reaching(&from);
        let leads_there = |never: &Never| {
            let ends = |ends: &[NeverEnd]| -> Vec<EndpointId> {
                ends.iter().flat_map(|end| end.endpoints.iter().copied()).collect()
            };
            let (sources, destinations) = (ends(&never.sources), ends(&never.destinations));
            let behind = self.graph.reaching(&destinations);
            never.reach == Reach::Path
                && sources.iter().any(|source| from.contains(source) || before.contains(source))
                && to.iter().any(|target| destinations.contains(target) || behind.contains(target))
        };
        let nevers = self.model.nevers.iter();
        nevers.filter(|never| is_about(never) || leads_there(never)).map(|never| never.span).collect()
    }

    /// The shortest chain of flows from the source to the target, if there is one.
    pub(super) fn path(self) -> Vec<String> {
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
