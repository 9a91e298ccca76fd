//! What checks find of one declaration: in its own words, in overlays that change it, and wherever it is what a finding is
//! about.
//!
//! Invariant: whatever `bvlc check` shows of it by default is here, too, and nothing else.

use super::lenses::{Spoken, is_of};
use super::{Role, Symbol, View, context};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Span;
use crate::syntax::Statement;
use crate::value::Term;

/// What is found of a service, job, managed workload or external, of an overlay in its environment, in order of place; `None`
/// while the files cannot be understood well enough to check anything.
pub fn verdict<'v>(view: &'v View, spoken: &Spoken) -> Option<Vec<&'v Diagnostic>> {
    view.analysis.model.as_ref()?;
    let name = spoken.name.as_str();
    let own = statements(view, name);
    let is_about = |subject: &String| subject.split(" -> ").any(|end| end.split('.').next() == Some(name));
    let is_own = |place: Span| own.iter().any(|statement| statement.contains(place));
    let is_there = |finding: &Diagnostic| {
        let wanted = spoken.environment.as_deref();
        let holds = |wanted| finding.environments.iter().any(|title| is_of(title, wanted));
        finding.environments.is_empty() || wanted.is_none_or(holds)
    };
    let concerns = |finding: &&Diagnostic| {
        finding.severity != Severity::Hint
            && is_there(finding)
            && (finding.subjects.iter().any(is_about) || finding.span().is_some_and(is_own))
    };
    Some(view.analysis.findings.iter().filter(concerns).collect())
}

/// What it comes to, in a few words: `check ✓`, `2 errors, 1 warning`.
pub fn title(findings: &[&Diagnostic]) -> String {
    let count = |severity: Severity| match findings.iter().filter(|finding| finding.severity == severity).count() {
        0 => None,
        1 => Some(format!("1 {}", severity.name())),
        n => Some(format!("{n} {}s", severity.name())),
    };
    let counts: Vec<String> = [Severity::Error, Severity::Warning].into_iter().filter_map(count).collect();
    if counts.is_empty() { "check \u{2713}".to_owned() } else { counts.join(", ") }
}

/// The statements that declare it and the overlays that change it, in all files.
fn statements(view: &View, name: &str) -> Vec<Span> {
    let places = view.names.places(&Symbol::Endpoint(name.into())).into_iter();
    let stated = places.filter(|(_, role)| matches!(role, Role::Definition | Role::Overlay));
    stated.filter_map(|(place, _)| Some(statement(view, place)?.span)).collect()
}

/// The statement whose name stands at a place.
fn statement(view: &View, place: Span) -> Option<&Statement> {
    let (file, tree) = view.file(place.file)?;
    let around = context::at(file, tree, place.start);
    let (found, _) = around.statement?;
    let named = found.terms.first().and_then(Term::named);
    named.is_some_and(|(_, at, _)| at == place).then_some(found)
}
