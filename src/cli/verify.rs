//! `bvlc verify`

use std::path::PathBuf;

use clap::ValueEnum;

use super::connection::Form;
use super::drift::Against;
use super::report::{Detail, FormArguments, counted};
use super::spec::ParamArguments;
use super::{Exit, Fault, Session, drift, manifests, passing as table};
use crate::diagnostic::render::Shown;
use crate::diagnostic::render::text::one_line;
use crate::query::manifests::passing::passing;
use crate::query::manifests::{Objects, Subject, Terms, Verified, forms, verify};
use crate::verify::connectivity::Untold;
use crate::verify::pod_security::{Level, NEWEST, PolicyVersion};

const AFTER_HELP: &str = "\
Examples:
  bvlc verify rendered --namespace shop --profile restricted
  bvlc verify - --only connectivity < dump.yaml";

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
    /// Show what may pass between pods, namespaces and the world, in this form [default: text, with --only connectivity]; with
    /// --against, show the differences as text or json
    #[arg(long, value_enum, value_name = "FORM")]
    format: Option<TableForm>,
    /// Compare what may pass with what this platform says, its folder or one of its files, and judge nothing else
    #[arg(long, value_name = "PLATFORM", conflicts_with = "only")]
    against: Option<PathBuf>,
    /// With --against, only this environment (repeats)
    #[arg(long, value_name = "ENVIRONMENT", requires = "against")]
    env: Vec<String>,
    #[command(flatten)]
    params: ParamArguments,
    #[command(flatten)]
    form: FormArguments,
    /// List what was left alone and what could not be judged, too
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
    /// Network policies against what they speak of; shows what may pass
    Connectivity,
}

/// The form of the table of what may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum TableForm {
    /// Grouped, for people
    Text,
    /// One JSON object a line, as docs/connectivity.schema.json describes
    Json,
    /// Comma-separated values with a header
    Csv,
    /// A table
    Markdown,
    /// A graph, for Graphviz
    Dot,
}

impl Arguments {
    /// The form in which what may pass is shown, where it is.
    fn table(&self) -> Option<TableForm> {
        let is_asked = !self.only.is_empty() && self.only.iter().all(|only| *only == Only::Connectivity);
        self.format.or(is_asked.then_some(TableForm::Text))
    }
}

impl From<Only> for Subject {
    fn from(only: Only) -> Self {
        match only {
            Only::PodSecurity => Self::PodSecurity,
            Only::Eviction => Self::Eviction,
            Only::References => Self::References,
            Only::Connectivity => Self::Connectivity,
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
    let (sources, objects) = manifests::load(&arguments.paths, session)?;
    let terms = Terms {
        subjects: arguments.only.iter().copied().map(Subject::from).collect(),
        namespace: arguments.namespace.clone(),
        version: arguments.kubernetes.unwrap_or(NEWEST),
        profile: arguments.profile.into(),
    };
    if let Some(platform) = &arguments.against {
        let form = match arguments.format {
            None | Some(TableForm::Text) => Form::Text,
            Some(TableForm::Json) => Form::Json,
            Some(TableForm::Csv | TableForm::Markdown | TableForm::Dot) => {
                return Err(Fault::new("differences are shown as text or json").hint("--format json"));
            }
        };
        let against = Against { platform, params: &arguments.params, environments: &arguments.env, form };
        return drift::compare(&against, &objects, &terms, Shown { sources: &sources, prefix: "" }, session);
    }
    let verified = verify(&objects, &terms);
    let wanted = arguments.table();
    let shown = Shown { sources: &sources, prefix: "" };
    // a table for programs is alone on stdout
    let exit = show(arguments, session, shown, &verified, &objects);
    if let Some(form) = wanted {
        let passing = passing(&objects, &terms);
        if form != TableForm::Text
            && let Some(line) = Untold::line(&passing.untold)
        {
            session.ui.err().line(&one_line(&line));
        }
        let lines = match form {
            TableForm::Text => {
                table::write(&passing, shown, session.ui.out());
                Vec::new()
            }
            TableForm::Json => forms::json(&passing, shown),
            // its cells have no place for it
            TableForm::Csv => {
                if let Some(line) = forms::unread_line(&passing.unread, shown) {
                    session.ui.err().line(&one_line(&line));
                }
                forms::csv(&passing)
            }
            TableForm::Markdown => forms::markdown(&passing, shown),
            TableForm::Dot => forms::dot(&passing, shown),
        };
        for line in lines {
            session.ui.out().line(&line);
        }
    }
    // the process ends with this command, and taking so many trees apart would be a tenth of its work
    std::mem::forget((objects, verified));
    Ok(exit)
}

fn show(
    arguments: &Arguments,
    session: &mut Session,
    shown: Shown<'_>,
    verified: &Verified,
    objects: &Objects,
) -> Exit {
    let detail = if arguments.verbose { Detail::All } else { Detail::Counted };
    let selection = arguments.form.select(&verified.findings, detail);
    let is_alone = matches!(arguments.table(), None | Some(TableForm::Text));
    selection.write(shown, if is_alone { session.ui.out() } else { session.ui.err() });
    if let Some(line) = manifests::unrendered(&objects.broken, shown, "helm template CHART | bvlc verify -") {
        session.ui.err().line(&line);
    }
    if arguments.verbose {
        for note in &objects.unknown {
            let what = match (note.kind.as_str(), note.api_version.as_str()) {
                ("", _) => "a document without a `kind`".to_owned(),
                (kind, "") => format!("{kind} without an `apiVersion`"),
                (kind, api_version) => format!("{kind} of {api_version}"),
            };
            let line = format!("{}: {what} is left alone", shown.sources.place(note.span));
            session.ui.err().line(&one_line(&line));
        }
        for (span, text) in &verified.unjudged {
            session.ui.err().line(&one_line(&format!("{}: {text}", shown.sources.place(*span))));
        }
    } else {
        // whoever forgot the API of a pod means the pod to be judged
        for note in objects.unknown.iter().filter(|note| note.api_version.is_empty() && note.is_object()) {
            let line = format!(
                "{}: {} is left alone, since it states no `apiVersion`; the API server refuses it",
                shown.sources.place(note.span),
                note.title()
            );
            session.ui.err().line(&one_line(&line));
        }
    }
    let err = session.ui.err();
    selection.count_line(err);
    if !arguments.form.is_for_programs() {
        let is_refused = objects.unknown.iter().any(|note| note.api_version.is_empty() && note.is_object());
        let verdict = if selection.is_empty() && !is_refused { ": nothing to find" } else { "" };
        err.line(&format!(
            "{} judged, {} with pods, {} left alone{verdict}",
            counted(verified.n_objects, "object"),
            verified.n_pods,
            objects.unknown.len(),
        ));
    }
    selection.exit()
}
