//! `bvlc build`

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use super::check::{nothing_to_build, waived};
use super::disk::Folder;
use super::place::Place;
use super::report::{Detail, ReportArguments, counted};
use super::spec::JudgedArguments;
use super::timings::{TimingArguments, Timings};
use super::ui::Stream;
use super::{Exit, Fault, Session, argo_cd, helm, kustomize, observed, table};
use crate::analyze::{Analysis, Checked, analyze_observed};
use crate::compile::{Compilation, Disproof, EnvironmentObjects, Open, OpenBecause, Proof, Proven, compile};
use crate::diagnostic::render::Shown;
use crate::diagnostic::render::text::printable;
use crate::emit::ChartValues;
use crate::graph::{Flow, Why};
use crate::model::EnvironmentId;
use crate::model::environment::Instance;
use crate::output::kustomize::Bases;
use crate::output::write::{self, Batch, EnvironmentFolder, Extent, FolderError, Origin, Recovered, Scope};
use crate::output::{self, Format, yaml};
use crate::query::chart::Param;
use crate::query::observe;
use crate::query::trial::Trial;
use crate::resolve::Mode;

const AFTER_HELP: &str = "\
Examples:
  bvlc build examples/bitvault --set version=1.4.2 -o out
  bvlc build --env prod --set version=1.4.2 -o - | kubectl apply --server-side -f -";

/// Write a platform's manifests
///
/// Nothing is written when anything is wrong. Files that bvlc wrote earlier and no longer writes are removed; nobody
/// else's file ever is. Findings go to stderr.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Arguments {
    #[command(flatten)]
    spec: JudgedArguments,
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

impl Arguments {
    /// Whether all goes to standard output.
    fn is_streamed(&self) -> bool {
        self.output == Path::new("-")
    }
}

#[derive(Debug, Clone, Copy, Default, clap::ValueEnum)]
enum FormatArgument {
    /// YAML
    #[default]
    Yaml,
    /// JSON; a stream is one List
    Json,
    /// YAML for kustomize: a base a workload, an overlay an environment
    Kustomize,
    /// A chart of Helm an environment: params that are mere text are its values
    Helm,
    /// What Argo CD is told with, in place of manifests: an Application an environment and their project
    Argocd,
}

impl FormatArgument {
    /// Why a form is no stream, and what makes one of it; nothing of one that can be.
    const fn in_folders(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Kustomize => Some((
                "`--format kustomize` writes folders that name each other; `-o -` names none",
                "`-o DIR` writes them, and `kustomize build DIR/ENVIRONMENT` makes a stream of them",
            )),
            Self::Helm => Some((
                "`--format helm` writes folders, a chart each; `-o -` names none",
                "`-o DIR` writes them, and `helm template DIR/ENVIRONMENT/PLATFORM` makes a stream of one",
            )),
            Self::Yaml | Self::Json | Self::Argocd => None,
        }
    }
}

pub(super) fn run(arguments: &Arguments, session: &mut Session) -> Result<Exit, Fault> {
    arguments.report.form.apply(&mut session.ui);
    let place = arguments.spec.place(session)?;
    let inputs = arguments.spec.inputs(&session.here, &arguments.env, Mode::Build)?;
    if arguments.check && arguments.is_streamed() {
        return Err(Fault::new("`--check` compares a folder; `-o -` names none"));
    }
    if let Some((fault, hint)) = arguments.format.in_folders().filter(|_| arguments.is_streamed()) {
        return Err(Fault::new(fault).hint(hint));
    }
    let mut timings = Timings::start();
    let analysis = analyze_observed(&place.files, &place.root, &inputs, &mut |stage| timings.judged(stage));
    place.has_asked(analysis.sources())?;
    let trial = Trial::new(&place.files, &place.root, &analysis);
    let selection = arguments.report.select(&analysis.findings, Detail::Counted)?.tried(&trial);
    let shown = Shown { sources: analysis.sources(), prefix: &place.prefix };
    selection.write(shown, session.ui.err());
    selection.count_line(session.ui.err());
    let exit = match analysis.checked() {
        Some(checked) if selection.exit() == Exit::Clean => emit(arguments, session, (&place, checked), &mut timings)?,
        Some(_) | None => {
            session.ui.err().remark("nothing was written");
            Exit::Findings
        }
    };
    arguments.timings.write(&timings, session.ui.err());
    Ok(exit)
}

fn emit(
    arguments: &Arguments,
    session: &mut Session,
    (place, checked): (&Place, Checked<'_>),
    timings: &mut Timings,
) -> Result<Exit, Fault> {
    let format = match arguments.format {
        FormatArgument::Yaml => Format::Yaml,
        FormatArgument::Json => Format::Json,
        FormatArgument::Kustomize => {
            let compilation = compile(&checked);
            let form = Form::Kustomize(kustomize::bases(&compilation, checked)?);
            return folders(arguments, session, (&compilation, checked, form), timings);
        }
        FormatArgument::Helm => {
            let chart = helm::chart(place, checked.analysis());
            let marked = helm::checked(&chart)?;
            let exit = folders(arguments, session, (&compile(&marked), marked, Form::Helm(&chart.params)), timings)?;
            helm::said(&chart.params, session.ui.err());
            return Ok(exit);
        }
        FormatArgument::Argocd => return tell_argo_cd(arguments, session, checked, timings),
    };
    if arguments.is_streamed() {
        return stream(format, session, checked, timings);
    }
    folders(arguments, session, (&compile(&checked), checked, Form::Plain(format)), timings)
}

/// A folder an environment, in some form.
fn folders<'s>(
    arguments: &Arguments,
    session: &mut Session,
    (compilation, checked, form): (&'s Compilation<'s>, Checked<'s>, Form<'s>),
    timings: &mut Timings,
) -> Result<Exit, Fault> {
    let scope = Scope {
        platform: checked.model().platform.name.value.clone(),
        extent: if arguments.env.is_empty() { all(checked) } else { Extent::Given },
    };
    let making = Making::new(form, &mut *timings);
    let environments = making.environments(compilation, checked);
    let told = |err: &mut Stream, proof: &Proof| {
        making.ended("write");
        said(err, checked.analysis(), &making.built.borrow(), proof);
    };
    put(arguments, session, (scope, environments), || making.prove(compilation), told)
}

/// What Argo CD is told with.
fn tell_argo_cd(
    arguments: &Arguments,
    session: &mut Session,
    checked: Checked<'_>,
    timings: &mut Timings,
) -> Result<Exit, Fault> {
    let (told, proven) = argo_cd::told(checked, timings)?;
    let (n_applications, n_sets) = (told.applications.len(), told.application_sets.len());
    let said = |err: &mut Stream| {
        let sets = if n_sets > 0 { format!(" and {}", counted(n_sets, "ApplicationSet")) } else { String::new() };
        err.remark(&format!("Argo CD: {}{sets}, in one AppProject", counted(n_applications, "Application")));
    };
    let scope = Scope { platform: checked.model().platform.name.value.clone(), extent: Extent::Given };
    let exit = if arguments.is_streamed() {
        let text = output::argo_cd::stream(&told).map_err(|error| internal(&error))?;
        session.ui.out().write(&text);
        said(session.ui.err());
        Exit::Clean
    } else {
        put(arguments, session, (scope, [argo_cd::folder(&told)]), || Ok(proven), |err, _| said(err))?
    };
    timings.ended("write");
    Ok(exit)
}

/// Brings the output folder to what these folders hold, or says in what it differs.
fn put<F: IntoIterator<Item = Batch>>(
    arguments: &Arguments,
    session: &mut Session,
    (scope, folders): (Scope, impl IntoIterator<Item = (EnvironmentFolder, F)>),
    prove: impl FnOnce() -> Result<Proven, Disproof>,
    said: impl FnOnce(&mut Stream, &Proof),
) -> Result<Exit, Fault> {
    let folder = Folder::new(session.here.join(&arguments.output));
    let named = arguments.output.display();
    let fault = |error: FolderError| match error {
        FolderError::Refused(error) => internal(&error),
        FolderError::Disproved(disproof) => internal(&disproof),
        error @ (FolderError::Disk(_)
        | FolderError::Halfway { .. }
        | FolderError::Recovery(_)
        | FolderError::Unreadable(_)
        | FolderError::Blocked(_)
        | FolderError::OfAnother { .. }
        | FolderError::Interrupted(_)) => {
            // what the system says names the path from its root; the user knows it as given
            let given = named.to_string();
            let text = error.to_string().replace(&session.here.join(&arguments.output).display().to_string(), &given);
            Fault::new(if text.contains(&given) { text } else { format!("{given}: {text}") })
        }
    };
    if arguments.check {
        let plan = match write::plan(scope, folders, prove, &folder) {
            // what an interrupted build left is a folder that is not as it would be written
            Err(FolderError::Interrupted(interrupted)) => Err(interrupted),
            plan => Ok(plan.map_err(fault)?),
        };
        let said = plan.as_ref().map_or_else(ToString::to_string, ToString::to_string);
        session.ui.out().line(&printable(&said));
        let (line, exit) = if plan.is_ok_and(|plan| !plan.differs()) {
            ("is as it would be written", Exit::Clean)
        } else {
            ("is not as it would be written", Exit::Findings)
        };
        session.ui.err().remark(&format!("{named} {line}"));
        return Ok(exit);
    }
    let disk = folder.lock().map_err(|error| fault(error.into()))?;
    let written = write::write(scope, folders, prove, &disk).map_err(fault)?;
    let err = session.ui.err();
    said(err, written.proven.proof());
    match written.recovered {
        Recovered::Nothing => {}
        Recovered::Undone => err.remark("an earlier build was interrupted; what it had begun was undone first"),
        Recovered::Completed => err.remark("an earlier build was interrupted; it was completed first"),
        Recovered::CleanedUp => err.remark("an earlier build was interrupted; its working files were removed first"),
    }
    err.remark(&format!("{} in {named}", printable(&written.summary.to_string())));
    if let Some(leftover) = written.leftover {
        err.remark(&format!("working files are left over, which the next build removes: {leftover}"));
    }
    Ok(Exit::Clean)
}

/// All environments in one stream, which begins when all of it is there.
fn stream(format: Format, session: &mut Session, checked: Checked<'_>, timings: &mut Timings) -> Result<Exit, Fault> {
    let mut stream = output::Stream::new(format);
    let mut built = Vec::new();
    let compilation = compile(&checked);
    for objects in compilation.environments() {
        let mut environment = Built::of(&objects);
        for objects in objects {
            timings.ended("emit");
            environment.n_objects += objects.len();
            stream.add(&objects).map_err(|error| internal(&error))?;
            timings.ended("format");
        }
        built.push(environment);
    }
    let proven = compilation.prove().map_err(|disproof| internal(&disproof))?;
    timings.ended("prove");
    for piece in stream.pieces(&proven) {
        session.ui.out().write(&piece);
    }
    timings.ended("write");
    said(session.ui.err(), checked.analysis(), &built, proven.proof());
    Ok(Exit::Clean)
}

/// What is said of an environment after its objects are gone.
struct Built {
    environment: EnvironmentId,
    n_objects: usize,
    n_values: usize,
}

impl Built {
    /// None of its objects has been made.
    fn of(objects: &EnvironmentObjects<'_>) -> Self {
        Self { environment: objects.environment, n_objects: 0, n_values: objects.values.len() }
    }
}

/// How the files of a folder are arranged.
enum Form<'f> {
    /// Each object of an environment in its folder.
    Plain(Format),
    /// What environments have alike in these bases; none where no fixed environment is written.
    Kustomize(Option<Bases>),
    /// A chart an environment, with these values.
    Helm(&'f [Param]),
}

/// The folder of an environment, or one beside those, and its files as they are made.
pub(super) type FolderFiles<'s> = (EnvironmentFolder, Box<dyn Iterator<Item = Batch> + 's>);

/// Makes the environments' files as they are taken, and remembers what was built.
struct Making<'t> {
    form: Form<'t>,
    built: RefCell<Vec<Built>>,
    timings: RefCell<&'t mut Timings>,
}

impl<'t> Making<'t> {
    fn new(form: Form<'t>, timings: &'t mut Timings) -> Self {
        Self { form, built: RefCell::default(), timings: RefCell::new(timings) }
    }

    /// A stage has ended now.
    fn ended(&self, stage: &'static str) {
        self.timings.borrow_mut().ended(stage);
    }

    /// Proves what was made; what was made last has been compared and staged.
    fn prove(&self, compilation: &Compilation<'_>) -> Result<Proven, Disproof> {
        self.ended("write");
        let proven = compilation.prove();
        self.ended("prove");
        proven
    }

    fn environments<'s>(
        &'s self,
        compilation: &'s Compilation<'s>,
        checked: Checked<'s>,
    ) -> impl Iterator<Item = FolderFiles<'s>> + 's {
        let base = match &self.form {
            Form::Plain(_) | Form::Kustomize(None) | Form::Helm(_) => None,
            Form::Kustomize(Some(bases)) => Some(kustomize::base(bases, compilation, checked)),
        };
        base.into_iter().chain(compilation.environments().map(move |objects| {
            self.built.borrow_mut().push(Built::of(&objects));
            let folder = folder(&objects, checked);
            let values = values(&objects);
            let name = objects.folder.clone();
            let id = objects.environment;
            let objects = objects.inspect(|objects| {
                self.ended("emit");
                if let Some(built) = self.built.borrow_mut().last_mut() {
                    built.n_objects += objects.len();
                }
            });
            let files: Box<dyn Iterator<Item = Batch>> = match &self.form {
                Form::Plain(format) => Box::new(output::files(&name, objects, *format)),
                Form::Kustomize(bases) => Box::new(kustomize::overlay(bases.as_ref(), id, checked, objects)),
                Form::Helm(params) => helm::files(params, (id, name.as_str()), checked, objects),
            };
            let mut files = files.chain([values]);
            let mut begun = false;
            let timed = std::iter::from_fn(move || {
                // between two batches the one before was compared and staged
                if std::mem::replace(&mut begun, true) {
                    self.ended("write");
                }
                let batch = files.next();
                self.ended("format");
                batch
            });
            (folder, Box::new(timed) as Box<dyn Iterator<Item = Batch> + 's>)
        }))
    }
}

pub(super) fn internal(error: &impl std::fmt::Display) -> Fault {
    Fault::new(format!("{error}\nthis is a mistake of bvlc, not of the spec; please report it"))
}

/// The charts' values, beside the manifests of their environment.
fn values(objects: &EnvironmentObjects<'_>) -> Batch {
    let file =
        |(name, values): &(String, ChartValues)| yaml::file(format!("{}/values/{name}.yaml", objects.folder), values);
    objects.values.iter().map(file).collect()
}

/// All of a platform.
fn all(checked: Checked<'_>) -> Extent {
    let environments = checked.model().environments.iter();
    let parametrized = environments.filter(|environment| environment.instance != Instance::Fixed);
    Extent::All { parametrized: parametrized.map(|environment| environment.name.value.clone()).collect() }
}

fn folder(objects: &EnvironmentObjects<'_>, checked: Checked<'_>) -> EnvironmentFolder {
    let environment = checked.model().environment(objects.environment);
    let origin = match environment.map(|environment| environment.instance) {
        Some(Instance::Fixed) => Origin::Fixed,
        Some(Instance::Asked | Instance::Example) | None => {
            Origin::Instance(environment.map(|environment| environment.name.value.clone()))
        }
    };
    EnvironmentFolder { name: objects.folder.clone(), origin }
}

/// What was built, in a few lines.
fn said(err: &mut Stream, analysis: &Analysis, built: &[Built], proof: &Proof) {
    if err.is_for_programs() {
        return;
    }
    let Some(model) = &analysis.model else { return };
    let n_objects = built.iter().map(|environment| environment.n_objects).sum();
    let (declared, derived) = flows(analysis, built);
    err.line(&format!("built {}: {}", model.platform.name.value, counted(built.len(), "environment")));
    if let Some(nothing) = nothing_to_build(analysis) {
        err.line(&nothing);
    }
    let rows = built.iter().map(|&Built { environment, n_objects, n_values }| {
        let title = model.environment_title(environment);
        let values = if n_values > 0 { format!(", values for {}", counted(n_values, "chart")) } else { String::new() };
        [format!("  {title}"), format!("{}{values}", counted(n_objects, "object"))]
    });
    for line in table::lines(&rows.collect::<Vec<_>>()) {
        err.line(&line);
    }
    let is_built = |id: EnvironmentId| built.iter().any(|built| built.environment == id);
    for observed in observe::observed(analysis, is_built) {
        err.line(&format!("{} only observes: no network policy is built; with them", observed.environment));
        observed::write(&observed.isolated, "  ", err);
    }
    let waived = match waived(analysis) {
        waived if waived.is_empty() => waived,
        waived => format!(", {waived}"),
    };
    err.line(&format!(
        "{}, {declared} declared and {derived} derived {}; {} passed{waived}",
        counted(n_objects, "object"),
        if declared + derived == 1 { "flow" } else { "flows" },
        counted(crate::check::all().count(), "check"),
    ));
    let n_pairs = proof.pairs;
    err.line(&format!(
        "proved: {} of endpoints pass exactly the declared and derived flows",
        if n_pairs == 1 { "1 pair".to_owned() } else { format!("{} pairs", grouped(n_pairs)) },
    ));
    for open in &proof.open {
        err.line(&printable(&format!("  not isolated: {}", opened(open))));
    }
}

/// Whom no policy isolates, and why.
fn opened(open: &Open) -> String {
    let environment = &open.environment;
    let workloads = counted(open.workloads.len(), "workload");
    match &open.why {
        OpenBecause::DenyOff(Some(because)) => {
            format!("{workloads} of {environment}, whose deny is off because \"{because}\"")
        }
        OpenBecause::DenyOff(None) => format!("{workloads} of {environment}, whose deny is off"),
        OpenBecause::Observed => format!("{workloads} of {environment}, which is only observed"),
        OpenBecause::HostNetwork => {
            format!("{} of {environment}, on the host network", open.workloads.join(", "))
        }
    }
}

/// A number with a comma before each three digits.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() * 2);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// How many flows the environments that were built have.
fn flows(analysis: &Analysis, built: &[Built]) -> (usize, usize) {
    let is_built = |flow: &&Flow| built.iter().any(|built| built.environment == flow.environment);
    let built: Vec<&Flow> = analysis.graph.flows.iter().filter(is_built).collect();
    let declared = built.iter().filter(|flow| matches!(flow.why, Why::Declared(_))).count();
    (declared, built.len() - declared)
}
