//! What can be folded: blocks, runs of comments, runs of `use`.

use crate::syntax::{Item, Statement, Tree};

/// What is folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The braces of a statement.
    Block,
    /// Comments in lines that follow each other.
    Comments,
    /// `use` in lines that follow each other.
    Uses,
}

/// Lines, from 0, that can be folded into the first of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fold {
    /// The line that stays.
    pub first: u32,
    /// The last line that is hidden.
    pub last: u32,
    /// What it is.
    pub kind: Kind,
}

/// The line of a place, as whoever asks counts lines.
type LineOf<'a> = &'a dyn Fn(u32) -> u32;

/// All that can be folded, in order of the first line.
pub fn folds(tree: &Tree, line: LineOf<'_>) -> Vec<Fold> {
    let mut folds = Vec::new();
    let mut stack: Vec<&[Item]> = vec![&tree.items];
    while let Some(items) = stack.pop() {
        runs(line, items, &mut folds);
        for item in items {
            let Item::Statement(statement) = item else { continue };
            if let (Some(first), Some(last)) = (statement.docs.first(), statement.docs.last()) {
                push(line(first.span.start), line(last.span.start), Kind::Comments, &mut folds);
            }
            if let Some(block) = &statement.block {
                let first = line(block.open.start);
                // the closing brace stays to be seen; a block that lacks it ends with its last statement
                let last = match block.close {
                    Some(close) => line(close.start).saturating_sub(1),
                    None => line(end(statement)),
                };
                push(first, last, Kind::Block, &mut folds);
                stack.push(&block.items);
            }
        }
    }
    folds.sort_by_key(|fold| (fold.first, fold.last));
    folds
}

/// Where the last statement within one ends, whose blocks lack their braces.
fn end(mut statement: &Statement) -> u32 {
    while let Some(block) = statement.block.as_ref().filter(|block| block.close.is_none()) {
        match statement.statements().last() {
            Some(last) => statement = last,
            None => return block.open.end,
        }
    }
    statement.span.end
}

fn push(first: u32, last: u32, kind: Kind, folds: &mut Vec<Fold>) {
    if last > first {
        folds.push(Fold { first, last, kind });
    }
}

/// Comments, and `use` statements, in lines that follow each other.
fn runs(line: LineOf<'_>, items: &[Item], folds: &mut Vec<Fold>) {
    let mut run: Option<Fold> = None;
    for item in items {
        let next = match item {
            Item::Comment(comment) if !comment.trailing => Some((comment.span, Kind::Comments)),
            Item::Statement(statement) if is_use(statement) => Some((statement.span, Kind::Uses)),
            Item::Comment(_) => continue,
            Item::Statement(_) | Item::Blank(_) | Item::Stray(_) => None,
        };
        let lines = next.map(|(span, kind)| Fold { first: line(span.start), last: line(span.end), kind });
        run = match (run, lines) {
            (Some(known), Some(next)) if known.kind == next.kind && next.first <= known.last + 1 => {
                Some(Fold { last: next.last, ..known })
            }
            (known, next) => {
                if let Some(known) = known {
                    push(known.first, known.last, known.kind, folds);
                }
                next
            }
        };
    }
    if let Some(known) = run {
        push(known.first, known.last, known.kind, folds);
    }
}

fn is_use(statement: &Statement) -> bool {
    statement.word() == "use" && statement.docs.is_empty()
}
