//! Ports of endpoints, by name.

use super::body::{Body, Decoder};
use super::named_service::ServiceForm;
use super::origin::Origin;
use crate::value::{Port, TermKind};

/// The transport of a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protocol {
    /// TCP
    Tcp,
    /// UDP
    Udp,
}

impl Protocol {
    /// As Kubernetes writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
        }
    }
}

/// What a port is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PortUse {
    /// Traffic of other workloads; stated with `port`.
    Serving,
    /// Probes; stated with `health`.
    Health,
    /// Metrics; stated with `metrics`.
    Metrics,
}

/// A named port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedPort {
    /// Its name; `health` and `metrics` for those two uses.
    pub name: Origin<String>,
    /// The number that the pod (or external) listens on.
    pub number: Origin<Port>,
    /// Its transport.
    pub protocol: Protocol,
    /// The port of the Service, where it differs from the number.
    pub service_port: Option<Origin<Port>>,
    /// What it is for.
    pub usage: PortUse,
}

impl NamedPort {
    /// Whether it is at the number and protocol of another one.
    pub fn is_at(&self, other: &Self) -> bool {
        self.number.value == other.number.value && self.protocol == other.protocol
    }

    /// The port of the Service in front of it.
    pub fn service_port(&self) -> Port {
        self.service_port.as_ref().map_or(self.number.value, |port| port.value)
    }

    /// Its port in a Service of that form: a headless one leads to the pods themselves, hence to their own port.
    pub fn port_of(&self, form: ServiceForm) -> Port {
        match form {
            ServiceForm::Clustered => self.service_port(),
            ServiceForm::Headless => self.number.value,
        }
    }
}

/// Reads every `port`, then `health` and `metrics` as the ports that they name.
pub fn decode(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Vec<NamedPort> {
    let mut ports = Vec::new();
    for entry in body.all("port") {
        let Some(number) = decoder.argument::<Port>(entry, 1) else { continue };
        let Some((name, part)) = entry.term(0) else { continue };
        if matches!(name.kind, TermKind::Number(_) | TermKind::Bad) {
            // no name, which is said where it stands
            decoder.tainted = true;
            continue;
        }
        ports.push(NamedPort {
            name: Origin::new(entry.key.clone().into_owned(), name.span, part.layer),
            number,
            protocol: if entry.has("udp") { Protocol::Udp } else { Protocol::Tcp },
            service_port: decoder.clause(entry, "service-port"),
            usage: PortUse::Serving,
        });
    }
    for (word, usage) in [("health", PortUse::Health), ("metrics", PortUse::Metrics)] {
        let Some(entry) = body.get(word) else { continue };
        let Some(number) = decoder.argument::<Port>(entry, 0) else { continue };
        let name = Origin::new(word.to_owned(), number.span, number.layer);
        ports.push(NamedPort { name, number, protocol: Protocol::Tcp, service_port: None, usage });
    }
    ports
}
