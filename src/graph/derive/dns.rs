//! Whoever reaches something by name asks the cluster's DNS for it.
//!
//! Addresses need no name: not those of an external without a host, nor that of the Kubernetes API, which every pod has
//! in `KUBERNETES_SERVICE_HOST` (Kubernetes 1.33, `pkg/kubelet/envvars`).

use std::sync::Arc;

use crate::graph::{Derived, Flow, Source, Target, Why};
use crate::model::{Endpoint, EndpointId, Model};
use crate::source::Span;

/// The flows to the cluster's DNS that follow from these.
pub(in crate::graph) fn follow(model: &Model, flows: &[Flow]) -> Vec<Flow> {
    let mut first: Vec<Option<(EndpointId, Span)>> = vec![None; model.endpoints.len()];
    for flow in flows {
        if let (Some(source), Some(target)) = (flow.source_endpoint(), flow.target_endpoint())
            && let Some(first) = first.get_mut(source.0 as usize)
            && first.is_none()
            && has_name(model, target)
        {
            *first = cause(model, flow).map(|cause| (target, cause));
        }
    }
    let asking = model.workloads().filter_map(|workload| {
        let (target, cause) = (*first.get(workload.id.0 as usize)?)?;
        let name = &workload.name.value;
        let reason = if target == workload.id {
            format!("the members of {name} look up each other's names")
        } else {
            let target = model.endpoint(target).map_or("", |endpoint| &endpoint.name().value);
            format!("{name} looks up the name of {target}")
        };
        let why = Why::Derived(Arc::new(Derived { derivation: "dns", reason, cause }));
        let source = Source::Endpoint(workload.id);
        Some(Flow { environment: workload.environment, source, target: Target::Dns, why })
    });
    asking.collect()
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
