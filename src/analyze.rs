//! Files -> [`Analysis`]: all stages that judge, in order, over all environments. What the command line and editors call.
//!
//! Invariants: an [`Analysis`] is immutable and holds everything that explanations need; a [`Checked`] can only be made
//! from one without errors, so nothing that is wrong can be emitted.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::check::changed::Changed;
use crate::check::findings::Judged;
use crate::check::told::{self, Part, Rules, Told};
use crate::check::{self, Context, Extent, waivers};
use crate::diagnostic::{Code, Diagnostic, Findings, Severity, Sink};
use crate::graph::{self, FlowGraph};
use crate::model::codes::{BVL0202, BVL0210};
use crate::model::{EnvironmentId, Model};
use crate::resolve::{self, Course, Earlier, Elsewhere, Memo, Project};
use crate::source::{Files, SourceMap, Span};
use crate::syntax::Tree;
use crate::syntax::codes::{BVL0101, BVL0105, BVL0112};

pub use crate::resolve::{Inputs, Mode, ParamInput};

/// Everything that is known of a platform.
#[derive(Debug)]
pub struct Analysis {
    /// Its files, parsed.
    pub project: Project,
    /// What it was analyzed for.
    pub inputs: Inputs,
    /// What it means; `None` where there is no platform to speak of.
    pub model: Option<Model>,
    /// Who talks to whom.
    pub graph: Arc<FlowGraph>,
    /// What is wrong, in order, accepted findings left out.
    pub findings: Findings,
    /// How many findings each waiver accepts, by its index in the model.
    pub waived: Vec<usize>,
    /// How many of the findings that waivers accept say that a cluster refuses the objects.
    pub n_refused: usize,
    /// The environments that were asked for.
    pub wanted: Vec<EnvironmentId>,
    /// What the next analysis may take over; `None` where there will be none.
    memo: Option<Memo>,
    /// What each check found and what is told of that, for the same.
    judged: Option<(Judged, Vec<Part>)>,
}

/// A stage of [`analyze`], for timings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Reading and parsing files.
    Load,
    /// Names, layers and types.
    Resolve,
    /// Flows, order and paths.
    Graph,
    /// One of the invariants.
    One(&'static Code),
    /// What is left of judging: severities and waivers.
    Check,
}

impl Stage {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Load => "load",
            Self::Resolve => "resolve",
            Self::Graph => "graph",
            Self::One(code) => code.slug,
            Self::Check => "check",
        }
    }
}

/// Analyzes the platform whose root file is `root`.
pub fn analyze(files: &dyn Files, root: &str, inputs: &Inputs) -> Analysis {
    analyze_observed(files, root, inputs, &mut |_| {})
}

/// [`analyze`] for a platform that is analyzed again and again, as an editor does: what an edit leaves as it was is taken
/// over from the earlier analysis. The findings are those that [`analyze`] has.
pub fn analyze_again(files: &dyn Files, root: &str, inputs: &Inputs, earlier: Option<&Analysis>) -> Analysis {
    let loaded = resolve::load_again(files, root, earlier.map(|earlier| &earlier.project));
    judge(files, loaded, inputs, Revision::Again(earlier), &mut |_| {})
}

/// [`analyze`], telling when each stage has ended.
pub fn analyze_observed(files: &dyn Files, root: &str, inputs: &Inputs, ended: &mut dyn FnMut(Stage)) -> Analysis {
    let loaded = resolve::load(files, root);
    ended(Stage::Load);
    judge(files, loaded, inputs, Revision::Only, ended)
}

/// How often a platform is analyzed.
#[derive(Clone, Copy)]
enum Revision<'e> {
    /// Once.
    Only,
    /// Again and again.
    Again(Option<&'e Analysis>),
}

impl<'e> Revision<'e> {
    fn course(self) -> Course<'e> {
        let earlier =
            |analysis: &'e Analysis| Some(Earlier { project: &analysis.project, memo: analysis.memo.as_ref()? });
        match self {
            Self::Only => Course::Once,
            Self::Again(analysis) => Course::Again(analysis.and_then(earlier)),
        }
    }

    fn graph(self, model: &Model) -> Arc<FlowGraph> {
        match self {
            Self::Only => Arc::new(graph::derive(model)),
            Self::Again(earlier) => {
                let earlier = earlier.and_then(|earlier| Some((earlier.model.as_ref()?, &earlier.graph)));
                graph::derive_again(model, earlier)
            }
        }
    }
}

/// Runs the checks on what has changed since an earlier analysis, and tells what they found.
fn judge_again(
    cx: &Context<'_>,
    extent: Extent,
    left_out: Option<&'static Code>,
    (rules, earlier): (&Rules<'_>, Option<&Analysis>),
) -> (Judged, Vec<Part>) {
    let known = earlier.and_then(|earlier| Some((earlier, earlier.model.as_ref()?, earlier.judged.as_ref()?)));
    let Some((earlier, model, (judged, parts))) = known else {
        let judged = Judged::cold(cx, extent, left_out);
        let parts = rules.parts(&judged, None);
        return (judged, parts);
    };
    let kept = cx.sources.kept_since(earlier.sources());
    let changed = Changed::between((model, &*earlier.graph), (cx.model, cx.graph), &kept);
    let again = Judged::again(cx, extent, judged, &changed);
    let parts = rules.parts(&again, Some((model, judged, parts)));
    (again, parts)
}

/// All stages behind the reading of files.
fn judge(
    files: &dyn Files,
    (mut project, mut sink): (Project, Sink),
    inputs: &Inputs,
    revision: Revision<'_>,
    ended: &mut dyn FnMut(Stage),
) -> Analysis {
    let resolved = resolve::resolve(&mut project, inputs, revision.course());
    let is_within_unknown = |finding: &Diagnostic| {
        let within = |span| resolved.unknown.iter().any(|unknown| unknown.contains(span));
        finding.code == &BVL0101 && finding.span().is_some_and(within)
    };
    sink.retain(|finding| {
        finding.span().is_none_or(|span| !resolved.replaced.contains(&span)) && !is_within_unknown(finding)
    });
    // what syntax has said of a term is not said again
    let told: BTreeSet<Span> = sink.places().collect();
    let mut found = resolved.sink;
    found.retain(|finding| finding.span().is_none_or(|span| !told.contains(&span)));
    // a word that something hidden takes apart is no statement of another shape
    let torn: BTreeSet<Span> =
        sink.iter().filter(|finding| finding.code == &BVL0112).filter_map(Diagnostic::span).collect();
    let is_torn = |span: Span| {
        let hidden = torn.range(Span { end: span.start, ..span }..).next();
        hidden.is_some_and(|hidden| hidden.file == span.file && hidden.end <= span.end)
    };
    found.retain(|finding| finding.code != &BVL0202 || finding.span().is_none_or(|span| !is_torn(span)));
    if sink.iter().any(|finding| finding.code == &BVL0105) {
        let cut_off: BTreeSet<Span> = project.trees.iter().flat_map(|tree| tree.cut_off(&project.sources)).collect();
        found.retain(|finding| finding.code != &BVL0210 || finding.span().is_none_or(|span| !cut_off.contains(&span)));
    }
    sink.absorb(found);
    let elsewhere = Elsewhere::of(files, &project, sink.iter());
    let is_whole = !project.unfound.file && project.trees.iter().all(|tree| tree.left_out.is_empty());
    if inputs.mode == Mode::Build {
        // the model holds all that is emitted, and trees weigh as much as it does
        project.trees = Vec::new();
    }
    ended(Stage::Resolve);
    let graph = resolved.model.as_ref().map(|model| revision.graph(model)).unwrap_or_default();
    ended(Stage::Graph);
    let mut judged = None;
    let Told { findings, accepted: waived, n_refused } = match &resolved.model {
        Some(model) => {
            let cx = Context::new(model, &graph, &project.sources);
            let extent = if is_whole && elsewhere.is_empty() { Extent::Whole } else { Extent::Part };
            let rules = Rules::of(model, &project.sources, inputs.today);
            let parts = match revision {
                Revision::Only => {
                    let mut found = Vec::new();
                    check::run_each(&cx, extent, inputs.left_out, &mut |code, sink| {
                        found.push(sink);
                        ended(Stage::One(code));
                    });
                    found.into_iter().map(|sink| rules.part(sink)).collect()
                }
                Revision::Again(earlier) => {
                    let (found, parts) = judge_again(&cx, extent, inputs.left_out, (&rules, earlier));
                    judged = Some((found, parts.clone()));
                    parts
                }
            };
            rules.all(sink, (&parts, extent), &mut |findings| elsewhere.tell(&project, findings))
        }
        None => told::alone(sink, &mut |findings| elsewhere.tell(&project, findings)),
    };
    // the flows that nobody finds may stand in a file that nothing uses, and whom a waiver names
    let is_late = |finding: &&Diagnostic| finding.lacks_flow() || waivers::CODES.contains(&finding.code);
    let flows = if elsewhere.is_empty() {
        Elsewhere::of(files, &project, findings.iter().filter(is_late))
    } else {
        Elsewhere::default()
    };
    let findings = if flows.is_empty() { findings } else { flows.retell(&project, &findings) };
    ended(Stage::Check);
    Analysis {
        project,
        inputs: inputs.clone(),
        model: resolved.model,
        graph,
        findings,
        waived,
        n_refused,
        wanted: resolved.wanted,
        memo: resolved.memo,
        judged,
    }
}

impl Analysis {
    /// Its files.
    pub fn sources(&self) -> &SourceMap {
        &self.project.sources
    }

    /// The trees of its files; none where it was analyzed to be built.
    pub fn trees(&self) -> &[Arc<Tree>] {
        &self.project.trees
    }

    /// Whether another analysis can take over what this one found.
    pub fn is_kept(&self) -> bool {
        self.memo.is_some()
    }

    /// Whether an error is among the findings.
    pub fn has_errors(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Error)
    }

    /// The analysis as something that may be emitted; `None` where there is an error.
    pub fn checked(&self) -> Option<Checked<'_>> {
        let model = self.model.as_ref()?;
        (!self.has_errors()).then_some(Checked { analysis: self, model })
    }
}

/// An analysis without errors.
#[derive(Debug, Clone, Copy)]
pub struct Checked<'a> {
    analysis: &'a Analysis,
    model: &'a Model,
}

impl<'a> Checked<'a> {
    /// The analysis.
    pub fn analysis(&self) -> &'a Analysis {
        self.analysis
    }

    /// Its model.
    pub fn model(&self) -> &'a Model {
        self.model
    }
}
