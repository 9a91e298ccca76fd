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

/// The entries, by number.
pub(super) fn of_container(workload: &Workload) -> Vec<ContainerPort> {
    let named = entries(workload).into_iter();
    let ports = named.map(|((number, protocol), port)| ContainerPort {
        container_port: self::number(number),
        name: Some(port.name.value.clone()),
        protocol: Some(protocol.name().to_owned()),
        ..ContainerPort::default()
    });
    ports.collect()
}

/// How a Service or a probe refers to a port: by name, or by number where another name has its entry.
pub(in crate::emit) fn reference(workload: &Workload, port: &NamedPort) -> IntOrString {
    let key = (port.number.value, port.protocol);
    match entries(workload).get(&key) {
        Some(entry) if entry.name.value == port.name.value => text(port.name.value.clone()),
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
