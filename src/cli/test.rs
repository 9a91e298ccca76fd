//! `bvlc test`

use std::path::PathBuf;
use std::time::Duration;

use super::build::internal;
use super::junit::{self, Case};
use super::report::{Detail, FormArguments, Selection, counted};
use super::spec::JudgedArguments;
use super::ui::Ui;
use super::{Exit, Fault, Session, place, system};
use crate::analyze::{Analysis, Inputs, analyze};
use crate::check::rules::is_of_tests;
use crate::check::waivers::is_unreadable;
use crate::diagnostic::render::paint::Role;
use crate::diagnostic::render::text::one_line;
use crate::diagnostic::render::{Shown, terminal};
use crate::diagnostic::{Diagnostic, Severity};
use crate::model::Test;
use crate::query::tests::{self, Objects, Outcome};
use crate::query::trial::Trial;
use crate::resolve::Mode;

const AFTER_HELP: &str = "\
Examples:
  bvlc test examples/shop
  bvlc test --only vault --junit tests.xml";

/// Run the tests of a platform
///
/// Each `test` is judged with the values that it gives; params that it does not give have their value of the command line, else
/// their default or example. Every error that a test does not expect fails it. Failures go to stdout.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Arguments {
    #[command(flatten)]
    spec: JudgedArguments,
    /// Only tests whose text holds this
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Write a report as build servers read it, in XML of the form of Ant's junit task
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    #[command(flatten)]
    form: FormArguments,
    /// Say why each expectation is met
    #[arg(short, long)]
    verbose: bool,
}

/// Columns of what a report in XML says.
const COLUMNS: usize = 120;

/// What was analyzed for tests.
struct Analyzed {
    inputs: Inputs,
    analysis: Analysis,
    /// What is built of it.
    objects: Built,
}

/// What is built of a platform.
enum Built {
    /// No test has asked.
    NotAsked,
    /// Nothing, since there is an error.
    Nothing,
    /// These.
    Objects(Objects),
}

impl Analyzed {
    fn new(inputs: Inputs, analysis: Analysis) -> Self {
        Self { inputs, analysis, objects: Built::NotAsked }
    }

    /// Builds the objects where a test is the first to ask for some.
    fn build_for(&mut self, test: &Test) -> Result<(), Fault> {
        if tests::asks_for_objects(test) && matches!(self.objects, Built::NotAsked) {
            let objects = Objects::of(&self.analysis).map_err(|disproof| internal(&disproof))?;
            self.objects = objects.map_or(Built::Nothing, Built::Objects);
        }
        Ok(())
    }

    fn objects(&self) -> Option<&Objects> {
        match &self.objects {
            Built::NotAsked | Built::Nothing => None,
            Built::Objects(objects) => Some(objects),
        }
    }
}

pub(super) fn run(arguments: &Arguments, session: &mut Session) -> Result<Exit, Fault> {
    arguments.form.apply(&mut session.ui);
    let place = arguments.spec.place(session)?;
    let base = arguments.spec.inputs(&session.here, &[], Mode::Check)?;
    let started = system::now();
    let analysis = analyze(&place.files, &place.root, &base);
    place.has_asked(analysis.sources())?;
    let judged_in = started.elapsed();
    if let Some(exit) = unreadable(arguments, session, &place, &analysis) {
        return Ok(exit);
    }
    let platform = analysis.model.as_ref().map(|model| model.platform.name.value.clone()).unwrap_or_default();
    let all: Vec<Test> = analysis.model.as_ref().map(|model| model.tests.clone()).unwrap_or_default();
    let wanted = |test: &&Test| arguments.only.as_ref().is_none_or(|only| test.text.contains(only.as_str()));
    let chosen: Vec<&Test> = all.iter().filter(wanted).collect();
    if let Some(only) = arguments.only.as_ref().filter(|_| chosen.is_empty()) {
        return Err(none_chosen(only, &all));
    }
    let mut first = Analyzed::new(base.clone(), analysis);
    let mut last: Option<Analyzed> = None;
    let mut cases: Vec<Case> = Vec::new();
    for (index, test) in chosen.iter().enumerate() {
        let started = system::now();
        let shown = Shown { sources: first.analysis.sources(), prefix: &place.prefix };
        let inputs = tests::inputs(&base, test, shown);
        let is_first = tests::are_alike(&inputs, &first.inputs);
        if !is_first && last.as_ref().is_none_or(|last| !tests::are_alike(&inputs, &last.inputs)) {
            // what was analyzed before is let go first
            drop(last.take());
            let analysis = analyze(&place.files, &place.root, &inputs);
            last = Some(Analyzed::new(inputs, analysis));
        }
        let Some(analyzed) = (if is_first { Some(&mut first) } else { last.as_mut() }) else { continue };
        analyzed.build_for(test)?;
        let shown = Shown { sources: analyzed.analysis.sources(), prefix: &place.prefix };
        let outcome = tests::judge(&analyzed.analysis, test, analyzed.objects(), shown);
        // what all tests have in common is of the first
        let beside = if index == 0 { judged_in } else { Duration::ZERO };
        write(arguments, session, (test, &outcome), shown);
        cases.push(case((test, &outcome), shown, started.elapsed() + beside));
    }
    if let Some(path) = &arguments.junit {
        let name = path.display().to_string();
        system::put(&session.here.join(path), &junit::report(&platform, &cases))
            .map_err(|error| Fault::new(format!("cannot write `{name}`: {}", place::words(&error))))?;
    }
    Ok(count(&platform, &cases, &mut session.ui))
}

/// Shows what keeps tests from being read: what a platform means of which a part cannot be read, nobody knows.
fn unreadable(arguments: &Arguments, session: &mut Session, place: &place::Place, analysis: &Analysis) -> Option<Exit> {
    let is_it = |finding: &&Diagnostic| {
        finding.severity == Severity::Error && (is_unreadable(finding.code) || is_of_tests(finding.code))
    };
    let findings: Vec<&Diagnostic> = analysis.findings.iter().filter(is_it).collect();
    if findings.is_empty() && analysis.model.is_some() {
        return None;
    }
    let trial = Trial::new(&place.files, &place.root, analysis);
    let selection = arguments.form.select(findings, Detail::Counted).tried(&trial);
    let shown = Shown { sources: analysis.sources(), prefix: &place.prefix };
    selection.write(shown, session.ui.out());
    selection.count_line(session.ui.err());
    session.ui.err().remark("no test was run: mend what cannot be read first");
    Some(Exit::Findings)
}

fn none_chosen(only: &str, all: &[Test]) -> Fault {
    let fault = Fault::new(format!("no test's text holds `{}`", one_line(only)));
    match all {
        [] => fault.hint("the platform has no tests"),
        [first, ..] => {
            fault.hint(format!("there are {}, such as \"{}\"", counted(all.len(), "test"), one_line(&first.text)))
        }
    }
}

/// Writes the line of a test, and what there is to say of it.
fn write(arguments: &Arguments, session: &mut Session, (test, outcome): (&Test, &Outcome<'_>), shown: Shown<'_>) {
    let out = session.ui.out();
    let passed = outcome.is_passed();
    if !out.is_for_programs() {
        let (word, role) = if passed { ("ok    ", Role::Good) } else { ("FAILED", Role::Error) };
        let word = out.paint(role, word);
        out.line(&format!("{word} {}", one_line(&test.text)));
    }
    if !passed {
        let selection: Selection<'_> =
            arguments.form.select(outcome.unmet.iter().chain(outcome.errors.iter().copied()), Detail::Counted);
        selection.write(shown, out);
    }
    if arguments.verbose && !out.is_for_programs() {
        for met in &outcome.met {
            let line = shown.sources.position(met.span).line;
            let text = one_line(shown.sources.text(met.span));
            out.line(&format!("  {text}  {}:{line}", shown.path(met.span)));
            for why in &met.why {
                let why = out.paint(Role::Faint, &format!("    {}", one_line_kept(why)));
                out.line(&why);
            }
        }
    }
}

/// A line with its indentation.
fn one_line_kept(text: &str) -> String {
    let rest = text.trim_start();
    format!("{}{}", " ".repeat(text.len() - rest.len()), one_line(rest))
}

fn case((test, outcome): (&Test, &Outcome<'_>), shown: Shown<'_>, time: Duration) -> Case {
    let findings = outcome.unmet.iter().chain(outcome.errors.iter().copied());
    let look = terminal::Look { width: COLUMNS, ..terminal::Look::default() };
    let failures = findings.map(|finding| junit::Failure {
        code: finding.code.id,
        message: finding.message.clone(),
        text: terminal::render(finding, shown, &look),
    });
    Case { name: test.text.clone(), time, failures: failures.collect() }
}

/// Says how many tests there were, and how the command ends.
fn count(platform: &str, cases: &[Case], ui: &mut Ui) -> Exit {
    let n_failed = cases.iter().filter(|case| !case.failures.is_empty()).count();
    let err = ui.err();
    if cases.is_empty() {
        err.remark(&format!(
            "{platform}: there are no tests; `test \"web reaches the api\" {{ expect flow web -> api.http }}` would be one"
        ));
        return Exit::Clean;
    }
    let n_passed = cases.len() - n_failed;
    let failed = if n_failed > 0 {
        format!(", {}", err.paint(Role::Error, &format!("{n_failed} failed")))
    } else {
        String::new()
    };
    err.remark(&format!("{platform}: {}, {n_passed} passed{failed}", counted(cases.len(), "test")));
    if n_failed > 0 { Exit::Findings } else { Exit::Clean }
}
