//! All that one class lets pass in one direction, at once: what a comparison and a table want.

use std::collections::BTreeMap;

use super::addresses::{AddressPorts, AddressRange};
use super::index::{ClassId, NamespaceId};
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

/// The same as the policies say it: what holds for everyone, or for all pods of a namespace, is not spelled out. The parts
/// add up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Reach {
    /// The ports for all pods and all addresses.
    pub(super) anyone: Ports,
    /// The ports for all pods of a namespace that policies see.
    pub(super) namespaces: BTreeMap<NamespaceId, Ports>,
    /// The ports for single classes.
    pub(super) pods: BTreeMap<ClassId, Ports>,
    /// The ports for ranges of addresses, in no order.
    pub(super) ranges: Vec<(AddressRange, Ports)>,
}

impl Connectivity<'_> {
    /// What an isolated class lets pass in a direction; `None` where it is open.
    pub fn half(&self, class: ClassId, direction: Direction) -> Option<Half> {
        let Reach { anyone, namespaces, mut pods, mut ranges } = self.reach(class, direction)?;
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

    /// What an isolated class lets pass in a direction, as its policies say it; `None` where it is open.
    pub(super) fn reach(&self, class: ClassId, direction: Direction) -> Option<Reach> {
        if !self.is_isolated(class, direction) {
            return None;
        }
        let mut drawing = Drawing { of: self, class, direction, reach: Reach::default() };
        for policy in self.isolating(class, direction) {
            let rules = self.policies.get(policy).and_then(|policy| policy.rules(direction)).unwrap_or_default();
            for rule in rules {
                drawing.rule(rule);
            }
        }
        Some(drawing.reach)
    }
}

/// A half in the making.
struct Drawing<'a> {
    of: &'a Connectivity<'a>,
    class: ClassId,
    direction: Direction,
    reach: Reach,
}

impl Drawing<'_> {
    fn rule(&mut self, rule: &Rule) {
        let index = &self.of.index;
        let general = self.ports(&rule.ports, None);
        // at the other end a name is another number for each pod
        let is_general = self.direction == Direction::Ingress || rule.ports.names.is_empty();
        if rule.peers.everyone {
            self.reach.anyone.add(&general);
            for peer in self.of.classes().filter(|_| !is_general) {
                self.pod(peer, &rule.ports);
            }
        }
        for namespace in &rule.peers.namespaces {
            if !general.is_empty() {
                self.reach.namespaces.entry(*namespace).or_default().add(&general);
            }
            let peers = index.in_namespace(*namespace).iter().filter(|peer| index.is_selectable(**peer));
            for peer in peers.filter(|_| !is_general) {
                self.pod(*peer, &rule.ports);
            }
        }
        for peer in &rule.peers.classes {
            self.pod(*peer, &rule.ports);
        }
        self.reach.ranges.extend(rule.peers.ranges.iter().map(|range| (*range, general.clone())));
    }

    fn pod(&mut self, peer: ClassId, ports: &RulePorts) {
        let ports = self.ports(ports, Some(peer));
        if !ports.is_empty() {
            self.reach.pods.entry(peer).or_default().add(&ports);
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
