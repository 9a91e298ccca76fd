//! The ports of a container: one entry a number and protocol, as the API keys them.
//!
//! Invariant: a serving port keeps its name before `health`, and `health` before `metrics`; whoever refers to a port
//! whose name was merged away refers to its number.

use std::collections::BTreeMap;

use crate::emit::convert;
use crate::model::{Companion, NamedPort, Protocol, Workload};
use crate::object::api::core::v1::ContainerPort;
use crate::object::{IntOrString, int, text};
use crate::value::Port;

/// The entries of a sidecar, or of the workload's own container, by number.
pub(super) fn of_container(workload: &Workload, sidecar: Option<&Companion>) -> Option<Vec<ContainerPort>> {
    let name = sidecar.map(|sidecar| sidecar.name.value.as_str());
    let named = entries(workload).into_iter().filter(|(_, port)| port.sidecar.as_deref() == name);
    let mut ports: BTreeMap<(Port, Protocol), Option<String>> =
        named.map(|(key, port)| (key, Some(port.name.value.clone()))).collect();
    // kubelets alone ask a sidecar's health: `health` is the name of the service's own
    if let Some(health) = sidecar.and_then(|sidecar| sidecar.health.as_ref()) {
        ports.entry((health.port.value, Protocol::Tcp)).or_insert(None);
    }
    let ports: Vec<ContainerPort> = ports
        .into_iter()
        .map(|((number, protocol), name)| ContainerPort {
            container_port: self::number(number),
            name,
            protocol: Some(protocol.name().to_owned()),
            ..ContainerPort::default()
        })
        .collect();
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
