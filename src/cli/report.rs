//! Findings as a command shows them, in the form that is asked for.
//!
//! Invariants: every form shows the same findings in the same order, by place, but what could not be read first and hints
//! last; the human form is cut after `--max`, says so, and
//! still counts all.

use std::borrow::Cow;
use std::cmp::Reverse;

use clap::ValueEnum;

use super::ui::{Stream, Ui};
use super::{Exit, Fault};
use crate::diagnostic::render::paint::Role;
use crate::diagnostic::render::positions::Positions;
use crate::diagnostic::render::{Shown, concise, json, terminal};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::query::trial::Trial;
use crate::registry;
use crate::syntax;

/// The most findings that the human form shows unless it is asked for more.
const MOST_SHOWN: usize = 200;

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum MessageFormat {
    /// With the lines of the spec, for people
    #[default]
    Human,
    /// One line each: path:line:column: severity[CODE]: message (in environments)
    Concise,
    /// One JSON object a line, as docs/diagnostic.schema.json describes
    Json,
}

/// What is counted as a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Deny {
    /// Warnings end with exit code 1 as errors do, also those that stay where a waiver accepts what a cluster refuses
    Warnings,
}

/// The form in which findings are shown.
#[derive(Debug, clap::Args)]
pub(super) struct FormArguments {
    /// How findings are written
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    message_format: MessageFormat,
    /// The most findings that the human form shows
    #[arg(long, default_value_t = MOST_SHOWN, value_name = "N")]
    max: usize,
    /// What ends with exit code 1 beside errors
    #[arg(long, value_enum, value_name = "WHAT")]
    deny: Option<Deny>,
}

/// Which findings are shown, and in which form.
#[derive(Debug, clap::Args)]
pub(super) struct ReportArguments {
    #[command(flatten)]
    pub(super) form: FormArguments,
    /// Only findings of this code, by number or slug (repeats)
    #[arg(long, value_name = "CODE")]
    only: Vec<String>,
}

/// Which findings are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// Errors and warnings.
    Counted,
    /// Hints as well.
    All,
}

impl Detail {
    /// How grave a finding is at least that is shown.
    pub(super) fn least(self) -> Severity {
        match self {
            Self::Counted => Severity::Warning,
            Self::All => Severity::Hint,
        }
    }
}

/// The findings that a command shows.
#[derive(Debug)]
pub(super) struct Selection<'a> {
    findings: Vec<Cow<'a, Diagnostic>>,
    form: MessageFormat,
    max: usize,
    deny: Option<Deny>,
    on_disk: OnDisk,
}

/// Whether the text that findings are about is in files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OnDisk {
    /// It is.
    Yes,
    /// It came from stdin.
    No,
}

impl FormArguments {
    /// Whether programs read it.
    pub(super) fn is_for_programs(&self) -> bool {
        self.message_format == MessageFormat::Json
    }

    /// Leaves what only people want out of the streams where programs read the findings.
    pub(super) fn apply(&self, ui: &mut Ui) {
        if self.is_for_programs() {
            ui.for_programs();
        }
    }

    /// The findings that are to be shown.
    pub(super) fn select<'a>(
        &self,
        findings: impl IntoIterator<Item = &'a Diagnostic>,
        detail: Detail,
    ) -> Selection<'a> {
        let is_shown = |finding: &&Diagnostic| finding.severity >= detail.least();
        let mut findings: Vec<Cow<'a, Diagnostic>> = findings.into_iter().filter(is_shown).map(Cow::Borrowed).collect();
        findings.sort_by_key(|finding| rank(finding));
        Selection { findings, form: self.message_format, max: self.max, deny: self.deny, on_disk: OnDisk::Yes }
    }
}

impl ReportArguments {
    /// The findings that are to be shown.
    ///
    /// # Errors
    /// Where `--only` names no code.
    pub(super) fn select<'a>(
        &self,
        findings: impl IntoIterator<Item = &'a Diagnostic>,
        detail: Detail,
    ) -> Result<Selection<'a>, Fault> {
        let only: Vec<&'static Code> = self.only.iter().map(|name| code(name)).collect::<Result<_, _>>()?;
        let mut selection = self.form.select(findings, detail);
        selection.findings.retain(|finding| only.is_empty() || only.contains(&finding.code));
        Ok(selection)
    }
}

/// The code of a number or slug.
///
/// # Errors
/// Where there is none.
pub(super) fn code(name: &str) -> Result<&'static Code, Fault> {
    registry::code(name).ok_or_else(|| {
        let fault = Fault::new(format!("there is no code `{name}`"));
        match registry::nearest_code(name) {
            Some(near) => fault.hint(format!("did you mean `{near}`?")),
            None => match registry::hundred(name) {
                Some((first, last)) => fault.hint(format!(
                    "those of that hundred are within {first} to {last}; `bvlc list codes` lists them all"
                )),
                None => fault.hint("`bvlc list codes` lists them all"),
            },
        }
    })
}

impl<'a> Selection<'a> {
    /// All errors and warnings, for people: what a command shows that cannot answer because of them.
    pub(super) fn for_people(findings: impl IntoIterator<Item = &'a Diagnostic>) -> Self {
        let is_counted = |finding: &&Diagnostic| finding.severity != Severity::Hint;
        let mut findings: Vec<Cow<'a, Diagnostic>> =
            findings.into_iter().filter(is_counted).map(Cow::Borrowed).collect();
        findings.sort_by_key(|finding| rank(finding));
        Self { findings, form: MessageFormat::Human, max: MOST_SHOWN, deny: None, on_disk: OnDisk::Yes }
    }

    /// The same with the fixes tried that are shown.
    pub(super) fn tried(mut self, trial: &Trial<'_>) -> Self {
        let n_shown = match self.form {
            MessageFormat::Human => self.max,
            MessageFormat::Json => usize::MAX,
            MessageFormat::Concise => 0,
        };
        let shown = self.findings.iter_mut().take(n_shown).filter(|finding| !finding.fixes.is_empty());
        let mut shown: Vec<&mut Cow<'a, Diagnostic>> = shown.collect();
        let mut judged: Vec<Diagnostic> = shown.iter().map(|finding| (***finding).clone()).collect();
        trial.judge(&mut judged);
        for (finding, judged) in shown.iter_mut().zip(judged) {
            **finding = Cow::Owned(judged);
        }
        self
    }

    /// The same about a text that came from stdin.
    pub(super) fn of_stdin(self) -> Self {
        Self { on_disk: OnDisk::No, ..self }
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }

    /// How many are of a severity.
    pub(super) fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    /// How the command ends.
    pub(super) fn exit(&self) -> Exit {
        let denied = match self.deny {
            Some(Deny::Warnings) => self.count(Severity::Warning),
            None => 0,
        };
        if self.count(Severity::Error) + denied > 0 { Exit::Findings } else { Exit::Clean }
    }

    /// Writes them.
    pub(super) fn write(&self, shown: Shown<'_>, stream: &mut Stream) {
        let mut positions = Positions::new(shown.sources);
        match self.form {
            MessageFormat::Human => self.write_for_people(shown, stream),
            MessageFormat::Concise => {
                for finding in &self.findings {
                    stream.line(&concise::render(finding, shown, &mut positions));
                }
            }
            MessageFormat::Json => {
                for finding in &self.findings {
                    stream.line(&json::render(finding, shown, &mut positions));
                }
            }
        }
    }

    fn write_for_people(&self, shown: Shown<'_>, stream: &mut Stream) {
        for finding in self.findings.iter().take(self.max) {
            if stream.is_closed() {
                return;
            }
            let report = terminal::render(finding, shown, &stream.look);
            stream.line(&report);
        }
        if let Some(more @ 1..) = self.findings.len().checked_sub(self.max) {
            let verb = if more == 1 { "is" } else { "are" };
            stream.line(&format!("{more} more {verb} not shown; `--max {}` shows all\n", self.findings.len()));
        }
    }

    /// The line that counts them: `2 errors, 1 warning in 2 files`. Nothing where there are none, and nothing for
    /// programs, which can count.
    pub(super) fn count_line(&self, stream: &mut Stream) {
        if self.form == MessageFormat::Json {
            return;
        }
        let severities = [Severity::Error, Severity::Warning, Severity::Hint];
        let counts: Vec<String> = severities
            .into_iter()
            .map(|severity| (severity, self.count(severity)))
            .filter(|(_, count)| *count > 0)
            .map(|(severity, count)| stream.paint(terminal::role(severity), &counted(count, severity.name())))
            .collect();
        if counts.is_empty() {
            return;
        }
        let mut files: Vec<_> = self.findings.iter().filter_map(|finding| Some(finding.span()?.file)).collect();
        files.sort();
        files.dedup();
        let mut line = format!("{} in {}", counts.join(", "), counted(files.len(), "file"));
        if self.form == MessageFormat::Human {
            // what is read from stdin is mended by whoever wrote it
            let is_on_disk = self.on_disk == OnDisk::Yes;
            let n_safe = self.findings.iter().filter(|finding| is_on_disk && finding.safe_fix().is_some()).count();
            let mend = if n_safe > 0 { format!("; `bvlc check --fix` mends {n_safe}") } else { String::new() };
            let explained: Vec<String> =
                self.explained().into_iter().map(|code| format!("`bvlc explain {code}`")).collect();
            let verb = if explained.len() == 1 { "says" } else { "say" };
            let more = format!("{mend}; {} {verb} more", listed(&explained));
            line.push_str(&stream.paint(Role::Faint, &more));
        }
        stream.line(&line);
        if let Some(choose) = self.choose() {
            stream.line(&stream.paint(Role::Faint, &choose));
        }
    }

    /// The codes that the line names, the gravest first.
    fn explained(&self) -> Vec<&'static str> {
        let mut gravest: Vec<&Cow<'_, Diagnostic>> = self.findings.iter().collect();
        gravest.sort_by_key(|finding| Reverse(finding.severity));
        let mut codes: Vec<&'static str> = Vec::new();
        for finding in gravest {
            if codes.len() < MOST_EXPLAINED && !codes.contains(&finding.code.id) {
                codes.push(finding.code.id);
            }
        }
        codes
    }

    /// How fixes are applied that `--fix` leaves alone, where one is shown.
    fn choose(&self) -> Option<String> {
        if self.form != MessageFormat::Human || self.on_disk == OnDisk::No {
            return None;
        }
        let mut shown = self.findings.iter().take(self.max).filter(|finding| finding.safe_fix().is_none());
        let offered = |finding: &Cow<'_, Diagnostic>| Some((finding.code.id, finding.offered().next()?.0));
        let (code, number) = shown.find_map(offered)?;
        Some(format!("to apply a fix: `bvlc check --choose {code}:{number}`"))
    }
}

/// So many codes are named of which more can be read.
const MOST_EXPLAINED: usize = 3;

/// What is shown first: what could not be read, since it may be the cause of the rest; last what need not be mended.
fn rank(finding: &Diagnostic) -> u8 {
    match finding.severity {
        Severity::Error if syntax::CODES.contains(&finding.code) => 0,
        Severity::Error | Severity::Warning => 1,
        Severity::Hint => 2,
    }
}

/// `a`, `a and b`, `a, b and c`.
fn listed(names: &[String]) -> String {
    match names {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => names.concat(),
    }
}

/// A number and what is counted: `1 file`, `2 files`.
pub(super) fn counted(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
