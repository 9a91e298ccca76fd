//! Where the first of the reasons stands that an object bears.

use super::Places;
use crate::graph::Why;
use crate::model::environment::DefaultDeny;
use crate::model::{Certificate, Disruption, Origin, Program};
use crate::source::Span;

/// The annotations that hold reasons, a line each.
const HELD: [&str; 2] = ["bvl.dev/because", "bvl.dev/flows"];

/// The reason that stands first among those that an annotation holds.
pub(super) fn of(places: &Places<'_>, key: &str) -> Option<Span> {
    let text = HELD.contains(&key).then(|| places.tree.get("metadata")?.get("annotations")?.get(key)?.as_str())??;
    let at = |reason: &str| text.find(&reason.split_whitespace().collect::<Vec<_>>().join(" "));
    let stated = stated(places).into_iter().filter_map(|origin| Some((at(&origin.value)?, origin.span)));
    let flows = places
        .workload
        .into_iter()
        .flat_map(|workload| places.graph.incoming(workload.id).chain(places.graph.outgoing(workload.id)));
    let derived = flows.filter_map(|flow| match &flow.why {
        Why::Derived(derived) => Some((at(&derived.reason)?, derived.cause)),
        Why::Declared(_) => None,
    });
    stated.chain(derived).min().map(|(_, span)| span)
}

/// Whatever a spec gives as a reason, of this object or another.
fn stated<'a>(places: &Places<'a>) -> Vec<&'a Origin<String>> {
    let (model, environment) = (places.model, places.environment);
    let denied = match &environment.default_deny {
        DefaultDeny::On => None,
        DefaultDeny::Off { stated: _, because } => because.as_ref(),
    };
    let mut reasons: Vec<&Origin<String>> = environment.profile.because.iter().chain(denied).collect();
    reasons.extend(model.statements.iter().filter_map(|statement| statement.because.as_ref()));
    reasons.extend(model.externals().filter_map(|external| external.because.as_ref()));
    reasons.extend(model.waivers.iter().filter_map(|waiver| waiver.because.as_ref()));
    reasons.extend(model.platform.severities.iter().filter_map(|severity| severity.because.as_ref()));
    let workloads: Vec<_> = match places.workload {
        Some(workload) => vec![workload],
        None => model.workloads_in(environment.id).filter(|workload| workload.managed().is_some()).collect(),
    };
    for workload in workloads {
        reasons.extend(match &workload.disruption {
            Some(Disruption::None { stated: _, because }) => because.as_ref(),
            Some(Disruption::MinAvailable(_) | Disruption::MaxUnavailable(_) | Disruption::ByOperator(_)) | None => {
                None
            }
        });
        let unspread = workload.service().and_then(|service| service.unspread.as_ref());
        reasons.extend(unspread.and_then(|unspread| unspread.because.as_ref()));
        let companions = workload.program().into_iter().flat_map(|program| &*program.companions);
        for resources in companions.map(|companion| &companion.resources).chain([&workload.resources]) {
            reasons.extend(resources.cpu.as_ref().and_then(|cpu| cpu.because.as_ref()));
            reasons.extend(resources.memory.as_ref().and_then(|memory| memory.because.as_ref()));
        }
        let contained = workload.program().into_iter().flat_map(Program::containers);
        reasons.extend(contained.flat_map(|contained| contained.demands()).filter_map(|asked| asked.because.as_ref()));
        let exposures = workload.service().into_iter().flat_map(|service| service.exposures.iter());
        reasons.extend(exposures.filter_map(|exposure| match &exposure.tls.as_ref()?.certificate {
            Certificate::None(because) => because.as_ref(),
            Certificate::Secret(_) | Certificate::Issuer(_) | Certificate::ClusterIssuer(_) => None,
        }));
    }
    reasons
}
