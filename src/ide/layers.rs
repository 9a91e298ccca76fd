//! The value in force of a stated word, in each environment, and which layers it stands on.

use std::fmt::Write as _;

use super::context::{self, Context};
use super::{At, View, flows};
use crate::model::{Endpoint, EndpointId};
use crate::query::explain::endpoint::{self, Explained, Value};
use crate::source::Span;
use crate::syntax::Statement;
use crate::vocabulary::{self, FILE, Keyed, Word};

/// The values of a word where they are the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InForce {
    /// The environments.
    pub environments: Vec<String>,
    /// The values of the word and of what stands in its braces, as `explain` has them.
    pub values: Vec<Value>,
}

/// Every place that states a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layers {
    /// The word, with what leads to it: `shutdown grace`.
    pub title: String,
    /// Each value in each environment, with who states it: the one in force first, below it those that it stands over.
    pub text: String,
    /// The places, those that are in force first.
    pub places: Vec<Span>,
}

/// Every place that states the word around a place, for the declaration that it stands in or changes; `None` where it is the word
/// of no single declaration.
pub fn layers(view: &View, at: At) -> Option<Layers> {
    let (file, tree) = view.file(at.file)?;
    let Context { around, statement, .. } = context::at(file, tree, at.place);
    let (statement, word) = statement?;
    let found = in_force(view, &around, statement, word?);
    let title = found.first()?.values.first()?.path.clone();
    let mut text = String::new();
    let (mut in_force, mut over) = (Vec::new(), Vec::new());
    for InForce { environments, values } in &found {
        let _ = writeln!(text, "in {}", environments.join(", "));
        for Value { path, value, stated } in values {
            let shown = if value.is_empty() { "stated" } else { value };
            let _ = writeln!(text, "  {path} = {shown}");
            for (rank, layered) in stated.iter().enumerate() {
                let said = if layered.value.is_empty() { "stated" } else { &layered.value };
                let by = layered.place.map(|place| format!(", {}", flows::place(view, place))).unwrap_or_default();
                let rank = if rank == 0 { "in force" } else { "over" };
                let _ = writeln!(text, "    {rank}: {said} from {}{by}", layered.layer);
            }
            in_force.extend(stated.first().and_then(|first| first.place));
            over.extend(stated.iter().skip(1).filter_map(|layered| layered.place));
        }
    }
    let mut places: Vec<Span> = Vec::new();
    for place in in_force.into_iter().chain(over) {
        if !places.contains(&place) {
            places.push(place);
        }
    }
    Some(Layers { title, text, places })
}

/// The values of a statement's word for the declaration that it stands in, or that it changes; empty for statements that
/// speak of many declarations.
pub fn in_force(view: &View, around: &[&Statement], statement: &Statement, word: &'static Word) -> Vec<InForce> {
    let Some(model) = &view.analysis.model else { return Vec::new() };
    let named = |at: usize| Some(around.get(at)?.terms.first()?.named()?.0);
    let declared = |at: usize| {
        around.get(at).is_some_and(|around| matches!(around.word(), "service" | "job" | "managed" | "external"))
    };
    let (name, skipped) = match around.first().map(|first| first.word()) {
        Some("environment") if declared(1) => (named(1), 2),
        Some(_) if declared(0) => (named(0), 1),
        Some(_) | None => (None, 0),
    };
    let Some(name) = name else { return Vec::new() };
    let declared = around.get(skipped - 1).copied();
    let mut block = declared.and_then(|declared| context::body(declared, FILE.word(declared.word())));
    let mut path = Vec::new();
    for outer in around.get(skipped..).unwrap_or_default() {
        let word = block.and_then(|block| block.word_at(&outer.word));
        path.push(step(outer, word));
        block = context::body(outer, word);
    }
    path.push(step(statement, Some(word)));
    let path = path.join(" ");
    let ids: Vec<EndpointId> =
        model.endpoints().filter(|endpoint| endpoint.name().value == name).map(Endpoint::id).collect();
    let mut found: Vec<InForce> = Vec::new();
    for Explained { environment, values, .. } in endpoint::instances(&view.analysis, &ids) {
        let inner = format!("{path} ");
        let is_it = |value: &Value| value.path == path || value.path.starts_with(&inner);
        let values: Vec<Value> = values.into_iter().filter(is_it).collect();
        match found.iter_mut().find(|known| known.values == values) {
            Some(known) => known.environments.push(environment),
            None => found.push(InForce { environments: vec![environment], values }),
        }
    }
    found.retain(|known| !known.values.is_empty());
    found
}

/// A statement as paths name it: its word, and its key where it has one.
fn step(statement: &Statement, word: Option<&'static Word>) -> String {
    let name = crate::model::key_text(&statement.word);
    let is_keyed = word.is_some_and(|word| matches!(word.keyed, Keyed::ByArgument | Keyed::ByVariant));
    let split = word.map(|word| vocabulary::split(word, &statement.terms));
    let given = split.iter().flat_map(|split| &split.clauses).find(|(clause, ..)| clause.name == "as");
    let given = given.and_then(|(_, _, terms)| terms.first());
    let key = given.or_else(|| statement.terms.first().filter(|_| is_keyed)).map(crate::model::key_text);
    key.map_or_else(|| name.clone(), |key| format!("{name} {key}"))
}
