//! A change to a text, and how several are applied at once.

use super::{SourceFile, Span};

/// Replace what stands at a place by a text. An empty place inserts, an empty text removes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TextEdit {
    /// What is replaced.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
}

impl TextEdit {
    /// Replace what stands at `span`.
    pub fn replace(span: Span, text: impl Into<String>) -> Self {
        Self { span, text: text.into() }
    }

    /// Insert at the end of `span`.
    pub fn insert_after(span: Span, text: impl Into<String>) -> Self {
        Self { span: span.after(), text: text.into() }
    }
}

/// The text of a file after edits of it, or `None` where two of them overlap or one lies outside the text.
pub fn apply_to(file: &SourceFile, edits: &[TextEdit]) -> Option<String> {
    let moved = edits.iter().map(|edit| {
        let range = file.range(edit.span);
        TextEdit { span: Span::new(edit.span.file, range.start, range.end), text: edit.text.clone() }
    });
    apply(file.text(), &moved.collect::<Vec<_>>())
}

/// The text after all edits of one text in byte offsets, or `None` where two of them overlap or one lies outside the text.
pub fn apply(text: &str, edits: &[TextEdit]) -> Option<String> {
    let mut sorted: Vec<&TextEdit> = edits.iter().collect();
    sorted.sort();
    sorted.dedup();
    let mut result = String::with_capacity(text.len());
    let mut done = 0;
    for edit in sorted {
        let range = edit.span.range();
        if range.start < done {
            return None;
        }
        result.push_str(text.get(done..range.start)?);
        result.push_str(&edit.text);
        done = range.end;
    }
    result.push_str(text.get(done..)?);
    Some(result)
}
