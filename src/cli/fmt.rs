//! `bvlc fmt`

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::report::{Detail, ReportArguments, Selection, counted};
use super::{Exit, Fault, Session, patch, place, system};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::render::Shown;
use crate::resolve::mistakes;
use crate::source::{Provenance, SourceMap, Span};
use crate::syntax;

const AFTER_HELP: &str = "\
Exit codes:
  0  every file is, or now is, in the one style
  1  a file cannot be parsed; --check or --diff: a file would change
  2  a file cannot be read or written

Examples:
  bvlc fmt
  bvlc fmt --check --diff teams";

/// Write files in the one style
///
/// Comments stay; what a spec means never changes. Files that are in style already are not touched.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Arguments {
    /// Files, or folders with all specs below; - reads stdin and writes stdout [default: the platform's folder]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Write nothing; list the files that would change
    #[arg(long)]
    check: bool,
    /// Write nothing; print what would change as a patch
    #[arg(long)]
    diff: bool,
    /// What stdin is called in messages
    #[arg(long, value_name = "PATH", default_value = "<stdin>")]
    stdin_path: String,
    #[command(flatten)]
    report: ReportArguments,
}

impl Arguments {
    fn reads_stdin(&self) -> bool {
        self.paths.iter().any(|path| path == Path::new("-"))
    }
}

/// A file that is to be formatted.
struct Text {
    path: PathBuf,
    /// As the user would write it.
    name: String,
    bytes: Vec<u8>,
}

/// What came of all files.
#[derive(Default)]
struct Outcome {
    sources: SourceMap,
    findings: Vec<Diagnostic>,
    n_files: usize,
    n_changed: usize,
}

pub(super) fn run(arguments: &Arguments, session: &mut Session) -> Result<Exit, Fault> {
    arguments.report.form.apply(&mut session.ui);
    let mut outcome = Outcome::default();
    if arguments.reads_stdin() {
        if arguments.paths.len() > 1 {
            return Err(Fault::new("`-` stands alone: stdin is formatted to stdout"));
        }
        let bytes = system::stdin().map_err(|error| Fault::new(format!("cannot read stdin: {error}")))?;
        let text = Text { path: PathBuf::new(), name: arguments.stdin_path.clone(), bytes };
        if let Some((before, after)) = format(&text, &mut outcome) {
            let differs = before != after;
            outcome.n_changed = usize::from(differs);
            if arguments.diff {
                patch::write(session.ui.out(), &text.name, &before, &after);
            } else if !arguments.check {
                session.ui.out().write(&after);
            }
        }
    } else {
        for path in files(arguments, &session.here)? {
            let name = shown_path(&path, &session.here);
            let cannot = |what: &str, error| Fault::new(format!("cannot {what} `{name}`: {}", place::words(&error)));
            let bytes = system::read(&path).map_err(|error| cannot("read", error))?;
            let text = Text { path, name: name.clone(), bytes };
            let Some((before, after)) = format(&text, &mut outcome) else { continue };
            if before == after {
                continue;
            }
            outcome.n_changed += 1;
            if arguments.diff {
                patch::write(session.ui.out(), &text.name, &before, &after);
            } else if arguments.check {
                session.ui.out().line(&text.name);
            } else {
                system::replace(&text.path, &after).map_err(|error| cannot("write", error))?;
            }
        }
    }
    finish(arguments, session, &outcome)
}

fn finish(arguments: &Arguments, session: &mut Session, outcome: &Outcome) -> Result<Exit, Fault> {
    let selection: Selection<'_> = arguments.report.select(&outcome.findings, Detail::Counted)?;
    let selection = if arguments.reads_stdin() { selection.of_stdin() } else { selection };
    let shown = Shown { sources: &outcome.sources, prefix: "" };
    let err = session.ui.err();
    selection.write(shown, err);
    selection.count_line(err);
    let is_dry = arguments.check || arguments.diff;
    let is_filter = !is_dry && arguments.reads_stdin();
    if !is_filter {
        let verb = if is_dry { "would change" } else { "changed" };
        err.remark(&match outcome.n_files {
            0 => "no file to format: links and hidden folders are left out".to_owned(),
            n_files => format!("{} of {} {verb}", outcome.n_changed, counted(n_files, "file")),
        });
    }
    let is_clean = outcome.findings.is_empty() && !(is_dry && outcome.n_changed > 0);
    Ok(if is_clean { Exit::Clean } else { Exit::Findings })
}

/// The files that are asked for, each once.
fn files(arguments: &Arguments, here: &Path) -> Result<Vec<PathBuf>, Fault> {
    let mut files = Vec::new();
    if arguments.paths.is_empty() {
        let folder = place::find(here, None)?.files.root().to_owned();
        files = below(&folder)?;
    }
    for path in &arguments.paths {
        let full = here.join(path);
        match full.metadata() {
            Ok(metadata) if metadata.is_dir() => files.extend(below(&full)?),
            Ok(_) => files.push(full),
            Err(error) => {
                return Err(Fault::new(format!("cannot read `{}`: {}", path.display(), place::words(&error))));
            }
        }
    }
    files.sort();
    files.dedup();
    Ok(files)
}

fn below(folder: &Path) -> Result<Vec<PathBuf>, Fault> {
    system::below(folder, &["bvl"])
        .map_err(|error| Fault::new(format!("cannot look through `{}`: {}", folder.display(), place::words(&error))))
}

fn shown_path(path: &Path, here: &Path) -> String {
    path.strip_prefix(here).unwrap_or(path).display().to_string()
}

/// The text before and after; `None` where it cannot be parsed, which is then among the findings.
fn format(text: &Text, outcome: &mut Outcome) -> Option<(String, String)> {
    outcome.n_files += 1;
    let known = String::from_utf8_lossy(&text.bytes);
    let file = outcome.sources.add(&text.name, &*known, Provenance::User);
    if let Err(error) = std::str::from_utf8(&text.bytes) {
        let at = error.valid_up_to();
        outcome.findings.push(syntax::not_utf8(Span::new(file, at, at + char::REPLACEMENT_CHARACTER.len_utf8())));
        return None;
    }
    let known: Arc<str> = known.into();
    let tree = syntax::parse(file, &known);
    let Some(formatted) = syntax::format(&tree) else {
        outcome.findings.extend(mistakes(&tree, &outcome.sources));
        return None;
    };
    Some((known.to_string(), formatted))
}
