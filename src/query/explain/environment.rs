//! What an environment is: its own values, each with the layer that states it, and what runs there.

use std::collections::BTreeSet;

use super::endpoint::{Layered, Unknown, Value, environments};
use crate::analyze::Analysis;
use crate::model::environment::{DefaultDeny, PolicyVersion};
use crate::model::{Environment, Layer, Model, Origin};
use crate::resolve;
use crate::source::Span;

/// What is known of an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// As the user names it.
    pub title: String,
    /// Where it is declared.
    pub place: Span,
    /// Its values.
    pub values: Vec<Value>,
    /// What is there: word and name.
    pub contents: Vec<(&'static str, String)>,
}

/// Explains an environment, every instance that is known of it.
///
/// # Errors
/// A name that stands for nothing.
pub fn explain(analysis: &Analysis, name: &str) -> Result<Vec<Explained>, Unknown> {
    let Some(model) = &analysis.model else { return Ok(Vec::new()) };
    let found = environments(model, &[name.to_owned()])?;
    let found = found.into_iter().filter_map(|id| model.environment(id));
    Ok(found.map(|environment| explained(analysis, model, environment)).collect())
}

fn explained(analysis: &Analysis, model: &Model, environment: &Environment) -> Explained {
    let mut values = Vec::new();
    let mut add = |path: &str, value: String, span: Span, layer: Layer| {
        let layered = Layered {
            layer: model.layer_name(layer),
            place: (layer != Layer::BuiltIn).then_some(span),
            value: value.clone(),
        };
        values.push(Value { path: path.to_owned(), value, stated: vec![layered] });
    };
    let flags = [
        ("shared", &environment.shared),
        ("production", &environment.production),
        ("immutable", &environment.immutable),
        ("observe", &environment.observe),
    ];
    for (word, flag) in flags {
        if let Some(flag) = flag {
            add(word, "yes".to_owned(), flag.span, flag.layer);
        }
    }
    if let Some(namespace) = &environment.namespace {
        let existing = if namespace.existing.is_some() { " existing" } else { "" };
        let Origin { value, span, layer } = &namespace.name;
        add("namespace", format!("\"{value}\"{existing}"), *span, *layer);
    }
    let profile = &environment.profile;
    let version = match profile.version.value {
        PolicyVersion::Latest => "latest".to_owned(),
        PolicyVersion::Pinned(version) => version.to_string(),
    };
    let because = |reason: &Option<Origin<String>>| {
        reason.as_ref().map(|reason| format!(" because \"{}\"", reason.value)).unwrap_or_default()
    };
    let level = format!("{} {version}{}", profile.level.value.name(), because(&profile.because));
    add("profile", level, profile.level.span, profile.level.layer);
    match &environment.default_deny {
        DefaultDeny::On => add("default-deny", "on".to_owned(), environment.name.span, Layer::BuiltIn),
        DefaultDeny::Off { stated, because: reason } => {
            add("default-deny", format!("off{}", because(reason)), stated.span, stated.layer);
        }
    }
    for (key, label) in &environment.labels {
        add(&format!("label {key}"), format!("\"{}\"", label.value), label.span, label.layer);
    }
    // what was given on the command line gets a place of its own
    let mut project = analysis.project.clone();
    let stated = resolve::stated_by(&mut project, &analysis.inputs, environment.id);
    let known: BTreeSet<String> = values.iter().map(|value| first(&value.path).to_owned()).collect();
    values.extend(
        stated.into_iter().filter(|stated| !known.contains(first(&stated.path))).map(|stated| Value::of(stated, model)),
    );
    let contents = model.endpoints().filter(|endpoint| endpoint.environment() == environment.id);
    Explained {
        title: environment.title.clone(),
        place: environment.name.span,
        values,
        contents: contents.map(|endpoint| (endpoint.word(), endpoint.name().value.clone())).collect(),
    }
}

/// The word that begins a path.
fn first(path: &str) -> &str {
    path.split(' ').next().unwrap_or(path)
}
