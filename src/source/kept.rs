//! What an edit left as it was: of which places the text is the same as before and stands where it stood.
//!
//! Invariant: what holds holds for every line of a place, so that whatever was made of these lines alone is still right.

use super::places::Common;
use super::{SourceFile, SourceMap, Span};

/// What two versions of the same files have in common, by place.
#[derive(Debug, Clone)]
pub struct Kept {
    files: Vec<Part>,
}

/// What is kept of a file.
#[derive(Debug, Clone, Copy)]
enum Part {
    /// Everything.
    All,
    /// Some lines.
    Lines {
        /// Places before this one.
        above: u32,
        /// Places from this one on.
        below: Option<u32>,
        /// Whether lines below have another number.
        moved: bool,
    },
    /// Nothing.
    Nothing,
}

impl Kept {
    pub(super) fn between(earlier: &SourceMap, later: &SourceMap) -> Self {
        let pairs = later.files.iter().zip(earlier.files.iter().map(Some).chain(std::iter::repeat(None)));
        Self {
            files: pairs
                .map(|(later, earlier)| earlier.map_or(Part::Nothing, |earlier| part(earlier, later)))
                .collect(),
        }
    }

    /// Whether the text at a place is what it was, and stands where it stood: every line of it.
    pub fn holds(&self, span: Span) -> bool {
        match self.part(span) {
            Part::All => true,
            Part::Lines { above, below, .. } => span.end < above || below.is_some_and(|below| below <= span.start),
            Part::Nothing => false,
        }
    }

    /// Whether the whole file of a place is what it was.
    pub fn all(&self, file: super::FileId) -> bool {
        matches!(self.part(Span::new(file, 0, 0)), Part::All)
    }

    /// Whether the line in which a place starts has another number now, or is not what it was.
    pub fn line_moved(&self, span: Span) -> bool {
        match self.part(span) {
            Part::All => false,
            Part::Lines { above, below, moved } => {
                span.start >= above && (moved || below.is_none_or(|below| span.start < below))
            }
            Part::Nothing => true,
        }
    }

    fn part(&self, span: Span) -> Part {
        self.files.get(span.file.0 as usize).copied().unwrap_or(Part::Nothing)
    }
}

fn part(earlier: &SourceFile, later: &SourceFile) -> Part {
    if earlier.path != later.path || earlier.provenance != later.provenance {
        return Part::Nothing;
    }
    let (old, new) = (&earlier.places, &later.places);
    let (n_old, n_new) = (old.n_lines(), new.n_lines());
    let is_same = std::sync::Arc::ptr_eq(&earlier.text, &later.text) || earlier.text == later.text;
    let common = if is_same { Common { above: n_old, below: 0 } } else { new.common(&later.text, old, &earlier.text) };
    // lines of which the text is kept may have been given another place, to make room
    let n_above = (0..common.above).take_while(|line| old.start_of(*line) == new.start_of(*line)).count();
    if is_same && n_above == n_old {
        return Part::All;
    }
    let n_rest = n_old.min(n_new) - n_above;
    let most = if is_same { n_rest } else { common.below };
    let is_kept = |n: &usize| old.start_of(n_old - n) == new.start_of(n_new - n);
    let n_below = (1..=most).take_while(is_kept).count();
    let above = n_above.checked_sub(1).and_then(|last| {
        let length = new.offset_of(n_above) - new.offset_of(last);
        Some(new.start_of(last)?.saturating_add(length))
    });
    Part::Lines {
        above: above.unwrap_or(0),
        below: if n_below > 0 { new.start_of(n_new - n_below) } else { None },
        moved: n_old != n_new,
    }
}
