//! `bvlc import`

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::manifests::{no_object, tell_broken, text_files};
use super::place::words;
use super::report::counted;
use super::{Exit, Fault, Session, system};
use crate::diagnostic::render::Shown;
use crate::diagnostic::render::text::one_line;
use crate::query::import::{Imported, Left, Loss, import, json};
use crate::source::{SourceMap, Span};

const AFTER_HELP: &str = "\
Exit codes:
  0    the spec says all of it
  1    something cannot be said and is listed, or could not be read
  2    wrong usage, or a file that cannot be read or written

Examples:
  bvlc import manifests/ -o shop
  bvlc import - -o shop < rendered.yaml";

/// Write a spec of manifests
///
/// Makes of Deployments, their Services, autoscalers and budgets, of network policies and namespaces the spec that a
/// person would have written, builds it, and compares: every field and connection that differs is listed with its file
/// and line. Writes into a folder that is empty or not there, and nowhere else.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Arguments {
    /// Files, folders with all YAML and JSON below, or - for stdin
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The folder to write the spec to
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// The namespace of objects that state none
    #[arg(long, default_value = "default", value_name = "NAME")]
    namespace: String,
    /// How the list is written
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    message_format: Form,
}

/// How the list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum Form {
    /// Grouped, for people
    #[default]
    Human,
    /// One JSON object a line, as docs/import.schema.json describes
    Json,
}

pub(super) fn run(arguments: &Arguments, session: &mut Session) -> Result<Exit, Fault> {
    let folder = session.here.join(&arguments.output);
    is_free(&folder, &arguments.output)?;
    let (sources, files, unread) = text_files(&arguments.paths, session)?;
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let mut imported = import(&sources, &files, &arguments.namespace, name);
    imported.broken.splice(0..0, unread);
    if imported.is_of_nothing() && imported.left.is_empty() && imported.broken.is_empty() {
        strange(&imported.strange, &sources, session);
        return Err(no_object(&arguments.paths, "import"));
    }
    tell_broken(&imported.broken, Shown { sources: &sources, prefix: "" }, session);
    let written = if imported.is_of_nothing() { &BTreeMap::new() } else { &imported.spec };
    for (path, text) in written {
        let shown = arguments.output.join(path);
        system::create(&folder.join(path), text)
            .map_err(|error| Fault::new(format!("cannot write `{}`: {}", shown.display(), words(&error))))?;
    }
    match arguments.message_format {
        Form::Human => list(&imported.left, &sources, session),
        Form::Json => {
            for left in &imported.left {
                session.ui.out().line(&json::render(left, &sources).to_string());
            }
        }
    }
    strange(&imported.strange, &sources, session);
    verdict(&imported, &arguments.output, session);
    let is_whole = imported.left.is_empty() && imported.faults.is_empty() && imported.broken.is_empty();
    Ok(if is_whole { Exit::Clean } else { Exit::Findings })
}

/// Refuses a folder in which something is.
fn is_free(folder: &Path, shown: &Path) -> Result<(), Fault> {
    match system::is_empty(folder) {
        Ok(true) => Ok(()),
        Ok(false) => Err(Fault::new(format!("`{}` is not empty; nothing was written", shown.display()))
            .hint("name a folder that is empty or not there: what is in it may be somebody's")),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Fault::new(format!("cannot read `{}`: {}", shown.display(), words(&error)))),
    }
}

/// So many places of one thing are shown.
const SHOWN: usize = 4;
/// The longest value that is shown.
const LONGEST: usize = 60;

/// Writes the list: what is the same in several objects once, with all their places.
fn list(left: &[Left], sources: &SourceMap, session: &mut Session) {
    for loss in Loss::ALL {
        let mut entries: BTreeMap<String, Vec<&Left>> = BTreeMap::new();
        for one in left.iter().filter(|one| one.loss == loss) {
            entries.entry(what(one)).or_default().push(one);
        }
        if entries.is_empty() {
            continue;
        }
        let out = session.ui.out();
        out.line(&format!("{}:", loss.title()));
        for (what, all) in entries {
            out.line(&format!("  {}", one_line(&what)));
            for one in all.iter().take(SHOWN) {
                let place = one.place.map(|span| format!("{}: ", sources.place(span))).unwrap_or_default();
                let object = if one.path.is_empty() { String::new() } else { one.object.clone() };
                let line = format!("{place}{object}");
                if !line.is_empty() {
                    out.line(&format!("    {}", one_line(line.trim_end_matches([':', ' ']))));
                }
            }
            if all.len() > SHOWN {
                out.line(&format!("    and {} more", all.len() - SHOWN));
            }
        }
        out.line("");
    }
}

/// Says which documents were left alone, since they are no objects.
fn strange(documents: &[Span], sources: &SourceMap, session: &mut Session) {
    if documents.is_empty() {
        return;
    }
    let shown = documents.iter().take(SHOWN).map(|span| sources.place(*span)).collect::<Vec<_>>().join(", ");
    let more = match documents.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let what = counted(documents.len(), "document");
    session.ui.err().line(&one_line(&format!("left alone, since it is no object of a cluster: {what}, {shown}{more}")));
}

/// What is lost, apart from where.
fn what(left: &Left) -> String {
    let short = |value: &str| {
        let cut: String = value.chars().take(LONGEST).collect();
        if cut.len() < value.len() { format!("{cut}..") } else { cut }
    };
    let what = if left.path.is_empty() {
        let what = left.given.as_deref().map(|what| format!(": {what}")).unwrap_or_default();
        format!("{}{what}", left.object)
    } else {
        match (&left.given, &left.built) {
            (Some(given), Some(built)) => format!("{}: {}, built as {}", left.path, short(given), short(built)),
            (Some(one), None) | (None, Some(one)) => format!("{}: {}", left.path, short(one)),
            (None, None) => left.path.clone(),
        }
    };
    match &left.remark {
        Some(remark) => format!("{what} ({remark})"),
        None => what,
    }
}

fn verdict(imported: &Imported, output: &Path, session: &mut Session) {
    let (services, environments) = imported.counts;
    let err = session.ui.err();
    if imported.is_of_nothing() {
        let why =
            if imported.left.is_empty() { "no object could be read" } else { "no statement is made of what there is" };
        err.line(&one_line(&format!("nothing was written to {}: {why}", output.display())));
        return;
    }
    for fault in &imported.faults {
        err.line(&one_line(&format!("a mistake of bvlc: {fault}")));
    }
    err.line(&one_line(&format!(
        "wrote {} to {}: {} in {}",
        counted(imported.spec.len(), "file"),
        output.display(),
        counted(services, "service"),
        counted(environments, "environment"),
    )));
    if !imported.faults.is_empty() {
        err.line("what was written does not build, so that nothing was compared: please report it with the manifests");
    } else if imported.left.is_empty() {
        let read = if imported.broken.is_empty() { "" } else { ", as far as they could be read" };
        err.line(&format!("it builds, and what it builds is what the manifests say{read}"));
    } else {
        err.line(&format!("it builds; {} cannot be said", counted(imported.left.len(), "thing")));
    }
}
