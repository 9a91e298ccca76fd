//! `bvlc verify`

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::report::{Detail, FormArguments, counted};
use super::{Exit, Fault, Session, place, system};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::render::Shown;
use crate::diagnostic::render::text::one_line;
use crate::manifest;
use crate::query::manifests::{Subject, Terms, Verified, verify};
use crate::source::{FileId, Provenance, SourceMap, Span};
use crate::verify::pod_security::{Level, NEWEST, PolicyVersion};

const AFTER_HELP: &str = "\
Examples:
  bvlc verify rendered --namespace shop --profile restricted
  bvlc verify - --only pod-security < dump.yaml";

/// Say what manifests do, whoever wrote them
///
/// Reads YAML (any number of documents, lists opened) and JSON as the objects of one cluster, and says with file and line
/// where they contradict themselves or each other. Findings go to stdout.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Arguments {
    /// Files, or folders with all .yaml, .yml and .json below; - reads stdin
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// What is judged (repeats) [default: everything]
    #[arg(long, value_enum, value_name = "WHAT")]
    only: Vec<Only>,
    /// The namespace of objects that state none
    #[arg(short, long, value_name = "NAME", default_value = "default")]
    namespace: String,
    /// The version of the cluster; no policy of a label is newer [default: the newest that is known]
    #[arg(long, value_name = "1.N", value_parser = version)]
    kubernetes: Option<PolicyVersion>,
    /// What a namespace enforces that is not among the objects
    #[arg(long, value_enum, default_value_t, value_name = "LEVEL")]
    profile: Profile,
    #[command(flatten)]
    form: FormArguments,
    /// List what was left alone, too
    #[arg(short, long)]
    verbose: bool,
}

/// What is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Only {
    /// Pods against the labels of their namespaces
    PodSecurity,
    /// Disruption budgets against the pods that they select
    Eviction,
    /// Names, selectors, ports and amounts against each other
    References,
}

impl From<Only> for Subject {
    fn from(only: Only) -> Self {
        match only {
            Only::PodSecurity => Self::PodSecurity,
            Only::Eviction => Self::Eviction,
            Only::References => Self::References,
        }
    }
}

/// A level of pod security.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Profile {
    /// Everything is allowed
    #[default]
    Privileged,
    /// Nothing that is known to lead to the node
    Baseline,
    /// What is seen as good practice, and no more
    Restricted,
}

impl From<Profile> for Level {
    fn from(profile: Profile) -> Self {
        match profile {
            Profile::Privileged => Self::Privileged,
            Profile::Baseline => Self::Baseline,
            Profile::Restricted => Self::Restricted,
        }
    }
}

fn version(text: &str) -> Result<PolicyVersion, String> {
    let minor = text.trim_start_matches('v').strip_prefix("1.").and_then(|minor| minor.parse().ok());
    minor.map(PolicyVersion).ok_or_else(|| format!("a version is 1.0 to 1.{}", NEWEST.0))
}

pub(super) fn run(arguments: &Arguments, session: &mut Session) -> Result<Exit, Fault> {
    let mut input = Input::default();
    if arguments.paths.iter().any(|path| path == Path::new("-")) {
        let bytes = system::stdin().map_err(|error| Fault::new(format!("cannot read stdin: {error}")))?;
        input.add("<stdin>", &bytes)?;
    }
    for path in files(&arguments.paths, &session.here)? {
        let name = path.strip_prefix(&session.here).unwrap_or(&path).display().to_string();
        let bytes = system::read(&path)
            .map_err(|error| Fault::new(format!("cannot read `{name}`: {}", place::words(&error))))?;
        input.add(&name, &bytes)?;
    }
    let terms = Terms {
        subjects: arguments.only.iter().copied().map(Subject::from).collect(),
        namespace: arguments.namespace.clone(),
        version: arguments.kubernetes.unwrap_or(NEWEST),
        profile: arguments.profile.into(),
    };
    let mut verified = verify(&input.sources, &input.files, &terms);
    verified.findings.splice(0..0, input.broken);
    Ok(show(arguments, session, &input.sources, &verified))
}

fn show(arguments: &Arguments, session: &mut Session, sources: &SourceMap, verified: &Verified) -> Exit {
    let selection = arguments.form.select(&verified.findings, Detail::Counted);
    selection.write(Shown { sources, prefix: "" }, session.ui.out());
    if arguments.verbose {
        for note in &verified.unknown {
            let what = match (note.kind.as_str(), note.api_version.as_str()) {
                ("", _) => "a document without a `kind`".to_owned(),
                (kind, "") => format!("{kind} without an `apiVersion`"),
                (kind, api_version) => format!("{kind} of {api_version}"),
            };
            let line = format!("{}: {what} is left alone", sources.place(note.span));
            session.ui.err().line(&one_line(&line));
        }
    }
    let err = session.ui.err();
    selection.count_line(err);
    if !arguments.form.is_for_programs() {
        let verdict = if selection.is_empty() { ": nothing to find" } else { "" };
        err.line(&format!(
            "{} judged, {} with pods, {} left alone{verdict}",
            counted(verified.n_objects, "object"),
            verified.n_pods,
            verified.unknown.len(),
        ));
    }
    selection.exit()
}

/// What is read.
#[derive(Default)]
struct Input {
    sources: SourceMap,
    /// The files that are text.
    files: Vec<FileId>,
    /// What is wrong with the others.
    broken: Vec<Diagnostic>,
}

impl Input {
    fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), Fault> {
        if bytes.len() as u64 >= super::files::MOST_BYTES {
            let most = super::files::MOST_BYTES >> 20;
            return Err(Fault::new(format!("`{name}` has {most} MiB or more, the most that is read of one file")));
        }
        let file = self.sources.add(name, &*String::from_utf8_lossy(bytes), Provenance::User);
        match std::str::from_utf8(bytes) {
            Ok(_) => self.files.push(file),
            Err(error) => {
                let at = error.valid_up_to();
                let span = Span::new(file, at, at + char::REPLACEMENT_CHARACTER.len_utf8());
                self.broken.push(manifest::not_utf8(span));
            }
        }
        Ok(())
    }
}

/// The files that are asked for, each once.
fn files(paths: &[PathBuf], here: &Path) -> Result<Vec<PathBuf>, Fault> {
    let mut files = Vec::new();
    for path in paths.iter().filter(|path| *path != Path::new("-")) {
        let full = here.join(path);
        let cannot =
            |error: &std::io::Error| Fault::new(format!("cannot read `{}`: {}", path.display(), place::words(error)));
        if full.metadata().map_err(|error| cannot(&error))?.is_dir() {
            files.extend(system::below(&full, &["yaml", "yml", "json"]).map_err(|error| cannot(&error))?);
        } else {
            files.push(full);
        }
    }
    files.sort();
    files.dedup();
    Ok(files)
}
