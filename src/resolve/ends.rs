//! The ends of flows: which endpoints and ports their names stand for, and what is said of those that stand for nothing.

use std::collections::BTreeSet;

use crate::diagnostic::{Absent, Code, Diagnostic, Sink};
use crate::model::codes::{BVL0202, BVL0216, BVL0217, BVL0218};
use crate::model::{Endpoint, EndpointId, EnvironmentId, Job, Model, PORT_WORDS, PortUse, port as ports};
use crate::source::{SourceMap, Span, TextEdit};
use crate::value::name::dns_label;
use crate::value::{Term, TermKind, host, quoted};
use crate::vocabulary::Type;

use super::declarations::{Declarations, DeclaredKind};
use super::groups;
use super::slips;
use super::table::Table;
use super::{absent, apart};

/// One name at an end of a flow, groups opened.
#[derive(Debug, Clone)]
pub(super) struct End<'t> {
    /// The name, possibly with its environment before it.
    pub(super) name: &'t str,
    /// The port.
    pub(super) port: Option<&'t str>,
    /// The group that is written in its place.
    pub(super) group: Option<&'t str>,
    /// Where it is written.
    pub(super) span: Span,
    /// What is named with it: none of that is what it was meant for.
    pub(super) beside: &'t [Term],
    /// Whether the name is one that was likely meant by what is written.
    pub(super) is_guess: bool,
}

/// At which end of a statement a name stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// Before the arrow of a flow.
    Source,
    /// Behind it.
    Destination,
    /// At either end of what takes a port at both.
    Either,
}

impl End<'_> {
    /// Whether that is named with it.
    fn is_beside(&self, path: &str) -> bool {
        self.beside.iter().flat_map(Term::members).any(|member| member.is_name(path))
    }
}

/// The environments that an `in` names; `None` where it names one that is none and that is like no other. One that is
/// misspelled is read as what it was most likely meant for, if that is clear.
pub(super) fn named_environments(terms: &[Term], table: &Table, sink: &mut Sink) -> Option<Vec<EnvironmentId>> {
    let (mut environments, mut is_whole) = (Vec::new(), true);
    let given = absent::given(terms);
    for term in terms.iter().flat_map(Term::members) {
        // what is no name has been reported
        let Some(name) = term.name() else {
            is_whole = false;
            continue;
        };
        if let Some(instances) = table.environments.get(name) {
            environments.extend(instances);
        } else if !table.is_lost(name) {
            let near = table.environments.nearest_of(name, |near| !given.contains(near));
            let only = if let [only] = near.as_slice() { table.environments.get(*only) } else { None };
            match only {
                Some(instances) => environments.extend(instances),
                None => is_whole = false,
            }
            sink.report(absent::environment(name, term.span, &near, table.environments.names()));
        }
    }
    is_whole.then_some(environments)
}

/// A whole flow, for messages.
pub(super) const WHOLE: &str = "allow web -> api.http";

/// The names at one end, groups opened; `example` is a whole statement of that kind.
pub(super) fn open<'t>(
    terms: &'t [Term],
    declarations: &Declarations<'t>,
    example: &str,
    sink: &mut Sink,
) -> Vec<End<'t>> {
    let mut ends = Vec::new();
    slips::named_twice(terms, Type::Endpoint, " at one end of a flow", sink);
    for term in terms.iter().flat_map(Term::members) {
        let Some(path) = term.name() else {
            if term.kind != TermKind::Bad {
                sink.report(no_name(term, declarations, example));
            }
            continue;
        };
        let (name, port) = named(path, declarations);
        open_group(
            End { name, port, group: None, span: term.span, beside: terms, is_guess: false },
            declarations,
            &mut ends,
        );
    }
    ends
}

/// What is said of a term that is no name, where one ends a flow.
fn no_name(term: &Term, declarations: &Declarations<'_>, example: &str) -> Diagnostic {
    let wrong = |title: String| Diagnostic::new(&BVL0202, term.span, title);
    if let Some(text) = term.text().filter(|text| may_be_named(text, declarations)) {
        return wrong(format!("the name {} stands in quotes", quoted(text)))
            .here("text, where a name is expected")
            .help(format!("names stand without quotes: `{example}`"))
            .fix(format!("write `{text}`"), vec![TextEdit::replace(term.span, text)]);
    }
    if let Some(host) = term.text().and_then(host::in_text) {
        return wrong(format!("the host {} stands where a name is expected", quoted(host)))
            .here("no workload or external goes by it")
            .help(host::as_external(host));
    }
    wrong(format!("expected a workload or external, found {}", term.describe()))
        .help(format!("for example: `{example}`"))
}

/// Whether a text may be the name of what a flow ends at: one with a dot in it is a host unless something is called like
/// what stands before the dot.
fn may_be_named(text: &str, declarations: &Declarations<'_>) -> bool {
    let (name, port) = named(text, declarations);
    let name = name.rsplit('/').next().unwrap_or(name);
    let is_near = || !declarations.endpoints.nearest_of(name, |_| true).is_empty();
    let is_known = port.is_none() || declarations.endpoints.contains_key(name) || is_near();
    is_known
        && port.is_none_or(|port| !port.contains('.'))
        && text.split(['.', '/']).all(|part| dns_label(part).is_ok())
}

/// The name and the port that a path holds. A name that is declared with a dot in it is used with it: that no name may hold
/// one is said where it is declared.
fn named<'t>(path: &'t str, declarations: &Declarations<'_>) -> (&'t str, Option<&'t str>) {
    /// The most dots that are looked at.
    const MOST: usize = 8;
    let Some((first, port)) = path.split_once('.') else { return (path, None) };
    let is_declared = |name: &str| declarations.endpoints.contains_key(name);
    if is_declared(first) {
        return (first, Some(port));
    }
    if is_declared(path) {
        return (path, None);
    }
    let parts = path.rmatch_indices('.').take(MOST).map(|(at, _)| path.split_at(at));
    let whole = parts.map(|(name, port)| (name, port.strip_prefix('.'))).find(|(name, _)| is_declared(name));
    whole.unwrap_or((first, Some(port)))
}

pub(super) fn open_group<'t>(end: End<'t>, declarations: &Declarations<'t>, ends: &mut Vec<End<'t>>) {
    // groups of groups are opened breadth first; each group once, so that circles end
    let mut waiting = vec![end];
    let mut opened: BTreeSet<&str> = BTreeSet::new();
    while let Some(end) = waiting.pop() {
        let group = declarations.endpoints.get(end.name).filter(|declared| declared.kind == DeclaredKind::Group);
        let Some(group) = group else {
            ends.push(end);
            continue;
        };
        if !opened.insert(end.name) {
            continue;
        }
        let members = group.named.statement.terms.iter().skip(1).flat_map(Term::members);
        for member in members {
            // `shape` reports members that are nothing, and the port that one names
            let Some(path) = member.name() else { continue };
            let known = [path, path.split('.').next().unwrap_or(path)];
            let known = known.into_iter().find(|name| declarations.endpoints.contains_key(*name));
            if let Some(name) = known.or_else(|| groups::meant(group.named.statement, path, declarations)) {
                waiting.push(End { name, group: end.group.or(Some(end.name)), ..end.clone() });
            }
        }
    }
}

/// The port of a destination, by name or because there is only one.
pub(super) fn port(model: &Model, to: EndpointId, end: &End<'_>, sink: &mut Sink) -> Option<u16> {
    let endpoint = model.endpoint(to)?;
    let number = |at: usize| u16::try_from(at).ok();
    let name = &endpoint.name().value;
    if let Some(wanted) = end.port {
        if let Some(at) = ports::place(endpoint.ports(), wanted) {
            return number(at);
        }
        if endpoint.lacks(PORT_WORDS) {
            return None;
        }
        let place = end.span.ending(wanted);
        if endpoint.word() == "job" {
            let absent = ports::absent(model, endpoint, wanted);
            sink.report(to_job(&BVL0218, end.span, endpoint).lacking(absent));
            return None;
        }
        let mut told = no_port(model, endpoint, wanted, place);
        // what the flow names already was not meant once more
        told.fixes.retain(|fix| !fix.edits.iter().any(|edit| end.is_beside(&format!("{}.{}", end.name, edit.text))));
        sink.report(told);
        return None;
    }
    let mut serving = endpoint.ports().iter().enumerate().filter(|(_, port)| port.usage == PortUse::Serving);
    match (serving.next(), serving.next()) {
        (Some((at, _)), None) => number(at),
        _ if endpoint.lacks(PORT_WORDS) => None,
        // what is half written may be about to have one
        (None, _) if is_half_written(endpoint) => None,
        // a name that was only guessed says nothing of ports: `postgressql` may have been `postgres.sql`
        _ if end.is_guess => None,
        (None, _) => {
            sink.report(if endpoint.word() == "job" {
                to_job(&BVL0217, end.span, endpoint)
            } else {
                portless(model, endpoint, end.span)
            });
            None
        }
        (Some(_), Some(_)) => {
            let several: Vec<String> = endpoint
                .ports()
                .iter()
                .filter(|port| port.usage == PortUse::Serving)
                .map(|port| format!("{name}.{}", port.name.value))
                .collect();
            let mut diagnostic = Diagnostic::new(&BVL0217, end.span, format!("{name} has several ports; which one?"))
                .here("no port is named")
                .help(format!(
                    "its ports: {}; for all of them write `{}`",
                    ports::listed(endpoint.ports()),
                    several.join(", ")
                ));
            for port in endpoint.ports().iter().filter(|port| port.usage == PortUse::Serving) {
                let text = format!(".{}", port.name.value);
                diagnostic = diagnostic
                    .unsafe_fix(format!("write `{name}{text}`"), vec![TextEdit::insert_after(end.span, text)]);
            }
            sink.report(diagnostic);
            None
        }
    }
}

/// One that has no port, for a flow that names none.
fn portless(model: &Model, endpoint: &Endpoint, place: Span) -> Diagnostic {
    let name = &endpoint.name().value;
    let told = Diagnostic::new(&BVL0217, place, format!("{name} listens on no port"))
        .here("nothing to reach")
        .label(endpoint.name().span, "declared here");
    let told = match ports::lacking_class(model, endpoint) {
        None => told.help(format!("add `port http 8080` to {name}")),
        Some((_, class)) => told.help(format!("add `port http 8080` to class {}, or to {name}", class.value)),
    };
    ports::show_class(told, model, endpoint).lacking(ports::absent(model, endpoint, ""))
}

/// Whether something of an external could not be read that is not known to be all of its addresses and ports.
fn is_half_written(endpoint: &Endpoint) -> bool {
    match endpoint {
        Endpoint::External(external) => !external.unread.is_empty(),
        Endpoint::Workload(_) => false,
    }
}

/// A port that is named and that there is not.
fn no_port(model: &Model, endpoint: &Endpoint, wanted: &str, place: Span) -> Diagnostic {
    let name = &endpoint.name().value;
    let diagnostic = Diagnostic::new(&BVL0218, place, format!("{name} has no port `{wanted}`"))
        .label(endpoint.name().span, format!("{name} is declared here"))
        .lacking(ports::absent(model, endpoint, wanted));
    let diagnostic = ports::show_class(diagnostic, model, endpoint);
    let home = ports::home(model, endpoint);
    let diagnostic = ports::suggest(diagnostic, (name, endpoint.ports(), &home), wanted, place);
    ports::show_taken(diagnostic, model, endpoint, wanted)
}

/// Offers a dot in place of the colon of a port by its number, `api:8080`, with the name of the port that is meant.
pub(super) fn behind_colons(sources: &SourceMap, findings: &mut [Diagnostic]) {
    for finding in findings.iter_mut().filter(|finding| finding.code == &BVL0218) {
        let Some(place) = finding.span().filter(|place| place.start > 0) else { continue };
        let with_colon = Span { start: place.start - 1, ..place };
        if !sources.text(with_colon).starts_with(':') {
            continue;
        }
        for edit in finding.fixes.iter_mut().flat_map(|fix| &mut fix.edits).filter(|edit| edit.span == place) {
            *edit = TextEdit::replace(with_colon, format!(".{}", edit.text));
        }
        let meant = "a port stands after a dot, by its name";
        finding.help = Some(match finding.help.take() {
            Some(help) => format!("{meant}; {help}"),
            None => meant.to_owned(),
        });
    }
}

/// Judges the ports that `after` names, each where it is written, whoever takes that over.
pub(super) fn after(model: &Model, sources: &SourceMap, sink: &mut Sink) {
    let mut known = BTreeSet::new();
    for reference in model.workloads().filter_map(|workload| workload.program()).flat_map(|program| &program.after) {
        let (Some(wanted), Some(endpoint)) = (&reference.port, model.endpoint(reference.endpoint)) else { continue };
        let is_there = ports::place(endpoint.ports(), wanted).is_some() || endpoint.lacks(PORT_WORDS);
        if is_there || !known.insert(reference.span) {
            continue;
        }
        let is_written = sources.text(reference.span).ends_with(wanted.as_str());
        let place = if is_written { reference.span.ending(wanted) } else { reference.span };
        sink.report(no_port(model, endpoint, wanted, place));
    }
}

/// A flow to a job, whatever port it names.
fn to_job(code: &'static Code, place: Span, job: &Endpoint) -> Diagnostic {
    let name = &job.name().value;
    Diagnostic::new(code, place, Job::uncalled(name))
        .here("nothing to reach")
        .label(job.name().span, "declared here")
        .help(format!(
            "a job begins flows and never ends one: allow {name} what it needs, `allow {name} -> TARGET.PORT`; what others call all the time is a `service`"
        ))
}

/// A source and a destination that exist nowhere together.
pub(super) fn never_meet(source: &End<'_>, destination: &End<'_>, (table, model): (&Table, &Model), sink: &mut Sink) {
    let known = |end: &End<'_>| {
        let (environment, name) = match end.name.split_once('/') {
            Some((environment, name)) => (Some(environment), name),
            None => (None, end.name),
        };
        environment.is_none_or(|environment| table.environments.contains_key(environment))
            && table.by_name.contains_key(name)
    };
    let mut named = true;
    for (end, other, side) in [(source, destination, Side::Source), (destination, source, Side::Destination)] {
        if known(end) {
            continue;
        }
        named = false;
        // of a lost environment, or a name with a `/` in it: both are said where they are declared
        if table.is_lost(end.name) || table.by_name.contains_key(end.name) {
            continue;
        }
        let mut near = table.near(end.name);
        near.retain(|near| !end.is_beside(near));
        sink.report(unknown_end(end, (table, model), &near, (side, &[other.name])));
    }
    if named && !table.has_lost() {
        sink.report(apart::told(source, destination, (table, model)));
    }
}

/// `app-http` or `apphttp` where `app.http` is meant: a port of something, without the dot before it.
pub(super) fn undotted<'n>(name: &'n str, table: &Table, model: &Model) -> Option<(&'n str, &'n str)> {
    let ends = name.char_indices().skip(1).map(|(at, _)| name.split_at(at));
    ends.map(|(endpoint, rest)| (endpoint, rest.strip_prefix('-').unwrap_or(rest))).find(|(endpoint, port)| {
        let homes = table.by_name.get(*endpoint).into_iter().flat_map(|homes| homes.values());
        homes.filter_map(|id| model.endpoint(*id)).any(|home| ports::place(home.ports(), port).is_some())
    })
}

/// Names by which everything outside of the cluster is often called.
const WORLD: [&str; 9] =
    ["anyone", "anywhere", "everyone", "everything", "everywhere", "external", "internet", "outside", "world"];

/// How to declare what is named.
fn declaring(end: &End<'_>) -> String {
    let port = end.port.unwrap_or("NAME");
    if WORLD.contains(&end.name) {
        return format!(
            "declare `{name}`, all addresses that there are, as an external: `external {name} {{ cidr 0.0.0.0/0 except 169.254.169.254/32 because \"REASON\"; port {port} NUMBER }}`",
            name = end.name
        );
    }
    format!(
        "declare `{name}`: a `service` or `managed`, or what is outside of the cluster as `external {name} {{ cidr ADDRESSES; port {port} NUMBER }}`",
        name = end.name
    )
}

/// The host that is written in the place of a name: no port has a dot in it.
pub(super) fn host_of(end: &End<'_>) -> Option<String> {
    let port = end.port.filter(|port| port.contains('.'))?;
    host::in_text(&format!("{}.{port}", end.name)).map(str::to_owned)
}

/// An end of a flow that is declared nowhere; `others` are the names on the other side.
pub(super) fn unknown_end<N: AsRef<str>>(
    end: &End<'_>,
    (table, model): (&Table, &Model),
    near: &[N],
    (side, others): (Side, &[&str]),
) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        &BVL0216,
        end.span.beginning(end.name),
        format!("there is no workload or external named `{}`", end.name),
    )
    .lacking(Absent::Endpoint(end.name.to_owned()));
    if let Some(host) = host_of(end) {
        return diagnostic.here("declared in no file of the platform").help(host::as_external(&host));
    }
    let unknown = end.name.split_once('/');
    let unknown = unknown.filter(|(environment, _)| !table.environments.contains_key(*environment));
    if let Some((environment, _)) = unknown.filter(|(_, name)| table.by_name.contains_key(*name)) {
        let place = end.span.beginning(environment);
        let near = table.environments.nearest_of(environment, |_| true);
        return absent::environment(environment, place, &near, table.environments.names());
    }
    let edits = |near: &str| vec![TextEdit::replace(end.span.beginning(end.name), near)];
    // a flow from something to itself is rarely meant
    let other: Vec<&str> = near.iter().map(AsRef::as_ref).filter(|near| !others.contains(near)).collect();
    if end.port.is_none()
        && let Some((endpoint, port)) = undotted(end.name, table, model)
    {
        // no source of a flow has a port
        let meant = match side {
            Side::Source => endpoint.to_owned(),
            Side::Destination | Side::Either => format!("{endpoint}.{port}"),
        };
        return diagnostic.guess(&[meant], edits);
    }
    if !other.is_empty() {
        let found = diagnostic.guess(&other, edits);
        // one of several that are counted may be the one that is still to be declared
        let is_open = other.len() > 1 && !end.name.contains('/');
        return if is_open { found.help(format!("write the one that is meant, or {}", declaring(end))) } else { found };
    }
    match near.first().map(AsRef::as_ref) {
        Some(near) => {
            let names: Vec<&str> = table.by_name.keys().take(12).map(String::as_str).collect();
            diagnostic
                .guess(&[near], edits)
                .here(format!("did you mean `{near}`, so that it reaches itself?"))
                .help(format!("names here: {}", names.join(", ")))
        }
        None if unknown.is_some() => {
            let names: Vec<&str> = table.environments.keys().map(String::as_str).collect();
            diagnostic
                .here(format!("there is no environment `{}`", unknown.map_or("", |(environment, _)| environment)))
                .help(format!("environments: {}", names.join(", ")))
        }
        None => diagnostic
            .here("declared in no file of the platform")
            .help(format!("{}; or take in the file or module that declares it with `use`", declaring(end))),
    }
}
