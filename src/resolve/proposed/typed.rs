//! The places of values beside which a type stands, or whose name is used where the table of words has a type: `param a: cidr = ..`,
//! the parameters of a class, what they are given, and `let a = ..` where `cidr $a` is stated.

use std::collections::BTreeMap;

use super::super::params::ParamType;
use super::{Place, each};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::{Statement, Tree};
use crate::value::{Term, TermKind};

/// What a file says of its names.
pub(super) struct Known<'t> {
    /// The parameters of each class.
    classes: BTreeMap<&'t str, &'t [Box<[Term]>]>,
    /// The places in which a name is used.
    uses: BTreeMap<&'t str, Vec<Place>>,
}

impl<'t> Known<'t> {
    /// Reads a file with values that are wrong: what names are used as, only where one is that of a let.
    pub(super) fn of(tree: &'t Tree, open: &[(Span, &mut Diagnostic)]) -> Self {
        let holds = |entry: &Statement| {
            let first = open.partition_point(|(span, _)| span.start < entry.span.start);
            open.get(first).is_some_and(|(span, _)| span.start <= entry.span.end)
        };
        let has_let = tree.statements().any(|entry| entry.word() == "let" && holds(entry));
        let mut known = Self { classes: BTreeMap::new(), uses: BTreeMap::new() };
        for class in tree.statements().filter(|entry| entry.word() == "class") {
            if let Some(TermKind::Call(call)) = class.terms.first().map(|term| &term.kind) {
                known.classes.insert(&call.name, &call.parts);
            }
        }
        if has_let {
            each(tree, &mut |entry, word| {
                for term in entry.terms.iter().flat_map(Term::members) {
                    if let TermKind::Variable(name) = &term.kind {
                        known.uses.entry(name).or_default().extend(Place::of(entry, word, term.span));
                    }
                }
            });
        }
        known
    }

    /// The place in which a let is used, if it is one kind of place.
    pub(super) fn used(&self, entry: &Statement) -> Option<Place> {
        let (first, others) = self.uses.get(entry.terms.first()?.name()?)?.split_first()?;
        others.iter().all(|other| other.argument.ty == first.argument.ty).then_some(*first)
    }

    /// The place of a value in parentheses, of a parameter or of what one is given.
    pub(super) fn typed(&self, entry: &Statement, span: Span) -> Option<Place> {
        let call = entry.terms.iter().flat_map(Term::members).find(|term| term.span.contains(span))?;
        let TermKind::Call(call) = &call.kind else { return None };
        let part = call.parts.iter().find(|part| covers(part, span))?;
        let ty = match &**part {
            [_, colon, ..] if colon.kind == TermKind::Colon => beside(part, span),
            [name, equals, ..] if equals.kind == TermKind::Equals => {
                let name = name.name()?;
                let parameters = self.classes.get(&*call.name)?;
                let of = parameters.iter().find(|part| part.first().is_some_and(|first| first.is_name(name)))?;
                named(of)
            }
            _ => None,
        };
        Place::typed(ty?)
    }
}

fn covers(part: &[Term], span: Span) -> bool {
    part.first().zip(part.last()).is_some_and(|(first, last)| first.span.to(last.span).contains(span))
}

/// The type of a parameter.
fn named(parameter: &[Term]) -> Option<ParamType> {
    let [_, colon, ty, ..] = parameter else { return None };
    ty.name().filter(|_| colon.kind == TermKind::Colon).and_then(ParamType::named)
}

/// The type that stands before a value: `NAME: TYPE = VALUE`.
pub(super) fn beside(parameter: &[Term], span: Span) -> Option<ParamType> {
    parameter.get(2).filter(|ty| ty.span.end <= span.start).and_then(|_| named(parameter))
}
