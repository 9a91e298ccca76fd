//! Whether what an environment says of workloads and externals changes anything: overlays, and `without NAME`.
//!
//! Invariant: what changes nothing is reported where it is written, once; what may only seem to change nothing, since
//! something else could not be read, is not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diagnostic::{Absent, Diagnostic, Sink};
use crate::model::EnvironmentId;
use crate::model::codes::BVL0211;
use crate::source::{SourceMap, Span, TextEdit};
use crate::syntax::Statement;
use crate::value::{Term, TermKind};
use crate::vocabulary::declares_endpoint;

use super::declarations::{Declarations, Declared, DeclaredKind};
use super::endpoints::Place;
use super::environments::Request;
use super::misfits::article;
use super::table::Table;

/// What environments leave out that is not in them anyway, with the `in` that says where it is, if one does.
pub(super) type Idle<'t> = BTreeMap<(EnvironmentId, &'t str), Option<Span>>;

/// Overlays of something that is declared, but not in that environment.
pub(super) fn reach(places: &[Place<'_>], requests: &[Request], table: &Table, sink: &mut Sink) {
    for (place, request) in places.iter().zip(requests) {
        for statement in place.named.statement.statements() {
            let Some(name) = statement.terms.first().and_then(Term::name) else { continue };
            let Some(homes) = table.by_name.get(name) else { continue };
            let is_overlay = declares_endpoint(statement.word());
            if is_overlay && !homes.contains_key(&place.id) {
                sink.report(
                    Diagnostic::new(&BVL0211, statement.head(), format!("{name} is not in {}", request.name))
                        .here("it changes nothing")
                        .help("take the overlay out, or add the environment to the `in` of the declaration"),
                );
            }
        }
    }
}

/// What is declared by a word.
fn kind_of(word: &str) -> &str {
    if word == "managed" { "managed workload" } else { word }
}

/// Overlays that speak of something that is not there.
pub(super) fn match_something(declarations: &Declarations<'_>, places: &[Place<'_>], sink: &mut Sink) {
    for place in places {
        for statement in place.named.statement.statements() {
            let word = statement.word();
            let (kind, term) = match (word, &*statement.terms) {
                (word, [term, ..]) if declares_endpoint(word) => (Some(word), term),
                // which flow is still to be written
                ("without", [term]) if !term.is_name("allow") => (None, term),
                _ => continue,
            };
            if term.kind == TermKind::Star {
                continue;
            }
            let Some(name) = term.name() else { continue };
            let found = declarations.endpoints.get(name);
            let fits = |declared: &Declared<'_>| match kind {
                None => declared.kind != DeclaredKind::Group,
                Some(word) => declared.kind.word() == word,
            };
            if found.is_some_and(fits) {
                continue;
            }
            let what = kind.map_or("workload or external", kind_of);
            let diagnostic = Diagnostic::new(&BVL0211, term.span, format!("there is no {what} named `{name}`"));
            let diagnostic =
                if found.is_none() { diagnostic.lacking(Absent::Endpoint(name.to_owned())) } else { diagnostic };
            let is_one = |name: &str| declarations.endpoints.get(name).is_some_and(fits);
            sink.report(match (found, declarations.endpoints.nearest_of(name, is_one).as_slice()) {
                (Some(found), _) => {
                    let diagnostic = diagnostic
                        .here(format!("`{name}` is {}", article(kind_of(found.kind.word()))))
                        .label(found.named.name_span, "declared here");
                    of_its_kind(diagnostic, place, statement, found)
                }
                (None, near @ [_, ..]) => {
                    let stated = |name: &str| {
                        let is_it = |other: &&Statement| other.terms.first().and_then(Term::name) == Some(name);
                        place.named.statement.statements().filter(|other| other.word() == word).find(is_it)
                    };
                    // written twice it would be as wrong
                    let unstated: Vec<&str> = near.iter().copied().filter(|name| stated(name).is_none()).collect();
                    if unstated.is_empty() {
                        let changed = near.iter().filter_map(|name| Some((name, stated(name)?.head())));
                        let diagnostic = diagnostic.did_you_mean(near);
                        changed
                            .fold(diagnostic, |told, (name, head)| {
                                told.label(head, format!("`{name}` is changed here already"))
                            })
                            .help("write what it says there, and take this one out")
                    } else {
                        diagnostic.guess(&unstated, |near| vec![TextEdit::replace(term.span, near)])
                    }
                }
                (None, []) => {
                    diagnostic.here("it changes nothing").help("declare it at the top level, or take the statement out")
                }
            });
        }
    }
}

/// How an overlay is mended that names another kind than what is declared.
fn of_its_kind(diagnostic: Diagnostic, place: &Place<'_>, overlay: &Statement, found: &Declared<'_>) -> Diagnostic {
    let kind = found.kind.word();
    if found.kind == DeclaredKind::Group {
        return diagnostic.help("write an overlay for each of its members that it is meant for");
    }
    let name = overlay.terms.first().and_then(Term::name);
    let is_of_it = |other: &&Statement| other.word() == kind && other.terms.first().and_then(Term::name) == name;
    match place.named.statement.statements().find(is_of_it) {
        // written twice it would be as wrong
        Some(stated) => {
            diagnostic.label(stated.head(), "its overlay").help("write there what this one says, and take this one out")
        }
        None => diagnostic
            .help(format!("an overlay begins with the word of the declaration: `{kind}`"))
            .unsafe_fix(format!("write `{kind}`"), vec![TextEdit::replace(overlay.word.span, kind)]),
    }
}

/// Leaves out what is said of a `without` in an overlay of all (`service * { .. }`) that takes something away of others: it has to
/// find something in one of those that it speaks of. `n_of` counts the declarations of a kind in an environment.
pub(super) fn of_some(found: &mut Sink, places: &[Place<'_>], n_of: impl Fn(EnvironmentId, &str) -> usize) {
    let in_vain: Vec<Span> =
        found.iter().filter(|finding| finding.code == &BVL0211).filter_map(Diagnostic::span).collect();
    if in_vain.is_empty() {
        return;
    }
    let is_of_all = |statement: &&Statement| {
        declares_endpoint(statement.word()) && statement.terms.first().is_some_and(|term| term.kind == TermKind::Star)
    };
    // the instances of an environment with parameters have their statements in common
    let mut spoken_of: BTreeMap<Span, usize> = BTreeMap::new();
    for place in places {
        for overlay in place.named.statement.statements().filter(is_of_all) {
            *spoken_of.entry(overlay.span).or_default() += n_of(place.id, overlay.word());
        }
    }
    let takes_some = |at: Span| {
        let overlay = spoken_of.iter().find(|(overlay, _)| overlay.contains(at));
        overlay.is_some_and(|(_, n)| in_vain.iter().filter(|span| **span == at).count() < *n)
    };
    let spared: BTreeSet<Span> = in_vain.iter().copied().filter(|at| takes_some(*at)).collect();
    found.retain(|finding| finding.code != &BVL0211 || finding.span().is_none_or(|at| !spared.contains(&at)));
}

/// A `without NAME` of something that is declared, and not in that environment anyway.
pub(super) fn take_away(places: &[Place<'_>], requests: &[Request], idle: (&Idle<'_>, &SourceMap), sink: &mut Sink) {
    let (idle, sources) = idle;
    // the instances of an environment with parameters have their statements in common
    let mut told = BTreeSet::new();
    for (place, request) in places.iter().zip(requests) {
        let statements = || place.named.statement.statements().filter(|statement| !statement.broken);
        for statement in statements().filter(|statement| statement.word() == "without") {
            let [only] = &*statement.terms else { continue };
            let Some((name, home)) = only.name().and_then(|name| Some((name, idle.get(&(place.id, name))?))) else {
                continue;
            };
            if !told.insert(statement.word.span) {
                continue;
            }
            let diagnostic = Diagnostic::new(&BVL0211, statement.head(), format!("{name} is not in {}", request.name))
                .here("it takes nothing away");
            let shared = statements().find(|statement| statement.word() == "shared");
            let diagnostic = match (home, shared) {
                (Some(stated), _) => diagnostic.label(*stated, format!("{name} runs here alone")),
                (None, Some(shared)) => {
                    diagnostic.label(shared.head(), "a shared environment holds only what names it with `in`")
                }
                (None, None) => diagnostic,
            };
            let edit = sources.get(statement.span.file).map(|file| TextEdit::take_out(statement.span, file));
            sink.report(match edit {
                Some(edit) => diagnostic.fix("take the `without` out", vec![edit]),
                None => diagnostic,
            });
        }
    }
}

/// The statements of environments that are about what is in them, in order of place, each with what its environment is called: by
/// its title where that is the only one of its name.
pub(super) fn stated(declarations: &Declarations<'_>, requests: &[Request]) -> Arc<[(Span, String)]> {
    let mut titles: BTreeMap<&str, &str> = BTreeMap::new();
    for request in requests {
        let title = titles.entry(&request.name).or_insert(&request.title);
        if *title != request.title {
            *title = &request.name;
        }
    }
    let mut stated = Vec::new();
    for (name, environment) in declarations.environments.iter() {
        let called = titles.get(name.as_str()).copied().unwrap_or(name);
        let is_about = |statement: &&Statement| {
            let word = statement.word();
            declares_endpoint(word) || matches!(word, "allow" | "without" | "defaults")
        };
        let own = environment.statement.statements().filter(is_about);
        stated.extend(own.map(|statement| (statement.span, called.to_owned())));
    }
    stated.sort_unstable();
    stated.into()
}
