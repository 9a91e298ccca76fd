//! All that one class lets pass in one direction, at once: what a comparison wants.

use std::collections::BTreeMap;

use super::addresses::{AddressPorts, AddressRange};
use super::index::ClassId;
use super::policy::{Rule, RulePorts};
use super::ports::Ports;
use super::{Connectivity, Direction};

/// What the policies of one class let pass in one direction, whatever the policies of the other ends let pass.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Half {
    /// The ports for each class of pods; one that is not there has none.
    pub pods: BTreeMap<ClassId, Ports>,
    /// The ports for each address.
    pub addresses: AddressPorts,
}

impl Connectivity<'_> {
    /// What an isolated class lets pass in a direction; `None` where it is open.
    pub fn half(&self, class: ClassId, direction: Direction) -> Option<Half> {
        if !self.is_isolated(class, direction) {
            return None;
        }
        let mut drawing = Drawing { of: self, class, direction, pods: BTreeMap::new(), ranges: Vec::new() };
        for policy in self.isolating(class, direction) {
            let rules = self.policies.get(policy).and_then(|policy| policy.rules(direction)).unwrap_or_default();
            for rule in rules {
                drawing.rule(rule);
            }
        }
        Some(Half { pods: drawing.pods, addresses: AddressPorts::collect(drawing.ranges) })
    }
}

/// A half in the making.
struct Drawing<'a> {
    of: &'a Connectivity<'a>,
    class: ClassId,
    direction: Direction,
    pods: BTreeMap<ClassId, Ports>,
    ranges: Vec<(AddressRange, Ports)>,
}

impl Drawing<'_> {
    fn rule(&mut self, rule: &Rule) {
        let index = &self.of.index;
        if rule.peers.everyone {
            for peer in self.of.classes() {
                self.pod(peer, &rule.ports);
            }
        }
        for namespace in &rule.peers.namespaces {
            for peer in index.in_namespace(*namespace).iter().filter(|peer| index.is_selectable(**peer)) {
                self.pod(*peer, &rule.ports);
            }
        }
        for peer in &rule.peers.classes {
            self.pod(*peer, &rule.ports);
        }
        if rule.peers.everyone || !rule.peers.ranges.is_empty() {
            let ports = self.ports(&rule.ports, None);
            let world = AddressRange::WORLD.into_iter().filter(|_| rule.peers.everyone);
            self.ranges.extend(world.chain(rule.peers.ranges.iter().copied()).map(|range| (range, ports.clone())));
        }
    }

    fn pod(&mut self, peer: ClassId, ports: &RulePorts) {
        let ports = self.ports(ports, Some(peer));
        if !ports.is_empty() {
            self.pods.entry(peer).or_default().add(&ports);
        }
    }

    /// The numbers of ports at whichever end is the destination.
    fn ports(&self, ports: &RulePorts, peer: Option<ClassId>) -> Ports {
        match self.direction {
            Direction::Ingress => self.of.numbers(ports, Some(self.class)),
            Direction::Egress => self.of.numbers(ports, peer),
        }
    }
}
