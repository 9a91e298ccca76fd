//! The proxy in each pod of a mesh reaches the control plane: without it a pod gets neither a certificate nor rules.

use super::Context;
use super::draft::Draft;
use super::providers::{Demand, Missed};
use crate::graph::{Derived, MissingEnd, Source, Target};
use crate::model::managed::Role;
use crate::model::{EndpointId, Mesh, Workload};

pub(super) fn derive(cx: &Context<'_>, draft: &mut Draft<'_>) {
    let mut missed = Missed::default();
    for workload in cx.model.workloads() {
        let Some((mesh, _)) = cx.model.mesh_of(workload) else { continue };
        let name = mesh.kind.value.name();
        let why = format!("the proxy in the pods of {} asks it for its certificate", workload.name.value);
        let demand = Demand { workload, cause: mesh.kind.span, why };
        let planes = cx.providers(Role::Mesh, demand, &mut missed, draft);
        for number in mesh.kind.value.control_ports() {
            let mut answered = false;
            for plane in &planes {
                let ports = (0u16..).zip(cx.ports(*plane));
                let ports = ports.filter(|(_, port)| port.number.value.get() == *number && port.is_meshed());
                for (port, _) in ports {
                    answered = true;
                    let reason = format!("the {name} proxy of {} asks {}", workload.name.value, cx.name(*plane));
                    let target = Target::Port { endpoint: *plane, port };
                    let derived = Derived { derivation: "mesh", reason, cause: mesh.kind.span };
                    draft.add(Source::Endpoint(workload.id), target, derived);
                }
            }
            if let (false, Some(plane)) = (answered, planes.first()) {
                without_port(cx, (workload, mesh), *plane, *number, draft);
            }
        }
    }
}

/// What is called the control plane has not the port that proxies ask.
fn without_port(
    cx: &Context<'_>,
    (workload, mesh): (&Workload, &Mesh),
    plane: EndpointId,
    number: u16,
    draft: &mut Draft<'_>,
) {
    draft.miss(MissingEnd {
        cause: mesh.kind.span,
        workload: workload.id,
        needs: format!("port {number} of its mesh's control plane"),
        why: format!("{} has no port of that number", cx.name(plane)),
        example: format!("port control {number}"),
        candidates: Vec::new(),
        unshared: None,
        named_by: "provides",
    });
}
