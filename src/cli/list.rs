//! `bvlc list`

use clap::ValueEnum;
use serde::Serialize;

use super::report::{self, Detail};
use super::ui::Stream;
use super::{Exit, Fault, Session, spec, table};
use crate::analyze::{Analysis, analyze};
use crate::diagnostic::render::Shown;
use crate::query::list;
use crate::registry;
use crate::resolve::Mode;

const AFTER_HELP: &str = "\
Examples:
  bvlc list flows examples/bitvault
  bvlc list words";

/// List what a platform or the language has
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Arguments {
    /// What is to be listed
    #[arg(value_enum)]
    topic: Topic,
    #[command(flatten)]
    spec: spec::Arguments,
    /// The form of the list
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Topic {
    /// The platform's environments
    Environments,
    /// Its services, managed workloads and externals, in each environment
    Workloads,
    /// Who may talk to whom, declared and derived
    Flows,
    /// What is checked
    Checks,
    /// Every code that bvlc reports
    Codes,
    /// The words of the language
    Words,
    /// The modules of the standard library
    Modules,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Format {
    /// Columns
    #[default]
    Text,
    /// One JSON object a line
    Json,
}

pub(super) fn run(arguments: &Arguments, session: &mut Session) -> Result<Exit, Fault> {
    let format = arguments.format;
    match arguments.topic {
        Topic::Checks => codes(crate::check::all().map(|check| check.code), format, session.ui.out()),
        Topic::Codes => codes(registry::codes(), format, session.ui.out()),
        Topic::Words => {
            let rows: Vec<_> = registry::words().collect();
            write(&rows, format, session.ui.out(), |row| [row.block.clone(), row.word.to_owned(), first_sentence(row.doc)]);
        }
        Topic::Modules => {
            let rows: Vec<_> = registry::modules().collect();
            write(&rows, format, session.ui.out(), |row| [row.name.clone(), row.classes.join(", ")]);
        }
        Topic::Environments | Topic::Workloads | Topic::Flows => return of_platform(arguments, session),
    }
    Ok(Exit::Clean)
}

fn of_platform(arguments: &Arguments, session: &mut Session) -> Result<Exit, Fault> {
    let place = arguments.spec.place(session)?;
    let inputs = arguments.spec.inputs(&session.here, &[], Mode::Check)?;
    let analysis: Analysis = analyze(&place.files, &place.root, &inputs);
    let Some(model) = &analysis.model else {
        let selection = report::Arguments::default().select(&analysis.findings, Detail::Counted)?;
        let shown = Shown { sources: analysis.sources(), prefix: &place.prefix };
        selection.write(shown, session.ui.err());
        selection.count_line(session.ui.err());
        return Ok(Exit::Findings);
    };
    let (format, out) = (arguments.format, session.ui.out());
    match arguments.topic {
        Topic::Environments => write(&list::environments(model), format, out, |row| {
            let workloads = report::counted(row.workloads, "workload");
            [row.name.clone(), row.namespace.clone(), row.profile.to_owned(), workloads, row.traits.join(", ")]
        }),
        Topic::Workloads => write(&list::endpoints(model, analysis.sources()), format, out, |row| {
            let name = format!("{}/{}", row.word, row.name);
            let ports = row.ports.join(", ");
            [row.environment.clone(), name, row.replicas.clone(), ports, format!("{}{}", place.prefix, row.place)]
        }),
        _ => write(&list::flows(&analysis), format, out, |row| {
            let flow = format!("{} -> {}", row.source, row.target);
            let why = if row.reason.is_empty() { row.why.clone() } else { format!("{}: {}", row.why, row.reason) };
            [row.environment.clone(), flow, why]
        }),
    }
    Ok(Exit::Clean)
}

#[derive(Serialize)]
struct CodeRow {
    code: &'static str,
    slug: &'static str,
    severity: &'static str,
    since: &'static str,
}

fn codes(codes: impl Iterator<Item = &'static crate::diagnostic::Code>, format: Format, out: &mut Stream) {
    let rows: Vec<CodeRow> = codes
        .map(|code| CodeRow { code: code.id, slug: code.slug, severity: code.severity.name(), since: code.since })
        .collect();
    write(&rows, format, out, |row| [row.code.to_owned(), row.severity.to_owned(), row.slug.to_owned()]);
}

fn write<T: Serialize, const N: usize>(rows: &[T], format: Format, out: &mut Stream, cells: impl Fn(&T) -> [String; N]) {
    match format {
        Format::Json => rows.iter().for_each(|row| out.line(&serde_json::to_string(row).unwrap_or_default())),
        Format::Text => {
            let rows: Vec<[String; N]> = rows.iter().map(cells).collect();
            table::lines(&rows).iter().for_each(|line| out.line(&crate::diagnostic::render::text::one_line(line)));
        }
    }
}

fn first_sentence(doc: &str) -> String {
    doc.split_inclusive(". ").next().unwrap_or_default().trim_end().to_owned()
}
