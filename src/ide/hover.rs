//! What there is to know about the word or name at a place, as Markdown.
//!
//! Invariants: what is said of a word is the schema table's text; what is said of a name comes from the analysis; lists end
//! after `MOST` with the number of those left out.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::context::{self, Context};
use super::{At, Symbol, View};
use crate::graph::{Flow, Source, Target, Why};
use crate::model::{Endpoint, EndpointId, Model};
use crate::source::Span;
use crate::syntax::Statement;
use crate::value::Term;
use crate::vocabulary::{Argument, Clause, Presence, Word};

/// The most lines of a list.
const MOST: usize = 8;

/// What is shown at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// The word or name that it is about.
    pub span: Span,
    /// Markdown.
    pub text: String,
}

/// What there is to know about what stands at a place.
pub fn hover(view: &View, at: At) -> Option<Hover> {
    let (file, tree) = view.file(at.file)?;
    if let Some(occurrence) = view.names.at(at.file, at.place)
        && let Some(text) = name(view, &occurrence.symbol)
    {
        return Some(Hover { span: occurrence.span, text });
    }
    let context = context::at(file, tree, at.place);
    let (statement, word) = context.statement?;
    let word = word?;
    if context.is_on_word {
        return Some(Hover { span: statement.word.span, text: of_word(word, &context) });
    }
    clause_or_choice(statement, word, at.place)
}

/// The clause or variant whose name stands there.
fn clause_or_choice(statement: &Statement, word: &'static Word, place: u32) -> Option<Hover> {
    let term = statement.terms.iter().find(|term| context::touches(term.span, place))?;
    let name = term.name()?;
    let variant = statement.terms.first().and_then(Term::name).and_then(|name| word.variant(name));
    if let Some(variant) = variant
        && statement.terms.first().is_some_and(|first| first.span == term.span)
    {
        return Some(Hover { span: term.span, text: documented(&signature(variant), variant.doc, variant.example) });
    }
    let clause = variant.and_then(|variant| variant.clause(name)).or_else(|| word.clause(name))?;
    let text = documented(&of_clause(clause), clause.doc, "");
    Some(Hover { span: term.span, text })
}

fn of_word(word: &Word, context: &Context<'_>) -> String {
    let mut text = documented(&signature(word), word.doc, word.example);
    if let Some(block) = context.block.filter(|block| block.name != "file") {
        let _ = write!(text, "\n\nA word of `{}`.", block.name);
    }
    text
}

fn documented(signature: &str, doc: &str, example: &str) -> String {
    let mut text = format!("```bvl\n{signature}\n```\n\n{doc}");
    if !example.is_empty() {
        let _ = write!(text, "\n\nExample:\n\n```bvl\n{example}\n```");
    }
    text
}

/// A word as the reference writes it: its arguments, then its clauses in brackets.
pub fn signature(word: &Word) -> String {
    let mut text = word.name.to_owned();
    arguments(word.args, &mut text);
    for clause in word.clauses {
        let _ = write!(text, " [{}]", of_clause(clause));
    }
    if word.block.is_some() {
        text.push_str(" { .. }");
    }
    text
}

fn of_clause(clause: &Clause) -> String {
    let mut text = clause.name.to_owned();
    arguments(clause.args, &mut text);
    text
}

fn arguments(args: &[Argument], text: &mut String) {
    for arg in args {
        let _ = match arg.presence {
            Presence::Required => write!(text, " {}", arg.name),
            Presence::Optional => write!(text, " [{}]", arg.name),
            Presence::List => write!(text, " {}, ..", arg.name),
        };
    }
}

/// What a name stands for: its declaration as written, its documentation, and what follows from it.
fn name(view: &View, symbol: &Symbol) -> Option<String> {
    let span = view.names.definition(symbol)?;
    let (file, tree) = view.file(span.file)?;
    let (statement, declaration) = declared_at(tree.statements(), span)?;
    let head = file.slice(statement.head());
    let mut text = format!("```bvl\n{head}\n```");
    let documentation = statement.documentation(|span| file.slice(span));
    if !documentation.is_empty() {
        let _ = write!(text, "\n\n{documentation}");
    }
    if let Symbol::Endpoint(name) = symbol
        && let Some(model) = &view.analysis.model
    {
        text.push_str(&endpoint(view, model, name));
    }
    if let Symbol::Port(..) = symbol {
        let of = file.slice(declaration.head());
        let _ = write!(text, "\n\nA port of `{of}`.");
    }
    Some(text)
}

/// The innermost statement in whose head a place lies, and the declaration around it.
fn declared_at<'t>(
    mut statements: impl Iterator<Item = &'t Statement>,
    span: Span,
) -> Option<(&'t Statement, &'t Statement)> {
    let declaration = statements.find(|statement| statement.span.contains(span))?;
    let mut innermost = declaration;
    while let Some(inner) = innermost.statements().find(|inner| inner.span.contains(span)) {
        innermost = inner;
    }
    Some((innermost, declaration))
}

/// Where an endpoint runs, who may talk to it and to whom it may talk.
fn endpoint(view: &View, model: &Model, name: &str) -> String {
    let instances: Vec<EndpointId> =
        model.endpoints().filter(|known| known.name().value == name).map(Endpoint::id).collect();
    let environments: Vec<&str> = instances
        .iter()
        .filter_map(|id| model.endpoint(*id))
        .map(|known| model.environment_title(known.environment()))
        .collect();
    let mut text = String::new();
    if !environments.is_empty() {
        let _ = write!(text, "\n\nIn {}.", environments.join(", "));
    }
    let graph = &view.analysis.graph;
    let incoming = instances.iter().flat_map(|id| graph.incoming(*id));
    let outgoing = instances.iter().flat_map(|id| graph.outgoing(*id));
    flows("May be reached by", incoming.map(|flow| (from(model, flow), flow)), &mut text);
    flows("May reach", outgoing.map(|flow| (to(model, flow), flow)), &mut text);
    text
}

/// A list of flows, those of several environments once.
fn flows<'f>(title: &str, found: impl Iterator<Item = (String, &'f Flow)>, text: &mut String) {
    let mut lines: BTreeMap<String, String> = BTreeMap::new();
    for (end, flow) in found {
        let why = match &flow.why {
            Why::Declared(_) => String::new(),
            Why::Derived(derived) => format!(" (derived: {})", derived.reason),
        };
        lines.entry(end).or_insert(why);
    }
    if lines.is_empty() {
        return;
    }
    let _ = write!(text, "\n\n{title}:");
    for (end, why) in lines.iter().take(MOST) {
        let _ = write!(text, "\n- `{end}`{why}");
    }
    if lines.len() > MOST {
        let _ = write!(text, "\n- and {} more", lines.len() - MOST);
    }
}

fn from(model: &Model, flow: &Flow) -> String {
    let source = match flow.source {
        Source::Endpoint(id) => model.endpoint(id).map_or_else(String::new, |known| known.name().value.clone()),
        Source::KubernetesApi => "the Kubernetes API".to_owned(),
    };
    match flow.port(model) {
        Some(port) => format!("{source} -> .{}", port.name.value),
        None => source,
    }
}

fn to(model: &Model, flow: &Flow) -> String {
    match flow.target {
        Target::Port { endpoint, .. } => {
            let name = model.endpoint(endpoint).map_or_else(String::new, |known| known.name().value.clone());
            match flow.port(model) {
                Some(port) => format!("{name}.{}", port.name.value),
                None => name,
            }
        }
        Target::Dns => "DNS".to_owned(),
        Target::KubernetesApi => "the Kubernetes API".to_owned(),
    }
}
