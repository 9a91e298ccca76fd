//! `bvlc build`

use std::path::{Path, PathBuf};

use super::disk::Folder;
use super::report::{Detail, ReportArguments, counted};
use super::spec::SpecArguments;
use super::timings::{TimingArguments, Timings};
use super::ui::Stream;
use super::{Exit, Fault, Session, table};
use crate::analyze::{Analysis, Checked, analyze_observed};
use crate::compile::compile;
use crate::diagnostic::render::Shown;
use crate::diagnostic::render::text::printable;
use crate::emit::{EnvironmentManifests, Manifests};
use crate::graph::{Flow, Why};
use crate::model::environment::Instance;
use crate::output::write::{self, EnvironmentFolder, FolderError, Origin, Recovered, Scope, Target};
use crate::output::{self, EnvironmentOutput, Format, OutputFile, yaml};
use crate::resolve::Mode;

const AFTER_HELP: &str = "\
Examples:
  bvlc build examples/bitvault --set version=1.4.2 -o out
  bvlc build --env prod --set version=1.4.2 -o - | kubectl apply -f -";

/// Write a platform's manifests
///
/// Nothing is written when anything is wrong. Files that bvlc wrote earlier and no longer writes are removed; nobody
/// else's file ever is. Findings go to stderr.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Arguments {
    #[command(flatten)]
    spec: SpecArguments,
    /// The folder to write, one folder in it for each environment; - writes one stream to stdout
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// Only this environment (repeats); one with parameters as 'preview(pr=42)'
    #[arg(long, value_name = "ENVIRONMENT")]
    env: Vec<String>,
    /// The form of the manifests
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    format: FormatArgument,
    /// Write nothing; exit with 1 and a summary if the folder is not as it would be written
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    timings: TimingArguments,
    #[command(flatten)]
    report: ReportArguments,
}

#[derive(Debug, Clone, Copy, Default, clap::ValueEnum)]
enum FormatArgument {
    /// YAML
    #[default]
    Yaml,
    /// JSON; a stream is one List
    Json,
}

impl From<FormatArgument> for Format {
    fn from(format: FormatArgument) -> Self {
        match format {
            FormatArgument::Yaml => Self::Yaml,
            FormatArgument::Json => Self::Json,
        }
    }
}

pub(super) fn run(arguments: &Arguments, session: &mut Session) -> Result<Exit, Fault> {
    let place = arguments.spec.place(session)?;
    let inputs = arguments.spec.inputs(&session.here, &arguments.env, Mode::Build)?;
    if arguments.check && arguments.output == Path::new("-") {
        return Err(Fault::new("`--check` compares a folder; `-o -` names none"));
    }
    let mut timings = Timings::start();
    let analysis = analyze_observed(&place.files, &place.root, &inputs, &mut |stage| timings.ended(stage.name()));
    let selection = arguments.report.select(&analysis.findings, Detail::Counted)?;
    let shown = Shown { sources: analysis.sources(), prefix: &place.prefix };
    selection.write(shown, session.ui.err());
    selection.count_line(session.ui.err());
    let exit = match analysis.checked() {
        Some(checked) if selection.exit() == Exit::Clean => emit(arguments, session, checked, &mut timings)?,
        Some(_) | None => {
            // programs read the findings alone
            if !arguments.report.form.is_for_programs() {
                session.ui.err().line("nothing was written");
            }
            Exit::Findings
        }
    };
    arguments.timings.write(&timings, session.ui.err());
    Ok(exit)
}

fn emit(
    arguments: &Arguments,
    session: &mut Session,
    checked: Checked<'_>,
    timings: &mut Timings,
) -> Result<Exit, Fault> {
    let manifests = compile(&checked);
    timings.ended("emit");
    let environments: Vec<EnvironmentOutput<'_>> = manifests
        .environments
        .iter()
        .map(|environment| EnvironmentOutput { folder: &environment.folder, objects: &environment.objects })
        .collect();
    if arguments.output == Path::new("-") {
        let stream = output::stream(&environments, arguments.format.into()).map_err(|error| internal(&error))?;
        timings.ended("format");
        session.ui.out().write(&stream);
        timings.ended("write");
        said(session.ui.err(), checked.analysis(), &manifests);
        return Ok(Exit::Clean);
    }
    let mut files = output::files(&environments, arguments.format.into()).map_err(|error| internal(&error))?;
    files.extend(values(&manifests)?);
    timings.ended("format");
    let target = Target {
        scope: if arguments.env.is_empty() { Scope::All } else { Scope::Given },
        folders: manifests.environments.iter().map(|environment| folder(environment, checked)).collect(),
        files,
    };
    let folder = Folder::new(session.here.join(&arguments.output));
    let named = arguments.output.display();
    let fault = |error: FolderError| Fault::new(format!("{named}: {error}"));
    if arguments.check {
        let plan = write::plan(target, &folder).map_err(fault)?;
        timings.ended("compare");
        session.ui.out().line(&printable(&plan.to_string()));
        let (line, exit) = if plan.differs() {
            ("is not as it would be written", Exit::Findings)
        } else {
            ("is as it would be written", Exit::Clean)
        };
        session.ui.err().line(&format!("{named} {line}"));
        return Ok(exit);
    }
    let disk = folder.lock().map_err(|error| fault(error.into()))?;
    let written = write::write(target, &disk).map_err(fault)?;
    timings.ended("write");
    let err = session.ui.err();
    said(err, checked.analysis(), &manifests);
    match written.recovered {
        Recovered::Nothing => {}
        Recovered::Undone => err.line("an earlier build was interrupted; what it had begun was undone first"),
        Recovered::Completed => err.line("an earlier build was interrupted; it was completed first"),
        Recovered::CleanedUp => err.line("an earlier build was interrupted; its working files were removed first"),
    }
    err.line(&format!("{} in {named}", printable(&written.summary.to_string())));
    if let Some(leftover) = written.leftover {
        err.line(&format!("working files are left over, which the next build removes: {leftover}"));
    }
    Ok(Exit::Clean)
}

fn internal(error: &impl std::fmt::Display) -> Fault {
    Fault::new(format!("{error}\nthis is a mistake of bvlc, not of the spec; please report it"))
}

/// The charts' values, beside the manifests of their environment.
fn values(manifests: &Manifests) -> Result<Vec<OutputFile>, Fault> {
    let mut files = Vec::new();
    for environment in &manifests.environments {
        for (name, values) in &environment.values {
            let text = yaml::text(values).map_err(|error| internal(&error))?;
            files.push(OutputFile {
                path: format!("{}/values/{name}.yaml", environment.folder),
                bytes: text.into_bytes(),
            });
        }
    }
    Ok(files)
}

fn folder(manifests: &EnvironmentManifests, checked: Checked<'_>) -> EnvironmentFolder {
    let instance = checked.model().environment(manifests.environment).map(|environment| environment.instance);
    let origin = match instance {
        Some(Instance::Fixed) => Origin::Fixed,
        Some(Instance::Asked | Instance::Example) | None => Origin::Instance,
    };
    EnvironmentFolder { name: manifests.folder.clone(), origin }
}

/// What was built, in a few lines.
fn said(err: &mut Stream, analysis: &Analysis, manifests: &Manifests) {
    let Some(model) = &analysis.model else { return };
    let n_objects = manifests.environments.iter().map(|environment| environment.objects.len()).sum();
    let built = manifests.environments.len();
    let (declared, derived) = flows(analysis, manifests);
    err.line(&format!("built {}: {}", model.platform.name.value, counted(built, "environment")));
    let rows = manifests.environments.iter().map(|environment| {
        let title = model.environment_title(environment.environment);
        let n_values = environment.values.len();
        let values = if n_values > 0 { format!(", values for {}", counted(n_values, "chart")) } else { String::new() };
        [format!("  {title}"), format!("{}{values}", counted(environment.objects.len(), "object"))]
    });
    for line in table::lines(&rows.collect::<Vec<_>>()) {
        err.line(&line);
    }
    err.line(&format!(
        "{}, {declared} declared and {derived} derived {}; {} passed",
        counted(n_objects, "object"),
        if declared + derived == 1 { "flow" } else { "flows" },
        counted(crate::check::all().count(), "check"),
    ));
}

/// How many flows the environments that were built have.
fn flows(analysis: &Analysis, manifests: &Manifests) -> (usize, usize) {
    let is_built = |flow: &&Flow| manifests.environments.iter().any(|built| built.environment == flow.environment);
    let built: Vec<&Flow> = analysis.graph.flows.iter().filter(is_built).collect();
    let declared = built.iter().filter(|flow| matches!(flow.why, Why::Declared(_))).count();
    (declared, built.len() - declared)
}
