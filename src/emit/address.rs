//! Where something is reached: the host and port that an address stands for.
//!
//! Invariant: an address that stands for nothing is a finding of the checks; here it becomes the name that was written,
//! and nothing else is made up.

use super::Context;
use crate::model::text::{Address, AddressPart, Piece, Text};
use crate::model::{
    EndpointId, Environment, External, NamedPort, NamedService, PortUse, ServiceForm, Workload, WorkloadKind,
};
use crate::value::Port;

/// A host and a port of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reached {
    /// A name that DNS knows, or an IP address.
    pub(super) host: String,
    /// The port there; `None` for an endpoint without ports.
    pub(super) port: Option<Port>,
}

impl Reached {
    /// `host:port`.
    pub(super) fn joined(&self) -> String {
        match self.port {
            Some(port) if self.host.contains(':') => format!("[{}]:{port}", self.host, port = port.get()),
            Some(port) => format!("{}:{}", self.host, port.get()),
            None => self.host.clone(),
        }
    }
}

/// The text with its addresses put in.
pub(super) fn render(cx: &Context<'_>, text: &Text) -> String {
    let mut rendered = String::new();
    for piece in &text.pieces {
        match piece {
            Piece::Fixed(fixed) => rendered.push_str(fixed),
            Piece::Address(address) => rendered.push_str(&part(cx, address)),
        }
    }
    rendered
}

fn part(cx: &Context<'_>, address: &Address) -> String {
    let Some(reached) = reach(cx, address.endpoint, address.port.as_deref(), ServiceForm::Clustered) else {
        return String::new();
    };
    match address.part {
        AddressPart::Host => reached.host,
        AddressPart::Port => reached.port.map(|port| port.get().to_string()).unwrap_or_default(),
    }
}

/// Where a port of an endpoint is reached; without a name its first port. Of several Services that carry the port, the
/// first of the wanted form.
pub(super) fn reach(
    cx: &Context<'_>,
    endpoint: EndpointId,
    port: Option<&str>,
    wanted: ServiceForm,
) -> Option<Reached> {
    if let Some(external) = cx.model.external(endpoint) {
        let port = named(&external.ports, port).map(|port| port.number.value);
        return Some(Reached { host: outside(external), port });
    }
    let workload = cx.model.workload(endpoint)?;
    let environment = cx.model.environment(workload.environment)?;
    let port = named(&workload.ports, port);
    let (service, form) = match &workload.kind {
        WorkloadKind::Service(_) if is_own(workload, port) => (workload.name.value.as_str(), workload.own_form()),
        WorkloadKind::Service(_) | WorkloadKind::Job(_) | WorkloadKind::Managed(_) => {
            match carrier(&workload.services, port, wanted) {
                Some(service) => (service.name.value.as_str(), service.form),
                None => (workload.name.value.as_str(), ServiceForm::Clustered),
            }
        }
    };
    let port = port.map(|port| port.port_of(form));
    Some(Reached { host: cluster_name(cx, service, environment), port })
}

/// Where a workload's port is reached by scaling triggers. A member of a cluster is asked for the others, and finds them
/// below the headless Service: `getNATSJetStreamMonitoringNodeURLByNode` in kedacore/keda
/// `pkg/scalers/nats_jetstream_scaler.go` (v2.20) puts the member's name before the host.
pub(super) fn reach_members(cx: &Context<'_>, workload: &Workload, port: Option<&str>) -> Option<Reached> {
    let several = workload.managed().is_some_and(|managed| managed.replicas.value > 1);
    reach(cx, workload.id, port, if several { ServiceForm::Headless } else { ServiceForm::Clustered })
}

fn named<'a>(ports: &'a [NamedPort], name: Option<&str>) -> Option<&'a NamedPort> {
    match name {
        Some(name) => ports.iter().find(|port| port.name.value == name),
        None => ports.first(),
    }
}

/// Whether the Service of a service's own name carries a port; without one, whether there is that Service.
fn is_own(workload: &Workload, port: Option<&NamedPort>) -> bool {
    workload.has_own_service() && port.is_none_or(|port| port.usage == PortUse::Serving)
}

/// The Service that carries a port, of those that are stated.
fn carrier<'a>(
    services: &'a [NamedService],
    port: Option<&NamedPort>,
    wanted: ServiceForm,
) -> Option<&'a NamedService> {
    let carries = |service: &&NamedService| match port {
        Some(port) => service.ports.iter().any(|carried| carried.value == port.name.value),
        None => true,
    };
    let mut carriers = services.iter().filter(carries);
    let first = carriers.clone().next();
    carriers.find(|service| service.form == wanted).or(first)
}

/// The whole name, so that no search list of a pod's resolver is asked.
fn cluster_name(cx: &Context<'_>, service: &str, environment: &Environment) -> String {
    format!("{service}.{}.svc.{}", environment.namespace_name(), cx.model.platform.domain.value)
}

/// The host of an external, else its only address.
fn outside(external: &External) -> String {
    match (&external.host, external.cidrs.as_slice()) {
        (Some(host), _) => host.value.clone(),
        (None, [only]) => only.value.single().map_or_else(|| external.name.value.clone(), |ip| ip.to_string()),
        (None, _) => external.name.value.clone(),
    }
}
