//! Which endpoints have to be judged again, found by comparing a platform with its earlier self.
//!
//! Invariant: where neither a model nor the flows around an endpoint have changed, it is left out; in doubt everything is
//! judged again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::graph::{Flow, FlowGraph, Why};
use crate::model::flow::{Never, NeverEnd};
use crate::model::{DeclaredFlow, Endpoint, EndpointId, Environment, EnvironmentId, Model, Workload};
use crate::source::Kept;

/// What an edit has changed, as far as checks look. The ids are those of both platforms.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changed {
    /// The endpoints whose model, environment or flows have changed.
    pub endpoints: BTreeSet<EndpointId>,
    /// These, and whoever is one hop away from one of them: by a flow, or by naming it.
    pub neighbors: BTreeSet<EndpointId>,
    /// Whether all has to be judged again, since ids or what holds everywhere have changed.
    pub everything: bool,
}

/// A platform: what it means, and who talks to whom.
type Platform<'a> = (&'a Model, &'a FlowGraph);

impl Changed {
    /// Everything.
    pub fn everything() -> Self {
        Self { everything: true, ..Self::default() }
    }

    /// What has changed between two states of a platform. What they hold has to come from files of which it is known that
    /// one place means one text: where a place is equal in both, so is the text of its line, and the file's path. `kept` is what
    /// these files have in common.
    ///
    /// Takes time in proportion to the platform, little for each endpoint and each flow.
    pub fn between(earlier: Platform<'_>, now: Platform<'_>, kept: &Kept) -> Self {
        if !is_alike(earlier.0, now.0) {
            return Self::everything();
        }
        let mut endpoints = flows(earlier, now);
        let environments: BTreeSet<EnvironmentId> = pairs(&earlier.0.environments, &now.0.environments)
            .filter(|(one, other)| one != other)
            .map(|(_, environment)| environment.id)
            .collect();
        for (one, other) in pairs(&earlier.0.endpoints, &now.0.endpoints) {
            // one that was read again is another, even if it came out equal: checks look at its text as well
            if environments.contains(&other.environment()) || !Arc::ptr_eq(one, other) || names_line(other, kept) {
                endpoints.insert(other.id());
            }
        }
        let neighbors = neighbors(&endpoints, earlier.1, now);
        Self { endpoints, neighbors, everything: false }
    }

    /// Whether nothing has changed that a check of single endpoints reads.
    pub fn is_nothing(&self) -> bool {
        !self.everything && self.endpoints.is_empty()
    }
}

/// Whether a finding about an endpoint may print the number of a line that is another now: that of a statement that took a
/// word away.
fn names_line(endpoint: &Endpoint, kept: &Kept) -> bool {
    let Endpoint::Workload(workload) = endpoint else { return false };
    workload.removed.iter().any(|removed| kept.line_moved(removed.by.span))
}

/// Whether ids mean the same in both, and so does what holds everywhere.
fn is_alike(earlier: &Model, now: &Model) -> bool {
    // statements and flows are compared as flows; the rest is read in one go, or when findings are told
    let Model {
        platform,
        environments,
        endpoints,
        classes,
        statements: _,
        flows: _,
        unresolved,
        unread_flows,
        unknown_ends,
        taken_flows,
        nevers,
        // what speaks of everything is judged in one go
        rules: _,
        tests: _,
        waivers: _,
        waived,
        doubt: _,
        half_read: _,
        overlays: _,
        constants: _,
    } = now;
    let is_named_alike = |(one, other): (&Arc<Endpoint>, &Arc<Endpoint>)| {
        Arc::ptr_eq(one, other)
            || one.environment() == other.environment()
                && one.name().value == other.name().value
                && matches!(**one, Endpoint::External(_)) == matches!(**other, Endpoint::External(_))
    };
    let is_titled_alike = |(one, other): (&Environment, &Environment)| {
        one.name.value == other.name.value && one.title == other.title && one.instance == other.instance
    };
    earlier.environments.len() == environments.len()
        && earlier.endpoints.len() == endpoints.len()
        && earlier.unread_flows == *unread_flows
        && earlier.unknown_ends == *unknown_ends
        && earlier.taken_flows == *taken_flows
        && earlier.waived == *waived
        && rules_out_alike(&earlier.nevers, nevers)
        && earlier.unresolved == *unresolved
        && earlier.classes == *classes
        && earlier.platform == *platform
        && pairs(&earlier.environments, environments).all(is_titled_alike)
        && pairs(&earlier.endpoints, endpoints).all(is_named_alike)
}

/// Whether two lists of `never` speak of the same, wherever they stand: by that fixes are offered or not.
fn rules_out_alike(earlier: &[Never], now: &[Never]) -> bool {
    let alike = |one: &[NeverEnd], other: &[NeverEnd]| {
        one.len() == other.len() && pairs(one, other).all(|(one, other)| one.endpoints == other.endpoints)
    };
    earlier.len() == now.len()
        && pairs(earlier, now)
            .all(|(one, other)| alike(&one.sources, &other.sources) && alike(&one.destinations, &other.destinations))
}

fn pairs<'a, T>(earlier: &'a [T], now: &'a [T]) -> impl DoubleEndedIterator<Item = (&'a T, &'a T)> + ExactSizeIterator {
    earlier.iter().zip(now)
}

/// The endpoints whose flows, or the sources of whose triggers, are others.
fn flows(earlier: Platform<'_>, now: Platform<'_>) -> BTreeSet<EndpointId> {
    let is_shared = std::ptr::eq(earlier.1, now.1)
        && Arc::ptr_eq(&earlier.0.flows, &now.0.flows)
        && Arc::ptr_eq(&earlier.0.statements, &now.0.statements);
    if is_shared {
        return BTreeSet::new();
    }
    let (before, after) = (&earlier.1.flows, &now.1.flows);
    let is_same = |(one, other): &(&Flow, &Flow)| is_same_flow((earlier.0, one), (now.0, other));
    // an edit concerns few of them: what comes before and behind is the same, and in the same order
    let first = pairs(before, after).take_while(is_same).count();
    let rest = |flows: &'_ [Flow]| flows.len() - first;
    let behind = before.iter().rev().zip(after.iter().rev()).take(rest(before).min(rest(after)));
    let last = behind.take_while(is_same).count();
    let between =
        [before, after].into_iter().flat_map(|flows| flows.get(first..flows.len() - last).unwrap_or_default());
    let ends: BTreeSet<EndpointId> =
        between.flat_map(|flow| [flow.source_endpoint(), flow.target_endpoint()]).flatten().collect();
    let all = |one: &mut dyn Iterator<Item = &Flow>, other: &mut dyn Iterator<Item = &Flow>| loop {
        match (one.next(), other.next()) {
            (None, None) => break true,
            (Some(one), Some(other)) if is_same_flow((earlier.0, one), (now.0, other)) => {}
            (Some(_) | None, Some(_) | None) => break false,
        }
    };
    let is_kept = |id: &EndpointId| {
        all(&mut earlier.1.outgoing(*id), &mut now.1.outgoing(*id))
            && all(&mut earlier.1.incoming(*id), &mut now.1.incoming(*id))
    };
    let mut changed: BTreeSet<EndpointId> = ends.into_iter().filter(|id| !is_kept(id)).collect();
    if !Arc::ptr_eq(&earlier.1.implied, &now.1.implied) {
        let (before, after) = (&earlier.1.implied, &now.1.implied);
        changed.extend(redirected(&before.trigger_sources, &after.trigger_sources));
        changed.extend(redirected(&before.entries, &after.entries));
    }
    changed
}

/// The services of which something leads elsewhere than it did.
fn redirected<T: PartialEq>(before: &Led<T>, after: &Led<T>) -> BTreeSet<EndpointId> {
    if before == after {
        return BTreeSet::new();
    }
    let others = after.iter().filter(|(key, led)| before.get(*key) != Some(*led)).map(|(key, _)| key.0);
    others.chain(before.keys().filter(|key| !after.contains_key(*key)).map(|key| key.0)).collect()
}

/// Where something leads, by service and its index there.
type Led<T> = BTreeMap<(EndpointId, usize), T>;

/// Whether two flows are the same: what they are, why they are there, and where that is stated.
fn is_same_flow(earlier: (&Model, &Flow), now: (&Model, &Flow)) -> bool {
    let (before, after) = (earlier.1, now.1);
    let is_placed_alike =
        before.source == after.source && before.target == after.target && before.environment == after.environment;
    is_placed_alike
        && match (&before.why, &after.why) {
            (Why::Derived(before), Why::Derived(after)) => before == after,
            (Why::Declared(_), Why::Declared(_)) => {
                let stated = before.declared(earlier.0).zip(after.declared(now.0));
                stated.is_some_and(|(before, after)| is_stated_alike((earlier.0, before), (now.0, after)))
            }
            (Why::Declared(_), Why::Derived(_)) | (Why::Derived(_), Why::Declared(_)) => false,
        }
}

/// Whether the same statements, by what they say and where, allow the same flow.
fn is_stated_alike(earlier: (&Model, &DeclaredFlow), now: (&Model, &DeclaredFlow)) -> bool {
    let DeclaredFlow { environment, source, destination, port, statements, source_span, destination_span, terms } =
        now.1;
    let before = earlier.1;
    before.source == *source
        && before.destination == *destination
        && before.port == *port
        && before.environment == *environment
        && before.source_span == *source_span
        && before.destination_span == *destination_span
        && before.terms == *terms
        && before.statements.len() == statements.len()
        && pairs(&before.statements, statements)
            .all(|(one, other)| earlier.0.statement(*one) == now.0.statement(*other))
}

/// The endpoints and whoever is one hop away from them, before or now.
fn neighbors(
    endpoints: &BTreeSet<EndpointId>,
    before: &FlowGraph,
    (model, graph): Platform<'_>,
) -> BTreeSet<EndpointId> {
    let mut neighbors = endpoints.clone();
    if endpoints.is_empty() {
        return neighbors;
    }
    for id in endpoints {
        for graph in [before, graph] {
            neighbors.extend(graph.outgoing(*id).filter_map(Flow::target_endpoint));
            neighbors.extend(graph.incoming(*id).filter_map(Flow::source_endpoint));
        }
    }
    // whoever names one now but did not before has changed by itself
    let names = |workload: &&Workload| workload.named().any(|named| endpoints.contains(&named));
    neighbors.extend(model.workloads().filter(names).map(|workload| workload.id));
    let asked = graph.implied.trigger_sources.iter().filter(|(_, source)| endpoints.contains(&source.endpoint));
    neighbors.extend(asked.map(|(key, _)| key.0));
    neighbors
}

#[cfg(test)]
mod tests {
    use super::Changed;

    #[test]
    fn everything_is_not_nothing() {
        assert!(Changed::default().is_nothing());
        assert!(!Changed::everything().is_nothing());
    }
}
