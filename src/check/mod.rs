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
    /// Looks for what breaks the invariant.
    pub run: fn(&Context<'_>, &mut Sink),
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
}

impl<'a> Context<'a> {
    /// Every service with its workload and environment, the tainted ones left out.
    pub fn services(&self) -> impl Iterator<Item = (&'a Workload, &'a Service, &'a Environment)> {
        let model = self.model;
        model
            .workloads()
            .filter(|workload| !workload.tainted)
            .filter_map(move |workload| Some((workload, workload.service()?, model.environment(workload.environment)?)))
    }

    /// Every workload with its environment, the tainted ones left out.
    pub fn workloads(&self) -> impl Iterator<Item = (&'a Workload, &'a Environment)> {
        let model = self.model;
        let sound = model.workloads().filter(|workload| !workload.tainted);
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

/// Declares a check: its code with explanation, and its function.
#[macro_export]
macro_rules! check {
    ($(#[doc = $doc:literal])+ $id:ident, $slug:literal, $severity:ident, since $since:literal => $run:path) => {
        #[doc = concat!("`", stringify!($id), "` ", $slug)]
        static $id: $crate::diagnostic::Code = $crate::diagnostic::Code {
            id: stringify!($id),
            slug: $slug,
            severity: $crate::diagnostic::Severity::$severity,
            since: $since,
            explanation: concat!($($doc, "\n"),+),
        };
        /// This check.
        pub(super) static CHECK: $crate::check::Check = $crate::check::Check { code: &$id, run: $run };
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

/// Runs every check.
pub fn run(cx: &Context<'_>) -> Sink {
    run_observed(cx, &mut |_| {})
}

/// [`run`], telling when each check has ended.
pub fn run_observed(cx: &Context<'_>, ended: &mut dyn FnMut(&'static Code)) -> Sink {
    let mut sink = Sink::default();
    for check in all() {
        (check.run)(cx, &mut sink);
        ended(check.code);
    }
    sink
}
