//! The invariants: one file a check, one folder a family. A check reads the model and the graph and reports; it changes
//! nothing, keeps no state and knows no other check.
//!
//! Invariant: a finding about a declaration that could not be read is dropped, in [`run`] and nowhere else.

pub mod disruption;
pub mod flows;
pub mod health;
mod mend;
pub mod order;
pub mod output;
pub mod pod_security;
mod prose;
pub mod scaling;
pub mod severity;
pub mod shared;
pub mod waivers;

use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::graph::FlowGraph;
use crate::model::{EndpointId, Environment, EnvironmentId, External, Model, Origin, Service, Workload};
use crate::source::SourceMap;

/// One check.
#[derive(Debug)]
pub struct Check {
    /// The code that it reports.
    pub code: &'static Code,
    /// What its findings speak of.
    pub judges: Judges,
    /// Looks for what breaks the invariant.
    pub run: fn(&Context<'_>, &mut Sink),
    /// What of a workload it judges.
    pub reads: Reads,
}

/// What of a workload a check judges: a workload of which that could not be read is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// Any word of it.
    Everything,
    /// These words, beside what it has or has not by itself. None where each value is judged alone.
    Words(&'static [&'static str]),
}

/// What the findings of a check speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judges {
    /// What is stated: it is wrong whatever else is declared.
    Stated,
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

/// What checks read.
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
}

impl<'a> Context<'a> {
    /// Whether what the check judges of a workload could be read.
    pub fn is_read(&self, workload: &Workload) -> bool {
        match self.reads {
            Reads::Everything => !workload.tainted,
            Reads::Words(words) => !workload.unread.touches(words),
        }
    }

    /// Every service with its workload and environment, those left out of which the check cannot know enough.
    pub fn services(&self) -> impl Iterator<Item = (&'a Workload, &'a Service, &'a Environment)> {
        let (cx, model) = (*self, self.model);
        model
            .workloads()
            .filter(move |workload| cx.is_read(workload))
            .filter_map(move |workload| Some((workload, workload.service()?, model.environment(workload.environment)?)))
    }

    /// Every workload with its environment, those left out of which the check cannot know enough.
    pub fn workloads(&self) -> impl Iterator<Item = (&'a Workload, &'a Environment)> {
        let (cx, model) = (*self, self.model);
        let sound = model.workloads().filter(move |workload| cx.is_read(workload));
        sound.filter_map(move |workload| Some((workload, model.environment(workload.environment)?)))
    }

    /// Every external, the tainted ones left out.
    pub fn externals(&self) -> impl Iterator<Item = &'a External> {
        self.model.externals().filter(|external| !external.tainted)
    }

    /// Every environment, the tainted ones left out.
    pub fn environments(&self) -> impl Iterator<Item = &'a Environment> {
        self.model.environments.iter().filter(|environment| !environment.tainted)
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
    span: crate::source::Span,
    message: impl Into<String>,
) -> Diagnostic {
    Diagnostic::new(code, span, message).environment(environment.title.clone()).about(workload.name.value.clone())
}

/// Declares a check: its code with explanation, its function and, where that is less than all, the words that it reads. An
/// error says on which [`Ground`](crate::diagnostic::Ground) it is one: `Error(Refused)`.
/// `judges Missing` marks one whose findings say that something is not there.
#[macro_export]
macro_rules! check {
    (
        $(#[doc = $doc:literal])+
        $id:ident, $slug:literal, $severity:ident $(($ground:ident))?, since $since:literal
            => $run:path $(, reads $reads:expr)? $(, judges $judges:ident)?
    ) => {
        #[doc = concat!("`", stringify!($id), "` ", $slug)]
        static $id: $crate::diagnostic::Code = $crate::diagnostic::Code {
            id: stringify!($id),
            slug: $slug,
            severity: $crate::diagnostic::Severity::$severity,
            ground: $crate::ground!($($ground)?),
            since: $since,
            explanation: concat!($($doc, "\n"),+),
        };
        /// This check.
        pub(super) static CHECK: $crate::check::Check = $crate::check::Check {
            code: &$id,
            judges: $crate::judges!($($judges)?),
            reads: $crate::reads!($($reads)?),
            run: $run,
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
    ];
    families.into_iter().flatten().copied()
}

/// Runs every check that can speak truly of so much of the platform.
pub fn run(cx: &Context<'_>, extent: Extent) -> Sink {
    run_observed(cx, extent, None, &mut |_| {})
}

/// [`run`] without one check, telling when each of the others has ended.
pub fn run_observed(
    cx: &Context<'_>,
    extent: Extent,
    left_out: Option<&'static Code>,
    ended: &mut dyn FnMut(&'static Code),
) -> Sink {
    let mut sink = Sink::default();
    let speaks = |check: &&Check| extent == Extent::Whole || check.judges == Judges::Stated;
    for check in all().filter(speaks).filter(|check| left_out != Some(check.code)) {
        (check.run)(&Context { reads: check.reads, ..*cx }, &mut sink);
        ended(check.code);
    }
    sink
}

#[cfg(test)]
mod tests {
    use super::{Reads, all};
    use crate::diagnostic::Severity;
    use crate::vocabulary::{MANAGED, SERVICE};

    #[test]
    fn errors_say_why_they_are_errors() {
        for check in all() {
            let is_error = check.code.severity == Severity::Error;
            assert_eq!(check.code.ground.is_some(), is_error, "{}", check.code.slug);
        }
    }

    #[test]
    fn checks_read_words_that_exist() {
        for check in all() {
            let Reads::Words(words) = check.reads else { continue };
            for word in words {
                let is_known = SERVICE.word(word).or(MANAGED.word(word)).is_some();
                assert!(is_known, "{} reads `{word}`, which no workload has", check.code.slug);
            }
        }
    }
}
