//! What is said of a port of a group where some members have it and others do not: no one name is right for all of them.

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;
use crate::model::codes::BVL0218;
use crate::model::{Endpoint, EnvironmentId, Model, NamedPort, PORT_WORDS, PortUse, port as ports};
use crate::source::TextEdit;
use crate::value::similar;

use super::declarations::Declarations;
use super::ends::{End, open_group};
use super::table::Table;

/// What is said of the port that an end names, where it names a group of which a member lacks that port and no other one is
/// likely meant that all have; `None` elsewhere. `place` is the environment whose members are meant, or all.
pub(super) fn told(
    end: &End<'_>,
    place: Option<EnvironmentId>,
    declarations: &Declarations<'_>,
    (table, model): (&Table, &Model),
) -> Option<Diagnostic> {
    let (group, wanted) = (end.group.filter(|_| !end.is_guess)?, end.port?);
    let members = members(group, end, place, declarations, (table, model));
    let names =
        |endpoint: &Endpoint| -> BTreeSet<String> { serving(endpoint).map(|port| port.name.value.clone()).collect() };
    let all = members.iter().map(|(_, endpoint)| names(endpoint)).reduce(|all, own| &all & &own)?;
    let is_judged = members.iter().all(|(_, endpoint)| endpoint.word() != "job" && !endpoint.lacks(PORT_WORDS));
    let has = |endpoint: &Endpoint| ports::place(endpoint.ports(), wanted).is_some();
    if !is_judged || members.len() < 2 || members.iter().all(|(_, endpoint)| has(endpoint)) {
        return None;
    }
    let own = |endpoint: &Endpoint| {
        let near = similar::nearest(wanted, serving(endpoint).map(|port| port.name.value.as_str()));
        match (near.as_slice(), serving(endpoint).collect::<Vec<_>>().as_slice()) {
            _ if has(endpoint) => Some(wanted.to_owned()),
            ([near], _) => Some((*near).to_owned()),
            (_, [only]) => Some(only.name.value.clone()),
            _ => None,
        }
    };
    let near: Vec<String> =
        similar::nearest(wanted, all.iter().map(String::as_str)).into_iter().map(str::to_owned).collect();
    if let [only] = near.as_slice()
        && members.iter().all(|(_, endpoint)| own(endpoint).as_ref() == Some(only))
    {
        // said of each member, one edit mends it
        return None;
    }
    let each: Vec<(&str, Option<String>)> = members.iter().map(|(name, endpoint)| (*name, own(endpoint))).collect();
    let written: Vec<String> = each
        .iter()
        .map(|(name, port)| port.as_ref().map_or_else(|| format!("{name}.PORT"), |port| format!("{name}.{port}")))
        .collect();
    let listed: Vec<String> = members
        .iter()
        .take(MOST)
        .map(|(name, endpoint)| match endpoint.ports() {
            [] => format!("{name} has none"),
            ports => format!("{name}: {}", ports::listed(ports)),
        })
        .collect();
    let more = if members.len() > MOST { ", .." } else { "" };
    let title = format!("the members of {group} share no port `{wanted}`");
    let diagnostic = Diagnostic::new(&BVL0218, end.span.ending(wanted), title)
        .here("not every member has it")
        .note(format!("their ports: {}{more}", listed.join("; ")));
    if !near.is_empty() {
        return Some(diagnostic.guess(&near, |near| vec![TextEdit::replace(end.span.ending(wanted), near)]));
    }
    let one_by_one = written.join(", ");
    let is_known = each.iter().all(|(_, port)| port.is_some());
    let told = if members.len() > MOST {
        diagnostic.help(format!(
            "name them one by one, each with its own port: `{}, ..`",
            written.iter().take(MOST).cloned().collect::<Vec<_>>().join(", ")
        ))
    } else {
        diagnostic.help(format!("name them one by one, each with its own port: `{one_by_one}`"))
    };
    Some(if is_known {
        told.unsafe_fix("name them one by one".to_owned(), vec![TextEdit::replace(end.span, one_by_one)])
    } else {
        told
    })
}

/// So many members are listed.
const MOST: usize = 8;

/// The ports that others reach.
fn serving(endpoint: &Endpoint) -> impl Iterator<Item = &NamedPort> {
    endpoint.ports().iter().filter(|port| port.usage == PortUse::Serving)
}

/// The members of a group that are there, by the names that it has them by.
fn members<'t, 'm>(
    group: &'t str,
    end: &End<'t>,
    place: Option<EnvironmentId>,
    declarations: &Declarations<'t>,
    (table, model): (&Table, &'m Model),
) -> Vec<(&'t str, &'m Endpoint)> {
    let mut ends = Vec::new();
    open_group(End { name: group, group: None, ..end.clone() }, declarations, &mut ends);
    let of = |name: &str| match place {
        Some(environment) => table.endpoint(name, environment),
        None => table.by_name.get(name)?.values().next().copied(),
    };
    let mut found: Vec<_> = ends.iter().filter_map(|end| Some((end.name, model.endpoint(of(end.name)?)?))).collect();
    found.sort_by_key(|(name, _)| *name);
    found.dedup_by_key(|(name, _)| *name);
    found
}
