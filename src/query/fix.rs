//! Mending a spec: the fixes of findings applied to its texts, until nothing is left that a fix can mend.
//!
//! Invariants: a fix is applied as a whole or not at all; fixes that touch one place are applied one after the other, each
//! to what the one before made of the text; a fix after which its finding is still there, or which makes another, is taken
//! back; only the user's own files change; the number of rounds is bounded, whatever fixes make of each other.

use std::collections::{BTreeMap, BTreeSet};

use crate::analyze::{Analysis, analyze};
use crate::diagnostic::{Applicability, Code, Diagnostic, Fix, Severity};
use crate::resolve::Inputs;
use crate::source::edit::apply;
use crate::source::{FileError, FileId, Files, Provenance, SourceMap, TextEdit};
use crate::{model, syntax};

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
    let start = Fixed { texts: Texts::new(), n_applied: 0, analysis: analyze(files, root, inputs) };
    let mut mending = Mending { files, root, inputs, refused: BTreeSet::new(), left: vec![Texts::new()] };
    let mut fixed = start;
    for _ in 0..MOST_ROUNDS {
        let Some(next) = mending.round(&fixed, choice) else { break };
        fixed = next;
    }
    fixed
}

/// What is remembered from round to round.
struct Mending<'a> {
    files: &'a dyn Files,
    root: &'a str,
    inputs: &'a Inputs,
    /// The findings whose fix was taken back, by code, message and the texts that it would write.
    refused: BTreeSet<Attempt>,
    /// The texts that there have been: two fixes that undo each other lead back to one.
    left: Vec<Texts>,
}

type Attempt = (&'static str, String, Vec<String>);

impl Mending<'_> {
    /// The platform after one more round; `None` where no fix mends anything more.
    fn round(&mut self, fixed: &Fixed, choice: Choice) -> Option<Fixed> {
        loop {
            let mut chosen: Vec<(&Diagnostic, &Fix)> = Vec::new();
            for finding in &fixed.analysis.findings {
                let fix = pick(finding, choice).filter(|fix| !self.refused.contains(&attempt(finding, fix)));
                chosen.extend(fix.map(|fix| (finding, fix)));
            }
            // what cannot be read hides findings, which come to light when it can: it is mended before the others
            if chosen.iter().any(|(finding, _)| is_unreadable(finding.code)) {
                chosen.retain(|(finding, _)| is_unreadable(finding.code));
            }
            let applied = self.apply(fixed, &chosen)?;
            let is_new = !self.left.contains(&applied.texts);
            let wrong = |(finding, _): &&(&Diagnostic, &Fix)| {
                !is_new || !is_mended(finding, &fixed.analysis, &applied.analysis)
            };
            if chosen.iter().find(wrong).is_none() {
                self.left.push(applied.texts.clone());
                return Some(applied);
            }
            // one by one, so that those that mend are told from those that do not
            let mut best: Option<Fixed> = None;
            for one in &chosen {
                let before = best.as_ref().unwrap_or(fixed);
                let now = before.analysis.findings.iter().find(|finding| is_same(finding, one.0));
                let Some((finding, fix)) = now.and_then(|finding| Some((finding, pick(finding, choice)?))) else {
                    continue;
                };
                let Some(after) = self.apply(before, &[(finding, fix)]) else { continue };
                if !self.left.contains(&after.texts) && is_mended(finding, &before.analysis, &after.analysis) {
                    self.left.push(after.texts.clone());
                    best = Some(after);
                } else {
                    self.refused.insert(attempt(finding, fix));
                }
            }
            if best.is_some() {
                return best;
            }
            if chosen.iter().all(|(finding, fix)| !self.refused.contains(&attempt(finding, fix))) {
                return None;
            }
        }
    }

    fn apply(&self, fixed: &Fixed, chosen: &[(&Diagnostic, &Fix)]) -> Option<Fixed> {
        let (changed, n_applied) = apply_all(fixed.analysis.sources(), chosen.iter().map(|(_, fix)| *fix));
        if n_applied == 0 {
            return None;
        }
        let mut texts = fixed.texts.clone();
        texts.extend(changed);
        let overlay = Overlay { below: self.files, texts: &texts };
        let analysis = analyze(&overlay, self.root, self.inputs);
        Some(Fixed { texts, n_applied: fixed.n_applied + n_applied, analysis })
    }
}

fn attempt(finding: &Diagnostic, fix: &Fix) -> Attempt {
    let texts = fix.edits.iter().map(|edit| edit.text.clone()).collect();
    (finding.code.id, finding.message.clone(), texts)
}

/// Whether two findings of two analyses are one.
fn is_same(one: &Diagnostic, other: &Diagnostic) -> bool {
    one.code == other.code && one.message == other.message && one.environments == other.environments
}

/// Whether what was applied between two analyses mended a finding, and made no other. What comes to light when something
/// can be read was there before.
fn is_mended(finding: &Diagnostic, before: &Analysis, after: &Analysis) -> bool {
    let alike = |analysis: &Analysis| analysis.findings.iter().filter(|other| is_same(other, finding)).count();
    let is_less = alike(after) < alike(before);
    is_less && (is_unreadable(finding.code) || made(before, after).is_empty())
}

/// The codes of which there are more after than before.
fn made(before: &Analysis, after: &Analysis) -> BTreeSet<&'static str> {
    let count = |analysis: &Analysis| {
        let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
        for finding in analysis.findings.iter().filter(|finding| finding.severity != Severity::Hint) {
            *counts.entry(finding.code.id).or_default() += 1;
        }
        counts
    };
    let known = count(before);
    let more = |(code, n): &(&'static str, usize)| *n > known.get(code).copied().unwrap_or(0);
    count(after).into_iter().filter(more).map(|(code, _)| code).collect()
}

/// Whether a finding says that something cannot be read.
fn is_unreadable(code: &Code) -> bool {
    [syntax::CODES, model::codes::CODES].into_iter().flatten().any(|known| *known == code)
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
