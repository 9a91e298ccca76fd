//! Where the ports of Services lead.

use super::Connectivity;
use super::cluster::{DEFAULT_NAMESPACE, HeldPort, Tables};
use super::index::ClassId;
use super::labels::Selector;
use super::names::{Id, Symbol};
use super::ports::Transport;
use crate::object::{self, IntOrString};

/// A Service.
#[derive(Debug, Clone)]
pub(super) struct Service {
    pub(super) name: Symbol,
    pub(super) namespace: Symbol,
    /// Which pods of the namespace are behind it; `None` where it has none of its own.
    selector: Option<Id<Selector>>,
    ports: Box<[ServicePort]>,
}

#[derive(Debug, Clone, Copy)]
struct ServicePort {
    number: u16,
    transport: Transport,
    target: Target,
}

/// The port of the pods that a Service's port leads to.
#[derive(Debug, Clone, Copy)]
enum Target {
    Number(u16),
    Name(Symbol),
    /// A number that no port has.
    Nothing,
}

/// One port of a Service, and where it leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Index of the Service; see [`super::Cluster::service`].
    pub service: usize,
    /// The Service's own port.
    pub port: u16,
    /// Its protocol.
    pub transport: Transport,
    /// The pods that it leads to, with the port there, sorted.
    pub targets: Vec<(ClassId, u16)>,
    /// Pods that are selected and have no port of the name that is asked for, sorted.
    pub without_port: Vec<ClassId>,
}

/// Reads a Service. One without a selector has no pods of its own, nor has an `ExternalName` (kubernetes/api
/// `core/v1/types.go`, 0.33, `ServiceSpec.Selector`). Ports that the API refuses are left out.
pub(super) fn read(tables: &mut Tables, service: &object::Service) -> Service {
    let name = tables.names.text(service.metadata.name.as_deref().unwrap_or_default());
    let namespace = tables.names.text(service.metadata.namespace.as_deref().unwrap_or(DEFAULT_NAMESPACE));
    let Some(spec) = &service.spec else { return Service { name, namespace, selector: None, ports: Box::default() } };
    let has_pods = spec.type_.as_deref() != Some("ExternalName");
    let wanted = spec.selector.as_ref().filter(|wanted| has_pods && !wanted.is_empty());
    let selector = wanted.map(|wanted| Selector::equal(wanted, &mut tables.names));
    let selector = selector.map(|selector| tables.selectors.add(selector));
    let ports = spec.ports.iter().flatten().filter_map(|port| {
        let number = u16::try_from(port.port).ok().filter(|number| *number > 0)?;
        let target = match &port.target_port {
            None | Some(IntOrString::Int(0)) => Target::Number(number),
            Some(IntOrString::Int(number)) => u16::try_from(*number).map_or(Target::Nothing, Target::Number),
            Some(IntOrString::String(name)) => Target::Name(tables.names.text(name)),
        };
        Some(ServicePort { number, transport: Transport::parse(port.protocol.as_deref())?, target })
    });
    Service { name, namespace, selector, ports: ports.collect() }
}

impl Connectivity<'_> {
    /// All ports of all Services, by Service.
    pub fn routes(&self) -> impl Iterator<Item = Route> {
        let services = self.cluster.services.iter().enumerate();
        services.flat_map(|(at, service)| self.routes_of(at, service))
    }

    fn routes_of(&self, at: usize, service: &Service) -> Vec<Route> {
        let selector = service.selector.and_then(|selector| self.cluster.tables.selectors.get(selector));
        let found = selector.zip(self.index.namespace(service.namespace));
        let pods = found.map(|(selector, namespace)| self.index.select(namespace, selector)).unwrap_or_default();
        let routes = service.ports.iter().map(|port| {
            let ServicePort { number, transport, target } = *port;
            let (mut targets, mut without_port) = (Vec::new(), Vec::new());
            for class in &pods {
                let declared = self.pod(*class).map(super::cluster::PodOf::held_ports).unwrap_or_default();
                match at_pod(target, transport, declared) {
                    Some(number) => targets.push((*class, number)),
                    None => without_port.push(*class),
                }
            }
            Route { service: at, port: number, transport, targets, without_port }
        });
        routes.collect()
    }
}

/// The port of a pod: the Service's own number where none is given, and for a name the first container port so called
/// in that protocol (kubernetes `pkg/api/v1/pod/util.go`, `FindPort`, 1.33).
fn at_pod(target: Target, transport: Transport, declared: &[HeldPort]) -> Option<u16> {
    match target {
        Target::Number(number) => Some(number),
        Target::Name(name) => {
            let called = |port: &&HeldPort| port.transport == transport && port.name == Some(name);
            declared.iter().find(called).map(|port| port.number)
        }
        Target::Nothing => None,
    }
}
