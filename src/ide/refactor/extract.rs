//! Settings of a body made a class that the body takes over.

use super::pieces::{self, Piece, Shape, Written};
use super::{Declared, Read};
use crate::ide::View;
use crate::ide::change::Change;
use crate::source::Span;
use crate::syntax::Statement;
use crate::vocabulary::{FILE, Keyed, declares_endpoint};

/// What others could share of a declaration: what it states once, but for what is its own.
pub(super) fn settings(view: &View, place: &Declared<'_>) -> Option<Change> {
    let block = FILE.word(place.statement.word())?.block?;
    let is_shared = |statement: &Statement| {
        let word = block.word(statement.word());
        word.is_some_and(|word| word.keyed == Keyed::Once && !matches!(word.name, "in" | "image" | "without"))
    };
    let read = Read::of(view, place.id)?;
    let own = read.statement(place.statement)?;
    class(view, &read, own, &|piece| piece.statement().is_some_and(is_shared))
}

/// The statements of a body that a selection touches.
pub(super) fn selected(view: &View, selected: Span) -> Option<Change> {
    let (file, tree) = view.file(selected.file)?;
    let around = tree.statements().find(|statement| {
        let block = statement.block.as_deref().and_then(|block| Some(block.open.to(block.close?)));
        block.is_some_and(|block| block.contains(selected))
    })?;
    let read = Read::of(view, selected.file)?;
    let own = read.statement(around)?;
    let wanted = file.range(selected);
    class(view, &read, own, &|piece| piece.range.start < wanted.end && wanted.start < piece.range.end)
}

/// The class of the pieces that are wanted.
fn class(view: &View, read: &Read<'_>, own: &Statement, is_wanted: &dyn Fn(&Piece<'_>) -> bool) -> Option<Change> {
    if !declares_endpoint(own.word()) {
        return None;
    }
    let (name, name_span, _) = own.terms.first()?.named()?;
    let heirs = match own.terms.get(1) {
        None => (name_span, " is "),
        Some(is) if is.is_name("is") && own.terms.len() > 2 => (own.terms.last()?.span, ", "),
        // what stands between the name and `is` hides it
        Some(_) => return None,
    };
    let block = own.block.as_deref()?;
    let text = read.file.text();
    let pieces = pieces::within(block)?;
    let is_taken = |piece: &&Piece<'_>| piece.statement().is_some() && is_wanted(piece);
    let taken: Vec<Written> = pieces.iter().filter(is_taken).map(|piece| piece.written(text)).collect();
    if taken.is_empty() {
        return None;
    }
    let left: Vec<Written> = pieces.iter().filter(|piece| !is_taken(piece)).map(|piece| piece.written(text)).collect();
    let class = free(view, name);
    let whole = pieces::pieces(&read.tree.items);
    let whole = whole.iter().find(|piece| piece.statement().is_some_and(|known| known.span == own.span))?;
    let indent = pieces::indent(text, own.span.range().start);
    let body = pieces::braces(&taken, Shape::Lines, indent);
    let braces = block.open.to(block.close?).range();
    let (behind, joined) = (heirs.0.range().end, heirs.1);
    let edits = vec![
        read.edit(whole.range.start..whole.range.start, format!("class {class} {body}\n\n{indent}")),
        read.edit(behind..behind, format!("{joined}{class}")),
        read.edit(braces, pieces::braces(&left, Shape::of(text, block), indent)),
    ];
    Some(Change { title: format!("make a class of settings of `{name}`"), edits, ..Change::default() })
}

/// A name that nothing has.
fn free(view: &View, name: &str) -> String {
    let declared = view.names.declared();
    let is_free = |wanted: &String| declared.keys().all(|symbol| symbol.name() != wanted);
    let first = format!("{name}-settings");
    let numbered = (2..).map(|number| format!("{first}-{number}"));
    std::iter::once(first.clone()).chain(numbered).find(is_free).unwrap_or(first)
}
