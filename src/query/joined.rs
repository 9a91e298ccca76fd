//! Two or three fixes as one: what mends a finding, and what mends the mistake that shows itself then. Alone the first would
//! make a finding, and the second has nothing to mend yet.
//!
//! Invariants: a joined fix is as unsafe as the most unsafe of its parts, and has its edits in the text as it stands; no part
//! changes what one before it has written; each part leaves what comes to light after it, and nothing else.

use super::fix::{Choice, Texts, apply_all, fault, made, written};
use super::followed::stated;
use crate::analyze::Analysis;
use crate::diagnostic::{Applicability, Diagnostic, Fix};
use crate::source::edit::{one_after_the_other, with_breaks_of};
use crate::source::{FileId, Provenance, SourceFile, SourceMap, Span, TextEdit};

/// So many fixes are one at most: more than a person can take in at once are to be done one by one.
pub(super) const MOST_JOINED: usize = 3;

/// The fix of a finding with those of what it makes, and the platform after it. `after` is the platform with the fix alone,
/// and `judge` says what others come to, as long as it will. `None` where no such fix leaves the platform without a new finding.
pub(super) fn joined(
    before: &Analysis,
    (finding, fix): (&Diagnostic, &Fix),
    after: &Analysis,
    within: Choice,
    judge: &dyn Fn(&Texts) -> Option<Analysis>,
) -> Option<(Fix, Analysis)> {
    let mut titles = vec![fix.title.clone()];
    let (mut joined, mut later): (Fix, Option<Analysis>) = (fix.clone(), None);
    while titles.len() < MOST_JOINED {
        let now = later.as_ref().unwrap_or(after);
        let shown = made(&[(finding, &joined)], before, now)?;
        let next = next(shown, now, &joined.edits, before.sources(), within)?;
        titles.push(next.title.clone());
        joined = Fix {
            title: said(&titles),
            applicability: weaker(joined.applicability, next.applicability),
            edits: composed(before.sources(), &joined.edits, now.sources(), &next.edits)?,
            is_one_of_several: joined.is_one_of_several || next.is_one_of_several,
            reach: None,
            withheld: None,
        };
        let (texts, _) = apply_all(before.sources(), [&joined]);
        let then = judge(&texts)?;
        if fault(&[(finding, &joined)], before, &then).is_none() {
            return fault(&[(shown, next)], now, &then).is_none().then_some((joined, then));
        }
        later = Some(then);
    }
    None
}

/// The one fix that mends what earlier ones show and leaves alone what these have written: the only one that needs no asking,
/// or the only one. Whoever has to choose between several does so once they are there to be seen. Nor is anything joined that is
/// about something else than what was written, or takes out what the spec asserts or accepts: that is nobody's to do in passing.
fn next<'f>(
    shown: &'f Diagnostic,
    now: &Analysis,
    edits: &[TextEdit],
    before: &SourceMap,
    within: Choice,
) -> Option<&'f Fix> {
    let sources = now.sources();
    let written = written(before, edits.iter());
    let is_written = |span: Span| {
        let (path, range) = (sources.path(span), sources.range(span));
        written.iter().any(|own| own.path == path && range.start < own.at.end && own.at.start < range.end)
    };
    if !shown.labels.iter().any(|label| is_written(label.span)) {
        return None;
    }
    let stated = stated(now).unwrap_or_default();
    let gives_up = |edit: &TextEdit| stated.iter().any(|stated| stated.is_touched(sources, edit));
    let is_fitting = |fix: &&Fix| !fix.edits.iter().any(|edit| is_written(edit.span) || gives_up(edit));
    let fitting: Vec<&Fix> = shown.fixes.iter().filter(is_fitting).collect();
    let only = |fixes: &[&'f Fix]| <[&Fix; 1]>::try_from(fixes).ok().map(|[only]| only);
    let safe: Vec<&Fix> = fitting.iter().copied().filter(|fix| fix.applicability == Applicability::Safe).collect();
    match within {
        Choice::Safe => only(&safe),
        Choice::Any => only(&safe).or_else(|| only(&fitting)),
    }
}

/// What several fixes do: "write `sql`, and add `allow a -> b.sql`".
fn said(titles: &[String]) -> String {
    match titles {
        [rest @ .., last] if !rest.is_empty() => format!("{}, and {last}", rest.join(", ")),
        _ => titles.concat(),
    }
}

fn weaker(one: Applicability, other: Applicability) -> Applicability {
    match (one, other) {
        (Applicability::Safe, Applicability::Safe) => Applicability::Safe,
        (Applicability::Unsafe, _) | (_, Applicability::Unsafe) => Applicability::Unsafe,
    }
}

/// Edits of the text as it is that do what `first` does to it, and then `then` to what that leaves. `None` where `then` changes
/// a file that is not the user's or was not there.
fn composed(before: &SourceMap, first: &[TextEdit], after: &SourceMap, then: &[TextEdit]) -> Option<Vec<TextEdit>> {
    let own: Vec<(FileId, &SourceFile)> =
        before.iter().filter(|(_, file)| file.provenance() == Provenance::User).collect();
    let is_own = |edit: &TextEdit| own.iter().any(|(_, file)| file.path() == after.path(edit.span));
    if !then.iter().all(is_own) {
        return None;
    }
    let mut edits = Vec::new();
    for (id, file) in own {
        let in_offsets = |sources: &SourceMap, edit: &TextEdit| {
            let range = sources.range(edit.span);
            let text = with_breaks_of(file.text(), &edit.text).into_owned();
            TextEdit { span: Span::new(id, range.start, range.end), text }
        };
        let first = first.iter().filter(|edit| edit.span.file == id).map(|edit| in_offsets(before, edit));
        let then = then.iter().filter(|edit| after.path(edit.span) == file.path());
        let then = then.map(|edit| in_offsets(after, edit));
        let both = one_after_the_other(file.text(), first.collect(), then.collect())?;
        edits.extend(both.into_iter().map(|edit| TextEdit::replace(file.span(id, edit.span.range()), edit.text)));
    }
    Some(edits)
}
