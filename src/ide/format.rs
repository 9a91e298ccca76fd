//! The text of a file as the formatter writes it, as the smallest edits that make it so.

use std::sync::Arc;

use crate::source::{FileId, Span, TextEdit};
use crate::syntax;

/// The edits that format a text, in order of place; none where it is formatted. `None` where it cannot be read well enough
/// to be written anew.
pub fn edits(text: &Arc<str>) -> Option<Vec<TextEdit>> {
    let tree = syntax::parse(FileId::default(), text);
    if tree.is_foreign {
        return None;
    }
    let formatted = syntax::format(&tree)?;
    Some(changed_lines(tree.file, text, &formatted))
}

/// Edits of whole lines: what stands alike at the beginning and the end of the text is left alone, so that carets and folds
/// stay where they are.
pub(super) fn changed_lines(file: FileId, old: &str, new: &str) -> Vec<TextEdit> {
    if old == new {
        return Vec::new();
    }
    let (before, after): (Vec<&str>, Vec<&str>) =
        (old.split_inclusive('\n').collect(), new.split_inclusive('\n').collect());
    let n_head = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
    let left = before.len().min(after.len()) - n_head;
    let n_tail = before.iter().rev().zip(after.iter().rev()).take(left).take_while(|(a, b)| a == b).count();
    let length = |lines: &[&str]| lines.iter().map(|line| line.len()).sum::<usize>();
    let start = length(before.get(..n_head).unwrap_or_default());
    let end = old.len() - length(before.get(before.len() - n_tail..).unwrap_or_default());
    let text: String = after.get(n_head..after.len() - n_tail).unwrap_or_default().concat();
    vec![TextEdit::replace(Span::new(file, start, end), text)]
}
