//! The text of a file as the formatter writes it, as the smallest edits that make it so, of all of it or of some lines.
//!
//! Invariants: an edit outside the lines that were asked for is never made; what comes of some edits is formatted the same
//! as the whole.

use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

use crate::source::{self, FileId, Span, TextEdit};
use crate::syntax::{self, Block, Statement};
use crate::value::lines;

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

/// The edits that format some lines of a text, counted from 0: those of [`edits`] that lie within them. `None` where it
/// cannot be read well enough, or these lines cannot be written anew without others.
pub fn edits_within(text: &Arc<str>, wanted: RangeInclusive<usize>) -> Option<Vec<TextEdit>> {
    let whole = edits(text)?;
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
    let formatted = |text: &Arc<str>| syntax::format(&syntax::parse(FileId::default(), text));
    (formatted(&part)? == formatted(text)?).then_some(found)
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
/// closes, or of the line that it ends.
pub fn edits_behind(text: &Arc<str>, offset: usize, typed: char) -> Option<Vec<TextEdit>> {
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
