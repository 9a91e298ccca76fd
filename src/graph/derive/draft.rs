//! Derived flows in the making.
//!
//! Invariants: a flow is there once for each source and target; it keeps the derivation and cause that came first and takes
//! over the reasons of those that follow.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use indexmap::IndexMap;

use crate::graph::{Derived, Flow, Implied, MissingEnd, Source, Target, TriggerSource, UnnamedSource, Watchers, Why};
use crate::model::{EndpointId, EnvironmentId, Model};

/// The words of a workload that flows are derived from.
pub(super) const DERIVING: &[&str] = &["port", "health", "metrics", "scale"];
use crate::source::Span;

/// How many reasons of one flow are written out: a queue that thousands of workers scale by still has a reason that one
/// can read, and that fits in an annotation (Kubernetes 1.33 takes 256 KiB of them, apimachinery
/// `pkg/api/validation/objectmeta.go`).
const WRITTEN_REASONS: usize = 3;

/// Takes what derivations find.
pub(super) struct Draft<'m> {
    model: &'m Model,
    flows: Vec<Flow>,
    index: IndexMap<(Source, Target), usize>,
    reasons: BTreeMap<usize, Reasons>,
    missing: Vec<MissingEnd>,
    missed: BTreeSet<(EndpointId, Span, String)>,
    trigger_sources: BTreeMap<(EndpointId, usize), TriggerSource>,
    entries: BTreeMap<(EndpointId, usize), EndpointId>,
    watchers: BTreeMap<EndpointId, Watchers>,
    unnamed_sources: Vec<UnnamedSource>,
}

/// The reasons of one flow, once it has more than one.
#[derive(Default)]
struct Reasons {
    all: BTreeSet<String>,
    written: Vec<String>,
}

impl<'m> Draft<'m> {
    /// A draft without flows.
    pub(super) fn new(model: &'m Model) -> Self {
        Self {
            model,
            flows: Vec::new(),
            index: IndexMap::new(),
            reasons: BTreeMap::new(),
            missing: Vec::new(),
            missed: BTreeSet::new(),
            trigger_sources: BTreeMap::new(),
            entries: BTreeMap::new(),
            watchers: BTreeMap::new(),
            unnamed_sources: Vec::new(),
        }
    }

    /// Adds a derived flow, or its reason to the same flow from elsewhere.
    pub(super) fn add(&mut self, source: Source, target: Target, derived: Derived) {
        let Some(&index) = self.index.get(&(source, target)) else {
            let Some(environment) = self.environment(source, target) else { return };
            self.index.insert((source, target), self.flows.len());
            self.flows.push(Flow { environment, source, target, why: Why::Derived(Arc::new(derived)) });
            return;
        };
        let Some(Flow { why: Why::Derived(first), .. }) = self.flows.get(index) else { return };
        if first.reason == derived.reason {
            return;
        }
        let reasons = self.reasons.entry(index).or_default();
        for reason in [&first.reason, &derived.reason] {
            if reasons.all.insert(reason.clone()) && reasons.written.len() < WRITTEN_REASONS {
                reasons.written.push(reason.clone());
            }
        }
    }

    /// Adds an end that nothing provides, once for each statement of a workload. What a declaration that could not be
    /// read misses may be a consequence of that.
    pub(super) fn miss(&mut self, end: MissingEnd) {
        let is_read = self.model.endpoint(end.workload).is_some_and(|endpoint| !endpoint.lacks(DERIVING));
        if is_read && self.missed.insert((end.workload, end.cause, end.needs.clone())) {
            self.missing.push(end);
        }
    }

    /// Records what a trigger asks.
    pub(super) fn ask(&mut self, service: EndpointId, trigger: usize, source: TriggerSource) {
        self.trigger_sources.insert((service, trigger), source);
    }

    /// Records what lets requests in to what a service exposes.
    pub(super) fn let_in(&mut self, service: EndpointId, exposure: usize, entry: EndpointId) {
        self.entries.insert((service, exposure), entry);
    }

    /// Records who is told by the Prometheus Operator about a workload.
    pub(super) fn watch(&mut self, workload: EndpointId, watchers: Watchers) {
        self.watchers.insert(workload, watchers);
    }

    /// Records that a trigger names nobody whom it could ask.
    pub(super) fn leave_unnamed(&mut self, source: UnnamedSource) {
        self.unnamed_sources.push(source);
    }

    /// What has been found, without the order of rollout.
    pub(super) fn finish(mut self) -> Implied {
        for (index, reasons) in &self.reasons {
            if let Some(Flow { why: Why::Derived(derived), .. }) = self.flows.get_mut(*index) {
                Arc::make_mut(derived).reason = reasons.joined();
            }
        }
        Implied {
            flows: self.flows,
            missing: self.missing,
            trigger_sources: self.trigger_sources,
            entries: self.entries,
            watchers: self.watchers,
            unnamed_sources: self.unnamed_sources,
            externals: self.model.externals().map(|external| external.id).collect(),
            ..Implied::default()
        }
    }

    fn environment(&self, source: Source, target: Target) -> Option<EnvironmentId> {
        let endpoint = match (source, target) {
            (Source::Endpoint(endpoint), _) | (Source::KubernetesApi, Target::Port { endpoint, .. }) => endpoint,
            (Source::KubernetesApi, Target::Dns | Target::KubernetesApi) => return None,
        };
        Some(self.model.endpoint(endpoint)?.environment())
    }
}

impl Reasons {
    fn joined(&self) -> String {
        let more = self.all.len() - self.written.len();
        match self.written.split_last() {
            Some(_) if more > 0 => format!("{}; and {more} more", self.written.join("; ")),
            Some((last, [])) => last.clone(),
            Some((last, before)) => format!("{}; and {last}", before.join("; ")),
            None => String::new(),
        }
    }
}
