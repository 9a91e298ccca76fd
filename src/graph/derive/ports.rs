//! Which port is meant where one is named, or none.

use super::Context;
use crate::graph::Target;
use crate::model::{Endpoint, EndpointId, NamedPort, PortUse, port};

/// The index of the port of that name.
pub(super) fn named(ports: &[NamedPort], name: &str) -> Option<u16> {
    u16::try_from(port::place(ports, name)?).ok()
}

/// The index of the only port: the only one that serves others, else the only one at all.
pub(super) fn only(ports: &[NamedPort]) -> Option<u16> {
    let mut serving = ports.iter().filter(|port| port.usage == PortUse::Serving);
    match (serving.next(), serving.next()) {
        (Some(_), None) => index(ports, |port| port.usage == PortUse::Serving),
        (None, _) if ports.len() == 1 => Some(0),
        _ => None,
    }
}

/// The index of the first port that serves others.
pub(super) fn first_serving(ports: &[NamedPort]) -> Option<u16> {
    index(ports, |port| port.usage == PortUse::Serving)
}

/// The targets of all ports that serve others.
pub(super) fn serving(endpoint: EndpointId, ports: &[NamedPort]) -> impl Iterator<Item = Target> {
    let serving = (0u16..).zip(ports).filter(|(_, port)| port.usage == PortUse::Serving);
    serving.map(move |(port, _)| Target::Port { endpoint, port })
}

/// The ports as a statement names them: `nats.client`.
pub(super) fn spelled(ports: &[NamedPort], endpoint: &str) -> Vec<String> {
    ports.iter().map(|port| format!("{endpoint}.{}", port.name.value)).collect()
}

fn index(ports: &[NamedPort], fits: impl Fn(&NamedPort) -> bool) -> Option<u16> {
    (0u16..).zip(ports).find(|(_, port)| fits(port)).map(|(index, _)| index)
}

impl<'m> Context<'m> {
    /// The ports of an endpoint.
    pub(super) fn ports(&self, endpoint: EndpointId) -> &'m [NamedPort] {
        self.model.endpoint(endpoint).map(Endpoint::ports).unwrap_or_default()
    }
}
