//! What may stand in the condition that an expectation asks of an object.

use super::{Item, Kind, item};
use crate::check::rules::asked::{self, Next};
use crate::value::{Sign, Term, TermKind};

/// What fields of objects begin with, of those that conditions are about most.
const OUTERMOST: [&str; 3] = ["metadata", "spec", "data"];

/// The signs between two values.
const SIGNS: [&str; 6] = ["==", "!=", "<", "<=", ">", ">="];

/// The words behind a field of which something is asked.
const ASKED: [&str; 4] = ["in", "contains", "starts-with", "ends-with"];

/// Behind these terms of a condition, where `typed` stands already; in brackets, `is_list`, a value of the list. Below its outermost
/// field an object has what its kind has, of which there is no table: nothing is offered there.
pub(super) fn next(terms: &[Term], typed: &str, is_list: bool) -> Vec<Item> {
    if typed.contains('.') {
        return Vec::new();
    }
    let values = || ["none", "true", "false"].map(word);
    if is_list {
        return values().into();
    }
    match asked::next_of_condition(&[], terms) {
        Next::Condition => fields(terms).chain(["not", "any", "all"].map(word)).collect(),
        Next::In => vec![word("in")],
        Next::Value(_) => match terms.last().and_then(Term::name) {
            // what `any` and `all` go through
            Some("in") => fields(terms).collect(),
            // a text, which stands in quotes
            Some(_) => Vec::new(),
            None => values().into_iter().chain(fields(terms)).collect(),
        },
        Next::More(_) => {
            let signs = SIGNS.map(|sign| item(Kind::Clause, sign, "", "")).into_iter();
            let is_field = is_field(terms);
            let asked = signs.chain(ASKED.map(word)).filter(|_| is_field);
            asked.chain(["and", "or"].map(word)).collect()
        }
        Next::Name | Next::Things | Next::Kind(_) | Next::Message => Vec::new(),
    }
}

/// Whether these terms are a condition that can end where they do.
pub(super) fn is_whole(terms: &[Term]) -> bool {
    matches!(asked::next_of_condition(&[], terms), Next::More(_))
}

/// Whether a field stands last, of which nothing is asked yet.
fn is_field(terms: &[Term]) -> bool {
    let is_sign = |term: &Term| match &term.kind {
        TermKind::Sign(sign) => !matches!(sign, Sign::Open | Sign::Call | Sign::Close),
        TermKind::Name(name) => ASKED.contains(&&**name),
        TermKind::Star
        | TermKind::Variable(_)
        | TermKind::Number(_)
        | TermKind::Address(_)
        | TermKind::Text(_)
        | TermKind::Template(_)
        | TermKind::Range(_)
        | TermKind::List(_)
        | TermKind::Call(_)
        | TermKind::Arrow
        | TermKind::PathArrow
        | TermKind::Equals
        | TermKind::Colon
        | TermKind::Bad => false,
    };
    let is_name = |term: &Term| term.name().is_some_and(|name| asked::word(name).is_none() && !is_value(name));
    match terms {
        // what is in parentheses, or has a key in them, may be either
        [.., last] if matches!(last.kind, TermKind::Sign(Sign::Close)) => true,
        [.., before, last] => is_name(last) && !is_sign(before),
        [last] => is_name(last),
        [] => false,
    }
}

/// Whether a word is a value of its own.
fn is_value(name: &str) -> bool {
    matches!(name, "true" | "false" | "none")
}

/// What fields begin with: the object's own, and the elements that `any` and `all` go through.
fn fields(terms: &[Term]) -> impl Iterator<Item = Item> {
    let bound = asked::quantified(terms).into_iter().map(|name| item(Kind::Constant, name, "an element", ""));
    OUTERMOST
        .map(|name| item(Kind::Constant, name, "a field of the object", ""))
        .into_iter()
        .chain(bound.collect::<Vec<_>>())
}

fn word(name: &'static str) -> Item {
    item(Kind::Clause, name, "", asked::word(name).unwrap_or_default())
}
