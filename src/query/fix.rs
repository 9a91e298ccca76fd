//! Mending a spec: the fixes of findings applied to its texts, until nothing is left that a fix can mend.
//!
//! Invariants: a fix is applied as a whole or not at all; fixes that touch one place are applied one after the other, each
//! to what the one before made of the text; only the user's own files change; the number of rounds is bounded, whatever
//! fixes make of each other.

use std::collections::BTreeMap;

use crate::analyze::{Analysis, analyze};
use crate::diagnostic::{Applicability, Diagnostic, Fix};
use crate::resolve::Inputs;
use crate::source::edit::apply;
use crate::source::{FileError, FileId, Files, Provenance, SourceMap, TextEdit};

/// Each round mends all that is apart; so many rounds mend what lies in one place.
const MOST_ROUNDS: usize = 32;

/// Which fixes are applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Those that need no asking.
    Safe,
    /// Of every finding the first one, whether it needs asking or not.
    Any,
}

/// Texts by path, as a fix leaves them.
pub type Texts = BTreeMap<String, String>;

/// A platform after fixing.
#[derive(Debug)]
pub struct Fixed {
    /// The files that differ now.
    pub texts: Texts,
    /// How many fixes were applied.
    pub n_applied: usize,
    /// The platform as it is with them.
    pub analysis: Analysis,
}

/// Applies fixes until none is left.
pub fn fixed_point(files: &dyn Files, root: &str, inputs: &Inputs, choice: Choice) -> Fixed {
    let mut fixed = Fixed { texts: Texts::new(), n_applied: 0, analysis: analyze(files, root, inputs) };
    for _ in 0..MOST_ROUNDS {
        let chosen = fixed.analysis.findings.iter().filter_map(|finding| pick(finding, choice));
        let (changed, n_applied) = apply_all(fixed.analysis.sources(), chosen);
        if n_applied == 0 {
            break;
        }
        fixed.n_applied += n_applied;
        fixed.texts.extend(changed);
        let overlay = Overlay { below: files, texts: &fixed.texts };
        fixed.analysis = analyze(&overlay, root, inputs);
    }
    fixed
}

/// The texts that one fix changes; `None` where it cannot be applied.
pub fn apply_one(sources: &SourceMap, fix: &Fix) -> Option<Texts> {
    let (texts, n_applied) = apply_all(sources, [fix]);
    (n_applied > 0).then_some(texts)
}

fn pick(finding: &Diagnostic, choice: Choice) -> Option<&Fix> {
    let safe = finding.fixes.iter().find(|fix| fix.applicability == Applicability::Safe);
    match choice {
        Choice::Safe => safe,
        Choice::Any => safe.or_else(|| finding.fixes.first()),
    }
}

/// Applies those of the fixes that do not touch each other, the first ones first.
fn apply_all<'a>(sources: &SourceMap, fixes: impl IntoIterator<Item = &'a Fix>) -> (Texts, usize) {
    let mut edits: BTreeMap<FileId, BTreeMap<u32, &TextEdit>> = BTreeMap::new();
    let mut n_applied = 0;
    for fix in fixes {
        let is_free = |edit: &TextEdit| {
            let is_own = sources.get(edit.span.file).is_some_and(|file| file.provenance() == Provenance::User);
            let taken = edits.get(&edit.span.file);
            is_own && taken.is_none_or(|taken| is_apart(taken, edit))
        };
        if fix.edits.is_empty() || !fix.edits.iter().all(is_free) {
            continue;
        }
        n_applied += 1;
        for edit in &fix.edits {
            edits.entry(edit.span.file).or_default().insert(edit.span.start, edit);
        }
    }
    let mut texts = Texts::new();
    for (id, edits) in edits {
        let edits: Vec<TextEdit> = edits.into_values().cloned().collect();
        let Some(file) = sources.get(id) else { continue };
        if let Some(text) = apply(file.text(), &edits) {
            texts.insert(file.path().to_owned(), text);
        }
    }
    (texts, n_applied)
}

/// Whether an edit touches none of those that are taken.
fn is_apart(taken: &BTreeMap<u32, &TextEdit>, edit: &TextEdit) -> bool {
    let before = taken.range(..=edit.span.start).next_back();
    let after = taken.range(edit.span.start..).next();
    before.is_none_or(|(start, known)| known.span.end <= edit.span.start && *start < edit.span.start)
        && after.is_none_or(|(start, _)| edit.span.end <= *start && edit.span.start < *start)
}

/// Files with some texts in place of what is there.
#[derive(Clone, Copy)]
pub struct Overlay<'a> {
    /// What is there.
    pub below: &'a dyn Files,
    /// What is read instead.
    pub texts: &'a Texts,
}

impl Files for Overlay<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        match self.texts.get(path) {
            Some(text) => Ok(text.as_bytes().to_vec()),
            None => self.below.read(path),
        }
    }

    fn list(&self, pattern: &str) -> Result<Vec<String>, FileError> {
        self.below.list(pattern)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    #[test]
    fn fixes_that_touch_wait_for_the_next_round() {
        let mut sources = SourceMap::default();
        let file = sources.add("a.bvl", "abcdef", Provenance::User);
        let standard = sources.add("std.bvl", "abc", Provenance::Standard);
        let fix = |edits: &[(FileId, usize, usize, &str)]| Fix {
            title: String::new(),
            applicability: Applicability::Safe,
            edits: edits
                .iter()
                .map(|(id, from, to, text)| TextEdit::replace(Span::new(*id, *from, *to), *text))
                .collect(),
        };
        for (fixes, expected, n_expected) in [
            (vec![fix(&[(file, 0, 1, "X")]), fix(&[(file, 1, 2, "Y")])], Some("XYcdef"), 2),
            (vec![fix(&[(file, 0, 2, "X")]), fix(&[(file, 1, 3, "Y")])], Some("Xcdef"), 1),
            (vec![fix(&[(file, 1, 1, "X")]), fix(&[(file, 1, 1, "Y")])], Some("aXbcdef"), 1),
            (vec![fix(&[(file, 4, 5, "X")]), fix(&[(file, 0, 1, "Y"), (file, 4, 4, "Z")])], Some("abcdXf"), 1),
            (vec![fix(&[(file, 3, 4, "X")]), fix(&[(file, 1, 2, "Y")])], Some("aYcXef"), 2),
            (vec![fix(&[(standard, 0, 1, "X")]), fix(&[])], None, 0),
        ] {
            let (texts, n_applied) = apply_all(&sources, &fixes);
            assert_eq!((texts.get("a.bvl").map(String::as_str), n_applied), (expected, n_expected), "{fixes:?}");
        }
    }
}
