//! Where a value was stated that comes through a name: `$drain` and `"web:${tag}"` are shown with the `let`, the `param`, the
//! `--set` or the argument of the class that they stand for, whichever check speaks of them.
//!
//! Invariant: only labels are added, and none at a place that has one.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Label};
use crate::model::constants::Use;
use crate::model::{EnvironmentId, Model};
use crate::source::{SourceMap, Span};
use crate::syntax::variables;

/// How many places are added to a finding: a value may be made of any number of others.
const MOST_ADDED: usize = 4;

/// What is said at the place of a value, behind the name.
const GETS: &str = "gets its value here";

/// Whether a label says where a value stands that comes through a name.
pub(super) fn is_of_value(label: &Label) -> bool {
    label.message.ends_with(GETS)
}

/// Adds to findings where the values stand of the names that are used at their places.
pub(super) fn show(findings: &mut [Diagnostic], model: &Model, sources: &SourceMap) {
    let mut ids: Option<BTreeMap<&str, EnvironmentId>> = None;
    for finding in findings {
        if !finding.labels.iter().any(|label| !names(sources, label.span).is_empty()) {
            continue;
        }
        let ids = ids.get_or_insert_with(|| {
            let environments = model.environments.iter();
            environments.map(|environment| (environment.title.as_str(), environment.id)).collect()
        });
        let holds_in: Vec<Option<EnvironmentId>> = if finding.environments.is_empty() {
            vec![None]
        } else {
            finding.environments.iter().filter_map(|title| ids.get(title.as_str()).copied().map(Some)).collect()
        };
        let mut shown: BTreeSet<Span> = finding.labels.iter().map(|label| label.span).collect();
        let mut n_added = 0;
        // what is added may be made of other names in turn
        let mut at = 0;
        while let Some(used_at) = finding.labels.get(at).map(|label| label.span) {
            at += 1;
            for name in names(sources, used_at) {
                let subjects = &finding.subjects;
                let place = |id: &Option<EnvironmentId>| {
                    model.constants.place(name, Use { at: used_at, environment: *id, subjects })
                };
                for place in holds_in.iter().filter_map(place) {
                    if n_added == MOST_ADDED || !shown.insert(place) {
                        continue;
                    }
                    n_added += 1;
                    let told = if sources.is_users(place) { GETS } else { "is given here" };
                    finding.labels.push(Label { span: place, message: format!("`{name}` {told}") });
                }
            }
        }
    }
}

/// The names that the user wrote at a place.
fn names(sources: &SourceMap, span: Span) -> BTreeSet<&str> {
    if sources.is_users(span) { variables(sources.text(span)) } else { BTreeSet::new() }
}
