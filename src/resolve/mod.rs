//! Files -> [`Project`] -> [`Model`]: which files belong together, what their names stand for, and what all layers
//! together state.
//!
//! Invariants: every fault of every file is reported in one run; the result does not depend on how declarations are split
//! over files or in which order they stand; time grows with the size of the text and with the pairs that flows state.

mod absent;
mod again;
mod apart;
mod arguments;
mod braced;
mod classes;
mod constants;
mod declarations;
mod digits;
mod doubt;
mod elsewhere;
mod endpoints;
mod ends;
mod environments;
mod faulty;
mod fields;
mod flows;
mod foreign;
mod groups;
mod homes;
#[cfg(test)]
mod laws;
mod layers;
mod left_out;
mod maps;
mod members;
mod mentions;
mod misfits;
mod misplaced;
mod misspelled;
mod modules;
mod nevers;
mod not_there;
mod numbered;
mod overlays;
mod params;
mod proposed;
mod quoteless;
mod rules;
mod run_on;
mod scopes;
mod shape;
mod shown;
mod slips;
mod spaces;
mod statement;
mod table;
mod tests;
mod together;
mod unbraced;
mod unreadable;
mod unshared;
mod unsigned;
mod untaken;
mod unused;
mod values;
mod waivers;
mod without;

pub use again::{Course, Earlier, Memo};
pub use elsewhere::Elsewhere;
pub use layers::Stated;
pub use misfits::article;
pub use modules::{Project, STANDARD, load, load_again, normalize};
pub use params::{ParamInput, param_types};
pub use proposed::told as mistakes;
pub use shape::{class_block, stranger};
pub use unused::use_module;
pub use values::{ParamValues, param_values};

use std::collections::BTreeSet;
use std::sync::Arc;

use again::Again;
use declarations::Declarations;
use environments::Request;
use layers::Source;
use members::Members;
use scopes::{Scopes, Values};

use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::model::codes::{BVL0204, BVL0211, BVL0216, BVL0217, BVL0218};
use crate::model::{EndpointId, EnvironmentId, Layer, Model};
use crate::source::{SourceMap, Span};
use crate::value::Date;
use crate::vocabulary::ENVIRONMENT;

/// What a build is asked for, beside the files.
#[derive(Debug, Clone, Default)]
pub struct Inputs {
    /// Values of params.
    pub params: Vec<ParamInput>,
    /// Environments as asked for: `prod`, `preview(pr=42)`; all fixed ones where it is empty.
    pub environments: Vec<String>,
    /// What it is for.
    pub mode: Mode,
    /// The day by which waivers are judged that hold until one; none is without it.
    pub today: Option<Date>,
    /// A check that is not run: tests show with it that each one would be missed.
    pub left_out: Option<&'static Code>,
}

/// What a spec is resolved for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// To judge it: params take their examples.
    #[default]
    Check,
    /// To deploy it: every param needs a value.
    Build,
}

/// What resolving gives.
#[derive(Debug)]
pub struct Resolved {
    /// The model; `None` where there is no platform to speak of.
    pub model: Option<Model>,
    /// The environments that were asked for.
    pub wanted: Vec<EnvironmentId>,
    /// What is wrong.
    pub sink: Sink,
    /// The places of findings of syntax in place of which these tell what is wrong.
    pub replaced: BTreeSet<Span>,
    /// Declarations that begin with no word of the language: what breaks the grammar within is no mistake of its own.
    pub unknown: Vec<Span>,
    /// What the next resolving may take over; `None` where there will be none.
    pub memo: Option<Memo>,
}

/// What is declared, and what its variables stand for.
#[derive(Clone, Copy)]
struct Spec<'s, 't> {
    declarations: &'s Declarations<'t>,
    scopes: &'s Scopes,
    sources: &'s SourceMap,
}

/// Codes that can be a consequence of something that could not be read.
static MISSING: &[&Code] = &[&BVL0204, &BVL0211, &BVL0216, &BVL0217, &BVL0218];

/// Makes the model of a project. Values that are given from outside join its files, so that a fault in one has a place.
pub fn resolve(project: &mut Project, inputs: &Inputs, course: Course<'_>) -> Resolved {
    let mut sink = Sink::default();
    let given = params::given(project, inputs);
    let asked = environments::read_asked(project, inputs, &mut sink);
    let mut declarations = declarations::collect(project, &mut sink);
    let requests = environments::requests(&declarations, &asked, &mut sink);
    declarations.members = Members::of(&declarations);
    let mut again = Again::new(course, project, &declarations, &requests);
    let before = sink.len();
    let shapes = shape::check(&declarations, &project.sources, &mut again, &mut sink);
    let unknown = sink.behind(before).iter().filter(|finding| finding.code == &BVL0204);
    let told = Arc::new(unknown.filter_map(Diagnostic::span).collect());
    let scopes =
        scopes::make(&declarations, Values { given: &given, mode: inputs.mode, told: &told }, &requests, &mut sink);
    again.bind(&scopes);
    declarations.faulty.extend(&shapes.faulty);
    let mut replaced: BTreeSet<Span> =
        shapes.replaced.into_iter().chain(std::mem::take(&mut declarations.replaced)).collect();
    let unknown = std::mem::take(&mut declarations.unknown);
    declarations.lacking = classes::circles(&declarations, &mut sink);
    let Some(platform) = declarations.platform else {
        forget_unfound(project, &mut sink);
        return Resolved { model: None, wanted: Vec::new(), sink, replaced, unknown, memo: again.memo };
    };
    if !project.unfound.file {
        environments::any(&declarations, platform, &mut sink);
    }
    let spec = Spec { declarations: &declarations, scopes: &scopes, sources: &project.sources };
    let n_before = sink.len();
    let (mut model, mut table) = endpoints::build(spec, platform, &requests, &mut again, &mut sink);
    untaken::read(&declarations, &model, &scopes.global, &mut sink);
    table.lose(&declarations);
    flows::resolve(spec, &table, &mut model, &mut again, &mut sink);
    ends::after(&model, &project.sources, &mut sink);
    nevers::resolve(&declarations, &table, &mut model, &mut sink);
    waivers::resolve(&declarations, &table, &mut model, &scopes, &mut sink);
    rules::resolve(&declarations, &table, &mut model, &scopes, &mut sink);
    tests::resolve(&declarations, &table, &mut model, &scopes, &mut sink);
    ends::behind_colons(&project.sources, sink.behind(n_before));
    numbered::told(project, (&table, &model), &mut replaced, &mut sink);
    quoteless::told(project, &declarations, (&table, &model), &mut replaced, &mut sink);
    absent::show_homes(&declarations, &requests, sink.behind(n_before));
    apart::show(spec, (&table, &model), sink.behind(n_before));
    absent::show_copies(&declarations, sink.behind(0));
    absent::join_unfit(&declarations, &mut sink);
    misspelled::offer(project, sink.behind(0));
    if !model.waivers.is_empty() {
        model.doubt = doubt::of(project, &declarations, &requests, &model.waivers, &sink);
    }
    let wanted = environments::wanted(&requests, &asked);
    forget_unfound(project, &mut sink);
    left_out::forget(project, &mut sink);
    let numbered = &declarations.numbered;
    if !numbered.is_empty() {
        sink.retain(|finding| finding.span().is_none_or(|place| !numbered.contains(&place)));
    }
    Resolved { model: Some(model), wanted, sink, replaced, unknown, memo: again.memo }
}

/// Drops what is said of names that may be missing because their file or module is: that one fault has been reported. Where a
/// module is merely not used, says how to use it.
fn forget_unfound(project: &Project, sink: &mut Sink) {
    sink.retain(|finding| !project.unfound.may_hold(finding, &project.modules));
    unused::mend(project, sink.behind(0));
}

/// Everything that layers state of workloads and externals, of each by itself, for `explain` and hover.
pub fn stated(project: &mut Project, inputs: &Inputs, endpoints: &[EndpointId]) -> Vec<Vec<Stated>> {
    read(project, inputs, |declarations, requests, scopes| endpoints::stated(declarations, requests, scopes, endpoints))
}

/// Everything that an environment states, its overlays included, for `explain`.
pub fn stated_by(project: &mut Project, inputs: &Inputs, environment: EnvironmentId) -> Vec<Stated> {
    read(project, inputs, |declarations, requests, scopes| {
        let at = environment.0 as usize;
        let named = requests.get(at).and_then(|request| declarations.environments.get(&request.name));
        let (Some(named), Some(scope)) = (named, scopes.environments.get(at)) else { return Vec::new() };
        let source = Source { statement: named.statement, scope, layer: Layer::Declaration };
        layers::listing(&[source], &ENVIRONMENT)
    })
}

/// Reads what is declared, and what names stand for in each environment.
fn read<T>(
    project: &mut Project,
    inputs: &Inputs,
    answer: impl FnOnce(&Declarations<'_>, &[Request], &Scopes) -> T,
) -> T {
    let mut ignored = Sink::default();
    let given = params::given(project, inputs);
    let asked = environments::read_asked(project, inputs, &mut ignored);
    let mut declarations = declarations::collect(project, &mut ignored);
    declarations.members = Members::of(&declarations);
    let requests = environments::requests(&declarations, &asked, &mut ignored);
    let told = Arc::default();
    let values = Values { given: &given, mode: inputs.mode, told: &told };
    let scopes = scopes::make(&declarations, values, &requests, &mut ignored);
    answer(&declarations, &requests, &scopes)
}
