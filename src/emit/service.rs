//! `Service`: the name and ports under which a service is reached.

use super::pod::ports;
use super::{Context, convert, metadata};
use crate::model::Workload;
use crate::object::api::core::v1::{ServicePort, ServiceSpec};
use crate::object::{Kind, Object, Service};

/// The Service in front of a service that serves others. Health and metrics are asked of each pod and are not in it.
/// Its address is the API server's to choose. Ports are keyed by number and protocol there and keep their order.
pub(super) fn emit(cx: &Context<'_>, workload: &Workload, objects: &mut Vec<Object>) {
    if workload.service().is_none() || workload.serving_ports().next().is_none() {
        return;
    }
    let mut ports: Vec<_> = workload.serving_ports().collect();
    ports.sort_by_key(|port| (port.service_port(), port.protocol));
    let ports = ports.into_iter().map(|port| ServicePort {
        name: Some(port.name.value.clone()),
        port: convert::count(u32::from(port.service_port().get())),
        protocol: Some(port.protocol.name().to_owned()),
        target_port: Some(ports::reference(workload, port)),
        ..ServicePort::default()
    });
    let spec = ServiceSpec {
        type_: Some("ClusterIP".to_owned()),
        ports: Some(ports.collect()),
        selector: Some(metadata::selector(cx, workload)),
        ..ServiceSpec::default()
    };
    let metadata = metadata::of_workload(cx, workload, Kind::Service, &workload.name.value);
    objects.push(Service { metadata, spec: Some(spec), status: None }.into());
}
