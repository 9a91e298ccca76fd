//! A name whose `$` was forgotten: `env VERSION version`, where `version` is a param.
//!
//! Invariant: where a bare word is refused that is the name of a value which may stand there, or like one, `$NAME` is the first fix,
//! and none is made without asking: a text of the word would be another value, and nothing would be wrong with it.

use std::collections::BTreeSet;

use crate::diagnostic::{Applicability, Diagnostic, Fix, Sink};
use crate::model::body::Scope;
use crate::model::codes::BVL0213;
use crate::source::{Span, TextEdit};
use crate::value::{Mismatch, Term, TermKind, quoted, similar};

use super::declarations::Declarations;
use super::environments::{Parameter, parameter};
use super::params::ParamType;

/// Whether the value of a name fits, by what is said of it where it is declared: `let NAME = VALUE`, or `NAME: TYPE` with a default or
/// an example. What is not known before names are bound may fit.
pub(super) fn may_fit(declared: &[Term], fits: impl Fn(&Term) -> bool) -> bool {
    if let [_, equals, value] = declared
        && equals.kind == TermKind::Equals
    {
        return !value.is_closed() || fits(value);
    }
    let Some(parameter) = parameter(declared, &mut Sink::default()) else { return true };
    match parameter.values().next() {
        Some(value) => fits(value),
        None if parameter.ty == ParamType::String => true,
        None => fits(&parameter.ty.term(parameter.ty.sample(), parameter.span)),
    }
}

/// Offers names with their `$` in the place of what a finding is of; `written` is the word there, which may be meant as a text too.
pub(super) fn offer(finding: &mut Diagnostic, (place, written): (Span, &str), signed: &[String]) {
    if signed.is_empty() {
        return;
    }
    let text = quoted(written);
    let edits = |with: &str| vec![TextEdit::replace(place, with)];
    let mut others = std::mem::take(&mut finding.fixes);
    let is_text = |fix: &Fix| fix.edits.iter().any(|edit| edit.text == text);
    let of_text = others.iter().any(is_text);
    for other in &mut others {
        other.applicability = Applicability::Unsafe;
    }
    let mut told = finding.clone().guess(signed, edits);
    if others.iter().all(is_text) {
        let listed: Vec<String> = signed.iter().map(|name| format!("`{name}`")).collect();
        let value = format!("the value of a name is written with its `$`: {}", listed.join(" or "));
        let and_text = if of_text { format!("; a text stands in quotes: `{text}`") } else { String::new() };
        told.help = Some(format!("{value}{and_text}"));
    }
    told.fixes.append(&mut others);
    *finding = told;
}

/// Offers the names of a scope for an argument that is a bare word and not of its type.
pub(super) fn argument(
    finding: Diagnostic,
    (value, mismatch): (&Term, &Mismatch),
    scope: &Scope<'_>,
    fits: impl Fn(&Term) -> bool,
) -> Diagnostic {
    let Some(word) = value.name() else { return finding };
    let names: Vec<&str> = match scope.get(word) {
        Some(bound) => Some(word).filter(|_| fits(bound)).into_iter().collect(),
        // what has no value yet may have any
        None if scope.is_of_class(word) => vec![word],
        None => {
            let scopes = std::iter::successors(Some(scope), |scope| scope.parent);
            let fitting = scopes.flat_map(|scope| &scope.bound).filter(|(_, bound)| fits(bound));
            let known: BTreeSet<&str> = fitting.map(|(name, _)| &**name).collect();
            similar::nearest(word, known)
        }
    };
    with_text(finding, (value, word), mismatch, &names)
}

/// Offers the param or let for the default of a class's parameter that is a bare word and not of its type.
pub(super) fn default(
    finding: Diagnostic,
    (value, mismatch): (&Term, &Mismatch),
    declarations: &Declarations<'_>,
    fits: impl Fn(&Term) -> bool,
) -> Diagnostic {
    let Some(word) = value.name() else { return finding };
    let named = constant(word, declarations).filter(|terms| may_fit(terms, fits)).map(|_| word);
    with_text(finding, (value, word), mismatch, named.as_slice())
}

/// What a param or let of that name says of itself.
fn constant<'t>(name: &str, declarations: &Declarations<'t>) -> Option<&'t [Term]> {
    let mut all = declarations.params.iter().chain(&declarations.lets).map(|statement| &*statement.terms);
    all.find(|terms| terms.first().is_some_and(|first| first.is_name(name)))
}

/// Offers names beside the text that a word may be meant for.
fn with_text(finding: Diagnostic, (value, word): (&Term, &str), mismatch: &Mismatch, names: &[&str]) -> Diagnostic {
    if names.is_empty() {
        return finding;
    }
    let text = quoted(word);
    let edits = || vec![TextEdit::replace(value.span, text.clone())];
    let takes_text = mismatch.suggestions.contains(&text);
    let mut told = if takes_text { finding.unsafe_fix(format!("write `{text}`"), edits()) } else { finding };
    let signed: Vec<String> = names.iter().map(|name| format!("${name}")).collect();
    offer(&mut told, (value.span, word), &signed);
    told
}

/// Says of a param, or of the parameter of an environment, what it is to be where its default is the name of another: they are made of
/// none.
pub(super) fn plain(parameter: &Parameter<'_>, declarations: &Declarations<'_>, findings: &mut [Diagnostic]) {
    for finding in findings.iter_mut().filter(|finding| finding.code == &BVL0213) {
        let value = parameter.values().find(|value| finding.span() == Some(value.span));
        let Some(word) = value.and_then(Term::name).filter(|word| constant(word, declarations).is_some()) else {
            continue;
        };
        let name = parameter.name;
        let other = format!("a value made of another is a `let`: `let {name} = ${word}`");
        finding.help = Some(match finding.help.take() {
            Some(help) => format!("{other}; {help}"),
            None => other,
        });
    }
}
