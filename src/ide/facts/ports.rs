//! The numbers of the ports that a statement names.

use std::collections::BTreeSet;

use super::{Fact, Facts, Kind};
use crate::ide::names::{Occurrence, Owner};
use crate::ide::{Role, Symbol};
use crate::model::{NamedPort, Protocol};
use crate::syntax::Statement;

/// The most ports that are told of one statement.
const MOST: usize = 4;

/// The numbers of all ports that a statement names.
pub(super) fn of(facts: &Facts<'_>, around: &[&Statement], statement: &Statement) -> Option<Fact> {
    let head = statement.head();
    let file = facts.view.sources().get(head.file)?;
    let named: Vec<&Occurrence> = facts.view.names.within(head).collect();
    let owner = around.iter().find_map(|around| Some(around.terms.first()?.named()?.0));
    let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
    let mut details = Vec::new();
    for known in named {
        let Symbol::Port(Owner::Endpoint(name), port) = &known.symbol else { continue };
        let part = file.behind(known.span.end);
        // `.host` is a name, and `.port` the number that clients are told
        let is_service = part.starts_with(".port");
        if known.role != Role::Reference || part.starts_with(".host") || !seen.insert((name, port, is_service)) {
            continue;
        }
        for (whose, number) in numbers(facts, name, port, is_service)? {
            let own = if owner == Some(&*whose) { String::new() } else { format!("{whose}.") };
            details.push(format!("`{own}{port}` is {number}."));
            // of a group each member is told, by its name
            found.push((if *whose == **name { port.to_string() } else { whose }, number));
        }
    }
    let written = file.slice(head);
    found.retain(|(_, number)| !written.contains(number.as_str()));
    let label = match found.as_slice() {
        [] => return None,
        [(_, number)] => format!("= {number}"),
        several => {
            let told = several.iter().take(MOST).map(|(port, number)| format!("{port} {number}"));
            let more = if several.len() > MOST { ", \u{2026}" } else { "" };
            format!("= {}{more}", told.collect::<Vec<_>>().join(", "))
        }
    };
    Some(Fact { kind: Kind::Ports, label, detail: details.join("  \n") })
}

/// The number of a port with whose it is, where it is the same wherever the endpoint is; of a group that of each member.
fn numbers(facts: &Facts<'_>, name: &str, port: &str, is_service: bool) -> Option<Vec<(String, String)>> {
    let members = facts.view.names.members(&Owner::Endpoint(name.into()));
    let each: Vec<&str> = if members.is_empty() { vec![name] } else { members };
    let numbers = each.into_iter().map(|name| Some((name.to_owned(), number(facts, name, port, is_service)?)));
    numbers.collect()
}

/// The number of a port, where it is the same wherever the endpoint is.
fn number(facts: &Facts<'_>, name: &str, port: &str, is_service: bool) -> Option<String> {
    let numbers = facts.model.named(name).into_iter().filter_map(|endpoint| {
        let port = endpoint.ports().iter().find(|known| known.name.value == port)?;
        Some(shown(port, is_service))
    });
    let numbers: BTreeSet<String> = numbers.collect();
    numbers.first().filter(|_| numbers.len() == 1).cloned()
}

fn shown(port: &NamedPort, is_service: bool) -> String {
    let number = if is_service { port.service_port() } else { port.number.value };
    match port.protocol {
        Protocol::Tcp => number.to_string(),
        Protocol::Udp => format!("{number}/UDP"),
    }
}
