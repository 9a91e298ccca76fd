//! All that one class lets pass in one direction where policies of the cluster have a say: rules that take away do not add up,
//! so that each end that some rule tells from others is asked about by itself.
//!
//! Invariant: whoever is in no cell of its own is told from the rest by no rule; the time goes with what rules name.

use std::collections::{BTreeMap, BTreeSet};

use super::addresses::{AddressPorts, AddressRange};
use super::half::{Grants, Half};
use super::index::{ClassId, NamespaceId};
use super::policy::{Direction, Peer, Peers, Rule};
use super::ports::Ports;
use super::verdict::Whom;
use super::{Connectivity, End};

/// What passes, by who is at the other end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cells {
    /// Pods that nothing below names.
    anyone: Ports,
    /// Pods of these namespaces that policies see, and that are not named themselves.
    namespaces: BTreeMap<NamespaceId, Ports>,
    /// These pods.
    pods: BTreeMap<ClassId, Ports>,
    /// Addresses, all of them in pieces.
    addresses: Vec<(AddressRange, Ports)>,
}

impl Connectivity<'_> {
    /// What a class lets pass in a direction.
    pub(super) fn cells(&self, class: ClassId, direction: Direction) -> Cells {
        let ports = |whom: Whom| self.decided(class, direction, whom).passing();
        let (namespaces, pods, ranges) = self.told_apart(class, direction);
        let address = |range: AddressRange| (range, ports(Whom::End(End::Address(range.first()))));
        Cells {
            anyone: ports(Whom::Anyone),
            namespaces: namespaces.into_iter().map(|namespace| (namespace, ports(Whom::PodOf(namespace)))).collect(),
            pods: pods.into_iter().map(|pod| (pod, ports(Whom::End(End::Pod(pod))))).collect(),
            addresses: AddressRange::pieces(ranges).into_iter().map(address).collect(),
        }
    }

    /// The namespaces, pods and addresses that rules about a class name.
    pub(super) fn told_apart(
        &self,
        class: ClassId,
        direction: Direction,
    ) -> (BTreeSet<NamespaceId>, BTreeSet<ClassId>, Vec<AddressRange>) {
        let (mut namespaces, mut pods, mut ranges) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
        let (mut by_port, mut by_address) = (BTreeSet::new(), false);
        let tables = &self.traffic.tables;
        for Rule { ports, peers, .. } in self.deciding(class, direction).flat_map(|one| self.rules(one, direction)) {
            if direction == Direction::Egress {
                let names = tables.rule_ports.get(*ports).into_iter().flat_map(|ports| &ports.names);
                by_port.extend(names.map(|(_, name)| *name));
            }
            let listed = match peers {
                Peers::Everyone => &[],
                Peers::Listed(peers) => &**peers,
            };
            for peer in listed {
                if let Some(reach) = self.reaches.get(peer.at()) {
                    namespaces.extend(reach.namespaces.iter().copied());
                    pods.extend(reach.classes.iter().copied());
                    by_address |= reach.unaddressed;
                }
                ranges.extend(tables.peers.get(*peer).map(Peer::addresses).unwrap_or_default());
            }
        }
        if by_address {
            pods.extend(self.index.addressed());
        }
        if !by_port.is_empty() {
            let has_one = |class: &ClassId| {
                let held = self.pod(*class).map(super::PodOf::held_ports).unwrap_or_default();
                held.iter().any(|port| port.name.is_some_and(|name| by_port.contains(&name)))
            };
            pods.extend(self.classes().filter(has_one));
        }
        (namespaces, pods, ranges)
    }
}

impl Cells {
    /// The ports of every cell.
    pub(super) fn all(&self) -> impl Iterator<Item = &Ports> {
        let addresses = self.addresses.iter().map(|(_, ports)| ports);
        [&self.anyone].into_iter().chain(self.namespaces.values()).chain(self.pods.values()).chain(addresses)
    }

    /// The ports of a class.
    fn of(&self, of: &Connectivity<'_>, class: ClassId) -> &Ports {
        let general = || {
            let namespace = of.index.class(class).filter(|_| of.index.is_selectable(class))?.namespace;
            self.namespaces.get(&namespace)
        };
        self.pods.get(&class).or_else(general).unwrap_or(&self.anyone)
    }

    /// Spelled out.
    pub(super) fn half(self, of: &Connectivity<'_>) -> Half {
        let pods = of.classes().map(|class| (class, self.of(of, class).clone()));
        let pods = pods.filter(|(_, ports)| !ports.is_empty()).collect();
        Half { pods, addresses: AddressPorts::collect(self.addresses) }
    }

    /// In parts that add up, but for single classes of which the general parts do not hold.
    pub(super) fn grants(self, of: &Connectivity<'_>) -> Grants {
        let mut anyone = self.anyone.clone();
        for ports in self.namespaces.values() {
            anyone = anyone.and(ports);
        }
        let mut grants = Grants::default();
        let is_more = !self.anyone.without(&anyone).is_empty();
        for namespace in of.index.all_namespaces() {
            let ports = self.namespaces.get(&namespace).unwrap_or(&self.anyone);
            if !ports.without(&anyone).is_empty() {
                grants.namespaces.insert(namespace, ports.clone());
            }
        }
        // pods on the host network are in no namespace to policies
        let on_host = of.classes().filter(|class| is_more && !of.index.is_selectable(*class));
        for class in on_host.filter(|class| !self.pods.contains_key(class)) {
            grants.pods.insert(class, self.anyone.clone());
        }
        for (class, ports) in &self.pods {
            let namespace = of.index.class(*class).filter(|_| of.index.is_selectable(*class));
            let mut general = anyone.clone();
            general.add(namespace.and_then(|it| grants.namespaces.get(&it.namespace)).unwrap_or(&Ports::NONE));
            if !general.without(ports).is_empty() {
                grants.excepted.insert(*class);
            }
            if !ports.is_empty() {
                grants.pods.insert(*class, ports.clone());
            }
        }
        let mut everywhere = Ports::all();
        for (_, ports) in &self.addresses {
            everywhere = everywhere.and(ports);
        }
        Grants { anyone, world: everywhere, ranges: self.addresses, ..grants }
    }
}
