//! Asserted absences, with what their names stand for.

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Sink};
use crate::model::codes::{BVL0202, BVL0218};
use crate::model::flow::{NeverEnd, Reach};
use crate::model::{Endpoint, Job, Model, Never, PORT_WORDS, port as ports};
use crate::source::TextEdit;
use crate::syntax::Statement;
use crate::value::{Term, TermKind, similar};

use super::absent;
use super::declarations::Declarations;
use super::ends::{End, Side, open, unknown_end};
use super::table::Table;
use super::unshared;

/// Puts every `never` into the model.
pub(super) fn resolve(declarations: &Declarations<'_>, table: &Table, model: &mut Model, sink: &mut Sink) {
    for statement in declarations.nevers.iter().filter(|statement| !statement.broken) {
        if let Some(never) = never(statement, declarations, table, model, sink) {
            model.nevers.push(never);
        }
    }
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
