//! Where a Service without a selector leads: to the endpoints that somebody has written for it.
//!
//! Invariant: a port of the Service leads to those ports of its endpoints that have its name, be that none (`BuildPortsToEndpointsMap` in
//! kubernetes `pkg/proxy/util/utils.go`, 1.36; `servicePortName` in `pkg/proxy/endpointslicecache.go`).

use std::net::IpAddr;

use crate::object::api::core::v1::{ObjectReference, ServicePort};
use crate::object::{Given, Service};
use crate::verify::cluster::Cluster;
use crate::verify::connectivity::Transport;

/// An address at which a port of a Service is answered.
#[derive(Debug, Clone)]
pub(super) struct Lead<'c> {
    /// The Service: its namespace, and its name.
    pub(super) service: (&'c str, &'c str),
    /// The port of the Service that leads there.
    pub(super) port: &'c ServicePort,
    /// The port there.
    pub(super) at: (Transport, u16),
    /// The address.
    pub(super) address: IpAddr,
    /// The pod that is said to have it, with its namespace.
    pub(super) pod: Option<String>,
}

/// The label that says of which Service a slice is (`LabelServiceName` in kubernetes/api `discovery/v1/well_known_labels.go`, 0.36).
const SERVICE_NAME: &str = "kubernetes.io/service-name";

/// All of them.
pub(super) fn leads<'c>(cluster: &'c Cluster<'_>) -> Vec<Lead<'c>> {
    let mut found = Vec::new();
    for (_, object) in cluster.iter() {
        let Given::Service(service) = object else { continue };
        if !has_selector(service) {
            of_service(cluster, object, service, &mut found);
        }
    }
    found
}

fn has_selector(service: &Service) -> bool {
    let spec = service.spec.as_ref();
    spec.and_then(|spec| spec.selector.as_ref()).is_some_and(|selector| !selector.is_empty())
}

fn of_service<'c>(cluster: &'c Cluster<'_>, object: &'c Given, service: &'c Service, found: &mut Vec<Lead<'c>>) {
    let key = (cluster.namespace_of(object), object.name());
    let ports = service.spec.iter().flat_map(|spec| spec.ports.iter().flatten());
    let ports: Vec<&ServicePort> = ports.collect();
    for (_, endpoints) in cluster.iter().filter(|(_, one)| is_of(cluster, one, key)) {
        for group in groups(endpoints) {
            for port in &ports {
                let named = group.ports.iter().filter(|(name, ..)| *name == port.name.as_deref().unwrap_or_default());
                for (_, transport, number) in named {
                    found.extend(group.addresses.iter().map(|(address, pod)| Lead {
                        service: key,
                        port,
                        at: (*transport, *number),
                        address: *address,
                        pod: pod.map(|pod| format!("{}/{pod}", key.0)),
                    }));
                }
            }
        }
    }
}

fn is_of(cluster: &Cluster<'_>, object: &Given, (namespace, name): (&str, &str)) -> bool {
    let is_named = if matches!(object, Given::Endpoints(_)) {
        object.name() == name
    } else if matches!(object, Given::EndpointSlice(_)) {
        let labels = object.metadata().labels.as_ref();
        labels.and_then(|labels| labels.get(SERVICE_NAME)).is_some_and(|service| service == name)
    } else {
        false
    };
    is_named && cluster.namespace_of(object) == namespace
}

/// Addresses that have the same ports, each with the name of its pod.
struct Group<'c> {
    addresses: Vec<(IpAddr, Option<&'c str>)>,
    ports: Vec<(&'c str, Transport, u16)>,
}

fn groups(object: &Given) -> Vec<Group<'_>> {
    if let Given::Endpoints(endpoints) = object {
        let subsets = endpoints.subsets.iter().flatten().map(|subset| {
            let addresses = subset.addresses.iter().chain(&subset.not_ready_addresses).flatten();
            let addresses = addresses.filter_map(|one| Some((one.ip.parse().ok()?, pod(one.target_ref.as_ref()))));
            let ports = subset.ports.iter().flatten();
            let ports = ports.filter_map(|one| port(one.name.as_deref(), one.protocol.as_deref(), Some(one.port)));
            Group { addresses: addresses.collect(), ports: ports.collect() }
        });
        return subsets.collect();
    }
    let Given::EndpointSlice(slice) = object else { return Vec::new() };
    let addresses = slice.endpoints.iter().flat_map(|one| {
        let pod = pod(one.target_ref.as_ref());
        one.addresses.iter().filter_map(move |address| Some((address.parse().ok()?, pod)))
    });
    let ports = slice.ports.iter().flatten();
    let ports = ports.filter_map(|one| port(one.name.as_deref(), one.protocol.as_deref(), one.port));
    vec![Group { addresses: addresses.collect(), ports: ports.collect() }]
}

fn pod(target: Option<&ObjectReference>) -> Option<&str> {
    target.filter(|target| target.kind.as_deref() == Some("Pod"))?.name.as_deref()
}

fn port<'c>(name: Option<&'c str>, protocol: Option<&str>, number: Option<i32>) -> Option<(&'c str, Transport, u16)> {
    let number = u16::try_from(number?).ok()?;
    Some((name.unwrap_or_default(), Transport::parse(protocol)?, number))
}
