//! The text of a file as the formatter writes it, as the smallest edits that make it so, of all of it or of some lines.
//!
//! Invariants: an edit outside the lines that were asked for is never made; what comes of some edits is formatted the same
//! as the whole; what cannot be read is not moved, and keeps nothing beside it from being formatted.

use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

use crate::source::{self, FileId, Span, TextEdit};
use crate::syntax::tree::Item;
use crate::syntax::{self, Block, Statement, Tree};
use crate::value::lines;

/// The edits that format a text, in order of place; none where it is formatted. Declarations that cannot be read stay as they
/// are, and those beside them are formatted. `None` where it is no .bvl.
pub fn edits(text: &Arc<str>) -> Option<Vec<TextEdit>> {
    let pieces = pieces(syntax::parse(FileId::default(), text))?;
    let of_piece = |piece: Piece| {
        let formatted = syntax::format(&piece.tree).unwrap_or_default();
        moved(changed_lines(piece.tree.file, &piece.tree.text, &formatted), piece.start)
    };
    Some(pieces.into_iter().flat_map(of_piece).collect())
}

/// The edits that format some lines of a text, counted from 0: those of [`edits`] that lie within them. `None` where it
/// cannot be read well enough, or these lines cannot be written anew without others.
pub fn edits_within(text: &Arc<str>, wanted: RangeInclusive<usize>) -> Option<Vec<TextEdit>> {
    let mut found = Vec::new();
    for piece in pieces(syntax::parse(FileId::default(), text))? {
        let first = wanted.start().saturating_sub(piece.first_line);
        let Some(last) = wanted.end().checked_sub(piece.first_line) else { break };
        found.extend(moved(lines_of_piece(&piece.tree, first..=last)?, piece.start));
    }
    Some(found)
}

/// Part of a text that can be formatted by itself: whole lines, whole declarations.
struct Piece {
    /// Where it begins.
    start: usize,
    /// How many lines stand before it.
    first_line: usize,
    /// What stands there, without a mistake.
    tree: Tree,
}

/// Edits of what begins at an offset as edits of the whole.
fn moved(edits: impl IntoIterator<Item = TextEdit>, start: usize) -> Vec<TextEdit> {
    let moved = |edit: TextEdit| {
        let range = edit.span.range();
        TextEdit::replace(Span::new(edit.span.file, start + range.start, start + range.end), edit.text)
    };
    edits.into_iter().map(moved).collect()
}

/// What can be formatted: all of a text without a mistake, else each run of declarations without one, as long as no line of
/// theirs is shared with what has one. `None` where it is no .bvl, or sides of a merge stand in it.
fn pieces(tree: Tree) -> Option<Vec<Piece>> {
    if tree.is_foreign || !tree.left_out.is_empty() {
        return None;
    }
    if tree.errors.is_empty() {
        return Some(vec![Piece { start: 0, first_line: 0, tree }]);
    }
    let text = &tree.text;
    let line_of = |range: Range<usize>| {
        let (before, behind) = (text.get(..range.start).unwrap_or_default(), text.get(range.end..).unwrap_or_default());
        before.rfind('\n').map_or(0, |at| at + 1)..range.end + behind.find('\n').map_or(behind.len(), |at| at + 1)
    };
    // what shares a line with a mistake is not moved either
    let mistakes = tree.errors.iter().filter_map(|error| {
        let range = error.span()?.range();
        let read = text.get(range.clone())?.trim_end().len();
        Some(line_of(range.start..range.start + read))
    });
    let mistakes: Vec<Range<usize>> = mistakes.collect();
    let is_sound =
        |range: &Range<usize>| mistakes.iter().all(|mistake| mistake.end <= range.start || range.end <= mistake.start);
    let mut pieces = Vec::new();
    let mut run: Option<Range<usize>> = None;
    let mut end_run = |run: Option<Range<usize>>| {
        let Some(range) = run else { return };
        let Range { start, end } = line_of(range);
        let own = syntax::parse(tree.file, &text.get(start..end).unwrap_or_default().into());
        // what a mistake is about may lie elsewhere
        if own.errors.is_empty() && is_sound(&(start..end)) {
            let first_line = text.get(..start).unwrap_or_default().matches('\n').count();
            pieces.push(Piece { start, first_line, tree: own });
        }
    };
    for item in &tree.items {
        match item {
            Item::Statement(statement) => {
                let first = statement.docs.first().map_or(statement.span, |doc| doc.span.to(statement.span)).range();
                if is_sound(&first) && !is_open(statement) {
                    run = Some(run.map_or(first.clone(), |run| run.start..first.end));
                } else {
                    end_run(run.take());
                }
            }
            Item::Stray(_) => end_run(run.take()),
            // comments and blank lines go with what they stand between, and stay where it ends
            Item::Comment(_) | Item::Blank(_) => {}
        }
    }
    end_run(run);
    Some(pieces)
}

/// Whether a brace of a statement is not closed.
fn is_open(statement: &Statement) -> bool {
    statement.block.as_ref().is_some_and(|block| block.close.is_none())
}

/// [`edits_within`] of a piece.
fn lines_of_piece(tree: &Tree, wanted: RangeInclusive<usize>) -> Option<Vec<TextEdit>> {
    let text = &tree.text;
    let formatted = syntax::format(tree)?;
    let whole = changed_lines(tree.file, text, &formatted);
    let Some(only) = whole.first() else { return Some(whole) };
    let range = only.span.range();
    let n_before = text.get(..range.start)?.matches('\n').count();
    let old: Vec<&str> = text.get(range.clone())?.split_inclusive('\n').collect();
    let new: Vec<&str> = only.text.split_inclusive('\n').collect();
    if old.len().max(new.len()) > MOST_LINES {
        let is_within = *wanted.start() <= n_before && n_before + old.len() <= wanted.end() + 1;
        return Some(if is_within { whole } else { Vec::new() });
    }
    let starts: Vec<usize> = std::iter::once(range.start)
        .chain(old.iter().scan(range.start, |at, line| {
            *at += line.len();
            Some(*at)
        }))
        .collect();
    let mut found = Vec::new();
    for (from, to) in changes(&old, &new) {
        let (first, behind) = (n_before + from.start, n_before + from.end);
        let is_within = *wanted.start() <= first && behind <= wanted.end() + 1;
        let (was, text) = (old.get(from.clone())?.concat(), new.get(to)?.concat());
        if is_within && was != text {
            let (start, end) = (*starts.get(from.start)?, *starts.get(from.end)?);
            found.push(TextEdit::replace(Span::new(only.span.file, start, end), text));
        }
    }
    // lines of two places may look alike: what was matched wrongly would take something away
    let part: Arc<str> = source::edit::apply(text, &found)?.into();
    (syntax::format(&syntax::parse(tree.file, &part))? == formatted).then_some(found)
}

/// Which lines become which, in order; a line that is only spaced otherwise is the same line, and by itself.
fn changes(old: &[&str], new: &[&str]) -> Vec<(Range<usize>, Range<usize>)> {
    fn words<'t>(line: &&'t str) -> Vec<&'t str> {
        line.split_whitespace().collect()
    }
    let mut changes = Vec::new();
    let (mut from, mut to) = (0, 0);
    let same = |from: Range<usize>, to: Range<usize>| from.zip(to).map(|(from, to)| (from..from + 1, to..to + 1));
    for (before, after) in lines::changed(old.iter().map(words), new.iter().map(words)) {
        changes.extend(same(from..before.start, to..after.start));
        (from, to) = (before.end, after.end);
        changes.push((before, after));
    }
    changes.extend(same(from..old.len(), to..new.len()));
    changes
}

/// The most lines that are compared line by line, which takes time with the square of what differs.
const MOST_LINES: usize = 4000;

/// The edits that are made where `}` or the end of a line has been typed before an offset: those of the block that it
/// closes, or of the line that it ends. Braces around it may still be open, as they are while somebody types.
pub fn edits_behind(text: &Arc<str>, offset: usize, typed: char) -> Option<Vec<TextEdit>> {
    if let Some((start, closed)) = as_if_closed(text, offset) {
        let end = offset - start;
        let edits = behind(&closed, end, typed)?.into_iter().filter_map(|mut edit| {
            let mut range = edit.span.range();
            // the end of the last line is not there yet
            if range.end == end + 1 && typed != '\n' && edit.text.pop()? == '\n' {
                range.end = end;
            }
            (range.end <= end).then(|| TextEdit::replace(Span::new(edit.span.file, range.start, range.end), edit.text))
        });
        return Some(moved(edits, start));
    }
    behind(text, offset, typed)
}

/// The declaration in which an offset lies, from its first line to the offset, with the braces closed that are open there:
/// where it begins, and its text. `None` where none of them stays open.
fn as_if_closed(text: &Arc<str>, offset: usize) -> Option<(usize, Arc<str>)> {
    let tree = syntax::parse(FileId::default(), text);
    let around = tree.statements().take_while(|statement| statement.span.range().start < offset).last()?;
    if !innermost_last(around).any(is_open) {
        return None;
    }
    let start = text.get(..around.span.range().start)?.rfind('\n').map_or(0, |at| at + 1);
    let typed = text.get(start..offset)?;
    let typed_tree = syntax::parse(tree.file, &Arc::from(typed));
    let last = typed_tree.statements().last();
    let n_open = last.into_iter().flat_map(innermost_last).take_while(|statement| is_open(statement)).count();
    let line_end = if typed.ends_with('\n') { "" } else { "\n" };
    Some((start, format!("{typed}{line_end}{}", "}\n".repeat(n_open)).into()))
}

/// A statement, the last one in its block, the last one in that one's, and so on.
fn innermost_last(statement: &Statement) -> impl Iterator<Item = &Statement> {
    std::iter::successors(Some(statement), |statement| statement.statements().last())
}

/// [`edits_behind`] where all braces are closed.
fn behind(text: &Arc<str>, offset: usize, typed: char) -> Option<Vec<TextEdit>> {
    let line = |offset: usize| Some(text.get(..offset)?.matches('\n').count());
    if typed == '\n' {
        let before = line(offset)?.checked_sub(1)?;
        return edits_within(text, before..=before);
    }
    let tree = syntax::parse(FileId::default(), text);
    let closed = offset.checked_sub(1)?;
    let mut statements: Vec<&Statement> = tree.statements().collect();
    let found = loop {
        let around = statements.iter().copied().find(|statement| statement.span.range().contains(&closed))?;
        let is_its = |block: &Block| block.close.is_some_and(|close| close.range().contains(&closed));
        if around.block.as_deref().is_some_and(is_its) {
            break around;
        }
        statements = around.statements().collect();
    };
    let mut edits = edits_within(text, line(found.span.range().start)?..=line(closed)?)?;
    // the end of the last line is about to be typed: here it would stand twice
    edits.retain_mut(|edit| {
        let range = edit.span.range();
        if range.end == text.len() && !text.ends_with('\n') && edit.text.ends_with('\n') {
            edit.text.pop();
        }
        text.get(range) != Some(edit.text.as_str())
    });
    Some(edits)
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

#[cfg(test)]
mod tests {
    use super::edits;
    use crate::source::{FileId, edit};
    use crate::syntax::{self, Tree};

    const TEXT: &str = "\
/// What   is said.
service   web {
    image   \"r.example/web:1\" ;  port http   80
  health 81 { live   \"/a\" }   // behind
}

/* apart */ allow web   -> api.http,db.sql { timeout   3s }
let   x =   1
   service api is base(a = 1,b=2) {
 shutdown {
      drain   3s }
}
never web -> db
";

    fn told(tree: &Tree) -> (Vec<&str>, Vec<&str>) {
        let codes = tree.errors.iter().map(|error| error.code.id).collect();
        (codes, tree.statements().map(syntax::Statement::word).collect())
    }

    /// Whatever character is missing, is there twice, or is another: nothing that was wrong becomes right or otherwise wrong,
    /// what is declared stays, and what has been formatted is formatted.
    #[test]
    fn broken_texts_keep_their_mistakes_and_what_they_declare() {
        let mut n_changed = 0;
        for (at, char) in TEXT.char_indices().step_by(4) {
            let (before, behind) = (TEXT.get(..at).unwrap(), TEXT.get(at + char.len_utf8()..).unwrap());
            for put in [String::new(), format!("{char}{char}"), "}".to_owned(), "\"".to_owned(), "=".to_owned()] {
                let text = format!("{before}{put}{behind}").into();
                let tree = syntax::parse(FileId::default(), &text);
                let Some(found) = edits(&text) else { continue };
                let after = edit::apply(&text, &found).unwrap().into();
                let formatted = syntax::parse(FileId::default(), &after);
                assert_eq!(told(&formatted), told(&tree), "{text}\nbecomes\n{after}");
                assert_eq!(edits(&after), Some(Vec::new()), "{text}\nbecomes\n{after}");
                n_changed += usize::from(!tree.errors.is_empty() && !found.is_empty());
            }
        }
        assert!(n_changed > 150, "{n_changed}");
    }
}
