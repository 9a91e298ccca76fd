//! Asserted absences and accepted findings, with what their names stand for.

use std::collections::BTreeSet;
use std::iter::Peekable;

use crate::diagnostic::{Diagnostic, Sink};
use crate::model::codes::{BVL0202, BVL0218};
use crate::model::flow::{NeverEnd, Reach};
use crate::model::{Endpoint, Job, Layer, Model, Never, Origin, PORT_WORDS, Waiver, port as ports};
use crate::source::{Span, TextEdit};
use crate::syntax::Statement;
use crate::value::{Term, TermKind, similar};
use crate::vocabulary::Type;

use super::absent;
use super::declarations::{Declarations, DeclaredKind};
use super::ends::{End, Side, named_environments, open, open_group, unknown_end};
use super::scopes::Scopes;
use super::table::Table;
use super::unshared;

/// Puts every `never` and `waive` into the model.
pub(super) fn resolve(
    declarations: &Declarations<'_>,
    table: &Table,
    model: &mut Model,
    scopes: &Scopes,
    sink: &mut Sink,
) {
    for statement in declarations.nevers.iter().filter(|statement| !statement.broken) {
        if let Some(never) = never(statement, declarations, table, model, sink) {
            model.nevers.push(never);
        }
    }
    for statement in declarations.waivers.iter().filter(|statement| !statement.broken) {
        if let Some(mut waiver) = waiver(statement, table, scopes, sink) {
            waiver.group = group(&waiver.subject, declarations);
            model.waived.add(&waiver);
            model.waivers.push(waiver);
        }
    }
}

/// A group that a waiver names, with its members.
fn group(subject: &Origin<String>, declarations: &Declarations<'_>) -> Option<(String, Vec<String>)> {
    let is_group =
        |name: &&str| declarations.endpoints.get(*name).is_some_and(|declared| declared.kind == DeclaredKind::Group);
    let name = subject.value.split(" -> ").find(is_group)?;
    let mut ends = Vec::new();
    open_group(
        End { name, port: None, group: None, span: subject.span, beside: &[], is_guess: false },
        declarations,
        &mut ends,
    );
    Some((name.to_owned(), ends.into_iter().map(|end| end.name.to_owned()).collect()))
}

fn never(
    statement: &Statement,
    declarations: &Declarations<'_>,
    table: &Table,
    model: &Model,
    sink: &mut Sink,
) -> Option<Never> {
    let terms = &*statement.terms;
    let (before, reach, behind) = match terms {
        [before, arrow, behind] if arrow.kind == TermKind::Arrow => (before, Reach::Direct, behind),
        [before, arrow, behind] if arrow.kind == TermKind::PathArrow => (before, Reach::Path, behind),
        _ => {
            if let Some(because) = terms.get(3).filter(|term| term.is_name("because")) {
                sink.report(
                    Diagnostic::new(&BVL0202, because.span, "a `never` takes no `because`")
                        .here("only what weakens a guarantee gives a reason")
                        .help("say why in a comment above it: `// REASON`"),
                );
                return None;
            }
            sink.report(misshapen(statement));
            return None;
        }
    };
    let sources = ends(std::slice::from_ref(before), (declarations, &ABOUT), table, model, sink);
    let destinations = ends(std::slice::from_ref(behind), (declarations, &ABOUT), table, model, sink);
    (!sources.is_empty() && !destinations.is_empty()).then(|| Never {
        span: statement.head(),
        sources,
        destinations,
        reach,
    })
}

/// What is said of a `never` that is more or less than a source, an arrow and a destination.
fn misshapen(statement: &Statement) -> Diagnostic {
    const HELP: &str = "`never web -> vault` forbids the flow, `never web ~> vault` any chain of flows";
    let is_arrow = |term: &&Term| matches!(term.kind, TermKind::Arrow | TermKind::PathArrow);
    if let [before, arrow, behind, extra, rest @ ..] = &*statement.terms
        && is_arrow(&arrow)
        && !is_arrow(&extra)
    {
        let Some(environment) = rest.first().and_then(Term::name).filter(|_| extra.is_name("in")) else {
            let title = format!("{} does not belong behind the destination of a `never`", extra.describe());
            return Diagnostic::new(&BVL0202, extra.span, title).help(HELP);
        };
        let sign = if arrow.kind == TermKind::Arrow { "->" } else { "~>" };
        let end = |term: &Term| term.name().filter(|name| !name.contains('/')).map(str::to_owned);
        let diagnostic = Diagnostic::new(&BVL0202, extra.span, "a `never` takes no `in`")
            .here("it holds in every environment that has both ends");
        return match (end(before), end(behind)) {
            (Some(before), Some(behind)) => diagnostic.help(format!(
                "take the `in` out; for one environment alone say whose ends they are: `never {environment}/{before} {sign} {environment}/{behind}`"
            )),
            _ => diagnostic.help(format!(
                "take the `in` out; for one environment alone say whose ends they are: `never {environment}/NAME {sign} {environment}/NAME`"
            )),
        };
    }
    Diagnostic::new(&BVL0202, statement.head(), "a `never` is a source, an arrow and a destination").help(HELP)
}

/// What is said of ends that stand for nothing.
pub(super) struct About<'e> {
    /// A whole statement of that kind.
    pub(super) example: &'e str,
    /// Why a name that stands for nothing is a mistake.
    pub(super) note: &'e str,
    /// Why a port is that stands for none.
    pub(super) here: &'e str,
}

/// What is said of those of a `never`.
const ABOUT: About<'_> = About {
    example: "never web -> vault",
    note: "a `never` about nothing holds always, and says nothing",
    here: "an assertion about nothing holds always, and says nothing",
};

/// The ends that terms of a `never` name, or of what is like one.
pub(super) fn ends(
    terms: &[Term],
    (declarations, about): (&Declarations<'_>, &About<'_>),
    table: &Table,
    model: &Model,
    sink: &mut Sink,
) -> Vec<NeverEnd> {
    let mut ends = Vec::new();
    let given = absent::given(terms);
    for end in open(terms, declarations, about.example, sink) {
        let End { name, port, span, .. } = end;
        let (environment, bare) = match name.split_once('/') {
            Some((environment, bare)) => (Some(environment), bare),
            None => (None, name),
        };
        let places = table.by_name.get(bare);
        let instances = environment.map(|environment| table.environments.get(environment).cloned().unwrap_or_default());
        let endpoints: Vec<_> = places
            .into_iter()
            .flatten()
            .filter(|(place, _)| instances.as_ref().is_none_or(|instances| instances.contains(place)))
            .map(|(_, id)| *id)
            .collect();
        if endpoints.is_empty() && table.is_lost(name) {
            continue;
        }
        if endpoints.is_empty() {
            let mut near = table.near(name);
            near.retain(|near| !given.contains(near.as_str()));
            let told = unknown_end(&end, (table, model), &near, (Side::Either, &[]));
            sink.report(told.note(about.note));
            continue;
        }
        let found = || endpoints.iter().filter_map(|id| model.endpoint(*id));
        let names: BTreeSet<&str> = found().flat_map(Endpoint::ports).map(|port| port.name.value.as_str()).collect();
        if let Some(wanted) = port
            && !found().any(|endpoint| ports::place(endpoint.ports(), wanted).is_some())
            && !found().any(|endpoint| endpoint.lacks(PORT_WORDS))
        {
            if let Some(unshared) = unshared::told(&end, None, declarations, (table, model)) {
                sink.report(unshared);
                continue;
            }
            let place = span.ending(wanted);
            let diagnostic = Diagnostic::new(&BVL0218, place, format!("{bare} has no port `{wanted}`")).lacking(
                match found().next() {
                    Some(endpoint) => ports::absent(model, endpoint, wanted),
                    None => ports::absent_of(bare, &[], wanted),
                },
            );
            let diagnostic = match found().next() {
                Some(endpoint) => ports::show_class(diagnostic, model, endpoint),
                None => diagnostic,
            };
            let near = similar::nearest(wanted, names.iter().copied());
            let told = if near.is_empty() {
                let told = diagnostic.here(about.here);
                if found().any(|endpoint| endpoint.word() == "job") {
                    told.help(Job::uncalled(bare))
                } else {
                    let home =
                        found().next().map_or_else(|| format!("the braces of {bare}"), |end| ports::home(model, end));
                    let known = found().next().map_or(&[][..], Endpoint::ports);
                    ports::suggest(told, (bare, known, &home), wanted, place)
                }
            } else {
                diagnostic.guess(&near, |near| vec![TextEdit::replace(place, near)])
            };
            sink.report(found().fold(told, |told, endpoint| ports::show_taken(told, model, endpoint, wanted)));
            continue;
        }
        ends.push(NeverEnd { name: name.to_owned(), endpoints, port: port.map(str::to_owned), span });
    }
    ends
}

/// What a finding names: one name, or two with an arrow.
fn about(ends: &[&Term], first: Span) -> Origin<String> {
    let text = ends.iter().map(|end| crate::model::key_text(end)).collect::<Vec<_>>().join(" -> ");
    Origin::new(text, ends.last().map_or(first, |last| first.to(last.span)), Layer::Declaration)
}

/// What stands behind `on` and names nothing that a finding could be about.
fn no_subject(ends: &[&Term], code: &str) -> Option<Diagnostic> {
    if let Some(open) = ends.iter().find(|end| !end.is_closed()) {
        let message = format!("expected what the finding names, found {}", open.describe());
        return Some(Diagnostic::new(&BVL0202, open.span, message).help(WHOLE));
    }
    let star = ends.iter().find(|end| end.kind == TermKind::Star)?;
    let help = format!(
        "write a waiver for each that has the finding, or lower it on the whole platform: `severity {code} warn because \"REASON\"`"
    );
    let diagnostic = Diagnostic::new(&BVL0202, star.span, "a waiver is on one name, and `*` is none");
    Some(diagnostic.here("accepts a finding wherever it comes").help(help))
}

/// How a waiver is written.
const WHOLE: &str = "for example: `waive mutable-tag on web because \"the registry refuses to move tags\"`";

/// Something wrong with a waiver, with how one is written.
fn wrong(span: Span, message: &str) -> Diagnostic {
    Diagnostic::new(&BVL0202, span, message).help(WHOLE)
}

/// Several of which a waiver has one.
fn one_each(span: Span, message: &str, several: &[Term]) -> Diagnostic {
    Diagnostic::new(&BVL0202, span, message)
        .here(format!("these are {}", several.len()))
        .help("write one for each, with the reason of its own: `waive CODE on NAME because \"REASON\"`")
}

/// A `~>` between the ends of the flow that a waiver is on.
fn path_arrow(arrow: &Term) -> Diagnostic {
    Diagnostic::new(&BVL0202, arrow.span, "`~>` stands in `never` only, and a flow has `->`")
        .here("expected `->`")
        .help("name the flow of the finding with `->` between its ends")
        .fix("write `->`", vec![TextEdit::replace(arrow.span, "->")])
}

/// A term of a waiver that is none of its parts; `near` is the one that was most likely meant.
fn unexpected(term: &Term, near: Option<&str>) -> Diagnostic {
    let diagnostic = wrong(term.span, "unexpected in a waiver");
    match near {
        Some(near) => diagnostic
            .here(format!("did you mean `{near}`?"))
            .fix(format!("write `{near}`"), vec![TextEdit::replace(term.span, near)]),
        None => diagnostic,
    }
}

/// A waiver that says not what it is about; `environments` is what it has behind `in`.
fn subjectless(statement: &Statement, environments: Option<(&Term, &Term)>, table: &Table) -> Diagnostic {
    const MISSING: &str = "`waive` wants what it is about, with `on`";
    // `in web` for `on web`
    let swapped = environments.filter(|(_, list)| {
        let is_environment = |member: &Term| member.name().is_some_and(|name| table.environments.get(name).is_some());
        !list.members().iter().any(is_environment)
    });
    match swapped {
        Some((at, list)) => wrong(at.span, MISSING)
            .here(format!("did you mean `on`? {} is no environment", crate::model::key_text(list)))
            .fix("write `on`", vec![TextEdit::replace(at.span, "on")]),
        None => wrong(statement.head(), MISSING),
    }
}

/// What a waiver is on, which begins with a name; nothing where it could be about nothing.
fn on<'t>(
    name: &'t Term,
    terms: &mut Peekable<impl Iterator<Item = &'t Term>>,
    (code, is_faulty): (&str, &mut bool),
    sink: &mut Sink,
) -> Option<Origin<String>> {
    if let names @ [_, _, ..] = name.members() {
        sink.report(one_each(name.span, "a waiver is on one name", names));
        return None;
    }
    let mut ends = vec![name];
    if let Some(arrow) = terms.next_if(|next| matches!(next.kind, TermKind::Arrow | TermKind::PathArrow)) {
        if arrow.kind == TermKind::PathArrow && !std::mem::replace(is_faulty, true) {
            sink.report(path_arrow(arrow));
        }
        ends.extend(terms.next());
    }
    match no_subject(&ends, code) {
        Some(misfit) => {
            sink.report(misfit);
            None
        }
        None => Some(about(&ends, name.span)),
    }
}

/// What stands behind the code of a waiver.
const PARTS: [&str; 3] = ["on", "in", "because"];

/// `waive CODE on NAME | A -> B [in ENV] because "..."`
fn waiver(statement: &Statement, table: &Table, scopes: &Scopes, sink: &mut Sink) -> Option<Waiver> {
    let mut terms = statement.terms.iter().peekable();
    let Some(code) =
        terms.next().and_then(|term| Some(Origin::new(term.name()?.to_owned(), term.span, Layer::Declaration)))
    else {
        sink.report(match statement.terms.first().map(Term::members) {
            Some(codes @ [_, _, ..]) => one_each(statement.head(), "a waiver is of one finding", codes),
            Some(_) | None => wrong(statement.head(), "`waive` wants the code of a finding, by number or name"),
        });
        return None;
    };
    let (mut subject, mut environments, mut because) = (None, None, None);
    let mut is_faulty = false;
    while let Some(term) = terms.next() {
        let is_open = |word: &str| match word {
            "on" => subject.is_none(),
            "in" => environments.is_none(),
            _ => because.is_none(),
        };
        let written = term.name().unwrap_or_default();
        let word = PARTS.into_iter().find(|word| *word == written).or_else(|| {
            // what it was meant for is read, so that the finding that is accepted is not told beside it
            let near = similar::closest(written, PARTS.into_iter().filter(|word| is_open(word)));
            if !std::mem::replace(&mut is_faulty, true) {
                sink.report(unexpected(term, near));
            }
            near
        });
        match word {
            Some("on") => {
                let Some(name) = terms.next() else { break };
                subject = Some(on(name, &mut terms, (&code.value, &mut is_faulty), sink)?);
            }
            Some("in") => {
                let Some(list) = terms.next() else { break };
                if let Some(other) = list.members().iter().find(|member| member.name().is_none()) {
                    sink.report(wrong(other.span, &format!("expected an environment, found {}", other.describe())));
                    return None;
                }
                environments = Some((term, list));
            }
            Some("because") => {
                let Some(reason) = terms.next() else { break };
                match scopes.global.close(reason) {
                    Ok(closed) => {
                        because = Some(Origin::new(crate::model::key_text(&closed), reason.span, Layer::Declaration));
                    }
                    Err(unclosed) => {
                        // the waiver is there, and its reason is what is wrong with it
                        unclosed.diagnostic().into_iter().for_each(|diagnostic| sink.report(diagnostic));
                        because = Some(Origin::new("..".to_owned(), reason.span, Layer::Declaration));
                    }
                }
            }
            Some(_) | None => {}
        }
    }
    // an empty reason is none
    let because = because.filter(|because| !because.value.trim().is_empty());
    // what is wrong has been said, and may be in the place of the reason
    let unread = || Origin::new("..".to_owned(), statement.head(), Layer::Declaration);
    let because = because.or_else(|| is_faulty.then(unread));
    let Some(subject) = subject else {
        if is_faulty {
            return None;
        }
        sink.report(subjectless(statement, environments, table));
        return None;
    };
    let environments = environments.map_or_else(Vec::new, |(_, list)| {
        super::slips::named_twice(std::slice::from_ref(list), Type::Environment, "", sink);
        named_environments(std::slice::from_ref(list), table, sink);
        list.members().iter().filter_map(|member| Some(member.name()?.to_owned())).collect()
    });
    Some(Waiver { span: statement.head(), code, subject, group: None, environments, because })
}
