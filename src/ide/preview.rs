//! The manifests that come of a declaration, and which line of them comes from which place of the spec.
//!
//! Invariants: what is shown is what `build` writes, byte for byte, one document after the other in the order in which they
//! are applied; while something is wrong nothing is emitted, and what it is is said instead.

use super::context::{self, Context};
use super::lenses::{Spoken, is_of};
use super::obstacles::obstacles;
use super::places::Places;
use super::{At, View};
use crate::analyze::Checked;
use crate::emit;
use crate::manifest::{self, Node, Value};
use crate::model::{DeclaredFlow, EndpointId, Environment, EnvironmentId, Model, Workload};
use crate::object::{Kind, Object};
use crate::output::yaml;
use crate::query::diff::tree::{Path, Step};
use crate::source::{FileId, Span};
use crate::syntax::Statement;
use crate::vocabulary::declares_workload;

/// Manifests of a declaration in one environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// What stands there, by which it is known again after an edit.
    pub subject: String,
    /// What it is of: `service web in prod`.
    pub title: String,
    /// YAML.
    pub text: String,
    /// Lines of it, from 0, and the places of the spec that decide about them, in order of line.
    pub lines: Vec<(u32, Span)>,
}

/// Why there is nothing to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unshown {
    /// Nothing comes of what stands there. This says why.
    Nothing(String),
    /// Something is wrong with the platform: these lines say how much, and where.
    Wrong {
        /// What stands there, by which it is known again after an edit.
        subject: String,
        /// What is wrong.
        lines: Vec<String>,
    },
}

impl From<&str> for Unshown {
    fn from(reason: &str) -> Self {
        Self::Nothing(reason.to_owned())
    }
}

impl From<String> for Unshown {
    fn from(reason: String) -> Self {
        Self::Nothing(reason)
    }
}

/// What is emitted for a declaration, in an environment; in the first one that has it where none is named.
///
/// # Errors
/// Why there is nothing to show.
pub fn preview(view: &View, subject: &Subject, environment: Option<&str>) -> Result<Preview, Unshown> {
    let checked = view.analysis.checked().ok_or_else(|| Unshown::Wrong {
        subject: subject.key(environment),
        lines: obstacles(&view.analysis, Some(subject.file)),
    })?;
    let key = subject.key(environment);
    let model = checked.model();
    let chosen = subject.environment.as_deref().or(environment);
    let is_chosen = |id: EnvironmentId| {
        let known = model.environment(id);
        chosen.is_none_or(|chosen| known.is_some_and(|known| known.name.value == chosen || known.title == chosen))
    };
    let (title, environment, objects) = match &subject.of {
        Of::Workload(name) => {
            let found = model.workloads().find(|known| known.name.value == *name && is_chosen(known.environment));
            let found = found.ok_or_else(|| format!("{name} is deployed in no such environment"))?;
            let title = format!("{} {name}", found.word());
            (title, found.environment, emit_workload(checked, found, |_| true))
        }
        Of::Environment(name) => {
            let found = model.environments.iter().find(|known| known.name.value == *name);
            let found = found.ok_or_else(|| format!("there is no environment {name}"))?;
            let analysis = checked.analysis();
            let objects = emit::by_itself(model, &analysis.graph, analysis.sources(), found.id);
            (format!("environment {name}"), found.id, objects)
        }
        Of::Flow { head, .. } => {
            let flows = flows(model, *head);
            let first = flows.iter().find(|flow| is_chosen(flow.environment)).ok_or("it lets nothing through")?;
            let environment = first.environment;
            let here = flows.iter().filter(|flow| flow.environment == environment);
            let mut ends: Vec<EndpointId> = here.flat_map(|flow| [flow.source, flow.destination]).collect();
            ends.sort_unstable();
            ends.dedup();
            let workloads = ends.into_iter().filter_map(|id| model.workload(id));
            let policies = workloads
                .flat_map(|workload| emit_workload(checked, workload, |object| object.kind() == Kind::NetworkPolicy));
            ("both halves".to_owned(), environment, policies.collect())
        }
    };
    let title = format!("{title} in {}", model.environment_title(environment));
    let known = model.environment(environment).ok_or("there is no such environment")?;
    let (text, lines) = written(checked, known, objects)?;
    Ok(Preview { subject: key, title, text, lines })
}

/// How many objects come of a workload in its environment, or else in the first one that has it, and that environment.
pub fn count<'v>(view: &'v View, spoken: &Spoken) -> Option<(usize, &'v str)> {
    let checked = view.analysis.checked()?;
    let model = view.analysis.model.as_ref()?;
    let is_wanted = |known: &&Workload| {
        let title = model.environment_title(known.environment);
        known.name.value == spoken.name && spoken.environment.as_ref().is_none_or(|wanted| is_of(title, wanted))
    };
    let workload = checked.model().workloads().find(is_wanted)?;
    let title = model.environment_title(workload.environment);
    Some((emit_workload(checked, workload, |_| true).len(), title))
}

fn emit_workload(checked: Checked<'_>, workload: &Workload, is_wanted: impl Fn(&Object) -> bool) -> Vec<Object> {
    let analysis = checked.analysis();
    let mut objects = emit::of_workload(checked.model(), &analysis.graph, analysis.sources(), workload);
    objects.retain(|object| is_wanted(object));
    objects
}

fn flows(model: &Model, head: Span) -> Vec<&DeclaredFlow> {
    let Some(at) = model.statements.iter().position(|known| known.span == head) else { return Vec::new() };
    let is_its = |flow: &&DeclaredFlow| flow.statements.iter().any(|known| known.0 as usize == at);
    model.flows.iter().filter(is_its).collect()
}

/// What a place is about.
#[derive(Debug, Clone)]
pub struct Subject {
    of: Of,
    /// Where it stands.
    file: FileId,
    /// The environment whose overlay it is.
    environment: Option<String>,
}

#[derive(Debug, Clone)]
enum Of {
    Workload(String),
    Environment(String),
    /// What it says, and where: it has no name.
    Flow {
        head: Span,
        text: String,
    },
}

/// What stands at a place, of which there may be manifests.
pub fn subject(view: &View, at: At) -> Option<Subject> {
    let (file, tree) = view.file(at.file)?;
    let Context { around, statement, .. } = context::at(file, tree, at.place);
    let mut path: Vec<&Statement> = around;
    path.extend(statement.map(|(statement, _)| statement));
    let named = |statement: &Statement| Some(statement.terms.first()?.named()?.0.to_owned());
    let first = *path.first()?;
    let own = |of: Of| Some(Subject { of, file: at.file, environment: None });
    match first.word() {
        word if declares_workload(word) => own(Of::Workload(named(first)?)),
        "allow" => {
            let head = first.head();
            own(Of::Flow { head, text: view.sources().text(head).to_owned() })
        }
        "environment" => {
            let overlay = path.get(1).filter(|inner| declares_workload(inner.word()));
            let environment = named(first)?;
            match overlay.and_then(|overlay| named(overlay)) {
                Some(name) => Some(Subject { of: Of::Workload(name), file: at.file, environment: Some(environment) }),
                None => own(Of::Environment(environment)),
            }
        }
        _ => None,
    }
}

impl Subject {
    /// The same as it stands in a later view; `None` where it is no longer there.
    pub fn again(&self, view: &View, file: FileId) -> Option<Self> {
        let (source, tree) = view.file(file)?;
        let of = match &self.of {
            Of::Workload(_) | Of::Environment(_) => self.of.clone(),
            Of::Flow { text, .. } => {
                let is_it =
                    |statement: &&Statement| statement.word() == "allow" && source.slice(statement.head()) == text;
                Of::Flow { head: tree.statements().find(is_it)?.head(), text: text.clone() }
            }
        };
        Some(Self { of, file, environment: self.environment.clone() })
    }

    /// What names it, in the environment that is asked for.
    fn key(&self, asked: Option<&str>) -> String {
        let of = match &self.of {
            Of::Workload(name) => name.clone(),
            Of::Environment(name) => format!("environment {name}"),
            Of::Flow { text, .. } => text.clone(),
        };
        match self.environment.as_deref().or(asked) {
            Some(environment) => format!("{of} in {environment}"),
            None => of,
        }
    }
}

/// The documents of objects, and the places that decide about their lines.
type Written = (String, Vec<(u32, Span)>);

fn written(checked: Checked<'_>, environment: &Environment, mut objects: Vec<Object>) -> Result<Written, String> {
    objects.sort_by(|a, b| a.apply_key().cmp(&b.apply_key()));
    let (mut text, mut lines) = (String::new(), Vec::new());
    for object in &objects {
        if !text.is_empty() {
            text.push_str("---\n");
        }
        let first = count_lines(&text);
        let document = yaml::document(object).map_err(|error| error.to_string())?;
        let places = Places::of(checked, environment, object);
        lines.push((first, places.made()));
        for (line, path) in fields(&document) {
            if let Some(span) = places.field(&path) {
                lines.push((first + line, span));
            }
        }
        text.push_str(&document);
    }
    lines.sort_by_key(|(line, _)| *line);
    lines.dedup_by_key(|(line, _)| *line);
    if text.is_empty() {
        "# nothing is emitted for it\n".clone_into(&mut text);
    }
    Ok((text, lines))
}

fn count_lines(text: &str) -> u32 {
    u32::try_from(text.matches('\n').count()).unwrap_or(u32::MAX)
}

/// Every field of a document: its line, and the way to it.
fn fields(document: &str) -> Vec<(u32, Path)> {
    let file = FileId::default();
    let stream = manifest::read(file, document);
    let starts: Vec<usize> = std::iter::once(0).chain(document.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let line = |span: Span| {
        let line = starts.partition_point(|start| *start <= span.start as usize).saturating_sub(1);
        u32::try_from(line).unwrap_or(u32::MAX)
    };
    let mut found = Vec::new();
    let typed = stream.manifests.iter().map(|manifest| &manifest.tree);
    for tree in typed.chain(&stream.untyped).chain(stream.misfits.iter().map(|(_, tree)| tree)) {
        let mut stack = vec![(Path::default(), tree)];
        while let Some((path, node)) = stack.pop() {
            match &node.value {
                Value::Map(entries) => {
                    for entry in entries {
                        let path = path.then(Step::Key(entry.key.to_string()));
                        found.push((line(entry.key_span), path.clone()));
                        stack.push((path, &entry.value));
                    }
                }
                Value::List(items) => {
                    let names: Vec<&str> = items.iter().filter_map(|item| item.get("name")?.text()).collect();
                    let is_one = |name: &&str| names.iter().filter(|known| *known == name).count() == 1;
                    for (at, item) in items.iter().enumerate() {
                        let name = item.get("name").and_then(Node::text).filter(is_one);
                        let step = name.map_or_else(|| at.to_string(), str::to_owned);
                        let path = path.then(Step::Element(step));
                        if !matches!(item.value, Value::Map(_) | Value::List(_)) {
                            found.push((line(item.span), path.clone()));
                        }
                        stack.push((path, item));
                    }
                }
                Value::Null
                | Value::Bool(_)
                | Value::Integer(_)
                | Value::Natural(_)
                | Value::Float(_)
                | Value::Text(_) => {}
            }
        }
    }
    found
}
