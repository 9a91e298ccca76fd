//! What is asserted, accepted and chosen, followed through the rounds of mending: fixes that come later may take it out again.
//!
//! Invariant: a place is where its text stands in the newest texts, or gone.

use std::ops::Range;

use super::fix::{Chosen, GivenUp};
use crate::analyze::Analysis;
use crate::diagnostic::Fix;
use crate::source::{SourceMap, TextEdit};

/// What is followed, in the texts as they are now.
#[derive(Debug, Clone, Default)]
pub(super) struct Followed {
    /// What the spec asserted and accepted in the beginning, once that is known.
    stated: Option<Vec<Stated>>,
    chosen: Vec<Picked>,
}

/// A `never` or a waiver.
#[derive(Debug, Clone)]
pub(super) struct Stated {
    /// As it was written in the beginning.
    text: String,
    path: String,
    /// Where it stands now; nothing where it is gone.
    place: Option<Range<usize>>,
}

impl Stated {
    /// Whether an edit changes it.
    pub(super) fn is_touched(&self, sources: &SourceMap, edit: &TextEdit) -> bool {
        let at = sources.range(edit.span);
        let touches = |place: &Range<usize>| at.start < place.end && place.start < at.end;
        sources.path(edit.span) == self.path && self.place.as_ref().is_some_and(touches)
    }
}

/// A fix that was the first of several.
#[derive(Debug, Clone)]
struct Picked {
    chosen: Chosen,
    /// What it wrote, in which file.
    places: Vec<(String, Range<usize>)>,
}

/// What edits leave of a place.
#[derive(Debug, PartialEq, Eq)]
enum Left {
    /// All of it, perhaps elsewhere.
    Whole(Range<usize>),
    /// It with another text in it or in its place.
    Changed(Range<usize>),
    /// Nothing.
    Gone,
}

impl Followed {
    /// What is followed once fixes have been applied to texts, some of which were the first of several.
    pub(super) fn after(&self, before: &Analysis, applied: &[&Fix], chosen: Vec<(Chosen, &Fix)>) -> Self {
        let sources = before.sources();
        let edits: Vec<&TextEdit> = applied.iter().flat_map(|fix| &fix.edits).collect();
        let stated = self.stated.clone().or_else(|| stated(before)).map(|stated| {
            let followed = stated.into_iter().map(|mut one| {
                one.place = one.place.and_then(|place| match left(sources, &edits, &one.path, place) {
                    Left::Whole(place) | Left::Changed(place) => Some(place),
                    Left::Gone => None,
                });
                one
            });
            followed.collect()
        });
        let earlier = self.chosen.iter().filter_map(|picked| {
            let mut moved = picked.clone();
            for (path, place) in &mut moved.places {
                match left(sources, &edits, path, place.clone()) {
                    Left::Whole(now) => *place = now,
                    Left::Changed(_) | Left::Gone => return None,
                }
            }
            Some(moved)
        });
        let new = chosen.into_iter().map(|(chosen, fix)| {
            let places = fix.edits.iter().map(|edit| {
                let path = sources.path(edit.span);
                let others = edits.iter().copied().filter(|other| !std::ptr::eq(*other, edit));
                let start = moved(sources, others, path, sources.range(edit.span).start);
                (path.to_owned(), start..start + edit.text.len())
            });
            Picked { chosen, places: places.collect() }
        });
        Self { stated, chosen: earlier.chain(new).collect() }
    }

    /// The choices that still stand.
    pub(super) fn chosen(&self) -> Vec<Chosen> {
        self.chosen.iter().map(|picked| picked.chosen.clone()).collect()
    }

    /// What was stated in the beginning and is no longer, or is weaker.
    pub(super) fn given_up(&self, sources: &SourceMap) -> Vec<GivenUp> {
        let given_up = self.stated.iter().flatten().filter_map(|Stated { text, path, place }| {
            let told = |now| GivenUp { path: path.clone(), statement: text.clone(), now };
            let Some(place) = place else { return Some(told(None)) };
            let (_, file) = sources.iter().find(|(_, file)| file.path() == path)?;
            let now = file.text().get(place.clone())?;
            // of all that a fix makes of one, `->` in the place of `~>` alone rules out less
            let is_weaker = text.contains("~>") && !now.contains("~>");
            is_weaker.then(|| told(Some(now.to_owned())))
        });
        given_up.collect()
    }
}

/// What a platform asserts and accepts; nothing where that is not known.
pub(super) fn stated(analysis: &Analysis) -> Option<Vec<Stated>> {
    let (model, sources) = (analysis.model.as_ref()?, analysis.sources());
    let nevers = model.nevers.iter().map(|never| never.span);
    let spans = nevers.chain(model.waivers.iter().map(|waiver| waiver.span));
    let stated = spans.filter(|span| sources.is_users(*span)).map(|span| Stated {
        text: sources.text(span).to_owned(),
        path: sources.path(span).to_owned(),
        place: Some(sources.range(span)),
    });
    Some(stated.collect())
}

/// What edits leave of a place of a file.
fn left(sources: &SourceMap, edits: &[&TextEdit], path: &str, place: Range<usize>) -> Left {
    let (mut start, mut length) = (place.start, place.len());
    let mut is_changed = false;
    for edit in edits.iter().filter(|edit| sources.path(edit.span) == path) {
        let at = sources.range(edit.span);
        if at.end <= place.start || place.end <= at.start {
            continue;
        }
        let holds = at.start <= place.start && place.end <= at.end;
        if holds && edit.text.trim().is_empty() {
            return Left::Gone;
        }
        is_changed = true;
        if holds {
            (start, length) = (at.start, edit.text.len());
        } else {
            length = (length + edit.text.len()).saturating_sub(at.len());
        }
    }
    let start = moved(sources, edits.iter().copied(), path, start);
    let now = start..start + length;
    if is_changed { Left::Changed(now) } else { Left::Whole(now) }
}

/// Where a place of a file is once edits before it are made.
fn moved<'e>(sources: &SourceMap, edits: impl Iterator<Item = &'e TextEdit>, path: &str, place: usize) -> usize {
    let of_file = edits.filter(|edit| sources.path(edit.span) == path);
    let before = of_file.map(|edit| (sources.range(edit.span), edit.text.len())).filter(|(at, _)| at.end <= place);
    let (more, less) = before.fold((0, 0), |(more, less), (at, length)| (more + length, less + at.len()));
    (place + more).saturating_sub(less)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Provenance, Span};

    #[test]
    fn a_place_is_followed_through_edits() {
        let mut sources = SourceMap::default();
        let file = sources.add("a.bvl", "never a ~> b\nallow a -> b\n", Provenance::User);
        let edit = |from, to, text: &str| TextEdit::replace(Span::new(file, from, to), text);
        for (edits, expected) in [
            (vec![edit(13, 25, "")], Left::Whole(0..12)),
            (vec![edit(0, 0, "// x\n")], Left::Whole(5..17)),
            (vec![edit(8, 10, "->")], Left::Changed(0..12)),
            (vec![edit(6, 7, "abc"), edit(11, 12, "")], Left::Changed(0..13)),
            (vec![edit(0, 0, "// x\n"), edit(0, 12, "never c -> b")], Left::Changed(5..17)),
            (vec![edit(0, 13, "")], Left::Gone),
        ] {
            let edits: Vec<&TextEdit> = edits.iter().collect();
            assert_eq!(left(&sources, &edits, "a.bvl", 0..12), expected, "{edits:?}");
        }
        let edits = [edit(0, 12, "never b ~> a"), edit(13, 13, "// x\n")];
        assert_eq!(moved(&sources, edits.iter(), "a.bvl", 14), 19);
    }
}
