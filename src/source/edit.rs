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

/// A part of a text after edits.
enum Piece {
    /// What stood there.
    Kept(Range<usize>),
    /// What was written.
    New(String),
}

impl Piece {
    fn len(&self) -> usize {
        match self {
            Self::Kept(range) => range.len(),
            Self::New(text) => text.len(),
        }
    }

    /// Its first bytes, and the rest; `None` where a character would be taken apart.
    fn split(self, at: usize) -> Option<(Self, Self)> {
        Some(match self {
            Self::Kept(range) => (Self::Kept(range.start..range.start + at), Self::Kept(range.start + at..range.end)),
            Self::New(text) => {
                let (front, back) = text.split_at_checked(at)?;
                (Self::New(front.to_owned()), Self::New(back.to_owned()))
            }
        })
    }
}

/// Pieces after edits of the text that they make, or `None` where two of them overlap or one lies outside the text.
fn edited(pieces: Vec<Piece>, mut edits: Vec<TextEdit>) -> Option<Vec<Piece>> {
    edits.sort();
    edits.dedup();
    let (mut left, mut result, mut at) = (pieces.into_iter().rev().collect::<Vec<_>>(), Vec::new(), 0);
    // takes as many bytes off the front
    let mut take = |length: usize, result: &mut Vec<Piece>| {
        let mut missing = length;
        while missing > 0 {
            let piece = left.pop()?;
            let size = piece.len().min(missing);
            let (front, back) = piece.split(size)?;
            result.push(front);
            if back.len() > 0 {
                left.push(back);
            }
            missing -= size;
        }
        Some(())
    };
    for edit in edits {
        let range = edit.span.range();
        take(range.start.checked_sub(at)?, &mut result)?;
        take(range.len(), &mut Vec::new())?;
        result.push(Piece::New(edit.text));
        at = range.end;
    }
    result.extend(left.into_iter().rev());
    Some(result)
}

/// Edits of one text in byte offsets that do at once what `first` does, and then `then` to what it leaves. They lie apart.
/// `None` where either cannot be applied.
pub fn one_after_the_other(text: &str, first: Vec<TextEdit>, then: Vec<TextEdit>) -> Option<Vec<TextEdit>> {
    let Some(file) = first.first().or(then.first()).map(|edit| edit.span.file) else { return Some(Vec::new()) };
    let pieces = edited(edited(vec![Piece::Kept(0..text.len())], first)?, then)?;
    let (mut edits, mut new, mut done) = (Vec::new(), String::new(), 0);
    for piece in pieces.into_iter().chain([Piece::Kept(text.len()..text.len())]) {
        match piece {
            Piece::New(more) => new.push_str(&more),
            Piece::Kept(range) => {
                if !new.is_empty() || range.start > done {
                    edits.push(TextEdit::replace(Span::new(file, done, range.start), std::mem::take(&mut new)));
                }
                done = range.end;
            }
        }
    }
    Some(edits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Provenance, SourceMap};

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

    #[test]
    fn edits_of_edits_are_edits_of_the_text() {
        let edits = |edits: &[(usize, usize, &str)]| -> Vec<TextEdit> {
            let edits = edits.iter();
            edits.map(|(from, to, text)| TextEdit::replace(Span::new(FileId::default(), *from, *to), *text)).collect()
        };
        let text = "abcdef";
        for (first, then, n_edits) in [
            (edits(&[(1, 2, "XY")]), edits(&[(4, 5, "Z")]), 2),
            // within what was written, across its edge, right behind it
            (edits(&[(1, 2, "XYZ")]), edits(&[(2, 3, "-")]), 1),
            (edits(&[(1, 2, "XYZ")]), edits(&[(3, 5, "-")]), 1),
            (edits(&[(1, 2, "X")]), edits(&[(2, 2, "-")]), 1),
            // taken out, and something else there
            (edits(&[(1, 5, "")]), edits(&[(1, 1, "-"), (2, 2, "+")]), 2),
            (edits(&[(3, 3, "X")]), edits(&[(3, 4, "")]), 0),
            (edits(&[]), edits(&[(0, 6, "")]), 1),
            (edits(&[(6, 6, "äö")]), edits(&[(6, 8, "o")]), 1),
        ] {
            let after = apply(&apply(text, &first).unwrap(), &then).unwrap();
            let both = one_after_the_other(text, first.clone(), then.clone()).unwrap();
            assert_eq!(apply(text, &both).as_deref(), Some(after.as_str()), "{first:?} {then:?}");
            assert_eq!(both.len(), n_edits, "{first:?} {then:?}: {both:?}");
        }
        for (first, then) in [
            (edits(&[(1, 3, ""), (2, 4, "")]), edits(&[])),
            (edits(&[(0, 0, "ä")]), edits(&[(1, 2, "")])),
            (edits(&[(0, 6, "")]), edits(&[(0, 1, "")])),
        ] {
            assert_eq!(one_after_the_other(text, first, then), None);
        }
    }
}
