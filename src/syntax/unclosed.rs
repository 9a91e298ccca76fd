//! Blocks that lack their `}`: what is said of them, and where each brace goes.
//!
//! Invariant: a brace that is added parts no comment from what it is said of: documentation stays at the declaration that
//! follows, and so does a comment that is indented no deeper than the block's own statement.

use super::build::{Context, Frame};
use super::codes::BVL0105;
use super::token::{Kind, Token};
use crate::diagnostic::Diagnostic;
use crate::source::{Span, TextEdit};

/// Blocks that lack their `}`, outermost first. `read` are the tokens up to `end`, `before` is what shows that they should
/// have ended.
pub(super) fn unclosed_block(
    cx: &Context<'_>,
    frames: &[Frame],
    (read, end): (&[Token], usize),
    before: Span,
) -> Diagnostic {
    let titles: Vec<String> = frames.iter().take(3).map(Frame::title).collect();
    let (message, help) = if let [title] = titles.as_slice() {
        (format!("the block of {title} is never closed"), "add the missing `}`".to_owned())
    } else {
        let more = if frames.len() > titles.len() { ", .." } else { "" };
        (
            format!("{} blocks are never closed: {}{more}", frames.len(), titles.join(", ")),
            format!("add the {} missing `}}`", frames.len()),
        )
    };
    let mut opens = frames.iter().map(|frame| frame.open);
    let first = opens.next_back().unwrap_or(before);
    let mut diagnostic = Diagnostic::new(&BVL0105, first, message).here("this `{` has no `}`");
    for open in opens.rev().take(4) {
        diagnostic = diagnostic.label(open, "nor has this one");
    }
    let title = if frames.len() == 1 { "add the missing `}`".to_owned() } else { help.clone() };
    diagnostic.label(before, "expected `}` before this").help(help).fix(title, braces(cx, frames, read, end))
}

/// The edits that add the braces of blocks, innermost first: one behind the last line of each.
fn braces(cx: &Context<'_>, frames: &[Frame], read: &[Token], end: usize) -> Vec<TextEdit> {
    let trailing = comments_at_end(cx.text, read, end);
    let mut edits: Vec<TextEdit> = Vec::new();
    let mut last = 0;
    for frame in frames.iter().rev() {
        let at = end_of(frame, &trailing, end).max(last);
        let line = cx.text.get(..at).and_then(|text| text.rsplit('\n').next()).unwrap_or_default();
        let same_line = frame.open.start as usize >= at.saturating_sub(line.len()) && !line.contains("//");
        let brace =
            if same_line && edits.is_empty() { " }".to_owned() } else { format!("\n{}}}", " ".repeat(frame.column)) };
        match edits.last_mut().filter(|_| at == last) {
            Some(edit) => edit.text.push_str(&brace),
            None => edits.push(TextEdit::replace(cx.span(at, at), brace)),
        }
        last = at;
    }
    edits
}

/// Where a block ends: before the comments behind it that are said of what follows.
fn end_of(frame: &Frame, trailing: &[Trailing], end: usize) -> usize {
    let deeper = trailing.iter().rposition(|comment| comment.column > frame.column);
    let of_next = trailing.get(deeper.map_or(0, |at| at + 1)..).unwrap_or_default().first();
    let documentation = trailing.iter().find(|comment| comment.is_documentation);
    of_next.into_iter().chain(documentation).map(|comment| comment.behind).min().unwrap_or(end)
}

/// A comment on a line of its own with nothing but others of its kind behind it.
struct Trailing {
    /// How far it is indented.
    column: usize,
    /// Where what stands before it ends.
    behind: usize,
    is_documentation: bool,
}

/// The comments that end what has been read, first to last.
fn comments_at_end(text: &str, read: &[Token], end: usize) -> Vec<Trailing> {
    let mut found = Vec::new();
    let mut bound = end;
    for token in read.iter().rev().skip_while(|token| token.start() >= end) {
        let is_last = text.get(token.end()..bound).is_some_and(|gap| gap.trim().is_empty());
        let before = text.get(..token.start()).unwrap_or_default();
        let own_line = before.trim_end_matches([' ', '\t']).ends_with('\n');
        let is_comment = matches!(token.kind, Kind::DocComment | Kind::LineComment | Kind::BlockComment);
        if !is_comment || !is_last || !own_line {
            break;
        }
        let column = before.rsplit('\n').next().unwrap_or_default().len();
        bound = before.trim_end().len();
        found.push(Trailing { column, behind: bound, is_documentation: token.kind == Kind::DocComment });
    }
    found.reverse();
    found
}
