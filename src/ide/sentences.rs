//! What there is to know, and what could be written, in the sentence of a rule: by the table of the fields of what it binds.
//!
//! Invariant: everything that is said is the table's.

use std::fmt::Write as _;

use super::completion::{Item, Kind, item};
use super::context;
use super::hover::Hover;
use crate::check::rules::asked::{self, Next};
use crate::check::rules::fields::{COLLECTIONS, Field, Record, Ty};
use crate::check::rules::parse::CLAUSES;
use crate::source::Span;
use crate::value::{TemplatePart, Term, TermKind};
use crate::vocabulary::RULE;

/// The word with which a sentence begins.
pub(super) const WORD: &str = "for";

/// What is said of what stands at a place, `term` being the one there.
pub(super) fn hover(terms: &[Term], term: &Term, place: u32) -> Option<Hover> {
    let beside = || Some(Hover { span: term.span, text: beside(terms, term.span)? });
    match &term.kind {
        TermKind::Name(name) => named(terms, name, term.span, place).or_else(beside),
        TermKind::Template(parts) => {
            let part = parts.iter().find_map(|part| match part {
                TemplatePart::Path(path, span) if context::touches(*span, place) => path_at(terms, path, *span, place),
                TemplatePart::Path(..) | TemplatePart::Text(_) => None,
            });
            part.or_else(beside)
        }
        TermKind::List(_)
        | TermKind::Range(_)
        | TermKind::Variable(_)
        | TermKind::Number(_)
        | TermKind::Address(_)
        | TermKind::Text(_) => beside(),
        TermKind::Star
        | TermKind::Call(_)
        | TermKind::Arrow
        | TermKind::PathArrow
        | TermKind::Equals
        | TermKind::Colon
        | TermKind::Sign(_)
        | TermKind::Bad => None,
    }
}

/// What a value is about that is written out at a place: what stands before it, or behind.
fn beside(terms: &[Term], at: Span) -> Option<String> {
    let index = terms.iter().position(|term| term.span.contains(at))?;
    let (before, behind) = terms.split_at_checked(index)?;
    if let Some(clause) = before.last().filter(|word| word.is_name("else")).and(RULE.word(WORD)?.clause("else")) {
        return Some(format!("`{}`: {}", clause.name, clause.doc));
    }
    let known = asked::bound(terms);
    let path = |term: &Term| {
        let path = term.name()?;
        let field = asked::leads(&known, path)?.1?;
        Some((path.to_owned(), field))
    };
    let (written, field) = before.iter().rev().find_map(path).or_else(|| behind.iter().find_map(path))?;
    Some(format!("Beside {}", described(&written, field)))
}

fn named(terms: &[Term], name: &str, span: Span, place: u32) -> Option<Hover> {
    let said = |text: String| Some(Hover { span, text });
    let is_third = terms.get(2).is_some_and(|third| third.span == span);
    if let Some((things, _, doc)) = COLLECTIONS.iter().find(|(known, ..)| is_third && *known == name) {
        return said(format!("`{things}`: {doc}"));
    }
    let is_second = terms.get(1).is_some_and(|second| second.span == span);
    let clause = RULE.word(WORD)?.clause(name).filter(|_| CLAUSES.contains(&name) || is_second);
    if let Some(clause) = clause {
        return said(format!("`{}`: {}", clause.name, clause.doc));
    }
    if let Some(doc) = asked::word(name) {
        return said(format!("`{name}`: {doc}"));
    }
    path_at(terms, name, span, place)
}

/// What a path leads to, up to the part at a place.
fn path_at(terms: &[Term], path: &str, span: Span, place: u32) -> Option<Hover> {
    let reached = usize::try_from(place.saturating_sub(span.start)).unwrap_or(usize::MAX).min(path.len());
    let rest = path.get(reached..)?;
    let part = path.get(..reached + rest.find('.').unwrap_or(rest.len()))?;
    let known = asked::bound(terms);
    let (ty, field) = asked::leads(&known, part)?;
    let text = match field {
        Some(field) => described(part, field),
        None => format!("`{part}`: what this rule binds, {}.", ty.name()),
    };
    Some(Hover { span: span.beginning(part), text })
}

fn described(path: &str, field: &Field) -> String {
    let key = if field.is_keyed() { "(\"KEY\")" } else { "" };
    let mut text = format!("`{path}{key}`: {}. {}", field.ty.name(), field.doc);
    if let Some(when) = field.absent {
        let _ = write!(text, "\n\nIt is `none` where {when}.");
    }
    text
}

/// What could stand behind terms of a sentence, where `typed` stands already, and how much of that an item replaces.
pub(super) fn complete<'t>(terms: &[Term], typed: &'t str) -> (&'t str, Vec<Item>) {
    let known = asked::bound_behind(terms);
    if let Some(fields) = fields(&known, typed, |_| true) {
        return fields;
    }
    let names = || known.iter().map(of_bound);
    let items = match asked::next(terms) {
        Next::Name | Next::Message => Vec::new(),
        Next::In => vec![clause("in")],
        Next::Things => COLLECTIONS.iter().map(|(name, _, doc)| item(Kind::Choice, *name, "", *doc)).collect(),
        Next::Condition => names().chain(["not", "any", "all"].map(word)).collect(),
        Next::Value(ty) => choices(ty).into_iter().chain([word("none")]).chain(names()).collect(),
        Next::Kind(ty) => {
            let kind = ty.and_then(Ty::thing).and_then(|record| record.field("kind"));
            choices(kind.map(|field| field.ty)).into_iter().chain([word("not")]).collect()
        }
        Next::More(ty) => more(terms, ty),
    };
    (typed, items)
}

/// The words that part a sentence and can go on with this one.
pub(super) fn clauses_behind(terms: &[Term]) -> Vec<Item> {
    match asked::next(terms) {
        Next::More(ty) => {
            let items = more(terms, ty).into_iter();
            items.filter(|item| CLAUSES.contains(&item.label.as_str())).collect()
        }
        Next::Name | Next::In | Next::Things | Next::Condition | Next::Value(_) | Next::Kind(_) | Next::Message => {
            Vec::new()
        }
    }
}

/// What can be said within `${` of a text behind these terms, where `typed` stands already, and how much of that an item replaces:
/// of the message what the sentence is about, which alone is bound there; what is compared is a text for all.
pub(super) fn said<'t>(terms: &[Term], typed: &'t str) -> (&'t str, Vec<Item>) {
    let begun = typed.rsplit('.').next().unwrap_or(typed);
    let known = asked::bound(terms.get(..3).unwrap_or_default());
    match asked::next(terms) {
        Next::Message if typed.contains('.') => {
            // what wants a key cannot be written there, and several things are no text
            let is_said = |field: &Field| !field.is_keyed() && !matches!(field.ty, Ty::Things(_));
            fields(&known, typed, is_said).unwrap_or((begun, Vec::new()))
        }
        Next::Message => (begun, known.iter().map(of_bound).collect()),
        Next::Name | Next::In | Next::Things | Next::Condition | Next::Value(_) | Next::Kind(_) | Next::More(_) => {
            (begun, Vec::new())
        }
    }
}

/// Of a path that is begun behind a dot the fields that can go on, and how much of it one replaces; `None` of a name alone.
fn fields<'t>(known: &[(&str, Ty)], typed: &'t str, fits: impl Fn(&Field) -> bool) -> Option<(&'t str, Vec<Item>)> {
    let (path, begun) = typed.rsplit_once('.')?;
    let record = asked::leads(known, path).and_then(|(ty, _)| ty.thing());
    let fields = record.into_iter().flat_map(Record::fields).filter(|field| fits(field));
    Some((begun, fields.map(|field| of_field(path, field)).collect()))
}

fn of_bound((name, ty): &(&str, Ty)) -> Item {
    item(Kind::Constant, *name, ty.name(), "")
}

/// What goes on behind a value of a type.
fn more(terms: &[Term], ty: Option<Ty>) -> Vec<Item> {
    let is_stated = |name: &str| terms.iter().any(|term| term.is_name(name));
    let clauses = CLAUSES.into_iter().filter(|name| {
        !is_stated(name) && (*name != "where" || !is_stated("require")) && (*name != "else" || is_stated("require"))
    });
    let signs: &[&'static str] = match ty {
        Some(Ty::Number | Ty::Duration | Ty::Cpu | Ty::Memory) => &["==", "!=", "<", "<=", ">", ">=", "+", "-", "*"],
        Some(Ty::Text | Ty::Word(_) | Ty::Bool | Ty::Thing(_)) => &["==", "!="],
        Some(Ty::Texts | Ty::Things(_)) | None => &[],
    };
    let words: &[&'static str] = match ty {
        Some(Ty::Text) => &["in", "starts-with", "ends-with", "contains"],
        Some(Ty::Number | Ty::Duration | Ty::Cpu | Ty::Memory | Ty::Word(_)) => &["in"],
        Some(Ty::Thing(_)) => &["is"],
        Some(Ty::Bool | Ty::Texts | Ty::Things(_)) | None => &[],
    };
    let joined = ["and", "or"].into_iter().filter(|_| terms.len() > 3);
    signs
        .iter()
        .map(|one| sign(one))
        .chain(words.iter().copied().chain(joined).map(word))
        .chain(clauses.map(clause))
        .collect()
}

fn word(name: &'static str) -> Item {
    item(Kind::Clause, name, "", asked::word(name).unwrap_or_default())
}

fn sign(sign: &'static str) -> Item {
    item(Kind::Clause, sign, "", "")
}

fn clause(name: &'static str) -> Item {
    let doc = RULE.word(WORD).and_then(|word| word.clause(name)).map_or("", |clause| clause.doc);
    item(Kind::Clause, name, "", doc)
}

/// The words that a value of a type can be.
fn choices(ty: Option<Ty>) -> Vec<Item> {
    let choice = |word: &&str| item(Kind::Choice, *word, "", "");
    match ty {
        Some(Ty::Word(words)) => words.iter().map(choice).collect(),
        Some(Ty::Bool) => ["true", "false"].iter().map(choice).collect(),
        Some(
            Ty::Number | Ty::Duration | Ty::Cpu | Ty::Memory | Ty::Text | Ty::Texts | Ty::Thing(_) | Ty::Things(_),
        )
        | None => Vec::new(),
    }
}

fn of_field(path: &str, field: &'static Field) -> Item {
    let snippet = field.is_keyed().then(|| format!("{}(\"${{1:KEY}}\")", field.name));
    let full = format!("{path}.{}", field.name);
    Item { snippet, ..item(Kind::Constant, field.name, field.ty.name(), described(&full, field)) }
}
