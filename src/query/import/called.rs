//! By which names of Services workloads of others are called, and where they run though no policy speaks of them there.

use std::collections::{BTreeMap, BTreeSet};

use super::flows::{Deny, Edge, End, Flows};
use super::given::{Home, Parts, container, items, text, texts};
use super::hosts;

/// Gives workloads of others the Services by whose names services call them: each name with a port to which there is one
/// flow only.
pub(super) fn call_by_name(homes: &[Home], flows: &mut Flows, domain: &str) {
    let mut found: BTreeSet<(usize, String, String)> = BTreeSet::new();
    for home in homes {
        for (name, parts) in &home.services {
            let from = End::Service(home.namespace.clone(), name.clone());
            let reached: Vec<&Edge> = flows.edges.iter().filter(|edge| edge.from == from).collect();
            for (host, port) in values(parts).flat_map(|value| hosts::named(value, &home.namespace, domain)) {
                if home.answers_to(&host) {
                    continue;
                }
                let Some(port) = port.and_then(|port| u16::try_from(port).ok()) else { continue };
                let mut fits = reached.iter().filter_map(|edge| match &edge.to {
                    End::Managed(to, number) if *to == home.namespace => {
                        let managed = flows.managed.get(*number)?;
                        (managed.ports.get(&(port, false)) == Some(&edge.port)).then(|| (*number, edge.port.clone()))
                    }
                    End::Managed(..) | End::Service(..) | End::External(_) => None,
                });
                if let (Some((number, port)), None) = (fits.next(), fits.next()) {
                    found.insert((number, host, port));
                }
            }
        }
    }
    for (number, host, port) in found {
        if let Some(managed) = flows.managed.get_mut(number) {
            managed.services.entry(host).or_default().0.insert(port);
        }
    }
    asked(homes, flows, domain);
    // what is called by name where no policy speaks of it runs there as well
    let by_service: BTreeMap<String, usize> = flows
        .managed
        .iter()
        .enumerate()
        .filter(|(_, managed)| managed.is_beside)
        .flat_map(|(number, managed)| managed.services.keys().map(move |service| (service.clone(), number)))
        .collect();
    for home in homes.iter().filter(|home| flows.deny.get(&home.namespace) != Some(&Deny::On)) {
        let values = home.services.values().flat_map(values);
        for (host, _) in values.flat_map(|value| hosts::named(value, &home.namespace, domain)) {
            if let Some(managed) = by_service.get(&host).and_then(|number| flows.managed.get_mut(*number)) {
                managed.homes.insert(home.namespace.clone());
            }
        }
    }
}

/// The values of a workload's environment.
pub(super) fn values(parts: &Parts) -> impl Iterator<Item = &str> {
    let variables = container(&parts.workload).map(|container| items(container, "env")).unwrap_or_default();
    variables.iter().filter_map(|variable| text(variable, "value"))
}

/// Gives workloads of others the Services at which scalers ask their members.
fn asked(homes: &[Home], flows: &mut Flows, domain: &str) {
    let mut by_port: BTreeMap<(&str, u16), Vec<usize>> = BTreeMap::new();
    for (number, managed) in flows.managed.iter().enumerate() {
        for home in &managed.homes {
            for (port, _) in managed.ports.keys().filter(|(_, udp)| !udp) {
                by_port.entry((home, *port)).or_default().push(number);
            }
        }
    }
    let mut found: BTreeSet<(usize, String, u16)> = BTreeSet::new();
    for home in homes {
        let scalers = home.services.values().filter_map(|parts| parts.scaler.as_ref());
        let triggers = scalers.flat_map(|(_, scaler)| items(scaler, "spec.triggers"));
        for value in triggers.flat_map(|trigger| texts(trigger, "metadata").into_values()) {
            for (host, port) in hosts::named(&value, &home.namespace, domain) {
                let Some(port) = port.and_then(|port| u16::try_from(port).ok()) else { continue };
                if let Some([number]) = by_port.get(&(home.namespace.as_str(), port)).map(Vec::as_slice) {
                    found.insert((*number, host, port));
                }
            }
        }
    }
    for (number, host, port) in found {
        if let Some(managed) = flows.managed.get_mut(number).filter(|managed| !managed.services.contains_key(&host)) {
            managed.member(host, port);
        }
    }
}
