//! What stands at a place in a sentence that may not be finished: the names that are bound there, and what a path leads to.

use super::fields::{Field, Ty, collection};
use super::parse::{CLAUSES, Quantity};
use crate::value::{Sign, Term, TermKind};

/// The names that are bound behind these terms, which stand behind `for`, with what each is; what is not known yet is left out.
pub fn bound(terms: &[Term]) -> Vec<(&str, Ty)> {
    let mut known: Vec<(&str, Ty)> = Vec::new();
    if let [name, word, things, ..] = terms
        && word.is_name("in")
        && let (Some(name), Some(record)) = (name.name(), things.name().and_then(collection))
    {
        known.push((name, Ty::Thing(record)));
    }
    for quantified in terms.windows(4) {
        let [first, name, word, of] = quantified else { continue };
        if Quantity::of(first).is_none() || !word.is_name("in") {
            continue;
        }
        let (Some(name), Some(path)) = (name.name(), of.name()) else { continue };
        let of_one = leads(&known, path).and_then(|(ty, _)| ty.each());
        known.extend(of_one.map(|ty| (name, ty)));
    }
    known
}

/// The names that still stand for something behind these terms: what `any` and `all` bind ends with the parentheses and the
/// clause around it.
pub fn bound_behind(terms: &[Term]) -> Vec<(&str, Ty)> {
    let is_clause = |term: &Term| term.name().is_some_and(|name| CLAUSES.contains(&name));
    let clause = terms.iter().rposition(is_clause).unwrap_or_default();
    // how many parentheses are open behind each term
    let mut depth = 0_i32;
    let depths: Vec<i32> = terms
        .iter()
        .map(|term| {
            depth += i32::from(matches!(term.kind, TermKind::Sign(Sign::Open | Sign::Call)));
            depth -= i32::from(matches!(term.kind, TermKind::Sign(Sign::Close)));
            depth
        })
        .collect();
    let is_open = |at: usize| {
        let own = depths.get(at).copied().unwrap_or_default();
        at >= clause && depths.iter().skip(at).all(|depth| *depth >= own)
    };
    let quantified = terms.iter().enumerate().filter(|(_, term)| Quantity::of(term).is_some());
    let open: Vec<&str> =
        quantified.filter(|(at, _)| is_open(*at)).filter_map(|(at, _)| terms.get(at + 1)?.name()).collect();
    let first = terms.first().and_then(Term::name);
    let mut known = bound(terms);
    known.retain(|(name, _)| first == Some(*name) || open.contains(name));
    known
}

/// What a path leads to, and its last field; `None` where it leads nowhere.
pub fn leads(bound: &[(&str, Ty)], path: &str) -> Option<(Ty, Option<&'static Field>)> {
    let mut names = path.split('.');
    let first = names.next()?;
    let mut ty = bound.iter().rev().find(|(name, _)| *name == first)?.1;
    let mut last = None;
    for name in names {
        let field = ty.thing()?.field(name)?;
        ty = field.ty;
        last = Some(field);
    }
    Some((ty, last))
}

/// What may come next in a sentence.
#[derive(Debug, Clone, Copy)]
pub enum Next {
    /// A name of one's own choice.
    Name,
    /// `in`
    In,
    /// What a rule can speak of.
    Things,
    /// What holds or does not: a name that is bound, `not`, `any`, `all`.
    Condition,
    /// A value of this type.
    Value(Option<Ty>),
    /// What a kind can be, of what has one of this type.
    Kind(Option<Ty>),
    /// What goes on behind a value of this type.
    More(Option<Ty>),
    /// A message.
    Message,
}

/// The names that `any` and `all` go through the elements with, in these terms.
pub fn quantified(terms: &[Term]) -> Vec<&str> {
    let named = terms.windows(2).filter_map(|pair| match pair {
        [first, name] => Quantity::of(first).and(name.name()),
        _ => None,
    });
    named.collect()
}

/// What may come behind these terms of a sentence.
pub fn next(terms: &[Term]) -> Next {
    match terms {
        [] => Next::Name,
        [_] => Next::In,
        [_, _] => Next::Things,
        _ => next_of_condition(&bound(terms), terms),
    }
}

/// What may come behind these terms of a condition, where these names are known.
pub fn next_of_condition(known: &[(&str, Ty)], terms: &[Term]) -> Next {
    let before = |back: usize| terms.len().checked_sub(back).and_then(|at| terms.get(at));
    let ty = |term: Option<&Term>| term.and_then(Term::name).and_then(|path| leads(known, path)).map(|(ty, _)| ty);
    let (last, left) = (before(1), before(2));
    let is_quantity = |term: Option<&Term>| term.is_some_and(|term| Quantity::of(term).is_some());
    match last.map(|last| &last.kind) {
        Some(TermKind::Name(word)) => match &**word {
            "where" | "require" | "and" | "or" | "not" => Next::Condition,
            "else" => Next::Message,
            "any" | "all" => Next::Name,
            "is" => Next::Kind(ty(left)),
            "in" if is_quantity(before(3)) => Next::Value(None),
            "in" | "contains" | "starts-with" | "ends-with" => Next::Value(ty(left)),
            _ if is_quantity(left) => Next::In,
            path => Next::More(leads(known, path).map(|(ty, _)| ty)),
        },
        None | Some(TermKind::Sign(Sign::Open) | TermKind::Colon) => Next::Condition,
        Some(TermKind::Sign(Sign::Close)) => Next::More(None),
        Some(TermKind::Sign(_) | TermKind::Star) => Next::Value(ty(left)),
        _ => Next::More(None),
    }
}

/// The words within conditions, and what each says.
pub const JOINING: [(&str, &str); 10] = [
    ("and", "Holds where what stands on both sides holds."),
    ("or", "Holds where one of its sides holds."),
    ("not", "Holds where what follows it does not."),
    (
        "in",
        "Holds of one of a list, `p.number in [80, 443]`, of a range, `s.scale.min in 2..5`, or of the texts that something has, `\"web\" in s.classes`.",
    ),
    ("is", "Asks what kind of thing it is: `f.from is external`, `c is not sidecar`."),
    (
        "any",
        "Holds where what stands behind `:` holds of one of several: `any p in s.ports: p.number < 1024`. Of none it does not hold.",
    ),
    (
        "all",
        "Holds where what stands behind `:` holds of each of several: `all p in s.ports: p.number >= 1024`. Of none it holds.",
    ),
    ("starts-with", "Holds of a text that begins with another."),
    ("ends-with", "Holds of a text that ends with another."),
    ("contains", "Holds of a text that another stands in."),
];

/// What is said of what is absent.
const NONE: &str = "What is absent. It is equal to itself alone, and neither more nor less than anything.";

/// What a word of a sentence says; `None` for every other.
pub fn word(name: &str) -> Option<&'static str> {
    let joining = JOINING.iter().find(|(known, _)| *known == name).map(|(_, doc)| *doc);
    joining.or_else(|| (name == "none").then_some(NONE))
}

/// Whether a name is a word of sentences.
pub fn is_word(name: &str) -> bool {
    JOINING.iter().any(|(known, _)| *known == name) || CLAUSES.contains(&name)
}
