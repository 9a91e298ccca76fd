//! What is said of a text of which a part stands outside of its quotes.
//!
//! Invariant: it is one finding over all of it; a `:` between a name and its value, `label "tier":"front"`, is none.

use std::collections::BTreeMap;

use super::{OWN_GRAMMAR, Place, each};
use crate::diagnostic::Diagnostic;
use crate::source::{SourceMap, Span, TextEdit};
use crate::syntax::codes::BVL0115;
use crate::syntax::{Joined, Statement, Tree, joined};
use crate::value::Term;
use crate::vocabulary::Word;

/// Codes of a part that stands outside of quotes.
pub(in crate::resolve) const PARTS: [&str; 4] = ["BVL0111", "BVL0115", "BVL0116", "BVL0119"];

/// A text in parts, in its file.
struct Parts {
    whole: Span,
    first: Span,
    text: String,
    has_string: bool,
}

/// Tells of each such text in place of what is said of its parts.
pub(super) fn tell(tree: &Tree, sources: &SourceMap, errors: &mut Vec<Diagnostic>) {
    let Some(file) = sources.get(tree.file) else { return };
    let parts = errors.iter().filter(|error| PARTS.contains(&error.code.id)).filter_map(Diagnostic::span);
    let texts = parts.filter_map(|part| {
        let Joined { whole, first, text, has_string } = joined(&tree.text, file.range(part).start)?;
        let span = |range| file.span(tree.file, range);
        Some(Parts { whole: span(whole), first: span(first), text, has_string })
    });
    let mut open: BTreeMap<Span, Parts> = texts.map(|text| (text.whole, text)).collect();
    if open.is_empty() {
        return;
    }
    let mut found: Vec<Parts> = Vec::new();
    each(tree, &mut |entry, word| {
        let head = entry.head();
        let own: Vec<Span> =
            open.range(head..).map(|(span, _)| *span).take_while(|span| head.contains(*span)).collect();
        let own = own.into_iter().filter_map(|span| open.remove(&span));
        found.extend(own.filter(|text| is_one(entry, word, text)));
    });
    found.sort_by_key(|text| text.whole);
    // what begins last before a place is all that may hold it: no two of them overlap
    let is_part = |span: Span| {
        let before = found.partition_point(|text| text.whole.start <= span.start);
        before.checked_sub(1).and_then(|at| found.get(at)).is_some_and(|text| text.whole.contains(span))
    };
    errors.retain(|error| error.span().is_none_or(|span| !is_part(span)));
    errors.extend(found.into_iter().map(|text| told(text, sources)));
    errors.sort_by_key(Diagnostic::span);
}

/// Whether the parts are one value of their statement.
fn is_one(entry: &Statement, word: &'static Word, text: &Parts) -> bool {
    if OWN_GRAMMAR.contains(&word.name) {
        return false;
    }
    let before = entry.terms.iter().rev().find(|term| term.span.end <= text.whole.start);
    // a name and its key, of which more is said where those are known
    if before.and_then(Term::name).is_some_and(|name| matches!(name, "secret" | "config")) {
        return false;
    }
    match Place::of(entry, word, text.first) {
        Some(place) => place.next.is_none() && place.takes(&text.text),
        None => text.has_string,
    }
}

fn told(Parts { whole, text: written, has_string, .. }: Parts, sources: &SourceMap) -> Diagnostic {
    let (said, shown) = (super::shown(sources.text(whole)), super::shown(&written));
    let (title, here) = if has_string {
        (format!("`{said}` is one text, of which a part stands outside of its quotes"), "some of it in quotes")
    } else {
        (format!("`{said}` is neither a word nor a value: text stands in quotes"), "text without quotes")
    };
    Diagnostic::new(&BVL0115, whole, title)
        .here(here)
        .help(format!("write `{shown}`"))
        .fix(format!("write `{shown}`"), vec![TextEdit::replace(whole, written)])
}
