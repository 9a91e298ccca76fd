//! The proxies of a mesh reach its control plane: without it a pod gets neither a certificate nor rules.
//!
//! Who asks is whoever has the proxy: each pod, or a managed workload on each node, which asks for all pods there. Parts of a control
//! plane that have proxies themselves ask its other parts.

use super::Context;
use super::draft::Draft;
use super::providers::{Demand, Missed};
use crate::graph::{Derived, MissingEnd, Source, Target};
use crate::model::managed::Role;
use crate::model::{EndpointId, Mesh, OwnProxies, Proxies, Workload};

pub(super) fn derive(cx: &Context<'_>, draft: &mut Draft<'_>) {
    let mut missed = Missed::default();
    for workload in cx.model.workloads() {
        let Some((mesh, _)) = cx.model.mesh_of(workload) else { continue };
        let name = &workload.name.value;
        let demand = |why| Demand { workload, cause: mesh.kind.span, why };
        let (mut askers, why) = match mesh.kind.value.facts().proxies {
            Proxies::Pods => {
                (vec![workload.id], format!("the proxy in the pods of {name} asks it for its certificate"))
            }
            Proxies::Nodes(_) => {
                let why = format!("it carries what the pods of {name} ask and are asked");
                let proxies = cx.providers(Role::NodeProxy, demand(why), &mut missed, draft);
                (proxies, format!("the proxy of each node asks it for the certificates of {name}"))
            }
        };
        let planes = cx.providers(Role::Mesh, demand(why), &mut missed, draft);
        match mesh.kind.value.facts().control.own {
            OwnProxies::Absent => {}
            OwnProxies::Asking => askers.extend(&planes),
        }
        for (number, class) in mesh.kind.value.facts().control.asked {
            let mut answered = false;
            for plane in &planes {
                let ports = (0u16..).zip(cx.ports(*plane));
                let ports = ports.filter(|(_, port)| port.number.value.get() == *number && port.is_meshed());
                for (port, _) in ports {
                    answered = true;
                    let target = Target::Port { endpoint: *plane, port };
                    for asker in askers.iter().filter(|asker| *asker != plane) {
                        let derived = Derived {
                            derivation: "mesh",
                            reason: reason(cx, mesh, *asker, *plane),
                            cause: mesh.kind.span,
                        };
                        draft.add(Source::Endpoint(*asker), target, derived);
                    }
                }
            }
            if let (false, Some(plane)) = (answered, planes.first()) {
                without_port(cx, (workload, mesh), *plane, (*number, class), draft);
            }
        }
    }
}

/// Why whoever has a proxy asks the control plane; of proxies on nodes the same for all of whom they carry.
fn reason(cx: &Context<'_>, mesh: &Mesh, asker: EndpointId, plane: EndpointId) -> String {
    let (asker, plane) = (cx.name(asker), cx.name(plane));
    match mesh.kind.value.facts().proxies {
        Proxies::Pods => format!("the {} proxy of {asker} asks {plane}", mesh.kind.value.name()),
        Proxies::Nodes(_) => format!("{asker} asks {plane} for the certificates and rules of the pods of its node"),
    }
}

/// What is called the control plane has not the port that proxies ask.
fn without_port(
    cx: &Context<'_>,
    (workload, mesh): (&Workload, &Mesh),
    plane: EndpointId,
    (number, class): (u16, &str),
    draft: &mut Draft<'_>,
) {
    draft.miss(MissingEnd {
        cause: mesh.kind.span,
        workload: workload.id,
        needs: format!("port {number} of its mesh's control plane"),
        why: format!("{} has no port of that number", cx.name(plane)),
        example: cx.sight.declaration(class, cx.sight.shared_for(workload.environment)),
        candidates: Vec::new(),
        unshared: None,
        named_by: "provides",
    });
}
