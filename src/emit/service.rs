//! `Service`: the names and ports under which a service is reached.

use super::pod::ports;
use super::{Context, convert, metadata};
use crate::model::{NamedPort, Protocols, ServiceForm, Workload};
use crate::object::api::core::v1::{ServicePort, ServiceSpec};
use crate::object::{Kind, Object, Service, int};

/// The Services in front of a service: one of its own name where it serves others, and those that it states. Health and
/// metrics are asked of each pod and are in none but those that name them.
pub(super) fn emit(cx: &Context<'_>, workload: &Workload, objects: &mut Vec<Object>) {
    if workload.service().is_none() {
        return;
    }
    if workload.has_own_service() {
        objects.push(one(cx, workload, &workload.name.value, workload.serving_ports(), workload.own_form()).into());
    }
    if let Some(name) = workload.own_pods_service() {
        objects.push(of_pods(one(cx, workload, &name, workload.serving_ports(), ServiceForm::Headless)).into());
    }
    objects.extend(workload.services.iter().map(|service| {
        let carried = service.ports.iter().filter_map(|port| workload.port(&port.value));
        Object::from(one(cx, workload, &service.name.value, carried, service.form))
    }));
}

/// Its address is the API server's to choose. Ports are keyed by number and protocol there and keep their order. A headless
/// one has no port of its own: `targetPort` "should be omitted or set equal to the 'port' field" (kubernetes
/// `pkg/apis/core/types.go`, `ServicePort`, v1.33), and the API server makes the one of the other (`SetDefaults_Service` in
/// `pkg/apis/core/v1/defaults.go`), so that leaving it out would show as drift.
fn one<'w>(
    cx: &Context<'_>,
    workload: &Workload,
    name: &str,
    carried: impl Iterator<Item = &'w NamedPort>,
    form: ServiceForm,
) -> Service {
    let mut carried: Vec<_> = carried.collect();
    carried.sort_by_key(|port| (port.port_of(form), port.protocol));
    // a proxy takes what is not declared for what the caller's first bytes look like (istio.io "Protocol Selection", 1.31)
    let opaque = cx.model.mesh_of(workload).and_then(|(mesh, _)| match mesh.kind.value.facts().protocols {
        Protocols::Guessed(said) | Protocols::Marked(said) => Some(said),
        Protocols::Unread => None,
    });
    let carried = carried.into_iter().map(|port| ServicePort {
        name: Some(port.name.value.clone()),
        port: convert::count(u32::from(port.port_of(form).get())),
        protocol: Some(port.protocol.name().to_owned()),
        target_port: Some(match form {
            ServiceForm::Clustered => ports::reference(workload, port),
            ServiceForm::Headless => int(convert::count(u32::from(port.port_of(form).get()))),
        }),
        app_protocol: opaque.filter(|_| port.opaque).map(str::to_owned),
        ..ServicePort::default()
    });
    let spec = ServiceSpec {
        type_: Some("ClusterIP".to_owned()),
        cluster_ip: match form {
            ServiceForm::Clustered => None,
            ServiceForm::Headless => Some("None".to_owned()),
        },
        ports: Some(carried.collect()),
        selector: Some(metadata::selector(cx, workload)),
        ..ServiceSpec::default()
    };
    let metadata = metadata::of_workload(cx, workload, Kind::Service, name);
    Service { metadata, spec: Some(spec), status: None }
}

/// The Service that does nothing but name pods, for each other: "the primary use case for setting this field is for a `StatefulSet`'s
/// Headless Service to propagate SRV DNS records for its Pods for the purpose of peer discovery" (kubernetes `pkg/apis/core/types.go`,
/// `ServiceSpec.PublishNotReadyAddresses`, v1.33). Whoever else calls goes by the other one, and reaches pods that are ready.
fn of_pods(service: Service) -> Service {
    let spec = service.spec.map(|spec| ServiceSpec { publish_not_ready_addresses: Some(true), ..spec });
    Service { spec, ..service }
}
