//! `bvlc diff`

mod human;
mod markdown;
mod operand;
mod revision;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::operand::{Loaded, Operand, load, operand};
use super::build::internal;
use super::manifests::tell_broken;
use super::spec::ParamArguments;
use super::{Exit, Fault, Session};
use crate::manifest::is_unread;
use crate::query::diff::json::{self, Named};
use crate::query::diff::{Diff, Side, diff, words};
use crate::resolve::Mode;
use crate::source::Files;

const AFTER_HELP: &str = "\
OLD and NEW are each a platform (its folder, or a file of it), manifests (a file, or a folder
with some below it), or a git revision (`main`, `HEAD~1`, `v1.2:platforms/shop`), which is that
of the same folder where it names none. What is on disk wins.

Examples:
  bvlc diff --against main
  bvlc diff old/rendered new/rendered --format markdown";

/// Say what a change does: traffic, restarts, capacity, guarantees
///
/// Compares two platforms, or manifests whoever wrote them, and says what a reviewer needs, the most dangerous first.
/// Params and parametrised environments without a value take their examples. Exits with 1 if anything differs, with 2 if a side cannot be compared.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Arguments {
    /// What was
    #[arg(value_name = "OLD", required_unless_present = "against")]
    old: Option<String>,
    /// What will be [default: the platform found upwards from here]
    #[arg(value_name = "NEW")]
    new: Option<String>,
    /// The git revision that was; what will be is the platform of the one PATH, or the one you stand in
    #[arg(long, value_name = "REV", conflicts_with = "new")]
    against: Option<String>,
    /// Only this environment (repeats); one with parameters as 'preview(pr=42)'
    #[arg(long, value_name = "ENVIRONMENT")]
    env: Vec<String>,
    #[command(flatten)]
    params: ParamArguments,
    /// The namespace of manifests that state none
    #[arg(short, long, value_name = "NAME", default_value = "default")]
    namespace: String,
    /// The form of the answer
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum Format {
    /// For people
    #[default]
    Human,
    /// For a pull request
    Markdown,
    /// For programs, as docs/diff.schema.json describes
    Json,
}

/// The files of a folder as they were at a revision.
///
/// # Errors
/// Where git knows none, or cannot be asked.
pub(super) fn at_revision(folder: &Path, name: &str) -> Result<Arc<dyn Files + Send + Sync>, Fault> {
    let below = revision::within(folder, name)?;
    Ok(Arc::new(revision::Revision::read(folder, name, &below, &[".bvl"])?))
}

pub(super) fn run(arguments: &Arguments, session: &mut Session) -> Result<Exit, Fault> {
    let inputs = arguments.params.inputs(&session.here, &arguments.env, Mode::Check)?;
    let named = |text: Option<&String>| text.map(|text| operand(text, &session.here));
    let standing = || Operand::Platform(PathBuf::new());
    let (old, new) = if let Some(revision) = &arguments.against {
        (Operand::revision(revision), named(arguments.old.as_ref()).unwrap_or_else(standing))
    } else {
        let new = named(arguments.new.as_ref()).unwrap_or_else(standing);
        (named(arguments.old.as_ref()).unwrap_or_else(standing), new)
    };
    let before = load(&old, &new, &inputs, session)?;
    let after = load(&new, &old, &inputs, session)?;
    let company = match (&before, &after) {
        (Loaded::Platform { .. }, Loaded::Platform { .. }) => Company::Platform,
        (Loaded::Platform { .. } | Loaded::Manifests { .. }, _) => Company::Manifests,
    };
    let (was, is) = (side(&before, company, arguments, session)?, side(&after, company, arguments, session)?);
    let found = diff(&was, &is);
    let names = [name(arguments.against.as_ref().or(arguments.old.as_ref())), {
        let new = if arguments.against.is_some() { &arguments.old } else { &arguments.new };
        name(new.as_ref())
    }];
    let [from, to] = &names;
    let (from, to) = (Named { name: from, shown: before.shown() }, Named { name: to, shown: after.shown() });
    let mut all = is.places();
    all.extend(was.places());
    all.sort();
    all.dedup();
    match arguments.format {
        Format::Human => human::write(&found, [from, to], &all, session.ui.out()),
        Format::Markdown => markdown::write(&found, [from, to], &all, session.ui.out()),
        Format::Json => session.ui.out().line(&json::render(&found, from, to).to_string()),
    }
    if arguments.format == Format::Human {
        let line = count_line(&found);
        session.ui.err().line(&line);
    }
    Ok(if found.entries.is_empty() { Exit::Clean } else { Exit::Findings })
}

fn name(text: Option<&String>) -> String {
    text.map_or_else(|| ".".to_owned(), Clone::clone)
}

/// What a side is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Company {
    /// Another platform.
    Platform,
    /// Manifests, in which nobody builds examples.
    Manifests,
}

fn side<'l>(
    loaded: &'l Loaded,
    company: Company,
    arguments: &Arguments,
    session: &mut Session,
) -> Result<Side<'l>, Fault> {
    match loaded {
        Loaded::Platform { analysis, prefix } => {
            let Some(checked) = analysis.checked() else { return Err(Fault::new(format!("{prefix} has errors"))) };
            let side = match company {
                Company::Platform => Side::of_platform_with_examples(checked),
                Company::Manifests => Side::of_platform(checked),
            };
            side.map_err(|disproof| internal(&disproof))
        }
        Loaded::Manifests { sources, files } => {
            let (side, findings) = Side::of_manifests(sources, files, &arguments.namespace);
            tell_broken(&findings, loaded.shown(), session);
            if findings.iter().any(is_unread) {
                return Err(Fault::new("manifests cannot be read, so that nothing can be compared"));
            }
            Ok(side)
        }
    }
}

fn count_line(found: &Diff) -> String {
    match found.entries.len() {
        0 => "nothing differs".to_owned(),
        1 => format!("1 difference: {}", words::counts(&found.entries)),
        n => format!("{n} differences: {}", words::counts(&found.entries)),
    }
}

/// `path:line` of a place, as the reader would write it.
fn place(place: crate::query::diff::Place, sides: [Named<'_>; 2]) -> String {
    let [old, new] = sides;
    let shown = match place.version {
        crate::query::diff::Version::Old => old.shown,
        crate::query::diff::Version::New => new.shown,
    };
    format!("{}:{}", shown.path(place.span), shown.sources.position(place.span).line)
}
