//! What keeps a platform from being emitted, in lines for people: how many errors there are, which, and where.

use crate::analyze::Analysis;
use crate::diagnostic::render::text::one_line;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::FileId;

/// The most errors that are told of one by one.
const MOST: usize = 5;

/// The errors of a platform of which nothing is emitted: how many, and then a line for each of the first, those of the file
/// at hand before others. Without errors there is no platform.
pub fn obstacles(analysis: &Analysis, near: Option<FileId>) -> Vec<String> {
    let mut errors: Vec<&Diagnostic> =
        analysis.findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    let is_far = |error: &&Diagnostic| near.is_some() && error.span().map(|span| span.file) != near;
    errors.sort_by_key(is_far);
    let count = match errors.len() {
        0 => return vec!["there is no platform here".to_owned()],
        1 => "1 error".to_owned(),
        n => format!("{n} errors"),
    };
    let line = |error: &&Diagnostic| {
        let place = error.span().map(|span| format!("{}: ", analysis.sources().place(span))).unwrap_or_default();
        one_line(&format!("  {place}{}: {}", error.code.id, error.message))
    };
    let mut lines = vec![count];
    lines.extend(errors.iter().take(MOST).map(line));
    if errors.len() > MOST {
        lines.push(format!("  and {} more", errors.len() - MOST));
    }
    lines
}
