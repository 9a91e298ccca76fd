//! Where a value was stated that comes through a name: `$drain` and `"web:${tag}"` are shown with the `let`, the `param`, the
//! `--set` or the argument of the class that they stand for, whichever check speaks of them.
//!
//! So are fixes of what stands as a parameter of a class: they change its argument.
//!
//! Invariants: only labels are added, and none at a place that has one; an argument is changed where nobody else gives it.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Content, Diagnostic, Fix, Label};
use crate::model::constants::Use;
use crate::model::{EnvironmentId, Model};
use crate::source::{SourceMap, Span, TextEdit};
use crate::syntax::variables;

/// How many places are added to a finding: a value may be made of any number of others.
const MOST_ADDED: usize = 4;

/// What is said at the place of a value, behind the name.
const GETS: &str = "gets its value here";

/// Whether a label says where a value stands that comes through a name.
pub(super) fn is_of_value(label: &Label) -> bool {
    label.message.ends_with(GETS)
}

/// Whether a fix changes what stands at a place where a value is given that comes through a name.
pub(super) fn is_of_argument(fix: &Fix, labels: &[Label]) -> bool {
    let given = |edit: &TextEdit| labels.iter().any(|label| label.span == edit.span && is_of_value(label));
    fix.edits.iter().any(given)
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
                let Content { subjects, labels, .. } = &mut **finding;
                let place = |id: &Option<EnvironmentId>| {
                    model.constants.place(name, Use { at: used_at, environment: *id, subjects })
                };
                for place in holds_in.iter().filter_map(place) {
                    if n_added == MOST_ADDED || !shown.insert(place) {
                        continue;
                    }
                    n_added += 1;
                    let told = if sources.is_users(place) { GETS } else { "is given here" };
                    labels.push(Label::new(place, format!("`{name}` {told}")));
                }
            }
        }
    }
}

/// Moves edits in the place of a parameter of a class to the argument that is given for it, where only those whom the finding is
/// about give that one; a fix of which an edit cannot be moved is left out.
pub(super) fn mend(findings: &mut [Diagnostic], model: &Model, sources: &SourceMap) {
    for finding in findings.iter_mut().filter(|finding| !finding.fixes.is_empty()) {
        let Content { subjects, fixes, .. } = &mut **finding;
        let subjects: BTreeSet<&str> = subjects.iter().flat_map(|subject| subject.split(" -> ")).collect();
        fixes.retain_mut(|fix| {
            fix.edits.iter_mut().all(|edit| {
                let Some(name) = sources.text(edit.span).strip_prefix('$') else { return true };
                if model.constants.parameter_of(name, edit.span).is_none() {
                    return true;
                }
                let argument = model.constants.argument(name, edit.span, &subjects);
                let is_plain = |place: &Span| sources.is_users(*place) && !sources.text(*place).contains('$');
                argument.filter(is_plain).is_some_and(|place| {
                    edit.span = place;
                    true
                })
            })
        });
    }
}

/// The names that the user wrote at a place.
fn names(sources: &SourceMap, span: Span) -> BTreeSet<&str> {
    if sources.is_users(span) { variables(sources.text(span)) } else { BTreeSet::new() }
}
