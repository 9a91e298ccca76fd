//! Merges that git could not make: `<<<<<<<`, `=======` and `>>>>>>>` around two states of the same lines.
//!
//! Invariant: a conflict gives one finding; one side of it is read as if the other and the marks were not there, so that what
//! is around it is read as it stands.

use std::ops::Range;

use super::codes::BVL0124;
use super::token::{Kind, Token};
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span, TextEdit};

/// What is left of a text, and what is not read.
pub(super) struct Resolved {
    /// The text with white space in the place of what is not read; every other byte stands where it stood.
    pub(super) text: String,
    /// What is not read, marks included, in order.
    pub(super) left_out: Vec<Range<usize>>,
    /// One finding for each conflict, and for each mark that one has left behind.
    pub(super) errors: Vec<Diagnostic>,
}

/// A line of one of the four marks.
struct Mark<'t> {
    sign: char,
    /// Whose state begins or ends here, as git names it.
    name: &'t str,
    /// The whole line, with its end.
    line: Range<usize>,
    /// What can be seen of it.
    seen: Range<usize>,
}

/// The marks of one conflict, in order.
struct Conflict<'m, 't> {
    first: &'m Mark<'t>,
    /// Before the state that both come from, where that is shown.
    base: Option<&'m Mark<'t>>,
    second: &'m Mark<'t>,
    end: &'m Mark<'t>,
}

/// Reads one side of every conflict; `None` where there is none. `tokens` are those of a text: a mark that stands alone within
/// a text of several lines or a comment belongs to it.
pub(super) fn resolve(file: FileId, text: &str, tokens: impl Fn(&str) -> Vec<Token>) -> Option<Resolved> {
    let marks = marks(text);
    if marks.is_empty() {
        return None;
    }
    let mut resolved = Resolved { text: text.to_owned(), left_out: Vec::new(), errors: Vec::new() };
    let mut alone: Vec<&Mark<'_>> = Vec::new();
    let mut rest = marks.as_slice();
    while let [mark, behind @ ..] = rest {
        rest = if let Some((conflict, behind)) = conflict(rest) {
            conflict.leave_out(&mut resolved);
            resolved.errors.push(conflict.told(file, text));
            behind
        } else {
            alone.push(mark);
            behind
        };
    }
    resolved.blank();
    if !alone.is_empty() {
        let texts = [Kind::TextBlock, Kind::UnclosedText, Kind::BlockComment, Kind::UnclosedComment];
        let tokens = tokens(&resolved.text);
        let texts: Vec<_> =
            tokens.iter().filter(|token| texts.contains(&token.kind)).map(|token| token.range()).collect();
        alone.retain(|mark| {
            let before = texts.partition_point(|text| text.start <= mark.line.start);
            let last = before.checked_sub(1).and_then(|at| texts.get(at));
            last.is_none_or(|text| text.end <= mark.line.start)
        });
        for mark in alone {
            resolved.left_out.push(mark.line.clone());
            resolved.errors.push(mark.told_alone(file));
        }
        resolved.left_out.sort_by_key(|part| part.start);
        resolved.blank();
    }
    (!resolved.errors.is_empty()).then_some(resolved)
}

/// The lines that are marks: seven equal signs at the start, and a name or nothing behind them.
fn marks(text: &str) -> Vec<Mark<'_>> {
    let mut marks = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let whole = start..start + line.len();
        start = whole.end;
        let Some(sign) = line.chars().next().filter(|sign| matches!(sign, '<' | '|' | '=' | '>')) else { continue };
        // behind it a comment may have been written
        let seen = line.split(" //").next().unwrap_or(line).trim_end();
        let rest = seen.trim_start_matches(sign);
        let is_mark = seen.len() - rest.len() == 7 && (rest.is_empty() || rest.starts_with(' '));
        if is_mark {
            let seen = whole.start..whole.start + seen.len();
            marks.push(Mark { sign, name: rest.trim(), line: whole, seen });
        }
    }
    marks
}

/// The conflict that the first of these marks begins, and the marks behind it.
fn conflict<'m, 't>(marks: &'m [Mark<'t>]) -> Option<(Conflict<'m, 't>, &'m [Mark<'t>])> {
    let (first, rest) = marks.split_first().filter(|(first, _)| first.sign == '<')?;
    let (base, rest) = match rest.split_first() {
        Some((base, rest)) if base.sign == '|' => (Some(base), rest),
        Some(_) | None => (None, rest),
    };
    let (second, rest) = rest.split_first().filter(|(second, _)| second.sign == '=')?;
    let (end, rest) = rest.split_first().filter(|(end, _)| end.sign == '>')?;
    Some((Conflict { first, base, second, end }, rest))
}

impl Conflict<'_, '_> {
    /// The lines of the first side.
    fn own(&self) -> Range<usize> {
        self.first.line.end..self.base.unwrap_or(self.second).line.start
    }

    /// The lines of the second side.
    fn other(&self) -> Range<usize> {
        self.second.line.end..self.end.line.start
    }

    /// All of it but one side.
    fn all_but(&self, side: &Range<usize>) -> [Range<usize>; 2] {
        [self.first.line.start..side.start, side.end..self.end.line.end]
    }

    /// Leaves out all but the first side, or all but the second where the first has taken the lines out.
    fn leave_out(&self, resolved: &mut Resolved) {
        let (own, other) = (self.own(), self.other());
        let is_empty = resolved.text.get(own.clone()).is_none_or(|own| own.trim().is_empty());
        resolved.left_out.extend(self.all_but(if is_empty { &other } else { &own }));
    }

    fn told(&self, file: FileId, text: &str) -> Diagnostic {
        let span = |range: &Range<usize>| Span::new(file, range.start, range.end);
        let named = |name: &str, otherwise: &str| if name.is_empty() { otherwise.to_owned() } else { name.to_owned() };
        let (own, other) = (named(self.first.name, "the first side"), named(self.end.name, "the second side"));
        let is_empty = |side: &Range<usize>| text.get(side.clone()).is_none_or(|side| side.trim().is_empty());
        let read = if is_empty(&self.own()) { &other } else { &own };
        let keep = |side: Range<usize>| {
            self.all_but(&side).iter().map(|part| TextEdit::replace(span(part), "")).collect::<Vec<_>>()
        };
        let title = format!("{own} and {other} changed the same lines, and their merge is not finished");
        let mut diagnostic = Diagnostic::new(&BVL0124, span(&self.first.seen), title)
            .here(format!("the lines as {own} has them begin here"));
        if let Some(base) = self.base {
            diagnostic = diagnostic.label(span(&base.seen), "as both had them before");
        }
        diagnostic
            .label(span(&self.second.seen), format!("as {other} has them"))
            .label(span(&self.end.seen), "and they end here")
            .note(format!(
                "git left both for a person to choose from; everything else is judged as if {read} had been taken"
            ))
            .help("keep the lines that are meant, of one side or made of both, and take the lines of the marks out")
            .unsafe_fix(format!("keep what {own} has"), keep(self.own()))
            .unsafe_fix(format!("keep what {other} has"), keep(self.other()))
    }
}

impl Mark<'_> {
    /// What is said of a mark to which no others belong.
    fn told_alone(&self, file: FileId) -> Diagnostic {
        let sign: String = std::iter::repeat_n(self.sign, 7).collect();
        let line = Span::new(file, self.line.start, self.line.end);
        Diagnostic::new(
            &BVL0124,
            Span::new(file, self.seen.start, self.seen.end),
            format!("`{sign}` is left of a merge"),
        )
        .here("a mark that git writes where two changes meet")
        .note("the other marks are gone, so the lines were most likely chosen already")
        .help("look whether the lines around it are as they are meant, and take this one out")
        .unsafe_fix("take the mark out", vec![TextEdit::replace(line, "")])
    }
}

impl Resolved {
    /// Puts white space in the place of what is left out; lines stay lines.
    fn blank(&mut self) {
        let mut text = String::with_capacity(self.text.len());
        let mut at = 0;
        for part in &self.left_out {
            text.push_str(self.text.get(at..part.start).unwrap_or_default());
            let lost = self.text.get(part.clone()).unwrap_or_default();
            text.extend(lost.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
            at = part.end;
        }
        text.push_str(self.text.get(at..).unwrap_or_default());
        self.text = text;
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::tree;
    use crate::syntax::Statement;

    fn read(text: &str) -> (Vec<String>, Vec<String>) {
        let tree = tree(text);
        let words = tree.statements().map(Statement::word).map(str::to_owned).collect();
        (words, tree.errors.iter().map(|error| format!("{} {}", error.code.id, error.message)).collect())
    }

    #[test]
    fn one_side_is_read_and_one_finding_told() {
        let told = "BVL0124 HEAD and next changed the same lines, and their merge is not finished";
        for (text, words) in [
            ("a\n<<<<<<< HEAD\nb {\n=======\nc {\n>>>>>>> next\nd }\ne\n", vec!["a", "b", "e"]),
            ("<<<<<<< HEAD\r\nb\r\n||||||| 1234567\r\nx {\r\n=======\r\nc\r\n>>>>>>> next\r\n", vec!["b"]),
            ("<<<<<<< HEAD\n=======\nc \"é\" 1\n>>>>>>> next", vec!["c"]),
            ("a \"\"\"\n<<<<<<< HEAD\nx\n=======\ny\n>>>>>>> next\n\"\"\"\nb\n", vec!["a", "b"]),
        ] {
            let (found, errors) = read(text);
            assert_eq!(found, words, "{text}");
            assert_eq!(errors, [told], "{text}");
        }
    }

    #[test]
    fn each_conflict_is_one() {
        let text = "<<<<<<< a\nb\n=======\nc\n>>>>>>> d\n<<<<<<< a\ne\n=======\nf\n>>>>>>> d\n";
        let (words, errors) = read(text);
        assert_eq!((words, errors.len()), (vec!["b".to_owned(), "e".to_owned()], 2));
    }

    #[test]
    fn a_mark_that_is_left_is_told_and_its_neighbors_are_read() {
        let (words, errors) = read("a\n=======\nb\n>>>>>>> next\nc\n");
        assert_eq!(words, ["a", "b", "c"]);
        assert_eq!(errors, ["BVL0124 `=======` is left of a merge", "BVL0124 `>>>>>>>` is left of a merge"]);
    }

    #[test]
    fn a_line_of_a_text_or_comment_is_no_mark() {
        let (words, errors) = read("a \"\"\"\nTitle\n=======\n\"\"\"\n/*\n=======\n*/\nb\n");
        assert_eq!((words, errors), (vec!["a".to_owned(), "b".to_owned()], Vec::new()));
    }
}
