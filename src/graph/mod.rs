//! Who talks to whom: declared flows, flows that follow from stated facts, the order of rollout, and paths.
//!
//! Invariants: a flow appears once for each source, target and port; a declared one wins over a derived one; every
//! derived flow says why it exists and what caused it. The only room that names petgraph.

mod again;
mod by_address;
mod derive;
mod hosts;
mod join;
mod mesh;
mod openings;
mod order;
mod path;
mod reach;
pub mod written;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The derivation by which what lets requests in reaches what is exposed.
pub const LETS_IN: &str = "entry";

pub use again::derive_again;
pub use by_address::{ByAddress, Half, Opened, is_held};
pub use hosts::Exposing;
pub use mesh::{Caller, Seen, probes};
pub use openings::Openings;
pub use path::Step;
pub use reach::Question;

use crate::model::{
    DeclaredFlow, Endpoint, EndpointId, Entry, EnvironmentId, Exposure, Model, NamedPort, OwnService, Protocol,
    Workload,
};
use crate::source::Span;
use crate::value::Port;

/// Everything that follows from who talks to whom.
#[derive(Debug, Clone, Default)]
pub struct FlowGraph {
    /// All flows, declared ones first in their own order, then derived ones by derivation.
    pub flows: Vec<Flow>,
    /// What follows whatever flows are declared.
    pub implied: Arc<Implied>,
    outgoing: ByEndpoint,
    incoming: ByEndpoint,
}

/// What follows from the endpoints of a model alone, whatever flows are declared between them.
#[derive(Debug, Clone, Default)]
pub struct Implied {
    /// The flows, each source and target once, by derivation.
    flows: Vec<Flow>,
    /// The workload and port that each trigger asks, by service and index of the trigger.
    pub trigger_sources: BTreeMap<(EndpointId, usize), TriggerSource>,
    /// What lets requests in to what a service exposes, by service and index of the exposure.
    pub entries: BTreeMap<(EndpointId, usize), EndpointId>,
    /// Who is told by the Prometheus Operator about a workload, where there is something to tell.
    pub watchers: BTreeMap<EndpointId, Watchers>,
    /// Triggers that ask someone over the network whom they do not name.
    pub unnamed_sources: Vec<UnnamedSource>,
    /// Ends of derived flows that no declaration provides.
    pub missing: Vec<MissingEnd>,
    /// How many others each service comes after in its environment's rollout: 0 for those that wait for nothing.
    pub waves: BTreeMap<EndpointId, u32>,
    /// Circles in `after`: the services of each, in order, each waiting for the next and the last for the first.
    pub circles: Vec<Vec<EndpointId>>,
    /// Paths end at these.
    externals: BTreeSet<EndpointId>,
}

/// Who is told by the Prometheus Operator about a workload, each in order of declaration.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Watchers {
    /// Those who are told that they scrape it.
    pub scraping: Vec<EndpointId>,
    /// Those who are told when to alert.
    pub alerting: Vec<EndpointId>,
}

impl Watchers {
    /// The name of the object by which one of those who are told about a workload is told: with several of them each has its own,
    /// whose name holds theirs behind a dot, which no name of a workload has.
    pub fn object_name(told: &[EndpointId], workload: &Workload, watcher: &Workload) -> String {
        let name = &workload.name.value;
        if told.len() == 1 { name.clone() } else { format!("{name}.{}", watcher.name.value) }
    }
}

/// Indices of flows by endpoint: ids are dense, so that finding one takes the same time in any platform.
#[derive(Debug, Clone, Default)]
struct ByEndpoint(Vec<Vec<u32>>);

impl ByEndpoint {
    /// The flows of an endpoint.
    fn of(&self, endpoint: EndpointId) -> &[u32] {
        self.0.get(endpoint.0 as usize).map(Vec::as_slice).unwrap_or_default()
    }

    /// Adds a flow of an endpoint.
    fn add(&mut self, endpoint: EndpointId, flow: u32) {
        let at = endpoint.0 as usize;
        if self.0.len() <= at {
            self.0.resize_with(at + 1, Vec::new);
        }
        if let Some(flows) = self.0.get_mut(at) {
            flows.push(flow);
        }
    }
}

/// One kind of traffic that may pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// The environment of the source; of the target where the source is the Kubernetes API.
    pub environment: EnvironmentId,
    /// Who begins.
    pub source: Source,
    /// Who answers.
    pub target: Target,
    /// Why it exists.
    pub why: Why,
}

/// Where a flow begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// A workload (an external that may begin, too: its addresses).
    Endpoint(EndpointId),
    /// The Kubernetes API server: calls to webhooks and aggregated APIs.
    KubernetesApi,
}

/// Where a flow ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// A port of a workload or an external.
    Port {
        /// Whose port.
        endpoint: EndpointId,
        /// Its index in the endpoint's `ports`.
        port: u16,
    },
    /// The cluster's DNS, in the platform's shape.
    Dns,
    /// The Kubernetes API server.
    KubernetesApi,
}

impl Target {
    /// The cluster's own service that it is, if it is one.
    pub fn own(self) -> Option<OwnService> {
        match self {
            Self::Port { .. } => None,
            Self::Dns => Some(OwnService::Dns),
            Self::KubernetesApi => Some(OwnService::KubernetesApi),
        }
    }
}

impl From<OwnService> for Target {
    fn from(own: OwnService) -> Self {
        match own {
            OwnService::Dns => Self::Dns,
            OwnService::KubernetesApi => Self::KubernetesApi,
        }
    }
}

/// Why a flow exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// The spec states it: index into `Model::flows`.
    Declared(u32),
    /// It follows from facts.
    Derived(Arc<Derived>),
}

/// Why a derived flow exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Derived {
    /// The derivation's name: `class`, `quorum`, `scrape`, `trigger`, `entry`, `mesh`, `dns`.
    pub derivation: &'static str,
    /// The reason, as a sentence part after "because": `keda asks nats how many messages wait for worker`. Where several
    /// derivations, or several statements, make one flow, the first three reasons, and how many more there are.
    pub reason: String,
    /// The statement that caused it.
    pub cause: Span,
}

/// The workload and port that a trigger asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TriggerSource {
    /// The workload.
    pub endpoint: EndpointId,
    /// Index of the port in its `ports`.
    pub port: u16,
}

/// A trigger that asks someone over the network, and names nobody: no flow follows from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnnamedSource {
    /// The service that scales on it.
    pub workload: EndpointId,
    /// Its index in the service's triggers.
    pub trigger: usize,
    /// Each KEDA that would ask.
    pub kedas: Vec<EndpointId>,
}

/// An end of a derived flow that no declaration provides, or that more than one does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingEnd {
    /// The statement that needs it.
    pub cause: Span,
    /// The workload whose statement it is.
    pub workload: EndpointId,
    /// What is needed, to follow "needs": `something that scrapes metrics`.
    pub needs: String,
    /// Why, a sentence.
    pub why: String,
    /// A declaration that would provide it: `managed prometheus is prometheus.server { in system }`.
    pub example: String,
    /// The names that could be meant, where there is more than one.
    pub candidates: Vec<String>,
    /// One that would provide it and is where nobody else may use it, since that environment is not shared.
    pub unshared: Option<EndpointId>,
    /// The clause by which one of them is named: `from`.
    pub named_by: &'static str,
}

/// All flows of a model, declared and derived, and the order of its rollout.
///
/// Takes time in proportion to the model and the flows that come out.
pub fn derive(model: &Model) -> FlowGraph {
    join::join(model, Arc::new(derive::imply(model)))
}

impl FlowGraph {
    /// What a service exposes, each with what lets requests in to it and what that lets them in by; what nothing is known to let
    /// requests in to is left out.
    pub fn exposed<'m>(
        &'m self,
        model: &'m Model,
        workload: &'m Workload,
    ) -> impl Iterator<Item = (&'m Exposure, &'m Endpoint, &'m Entry)> {
        let exposures = workload.service().into_iter().flat_map(|service| service.exposures.iter().enumerate());
        exposures.filter_map(move |(index, exposure)| {
            let entry = model.endpoint(*self.implied.entries.get(&(workload.id, index))?)?;
            Some((exposure, entry, entry.entry()?))
        })
    }

    /// The flows that begin at an endpoint.
    pub fn outgoing(&self, endpoint: EndpointId) -> impl Iterator<Item = &Flow> {
        self.at(&self.outgoing, endpoint)
    }

    /// The flows that end at an endpoint.
    pub fn incoming(&self, endpoint: EndpointId) -> impl Iterator<Item = &Flow> {
        self.at(&self.incoming, endpoint)
    }

    fn at<'a>(&'a self, index: &'a ByEndpoint, endpoint: EndpointId) -> impl Iterator<Item = &'a Flow> {
        index.of(endpoint).iter().filter_map(|flow| self.flows.get(*flow as usize))
    }

    /// How many flows are declared, and how many derived.
    pub fn counts(&self) -> (usize, usize) {
        let declared = self.flows.iter().filter(|flow| matches!(flow.why, Why::Declared(_))).count();
        (declared, self.flows.len() - declared)
    }
}

impl Flow {
    /// The endpoint where it begins, if that is one.
    pub fn source_endpoint(&self) -> Option<EndpointId> {
        match self.source {
            Source::Endpoint(endpoint) => Some(endpoint),
            Source::KubernetesApi => None,
        }
    }

    /// The endpoint where it ends, if that is one.
    pub fn target_endpoint(&self) -> Option<EndpointId> {
        match self.target {
            Target::Port { endpoint, .. } => Some(endpoint),
            Target::Dns | Target::KubernetesApi => None,
        }
    }

    /// The port where it ends, if that is an endpoint's.
    pub fn port<'m>(&self, model: &'m Model) -> Option<&'m NamedPort> {
        match self.target {
            Target::Port { endpoint, port } => model.endpoint(endpoint)?.ports().get(usize::from(port)),
            Target::Dns | Target::KubernetesApi => None,
        }
    }

    /// The numbers and protocols at which it asks.
    pub fn ports(&self, model: &Model) -> Vec<(Port, Protocol)> {
        match self.target.own() {
            Some(own) => model.own_ports(own),
            None => self.port(model).map(|port| (port.number.value, port.protocol)).into_iter().collect(),
        }
    }

    /// The flow as the spec states it, if it does.
    pub fn declared<'m>(&self, model: &'m Model) -> Option<&'m DeclaredFlow> {
        match self.why {
            Why::Declared(index) => model.flows.get(index as usize),
            Why::Derived(_) => None,
        }
    }
}
