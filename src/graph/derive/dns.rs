//! Whoever reaches something by name asks the cluster's DNS for it.
//!
//! Addresses need no name: not those of an external without a host, nor that of the Kubernetes API, which every pod has
//! in `KUBERNETES_SERVICE_HOST` (Kubernetes 1.33, `pkg/kubelet/envvars`).

use super::Context;
use super::draft::Draft;
use crate::graph::{Derived, Flow, Source, Target, Why};
use crate::model::{Endpoint, EndpointId, Model};
use crate::source::Span;

pub(super) fn derive(cx: &Context<'_>, draft: &mut Draft<'_>) {
    let mut first: Vec<Option<(EndpointId, Span)>> = vec![None; cx.model.endpoints.len()];
    for flow in draft.flows() {
        if let (Some(source), Some(target)) = (flow.source_endpoint(), flow.target_endpoint())
            && has_name(cx.model, target)
            && let Some(cause) = cause(cx.model, flow)
            && let Some(first) = first.get_mut(source.0 as usize)
        {
            first.get_or_insert((target, cause));
        }
    }
    for workload in cx.model.workloads() {
        let Some(&Some((target, cause))) = first.get(workload.id.0 as usize) else { continue };
        let name = &workload.name.value;
        let reason = if target == workload.id {
            format!("the members of {name} look up each other's names")
        } else {
            format!("{name} looks up the name of {}", cx.name(target))
        };
        draft.add(Source::Endpoint(workload.id), Target::Dns, Derived { derivation: "dns", reason, cause });
    }
}

fn has_name(model: &Model, target: EndpointId) -> bool {
    match model.endpoint(target) {
        Some(Endpoint::Workload(_)) => true,
        Some(Endpoint::External(external)) => external.host.is_some(),
        None => false,
    }
}

fn cause(model: &Model, flow: &Flow) -> Option<Span> {
    match &flow.why {
        Why::Derived(derived) => Some(derived.cause),
        Why::Declared(_) => {
            let declared = flow.declared(model)?;
            let statement = declared.statements.last().and_then(|id| model.statement(*id));
            Some(statement.map_or(declared.destination_span, |statement| statement.span))
        }
    }
}
