//! Statements in order: the words of a body as the reference lists them, neighbors of one kind by name.
//!
//! Invariants: what stands between comments of their own, or between blank lines, is sorted by itself; statements of one
//! word keep their order within a body, where it may mean something.

use super::Read;
use super::pieces::{self, Kind, Piece, Shape, Written};
use crate::ide::change::Change;
use crate::ide::context::{self, Context};
use crate::ide::{At, View};
use crate::syntax::Statement;
use crate::vocabulary::Block;

/// What may be put in order at a place.
pub(super) fn sorted(view: &View, at: At) -> Vec<Change> {
    let Some((file, tree)) = view.file(at.file) else { return Vec::new() };
    let Context { around, statement, .. } = context::at(file, tree, at.place);
    let Some((statement, word)) = statement else { return Vec::new() };
    let Some(read) = Read::of(view, at.file) else { return Vec::new() };
    let neighbors = around.is_empty().then(|| neighbors(&read, statement)).flatten();
    let body = body(&read, statement, context::body(statement, word));
    neighbors.into_iter().chain(body).collect()
}

/// The words of a body as the reference lists them.
fn body(read: &Read<'_>, statement: &Statement, block: Option<&'static Block>) -> Option<Change> {
    let block = block?;
    let start = read.file.range(statement.word.span).start;
    let own = found(read, start)?;
    let braces = own.block.as_deref()?;
    let text = read.file.text();
    let pieces = pieces::within(braces)?;
    let rank = |piece: &Piece<'_>| {
        let word = piece.statement().map(Statement::word);
        word.and_then(|word| block.words.iter().position(|known| known.name == word))
    };
    // what the reference does not list has no place in its order
    if pieces.iter().any(|piece| piece.statement().is_some() && rank(piece).is_none()) {
        return None;
    }
    let mut order: Vec<usize> = Vec::new();
    for section in sections(&pieces, Apart::Ends) {
        let mut section: Vec<usize> = section.collect();
        section.sort_by_key(|at| pieces.get(*at).map(rank));
        order.extend(section);
    }
    let written = rearranged(text, &pieces, &order)?;
    let close = braces.close?;
    let indent = pieces::indent(text, close.range().start);
    let shape = Shape::of(text, braces);
    // in one line, the line of the brace is that of the statement
    let indent = if shape == Shape::Line { pieces::indent(text, own.span.range().start) } else { indent };
    let edit = read.edit(braces.open.to(close).range(), pieces::braces(&written, shape, indent));
    let named = own.terms.first().and_then(|term| term.named()).map(|(name, ..)| name);
    let title = format!("put the words of `{}` in order", named.unwrap_or(own.word()));
    Some(Change { title, edits: vec![edit], ..Change::default() })
}

/// The statement whose word stands at an offset, at any depth.
fn found<'r>(read: &'r Read<'_>, start: usize) -> Option<&'r Statement> {
    let mut statements: Vec<&Statement> = read.tree.statements().collect();
    loop {
        let around = statements.iter().copied().find(|statement| statement.span.range().contains(&start))?;
        if around.word.span.range().start == start {
            return (!around.broken && around.foreign.is_none()).then_some(around);
        }
        statements = around.statements().collect();
    }
}

/// Statements of one word that follow each other, by name; of flows by their ends.
fn neighbors(read: &Read<'_>, statement: &Statement) -> Option<Change> {
    let own = read.statement(statement)?;
    let word = own.word();
    let plural = match word {
        "allow" => "flows",
        "never" => "assertions",
        "waive" => "waivers",
        "use" => "uses",
        "let" => "constants",
        "param" => "params",
        "service" => "services",
        "job" => "jobs",
        "managed" => "managed workloads",
        "external" => "externals",
        "class" => "classes",
        "environment" => "environments",
        "group" => "groups",
        _ => return None,
    };
    let text = read.file.text();
    let pieces = pieces::of_file(&read.tree.items);
    let at = pieces.iter().position(|piece| piece.statement().is_some_and(|known| known.span == own.span))?;
    let is_like = |piece: &Piece<'_>| {
        piece.statement().is_some_and(|known| known.word() == word && !known.broken && known.foreign.is_none())
    };
    let run = |apart: Apart| {
        let around = sections(&pieces, apart).into_iter().find(|section| section.contains(&at))?;
        let is_at = |at: usize| pieces.get(at).is_some_and(is_like);
        let start = around.clone().rev().skip_while(|known| *known > at).take_while(|known| is_at(*known)).last()?;
        let end = around.skip_while(|known| *known < at).take_while(|known| is_at(*known)).last()?;
        (start < end).then_some(start..end + 1)
    };
    // lines that stand together are a group of the writer's
    let run = run(Apart::Ends).or_else(|| run(Apart::Passes))?;
    let mut order: Vec<usize> = run.clone().collect();
    let key = |at: &usize| pieces.get(*at).and_then(Piece::statement).map(|known| read.slice(known.head()));
    order.sort_by(|a, b| key(a).cmp(&key(b)));
    let own = pieces.get(run.clone())?;
    let order: Vec<usize> = order.into_iter().map(|at| at - run.start).collect();
    let written = rearranged(text, own, &order)?;
    let mut edits = Vec::new();
    for (piece, written) in own.iter().zip(written) {
        edits.push(read.edit(piece.range.clone(), written.text));
    }
    Some(Change { title: format!("sort these {} {plural}", run.len()), edits, ..Change::default() })
}

/// Whether a blank line ends a section.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Apart {
    /// It does.
    Ends,
    /// It does not.
    Passes,
}

/// The stretches of statements that are sorted by themselves.
fn sections(pieces: &[Piece<'_>], apart: Apart) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    for (at, piece) in pieces.iter().enumerate() {
        let is_statement = matches!(piece.kind, Kind::Statement(_));
        if !is_statement || apart == Apart::Ends && piece.is_apart {
            found.push(start..at);
            start = at;
        }
        if !is_statement {
            // it stays where it is
            found.push(at..at + 1);
            start = at + 1;
        }
    }
    found.push(start..pieces.len());
    found.retain(|section| !section.is_empty());
    found
}

/// Pieces in another order, blank lines where they were; `None` where nothing moves.
fn rearranged(text: &str, pieces: &[Piece<'_>], order: &[usize]) -> Option<Vec<Written>> {
    if order.iter().enumerate().all(|(at, from)| at == *from) {
        return None;
    }
    let moved = order.iter().zip(pieces).map(|(from, slot)| {
        let written = pieces.get(*from)?.written(text);
        Some(Written { is_apart: slot.is_apart, ..written })
    });
    moved.collect()
}
