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

/// Through how many names a value is followed, each the value of another.
pub(super) const MOST_NAMES: usize = 8;

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
        note_values(finding, &holds_in, model, sources);
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

/// Says at each place that stands in a statement of an environment from which one that is, where nothing says so yet: a flow that is
/// allowed there alone, an address, an order.
pub(super) fn name_overlays(findings: &mut [Diagnostic], model: &Model) {
    let overlays = &model.overlays;
    if overlays.is_empty() {
        return;
    }
    for label in findings.iter_mut().flat_map(|finding| &mut finding.labels) {
        let behind = overlays.partition_point(|(statement, _)| *statement <= Span { end: u32::MAX, ..label.span });
        let overlay = behind.checked_sub(1).and_then(|at| overlays.get(at));
        let Some((_, name)) = overlay.filter(|(statement, _)| statement.contains(label.span)) else { continue };
        let is_open = !label.message.is_empty() && !label.message.ends_with('?') && !is_of_value(label);
        if is_open && !label.message.contains(" environment ") {
            label.message.push_str(", from environment ");
            label.message.push_str(name);
        }
    }
}

/// Notes at the places of a finding at which nothing but names stands for what is wrong where their values stand.
fn note_values(finding: &mut Diagnostic, holds_in: &[Option<EnvironmentId>], model: &Model, sources: &SourceMap) {
    let Content { subjects, labels, piece, .. } = &mut **finding;
    for (nth, label) in labels.iter_mut().enumerate() {
        let piece = piece.filter(|_| nth == 0);
        let mut values = BTreeSet::new();
        for environment in holds_in {
            let used = Use { at: label.span, environment: *environment, subjects };
            if !follow(used, piece, &mut values, (model, sources), MOST_NAMES) {
                values.clear();
                break;
            }
        }
        label.values = values.into_iter().collect();
    }
}

/// Adds where the values stand of the names that are all of what stands at a place, or of those that stand for a piece of it,
/// through the names that they stand for in turn; `false` where something else is wrong there as well.
fn follow(
    used: Use<'_>,
    piece: Option<&str>,
    values: &mut BTreeSet<Span>,
    (model, sources): (&Model, &SourceMap),
    left: usize,
) -> bool {
    let names = names(sources, used.at);
    let beside = beside(sources.text(used.at), &names);
    let is_wrong = |piece: &str| !piece.is_empty() && beside.contains(piece);
    // the other end of a range is right or wrong by this one
    let is_alone = || is_range(&beside) || !beside.contains(char::is_alphanumeric);
    let is_right = piece.map_or_else(is_alone, |piece| !is_wrong(piece));
    if names.is_empty() || !is_right || left == 0 {
        return false;
    }
    let mut is_named = false;
    for name in names {
        // of a parameter, the class is what is wrong of all that take it over
        let place = if model.constants.parameter_of(name, used.at).is_some() {
            None
        } else {
            model.constants.place(name, used)
        };
        let Some(place) = place else { return false };
        let goes_on = follow(Use { at: place, ..used }, piece, values, (model, sources), left - 1);
        if !goes_on && piece.is_some_and(|piece| !holds(sources.text(place), piece)) {
            continue;
        }
        if !goes_on {
            values.insert(place);
        }
        is_named = true;
    }
    is_named
}

/// Whether what stands beside names is an end of a range.
fn is_range(beside: &str) -> bool {
    !beside.contains('"') && (beside.starts_with("..") || beside.ends_with(".."))
}

/// Whether a value, as it is written, is a piece of text.
fn holds(written: &str, piece: &str) -> bool {
    // what is given from outside stands behind its name
    let value = written.split_once('=').map_or(written, |(_, value)| value);
    value.trim_matches('"') == piece
}

/// What stands at a place beside these names.
fn beside(text: &str, names: &BTreeSet<&str>) -> String {
    let mut names: Vec<&&str> = names.iter().collect();
    // a name may begin with another
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    names
        .iter()
        .fold(text.to_owned(), |text, name| text.replace(&format!("${{{name}}}"), "").replace(&format!("${name}"), ""))
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
