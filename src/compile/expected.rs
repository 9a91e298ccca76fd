//! What the spec says of traffic, as `verify` would say it: the declared and derived flows of the model, end by end.

use std::collections::BTreeMap;

use super::ends::{Ends, transport};
use crate::graph::{Flow, FlowGraph, Seen, Source, Target, probes};
use crate::model::platform::Dns;
use crate::model::{Endpoint, EndpointId, Model, Origin, Workload};
use crate::value::Cidr;
use crate::verify::connectivity::{
    AddressPorts, AddressRange, ClassId, Connectivity, Direction, Half, Ports, Transport,
};

/// What the spec says of traffic: its flows, and the pods and addresses that they speak of.
#[derive(Clone, Copy)]
pub struct Expectation<'a> {
    /// What the spec means.
    pub model: &'a Model,
    /// Its flows.
    pub graph: &'a FlowGraph,
    /// The pods that are judged.
    pub ends: &'a Ends,
    /// What passes between them.
    pub connectivity: &'a Connectivity<'a>,
}

/// An end of a flow: pods, or addresses.
enum Party {
    Pod(ClassId),
    Addresses(AddressRange),
}

impl<'a> Expectation<'a> {
    /// What the half of a pod of these workloads must let pass, and nothing else: whatever any of them may.
    pub(super) fn half(&self, workloads: &[&Workload], direction: Direction) -> Half {
        let mut pods: BTreeMap<ClassId, Ports> = BTreeMap::new();
        let mut ranges = Vec::new();
        for flow in workloads.iter().flat_map(|workload| self.flows(workload, direction)) {
            let ports = self.seen(flow);
            for party in self.parties(flow, direction) {
                match party {
                    Party::Pod(class) => pods.entry(class).or_default().add(&ports),
                    Party::Addresses(range) => ranges.push((range, ports.clone())),
                }
            }
        }
        if direction == Direction::Ingress {
            ranges.extend(workloads.iter().flat_map(|workload| self.probed(workload)));
        }
        Half { pods, addresses: AddressPorts::collect(ranges) }
    }

    /// The flows of one direction of a workload.
    pub(super) fn flows(&self, workload: &Workload, direction: Direction) -> Vec<&'a Flow> {
        match direction {
            Direction::Ingress => self.graph.incoming(workload.id).collect(),
            Direction::Egress => self.graph.outgoing(workload.id).collect(),
        }
    }

    /// The flows of one direction of a workload that lead to (or from) pods of a class, or any of these addresses.
    pub(super) fn named(
        &self,
        workload: &Workload,
        direction: Direction,
        peer: Result<ClassId, AddressRange>,
        wanted: &Ports,
    ) -> Vec<String> {
        let meeting = self.meeting(workload, direction, peer, wanted).into_iter();
        let mut named: Vec<String> = meeting.map(|flow| self.title(flow)).collect();
        if let (Direction::Ingress, Err(peer)) = (direction, peer) {
            let probed = self.probed(workload).into_iter();
            let lacking = probed.filter(|(range, ports)| range.meets(&peer) && !ports.and(wanted).is_empty());
            named.extend(lacking.take(1).map(|_| format!("kubelets -> {}.health", workload.name.value)));
        }
        named
    }

    /// The flows of one direction of a workload that lead to (or from) pods of a class, or any of these addresses, at one
    /// of these ports.
    pub fn meeting(
        &self,
        workload: &Workload,
        direction: Direction,
        peer: Result<ClassId, AddressRange>,
        wanted: &Ports,
    ) -> Vec<&'a Flow> {
        let meets = |party: &Party| match (party, peer) {
            (Party::Pod(class), Ok(peer)) => *class == peer,
            (Party::Addresses(own), Err(peer)) => own.meets(&peer),
            (Party::Pod(_), Err(_)) | (Party::Addresses(_), Ok(_)) => false,
        };
        let flows = self.flows(workload, direction).into_iter();
        let lacking = flows.filter(|flow| !self.seen(flow).and(wanted).is_empty());
        lacking.filter(|flow| self.parties(flow, direction).iter().any(meets)).collect()
    }

    /// How the spec names a flow.
    pub fn title(&self, flow: &Flow) -> String {
        let name = |endpoint: EndpointId| self.model.endpoint(endpoint).map_or("", |end| &end.name().value).to_owned();
        let source = match flow.source {
            Source::Endpoint(endpoint) => name(endpoint),
            Source::KubernetesApi => "kubernetes-api".to_owned(),
        };
        let target = match flow.target {
            Target::Port { endpoint, .. } => match flow.port(self.model) {
                Some(port) => format!("{}.{}", name(endpoint), port.name.value),
                None => name(endpoint),
            },
            Target::Dns => "dns".to_owned(),
            Target::KubernetesApi => "kubernetes-api".to_owned(),
        };
        format!("{source} -> {target}")
    }

    /// The other end.
    fn parties(&self, flow: &Flow, direction: Direction) -> Vec<Party> {
        match (direction, flow.source, flow.target) {
            (Direction::Ingress, Source::Endpoint(endpoint), _) => self.endpoint(endpoint, flow.target_endpoint()),
            (Direction::Egress, _, Target::Port { endpoint, .. }) => self.endpoint(endpoint, flow.source_endpoint()),
            (Direction::Ingress, Source::KubernetesApi, _) | (Direction::Egress, _, Target::KubernetesApi) => {
                let api_server = self.model.platform.api_server.iter();
                addresses(api_server.flat_map(|api_server| &api_server.cidrs))
            }
            (Direction::Egress, _, Target::Dns) => self.dns(),
        }
    }

    /// An end as the other one meets it: from another environment all instances of a parametrised one are the same.
    fn endpoint(&self, endpoint: EndpointId, other: Option<EndpointId>) -> Vec<Party> {
        let home = |id| self.model.endpoint(id).map(Endpoint::environment);
        let is_elsewhere = other.and_then(home) != home(endpoint);
        match self.model.endpoint(endpoint) {
            Some(Endpoint::Workload(workload)) => {
                if workload.is_on_host() {
                    return addresses(&self.model.platform.node_cidrs);
                }
                let siblings = self.ends.siblings.get(&endpoint).filter(|_| is_elsewhere);
                let pods = self.ends.all_of(endpoint).chain(siblings.into_iter().flatten().copied());
                pods.filter_map(|pod| self.connectivity.class_of(pod)).map(Party::Pod).collect()
            }
            Some(Endpoint::External(external)) => {
                let except: Vec<AddressRange> = external.except.iter().filter_map(range).collect();
                let whole = external.cidrs.iter().filter_map(range);
                whole.flat_map(|range| range.without(&except)).map(Party::Addresses).collect()
            }
            None => Vec::new(),
        }
    }

    fn dns(&self) -> Vec<Party> {
        let pods = self.ends.dns.iter().filter_map(|pod| self.connectivity.class_of(*pod)).map(Party::Pod);
        let resolvers = match &self.model.platform.dns.value {
            Dns::KubeDns | Dns::LocalRedirect | Dns::Openshift => &[],
            Dns::NodeLocal(addresses) | Dns::Addresses { addresses, .. } => addresses.as_slice(),
        };
        let resolvers = resolvers.iter().map(|address| Party::Addresses(AddressRange::one(address.value.0)));
        pods.chain(resolvers).collect()
    }

    /// What kubelets ask, where a mesh gives them addresses of their own.
    fn probed(&self, workload: &Workload) -> Vec<(AddressRange, Ports)> {
        let (from, numbers) = probes(self.model, workload);
        let mut ports = Ports::NONE;
        for number in numbers {
            ports.add(&Ports::one(Transport::Tcp, number));
        }
        from.iter().filter_map(|range| Some((AddressRange::parse(range)?, ports.clone()))).collect()
    }

    /// The ports at which network policies see a flow.
    fn seen(&self, flow: &Flow) -> Ports {
        let tunnel = |number| Ports::one(Transport::Tcp, number);
        match flow.seen(self.model) {
            Seen::Own => self.ports(flow),
            Seen::Tunnel(number) => tunnel(number),
            Seen::Either(number) => {
                let mut ports = self.ports(flow);
                ports.add(&tunnel(number));
                ports
            }
        }
    }

    /// The ports of a flow.
    pub fn ports(&self, flow: &Flow) -> Ports {
        match flow.target {
            Target::Port { .. } => flow
                .port(self.model)
                .map(|port| Ports::one(transport(port.protocol), port.number.value.get()))
                .unwrap_or_default(),
            Target::Dns => {
                let number = match &self.model.platform.dns.value {
                    Dns::KubeDns | Dns::NodeLocal(_) | Dns::LocalRedirect => 53,
                    Dns::Openshift => 5353,
                    Dns::Addresses { port, .. } => port.as_ref().map_or(53, |port| port.value.get()),
                };
                let mut ports = Ports::one(Transport::Tcp, number);
                ports.add(&Ports::one(Transport::Udp, number));
                ports
            }
            Target::KubernetesApi => {
                let api_server = self.model.platform.api_server.as_ref();
                api_server.map(|server| Ports::one(Transport::Tcp, server.port.value.get())).unwrap_or_default()
            }
        }
    }
}

fn addresses<'m>(cidrs: impl IntoIterator<Item = &'m Origin<Cidr>>) -> Vec<Party> {
    cidrs.into_iter().filter_map(range).map(Party::Addresses).collect()
}

fn range(cidr: &Origin<Cidr>) -> Option<AddressRange> {
    AddressRange::parse(&cidr.value.to_string())
}
