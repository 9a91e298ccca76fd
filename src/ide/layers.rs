//! The value in force of a stated word, in each environment, and which layers it stands on.

use super::{View, context};
use crate::model::{Endpoint, EndpointId};
use crate::query::explain::endpoint::{self, Explained, Value};
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
