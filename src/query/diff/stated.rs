//! Guarantees that no object shows: what must never be reached, findings that are accepted, and how grave findings are.

use std::collections::{BTreeMap, BTreeSet};

use super::entries::{About, Entries};
use super::{Change, Class, Place, Sides, Version};
use crate::diagnostic::render::text::one_line;
use crate::model::platform::Grade;
use crate::model::{Model, Origin};
use crate::source::{SourceMap, Span};
use crate::value::Cidr;

/// Compares what two platforms state; where one side is none, nothing can be said.
pub(super) fn compare(sides: &Sides<'_>, entries: &mut Entries) {
    let (Some(old), Some(new)) = (sides.old.model(), sides.new.model()) else { return };
    let names = names(sides, old, new);
    let (before, after) = (read(old, sides.old.sources), read(new, sides.new.sources));
    let mut before: BTreeMap<Stated, (String, Span)> = before
        .into_iter()
        .map(|(stated, span)| {
            let text = stated.text.clone();
            (Stated { text: renamed(&text, &names), ..stated }, (text, span))
        })
        .collect();
    for (stated, (text, span)) in &mut before {
        if !after.contains_key(stated) {
            let stated = &Stated { text: std::mem::take(text), ..*stated };
            let class = if stated.is_demand { Class::GuaranteeLost } else { Class::GuaranteeWon };
            say(entries, class, stated, Place { version: Version::Old, span: *span });
        }
    }
    for (stated, span) in &after {
        if !before.contains_key(stated) {
            let class = if stated.is_demand { Class::GuaranteeWon } else { Class::GuaranteeLost };
            say(entries, class, stated, Place { version: Version::New, span: *span });
        }
    }
}

/// A statement about what holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Stated {
    /// What it is: `never`, `waiver`, `severity`.
    word: &'static str,
    /// It, on one line.
    text: String,
    /// Whether it asks for something; one that does not gives way.
    is_demand: bool,
}

/// The new names of workloads and externals that have one new name wherever they are.
fn names(sides: &Sides<'_>, old: &Model, new: &Model) -> BTreeMap<String, String> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for ((_, from), to) in &sides.renames.names {
        found.entry(from.clone()).or_default().insert(to.clone());
    }
    let (olds, news) = (externals(old), externals(new));
    let taken: BTreeSet<&str> = olds.values().flatten().map(String::as_str).collect();
    let there: BTreeSet<&str> = news.values().flatten().map(String::as_str).collect();
    for (at, names) in &olds {
        let gone: Vec<&String> = names.iter().filter(|name| !there.contains(name.as_str())).collect();
        let come: Vec<&String> =
            news.get(at).into_iter().flatten().filter(|name| !taken.contains(name.as_str())).collect();
        if let ([from], [to]) = (gone.as_slice(), come.as_slice()) {
            found.entry((*from).clone()).or_default().insert((*to).clone());
        }
    }
    let sole = found.into_iter().filter_map(|(from, to)| match to.len() {
        1 => Some((from, to.into_iter().next()?)),
        _ => None,
    });
    sole.collect()
}

/// The names of externals by environment, addresses and ports.
fn externals(model: &Model) -> BTreeMap<(String, String), BTreeSet<String>> {
    let mut found: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for external in model.externals() {
        let environment = model.environment_title(external.environment).to_owned();
        let ranges = |ranges: &[Origin<Cidr>]| ranges.iter().map(|range| range.value.to_string()).collect::<Vec<_>>();
        let ports = external.ports.iter().map(|port| (port.name.value.as_str(), port.number.value.get()));
        let content = (ranges(&external.cidrs), ranges(&external.except), ports.collect::<Vec<_>>());
        found.entry((environment, format!("{content:?}"))).or_default().insert(external.name.value.clone());
    }
    found
}

/// A statement with other names; those of ports and whatever is quoted stay.
fn renamed(text: &str, names: &BTreeMap<String, String>) -> String {
    if names.is_empty() {
        return text.to_owned();
    }
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let (mut found, mut rest, mut before) = (String::new(), text, ' ');
    while let Some(first) = rest.chars().next() {
        let end = if first == '"' {
            rest.get(1..).and_then(|behind| behind.find('"')).map_or(rest.len(), |at| at + 2)
        } else if is_of_name(first) {
            rest.find(|c| !is_of_name(c)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (part, behind) = rest.split_at(end);
        let other = if before == '.' { None } else { names.get(part) };
        found.push_str(other.map_or(part, String::as_str));
        before = part.chars().next_back().unwrap_or(' ');
        rest = behind;
    }
    found
}

fn read(model: &Model, sources: &SourceMap) -> BTreeMap<Stated, Span> {
    let stated = |word: &'static str, span: Span, is_demand: bool| {
        (Stated { word, text: one_line(sources.text(span)), is_demand }, span)
    };
    let nevers = model.nevers.iter().map(|never| stated("never", never.span, true));
    let waivers = model.waivers.iter().map(|waiver| stated("waiver", waiver.span, false));
    let severities = model.platform.severities.iter();
    let severities = severities.map(|one| stated("severity", one.span, one.grade == Grade::Deny));
    nevers.chain(waivers).chain(severities).collect()
}

fn say(entries: &mut Entries, class: Class, stated: &Stated, place: Place) {
    let about = About { class, subject: stated.word.to_owned(), namespace: String::new() };
    let text = Some(stated.text.clone());
    let (old, new) = match place.version {
        Version::Old => (text, None),
        Version::New => (None, text),
    };
    let change =
        Change { object: String::new(), path: String::new(), label: String::new(), old, new, effect: None, why: "" };
    entries.change(about, change, Some(place));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_ports_and_quoted_ones_stay() {
        let names =
            BTreeMap::from([("web", "front"), ("http", "x")].map(|(from, to)| (from.to_owned(), to.to_owned())));
        for (text, expected) in [
            ("never web -> web-2.http", "never front -> web-2.http"),
            ("never [a, web] ~> prod/web.web", "never [a, front] ~> prod/front.web"),
            ("accept x on \"web -> web\" because \"web\"", "accept x on \"web -> web\" because \"web\""),
            ("never web -> é \"web", "never front -> é \"web"),
            ("", ""),
        ] {
            assert_eq!(renamed(text, &names), expected);
        }
    }
}
