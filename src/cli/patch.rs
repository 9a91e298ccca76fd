//! What would change, as a patch.

use similar::TextDiff;

use super::ui::Stream;
use crate::diagnostic::render::paint::Role;
use crate::diagnostic::render::text::{one_line, printable};

/// Writes the difference of a file as a unified diff. On a terminal control characters are shown as pictures; a patch
/// that goes to a file is exact.
pub(super) fn write(stream: &mut Stream, path: &str, before: &str, after: &str) {
    let diff = TextDiff::from_lines(before, after);
    let path = one_line(path);
    let text = diff.unified_diff().header(&format!("a/{path}"), &format!("b/{path}")).to_string();
    for line in text.lines() {
        let shown = if stream.is_terminal() { printable(line) } else { line.to_owned() };
        let painted = match line.as_bytes().first() {
            Some(b'+') => stream.paint(Role::Good, &shown),
            Some(b'-') => stream.paint(Role::Error, &shown),
            Some(b'@') => stream.paint(Role::Hint, &shown),
            _ => shown,
        };
        stream.line(&painted);
    }
}
