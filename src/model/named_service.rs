//! Services that a workload states by name.

use super::body::{Body, Decoder};
use super::origin::Origin;

/// A Service in front of a workload's pods: one that an operator or a chart makes, or one beside the Service that bears
/// the workload's own name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedService {
    /// Its name.
    pub name: Origin<String>,
    /// The names of the ports that it carries.
    pub ports: Vec<Origin<String>>,
    /// Whether it has no address of its own.
    pub form: ServiceForm,
}

/// Whether a Service has an address of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceForm {
    /// It has a cluster address.
    Clustered,
    /// It names each pod.
    Headless,
}

/// Reads every `service` of a body.
pub(super) fn decode(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Vec<NamedService> {
    let mut services = Vec::new();
    for entry in body.all("service") {
        let Some(name) = decoder.argument(entry, 0) else { continue };
        let Some((ports, part)) = entry.term(1) else {
            // that they are missing has been reported
            decoder.tainted = true;
            continue;
        };
        let ports = decoder.words(ports, part);
        let form = if entry.has("headless") { ServiceForm::Headless } else { ServiceForm::Clustered };
        services.push(NamedService { name, ports, form });
    }
    services
}
