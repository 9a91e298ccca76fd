//! `bvlc list`

use clap::ValueEnum;
use serde::Serialize;

use super::place::Place;
use super::report::{Selection, counted};
use super::spec::SpecArguments;
use super::ui::Stream;
use super::{Exit, Fault, Session, table};
use crate::analyze::{Analysis, analyze};
use crate::diagnostic::render::Shown;
use crate::diagnostic::render::text::one_line;
use crate::model::Model;
use crate::query::list;
use crate::query::reference::errors::summary;
use crate::query::reference::first_sentence;
use crate::query::trial::Trial;
use crate::registry::{self, ModuleRow, WordRow};
use crate::resolve::Mode;

const AFTER_HELP: &str = "\
Examples:
  bvlc list flows examples/bitvault
  bvlc list words";

/// List what a platform or the language has
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP, arg_required_else_help = true)]
pub(super) struct Arguments {
    /// What is to be listed
    #[arg(value_enum)]
    topic: Topic,
    #[command(flatten)]
    spec: SpecArguments,
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
        Topic::Environments => of_platform(arguments, session, environments),
        Topic::Workloads => of_platform(arguments, session, workloads),
        Topic::Flows => of_platform(arguments, session, flows),
        Topic::Checks => Ok(codes(crate::check::all().map(|check| check.code), format, session.ui.out())),
        Topic::Codes => Ok(codes(registry::codes(), format, session.ui.out())),
        Topic::Words => {
            let rows: Vec<WordRow> = registry::words().collect();
            let cells = |row: &WordRow| {
                let path = format!("{} {}", row.block, row.word);
                [path.trim_start().to_owned(), first_sentence(row.doc).to_owned()]
            };
            Ok(write(&rows, format, session.ui.out(), cells))
        }
        Topic::Modules => {
            let rows: Vec<ModuleRow> = registry::modules().collect();
            Ok(write(&rows, format, session.ui.out(), |row| [row.name.clone(), row.classes.join(", ")]))
        }
    }
}

/// A platform to list from.
struct Listed<'a> {
    model: &'a Model,
    analysis: &'a Analysis,
    place: &'a Place,
    format: Format,
}

fn of_platform(
    arguments: &Arguments,
    session: &mut Session,
    rows: fn(&Listed<'_>, &mut Stream) -> Exit,
) -> Result<Exit, Fault> {
    let place = arguments.spec.place(session)?;
    let inputs = arguments.spec.inputs(&session.here, &[], Mode::Check)?;
    let analysis = analyze(&place.files, &place.root, &inputs);
    place.has_asked(analysis.sources())?;
    let Some(model) = &analysis.model else {
        let selection =
            Selection::for_people(&analysis.findings).tried(&Trial::new(&place.files, &place.root, &analysis));
        let shown = Shown { sources: analysis.sources(), prefix: &place.prefix };
        selection.write(shown, session.ui.err());
        selection.count_line(session.ui.err());
        return Ok(Exit::Findings);
    };
    let listed = Listed { model, analysis: &analysis, place: &place, format: arguments.format };
    Ok(rows(&listed, session.ui.out()))
}

fn environments(listed: &Listed<'_>, out: &mut Stream) -> Exit {
    write(&list::environments(listed.model), listed.format, out, |row| {
        let workloads = counted(row.workloads, "workload");
        [row.name.clone(), row.namespace.clone(), row.profile.to_owned(), workloads, row.traits.join(", ")]
    })
}

fn workloads(listed: &Listed<'_>, out: &mut Stream) -> Exit {
    write(&list::endpoints(listed.model, listed.analysis.sources()), listed.format, out, |row| {
        let name = format!("{}/{}", row.word, row.name);
        let place = format!("{}{}", listed.place.prefix, row.place);
        [row.environment.clone(), name, row.replicas.clone(), row.ports.join(", "), place]
    })
}

fn flows(listed: &Listed<'_>, out: &mut Stream) -> Exit {
    write(&list::flows(listed.analysis), listed.format, out, |row| {
        let flow = format!("{} -> {}", row.source, row.target);
        let why = if row.reason.is_empty() { row.why.clone() } else { format!("{}: {}", row.why, row.reason) };
        [row.environment.clone(), flow, why]
    })
}

#[derive(Serialize)]
struct CodeRow {
    code: &'static str,
    slug: &'static str,
    severity: &'static str,
    since: &'static str,
    summary: String,
}

fn codes(codes: impl Iterator<Item = &'static crate::diagnostic::Code>, format: Format, out: &mut Stream) -> Exit {
    let rows: Vec<CodeRow> = codes
        .map(|code| CodeRow {
            code: code.id,
            slug: code.slug,
            severity: code.severity.name(),
            since: code.since,
            summary: summary(code),
        })
        .collect();
    write(&rows, format, out, |row| {
        [row.code.to_owned(), row.severity.to_owned(), row.slug.to_owned(), row.summary.clone()]
    })
}

fn write<T: Serialize, const N: usize>(
    rows: &[T],
    format: Format,
    out: &mut Stream,
    cells: impl Fn(&T) -> [String; N],
) -> Exit {
    let lines = match format {
        // Strings, numbers and lists of them always have a form in JSON.
        Format::Json => rows.iter().map(|row| serde_json::to_string(row).unwrap_or_default()).collect(),
        Format::Text => table::lines(&rows.iter().map(cells).collect::<Vec<_>>()),
    };
    for line in lines {
        out.line(&one_line(&line));
    }
    Exit::Clean
}
