//! The platform's own invariants, as they are written: what they mean is told where everything that they can speak of is known.

use std::sync::Arc;

use super::origin::EnvironmentId;
use crate::source::Span;
use crate::value::Term;

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// What it says.
    pub text: String,
    /// Where that is written.
    pub span: Span,
    /// Where its sentence is written.
    pub sentence: Span,
    /// Its sentence, as it is in each environment in which the rule holds; once for all in which it is the same.
    pub sentences: Vec<Sentence>,
}

/// What a rule says in some environments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// The environments.
    pub environments: Vec<EnvironmentId>,
    /// What stands behind `for`. Only the names that the sentence binds are left in its texts.
    pub terms: Arc<[Term]>,
}

/// The names that a sentence binds: behind `for`, and behind each `any` and `all`.
pub fn bound(terms: &[Term]) -> impl Iterator<Item = &str> {
    terms.first().and_then(Term::name).into_iter().chain(quantified(terms))
}

/// The names behind each `any` and `all`.
pub fn quantified(terms: &[Term]) -> impl Iterator<Item = &str> {
    let each =
        terms.windows(2).filter(|pair| pair.first().is_some_and(|word| word.is_name("any") || word.is_name("all")));
    each.filter_map(|pair| pair.get(1)?.name())
}

/// Whether a path in a text is one of the sentence's own: one of these names, or what something has.
pub fn is_own(path: &str, names: &[&str]) -> bool {
    path.contains('.') || names.contains(&path)
}
