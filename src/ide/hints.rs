//! Facts beside the statements that they follow from.
//!
//! Invariants: a statement has one hint at the most; a hint says nothing that its line says; all of it is in hover, too.

use super::View;
use super::facts::{Fact, Facts, Kind};
use crate::source::{FileId, Span};
use crate::syntax::Statement;

/// A fact and where it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// Behind this place.
    pub place: u32,
    /// What is shown.
    pub fact: Fact,
}

/// The hints of a part of a file, in order of place.
pub fn hints(view: &View, file: FileId, within: Span, is_wanted: &dyn Fn(Kind) -> bool) -> Vec<Hint> {
    let (Some((source, tree)), Some(facts)) = (view.file(file), Facts::new(view)) else { return Vec::new() };
    let mut found = Vec::new();
    let mut stack: Vec<(Vec<&Statement>, &Statement)> =
        tree.statements().map(|statement| (Vec::new(), statement)).collect();
    stack.reverse();
    while let Some((around, statement)) = stack.pop() {
        if statement.span.end < within.start || within.end < statement.span.start {
            continue;
        }
        let is_one_line = !source.slice(statement.span).contains('\n');
        let place = match &statement.block {
            Some(block) if !is_one_line => block.open.end,
            Some(_) | None => statement.span.end,
        };
        let is_here = within.start <= place && place <= within.end;
        if is_here
            && !statement.broken
            && let Some(fact) = facts.of(&around, statement).filter(|fact| is_wanted(fact.kind))
        {
            found.push(Hint { place, fact });
        }
        let inner: Vec<&Statement> = statement.statements().collect();
        let around: Vec<&Statement> = around.into_iter().chain([statement]).collect();
        stack.extend(inner.into_iter().rev().map(|inner| (around.clone(), inner)));
    }
    found.sort_by_key(|hint| hint.place);
    found
}
