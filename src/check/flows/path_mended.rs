//! What may be changed so that a `never A ~> B` holds: a hop of the way goes, or the `never` speaks of ports to which nothing leads.

use std::collections::BTreeSet;

use super::asserted::{allow_out, allows};
use crate::check::Context;
use crate::graph::{Flow, Target};
use crate::model::flow::{Never, Reach};
use crate::model::{EndpointId, PortUse};
use crate::source::{Provenance, TextEdit};

/// What is done, and the edits that do it.
type Titled = (String, Vec<TextEdit>);

/// Each hop that all of these ways have, by the one statement that allows it, where both of its ends keep another flow.
pub(super) fn hops_out(cx: &Context<'_>, never: &Never, ways: &[Vec<&Flow>]) -> Vec<Titled> {
    let Some(first) = ways.first().filter(|hops| hops.len() > 1) else { return Vec::new() };
    let mut found: Vec<Titled> = Vec::new();
    for hop in first {
        let stated = allows(cx, &[hop]);
        let same = |hops: &[&Flow]| hops.iter().position(|other| allows(cx, &[other]) == stated);
        let Some(places) = ways.iter().map(|hops| Some((hops, same(hops)?))).collect::<Option<Vec<_>>>() else {
            continue;
        };
        let mut flows: Vec<&Flow> = Vec::new();
        for (hops, at) in places {
            let is_last = at + 1 == hops.len();
            // of the end of a way a single port may be ruled out
            let is_one_port = is_last && never.destinations.iter().any(|end| end.port.is_some());
            let beside = |flow: &&Flow, hop: &Flow| {
                flow.target_endpoint() == hop.target_endpoint() && (!is_one_port || flow.target == hop.target)
            };
            let Some(hop) = hops.get(at) else { continue };
            let source = hop.source_endpoint().into_iter();
            flows.extend(source.flat_map(|id| cx.graph.outgoing(id)).filter(|flow| beside(flow, hop)));
        }
        if stated.is_empty() || !keep_others(cx, &flows) || is_reached_without(cx, ways, &flows) {
            continue;
        }
        let ends = [hop.source_endpoint(), hop.target_endpoint()].into_iter().flatten();
        let ends: Vec<String> = ends.map(|id| cx.name(id, hop.environment)).collect();
        if let Some((how, edits)) = allow_out(cx, &flows) {
            found.push((format!("leave out the hop {}: {how}", ends.join(" -> ")), edits));
        }
    }
    found
}

/// Whether the end of one of these ways is reached from its beginning though these flows are gone: by a longer way. No way leads
/// through an external.
fn is_reached_without(cx: &Context<'_>, ways: &[Vec<&Flow>], gone: &[&Flow]) -> bool {
    ways.iter().any(|hops| {
        let source = hops.first().and_then(|flow| flow.source_endpoint());
        let Some(last) = hops.last().map(|flow| flow.target) else { return true };
        let mut next: Vec<EndpointId> = source.into_iter().collect();
        let mut seen: BTreeSet<EndpointId> = next.iter().copied().collect();
        while let Some(at) = next.pop() {
            for flow in cx.graph.outgoing(at).filter(|flow| !gone.contains(flow)) {
                let target = flow.target_endpoint();
                let is_end = match (last, target) {
                    (Target::Port { endpoint, .. }, Some(target)) => endpoint == target,
                    _ => flow.target == last,
                };
                if is_end {
                    return true;
                }
                let passed = target.filter(|id| cx.model.external(*id).is_none());
                next.extend(passed.filter(|id| seen.insert(*id)));
            }
        }
        false
    })
}

/// Whether all at the ends of flows have another flow as well; that to the cluster's DNS follows from others.
fn keep_others(cx: &Context<'_>, flows: &[&Flow]) -> bool {
    let ends: BTreeSet<EndpointId> =
        flows.iter().flat_map(|flow| [flow.source_endpoint(), flow.target_endpoint()]).flatten().collect();
    ends.into_iter().all(|end| {
        let mut all = cx.graph.incoming(end).chain(cx.graph.outgoing(end));
        all.any(|flow| !flows.contains(&flow) && !matches!(flow.target, Target::Dns))
    })
}

/// The ports of the one whom a `never` names to which no flow leads from those whom it names, in the place of all of its ports. A
/// rule about every way speaks of no port, so that it becomes one about the direct flow.
pub(super) fn narrowed(cx: &Context<'_>, never: &Never) -> Option<Titled> {
    let [end] = never.destinations.as_slice() else { return None };
    let file = cx.sources.get(never.span.file).filter(|file| file.provenance() == Provenance::User)?;
    if end.port.is_some() || file.slice(end.span) != end.name {
        return None;
    }
    let from: BTreeSet<EndpointId> = never.sources.iter().flat_map(|end| end.endpoints.iter().copied()).collect();
    let direct = end.endpoints.iter().flat_map(|id| cx.graph.incoming(*id));
    let direct = direct.filter(|flow| flow.source_endpoint().is_some_and(|source| from.contains(&source)));
    let taken: BTreeSet<&str> =
        direct.filter_map(|flow| flow.port(cx.model)).map(|port| port.name.value.as_str()).collect();
    let first = cx.model.endpoint(*end.endpoints.first()?)?;
    // a port that words such as `health` bring was hardly meant
    let serving = first.ports().iter().filter(|port| port.usage == PortUse::Serving);
    let free = serving.map(|port| port.name.value.as_str()).filter(|name| !taken.contains(name));
    let free: Vec<String> = free.map(|name| format!("{}.{name}", end.name)).collect();
    // where nothing leads there directly, `->` alone says it
    if taken.is_empty() || free.is_empty() {
        return None;
    }
    let text = free.join(", ");
    let narrower = TextEdit::replace(end.span, text.clone());
    match never.reach {
        Reach::Direct => Some((format!("narrow the `never` to {text}"), vec![narrower])),
        Reach::Path => {
            let start = file.range(never.span).start + file.slice(never.span).find("~>")?;
            let arrow = TextEdit::replace(file.span(never.span.file, start..start + 2), "->");
            Some((format!("rule out the direct flow to {text} alone"), vec![arrow, narrower]))
        }
    }
}
