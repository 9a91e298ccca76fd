//! What is selected step by step around a place: a name, its term, the statement, the braces around it, the file.

use super::{At, View};
use crate::source::Span;
use crate::syntax::{Item, Statement};
use crate::value::{Term, TermKind};

/// Ever larger places that hold a place, the smallest first, each within the next.
pub fn around(view: &View, at: At) -> Vec<Span> {
    let Some((file, tree)) = view.file(at.file) else { return Vec::new() };
    let mut spans = vec![file.span(at.file, 0..file.text().len())];
    let mut items: &[Item] = &tree.items;
    while let Some(item) = items.iter().find(|item| holds(whole(item), at)) {
        spans.push(whole(item));
        let Item::Statement(statement) = item else { break };
        spans.push(statement.span);
        let Some(block) = statement.block.as_ref().filter(|block| {
            let close = block.close.map_or(statement.span, |close| close);
            holds(block.open.to(close), at)
        }) else {
            let doc = statement.docs.iter().find(|doc| holds(doc.span, at));
            spans.extend(doc.map(|doc| doc.span));
            head(statement, at, &mut spans);
            break;
        };
        let close = block.close.unwrap_or(statement.span.after());
        spans.push(block.open.to(close));
        if let (Some(first), Some(last)) = (block.items.first(), block.items.last()) {
            let within = whole(first).to(whole(last));
            if holds(within, at) {
                spans.push(within);
            }
        }
        items = &block.items;
    }
    let names = view.names.at(at.file, at.place);
    spans.extend(names.map(|known| known.span));
    nested(spans)
}

/// Those that lie within each other, the smallest first, each once.
fn nested(spans: Vec<Span>) -> Vec<Span> {
    let mut kept: Vec<Span> = Vec::new();
    for span in spans {
        if kept.last().is_none_or(|outer| outer.contains(span) && *outer != span) {
            kept.push(span);
        }
    }
    kept.reverse();
    kept
}

fn holds(span: Span, at: At) -> bool {
    span.start <= at.place && at.place <= span.end
}

/// All of an item, its documentation included.
fn whole(item: &Item) -> Span {
    match item {
        Item::Statement(statement) => {
            statement.docs.first().map_or(statement.span, |first| first.span.to(statement.span))
        }
        Item::Comment(comment) => comment.span,
        Item::Blank(span) | Item::Stray(span) => *span,
    }
}

fn head(statement: &Statement, at: At, spans: &mut Vec<Span>) {
    if holds(statement.head(), at) {
        spans.push(statement.head());
    }
    let mut terms: &[Term] = &statement.terms;
    if holds(statement.word.span, at) {
        spans.push(statement.word.span);
        return;
    }
    while let Some(term) = terms.iter().find(|term| holds(term.span, at)) {
        spans.push(term.span);
        match &term.kind {
            TermKind::List(members) => terms = members,
            TermKind::Range(ends) => {
                spans.extend([&ends.0, &ends.1].into_iter().map(|end| end.span).find(|span| holds(*span, at)));
                return;
            }
            TermKind::Call(call) => {
                if holds(call.name_span, at) {
                    spans.push(call.name_span);
                    return;
                }
                let Some(part) = call.parts.iter().find(|part| {
                    part.first().zip(part.last()).is_some_and(|(first, last)| holds(first.span.to(last.span), at))
                }) else {
                    return;
                };
                if let (Some(first), Some(last)) = (part.first(), part.last()) {
                    spans.push(first.span.to(last.span));
                }
                terms = part;
            }
            TermKind::Name(_)
            | TermKind::Star
            | TermKind::Variable(_)
            | TermKind::Number(_)
            | TermKind::Address(_)
            | TermKind::Text(_)
            | TermKind::Template(_)
            | TermKind::Arrow
            | TermKind::PathArrow
            | TermKind::Equals
            | TermKind::Sign(_)
            | TermKind::Colon
            | TermKind::Bad => return,
        }
    }
}
