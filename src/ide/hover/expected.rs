//! What there is to know of what stands behind `expect`.

use super::Hover;
use crate::check::rules::asked;
use crate::ide::context;
use crate::model::rule::quantified;
use crate::model::test::{Parted, parted};
use crate::object::Kind;
use crate::value::{Term, TermKind};
use crate::vocabulary::TEST;

/// What is said of a term at a place within it.
pub(super) fn of(terms: &[Term], term: &Term, place: u32) -> Option<Hover> {
    let said = |text: String| Some(Hover { span: term.span, text });
    let Parted { head, clauses } = parted(terms);
    let is_it = |other: &Term| other.span == term.span;
    if let Some(at) = head.iter().position(is_it) {
        let name = term.name()?;
        let is_word = at == 0 || at == 1 && head.first().is_some_and(|first| first.is_name("no"));
        if is_word {
            return said(format!("`{name}`: {}", TEST.word("expect")?.variant(name)?.doc));
        }
        let (kind, object) = name.split_once('/')?;
        let known = Kind::ALL.into_iter().find(|known| known.as_str() == kind)?;
        return if place <= term.span.beginning(kind).end {
            let text = format!("`{kind}`: a kind of objects that `build` writes, of `{}`.", known.api_version());
            Some(Hover { span: term.span.beginning(kind), text })
        } else {
            let text = format!("`{object}`: the name of the object.");
            Some(Hover { span: term.span.ending(object), text })
        };
    }
    let (_, own) = clauses.into_iter().find(|(word, own)| word.is_name("where") && own.iter().any(is_it))?;
    if let Some(doc) = term.name().and_then(asked::word) {
        return said(format!("`{}`: {doc}", term.name()?));
    }
    match &term.kind {
        TermKind::Name(name) if context::touches(term.span, place) => said(field(own, name)),
        TermKind::Number(_) | TermKind::Text(_) | TermKind::Template(_) | TermKind::List(_) | TermKind::Range(_) => {
            let at = own.iter().position(is_it)?;
            let fields = own.get(..at)?.iter().rev().chain(own.get(at..)?);
            let name = fields.filter_map(Term::name).find(|name| asked::word(name).is_none())?;
            said(format!("Beside {}", field(own, name)))
        }
        TermKind::Name(_)
        | TermKind::Star
        | TermKind::Variable(_)
        | TermKind::Address(_)
        | TermKind::Call(_)
        | TermKind::Arrow
        | TermKind::PathArrow
        | TermKind::Equals
        | TermKind::Colon
        | TermKind::Sign(_)
        | TermKind::Bad => None,
    }
}

/// What a name in a condition is.
fn field(condition: &[Term], name: &str) -> String {
    let first = name.split('.').next().unwrap_or(name);
    let bound = quantified(condition).any(|own| own == first);
    match (bound, first == name) {
        (true, true) => format!("`{name}`: each element of the list, in turn."),
        (true, false) => format!("`{name}`: a field of each element of the list. It is `none` where it is not there."),
        (false, _) if matches!(name, "true" | "false") => format!("`{name}`: whether something is so."),
        (false, _) => format!(
            "`{name}`: a field of the object as `build` writes it; an element of a list goes by its `name`. It is `none` where it is not there."
        ),
    }
}
