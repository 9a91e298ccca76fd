//! All that one class lets pass in one direction, at once: what a comparison wants.

use std::collections::BTreeMap;

use super::addresses::{AddressPorts, AddressRange};
use super::index::ClassId;
use super::names::Id;
use super::policy::{Peer, Peers, Rule, RulePorts};
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
            for rule in self.rules(policy, direction) {
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
        let Some(ports) = self.of.cluster.tables.rule_ports.get(rule.ports) else { return };
        match &rule.peers {
            Peers::Everyone => {
                for peer in self.of.classes() {
                    self.pod(peer, ports);
                }
                self.addresses(&AddressRange::WORLD, ports);
            }
            Peers::Listed(peers) => {
                for peer in peers {
                    self.peer(*peer, ports);
                }
            }
        }
    }

    fn peer(&mut self, peer: Id<Peer>, ports: &RulePorts) {
        let index = &self.of.index;
        if let Some(reach) = self.of.reaches.get(peer.at()) {
            for namespace in &reach.namespaces {
                for peer in index.in_namespace(*namespace).iter().filter(|peer| index.is_selectable(**peer)) {
                    self.pod(*peer, ports);
                }
            }
            for peer in &reach.classes {
                self.pod(*peer, ports);
            }
        }
        if let Some(Peer::Addresses(ranges)) = self.of.cluster.tables.peers.get(peer) {
            self.addresses(ranges, ports);
        }
    }

    fn addresses(&mut self, ranges: &[AddressRange], ports: &RulePorts) {
        let ports = self.ports(ports, None);
        self.ranges.extend(ranges.iter().map(|range| (*range, ports.clone())));
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
