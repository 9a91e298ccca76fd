//! What may pass, for people: a block for pods that no policy tells apart.

use super::table;
use super::ui::Stream;
use crate::diagnostic::render::Shown;
use crate::diagnostic::render::paint::Role;
use crate::diagnostic::render::text::one_line;
use crate::query::manifests::forms;
use crate::query::manifests::passing::{DroppedRow, Origin, PassageRow, Passing, Placed, PodsRow, PolicyName, Side};
use crate::verify::connectivity::{Direction, ELSEWHERE, OTHERS, Ports, Transport, Untold};

/// How many names stand in one place.
const SHOWN: usize = 6;

/// Writes it.
pub(super) fn write(passing: &Passing, shown: Shown<'_>, out: &mut Stream) {
    let mut from: Vec<Vec<&PassageRow>> = vec![Vec::new(); passing.pods.len()];
    let mut to = from.clone();
    for passage in &passing.passages {
        let [sources, destinations] = &passage.groups;
        for (groups, lists) in [(sources, &mut from), (destinations, &mut to)] {
            for group in groups {
                if let Some(list) = lists.get_mut(*group) {
                    list.push(passage);
                }
            }
        }
    }
    for ((row, from), to) in passing.pods.iter().zip(from).zip(to) {
        if !row.origin.is_judged() || out.is_closed() {
            continue;
        }
        let title = out.paint(Role::Strong, &one_line(&listed(&row.names)));
        let none = match row.origin {
            Origin::Subjects if row.isolated.is_empty() => "  no pod of these files is like this",
            Origin::Subjects => "  no pod of these files is selected",
            Origin::Objects | Origin::Policies | Origin::Other => "",
        };
        let host = if row.network == Placed::Host { "  on the host network, which no policy selects" } else { "" };
        out.line(&format!("{title}{none}{host}"));
        if row.network == Placed::Own {
            let mut lines = dropped(row, Direction::Ingress);
            lines.extend(half(passing, row, "in", &to));
            lines.extend(dropped(row, Direction::Egress));
            lines.extend(half(passing, row, "out", &from));
            for line in table::lines(&lines) {
                out.line(&one_line(&line));
            }
        }
        out.line("");
    }
    services(passing, out);
    for line in forms::unread_line(&passing.unread, shown).into_iter().chain(Untold::line(&passing.untold)) {
        out.line(&one_line(&line));
    }
}

/// What policies of the cluster drop.
fn dropped(row: &PodsRow, direction: Direction) -> Vec<[String; 4]> {
    let (way, word) = match direction {
        Direction::Ingress => ("in", "from"),
        Direction::Egress => ("out", "to"),
    };
    let rows = row.dropped.iter().filter(|row| row.direction == direction);
    let line = |row: &DroppedRow| {
        let numbers = (!row.ports.is_empty()).then(|| shown(&row.ports));
        let ports: Vec<String> = numbers.into_iter().chain(row.port_names.iter().cloned()).collect();
        let spared = row.spared.iter().enumerate().map(|(number, spared)| {
            let word = if number == 0 { "but for" } else { "and" };
            let is_whole = row.ports.without(&spared.ports).is_empty();
            let at = if is_whole { String::new() } else { format!(" at {}", shown(&spared.ports)) };
            format!(", {word} {}{at}", listed(&spared.peers))
        });
        let peers = format!("{word} {}{}", listed(&row.peers), spared.collect::<String>());
        [format!("  {way:<3}"), format!("never {}", ports.join(", ")), peers, format!("by {}", row.policy.name)]
    };
    rows.map(line).collect()
}

/// Ports, the peers, the policies at this end, and those at the other; and the pods of the peers, by their numbers.
type Line<'a> = (&'a Ports, Vec<&'a str>, Vec<String>, Vec<String>, Vec<usize>);

/// The lines of one direction: what, with whom, and which policies say so at this end and at the other.
fn half(passing: &Passing, row: &PodsRow, way: &str, passages: &[&PassageRow]) -> Vec<[String; 4]> {
    let own = if way == "in" { &row.ingress } else { &row.egress };
    let head = format!("  {way:<3}");
    let Some(policies) = own else {
        return vec![[
            head,
            "open".to_owned(),
            "no policy isolates it: whatever the other end lets pass".to_owned(),
            String::new(),
        ]];
    };
    // rows that differ in their peers alone are one line
    let mut lines: Vec<Line<'_>> = Vec::new();
    for passage in passages {
        let [sources, destinations] = &passage.groups;
        let (peers, groups, own, other) = match way {
            "in" => (&passage.sources, sources, &passage.ingress, &passage.egress),
            _ => (&passage.destinations, destinations, &passage.egress, &passage.ingress),
        };
        let (own, other) = (side(own), side(other));
        let same = |(ports, _, known, others, _): &&mut Line<'_>| {
            **ports == passage.ports && *known == own && (others.is_empty() == other.is_empty())
        };
        match lines.iter_mut().find(same) {
            Some((_, names, _, others, numbers)) => {
                names.extend(peers.iter().map(String::as_str));
                others.extend(other);
                numbers.extend(groups);
            }
            None => {
                lines.push((&passage.ports, peers.iter().map(String::as_str).collect(), own, other, groups.clone()));
            }
        }
    }
    if lines.is_empty() {
        let by = policies.iter().map(|policy| policy.name.clone()).collect::<Vec<_>>();
        return vec![[head, "nothing".to_owned(), String::new(), format!("by {}", listed(&by))]];
    }
    lines.sort_by(|a, b| (&a.1, a.0).cmp(&(&b.1, b.0)));
    let word = if way == "in" { "from" } else { "to" };
    let direction = if way == "in" { Direction::Ingress } else { Direction::Egress };
    let is_closed = row.isolated.contains(&direction);
    let lines = lines.into_iter().map(|(ports, peers, own, other, groups)| {
        let there = if other.is_empty() { String::new() } else { format!("; there {}", listed(&other)) };
        let by = match (own.is_empty(), is_closed) {
            (true, _) => "since nothing denies it".to_owned(),
            (false, true) => format!("by {}", listed(&own)),
            (false, false) => format!("by {}, or since nothing denies it", listed(&own)),
        };
        let refused = refused(passing, &groups);
        let but = if refused.is_empty() { String::new() } else { format!(", but not {}", listed(&refused)) };
        [head.clone(), shown(ports), format!("{word} {}{but}", listed(&peers)), format!("{by}{there}")]
    });
    lines.collect()
}

/// Whom only policies speak of, and who is not among these pods although whoever else is in that namespace, or in any other
/// one, is; or whoever bears some of its labels there.
fn refused<'p>(passing: &'p Passing, groups: &[usize]) -> Vec<&'p str> {
    let of = |group: &usize| passing.pods.get(*group);
    let names: Vec<&str> = groups.iter().filter_map(of).flat_map(|row| &row.names).map(String::as_str).collect();
    let others: Vec<&str> = names.iter().filter_map(|name| others(name)).collect();
    let borne: Vec<(&str, &str)> = names.iter().filter_map(|name| labeled(name)).collect();
    let left = (0..passing.pods.len()).filter(|group| !groups.contains(group)).filter_map(|group| of(&group));
    let left = left.filter(|row| row.origin == Origin::Policies).flat_map(|row| &row.names);
    let is_near = |own: &str, there: &str| own == there || (own == ELSEWHERE && there.starts_with('('));
    let is_refused = |name: &&String| match (self::others(name), labeled(name)) {
        (Some(_), _) => others.contains(&ELSEWHERE),
        (None, Some((there, labels))) => {
            others.contains(&there) || borne.iter().any(|(own, some)| is_near(own, there) && is_among(some, labels))
        }
        (None, None) => name.split_once('/').is_some_and(|(namespace, _)| others.contains(&namespace)),
    };
    left.filter(is_refused).map(String::as_str).collect()
}

/// The namespace and the labels of whoever is called by labels: keys have slashes, too.
fn labeled(name: &str) -> Option<(&str, &str)> {
    let (namespace, labels) = match name.split_once(")/(") {
        Some((namespace, labels)) => (name.get(..=namespace.len())?, labels),
        None => name.split_once("/(")?,
    };
    Some((namespace, labels.strip_suffix(')')?))
}

/// Whether all of some labels are among others.
fn is_among(some: &str, labels: &str) -> bool {
    some.split(',').all(|own| labels.split(',').any(|label| label == own))
}

/// The namespace of whoever else is in it.
fn others(name: &str) -> Option<&str> {
    name.strip_suffix(OTHERS)?.strip_suffix('/')
}

/// Ports in few words: those that are the same of several protocols are said once, and of all without them.
pub(super) fn shown(ports: &Ports) -> String {
    let of = |transport| ports.ranges().iter().filter(move |range| range.transport == transport);
    let numbers = |transport| of(transport).map(|range| (range.first, range.last)).collect::<Vec<_>>();
    let [tcp, udp, sctp] = Transport::ALL.map(numbers);
    let written = of(Transport::Tcp).map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if *ports == Ports::all() || tcp.is_empty() || tcp != udp {
        ports.to_string()
    } else if tcp == sctp {
        written.replace("/TCP", "")
    } else if sctp.is_empty() {
        written.replace("/TCP", "/TCP+UDP")
    } else {
        ports.to_string()
    }
}

fn side(side: &Side) -> Vec<String> {
    match side {
        Side::Outside | Side::Open => Vec::new(),
        Side::Policies(policies) => policies.iter().map(|PolicyName { name, .. }| name.clone()).collect(),
    }
}

/// The first of some names, and how many more there are.
fn listed<T: AsRef<str>>(names: &[T]) -> String {
    let mut distinct: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    let mut seen = std::collections::BTreeSet::new();
    distinct.retain(|name| seen.insert(*name));
    let shown = distinct.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    match distinct.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn services(passing: &Passing, out: &mut Stream) {
    if passing.services.is_empty() {
        return;
    }
    let title = out.paint(Role::Strong, "Services");
    out.line(&title);
    let rows = passing.services.iter().map(|row| {
        let targets = row.targets.iter().map(|(name, port)| format!("{name} at {port}")).collect::<Vec<_>>();
        let leads =
            if targets.is_empty() { "to no pod of these files".to_owned() } else { format!("to {}", listed(&targets)) };
        [format!("  {}", row.name), format!("{}/{}", row.port, row.transport.name()), leads]
    });
    for line in table::lines(&rows.collect::<Vec<_>>()) {
        out.line(&one_line(&line));
    }
    out.line("");
}
