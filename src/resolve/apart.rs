//! Two that exist in no environment together: what is said of a flow between them, and of what keeps them apart.
//!
//! Invariant: all flows that one environment keeps from being are one mistake, and so is what else is missed for it.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Absent, Diagnostic};
use crate::model::codes::BVL0211;
use crate::model::environment::Instance;
use crate::model::{Endpoint, Environment, EnvironmentId, Model};
use crate::source::{Provenance, SourceMap, Span, TextEdit};

use super::Spec;
use super::ends::End;
use super::table::Table;

/// How many environments are named for each end.
const MOST_NAMED: usize = 4;

/// How two are brought together, whatever keeps them apart.
const HELP: &str = "name the same environments behind `in` at both ends: a name means the workload of the same environment, or of the only shared one that has it; `ENV/NAME` names another's";

/// Says of a source and a destination that they exist in no environment together.
pub(super) fn told(source: &End<'_>, destination: &End<'_>, (table, model): (&Table, &Model)) -> Diagnostic {
    let [from, to] = [source, destination].map(|end| homes(end.name, (table, model)));
    let is_in = |end: &End<'_>, homes: &[&Environment]| {
        let names: BTreeSet<&str> = homes.iter().map(|home| home.name.value.as_str()).collect();
        let shown: Vec<&str> = names.iter().take(MOST_NAMED).copied().collect();
        let more = if names.len() > shown.len() { ", .." } else { "" };
        format!("{} is in {}{more}", end.name, shown.join(", "))
    };
    let title = format!("{} and {} exist in no environment together", source.name, destination.name);
    let diagnostic = Diagnostic::new(&BVL0211, source.span, title)
        .unless_elsewhere()
        .here(if from.is_empty() { "this source".to_owned() } else { is_in(source, &from) })
        .label(destination.span, if to.is_empty() { "this destination".to_owned() } else { is_in(destination, &to) })
        .help(HELP);
    // the few that are apart from many others are the mistake
    let lone = if n_endpoints(&from, model) < n_endpoints(&to, model) { &from } else { &to };
    if from.is_empty() || to.is_empty() { diagnostic } else { diagnostic.lacking(Absent::Shared(declared(lone))) }
}

/// The environments in which something is that is named without its environment, where none of them is shared.
fn homes<'m>(name: &str, (table, model): (&Table, &'m Model)) -> Vec<&'m Environment> {
    let homes = table.by_name.get(name).into_iter().flat_map(|homes| homes.keys());
    let homes: Vec<_> = homes.filter_map(|id| model.environment(*id)).collect();
    if homes.iter().any(|home| home.shared.is_some()) { Vec::new() } else { homes }
}

/// Where environments are declared: the instances of one are one.
fn declared(homes: &[&Environment]) -> Vec<Span> {
    let places: BTreeSet<Span> = homes.iter().map(|home| home.name.span).collect();
    places.into_iter().collect()
}

/// How many are in environments.
fn n_endpoints(homes: &[&Environment], model: &Model) -> usize {
    let before = |id: EnvironmentId| model.endpoints.partition_point(|endpoint| endpoint.environment() < id);
    let behind = |id: EnvironmentId| model.endpoints.partition_point(|endpoint| endpoint.environment() <= id);
    homes.iter().map(|home| behind(home.id) - before(home.id)).sum()
}

/// Shows what keeps those apart of whom it is found, and offers to share the environment that is there for nothing else; says of
/// everything else that is missed where it is not which environments alone have it.
pub(super) fn show(spec: Spec<'_, '_>, (table, model): (&Table, &Model), findings: &mut [Diagnostic]) {
    let mut fixes: BTreeMap<Span, Option<Vec<TextEdit>>> = BTreeMap::new();
    for finding in findings {
        match &finding.absent {
            Some(Absent::Shared(places)) => {
                let environments: Vec<&Environment> = places
                    .iter()
                    .filter_map(|place| model.environments.iter().find(|home| home.name.span == *place))
                    .collect();
                *finding = shown(finding.clone(), &environments, (spec, table, model), &mut fixes);
            }
            Some(Absent::Endpoint(name)) if finding.fixes.is_empty() => {
                finding.causes = declared(&homes(name, (table, model)));
            }
            Some(_) | None => {}
        }
    }
}

/// The finding with what keeps its two ends apart.
fn shown(
    finding: Diagnostic,
    environments: &[&Environment],
    (spec, table, model): (Spec<'_, '_>, &Table, &Model),
    fixes: &mut BTreeMap<Span, Option<Vec<TextEdit>>>,
) -> Diagnostic {
    let [only] = environments else { return finding };
    let place = only.name.span;
    let share = fixes.entry(place).or_insert_with(|| share(only, spec.sources, (table, model)));
    let Some(edits) = share else { return finding };
    let name = &only.name.value;
    finding
        .label(place, "not shared, so that nothing of another environment may use it")
        .help(format!("write `shared` in environment {name}, so that others may use what is there; or name the same environments behind `in` at both ends"))
        .unsafe_fix(format!("share {name}"), edits.clone())
}

/// What shares an environment that is there for those alone who name it: nobody else is in it, and nobody depends on it by itself.
fn share(environment: &Environment, sources: &SourceMap, (table, model): (&Table, &Model)) -> Option<Vec<TextEdit>> {
    let is_alone = |endpoint: &Endpoint| table.by_name.get(&endpoint.name().value).is_none_or(|homes| homes.len() == 1);
    let is_for_others = environment.instance == Instance::Fixed
        && environment.production.is_none()
        && model.workloads_in(environment.id).all(|workload| model.endpoint(workload.id).is_none_or(is_alone));
    let name = environment.name.span;
    let file = sources.get(name.file).filter(|file| is_for_others && file.provenance() == Provenance::User)?;
    let brace = file.behind(name.end).lines().next()?.find('{')?;
    let at = file.range(name).end + brace;
    Some(vec![TextEdit::first_within(file.span(name.file, at..at + 1), file, "shared")])
}
