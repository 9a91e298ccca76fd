//! Whom the faults that were found may concern.
//!
//! Invariant: a fault concerns its declaration alone only where nothing else can depend on what that states: a workload, an
//! external, a group, a flow, a `never` or a `waive`, or a declaration of no known kind that can be no environment.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Severity, Sink};
use crate::model::{Doubt, Waiver};
use crate::source::{FileId, Provenance};
use crate::syntax::Statement;
use crate::value::Term;
use crate::vocabulary::{self, ENVIRONMENT, FILE, PLATFORM, declares_endpoint, endpoint_blocks};

use super::declarations::{Declarations, meant};
use super::environments::Request;
use super::modules::Project;

/// What is in doubt where these faults were found, as far as these waivers ask.
pub(super) fn of(
    project: &Project,
    declarations: &Declarations<'_>,
    requests: &[Request],
    waivers: &[Waiver],
    sink: &Sink,
) -> Doubt {
    Doubt { undeclared: undeclared(project, declarations, waivers), ..concerned(project, declarations, requests, sink) }
}

/// The names that waivers are on and that nothing is declared by: a fault within a declaration says nothing for them.
fn undeclared(project: &Project, declarations: &Declarations<'_>, waivers: &[Waiver]) -> BTreeSet<String> {
    if project.unfound.file || declarations.has_lost_environment || !declarations.unknown.is_empty() {
        return BTreeSet::new();
    }
    let names = waivers.iter().flat_map(|waiver| waiver.subject.value.split(" -> "));
    let names = names.map(|path| path.rsplit_once('/').map_or(path, |(_, name)| name));
    let is_declared =
        |name: &str| declarations.endpoints.contains_key(name) || declarations.environments.contains_key(name);
    let bare = |name: &str| name.split('.').next().unwrap_or(name).to_owned();
    names.filter(|name| !is_declared(name)).map(bare).filter(|name| !is_declared(name)).collect()
}

fn concerned(project: &Project, declarations: &Declarations<'_>, requests: &[Request], sink: &Sink) -> Doubt {
    let is_missed = |name: &String| !requests.iter().any(|request| request.name == *name);
    if project.unfound.file || declarations.has_lost_environment || declarations.environments.keys().any(is_missed) {
        return Doubt::of_anybody();
    }
    let mut doubt = Doubt::default();
    let mut files: BTreeMap<FileId, Vec<&Statement>> = BTreeMap::new();
    let mut known = BTreeSet::new();
    for finding in sink.iter().filter(|finding| finding.severity == Severity::Error) {
        let Some(place) = finding.span() else { return Doubt::of_anybody() };
        let statements = files.entry(place.file).or_insert_with(|| statements(project, place.file));
        let behind = statements.partition_point(|statement| statement.span.start <= place.start);
        let around = behind.checked_sub(1).and_then(|at| statements.get(at));
        let Some(around) = around.filter(|around| around.span.contains(place)) else { return Doubt::of_anybody() };
        // one with many faults is looked at once
        if known.insert(around.word.span) && !concerns(around, declarations, &mut doubt) {
            return Doubt::of_anybody();
        }
    }
    doubt
}

/// The declarations of a file of the user's, in order.
fn statements(project: &Project, file: FileId) -> Vec<&Statement> {
    let is_user = project.sources.get(file).is_some_and(|file| file.provenance() == Provenance::User);
    let trees = project.trees.iter().filter(|tree| is_user && tree.file == file);
    trees.flat_map(|tree| tree.statements()).collect()
}

/// Adds whom a fault in a declaration concerns; says whether that is all whom it may.
fn concerns(around: &Statement, declarations: &Declarations<'_>, doubt: &mut Doubt) -> bool {
    if is_of_others(around) {
        return false;
    }
    let word = meant(around).unwrap_or_else(|| around.word());
    match word {
        word if declares_endpoint(word) || word == "group" => {
            doubt.names.extend(around.terms.first().map(crate::model::key_text));
        }
        "allow" | "never" => doubt.flows = true,
        // what a waiver accepts is found whatever it says
        "waive" => {}
        _ if FILE.word(word).is_some() || may_be_environment(around) || may_be_within(around) => return false,
        // whatever it means, it speaks of no one else
        _ => doubt.names.extend(mentioned(around).into_iter().filter(|name| declarations.endpoints.contains_key(name))),
    }
    true
}

/// Whether a declaration of another kind stands in its braces, or more than it could end before.
fn is_of_others(statement: &Statement) -> bool {
    let is_declaration = |inner: &Statement| FILE.word(inner.word()).is_some() && inner.block.is_some();
    statement.broken || statement.statements().any(|inner| inner.broken || is_declaration(inner))
}

/// Whether a declaration of no known kind may be meant for an environment: it states a word that only those have.
fn may_be_environment(statement: &Statement) -> bool {
    statement.statements().any(|inner| ENVIRONMENT.word(inner.word()).is_some())
}

/// Whether a declaration of no known kind may be meant for the braces of another one.
fn may_be_within(statement: &Statement) -> bool {
    let word = statement.word();
    let is_meant = endpoint_blocks().chain([&ENVIRONMENT, &PLATFORM]).any(|block| block.meant(word).is_some());
    is_meant || !vocabulary::homes(word).is_empty()
}

/// The names that a declaration mentions, at any depth.
fn mentioned(statement: &Statement) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut stack = vec![statement];
    while let Some(next) = stack.pop() {
        for name in next.terms.iter().flat_map(Term::members).filter_map(Term::name) {
            let name = name.rsplit_once('/').map_or(name, |(_, name)| name);
            names.insert(name.split('.').next().unwrap_or(name).to_owned());
        }
        stack.extend(next.statements());
    }
    names
}
