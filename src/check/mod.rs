//! The invariants: one file a check, one folder a family. A check reads the model and the graph and reports; it changes
//! nothing, keeps no state and knows no other check.
//!
//! Invariants: a finding about a declaration that could not be read is dropped, in [`Context`], and one that builds on a statement
//! that was read in part, in [`told`], and nowhere else; what a check
//! finds of one endpoint depends on no more than its [`Looks`] says.

pub mod changed;
pub mod disruption;
mod environments;
pub mod findings;
pub mod flows;
pub mod health;
mod mend;
pub mod order;
pub mod output;
pub mod pod_security;
mod prose;
pub mod rules;
pub mod scaling;
pub mod severity;
mod shared;
mod stated;
pub mod told;
pub mod waivers;

pub(crate) use flows::is_sharing_accepted;
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::graph::FlowGraph;
use crate::model::{
    Contained, DeclaredFlow, Endpoint, EndpointId, Environment, EnvironmentId, External, Job, Model, Origin, Program,
    Service, Unread, Workload,
};
use crate::source::{SourceMap, Span};

/// One check.
#[derive(Debug)]
pub struct Check {
    /// The code that it reports.
    pub code: &'static Code,
    /// What its findings speak of.
    pub judges: Judges,
    /// Looks for what breaks the invariant.
    pub run: Run,
    /// How far `run` looks.
    pub looks: Looks,
    /// What it judges of the platform beside that, in one go: environments, the `platform` block, sums.
    pub whole: Option<Run>,
    /// What of a workload it judges.
    pub reads: Reads,
}

/// The function of a check.
pub type Run = fn(&Context<'_>, &mut Sink);

/// How far a check looks: what its findings about one endpoint depend on. What is not named here, it must not read, and
/// the work for one endpoint must not grow with the platform: an editor has only those endpoints judged again for which
/// something of it has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looks {
    /// The endpoint's own model, its environment, the `platform` block, how layers are called, and what waivers are on.
    Endpoint,
    /// These; the flows that begin or end at it, and the sources of its triggers; the models, the environments and the
    /// flows of the endpoints at the other ends, and of those that its own words name; the names of flows that could not
    /// be read, those that environments take away, whom a `never` names, and what waivers are on. Not its wave, and not what derived flows miss.
    Neighbors,
    /// Anything.
    Platform,
}

/// What of a workload a check judges: a workload of which that could not be read is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// Any word of it.
    Everything,
    /// These words, beside what it has or has not by itself; of one with a brace behind it, `scale {`, what stands before its
    /// braces. None where each value is judged alone.
    Words(&'static [&'static str]),
}

/// What the findings of a check speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judges {
    /// What is stated: it is wrong whatever else is declared.
    Stated,
    /// What one endpoint states of itself: it is wrong whoever its neighbors are, even where these decide how it is mended.
    Own,
    /// That something is not there: where a file could not be read, it may stand in that file.
    Missing,
}

/// How much of a platform could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Every file.
    Whole,
    /// All but a file or a module that is used and could not be read.
    Part,
}

/// What checks read, and which endpoints they judge.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The model.
    pub model: &'a Model,
    /// The flows.
    pub graph: &'a FlowGraph,
    /// The files, for naming places in notes.
    pub sources: &'a SourceMap,
    /// What of a workload the check judges.
    pub reads: Reads,
    /// The endpoints that are judged, in order; all of them where it is `None`.
    pub only: Option<&'a [EndpointId]>,
}

impl<'a> Context<'a> {
    /// A context in which every endpoint is judged.
    pub fn new(model: &'a Model, graph: &'a FlowGraph, sources: &'a SourceMap) -> Self {
        Self { model, graph, sources, reads: Reads::Everything, only: None }
    }

    /// Whether what the check judges of a workload could be read.
    pub fn is_read(&self, workload: &Workload) -> bool {
        self.knows(&workload.unread)
    }

    /// Whether what the check judges of an endpoint with these unread words could be read.
    fn knows(&self, unread: &Unread) -> bool {
        match self.reads {
            Reads::Everything => unread.is_empty(),
            Reads::Words(words) => !unread.touches(words),
        }
    }

    /// Every endpoint that is judged, in order.
    pub fn endpoints(&self) -> impl Iterator<Item = &'a Endpoint> {
        let model = self.model;
        let (few, all) = self.only.map_or((&[] as &[_], model.endpoints.as_slice()), |few| (few, &[]));
        few.iter().filter_map(move |id| model.endpoint(*id)).chain(all.iter().map(Arc::as_ref))
    }

    /// Every service that is judged with its workload and environment, those left out of which the check cannot know
    /// enough.
    pub fn services(&self) -> impl Iterator<Item = (&'a Workload, &'a Service, &'a Environment)> {
        self.workloads().filter_map(|(workload, environment)| Some((workload, workload.service()?, environment)))
    }

    /// Every workload that is judged of which bvlc makes the pods, with what runs in them and its environment, those left out of
    /// which the check cannot know enough.
    pub fn programs(&self) -> impl Iterator<Item = (&'a Workload, &'a Program, &'a Environment)> {
        self.workloads().filter_map(|(workload, environment)| Some((workload, workload.program()?, environment)))
    }

    /// Every container of these, with its workload, what runs in the pod and its environment. Of those beside a workload's own nothing is
    /// said where one of them could not be read.
    pub fn containers(&self) -> impl Iterator<Item = (Contained<'a>, &'a Workload, &'a Program, &'a Environment)> {
        self.programs().flat_map(|(workload, program, environment)| {
            let is_known = |contained: &Contained<'a>| {
                contained.companion.is_none_or(|companion| !workload.unread.touches(&[companion.role.word()]))
            };
            program.containers().filter(is_known).map(move |contained| (contained, workload, program, environment))
        })
    }

    /// Every job that is judged with its workload and environment, those left out of which the check cannot know enough.
    pub fn jobs(&self) -> impl Iterator<Item = (&'a Workload, &'a Job, &'a Environment)> {
        self.workloads().filter_map(|(workload, environment)| Some((workload, workload.job()?, environment)))
    }

    /// Every workload that is judged with its environment, those left out of which the check cannot know enough.
    pub fn workloads(&self) -> impl Iterator<Item = (&'a Workload, &'a Environment)> {
        let cx = *self;
        self.endpoints().filter_map(move |endpoint| match endpoint {
            Endpoint::Workload(workload) if cx.is_read(workload) => {
                Some((workload, cx.model.environment(workload.environment)?))
            }
            Endpoint::Workload(_) | Endpoint::External(_) => None,
        })
    }

    /// Every external that is judged, those left out of which the check cannot know enough.
    pub fn externals(&self) -> impl Iterator<Item = &'a External> {
        let cx = *self;
        self.endpoints().filter_map(move |endpoint| match endpoint {
            Endpoint::External(external) if cx.knows(&external.unread) => Some(external),
            Endpoint::External(_) | Endpoint::Workload(_) => None,
        })
    }

    /// The flows that the spec states from an endpoint, in order of statement.
    pub fn stated_from(&self, endpoint: EndpointId) -> impl Iterator<Item = &'a DeclaredFlow> {
        let (graph, model) = (self.graph, self.model);
        graph.outgoing(endpoint).filter_map(move |flow| flow.declared(model))
    }

    /// The flows that the spec states to an endpoint, in order of statement.
    pub fn stated_to(&self, endpoint: EndpointId) -> impl Iterator<Item = &'a DeclaredFlow> {
        let (graph, model) = (self.graph, self.model);
        graph.incoming(endpoint).filter_map(move |flow| flow.declared(model))
    }

    /// Where the flows of two are taken away in an environment.
    pub fn taken_between(&self, environment: EnvironmentId, ends: (EndpointId, EndpointId)) -> Option<Span> {
        let all = self.model.taken_flows.as_slice();
        let first = all.partition_point(|taken| taken.key() < (environment, ends.0, ends.1, 0));
        let taken = all.get(first).filter(|taken| taken.environment == environment);
        taken.filter(|taken| (taken.source, taken.destination) == ends).map(|taken| taken.by)
    }

    /// Whether what a check finds of a subject in an environment stands: as grave as it is by itself, and accepted by nobody.
    ///
    /// One mistake is one finding: a check is silent about what another one says first, of the same statement. That is so while
    /// the other finding stands. Whoever accepts it, or makes a warning of it, has answered that one alone, so that what it hid
    /// is judged. Three are hidden for good, whatever stands: what says less of the same; what asks for no more than a reason,
    /// which an acceptance gives; and what is true only of objects that a cluster takes, where the other says that it refuses them.
    pub fn stands(&self, check: &Check, subject: &str, environment: &Environment) -> bool {
        !severity::is_lowered(self.model, check.code) && !self.model.is_waived_in(environment, subject, check.code)
    }

    /// Every environment, the tainted ones left out.
    pub fn environments(&self) -> impl Iterator<Item = &'a Environment> {
        self.model.environments.iter().filter(|environment| !environment.tainted)
    }

    /// The weakest of the user's own classes that a workload takes over, at its declaration: what it leaves out, those that take it
    /// over lack as well.
    pub fn own_class(&self, workload: &Workload) -> Option<&'a Origin<String>> {
        let classes = workload.classes.iter().filter_map(|id| self.model.classes.get(id.0 as usize));
        classes.into_iter().find(|class| self.is_users(class.span))
    }

    /// The name of an endpoint, with its environment before it where that is not `seen_from`.
    pub fn name(&self, endpoint: EndpointId, seen_from: EnvironmentId) -> String {
        match self.model.endpoint(endpoint) {
            Some(found) if found.environment() == seen_from => found.name().value.clone(),
            Some(found) => format!("{}/{}", self.model.environment_title(found.environment()), found.name().value),
            None => String::new(),
        }
    }

    /// What supplied a value, to label it: `30s, from environment staging`. Nothing for the declaration itself.
    pub fn supplied<T: std::fmt::Display>(&self, origin: &Origin<T>) -> String {
        format!("{}{}", origin.value, self.from_layer(origin.layer))
    }
}

/// Starts a finding of `code` about a workload in its environment.
pub fn finding(
    code: &'static Code,
    workload: &Workload,
    environment: &Environment,
    span: Span,
    message: impl Into<String>,
) -> Diagnostic {
    Diagnostic::new(code, span, message).environment(environment.title.clone()).about(workload.name.value.clone())
}

/// Declares a check: its code with explanation, its function and, where that is less than all, the words that it reads. An
/// error says on which [`Ground`](crate::diagnostic::Ground) it is one: `Error(Refused)`; and on which graver one some of its
/// findings are, which say so by [`Diagnostic::gravely`]: `Error(Judgment, Refused)`.
/// `judges Missing` marks one whose findings say that something is not there, `judges Own` one that is right of an endpoint whoever
/// its neighbors are. `looks Endpoint` and `looks Neighbors` mark
/// one that judges each endpoint by itself, see [`Looks`]; `whole` names the function for what it judges beside that.
#[macro_export]
macro_rules! check {
    (
        $(#[doc = $doc:literal])+
        $id:ident, $slug:literal, $severity:ident $(($ground:ident $(, $graver:ident)?))?, since $since:literal
            => $run:path $(, reads $reads:expr)? $(, judges $judges:ident)? $(, looks $looks:ident)? $(, whole $whole:path)?
    ) => {
        #[doc = concat!("`", stringify!($id), "` ", $slug)]
        static $id: $crate::diagnostic::Code = $crate::diagnostic::Code {
            id: stringify!($id),
            slug: $slug,
            severity: $crate::diagnostic::Severity::$severity,
            ground: $crate::ground!($($ground)?),
            graver: $crate::ground!($($($graver)?)?),
            since: $since,
            explanation: concat!($($doc, "\n"),+),
        };
        /// This check.
        pub(in $crate::check) static CHECK: $crate::check::Check = $crate::check::Check {
            code: &$id,
            judges: $crate::judges!($($judges)?),
            reads: $crate::reads!($($reads)?),
            run: $run,
            looks: $crate::looks!($($looks)?),
            whole: $crate::whole!($($whole)?),
        };
    };
}

/// Why a finding is an error, as its check states it.
#[macro_export]
macro_rules! ground {
    () => {
        None
    };
    ($ground:ident) => {
        Some($crate::diagnostic::Ground::$ground)
    };
}

/// What a check judges, as it states it.
#[macro_export]
macro_rules! judges {
    () => {
        $crate::check::Judges::Stated
    };
    ($judges:ident) => {
        $crate::check::Judges::$judges
    };
}

/// The words that a check reads, as it states them.
#[macro_export]
macro_rules! reads {
    () => {
        $crate::check::Reads::Everything
    };
    ($words:expr) => {
        $crate::check::Reads::Words(&$words)
    };
}

/// How far a check looks, as it states it.
#[macro_export]
macro_rules! looks {
    () => {
        $crate::check::Looks::Platform
    };
    ($looks:ident) => {
        $crate::check::Looks::$looks
    };
}

/// What a check judges of the platform in one go, as it states it.
#[macro_export]
macro_rules! whole {
    () => {
        None
    };
    ($whole:path) => {
        Some($whole)
    };
}

/// Every check, by family.
pub fn all() -> impl Iterator<Item = &'static Check> {
    let families = [
        flows::CHECKS,
        pod_security::CHECKS,
        scaling::CHECKS,
        disruption::CHECKS,
        health::CHECKS,
        order::CHECKS,
        output::CHECKS,
        rules::CHECKS,
    ];
    families.into_iter().flatten().copied()
}

/// Runs every check that can speak truly of so much of the platform, without one that is left out.
pub fn run(cx: &Context<'_>, extent: Extent, left_out: Option<&'static Code>) -> Sink {
    let mut sink = Sink::default();
    run_each(cx, extent, left_out, &mut |_, found| sink.absorb(found));
    sink
}

/// [`run`], one check after the other: what each finds goes to `found`.
pub fn run_each(
    cx: &Context<'_>,
    extent: Extent,
    left_out: Option<&'static Code>,
    found: &mut dyn FnMut(&'static Code, Sink),
) {
    for check in speaking(extent, left_out) {
        found(check.code, run_one(cx, check));
    }
}

/// What one check finds in the whole platform.
fn run_one(cx: &Context<'_>, check: &Check) -> Sink {
    let cx = Context { reads: check.reads, only: None, ..*cx };
    let mut sink = Sink::default();
    (check.run)(&cx, &mut sink);
    if let Some(whole) = check.whole {
        whole(&cx, &mut sink);
    }
    sink
}

/// The checks that can speak truly of so much of a platform, without one that is left out.
fn speaking(extent: Extent, left_out: Option<&'static Code>) -> impl Iterator<Item = &'static Check> {
    let speaks = move |check: &&Check| extent == Extent::Whole || check.judges != Judges::Missing;
    all().filter(speaks).filter(move |check| left_out != Some(check.code))
}

#[cfg(test)]
mod tests {
    use super::{Looks, Reads, all};
    use crate::diagnostic::Severity;
    use crate::model::unread::HEAD;
    use crate::vocabulary::endpoint_blocks;

    #[test]
    fn errors_say_why_they_are_errors() {
        for check in all() {
            let is_error = check.code.severity == Severity::Error;
            assert_eq!(check.code.ground.is_some(), is_error, "{}", check.code.slug);
        }
    }

    #[test]
    fn what_is_judged_in_one_go_is_so_beside_what_is_judged_alone() {
        for check in all().filter(|check| check.whole.is_some()) {
            assert_ne!(check.looks, Looks::Platform, "{}: one function is enough", check.code.slug);
        }
    }

    #[test]
    fn checks_read_words_that_exist() {
        for check in all() {
            let Reads::Words(words) = check.reads else { continue };
            for word in words {
                let word = word.strip_suffix(HEAD).unwrap_or(word);
                let is_known = endpoint_blocks().any(|block| block.word(word).is_some());
                assert!(is_known, "{} reads `{word}`, which no workload has", check.code.slug);
            }
        }
    }
}
