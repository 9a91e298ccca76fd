//! Where the ports of Services lead.

use std::collections::BTreeSet;

use super::Connectivity;
use super::index::ClassId;
use super::ports::Transport;
use super::traffic::DeclaredPort;
use crate::object::{IntOrString, LabelSelector, Service};

/// One port of a Service, and where it leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Index of the Service in [`super::Traffic::services`].
    pub service: usize,
    /// The Service's own port.
    pub port: u16,
    /// Its protocol.
    pub transport: Transport,
    /// The pods that it leads to, with the port there.
    pub targets: BTreeSet<(ClassId, u16)>,
    /// Pods that are selected and have no port of the name that is asked for.
    pub without_port: BTreeSet<ClassId>,
}

impl Connectivity<'_> {
    /// All ports of all Services. One without a selector has no pods of its own, nor has an `ExternalName`
    /// (kubernetes/api `core/v1/types.go`, 0.33, `ServiceSpec.Selector`). Ports that the API refuses are left out.
    pub fn routes(&self) -> Vec<Route> {
        let services = self.traffic.services.iter().enumerate();
        services.flat_map(|(at, service)| self.routes_of(at, service)).collect()
    }

    fn routes_of(&self, at: usize, service: &Service) -> Vec<Route> {
        let Some(spec) = &service.spec else { return Vec::new() };
        let namespace = service.metadata.namespace.as_deref().unwrap_or(self.traffic.default_namespace);
        let has_pods = spec.type_.as_deref() != Some("ExternalName");
        let wanted = spec.selector.clone().filter(|wanted| has_pods && !wanted.is_empty());
        let selector = wanted.map(|wanted| LabelSelector { match_labels: Some(wanted), match_expressions: None });
        let found = selector.zip(self.index.namespace(namespace));
        let pods = found.and_then(|(selector, namespace)| self.index.select(namespace, &selector)).unwrap_or_default();
        let ports = spec.ports.iter().flatten().filter_map(|port| {
            let number = u16::try_from(port.port).ok().filter(|number| *number > 0)?;
            let transport = Transport::parse(port.protocol.as_deref())?;
            let mut route =
                Route { service: at, port: number, transport, targets: BTreeSet::new(), without_port: BTreeSet::new() };
            for class in &pods {
                let declared = self.pod(*class).map(|pod| pod.ports.as_slice()).unwrap_or_default();
                match target(port.target_port.as_ref(), number, transport, declared) {
                    Some(number) => drop(route.targets.insert((*class, number))),
                    None => drop(route.without_port.insert(*class)),
                }
            }
            Some(route)
        });
        ports.collect()
    }
}

/// The port of a pod: the Service's own number where none is given, and for a name the first container port so called
/// in that protocol (kubernetes `pkg/api/v1/pod/util.go`, `FindPort`, 1.33).
fn target(target: Option<&IntOrString>, own: u16, transport: Transport, declared: &[DeclaredPort<'_>]) -> Option<u16> {
    match target {
        None => Some(own),
        Some(IntOrString::Int(number)) => {
            u16::try_from(*number).ok().map(|number| if number == 0 { own } else { number })
        }
        Some(IntOrString::String(name)) => {
            let called = |port: &&DeclaredPort<'_>| port.transport == transport && port.name.as_deref() == Some(name);
            declared.iter().find(called).map(|port| port.number)
        }
    }
}
