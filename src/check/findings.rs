//! The findings of every check, held by check and endpoint, so that after an edit only those are made again of which
//! something has changed.
//!
//! Invariant: [`Judged::again`] holds what [`Judged::cold`] would; both give what [`super::run`] gives, in its order.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::changed::Changed;
use super::{Check, Context, Extent, Looks, speaking};
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::model::EndpointId;

/// What all checks found of one platform. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Judged {
    extent: Extent,
    left_out: Option<&'static Code>,
    checks: Vec<Found>,
}

/// What one check found.
#[derive(Debug, Clone)]
pub(super) struct Found {
    check: &'static Check,
    /// Of each endpoint by itself, where there is something.
    each: Arc<BTreeMap<EndpointId, Arc<[Diagnostic]>>>,
    /// In one go.
    whole: Arc<[Diagnostic]>,
}

impl Judged {
    /// Judges everything, each endpoint by itself where a check allows it.
    pub fn cold(cx: &Context<'_>, extent: Extent, left_out: Option<&'static Code>) -> Self {
        let checks = speaking(extent, left_out).map(|check| Found::cold(cx, check)).collect();
        Self { extent, left_out, checks }
    }

    /// Judges anew what has changed since `earlier`, and takes over everything else.
    pub fn again(cx: &Context<'_>, extent: Extent, earlier: &Self, changed: &Changed) -> Self {
        if changed.everything || extent != earlier.extent {
            return Self::cold(cx, extent, earlier.left_out);
        }
        let checks = earlier.checks.iter().map(|found| found.again(cx, changed)).collect();
        Self { checks, ..*earlier }
    }

    /// All that was found, as [`super::run`] reports it.
    pub fn sink(&self) -> Sink {
        let mut sink = Sink::default();
        self.checks.iter().for_each(|found| sink.absorb(found.sink()));
        sink
    }

    /// What each check found.
    pub(super) fn checks(&self) -> &[Found] {
        &self.checks
    }
}

impl Found {
    fn cold(cx: &Context<'_>, check: &'static Check) -> Self {
        let of_endpoint = |id| Some((id, one(cx, check, id)?));
        let each = match check.looks {
            Looks::Platform => BTreeMap::new(),
            Looks::Endpoint | Looks::Neighbors => {
                cx.model.endpoints().map(crate::model::Endpoint::id).filter_map(of_endpoint).collect()
            }
        };
        Self { check, each: Arc::new(each), whole: whole(cx, check) }
    }

    fn again(&self, cx: &Context<'_>, changed: &Changed) -> Self {
        let mut each = Arc::clone(&self.each);
        for id in concerned(self.check, changed) {
            let found = one(cx, self.check, *id);
            // what is found again is told as it was
            if found.as_deref() == each.get(id).map(|known| &**known) {
                continue;
            }
            match found {
                Some(findings) => {
                    Arc::make_mut(&mut each).insert(*id, findings);
                }
                None if each.contains_key(id) => {
                    Arc::make_mut(&mut each).remove(id);
                }
                None => {}
            }
        }
        let whole = whole(cx, self.check);
        let whole = if *whole == *self.whole { Arc::clone(&self.whole) } else { whole };
        Self { check: self.check, each, whole }
    }

    /// All of it, as [`super::run`] reports it.
    pub(super) fn sink(&self) -> Sink {
        let mut sink = Sink::default();
        let each = self.each.values().flat_map(|findings| findings.iter());
        for finding in each.chain(self.whole.iter()) {
            sink.report(finding.clone());
        }
        sink
    }

    /// Whether it is what the same check has found before, known without a look at it.
    pub(super) fn is_that_of(&self, earlier: &Self) -> bool {
        self.check.code == earlier.check.code
            && Arc::ptr_eq(&self.each, &earlier.each)
            && Arc::ptr_eq(&self.whole, &earlier.whole)
    }
}

/// The endpoints that a check judges again.
fn concerned<'c>(check: &Check, changed: &'c Changed) -> impl Iterator<Item = &'c EndpointId> {
    let endpoints: Option<&BTreeSet<EndpointId>> = match check.looks {
        Looks::Endpoint => Some(&changed.endpoints),
        Looks::Neighbors => Some(&changed.neighbors),
        Looks::Platform => None,
    };
    endpoints.into_iter().flatten()
}

/// What a check finds of one endpoint; `None` where that is nothing.
fn one(cx: &Context<'_>, check: &Check, id: EndpointId) -> Option<Arc<[Diagnostic]>> {
    let mut sink = Sink::default();
    (check.run)(&Context { reads: check.reads, only: Some(&[id]), ..*cx }, &mut sink);
    (!sink.is_empty()).then(|| sink.into_found().into())
}

/// What a check finds in one go.
fn whole(cx: &Context<'_>, check: &Check) -> Arc<[Diagnostic]> {
    let run = match check.looks {
        Looks::Platform => Some(check.run),
        Looks::Endpoint | Looks::Neighbors => check.whole,
    };
    let mut sink = Sink::default();
    if let Some(run) = run {
        run(&Context { reads: check.reads, only: None, ..*cx }, &mut sink);
    }
    sink.into_found().into()
}
