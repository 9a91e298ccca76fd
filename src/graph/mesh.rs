//! What a mesh makes of flows: who comes without a proxy, and how a port takes what comes in.

use std::collections::BTreeSet;

use super::{Flow, FlowGraph};
use crate::model::{Carriage, EndpointId, Identity, MeshMode, Model, NamedPort, Protocols, Wire, Workload};

/// Whom a port that a mesh carries lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller<'m> {
    /// Somebody with this identity.
    Known(Identity<'m>),
    /// Whoever has none: it is outside of the mesh, or comes as if it were.
    Unknown,
}

/// How network policies see a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// As one to the port that it asks.
    Own,
    /// As one to this port of a proxy.
    Tunnel(u16),
    /// As either: where plain text is taken as well, its source may not be in the mesh yet.
    Either(u16),
}

impl Flow {
    /// Who its source is to the mesh of a workload at which it ends.
    pub fn caller<'m>(&self, model: &'m Model, target: &Workload) -> Caller<'m> {
        let source = self.source_endpoint().and_then(|source| model.workload(source));
        source.and_then(|source| model.identity_to(source, target)).map_or(Caller::Unknown, Caller::Known)
    }

    /// Whether a mesh carries it: both of its ends are in it, and it is TCP.
    pub fn is_meshed(&self, model: &Model) -> bool {
        let is_in = |end: Option<EndpointId>| {
            end.and_then(|end| model.workload(end)).is_some_and(|workload| model.mesh_of(workload).is_some())
        };
        is_in(self.source_endpoint())
            && is_in(self.target_endpoint())
            && self.port(model).is_some_and(NamedPort::is_meshed)
    }

    /// How network policies see it.
    pub fn seen(&self, model: &Model) -> Seen {
        let target = self.target_endpoint().filter(|_| self.is_meshed(model)).and_then(|end| model.workload(end));
        let Some((mesh, mode)) = target.and_then(|target| model.mesh_of(target)) else { return Seen::Own };
        match (mesh.kind.value.facts().wire, mode) {
            (Wire::Own, _) => Seen::Own,
            (Wire::Tunnel(port), MeshMode::Strict) => Seen::Tunnel(port),
            (Wire::Tunnel(port), MeshMode::None | MeshMode::Permissive) => Seen::Either(port),
        }
    }
}

/// From where kubelets ask after the health of a workload's pods, where its mesh gives them addresses of their own, and at which
/// ports.
pub fn probes(model: &Model, workload: &Workload) -> (&'static [&'static str], Vec<u16>) {
    let from = model.mesh_of(workload).map_or(&[] as &[_], |(mesh, _)| mesh.kind.value.facts().probes_from);
    let Some(service) = workload.service().filter(|_| !from.is_empty()) else { return (&[], Vec::new()) };
    let mut ports: Vec<u16> = service.healths().map(|(_, health)| health.port.value.get()).collect();
    ports.sort_unstable();
    ports.dedup();
    (from, ports)
}

impl FlowGraph {
    /// How a TCP port of a workload takes what comes in; `None` where a mesh does not carry it.
    pub fn carriage(&self, model: &Model, workload: &Workload, port: &NamedPort) -> Option<Carriage> {
        let (mesh, mode) = model.mesh_of(workload)?;
        if !port.is_meshed() {
            return None;
        }
        let is_confused = match mesh.kind.value.facts().protocols {
            Protocols::Guessed(_) => workload.ports.iter().any(|other| other.opaque && other.is_at(port)),
            Protocols::Marked(_) | Protocols::Unread => false,
        };
        let is_plain = match mode {
            MeshMode::None | MeshMode::Permissive => true,
            MeshMode::Strict => self.incoming(workload.id).any(|flow| {
                flow.port(model).is_some_and(|asked| asked.is_at(port))
                    && flow.caller(model, workload) == Caller::Unknown
            }),
        };
        Some(match (is_plain, is_confused) {
            (false, _) => Carriage::Mutual,
            (true, false) => Carriage::Either,
            (true, true) => Carriage::Plain,
        })
    }

    /// The TCP ports of a workload that somebody asks and a mesh carries, and those of them that take plain text.
    pub fn asked_ports(&self, model: &Model, workload: &Workload) -> (BTreeSet<u16>, BTreeSet<u16>) {
        let (mut asked, mut plain) = (BTreeSet::new(), BTreeSet::new());
        for port in self.incoming(workload.id).filter_map(|flow| flow.port(model)) {
            let number = port.number.value.get();
            match self.carriage(model, workload, port) {
                None => {}
                Some(Carriage::Mutual) => drop(asked.insert(number)),
                Some(Carriage::Either | Carriage::Plain) => {
                    asked.insert(number);
                    plain.insert(number);
                }
            }
        }
        (asked, plain)
    }

    /// The ports of servers that may speak first at which a workload in a mesh asks somebody outside of it, and at which it asks
    /// nobody in it.
    pub fn opaque_outside(&self, model: &Model, workload: &Workload) -> Vec<u16> {
        let number = |flow: &Flow| flow.port(model).filter(|port| port.is_meshed()).map(|port| port.number.value.get());
        let inside: Vec<u16> =
            self.outgoing(workload.id).filter(|flow| flow.is_meshed(model)).filter_map(number).collect();
        let is_opaque = |flow: &&Flow| flow.port(model).is_some_and(|port| port.opaque);
        let outside = self.outgoing(workload.id).filter(|flow| !flow.is_meshed(model)).filter(is_opaque);
        let mut ports: Vec<u16> = outside.filter_map(number).filter(|port| !inside.contains(port)).collect();
        ports.sort_unstable();
        ports.dedup();
        ports
    }
}
