//! What can be done about the findings at a place: those of their fixes that are offered.

use std::collections::BTreeSet;

use super::{View, format};
use crate::diagnostic::{Applicability, Diagnostic, Fix};
use crate::query::fix::{self, Choice, Picks};
use crate::query::trial::Trial;
use crate::source::edit::apply_to;
use crate::source::{FileId, Files, Span, TextEdit};

/// A fix of a finding, or of several that it mends alike.
#[derive(Debug, Clone)]
pub struct Action {
    /// The fix.
    pub fix: Fix,
    /// What it mends.
    pub findings: Vec<Diagnostic>,
    /// Whether it is the one to take without thinking.
    pub is_preferred: bool,
}

/// The fixes that are offered of all findings that touch a place, in the platform whose root file is `root`.
pub fn fixes(view: &View, files: &dyn Files, root: &str, place: Span) -> Vec<Action> {
    let touches = |finding: &&Diagnostic| {
        finding.span().is_some_and(|span| span.file == place.file && span.start <= place.end && place.start <= span.end)
    };
    let mut found: Vec<Diagnostic> = view.analysis.findings.iter().filter(touches).cloned().collect();
    Trial::new(files, root, &view.analysis).judge(&mut found);
    // each as it is told, and as it is done
    let mut actions: Vec<(Fix, Action)> = Vec::new();
    for finding in &found {
        let n_safe = finding.offered().filter(|(_, fix)| fix.applicability == Applicability::Safe).count();
        // whoever asks at this place has been asked: a guess that stands alone is offered first
        let is_only = finding.fixes.len() == 1;
        for (_, fix) in finding.offered() {
            let is_preferred = is_only || n_safe == 1 && fix.applicability == Applicability::Safe;
            let is_it = |known: &(Fix, Action)| known.0.title == fix.title && known.0.edits == fix.edits;
            if let Some((_, known)) = actions.iter_mut().find(|known| is_it(known)) {
                known.findings.push(finding.clone());
                known.is_preferred |= is_preferred;
            } else {
                let done = laid_out(view, fix.clone());
                let action = Action { fix: done, findings: vec![finding.clone()], is_preferred };
                actions.push((fix.clone(), action));
            }
        }
    }
    actions.into_iter().map(|(_, action)| action).collect()
}

/// The same fix with what it writes as the formatter has it, in files that are formatted.
fn laid_out(view: &View, mut fix: Fix) -> Fix {
    let files: BTreeSet<FileId> = fix.edits.iter().map(|edit| edit.span.file).collect();
    for file in files {
        let Some(known) = view.sources().get(file) else { continue };
        let own: Vec<TextEdit> = fix.edits.iter().filter(|edit| edit.span.file == file).cloned().collect();
        let laid = apply_to(known, &own).and_then(|after| fix::laid_out(known.text(), &after));
        let Some(laid) = laid else { continue };
        fix.edits.retain(|edit| edit.span.file != file);
        let changed = format::changed_lines(file, known.text(), &laid).into_iter();
        fix.edits.extend(changed.map(|edit| TextEdit::replace(known.span(file, edit.span.range()), edit.text)));
    }
    fix
}

/// The codes of findings that are mended along with the safe ones where there is a single way to do it: an address that no
/// flow leads to, which has one port.
const ALONE: &[&str] = &["BVL0315"];

/// The fix of a finding that has a single one, and may be taken without asking for that.
fn alone(finding: &Diagnostic) -> Option<&Fix> {
    let [only] = finding.fixes.as_slice() else { return None };
    ALONE.contains(&finding.code.id).then_some(only)
}

/// Whether a finding in a file has a fix that can be taken without asking.
pub fn has_safe(view: &View, file: FileId) -> bool {
    let in_file = |edit: &TextEdit| edit.span.file == file;
    let is_safe = |fix: &Fix| fix.applicability == Applicability::Safe && fix.edits.iter().any(in_file);
    let is_here = |finding: &Diagnostic| finding.span().is_some_and(|span| span.file == file);
    view.analysis.findings.iter().any(|finding| {
        let is_alone = alone(finding).is_some_and(|only| is_here(finding) || only.edits.iter().any(in_file));
        is_alone || finding.fixes.iter().any(is_safe)
    })
}

/// All safe fixes of a platform to a fixed point, as edits of one file, and what is found there and mended elsewhere; none where
/// nothing of it changes.
pub fn fix_all(view: &View, files: &dyn Files, root: &str, file: FileId) -> Option<Vec<TextEdit>> {
    let known = view.sources().get(file)?;
    let picks = Picks { alone: ALONE, ..Picks::from(Choice::Safe) };
    let fixed = fix::fixed_point(files, root, &view.analysis.inputs, picks);
    let whole = |text: &String| TextEdit::replace(known.span(file, 0..known.text().len()), text.clone());
    let mut edits: Vec<TextEdit> = fixed.texts.get(known.path()).map(whole).into_iter().collect();
    let is_here = |finding: &&Diagnostic| finding.span().is_some_and(|span| span.file == file);
    let mut found: Vec<Diagnostic> =
        view.analysis.findings.iter().filter(is_here).filter(|finding| alone(finding).is_some()).cloned().collect();
    Trial::new(files, root, &view.analysis).judge(&mut found);
    for (_, fix) in found.iter().flat_map(Diagnostic::offered) {
        // what touches another of them is mended the next time
        let is_apart = |edit: &TextEdit| {
            let touches = |known: &TextEdit| {
                known.span.file == edit.span.file
                    && edit.span.start <= known.span.end
                    && known.span.start <= edit.span.end
            };
            edit.span.file != file && !edits.iter().any(touches)
        };
        if fix.edits.iter().all(is_apart) {
            edits.extend(laid_out(view, fix.clone()).edits);
        }
    }
    (!edits.is_empty()).then_some(edits)
}
