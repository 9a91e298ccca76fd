//! Whether the flows of one model are those of another: then they need not be derived again.
//!
//! Invariant: whatever a derivation or the order of rollout reads of a model is compared here, places included. A
//! derivation that reads more makes this file longer.

use std::sync::Arc;

use super::join::join;
use super::{FlowGraph, derive};
use crate::model::{
    DeclaredFlow, Endpoint, Environment, External, Model, NamedPort, PortUse, Workload, WorkloadKind, managed,
};

/// [`derive()`](super::derive()), which takes over what an earlier model implied, or all its flows, where nothing that they
/// follow from has changed.
pub fn derive_again(model: &Model, earlier: Option<(&Model, &Arc<FlowGraph>)>) -> Arc<FlowGraph> {
    match earlier.filter(|(was, _)| implies_same(was, model)) {
        Some((was, graph)) if declares_same(was, model) => Arc::clone(graph),
        Some((_, graph)) => Arc::new(join(model, Arc::clone(&graph.implied))),
        None => Arc::new(derive(model)),
    }
}

fn implies_same(was: &Model, is: &Model) -> bool {
    was.classes == is.classes
        && was.platform.mesh == is.platform.mesh
        && all(&was.environments, &is.environments, is_same_environment)
        && all(&was.endpoints, &is.endpoints, |was, is| Arc::ptr_eq(was, is) || is_same_endpoint(was, is))
}

fn declares_same(was: &Model, is: &Model) -> bool {
    (Arc::ptr_eq(&was.statements, &is.statements)
        || all(&was.statements, &is.statements, |was, is| was.span == is.span))
        && (Arc::ptr_eq(&was.flows, &is.flows) || all(&was.flows, &is.flows, is_same_flow))
}

fn is_same_flow(was: &DeclaredFlow, is: &DeclaredFlow) -> bool {
    (was.environment, was.source, was.destination, was.port) == (is.environment, is.source, is.destination, is.port)
        && was.statements == is.statements
        && was.destination_span == is.destination_span
}

fn all<T>(was: &[T], is: &[T], same: impl Fn(&T, &T) -> bool) -> bool {
    was.len() == is.len() && was.iter().zip(is).all(|(was, is)| same(was, is))
}

fn is_same_environment(was: &Environment, is: &Environment) -> bool {
    was.id == is.id
        && was.name.value == is.name.value
        && was.shared.is_some() == is.shared.is_some()
        && was.mesh.map(|mesh| mesh.value) == is.mesh.map(|mesh| mesh.value)
}

fn is_same_endpoint(was: &Endpoint, is: &Endpoint) -> bool {
    match (was, is) {
        (Endpoint::Workload(was), Endpoint::Workload(is)) => is_same_workload(was, is),
        (Endpoint::External(was), Endpoint::External(is)) => is_same_external(was, is),
        (Endpoint::Workload(_), Endpoint::External(_)) | (Endpoint::External(_), Endpoint::Workload(_)) => false,
    }
}

fn is_same_workload(was: &Workload, is: &Workload) -> bool {
    let is_same_kind = match (&was.kind, &is.kind) {
        (WorkloadKind::Service(was), WorkloadKind::Service(is)) => {
            let (before, now) = (was.scaling.auto(), is.scaling.auto());
            was.program.after == is.program.after
                && was.exposures == is.exposures
                && before.map(|auto| &auto.triggers) == now.map(|auto| &auto.triggers)
        }
        (WorkloadKind::Job(was), WorkloadKind::Job(is)) => {
            was.program.after == is.program.after && was.is_scheduled() == is.is_scheduled()
        }
        (WorkloadKind::Managed(was), WorkloadKind::Managed(is)) => was == is,
        (WorkloadKind::Service(_) | WorkloadKind::Job(_) | WorkloadKind::Managed(_), _) => false,
    };
    let asked_by_number = was.managed().is_some_and(|managed| managed.has_role(managed::Role::Mesh));
    is_same_kind
        && (!asked_by_number || all(&was.ports, &is.ports, NamedPort::is_at))
        && was.environment == is.environment
        && was.name == is.name
        && was.classes == is.classes
        && all(&was.ports, &is.ports, is_same_port)
        && all(&was.services, &is.services, |was, is| all(&was.ports, &is.ports, |was, is| was.value == is.value))
        && (was.tainted, &was.unread) == (is.tainted, &is.unread)
}

fn is_same_external(was: &External, is: &External) -> bool {
    was.environment == is.environment
        && was.name == is.name
        && was.tainted == is.tainted
        && was.host.is_some() == is.host.is_some()
        && all(&was.ports, &is.ports, is_same_port)
}

/// Which number a port has is nothing to whoever names it, but to proxies, which know their control plane by it.
fn is_same_port(was: &NamedPort, is: &NamedPort) -> bool {
    was.name.value == is.name.value
        && was.usage == is.usage
        && (was.usage != PortUse::Metrics || was.number.span == is.number.span)
}
