//! Some policy enforces each `never`: one of its ends is in an environment whose deny is on.

use std::collections::BTreeSet;

use super::asserted::{off, written};
use super::missing_far_end;
use crate::check::Context;
use crate::check::mend::Mend;
use crate::check::prose::listed_few;
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::flow::{Never, NeverEnd};
use crate::model::{Endpoint, EndpointId, EnvironmentId};

crate::check! {
    /// ## What it means
    /// Both ends of a `never` are where `default-deny` is off, so no policy selects the pods of either.
    ///
    /// ## Why it matters in the cluster
    /// A pod that no policy selects may reach everything and be reached by everything, whatever the spec says.
    ///
    /// ## How to mend it
    /// Switch the deny on in one of the two environments, or take the statement out.
    ///
    /// ```bvl bad in=flow
    /// environment tools {
    ///   shared
    ///   namespace "shop-tools"
    ///   default-deny off because "the charts bring their own policies"
    /// }
    /// managed left { in tools; match "app" "left"; port http 8080 }
    /// managed right { in tools; match "app" "right"; port http 8080 }
    /// never left -> right //~ BVL0304 "no policy selects"
    /// ```
    /// That a flow is allowed beside it is then not what keeps it from holding:
    /// ```bvl bad in=flow
    /// environment tools {
    ///   shared
    ///   namespace "shop-tools"
    ///   default-deny off because "the charts bring their own policies"
    /// }
    /// managed left { in tools; match "app" "left"; port http 8080 }
    /// managed right { in tools; match "app" "right"; port http 8080 }
    /// allow left -> right.http
    /// never left -> right //~ BVL0304
    /// ```
    /// Nor is it accepted by whoever accepts that the deny is off without a reason:
    /// ```bvl bad in=flow
    /// environment tools { shared; namespace "shop-tools"; default-deny off }
    /// managed left { in tools; match "app" "left"; port http 8080 }
    /// managed right { in tools; match "app" "right"; port http 8080 }
    /// never left -> right //~ BVL0304
    /// waive deny-off-without-reason on tools because "the charts bring their own policies"
    /// ```
    /// Where a waiver accepts that, what is allowed against the statement is found as anywhere (BVL0301, BVL0302).
    ///
    /// What passes between two externals is no policy's affair (BVL0329). One end under the deny is enough:
    /// ```bvl good in=flow
    /// environment tools {
    ///   shared
    ///   namespace "shop-tools"
    ///   default-deny off because "the charts bring their own policies"
    /// }
    /// managed left { in tools; match "app" "left"; port http 8080 }
    /// never left -> store
    /// ```
    ///
    /// ## Source
    /// [Network Policies](https://kubernetes.io/docs/concepts/services-networking/network-policies/): a pod is isolated
    /// only if some policy selects it (Kubernetes 1.36).
    BVL0304, "never-unenforced", Error(Stated), since "0.1.0" => run
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let meant_for_others = missing_far_end::meant_for_others(cx);
    for never in &cx.model.nevers {
        let open_sources = open(cx, &never.sources);
        let open_destinations = open(cx, &never.destinations);
        let pods = [policed(cx, &never.sources), policed(cx, &never.destinations)];
        let mut found = Vec::new();
        // whoever is there by mistake would be where somebody denies
        let is_by_mistake = |home: &EnvironmentId| {
            let others = meant_for_others.get(home);
            let is_all = |ends: &[NeverEnd]| {
                others.is_some_and(|others| ends.iter().all(|end| others.contains(end.name.as_str())))
            };
            is_all(&never.sources) || is_all(&never.destinations)
        };
        for source in open_sources.iter().filter(|source| !is_by_mistake(source)) {
            let target =
                if open_destinations.contains(source) { Some(*source) } else { shared(cx, &open_destinations) };
            let target =
                target.or_else(|| is_shared(cx, *source).then(|| open_destinations.first().copied()).flatten());
            // what passes between two externals is nobody's to enforce, whatever is denied where
            let is_policed = |target| [*source, target].iter().zip(&pods).any(|(home, pods)| pods.contains(home));
            let Some(target) = target.filter(|target| is_policed(*target)) else { continue };
            found.push((*source, target));
        }
        let open_pairs: Vec<String> = found.iter().map(|(source, target)| either(cx, *source, *target)).collect();
        for (source, target) in found {
            let title = format!("`{}` is not enforced: no policy selects the pods of either end", written(cx, never));
            let mut diagnostic = Diagnostic::new(&BVL0304, never.span, title)
                .here("enforced by nothing")
                .environment(cx.model.environment_title(source))
                .about(subject(never));
            for environment in [target, source] {
                if let Some(stated) = off(cx, environment) {
                    diagnostic = diagnostic.also(stated.span, "the deny is switched off here").caused_by(stated.span);
                }
            }
            sink.report(
                diagnostic.note("a pod that no policy selects may reach everything and be reached by everything").help(
                    format!(
                        "take the `never` out, if somebody else's policies see to it; or take `default-deny off` out of {}: every pod there is then denied all that no `allow` names, DNS included",
                        listed_few(&open_pairs)
                    ),
                ),
            );
        }
    }
}

/// Whom it is found of: by this name a waiver accepts it.
fn subject(never: &Never) -> &str {
    never.sources.first().map_or("", |end| end.name.as_str())
}

/// Whether what is found of a statement about a source stands, where the deny is off for both ends.
pub(super) fn stands(cx: &Context<'_>, never: &Never, source: Option<EndpointId>) -> bool {
    let home = source.and_then(|id| cx.model.endpoint(id)).and_then(|end| cx.model.environment(end.environment()));
    home.is_some_and(|environment| cx.stands(&CHECK, subject(never), environment))
}

/// The environments of which one has to deny.
fn either(cx: &Context<'_>, source: EnvironmentId, target: EnvironmentId) -> String {
    let title = |id| cx.model.environment_title(id);
    if source == target { title(source).to_owned() } else { format!("{} or {}", title(source), title(target)) }
}

/// The environments whose deny is off and in which one of the ends is. What an external does nobody polices, so as a
/// destination it is left to its callers' side and as a source to its callees'.
fn open(cx: &Context<'_>, ends: &[NeverEnd]) -> BTreeSet<EnvironmentId> {
    let endpoints = ends.iter().flat_map(|end| &end.endpoints).filter_map(|id| cx.model.endpoint(*id));
    endpoints.map(Endpoint::environment).filter(|id| off(cx, *id).is_some()).collect()
}

/// The environments in which one of the ends is a workload.
fn policed(cx: &Context<'_>, ends: &[NeverEnd]) -> BTreeSet<EnvironmentId> {
    let endpoints = ends.iter().flat_map(|end| &end.endpoints).filter_map(|id| cx.model.workload(*id));
    endpoints.map(|workload| workload.environment).collect()
}

fn is_shared(cx: &Context<'_>, id: EnvironmentId) -> bool {
    cx.model.environment(id).is_some_and(|environment| environment.shared.is_some())
}

fn shared(cx: &Context<'_>, ids: &BTreeSet<EnvironmentId>) -> Option<EnvironmentId> {
    ids.iter().copied().find(|id| is_shared(cx, *id))
}
