//! What lets requests in reaches what services expose, and what answers the challenges of certificate authorities, which come
//! the same way.

use std::collections::BTreeSet;

use super::draft::Draft;
use super::providers::{Demand, Missed};
use super::{Context, ports};
use crate::graph::{Derived, LETS_IN, MissingEnd, Source, Target};
use crate::model::managed::Role;
use crate::model::{EndpointId, EnvironmentId, Exposure, Workload};

pub(super) fn derive(cx: &Context<'_>, draft: &mut Draft<'_>) {
    let mut missed = Missed::default();
    let mut entered: BTreeSet<(EndpointId, EnvironmentId)> = BTreeSet::new();
    for workload in cx.model.workloads() {
        let Some(service) = workload.service() else { continue };
        for (index, exposure) in service.exposures.iter().enumerate() {
            let Some(entry) = entry_of(cx, workload, exposure, &mut missed, draft) else { continue };
            draft.let_in(workload.id, index, entry);
            entered.insert((entry, workload.environment));
            let port = workload.exposed_port(exposure);
            let Some(port) = port.and_then(|port| ports::named(&workload.ports, &port.name.value)) else { continue };
            draft.add(
                Source::Endpoint(entry),
                Target::Port { endpoint: workload.id, port },
                Derived {
                    derivation: LETS_IN,
                    reason: format!("{} lets in requests for {}", cx.name(entry), exposure.address.value),
                    cause: exposure.address.span,
                },
            );
        }
    }
    for (entry, environment) in entered {
        challenges(cx, entry, environment, draft);
    }
}

/// What answers challenges in an environment that an entry lets in to is reached by it: a certificate authority asks where it
/// is asked to vouch for a host.
fn challenges(cx: &Context<'_>, entry: EndpointId, environment: EnvironmentId, draft: &mut Draft<'_>) {
    let solvers = cx.sight.nearest(cx.sight.of_role(Role::Challenges), environment);
    for solver in solvers {
        let Some(workload) = cx.model.workload(solver).filter(|workload| workload.environment == environment) else {
            continue;
        };
        let roles = workload.managed().into_iter().flat_map(|managed| &managed.roles);
        let Some(stated) = roles.into_iter().find(|role| role.value == Role::Challenges) else { continue };
        for target in ports::serving(solver, &workload.ports) {
            let reason = format!("{} brings the challenges of certificate authorities", cx.name(entry));
            draft.add(Source::Endpoint(entry), target, Derived { derivation: LETS_IN, reason, cause: stated.span });
        }
    }
}

/// All that let requests in to what an environment exposes.
fn in_sight(cx: &Context<'_>, environment: EnvironmentId) -> Vec<EndpointId> {
    let workloads = cx.sight.nearest(cx.sight.of_role(Role::Entry), environment);
    cx.sight.doors(environment).iter().copied().chain(workloads).collect()
}

/// What lets requests in to what is exposed: what `via` names, else the only one in sight.
fn entry_of(
    cx: &Context<'_>,
    workload: &Workload,
    exposure: &Exposure,
    missed: &mut Missed,
    draft: &mut Draft<'_>,
) -> Option<EndpointId> {
    let (name, address, cause) = (&workload.name.value, &exposure.address.value, exposure.address.span);
    if let Some(via) = &exposure.via {
        let named = cx.model.endpoint(via.endpoint)?;
        if named.entry().is_some() {
            return Some(via.endpoint);
        }
        if !named.tainted() {
            let others: Vec<String> = in_sight(cx, workload.environment)
                .into_iter()
                .map(|entry| cx.sight.spelled(entry, workload.environment))
                .collect();
            let name = &named.name().value;
            let (why, example) = match others.first() {
                None => (format!("{name} states no `entry`"), "entry ingress \"CLASS\"".to_owned()),
                Some(entry) => (
                    format!("{name} states no `entry`; what lets requests in is {}", others.join(", ")),
                    format!("via {entry}"),
                ),
            };
            draft.miss(MissingEnd {
                cause: via.span,
                workload: workload.id,
                needs: format!("{name} to let requests in"),
                why,
                example,
                candidates: Vec::new(),
                unshared: None,
                named_by: "via",
            });
        }
        return None;
    }
    let why = format!("{name} is exposed at {address}, and nothing lets requests in");
    let mut entries = in_sight(cx, workload.environment);
    if entries.is_empty() {
        entries = cx.providers(Role::Entry, Demand { workload, cause, why }, missed, draft);
    }
    match entries.as_slice() {
        [] => None,
        [one] => Some(*one),
        several => {
            let candidates: Vec<String> =
                several.iter().map(|entry| cx.sight.spelled(*entry, workload.environment)).collect();
            draft.miss(MissingEnd {
                cause,
                workload: workload.id,
                needs: "to know what lets requests in".to_owned(),
                why: format!("only one lets them in to {address}"),
                example: candidates.first().map(|name| format!("via {name}")).unwrap_or_default(),
                candidates,
                unshared: None,
                named_by: "via",
            });
            None
        }
    }
}
