//! Where pods go on by the addresses of others: the hops of [`ByAddress`](super::ByAddress) between all workloads at once.
//!
//! Invariant: what grows is a flow or a free port at a time, never a pair: whoever is let out at a number meets whoever is let in
//! there in a place that both know. No hop leads from one environment that is not shared to another one.

use std::collections::{BTreeMap, BTreeSet};

use super::{FlowGraph, is_held};
use crate::model::{EndpointId, EnvironmentId, Model, Protocol};
use crate::value::Port;

/// Which workloads lead on to which others by addresses, through places that are no endpoints.
#[derive(Debug, Clone, Default)]
pub struct Openings {
    /// Where each endpoint, and each place behind the last endpoint, leads on to.
    next: Vec<Vec<u32>>,
    /// The number of the first place.
    first: u32,
}

/// A number at which some are asked.
type Asked = (Port, Protocol);

/// Where some meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// Pods of an environment that are let out to addresses of pods at a number.
    LetOut(EnvironmentId, Asked),
    /// Those of an environment that nothing holds back.
    Free(EnvironmentId),
    /// Pods that let in from addresses of pods at a number.
    LetsIn(EnvironmentId, Asked),
    /// The same at any number.
    LetsInAny(EnvironmentId),
    /// Pods that nothing guards, and that listen at a number.
    Listens(EnvironmentId, Asked),
}

impl FlowGraph {
    /// What stated ranges open between pods: `holding_pods` are the endpoints whose addresses are those of pods as well.
    pub fn openings(&self, model: &Model, holding_pods: &BTreeSet<EndpointId>) -> Openings {
        if holding_pods.is_empty() {
            return Openings::default();
        }
        let n_endpoints = u32::try_from(model.endpoints.len()).unwrap_or(u32::MAX);
        let mut made = Made { places: BTreeMap::new(), openings: Openings { next: Vec::new(), first: n_endpoints } };
        // a pod, with its environment and whether policies judge it
        let pod = |id: EndpointId| {
            let workload = model.workload(id).filter(|_| !model.pod_addresses(id).is_empty())?;
            Some((id, workload.environment, is_held(model, workload)))
        };
        for flow in &self.flows {
            let [source, target] = [flow.source_endpoint(), flow.target_endpoint()];
            let holds = |end: Option<EndpointId>| end.is_some_and(|end| holding_pods.contains(&end));
            if let Some((source, environment, true)) = source.and_then(pod).filter(|_| holds(target)) {
                for asked in flow.ports(model) {
                    made.leads(source, Place::LetOut(environment, asked));
                }
            }
            if let Some((target, environment, true)) = target.and_then(pod).filter(|_| holds(source)) {
                for asked in flow.ports(model) {
                    made.lets_in(environment, asked, target);
                }
            }
        }
        let asked: BTreeSet<Asked> = made.places.keys().filter_map(|place| place.let_out()).collect();
        for workload in model.endpoints.iter().filter_map(|endpoint| model.workload(endpoint.id())) {
            if let Some((id, environment, false)) = pod(workload.id) {
                made.leads(id, Place::Free(environment));
                for port in workload.ports.iter().map(|port| (port.number.value, port.protocol)) {
                    if asked.contains(&port) {
                        let listens = made.at(Place::Listens(environment, port));
                        made.join(listens, id.0);
                    }
                }
            }
        }
        made.meet(model);
        made.openings
    }
}

impl Place {
    fn let_out(self) -> Option<Asked> {
        match self {
            Self::LetOut(_, asked) => Some(asked),
            Self::Free(_) | Self::LetsIn(..) | Self::LetsInAny(_) | Self::Listens(..) => None,
        }
    }
}

/// Openings while they are made.
struct Made {
    places: BTreeMap<Place, u32>,
    openings: Openings,
}

impl Made {
    fn at(&mut self, place: Place) -> u32 {
        let next = self.openings.first.saturating_add(u32::try_from(self.places.len()).unwrap_or(u32::MAX));
        *self.places.entry(place).or_insert(next)
    }

    fn join(&mut self, from: u32, to: u32) {
        let at = from as usize;
        if self.openings.next.len() <= at {
            self.openings.next.resize_with(at + 1, Vec::new);
        }
        if let Some(next) = self.openings.next.get_mut(at) {
            next.push(to);
        }
    }

    fn leads(&mut self, source: EndpointId, place: Place) {
        let place = self.at(place);
        self.join(source.0, place);
    }

    fn lets_in(&mut self, environment: EnvironmentId, asked: Asked, target: EndpointId) {
        let is_new = !self.places.contains_key(&Place::LetsIn(environment, asked));
        let [place, any] =
            [Place::LetsIn(environment, asked), Place::LetsInAny(environment)].map(|place| self.at(place));
        self.join(place, target.0);
        if is_new {
            self.join(any, place);
        }
    }

    /// Joins those who are let out to those who let in, in the same environment or where one of the two is shared.
    fn meet(&mut self, model: &Model) {
        let is_shared = |id| model.environment(id).is_some_and(|environment| environment.shared.is_some());
        let all: Vec<EnvironmentId> = model.environments.iter().map(|environment| environment.id).collect();
        let shared: Vec<EnvironmentId> = all.iter().copied().filter(|id| is_shared(*id)).collect();
        for (place, from) in self.places.clone() {
            let seen = |own: EnvironmentId| {
                let others = if is_shared(own) { all.iter() } else { shared.iter() };
                std::iter::once(own).chain(others.copied().filter(move |id| *id != own))
            };
            let ends: Vec<Place> = match place {
                Place::LetOut(own, asked) => {
                    let ends = |id| [Place::LetsIn(id, asked), Place::Listens(id, asked)];
                    seen(own).flat_map(ends).collect()
                }
                Place::Free(own) => seen(own).map(Place::LetsInAny).collect(),
                Place::LetsIn(..) | Place::LetsInAny(_) | Place::Listens(..) => Vec::new(),
            };
            for end in ends {
                if let Some(to) = self.places.get(&end).copied() {
                    self.join(from, to);
                }
            }
        }
    }
}

impl Openings {
    /// Whether nobody leads on to anybody by addresses.
    pub fn is_empty(&self) -> bool {
        self.next.is_empty()
    }

    /// How many endpoints and places there are, or none where nothing leads on by addresses.
    pub(super) fn len(&self) -> usize {
        self.next.len()
    }

    /// Where an endpoint or a place leads on to.
    pub(super) fn next(&self, from: u32) -> &[u32] {
        self.next.get(from as usize).map(Vec::as_slice).unwrap_or_default()
    }

    /// The workload that this is, unless it is a place.
    pub(super) fn workload(&self, at: u32) -> Option<EndpointId> {
        (at < self.first).then_some(EndpointId(at))
    }

    /// The workloads to which one leads on by addresses. A place in which somebody was before is left out: it leads nobody
    /// further.
    pub(super) fn beyond(&self, source: EndpointId, been: &mut BTreeSet<u32>) -> Vec<EndpointId> {
        let (mut left, mut found) = (vec![source.0], Vec::new());
        while let Some(at) = left.pop() {
            for next in self.next(at) {
                match self.workload(*next) {
                    Some(workload) => found.push(workload),
                    None if been.insert(*next) => left.push(*next),
                    None => {}
                }
            }
        }
        found.sort_unstable();
        found
    }
}
