//! What there is to know about the word or name at a place, as Markdown.
//!
//! Invariants: what is said of a word is the schema table's text; what is said of a name comes from the analysis; lists end
//! after `MOST` with the number of those left out.

mod expected;
mod given;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::context::{self, Context};
use super::facts::Facts;
use super::names::{Owner, Part};
use super::{At, Symbol, View, flows as statements, layers, rules};
use crate::check;
use crate::check::told::Rules;
use crate::check::waivers::is_unreadable;
use crate::diagnostic::render::text::one_line;
use crate::graph::{Flow, Source, Target, Why};
use crate::model::{Endpoint, EndpointId, Model};
use crate::query::explain;
use crate::query::explain::endpoint::Layered;
use crate::registry;
use crate::source::Span;
use crate::syntax::Statement;
use crate::value::{Cpu, Duration, FromTerm as _, Memory, Term, TermKind};
use crate::vocabulary::{self, Argument, Clause, Presence, Type, Word};

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
        && let Some(mut text) = name(view, &occurrence.symbol)
    {
        // whose port it is where it stands, which may have it from a class
        let own = view.names.within(occurrence.span).next().map(|own| &own.symbol);
        if let (Some(Symbol::Port(Owner::Endpoint(name), port)), Some(model)) = (own, &view.analysis.model) {
            numbers(model, name, port, &mut text);
        }
        return Some(Hover { span: occurrence.span, text });
    }
    let context = context::at(file, tree, at.place);
    let (statement, word) = context.statement?;
    let word = word?;
    if context.is_on_word {
        let mut text = of_word(word, &context);
        follows(view, &context, statement, word, &mut text);
        return Some(Hover { span: statement.word.span, text });
    }
    let term = statement.terms.iter().find(|term| context::touches(term.span, at.place))?;
    if matches!(term.kind, TermKind::Arrow | TermKind::PathArrow) {
        let mut text = of_word(word, &context);
        follows(view, &context, statement, word, &mut text);
        return Some(Hover { span: term.span, text });
    }
    if matches!(word.name, "waive" | "severity") && statement.terms.first().is_some_and(|first| first == term) {
        let mut found = code(term)?;
        if word.name == "waive" {
            accepts(view, statement, &mut found.text);
        }
        return Some(found);
    }
    given::of(view, &context, (statement, word), (term, at.place))
        .or_else(|| clause_or_choice(statement, word, at.place))
        .or_else(|| value(view, &context, term, at.place))
}

/// The code of a finding, explained.
fn code(term: &Term) -> Option<Hover> {
    let code = registry::code(term.name()?)?;
    let standing = explain::code::standing(code).map(|standing| format!("{standing}\n\n")).unwrap_or_default();
    let text = format!("**{}** {}\n\n{standing}{}", code.id, code.slug, explain::code::markdown(code));
    Some(Hover { span: term.span, text })
}

/// A value: what may stand there, the same in other units, and what is in force.
fn value(view: &View, context: &Context<'_>, term: &Term, place: u32) -> Option<Hover> {
    let (statement, word) = context.statement?;
    let word = word?;
    let split = vocabulary::split(word, &statement.terms);
    let args = split.variant.map_or(word.args, |variant| variant.args);
    let within = |args: &'static [Argument], terms: &[Term]| {
        let at = terms.iter().position(|known| known == term)?;
        args.get(at).or_else(|| args.last().filter(|last| last.presence == Presence::List))
    };
    let of_clause =
        || split.clauses.iter().find_map(|(clause, _, terms)| Some((clause.name, within(clause.args, terms)?)));
    let (name, argument) = within(args, split.args).map(|argument| (word.name, argument)).or_else(of_clause)?;
    let mut text = format!("`{}` of `{name}`: {}.", argument.name, argument.ty.expected());
    let piece = if let TermKind::Range(ends) = &term.kind {
        [&ends.0, &ends.1].into_iter().find(|end| context::touches(end.span, place))
    } else {
        term.members().iter().find(|member| context::touches(member.span, place))
    };
    if let Some(same) = in_other_units(argument.ty, piece.unwrap_or(term)) {
        let _ = write!(text, "\n\n{same}");
    }
    follows(view, context, statement, word, &mut text);
    Some(Hover { span: term.span, text })
}

/// A number with its unit in the units that people compare it in.
fn in_other_units(ty: Type, term: &Term) -> Option<String> {
    let written = term.number()?;
    if matches!(ty, Type::Duration | Type::Seconds) {
        let time = Duration::from_term(term).ok()?;
        return Some(format!("`{written}` is {} ms, {} s in whole seconds.", time.millis(), time.secs()));
    }
    if matches!(ty, Type::Cpu | Type::CpuRange) {
        let cpu = Cpu::from_term(term).ok()?;
        return Some(format!("`{written}` is {}m: thousandths of a core.", cpu.millis()));
    }
    let memory = matches!(ty, Type::Memory | Type::MemoryRange).then(|| Memory::from_term(term).ok()).flatten()?;
    Some(format!("`{written}` is {} bytes, {}Mi in whole mebibytes.", memory.bytes(), memory.bytes() >> 20))
}

/// What follows from a statement: its facts, what is in force of it, and for a flow what it lets through.
fn follows(view: &View, context: &Context<'_>, statement: &Statement, word: &'static Word, text: &mut String) {
    if let Some(facts) = Facts::new(view) {
        // what stands in the braces of `shutdown` is read together with it
        let parent = context.around.split_last().and_then(|(parent, around)| facts.of(around, parent));
        let own = facts.of(&context.around, statement);
        let is_part = |fact: &super::facts::Fact| fact.kind == super::facts::Kind::Shutdown;
        for fact in own.into_iter().chain(parent.filter(is_part)) {
            let _ = write!(text, "\n\n{}", fact.detail);
        }
    }
    // what cannot be read is in force nowhere
    let is_unread = view.analysis.findings.iter().any(|finding| {
        is_unreadable(finding.code) && finding.span().is_some_and(|span| statement.head().contains(span))
    });
    let known = if is_unread { Vec::new() } else { layers::in_force(view, &context.around, statement, word) };
    for known in known {
        let _ = write!(text, "\n\nIn {}:", known.environments.join(", "));
        for value in known.values.iter().take(MOST) {
            let by = |known: &Layered| {
                let place = known.place.map(|place| format!(", {}", statements::place(view, place)));
                format!("{}{}", known.layer, place.unwrap_or_default())
            };
            // a word that has no value is stated or not
            let shown =
                |value: &str| if value.is_empty() { "stated".to_owned() } else { format!("`{}`", one_line(value)) };
            let first = value.stated.first().map(by).unwrap_or_default();
            let _ = write!(text, "\n- `{}` = {} ({first})", value.path, shown(&value.value));
            for over in value.stated.iter().skip(1) {
                let _ = write!(text, "\n  - over {} ({})", shown(&over.value), by(over));
            }
        }
        if known.values.len() > MOST {
            let _ = write!(text, "\n- and {} more", known.values.len() - MOST);
        }
    }
    if word.name == "waive" {
        accepts(view, statement, text);
    }
    // behind its sentence it is a fact
    if word.name == "rule"
        && let Some(known) = rules::of(view, statement).and_then(|rule| rules::standing(view, rule))
    {
        let _ = write!(text, "\n\n{}", rules::told(&known));
    }
    if word.name == "allow"
        && let Some(allowed) = statements::allowed(view, statement)
    {
        for said in &allowed.told {
            let _ = write!(text, "\n\n**{}**: {}", said.question, said.verdict);
            for line in said.reasons.iter().chain(&said.halves) {
                let _ = write!(text, "\n- {line}");
            }
        }
        if !allowed.told.is_empty() {
            text.push_str(
                "\n\nA connection passes where both halves let it: what leaves its source and what enters its target.",
            );
        }
        for derived in &allowed.derived {
            let _ = write!(text, "\n\nFrom it follows: {derived}.");
        }
        if !allowed.halves.is_empty() {
            let _ = write!(text, "\n\n```yaml\n{}\n```", allowed.halves.trim_end());
        }
        if allowed.n_more > 0 {
            let _ = write!(text, "\n\nAnd {} more.", allowed.n_more);
        }
    }
}

/// How many of the findings that a waiver accepts are told.
const MOST_ACCEPTED: usize = 8;

/// What a waiver accepts, and where.
fn accepts(view: &View, statement: &Statement, text: &mut String) {
    let Some(model) = &view.analysis.model else { return };
    let mut waivers = model.waivers.iter().zip(&view.analysis.waived).enumerate();
    let own = waivers.find(|(_, (waiver, _))| statement.span.contains(waiver.span));
    let Some((index, (waiver, n_accepted))) = own else { return };
    let _ = match n_accepted {
        0 => write!(text, "\n\nIt accepts no finding on `{}`.", waiver.subject.value),
        1 => write!(text, "\n\nIt accepts one finding on `{}`.", waiver.subject.value),
        n => write!(text, "\n\nIt accepts {n} findings on `{}`.", waiver.subject.value),
    };
    let cx = check::Context::new(model, &view.analysis.graph, view.sources());
    let accepted = Rules::of(model, view.sources(), view.analysis.inputs.today).accepted(&cx, index);
    if !accepted.is_empty() {
        text.push('\n');
    }
    for one in accepted.iter().take(MOST_ACCEPTED) {
        let places =
            if one.environments.is_empty() { String::new() } else { format!("in {}: ", one.environments.join(", ")) };
        let _ = write!(text, "\n- {places}{}", one.message);
    }
    if accepted.len() > MOST_ACCEPTED {
        let _ = write!(text, "\n- and {} more", accepted.len() - MOST_ACCEPTED);
    }
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
    for slot in word.form {
        let end = if slot.before.contains('[') { "]" } else { "" };
        let _ = write!(text, "{}{}{end}", slot.before, slot.name);
    }
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
    if let Symbol::Module(module) = symbol {
        return module_text(module);
    }
    // of what type it is stands with what it has
    if let Symbol::Bound(..) = symbol {
        return None;
    }
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
    if let Symbol::Class(name) = symbol {
        let ports = view.names.ports(&Owner::Class(name.clone()));
        let heads = ports.iter().filter_map(|(_, span)| {
            let (file, tree) = view.file(span.file)?;
            Some(file.slice(declared_at(tree.statements(), *span)?.0.head()).to_owned())
        });
        for head in heads {
            let _ = write!(text, "\n- `{head}`");
        }
        if name.contains('.') {
            text.push_str("\n\nOf the standard library.");
        }
    }
    if let Symbol::Store(_) = symbol
        && let Some(word) = vocabulary::PLATFORM.word(statement.word())
    {
        let _ = write!(text, "\n\n{}", word.doc);
    }
    if let Symbol::Port(..) = symbol {
        let of = file.slice(declaration.head());
        let _ = write!(text, "\n\nA port of `{of}`.");
    }
    if let Symbol::Part(part, ..) = symbol {
        let of = file.slice(declaration.head());
        let what = match part {
            Part::Config => "A config",
            Part::Secret => "A secret",
            Part::Trigger => "A trigger",
            Part::Init => "An init container",
            Part::Sidecar => "A sidecar",
        };
        let _ = write!(text, "\n\n{what} of `{of}`.");
    }
    Some(text)
}

/// A module of the standard library.
fn module_text(name: &str) -> Option<String> {
    let full = format!("std.{name}");
    let module = registry::modules().find(|module| module.name == full)?;
    let classes = module.classes.iter().map(|class| format!("\n- `{name}.{class}`"));
    let classes: String = classes.collect();
    Some(format!("```bvl\nuse {full}\n```\n\nA module of the standard library. Its classes:\n{classes}"))
}

/// The number of a port in the pod and of its Service, in each environment where they differ.
fn numbers(model: &Model, name: &str, port: &str, text: &mut String) {
    let mut found: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for endpoint in model.endpoints().filter(|known| known.name().value == name) {
        let Some(port) = endpoint.ports().iter().find(|known| known.name.value == port) else { continue };
        let (number, service) = (port.number.value, port.service_port());
        let said = if number == service { format!("{number}") } else { format!("{number}, {service} at its Service") };
        found.entry(said).or_default().push(model.environment_title(endpoint.environment()));
    }
    for (number, environments) in found {
        let _ = write!(text, "\n\nNumber {number} in {}.", environments.join(", "));
    }
}

/// The innermost statement in whose head a place lies, and the declaration around it.
fn declared_at<'t>(
    mut statements: impl Iterator<Item = &'t Statement>,
    span: Span,
) -> Option<(&'t Statement, &'t Statement)> {
    let declaration = statements.find(|statement| statement.span.contains(span))?;
    Some((declaration.innermost(span), declaration))
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
