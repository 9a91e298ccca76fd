//! All that one class lets pass in one direction, at once: what a comparison and a table want.

use std::collections::{BTreeMap, BTreeSet};

use super::addresses::{AddressPorts, AddressRange};
use super::index::{ClassId, NamespaceId};
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

/// The same as the policies say it: what holds for everyone, or for all pods of a namespace, is not spelled out. The parts
/// add up, but for classes that are excepted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Grants {
    /// The ports for all pods.
    pub(super) anyone: Ports,
    /// The ports for all addresses.
    pub(super) world: Ports,
    /// The ports for all pods of a namespace that policies see.
    pub(super) namespaces: BTreeMap<NamespaceId, Ports>,
    /// The ports for single classes.
    pub(super) pods: BTreeMap<ClassId, Ports>,
    /// The classes of which only what is said of them alone holds.
    pub(super) excepted: BTreeSet<ClassId>,
    /// The ports for ranges of addresses, in no order.
    pub(super) ranges: Vec<(AddressRange, Ports)>,
}

impl Connectivity<'_> {
    /// What a class lets pass in a direction; `None` where it is open.
    pub fn half(&self, class: ClassId, direction: Direction) -> Option<Half> {
        if self.is_governed(class, direction) {
            return Some(self.cells(class, direction).half(self));
        }
        let Grants { anyone, namespaces, mut pods, mut ranges, .. } = self.grants(class, direction)?;
        if !anyone.is_empty() {
            for peer in self.classes() {
                pods.entry(peer).or_default().add(&anyone);
            }
            ranges.extend(AddressRange::WORLD.map(|range| (range, anyone.clone())));
        }
        for (namespace, ports) in namespaces {
            for peer in self.index.in_namespace(namespace).iter().filter(|peer| self.index.is_selectable(**peer)) {
                pods.entry(*peer).or_default().add(&ports);
            }
        }
        Some(Half { pods, addresses: AddressPorts::collect(ranges) })
    }

    /// What a class lets pass in a direction, as its policies say it; `None` where it is open.
    pub(super) fn grants(&self, class: ClassId, direction: Direction) -> Option<Grants> {
        if self.is_open(class, direction) {
            return None;
        }
        if self.is_governed(class, direction) {
            return Some(self.cells(class, direction).grants(self));
        }
        let mut drawing = Drawing { of: self, class, direction, grants: Grants::default() };
        for policy in self.isolating(class, direction) {
            for rule in self.rules(policy, direction) {
                drawing.rule(rule);
            }
        }
        Some(Grants { world: drawing.grants.anyone.clone(), ..drawing.grants })
    }
}

/// What is granted, in the making.
struct Drawing<'a> {
    of: &'a Connectivity<'a>,
    class: ClassId,
    direction: Direction,
    grants: Grants,
}

impl Drawing<'_> {
    fn rule(&mut self, rule: &Rule) {
        let Some(ports) = self.of.traffic.tables.rule_ports.get(rule.ports) else { return };
        let general = self.ports(ports, None);
        // at the other end a name is another number for each pod
        let is_general = self.direction == Direction::Ingress || ports.names.is_empty();
        match &rule.peers {
            Peers::Everyone => {
                self.grants.anyone.add(&general);
                for peer in self.of.classes().filter(|_| !is_general) {
                    self.pod(peer, ports);
                }
            }
            Peers::Listed(peers) => {
                for peer in peers {
                    self.peer(*peer, ports, (&general, is_general));
                }
            }
        }
    }

    fn peer(&mut self, peer: Id<Peer>, ports: &RulePorts, (general, is_general): (&Ports, bool)) {
        let index = &self.of.index;
        if let Some(reach) = self.of.reaches.get(peer.at()) {
            for namespace in &reach.namespaces {
                if !general.is_empty() {
                    self.grants.namespaces.entry(*namespace).or_default().add(general);
                }
                let peers = index.in_namespace(*namespace).iter().filter(|peer| index.is_selectable(**peer));
                for peer in peers.filter(|_| !is_general) {
                    self.pod(*peer, ports);
                }
            }
            for peer in &reach.classes {
                self.pod(*peer, ports);
            }
        }
        let ranges = self.of.traffic.tables.peers.get(peer).map(Peer::addresses).unwrap_or_default();
        self.grants.ranges.extend(ranges.iter().map(|range| (*range, general.clone())));
    }

    fn pod(&mut self, peer: ClassId, ports: &RulePorts) {
        let ports = self.ports(ports, Some(peer));
        if !ports.is_empty() {
            self.grants.pods.entry(peer).or_default().add(&ports);
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
