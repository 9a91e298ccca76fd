//! What a platform's own tests give and expect, with what their names stand for: whether it comes so is told by whoever runs them.

use std::sync::Arc;

use super::flow::NeverEnd;
use super::origin::{EnvironmentId, Origin};
use crate::source::Span;
use crate::value::{Term, TermKind};

/// A test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    /// What it says.
    pub text: String,
    /// Where that is written.
    pub span: Span,
    /// The values of params that it gives.
    pub given: Vec<GivenValue>,
    /// The environments to ask for, where it gives a parameter of one: all fixed ones, and an instance of every other.
    pub asked: Vec<String>,
    /// What it expects.
    pub expectations: Vec<Expectation>,
}

/// The value of a param, as it is given from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenValue {
    /// The environment it is for; all of them where it is `None`.
    pub environment: Option<String>,
    /// The param.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Where it is written.
    pub span: Span,
}

/// Something that is expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// The statement.
    pub span: Span,
    /// What it is.
    pub what: Expected,
    /// The environments behind `in`; none where nothing stands there.
    pub environments: Vec<EnvironmentId>,
}

/// What is expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// That something passes from each of these to each of those, or is denied.
    Flow(Passing, Ends),
    /// That a chain of flows leads there, or that none does.
    Path(Presence, Ends),
    /// A finding.
    Finding {
        /// How grave it is.
        grade: Grade,
        /// The number or slug of its code, as written.
        code: Origin<String>,
        /// What it is about: `web`, or `web -> api`.
        subject: Option<Origin<String>>,
    },
    /// An object, or that there is none.
    Object {
        /// Whether it is there.
        presence: Presence,
        /// `Deployment`
        kind: Origin<String>,
        /// Its name.
        name: Origin<String>,
        /// What holds of it.
        condition: Option<Arc<[Term]>>,
    },
}

/// Two ends. A name without endpoints is the cluster's own, or an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ends {
    /// From whom.
    pub sources: Vec<NeverEnd>,
    /// To whom.
    pub destinations: Vec<NeverEnd>,
}

/// Whether a flow is to pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passing {
    /// It passes.
    Passes,
    /// It is denied.
    Denied,
}

/// Whether something is to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It is.
    There,
    /// It is not.
    Absent,
}

/// How grave a finding is that is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grade {
    /// An error.
    Error,
    /// A warning.
    Warning,
}

/// The words that part an expectation.
pub const CLAUSES: [&str; 3] = ["on", "where", "in"];

/// What stands behind `expect`, parted: what is expected, and each clause by its word.
#[derive(Debug)]
pub struct Parted<'t> {
    /// What stands before the first clause.
    pub head: &'t [Term],
    /// The word of each clause, and what stands behind it.
    pub clauses: Vec<(&'t Term, &'t [Term])>,
}

/// Parts what stands behind `expect`. Behind `where`, `in` before names alone is about environments; any other is a part of the condition.
pub fn parted(terms: &[Term]) -> Parted<'_> {
    let is_clause = |at: usize, within: Option<&str>| {
        let word = terms.get(at).and_then(Term::name)?;
        let is_own = match within {
            Some("where") => word == "in" && names_environments(terms, at),
            Some(_) | None => CLAUSES.contains(&word),
        };
        is_own.then_some(word)
    };
    // the first word says what is expected
    let mut starts: Vec<usize> = Vec::new();
    let mut within = None;
    for at in 1..terms.len() {
        if let Some(word) = is_clause(at, within) {
            starts.push(at);
            within = Some(word);
        }
    }
    let end = |index: usize| starts.get(index + 1).copied().unwrap_or(terms.len());
    let clauses = starts.iter().enumerate().filter_map(|(index, start)| {
        let (word, own) = terms.get(*start..end(index))?.split_first()?;
        Some((word, own))
    });
    let clauses = clauses.collect();
    Parted { head: terms.get(..starts.first().copied().unwrap_or(terms.len())).unwrap_or_default(), clauses }
}

/// Whether what stands behind an `in` of a condition is environments: names, and not those that `any` or `all` goes through.
fn names_environments(terms: &[Term], at: usize) -> bool {
    let is_bound = at.checked_sub(2).and_then(|before| terms.get(before));
    let is_bound = is_bound.is_some_and(|word| word.is_name("any") || word.is_name("all"));
    let behind = terms.get(at + 1);
    let are_names = behind.is_none_or(|term| match &term.kind {
        TermKind::Name(_) => true,
        TermKind::List(members) => members.iter().all(|member| member.name().is_some()),
        TermKind::Star
        | TermKind::Variable(_)
        | TermKind::Number(_)
        | TermKind::Address(_)
        | TermKind::Text(_)
        | TermKind::Template(_)
        | TermKind::Range(_)
        | TermKind::Call(_)
        | TermKind::Arrow
        | TermKind::PathArrow
        | TermKind::Equals
        | TermKind::Colon
        | TermKind::Sign(_)
        | TermKind::Bad => false,
    });
    !is_bound && are_names
}
