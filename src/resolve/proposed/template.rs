//! What is proposed for a template of another language, `scale {{ .Values.replicas }}`: the param that would stand there.
//!
//! Invariant: a value of it, as a help writes it, is one that its place takes.

use std::sync::Arc;

use super::super::params::ParamType;
use super::super::statement::example;
use crate::diagnostic::Diagnostic;
use crate::model::body::spelling;
use crate::source::{FileId, Span};
use crate::syntax::{ANY_VALUE, Statement, parse};
use crate::value::{Term, TermKind, quoted};
use crate::vocabulary::{self, Argument, Split, Type, Word};

/// Says of a template which type of value its place takes, and one of it: that of the example of its word, if it has one there.
pub(super) fn tell(error: &mut Diagnostic, entry: &Statement, word: &'static Word, at: Span) {
    // a text of which it is a part may hold any
    let is_text = |help: &str| help.starts_with("write `\"");
    if error.help.as_deref().is_none_or(is_text) {
        return;
    }
    let split = vocabulary::split(word, &entry.terms);
    let (argument, n_before) = place(&split, word, at);
    let value = match argument.map(|argument| argument.ty) {
        None | Some(Type::Value | Type::Content) => return,
        Some(Type::Image) => "string example \"registry.example/web:1.4.2\"".to_owned(),
        Some(ty) => {
            let tree = parse(FileId::default(), &Arc::from(example(word, split.variant)));
            let shown = tree.statements().next().and_then(|entry| shown(entry, word, n_before));
            let of_example = shown.and_then(|term| match term.text().or_else(|| term.name()) {
                Some(text) => Some((ParamType::String, quoted(text))),
                None => Some((ParamType::of_value(&term, ty)?, spelling(&term).into_owned())),
            });
            let own = || ParamType::that_fits(ty).map(|fits| (fits, fits.sample().to_owned()));
            let Some((ty, value)) = of_example.or_else(own) else { return };
            format!("{} example {value}", ty.name())
        }
    };
    error.help = error.help.take().map(|help| help.replace(ANY_VALUE, &value));
}

/// What a statement takes at a place, and how many of its values stand before that; nothing of clauses is counted.
fn place(split: &Split<'_>, word: &'static Word, at: Span) -> (Option<&'static Argument>, Option<usize>) {
    let before = |terms: &[Term]| terms.iter().filter(|term| term.span.end <= at.start).count();
    let clause = split.clauses.iter().rev().find(|(_, head, _)| head.span.end <= at.start);
    let (arguments, n_before) = match clause {
        Some((clause, _, terms)) => (clause.args, before(terms)),
        None => (split.variant.unwrap_or(word).args, before(split.args)),
    };
    // the other end of a range, and one more of a list, are of the last
    (arguments.get(n_before).or(arguments.last()), clause.is_none().then_some(n_before))
}

/// The value that an example has at a place; of a range, its low end.
fn shown(example: &Statement, word: &'static Word, n_before: Option<usize>) -> Option<Term> {
    let split = vocabulary::split(word, &example.terms);
    let term = split.args.get(n_before?)?;
    let term = if let TermKind::Range(ends) = &term.kind { &ends.0 } else { term };
    term.is_closed().then(|| term.clone())
}
