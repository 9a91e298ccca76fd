//! Whether findings are there that a test expects.

use super::{Outcome, Run, unmet};
use crate::diagnostic::{Diagnostic, Severity};
use crate::model::Origin;
use crate::model::test::{Expectation, Expected, Grade, Test};
use crate::registry;

/// So many findings are named in the place of one that is not there.
const MOST: usize = 4;

/// What is expected: how grave, of which code, about what.
type Wanted<'w> = (Grade, &'w Origin<String>, Option<&'w Origin<String>>);

pub(super) fn judge(run: Run<'_>, expectation: &Expectation, wanted: Wanted<'_>, outcome: &mut Outcome<'_>) {
    let (grade, code, subject) = wanted;
    let is_it = |finding: &&Diagnostic| is_met(run, expectation, wanted, finding);
    let found: Vec<&Diagnostic> = run.analysis.findings.iter().filter(is_it).collect();
    if !found.is_empty() {
        let why = found.iter().take(MOST).map(|finding| in_words(run, finding)).collect();
        return outcome.meet(expectation, why);
    }
    let what = match grade {
        Grade::Error => "error",
        Grade::Warning => "warning",
    };
    let on = subject.map(|subject| format!(" on {}", subject.value)).unwrap_or_default();
    let mut told = unmet(expectation, format!("there is no {what} {}{on}", in_full(&code.value))).here("expected here");
    for title in run.titles(expectation) {
        told = told.environment(title);
    }
    let of_code: Vec<&Diagnostic> =
        run.analysis.findings.iter().filter(|finding| is_of(finding, &code.value)).collect();
    let others = run.analysis.findings.iter().filter(|finding| finding.severity == severity(grade));
    let (said, shown): (&str, Vec<&Diagnostic>) =
        if of_code.is_empty() { ("what there is", others.collect()) } else { ("what there is of this code", of_code) };
    let mut lines: Vec<String> = shown.iter().take(MOST).map(|finding| in_words(run, finding)).collect();
    if let Some(more @ 1..) = shown.len().checked_sub(MOST) {
        lines.push(format!("and {more} more"));
    }
    let n_accepted: usize = run
        .model
        .waivers
        .iter()
        .zip(&run.analysis.waived)
        .filter(|(waiver, _)| registry::code(&waiver.code.value) == registry::code(&code.value))
        .map(|(_, accepted)| *accepted)
        .sum();
    if n_accepted > 0 {
        lines.push(format!("waivers accept {n_accepted} of this code"));
    }
    let note = if lines.is_empty() {
        format!("there is no {what} at all")
    } else {
        format!("{said}:\n  {}", lines.join("\n  "))
    };
    outcome.unmet.push(told.note(note));
}

/// Whether an error is one that an expectation of the test names.
pub(super) fn is_expected(run: Run<'_>, test: &Test, error: &Diagnostic) -> bool {
    test.expectations.iter().any(|expectation| match &expectation.what {
        Expected::Finding { grade, code, subject } => is_met(run, expectation, (*grade, code, subject.as_ref()), error),
        Expected::Flow(..) | Expected::Path(..) | Expected::Object { .. } => false,
    })
}

fn is_met(run: Run<'_>, expectation: &Expectation, (grade, code, subject): Wanted<'_>, finding: &Diagnostic) -> bool {
    let titles = run.titles(expectation);
    let is_within = titles.is_empty() || titles.iter().any(|title| finding.environments.contains(title));
    let is_about = subject.is_none_or(|subject| finding.subjects.contains(&subject.value));
    finding.severity == severity(grade) && is_of(finding, &code.value) && is_about && is_within
}

fn severity(grade: Grade) -> Severity {
    match grade {
        Grade::Error => Severity::Error,
        Grade::Warning => Severity::Warning,
    }
}

fn is_of(finding: &Diagnostic, code: &str) -> bool {
    finding.code.id == code || finding.code.slug == code
}

/// A code by number and slug.
fn in_full(code: &str) -> String {
    registry::code(code).map_or_else(|| code.to_owned(), |code| format!("{} ({})", code.id, code.slug))
}

fn in_words(run: Run<'_>, finding: &Diagnostic) -> String {
    let place = finding.span().map(|span| format!(" ({})", run.at(span))).unwrap_or_default();
    let within = if finding.environments.is_empty() {
        String::new()
    } else {
        format!(", in {}", finding.environments.join(", "))
    };
    let on = if finding.subjects.is_empty() { String::new() } else { format!(" on {}", finding.subjects.join(", ")) };
    format!("{} {}{on}: {}{within}{place}", finding.severity.name(), finding.code.id, finding.message)
}
