//! A change to a text, and how several are applied at once.

use std::borrow::Cow;
use std::ops::Range;

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

    /// Take out a statement that stands at `span` of a file: with its lines, where nothing else stands on them.
    pub fn take_out(span: Span, file: &SourceFile) -> Self {
        let (text, range) = (file.text(), file.range(span));
        let before = text.get(..range.start).unwrap_or_default();
        let behind = text.get(range.end..).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let length = behind.find('\n').map_or(behind.len(), |at| at + 1);
        let is_blank = |part: Option<&str>| part.is_some_and(|part| part.trim().is_empty());
        let is_alone = is_blank(before.get(start..)) && is_blank(behind.get(..length));
        let whole = if is_alone { start..range.end + length } else { between(before, behind, range) };
        Self::replace(file.span(span.file, whole), "")
    }

    /// Write a statement as the first within the braces of a file whose opening one stands at `open`.
    pub fn first_within(open: Span, file: &SourceFile, statement: &str) -> Self {
        let line = file.line_text(file.line(open.start));
        let indent = line.len() - line.trim_start().len();
        let line_end = file.behind(open.end).lines().next().unwrap_or_default();
        let rest = line_end.trim();
        if rest.is_empty() || rest.starts_with("//") {
            let end = file.range(open).end + line_end.len();
            return Self::replace(file.span(open.file, end..end), format!("\n{}{statement}", " ".repeat(indent + 2)));
        }
        Self::insert_after(open, if rest.starts_with('}') { format!(" {statement}") } else { format!(" {statement};") })
    }

    /// Insert at the end of `span`.
    pub fn insert_after(span: Span, text: impl Into<String>) -> Self {
        Self { span: span.after(), text: text.into() }
    }
}

/// A statement among others of its line, or within braces, with the `;` or the space that was there for it.
fn between(before: &str, behind: &str, own: Range<usize>) -> Range<usize> {
    let spaces = |text: &str| text.len() - text.trim_start_matches([' ', '\t']).len();
    let gap = spaces(behind);
    if let Some(rest) = behind.get(gap..).and_then(|rest| rest.strip_prefix(';')) {
        return own.start..own.end + gap + 1 + spaces(rest);
    }
    if let Some(rest) = before.trim_end_matches([' ', '\t']).strip_suffix(';') {
        return rest.len()..own.end;
    }
    // a comment takes its place
    let is_first = before.rsplit('\n').next().is_some_and(|line| line.trim().is_empty());
    let is_apart = before.ends_with(' ') && behind.starts_with(' ');
    own.start..own.end + if is_first { gap } else { usize::from(is_apart) }
}

/// A text with line breaks as another has them: whoever writes `\r\n` goes on doing so.
pub fn with_breaks_of<'t>(like: &str, text: &'t str) -> Cow<'t, str> {
    let first = like.split_inclusive('\n').next().unwrap_or_default();
    if first.ends_with("\r\n") && text.contains('\n') {
        text.replace("\r\n", "\n").replace('\n', "\r\n").into()
    } else {
        text.into()
    }
}

/// The text of a file after edits of it, or `None` where two of them overlap or one lies outside the text.
pub fn apply_to(file: &SourceFile, edits: &[TextEdit]) -> Option<String> {
    let moved = edits.iter().map(|edit| {
        let range = file.range(edit.span);
        let text = with_breaks_of(file.text(), &edit.text).into_owned();
        TextEdit { span: Span::new(edit.span.file, range.start, range.end), text }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Provenance, SourceMap};

    #[test]
    fn line_breaks_stay_what_they_are() {
        for (text, expected) in [
            ("a\r\nb\r\n", "a\r\nx\r\ny\r\nz\r\nb\r\n"),
            ("a\nb\n", "a\nx\ny\r\nz\nb\n"),
            ("a\nb\r\n", "a\nx\ny\r\nz\nb\r\n"),
        ] {
            let mut sources = SourceMap::default();
            let id = sources.add("test.bvl", text, Provenance::User);
            let file = sources.get(id).unwrap();
            let edit = TextEdit::replace(file.span(id, 1..1), "\nx\ny\r\nz");
            assert_eq!(apply_to(file, &[edit]).as_deref(), Some(expected), "{text:?}");
        }
    }

    #[test]
    fn a_statement_goes_with_what_stood_there_for_it() {
        for (text, expected) in [
            ("a\n  out\nb\n", "a\nb\n"),
            ("a\nout", "a\n"),
            ("x { out }", "x { }"),
            ("x { out; b }", "x { b }"),
            ("x { a; out }", "x { a }"),
            ("x { a; out ; b }", "x { a; b }"),
            ("x {out}", "x {}"),
            ("out // why\nb", "// why\nb"),
            ("x {\n  out  // why\n}", "x {\n  // why\n}"),
            ("x { a; out // why\n}", "x { a // why\n}"),
        ] {
            let mut sources = SourceMap::default();
            let id = sources.add("test.bvl", text, Provenance::User);
            let at = text.find("out").unwrap();
            let file = sources.get(id).unwrap();
            let edit = TextEdit::take_out(Span::new(id, at, at + 3), file);
            assert_eq!(apply(text, &[edit]).as_deref(), Some(expected), "{text}");
        }
    }
}
