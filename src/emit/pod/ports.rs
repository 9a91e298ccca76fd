//! The ports of a container: one entry a number and protocol, as the API keys them.
//!
//! Invariant: a serving port keeps its name before `health`, and `health` before `metrics`; whoever refers to a port
//! whose name was merged away refers to its number.

use std::collections::BTreeMap;

use crate::emit::convert;
use crate::model::{NamedPort, Protocol, Workload};
use crate::object::api::core::v1::ContainerPort;
use crate::object::{IntOrString, int, text};
use crate::value::Port;

/// The entries of the container on whose ports a sidecar listens, or the workload's own, by number.
pub(super) fn of_container(workload: &Workload, sidecar: Option<&str>) -> Option<Vec<ContainerPort>> {
    let named = entries(workload).into_iter().filter(|(_, port)| port.sidecar.as_deref() == sidecar);
    let ports = named.map(|((number, protocol), port)| ContainerPort {
        container_port: self::number(number),
        name: Some(port.name.value.clone()),
        protocol: Some(protocol.name().to_owned()),
        ..ContainerPort::default()
    });
    let ports: Vec<ContainerPort> = ports.collect();
    (!ports.is_empty()).then_some(ports)
}

/// How a Service or a probe refers to a port: by name, or by number where another name has its entry, or where a sidecar has it: the
/// names of init containers' ports are looked up by newer versions alone (`FindPort` in kubernetes `pkg/api/v1/pod/util.go`).
pub(in crate::emit) fn reference(workload: &Workload, port: &NamedPort) -> IntOrString {
    let key = (port.number.value, port.protocol);
    match entries(workload).get(&key) {
        Some(entry) if entry.name.value == port.name.value && port.sidecar.is_none() => text(port.name.value.clone()),
        _ => int(number(port.number.value)),
    }
}

fn number(port: Port) -> i32 {
    convert::count(u32::from(port.get()))
}

fn entries(workload: &Workload) -> BTreeMap<(Port, Protocol), &NamedPort> {
    let mut entries: BTreeMap<(Port, Protocol), &NamedPort> = BTreeMap::new();
    for port in &*workload.ports {
        let entry = entries.entry((port.number.value, port.protocol)).or_insert(port);
        if port.usage < entry.usage {
            *entry = port;
        }
    }
    entries
}
