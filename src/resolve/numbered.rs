//! What was meant by a text without quotes that begins with the name of something: a port by its number beside its name, as a range, or
//! behind another sign, `api.http:8080`, `api@http`, and the environment before a `:`.
//!
//! Invariants: what is proposed is there; of what begins with no such name, what the syntax says of it stands.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Sink};
use crate::model::port::Protocol;
use crate::model::{Model, NamedPort, PortUse, port as ports};
use crate::source::{FileId, SourceMap, Span, TextEdit};
use crate::syntax::Statement;
use crate::value::quoted;

use super::Project;
use super::foreign::Replaced;
use super::table::Table;

/// The codes of text without quotes, and of signs that stand nowhere.
const CODES: [&str; 2] = ["BVL0115", "BVL0101"];

/// Tells of each such text what was meant, in place of what the syntax says of it.
pub(super) fn told(project: &Project, known: (&Table, &Model), replaced: &mut Replaced, sink: &mut Sink) {
    let mut all: BTreeMap<(FileId, u32), Diagnostic> = BTreeMap::new();
    for tree in &project.trees {
        let mut errors = tree.errors.iter().filter(|error| CODES.contains(&error.code.id)).peekable();
        if errors.peek().is_none() {
            continue;
        }
        let mut statements = taking(tree.statements());
        // what begins last before a place is all that may hold it: no two heads overlap
        statements.sort_by_key(|(statement, _)| statement.head());
        for (error, span) in errors.filter_map(|error| Some((error, error.span()?))) {
            let before = statements.partition_point(|(statement, _)| statement.head().start <= span.start);
            let last = before.checked_sub(1).and_then(|at| statements.get(at));
            let Some((statement, takes)) = last.filter(|(statement, _)| statement.head().contains(span)) else {
                continue;
            };
            let Some(told) = meant(error, (statement, *takes, span), known, &project.sources) else { continue };
            replaced.insert(span);
            all.insert((span.file, span.start), told);
        }
    }
    if all.is_empty() {
        return;
    }
    // the same name is not told as one that there is not as well
    sink.retain(|finding| finding.span().is_none_or(|other| !all.contains_key(&(other.file, other.start))));
    for told in all.into_values() {
        sink.report(told);
    }
}

/// What a statement takes that a name may be meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Takes {
    /// Ends of flows.
    Ends,
    /// A text, or an address.
    Values,
}

/// The statements, at any depth, that take what is named.
fn taking<'t>(statements: impl Iterator<Item = &'t Statement>) -> Vec<(&'t Statement, Takes)> {
    let mut left: Vec<&Statement> = statements.collect();
    let mut taking = Vec::new();
    while let Some(next) = left.pop() {
        left.extend(next.statements());
        match next.word() {
            "allow" | "never" => taking.push((next, Takes::Ends)),
            "env" => taking.push((next, Takes::Values)),
            "config" => taking.extend(next.statements().map(|entry| (entry, Takes::Values))),
            _ => {}
        }
    }
    taking
}

fn meant(
    error: &Diagnostic,
    (statement, takes, span): (&Statement, Takes, Span),
    (table, model): (&Table, &Model),
    sources: &SourceMap,
) -> Option<Diagnostic> {
    let text = sources.text(span);
    if takes == Takes::Ends
        && let Some(told) = several(error, (text, span), table)
    {
        return Some(told);
    }
    if error.code.id != "BVL0115" {
        return None;
    }
    if takes == Takes::Ends && text.starts_with(':') {
        let told = Diagnostic::new(error.code, span, error.message.clone());
        return Some(
            told.here("a port without whoever has it")
                .help("write the name before it, and the port by its own: `web.http`"),
        );
    }
    let at = text.find([':', '.', '@', '/'])?;
    let (name, behind) = text.split_at_checked(at)?;
    let told = |here: &str| Diagnostic::new(error.code, span, error.message.clone()).here(here);
    let is_flow = takes == Takes::Ends;
    let Some(homes) = table.by_name.get(name) else {
        let rest = behind.strip_prefix(':').filter(|_| is_flow && table.environments.contains_key(name))?;
        let endpoint = rest.split('.').next()?;
        table.by_name.get(endpoint)?;
        let written = format!("{name}/{rest}");
        return Some(
            told("a `:` behind the environment")
                .help(format!("the environment stands before a `/`: `{written}`"))
                .fix(format!("write `{written}`"), vec![TextEdit::replace(span, written)]),
        );
    };
    // what is whole without knowing anything is left to the syntax
    if error.fixes.iter().flat_map(|fix| &fix.edits).any(|edit| is_flow && !edit.text.starts_with('"')) {
        return None;
    }
    let endpoint = homes.values().find_map(|id| model.endpoint(*id))?;
    let pieces: Vec<&str> = behind.split([':', '.', '@', '/']).filter(|piece| !piece.is_empty()).collect();
    let named = named(&pieces, endpoint.ports());
    let whole: Vec<String> = named.iter().map(|port| format!("{name}.{port}")).collect();
    if !is_flow {
        return environment(told("text without quotes, or an address"), text, (span, &pieces), &whole);
    }
    if is_source(statement, span, sources) {
        return Some(
            told("more than the name of a source: connections leave from any port")
                .help(format!("write `{name}`"))
                .fix(format!("write `{name}`"), vec![TextEdit::replace(span, name)]),
        );
    }
    let told = told("a port stands after a dot, by its name alone");
    let written = whole.join(", ");
    Some(match whole.as_slice() {
        [] if endpoint.ports().is_empty() => {
            told.help(format!("{name} states no port: `port NAME NUMBER` in its braces"))
        }
        [] => told.help(format!("write one of the ports there behind `{name}.`: {}", ports::listed(endpoint.ports()))),
        [_] => told
            .help(format!("write `{written}`"))
            .fix(format!("write `{written}`"), vec![TextEdit::replace(span, written)]),
        [..] => told
            .help(format!("write `{written}`, or the one that is meant"))
            .unsafe_fix(format!("write `{written}`"), vec![TextEdit::replace(span, written)]),
    })
}

/// Ends with another sign between them than a comma: `api.http|store.sql`.
fn several(error: &Diagnostic, (text, span): (&str, Span), table: &Table) -> Option<Diagnostic> {
    let ends: Vec<&str> = text.split(['|', '&', '+']).filter(|end| !end.is_empty()).collect();
    let is_known = |end: &&str| end.split('.').next().is_some_and(|name| table.by_name.contains_key(name));
    if ends.len() < 2 || !ends.iter().all(is_known) {
        return None;
    }
    let written = ends.join(", ");
    Some(
        Diagnostic::new(error.code, span, error.message.clone())
            .here("several ends of a flow stand with commas between them")
            .help(format!("write `{written}`"))
            .fix(format!("write `{written}`"), vec![TextEdit::replace(span, written)]),
    )
}

/// The protocol that the last of several pieces names, `dns/udp`, and the pieces before it; a port of that name is one.
fn by_protocol<'t, 'p>(pieces: &'p [&'t str], of: &[NamedPort]) -> (&'p [&'t str], Option<Protocol>) {
    let known =
        |last: &str| [Protocol::Tcp, Protocol::Udp].into_iter().find(|known| known.name().eq_ignore_ascii_case(last));
    match pieces.split_last() {
        Some((last, rest)) if !rest.is_empty() && of.iter().all(|port| port.name.value != *last) => match known(last) {
            Some(protocol) => (rest, Some(protocol)),
            None => (pieces, None),
        },
        Some(_) | None => (pieces, None),
    }
}

/// The ports that some pieces name: each by its name, its number, or in a range of numbers; of one protocol where one is named.
fn named<'p>(pieces: &[&str], of: &'p [NamedPort]) -> Vec<&'p str> {
    let serving = || of.iter().filter(|port| port.usage == PortUse::Serving);
    let (pieces, protocol) = by_protocol(pieces, of);
    let mut found: Vec<&NamedPort> = Vec::new();
    let mut seen = BTreeSet::new();
    for piece in pieces {
        let numbers = piece.split_once('-').and_then(|(low, high)| Some((low.parse().ok()?, high.parse().ok()?)));
        let numbers = numbers.or_else(|| piece.parse().ok().map(|number: u16| (number, number)));
        let is_meant = |port: &&NamedPort| match numbers {
            Some((low, high)) => (low..=high).contains(&port.number.value.get()),
            None => port.name.value == *piece,
        };
        found.extend(serving().filter(is_meant).filter(|port| seen.insert(port.name.value.as_str())));
    }
    let Some(protocol) = protocol else { return names(found) };
    let of_it = |port: &&NamedPort| port.protocol == protocol;
    // what has the other protocol may have a sibling with the same number
    let alike = |port: &&NamedPort| found.iter().any(|known| known.number.value == port.number.value);
    names(serving().filter(of_it).filter(alike))
}

fn names<'p>(ports: impl IntoIterator<Item = &'p NamedPort>) -> Vec<&'p str> {
    ports.into_iter().map(|port| port.name.value.as_str()).collect()
}

/// Whether a place stands before the arrow of a flow that is allowed.
fn is_source(statement: &Statement, span: Span, sources: &SourceMap) -> bool {
    let behind = Span { start: span.end, end: statement.head().end.max(span.end), ..span };
    statement.word() == "allow" && sources.text(behind).contains("->")
}

/// What is said of a text where a variable of the environment has its value.
fn environment(told: Diagnostic, text: &str, (span, pieces): (Span, &[&str]), ports: &[String]) -> Option<Diagnostic> {
    let [port] = ports else { return None };
    let is_number = pieces.last().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
    let (written, says) = match pieces.last() {
        Some(&"port") => (format!("{port}.port"), "its port"),
        _ if is_number && text.contains(':') => (format!("\"${{{port}.host}}:${{{port}.port}}\""), "its host and port"),
        _ => (format!("{port}.host"), "its host"),
    };
    let plain = quoted(text);
    Some(
        told.help(format!("write `{written}` for {says}, `{plain}` for text"))
            .unsafe_fix(format!("write `{written}`"), vec![TextEdit::replace(span, written)])
            .unsafe_fix("put it in quotes", vec![TextEdit::replace(span, plain)]),
    )
}
