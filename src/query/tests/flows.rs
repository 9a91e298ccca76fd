//! Whether flows pass that a test expects to pass, and are denied that it expects to be: by the answer of `explain flow`.

use super::{Outcome, Run, join, unmet};
use crate::diagnostic::Diagnostic;
use crate::model::flow::NeverEnd;
use crate::model::test::{Ends, Expectation, Passing};
use crate::query::explain::endpoint::Unknown;
use crate::query::explain::flow::{Answer, Question, Reason, Verdict, flow};
use crate::query::explain::words::{Said, said};
use crate::source::Span;

pub(super) fn judge(
    run: Run<'_>,
    expectation: &Expectation,
    (passing, ends): (Passing, &Ends),
    outcome: &mut Outcome<'_>,
) {
    let mut unmet: Vec<Diagnostic> = Vec::new();
    let mut why = Vec::new();
    for source in &ends.sources {
        for target in &ends.destinations {
            for answer in answers(run, expectation, source, target) {
                match answer {
                    Ok(answer) => {
                        if let Some(told) = denied_or_not(run, expectation, (passing, target), &answer) {
                            join(&mut unmet, told);
                            continue;
                        }
                        let said = in_words(run, &answer);
                        why.push(format!("{}: {}", said.question, said.verdict));
                        why.extend(said.reasons.iter().chain(&said.halves).map(|line| format!("  {line}")));
                    }
                    Err(unknown) => join(&mut unmet, apart(expectation, (source, target), &unknown)),
                }
            }
        }
    }
    if unmet.is_empty() {
        outcome.meet(expectation, why);
    }
    outcome.unmet.extend(unmet);
}

/// The answers for all environments behind `in`, each by itself; where nothing stands there, for all that have both ends.
fn answers(
    run: Run<'_>,
    expectation: &Expectation,
    source: &NeverEnd,
    target: &NeverEnd,
) -> Vec<Result<Answer, Unknown>> {
    let titles = run.titles(expectation);
    let groups: Vec<&[String]> = if titles.is_empty() { vec![&[]] } else { titles.chunks(1).collect() };
    let path = target.port.as_ref().map_or_else(|| target.name.clone(), |port| format!("{}.{port}", target.name));
    let mut all = Vec::new();
    for environments in groups {
        let question = Question { source: &source.name, target: &path, environments };
        match flow(run.model, &run.analysis.graph, question) {
            Ok(answers) if answers.is_empty() => all.push(Err(Unknown {
                what: format!("no environment sees both `{}` and", source.name),
                name: target.name.clone(),
                near: None,
            })),
            Ok(answers) => all.extend(answers.into_iter().map(Ok)),
            Err(unknown) => all.push(Err(unknown)),
        }
    }
    all
}

fn in_words(run: Run<'_>, answer: &Answer) -> Said {
    said(answer, run.shown.sources, &|span| run.at(span))
}

/// What is said of an answer that is not the one that is expected.
fn denied_or_not(
    run: Run<'_>,
    expectation: &Expectation,
    (passing, end): (Passing, &NeverEnd),
    answer: &Answer,
) -> Option<Diagnostic> {
    let Answer { source, target, verdict, .. } = answer;
    let at = end.port.as_ref().map(|port| format!(".{port}")).unwrap_or_default();
    let target = format!("{target}{at}");
    let told = match (passing, verdict) {
        (Passing::Passes, Verdict::Allowed(_) | Verdict::Open) | (Passing::Denied, Verdict::Denied { .. }) => {
            return None;
        }
        (Passing::Passes, Verdict::Denied { .. }) => {
            unmet(expectation, format!("{source} does not reach {target}")).here("expected to pass")
        }
        (Passing::Denied, Verdict::Open) => {
            unmet(expectation, format!("nothing denies {source} -> {target}")).here("expected to be denied")
        }
        (Passing::Denied, Verdict::Allowed(ports)) => {
            let reasons = ports.iter().flat_map(|port| &port.reasons);
            let told = unmet(expectation, format!("{source} reaches {target}")).here("expected to be denied");
            reasons.fold(told, |told, reason| match reason {
                Reason::Stated { place, .. } => again(told, *place, "allowed here"),
                Reason::Shared { place, .. } => again(told, *place, "it has the same addresses"),
                Reason::Derived(derived) => again(told, derived.cause, "it follows from this"),
            })
        }
    };
    let said = in_words(run, answer);
    let told = said.reasons.into_iter().chain(said.halves).fold(told, Diagnostic::note);
    Some(answer.environments.iter().fold(told, |told, title| told.environment(title.clone())))
}

/// What is said of two ends that are together nowhere.
fn apart(expectation: &Expectation, (source, target): (&NeverEnd, &NeverEnd), unknown: &Unknown) -> Diagnostic {
    let told = unmet(expectation, format!("{} `{}`", unknown.what, unknown.name))
        .here(format!("nothing passes or is denied between {} and {}", source.name, target.name));
    match &unknown.near {
        Some(near) => told.help(format!("did you mean `{near}`?")),
        None => told.help("name environments that have both behind `in`, or take the expectation out"),
    }
}

/// Shows a place, once.
fn again(told: Diagnostic, place: Span, message: &str) -> Diagnostic {
    if told.labels.iter().any(|label| label.span == place) { told } else { told.label(place, message) }
}
