//! Whether a platform is what its tests expect.
//!
//! Invariants: a test knows nothing but an analysis, and the objects that are made of it and proven; every expectation is met or said not to be, and
//! every error that none expects is said.

mod findings;
mod flows;
#[cfg(test)]
mod laws;
mod objects;
mod paths;
mod value;

use std::collections::BTreeSet;

use crate::analyze::{Analysis, Inputs, ParamInput};
use crate::check::rules::BVL1005;
use crate::diagnostic::render::Shown;
use crate::diagnostic::{Content, Diagnostic, Severity};
use crate::model::test::{Expectation, Expected, Test};
use crate::model::{EnvironmentId, Model};
use crate::source::Span;

pub use self::objects::{Asked, Objects};

/// What came of a test.
#[derive(Debug, Default)]
pub struct Outcome<'a> {
    /// The expectations that are not met.
    pub unmet: Vec<Diagnostic>,
    /// The errors that no expectation names.
    pub errors: Vec<&'a Diagnostic>,
    /// The expectations that are met.
    pub met: Vec<Met>,
}

/// An expectation that is met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Met {
    /// The expectation.
    pub span: Span,
    /// Why, a line each.
    pub why: Vec<String>,
}

impl Outcome<'_> {
    /// Whether the test holds.
    pub fn is_passed(&self) -> bool {
        self.unmet.is_empty() && self.errors.is_empty()
    }

    fn meet(&mut self, expectation: &Expectation, why: Vec<String>) {
        self.met.push(Met { span: expectation.span, why });
    }
}

/// What a test is judged by.
#[derive(Clone, Copy)]
struct Run<'a> {
    analysis: &'a Analysis,
    model: &'a Model,
    shown: Shown<'a>,
}

impl<'a> Run<'a> {
    /// Where something is stated, as the user would open it.
    fn at(self, span: Span) -> String {
        format!("{}:{}", self.shown.path(span), self.shown.sources.position(span).line)
    }

    /// The environments behind `in`.
    fn titles(self, expectation: &Expectation) -> Vec<String> {
        expectation.environments.iter().map(|id| self.title(*id).to_owned()).collect()
    }

    fn title(self, environment: EnvironmentId) -> &'a str {
        self.model.environment_title(environment)
    }
}

/// What is said of an expectation that is not met.
fn unmet(expectation: &Expectation, title: impl Into<String>) -> Diagnostic {
    Diagnostic::new(&BVL1005, expectation.span, title)
}

/// Adds what is said of an expectation: what differs by its environment alone is told once.
fn join(all: &mut Vec<Diagnostic>, told: Diagnostic) {
    let is_same = |known: &&mut Diagnostic| {
        known.message == told.message && known.labels == told.labels && known.help == told.help
    };
    let Some(known) = all.iter_mut().find(is_same) else { return all.push(told) };
    let Content { environments, notes, .. } = told.into_content();
    for title in environments.into_iter().filter(|title| !known.environments.contains(title)).collect::<Vec<_>>() {
        known.environments.push(title);
    }
    for note in notes.into_iter().filter(|note| !known.notes.contains(note)).collect::<Vec<_>>() {
        known.notes.push(note);
    }
}

/// What the compiler is asked for a test, where `base` is what it is asked without.
pub fn inputs(base: &Inputs, test: &Test, shown: Shown<'_>) -> Inputs {
    let mut inputs = base.clone();
    for given in &test.given {
        inputs.params.retain(|known| (&known.environment, &known.name) != (&given.environment, &given.name));
        let line = shown.sources.position(given.span).line;
        inputs.params.push(ParamInput {
            environment: given.environment.clone(),
            name: given.name.clone(),
            value: given.value.clone(),
            given_by: format!("{}:{line}", shown.sources.path(given.span)),
        });
    }
    if !test.asked.is_empty() {
        inputs.environments.clone_from(&test.asked);
    }
    inputs
}

/// Whether two tests are judged by one analysis.
pub fn are_alike(one: &Inputs, other: &Inputs) -> bool {
    let values = |inputs: &Inputs| -> BTreeSet<(Option<String>, String, String)> {
        let params = inputs.params.iter();
        params.map(|input| (input.environment.clone(), input.name.clone(), input.value.clone())).collect()
    };
    one.environments == other.environments && values(one) == values(other)
}

/// Whether a test asks for objects.
pub fn asks_for_objects(test: &Test) -> bool {
    test.expectations.iter().any(|one| matches!(one.what, Expected::Object { .. }))
}

/// Judges a test, by what was analyzed with its values. `objects` are those of the analysis, where there are any.
pub fn judge<'a>(analysis: &'a Analysis, test: &Test, objects: Option<&Objects>, shown: Shown<'a>) -> Outcome<'a> {
    let mut outcome = Outcome::default();
    let model = analysis.model.as_ref();
    // with its values its names may stand for something else, and its texts say something else
    let own = model.and_then(|model| model.tests.iter().find(|known| known.span == test.span));
    let errors = analysis.findings.iter().filter(|finding| finding.severity == Severity::Error);
    let (Some(model), Some(own)) = (model, own) else {
        outcome.errors = errors.collect();
        if outcome.errors.is_empty() {
            let told = Diagnostic::new(&BVL1005, test.span, "with its values the test cannot be read");
            outcome.unmet.push(told.here("nothing of it is judged"));
        }
        return outcome;
    };
    let run = Run { analysis, model, shown };
    for expectation in &own.expectations {
        match &expectation.what {
            Expected::Flow(passing, ends) => flows::judge(run, expectation, (*passing, ends), &mut outcome),
            Expected::Path(presence, ends) => paths::judge(run, expectation, (*presence, ends), &mut outcome),
            Expected::Finding { grade, code, subject } => {
                findings::judge(run, expectation, (*grade, code, subject.as_ref()), &mut outcome);
            }
            Expected::Object { presence, kind, name, condition } => {
                let asked = Asked { presence: *presence, kind, name, condition: condition.as_deref() };
                objects::judge(run, expectation, asked, objects, &mut outcome);
            }
        }
    }
    outcome.errors = errors.filter(|error| !findings::is_expected(run, own, error)).collect();
    outcome
}
