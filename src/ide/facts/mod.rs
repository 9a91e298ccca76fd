//! What follows from a statement and is not written in it: sums, bounds, the numbers of ports.
//!
//! Invariants: every number is the model's own, or that of a function that checks use as well; where a statement means
//! different things to those that it speaks of, each is said with its environments, and nothing where they are too many;
//! what could not be read has no facts.

mod ports;
mod scale;
mod stopping;

use super::{View, rules};
use crate::model::{Endpoint, EnvironmentId, Model, Workload};
use crate::syntax::Statement;
use crate::vocabulary::declares_workload;

/// What a fact is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What stopping adds up to.
    Shutdown,
    /// How long a drain of all replicas may take.
    Drain,
    /// What scaling means.
    Scale,
    /// The numbers of ports.
    Ports,
    /// Of how much a rule holds.
    Rules,
}

/// Something that follows from a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What it is about.
    pub kind: Kind,
    /// It, in as few words as can be understood.
    pub label: String,
    /// The same with every step, as Markdown.
    pub detail: String,
}

/// A fact of one workload.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Own {
    label: String,
    detail: String,
}

/// What tells the fact of a statement for one workload.
type Tell = fn(&Facts<'_>, &Workload, &Statement) -> Option<Own>;

/// The most different meanings that are told of one statement.
const MOST: usize = 3;

/// The facts of a platform.
pub struct Facts<'v> {
    view: &'v View,
    model: &'v Model,
}

impl<'v> Facts<'v> {
    /// The facts of a view; `None` where there is no platform to speak of.
    pub fn new(view: &'v View) -> Option<Self> {
        let model = view.analysis.model.as_ref()?;
        Some(Self { view, model })
    }

    /// What follows from a statement in the braces of others, outermost first.
    pub fn of(&self, around: &[&Statement], statement: &Statement) -> Option<Fact> {
        let parent = around.last().map_or("", |parent| parent.word());
        let (kind, tell): (Kind, Tell) = match statement.word() {
            "shutdown" => (Kind::Shutdown, |facts, workload, _| stopping::shutdown(facts.model, workload)),
            "disruption" => (Kind::Drain, |_, workload, _| stopping::drain(workload)),
            "scale" => (Kind::Scale, |facts, workload, _| scale::requested(facts.model, workload)),
            "on" if parent == "scale" => (Kind::Scale, |_, workload, on| scale::trigger(workload, on)),
            "for" if parent == "rule" => {
                let standing = rules::standing(self.view, rules::of(self.view, statement)?)?;
                return Some(Fact {
                    kind: Kind::Rules,
                    label: rules::beside(&standing),
                    detail: rules::told(&standing),
                });
            }
            _ => return ports::of(self, around, statement),
        };
        let file = self.view.sources().get(statement.span.file)?;
        let line = file.slice(statement.span);
        let mut told: Vec<(Own, Vec<&str>)> = Vec::new();
        let subjects = self.subjects(around);
        let is_named = subjects.is_named;
        for workload in subjects.workloads {
            if workload.unread.touches(&["shutdown", "disruption", "scale", "cpu", "memory", "replicas"]) {
                continue;
            }
            let Some(own) = tell(self, workload, statement) else { continue };
            let title = self.model.environment_title(workload.environment);
            let most = if is_named { MOST } else { 1 };
            let n_told = told.len();
            match told.iter_mut().find(|(known, _)| known.label == own.label) {
                Some((_, titles)) => titles.push(title),
                // a statement of many says something only where it says the same to all
                None if n_told == most => return None,
                None => told.push((own, vec![title])),
            }
        }
        let (first, rest) = told.split_first()?;
        if rest.is_empty() {
            let label = first.0.label.clone();
            return (!line.contains(&label)).then(|| Fact { kind, label, detail: first.0.detail.clone() });
        }
        let label = |(own, titles): &(Own, Vec<&str>)| format!("{} in {}", own.label, titles.join(", "));
        let detail = |(own, titles): &(Own, Vec<&str>)| format!("In {}: {}", titles.join(", "), own.detail);
        Some(Fact {
            kind,
            label: told.iter().map(label).collect::<Vec<_>>().join("; "),
            detail: told.iter().map(detail).collect::<Vec<_>>().join("\n\n"),
        })
    }

    /// Whom the statements in some braces speak of.
    fn subjects(&self, around: &[&Statement]) -> Subjects<'v> {
        let named = |statement: &Statement| Some(statement.terms.first()?.named()?.0.to_owned());
        let of_name = |name: &str| self.model.named(name).into_iter().filter_map(workload);
        let word = |at: usize| around.get(at).map_or("", |statement| statement.word());
        let Some(first) = around.first() else { return Subjects::default() };
        let name = named(first).unwrap_or_default();
        match (word(0), word(1)) {
            (word, _) if declares_workload(word) => Subjects { workloads: of_name(&name).collect(), is_named: true },
            ("environment", word) if declares_workload(word) => {
                let overlaid = around.get(1).copied().and_then(named);
                let is_here = |workload: &&Workload| self.is_named(workload.environment, &name);
                match overlaid {
                    Some(overlaid) => {
                        Subjects { workloads: of_name(&overlaid).filter(is_here).collect(), is_named: true }
                    }
                    None => Subjects { workloads: self.model.workloads().filter(is_here).collect(), is_named: false },
                }
            }
            ("environment", "defaults") => {
                let is_here = |workload: &&Workload| self.is_named(workload.environment, &name);
                Subjects { workloads: self.model.workloads().filter(is_here).collect(), is_named: false }
            }
            ("platform", "defaults") => Subjects { workloads: self.model.workloads().collect(), is_named: false },
            ("class", _) => {
                let is_class = |class: &&crate::model::ClassId| {
                    self.model.classes.get(class.0 as usize).is_some_and(|known| known.value == name)
                };
                let has = |workload: &&Workload| workload.classes.iter().any(|class| is_class(&class));
                Subjects { workloads: self.model.workloads().filter(has).collect(), is_named: false }
            }
            _ => Subjects::default(),
        }
    }

    fn is_named(&self, environment: EnvironmentId, name: &str) -> bool {
        self.model.environment(environment).is_some_and(|known| known.name.value == name)
    }
}

/// Whom a statement speaks of.
#[derive(Default)]
struct Subjects<'v> {
    workloads: Vec<&'v Workload>,
    /// Whether it is one declaration, in some environments.
    is_named: bool,
}

fn workload(endpoint: &Endpoint) -> Option<&Workload> {
    match endpoint {
        Endpoint::Workload(workload) => Some(workload),
        Endpoint::External(_) => None,
    }
}
