//! Names that stand for nothing: what is said of an environment that there is not, and where a workload or external has gone
//! that is declared, but not in the environment that names it.
//!
//! Invariant: every place that takes a name out of an environment is shown, whoever misses it there.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Absent, Diagnostic, Sink};
use crate::model::codes::{BVL0204, BVL0205, BVL0215, BVL0216};
use crate::source::{Span, TextEdit};
use crate::syntax::Statement;
use crate::value::Term;
use crate::value::name::{dns_label, suggest_label};

use super::classes;
use super::declarations::{Declarations, DeclaredKind};
use super::environments::Request;

/// The names of a list: what is one of them already is not meant by another.
pub(super) fn given(terms: &[Term]) -> BTreeSet<&str> {
    terms.iter().flat_map(Term::members).filter_map(|member| member.named().map(|(name, ..)| name)).collect()
}

/// An environment that is declared nowhere; `known` are those that are.
pub(super) fn environment<'n>(
    name: &str,
    span: Span,
    near: &[&str],
    known: impl IntoIterator<Item = &'n str>,
) -> Diagnostic {
    let diagnostic = Diagnostic::new(&BVL0204, span, format!("there is no environment `{name}`"))
        .lacking(Absent::Environment(name.to_owned()));
    if near.is_empty() {
        return diagnostic.help(format!("environments: {}", known.into_iter().collect::<Vec<_>>().join(", ")));
    }
    diagnostic.guess(near, |near| vec![TextEdit::replace(span, near)])
}

/// How many places are shown that keep something from an environment.
const MOST_HOMES: usize = 4;

/// Shows where those are declared that are missed where they are not, and who keeps them from there.
pub(super) fn show_homes(declarations: &Declarations<'_>, requests: &[Request], findings: &mut [Diagnostic]) {
    // one that is misspelled is somewhere else
    let gone = |finding: &Diagnostic| match &finding.absent {
        Some(Absent::Endpoint(name)) if finding.fixes.is_empty() => {
            declarations.endpoints.get_key_value(name).filter(|(_, declared)| declared.kind != DeclaredKind::Group)
        }
        Some(
            Absent::Endpoint(_)
            | Absent::Environment(_)
            | Absent::AnyEnvironment
            | Absent::Class(_)
            | Absent::Constant(_)
            | Absent::Module(_)
            | Absent::File(_)
            | Absent::Port { .. }
            | Absent::Store(_)
            | Absent::Shared(_),
        )
        | None => None,
    };
    if !findings.iter().any(|finding| gone(finding).is_some()) {
        return;
    }
    let left_out = left_out(declarations, requests);
    let mut homes: BTreeMap<&str, Option<Span>> = BTreeMap::new();
    for finding in findings {
        let Some((name, declared)) = gone(finding) else { continue };
        let home = *homes.entry(name).or_insert_with(|| home(declared.named.statement, declarations));
        let mut shown: Vec<(Span, String)> = Vec::new();
        // what is missed wherever it is named is in none of them
        let is_of =
            |request: &&Request| finding.environments.is_empty() || finding.environments.contains(&request.title);
        for title in requests.iter().filter(is_of).map(|request| &request.title) {
            let label = match left_out.get(&(title.as_str(), name.as_str())) {
                Some(taken) => Some((*taken, format!("{name} is left out here"))),
                None if finding.environments.is_empty() => None,
                None => home.map(|home| (home, format!("{name} runs here alone"))),
            };
            let is_new =
                |(place, _): &(Span, String)| shown.len() < MOST_HOMES && shown.iter().all(|(known, _)| known != place);
            shown.extend(label.filter(is_new));
        }
        let place = declared.named.name_span;
        let mut told = std::mem::replace(finding, Diagnostic::new(finding.code, place, ""));
        if told.code == &BVL0216 {
            told.message = format!("{name} is declared, but not in this environment");
            told = told.here("not here");
        } else {
            told = told.here("declared, but not in this environment");
        }
        told =
            shown.into_iter().fold(told, |told, (place, label)| told.label(place, label)).label(place, "declared here");
        if told.help.is_none() || told.code == &BVL0216 {
            told = told.help(format!("take this out where {name} is not, or let it be there as well"));
        }
        *finding = told;
    }
}

/// Says of something that is declared twice, and of a name that nothing declares, that they are likely one mistake: a copied
/// block that was not renamed.
pub(super) fn show_copies(declarations: &Declarations<'_>, findings: &mut [Diagnostic]) {
    let [(copied, [first, again])] = declarations.copies.as_slice() else { return };
    let missed = |finding: &Diagnostic| match &finding.absent {
        Some(Absent::Endpoint(name)) if finding.fixes.is_empty() && !declarations.endpoints.contains_key(name) => {
            Some((name.clone(), finding.span()?))
        }
        Some(_) | None => None,
    };
    let mut names: BTreeMap<String, Span> = BTreeMap::new();
    for (name, place) in findings.iter().filter_map(missed) {
        names.entry(name).or_insert(place);
    }
    let (1, Some((name, place))) = (names.len(), names.first_key_value()) else { return };
    for finding in findings {
        let told = if finding.code == &BVL0205 && finding.span() == Some(*again) {
            finding
                .clone()
                .label(*place, format!("`{name}` is declared nowhere: is that one of the two?"))
                .unsafe_fix(
                    format!("write `{name}` in the first place"),
                    vec![TextEdit::replace(*first, name.as_str())],
                )
                .unsafe_fix(
                    format!("write `{name}` in the second place"),
                    vec![TextEdit::replace(*again, name.as_str())],
                )
        } else if missed(finding).is_some() {
            finding.clone().label(*again, format!("`{copied}` is declared a second time here: is that `{name}`?"))
        } else {
            continue;
        };
        *finding = told;
    }
}

/// Says of names that do not fit, and of which the one that would do is that of another declaration, that it is taken.
fn say_taken(declarations: &Declarations<'_>, sink: &mut Sink) {
    let names = &declarations.endpoints;
    if !sink.iter().any(|finding| finding.code == &BVL0215) {
        return;
    }
    let unfit = names.iter().filter_map(|(name, declared)| Some((declared.named.name_span, suggest_label(name)?)));
    let unfit: BTreeMap<Span, String> = unfit.filter(|(_, better)| names.contains_key(better)).collect();
    for finding in sink.behind(0).iter_mut().filter(|finding| finding.code == &BVL0215) {
        let Some(better) = finding.span().and_then(|place| unfit.get(&place)) else { continue };
        if let Some(other) = names.get(better) {
            finding.fixes.clear();
            finding.help =
                Some(format!("write another name: `{better}`, which would do, is that of another declaration"));
            *finding = finding.clone().label(other.named.name_span, format!("`{better}` is declared here"));
        }
    }
}

/// Tells of a name that does not fit and of what names it otherwise, which nothing declares, as the one mistake that they are:
/// the declaration is misspelled, and everywhere else it is written as it was meant.
pub(super) fn join_unfit(declarations: &Declarations<'_>, sink: &mut Sink) {
    /// How many of the places are shown.
    const SHOWN: usize = 6;
    say_taken(declarations, sink);
    // one whose name stands elsewhere as well has no fix
    let is_unfit = |finding: &&Diagnostic| finding.code == &BVL0215 && !finding.fixes.is_empty();
    let unfit: BTreeSet<Span> = sink.iter().filter(is_unfit).filter_map(Diagnostic::span).collect();
    if unfit.is_empty() {
        return;
    }
    let missed = |finding: &Diagnostic| match &finding.absent {
        Some(Absent::Endpoint(name)) if dns_label(name).is_ok() && !declarations.endpoints.contains_key(name) => {
            Some((name.clone(), finding.span()?))
        }
        Some(_) | None => None,
    };
    let mut missing: BTreeMap<String, Vec<Span>> = BTreeMap::new();
    for (name, place) in sink.iter().filter_map(missed) {
        missing.entry(name).or_default().push(place);
    }
    // by the place of a name that does not fit: that name, and those by which it is meant
    let mut meant: BTreeMap<Span, (&str, Vec<&str>)> = BTreeMap::new();
    for name in missing.keys() {
        if let [only] = declarations.endpoints.nearest_of(name, |_| true).as_slice()
            && let Some(place) = declarations.endpoints.get(*only).map(|declared| declared.named.name_span)
            && unfit.contains(&place)
        {
            meant.entry(place).or_insert_with(|| (*only, Vec::new())).1.push(name);
        }
    }
    // of several names nobody knows which one is right
    meant.retain(|_, (_, names)| names.len() == 1);
    for finding in sink.behind(0) {
        let Some(place) = finding.span().filter(|_| finding.code == &BVL0215) else { continue };
        let Some((unfit, names)) = meant.get(&place) else { continue };
        let Some(name) = names.first() else { continue };
        let used = missing.get(*name).map_or(&[][..], Vec::as_slice);
        let other = suggest_label(unfit).filter(|other| other != name);
        let help = match (other, used.len()) {
            (None, _) => format!("write `{name}` here"),
            (Some(other), 1) => {
                format!("write `{name}` here; or, if the new name is meant, `{other}` here and where `{name}` stands")
            }
            (Some(other), n) => format!(
                "write `{name}` here; or, if the new name is meant, `{other}` here and in the {n} places that say `{name}`"
            ),
        };
        let mut told = finding.clone();
        told.fixes.clear();
        told = used.iter().take(SHOWN).fold(told, |told, used| told.label(*used, format!("here it is `{name}`")));
        *finding = told
            .here(format!("did you mean `{name}`?"))
            .help(help)
            .unsafe_fix(format!("write `{name}`"), vec![TextEdit::replace(place, *name)]);
    }
    let told: BTreeSet<&str> = meant.into_values().flat_map(|(_, names)| names).collect();
    sink.retain(|finding| missed(finding).is_none_or(|(name, _)| !told.contains(name.as_str())));
}

/// The `without` of each environment and name.
fn left_out<'d>(declarations: &'d Declarations<'_>, requests: &'d [Request]) -> BTreeMap<(&'d str, &'d str), Span> {
    let mut left_out = BTreeMap::new();
    for request in requests {
        let Some(environment) = declarations.environments.get(&request.name) else { continue };
        for statement in environment.statement.statements().filter(|statement| statement.word() == "without") {
            if let [only] = &*statement.terms
                && let Some(name) = only.name()
            {
                left_out.entry((request.title.as_str(), name)).or_insert_with(|| statement.head());
            }
        }
    }
    left_out
}

/// The `in` that says where a declaration is, its own or that of a class.
fn home(statement: &Statement, declarations: &Declarations<'_>) -> Option<Span> {
    let classes = classes::linearize(statement, declarations);
    let classes = classes.iter().rev().map(|class| class.named.statement);
    let mut all = std::iter::once(statement).chain(classes);
    all.find_map(|statement| statement.statements().find(|inner| inner.word() == "in")).map(Statement::head)
}
