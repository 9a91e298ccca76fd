//! Why a policy allows what it allows, for those who read it in the cluster.

use crate::emit::{Context, metadata};
use crate::graph::{Flow, Source, Target, Why};
use crate::model::environment::Instance;
use crate::model::{EndpointId, Workload};
use crate::object::ObjectMeta;

/// Annotation: one line for each flow that has a reason.
const FLOWS: &str = "bvl.dev/flows";

/// Adds the derived flows of a workload with why they exist, and the declared ones that state a reason.
pub(super) fn annotate(cx: &Context<'_>, workload: &Workload, metadata: &mut ObjectMeta) {
    let incoming = cx.graph.incoming(workload.id).filter_map(|flow| {
        let from = source(cx, flow);
        let to = flow.port(cx.model).map_or("", |port| &port.name.value);
        Some(format!("from {from} to {to}: {}", reason(cx, flow)?))
    });
    let outgoing = cx
        .graph
        .outgoing(workload.id)
        .filter_map(|flow| Some(format!("to {}: {}", target(cx, flow), reason(cx, flow)?)));
    let lines = incoming.chain(outgoing).collect();
    metadata::annotate_lines(metadata, FLOWS, lines, "`bvlc explain flow` shows them");
}

fn reason(cx: &Context<'_>, flow: &Flow) -> Option<String> {
    match &flow.why {
        Why::Derived(derived) => Some(format!("{} ({})", derived.reason, derived.derivation)),
        Why::Declared(_) => {
            let statements = flow.declared(cx.model)?.statements.iter();
            let stated = statements.filter_map(|id| cx.model.statement(*id)?.because.as_ref());
            let reasons: Vec<String> = stated.map(|because| metadata::one_line(&because.value)).collect();
            (!reasons.is_empty()).then(|| reasons.join("; "))
        }
    }
}

fn source(cx: &Context<'_>, flow: &Flow) -> String {
    match flow.source {
        Source::Endpoint(endpoint) => name(cx, endpoint),
        Source::KubernetesApi => "kubernetes-api".to_owned(),
    }
}

fn target(cx: &Context<'_>, flow: &Flow) -> String {
    match flow.target {
        Target::Port { endpoint, .. } => match flow.port(cx.model) {
            Some(port) => format!("{}.{}", name(cx, endpoint), port.name.value),
            None => name(cx, endpoint),
        },
        Target::Dns => "dns".to_owned(),
        Target::KubernetesApi => "kubernetes-api".to_owned(),
    }
}

/// The name as seen from the policy's environment. Instances of a parametrised environment go by its own name, as they
/// do in the peers.
fn name(cx: &Context<'_>, endpoint: EndpointId) -> String {
    let Some(found) = cx.model.endpoint(endpoint) else { return String::new() };
    let name = &found.name().value;
    match cx.model.environment(found.environment()) {
        Some(environment) if environment.id != cx.environment.id => match environment.instance {
            Instance::Fixed => format!("{}/{name}", environment.title),
            Instance::Asked | Instance::Example => format!("{}/{name}", environment.name.value),
        },
        Some(_) | None => name.clone(),
    }
}
