//! Terms for the tests of this room.

use super::{FromTerm, Mismatch, Term, TermKind};
use crate::source::{Provenance, SourceMap, Span};

/// A term of `kind` whose place starts at `start`.
pub(super) fn at(start: usize, kind: TermKind) -> Term {
    let file = SourceMap::default().add("test.bvl", "", Provenance::User);
    Term { span: Span::new(file, start, start + 1), kind }
}

pub(super) fn number(text: &str) -> Term {
    at(0, TermKind::Number(text.into()))
}

pub(super) fn text(text: &str) -> Term {
    at(0, TermKind::Text(text.into()))
}

pub(super) fn name(text: &str) -> Term {
    at(0, TermKind::Name(text.into()))
}

pub(super) fn address(text: &str) -> Term {
    at(0, TermKind::Address(text.into()))
}

pub(super) fn range(low: Term, high: Term) -> Term {
    at(0, TermKind::Range(Box::new((low, high))))
}

pub(super) fn list(members: Vec<Term>) -> Term {
    at(0, TermKind::List(members.into()))
}

/// What is wrong with the term, whose type must not be `T`.
pub(super) fn fault<T: FromTerm + std::fmt::Debug>(term: &Term) -> Mismatch {
    T::from_term(term).expect_err("the term should not be accepted")
}
