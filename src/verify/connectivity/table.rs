//! All that passes, as few rows: who may reach whom at which ports, and which policies let it.
//!
//! Invariants: the rows together allow what [`Connectivity::passes`] says of each pair, and nothing else; they may overlap.
//! Pods that no policy tells apart are one [`Group`]; what holds for everyone or for whole namespaces is one row for all of
//! them; pair by pair stands only what policies name pod by pod. So there are never as many rows as pairs.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::addresses::{AddressPorts, AddressRange};
use super::half::Grants;
use super::index::{ClassId, NamespaceId, Reach};
use super::names::Id;
use super::policy::{Peer, Peers, Rule};
use super::ports::Ports;
use super::traffic::{HeldPort, Network};
use super::{Connectivity, Direction, End};

/// Pods that no policy tells apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Their classes; never empty.
    pub classes: Vec<ClassId>,
    /// Who decides about what they begin.
    pub egress: Decided,
    /// Who decides about what others begin.
    pub ingress: Decided,
}

/// Who decides about one half.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Decided {
    /// Nobody: these are addresses.
    Outside,
    /// Nobody: no policy isolates these pods.
    Open,
    /// These policies, by index; see [`super::Traffic::policy`].
    Policies(Vec<usize>),
}

/// One side of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    /// A group, by its index in [`Table::groups`].
    Group(usize),
    /// Some addresses.
    Addresses(AddressRange),
    /// All addresses.
    World,
}

/// A row: each of the sources may reach each of the destinations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// Who begins.
    pub sources: Vec<Party>,
    /// Who answers.
    pub destinations: Vec<Party>,
    /// Where.
    pub ports: Ports,
    /// Who lets it out.
    pub egress: Decided,
    /// Who lets it in.
    pub ingress: Decided,
}

/// All that passes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The pods.
    pub groups: Vec<Group>,
    /// What passes.
    pub passages: Vec<Passage>,
}

impl Connectivity<'_> {
    /// All that passes.
    pub fn table(&self) -> Table {
        let classes = self.groups();
        let mut group_of = vec![0; self.index.classes.len()];
        for (group, classes) in classes.iter().enumerate() {
            for class in classes {
                if let Some(of_class) = group_of.get_mut(class.0 as usize) {
                    *of_class = group;
                }
            }
        }
        let sides = classes.iter().filter_map(|classes| self.side(*classes.first()?, &group_of));
        let making = Making { of: self, sides: sides.collect(), passages: Vec::new() };
        let decided = |classes: &[ClassId], direction| match classes.first() {
            Some(class) if self.is_isolated(*class, direction) => {
                Decided::Policies(self.isolating(*class, direction).collect())
            }
            Some(_) | None => Decided::Open,
        };
        let groups = classes.into_iter().map(|classes| Group {
            egress: decided(&classes, Direction::Egress),
            ingress: decided(&classes, Direction::Ingress),
            classes,
        });
        Table { groups: groups.collect(), passages: making.passages() }
    }

    /// The classes that no policy tells apart.
    fn groups(&self) -> Vec<Vec<ClassId>> {
        // the rules that name each class
        let mut named: Vec<Vec<Id<Rule>>> = vec![Vec::new(); self.index.classes.len()];
        let mut by_name = false;
        for (id, rule) in self.stated() {
            let ports = self.traffic.tables.rule_ports.get(rule.ports);
            by_name |= ports.is_some_and(|ports| !ports.names.is_empty());
            let classes: BTreeSet<ClassId> =
                self.reaches_of(&rule.peers).flat_map(|reach| reach.classes.iter().copied()).collect();
            for class in classes {
                if let Some(of_class) = named.get_mut(class.0 as usize) {
                    of_class.push(id);
                }
            }
        }
        let mut alike: IndexMap<Alike<'_>, Vec<ClassId>> = IndexMap::new();
        for ((id, class), named) in self.classes().zip(&self.index.classes).zip(named) {
            let ports = by_name.then_some(class.pod.ports);
            let isolating = Direction::BOTH.map(|direction| self.policies_of(id, direction));
            alike.entry((class.namespace, &class.pod.network, ports, isolating, named)).or_default().push(id);
        }
        alike.into_values().collect()
    }

    /// The rules of policies in namespaces that are there, each once.
    fn stated(&self) -> impl Iterator<Item = (Id<Rule>, &Rule)> {
        let policies = self.traffic.policies.iter();
        let there = policies.filter(|policy| self.index.namespace(policy.namespace).is_some());
        let rules = there.flat_map(|policy| {
            Direction::BOTH.into_iter().flat_map(|direction| policy.rules(direction).unwrap_or_default())
        });
        let rules: BTreeSet<Id<Rule>> = rules.copied().collect();
        rules.into_iter().filter_map(|id| Some((id, self.traffic.tables.rules.get(id)?)))
    }

    /// The pods of each peer of a rule that lists some.
    fn reaches_of(&self, peers: &Peers) -> impl Iterator<Item = &Reach> {
        let listed: &[Id<Peer>] = match peers {
            Peers::Everyone => &[],
            Peers::Listed(peers) => peers,
        };
        listed.iter().filter_map(|peer| self.reaches.get(peer.at()))
    }

    fn side(&self, class: ClassId, group_of: &[usize]) -> Option<Side> {
        let namespace = self.index.class(class)?.namespace;
        let half = |direction| {
            let grants = self.grants(class, direction);
            let is_isolated = grants.is_some();
            let open = || Grants { anyone: Ports::all(), ..Grants::default() };
            let Grants { anyone, namespaces, pods, ranges } = grants.unwrap_or_else(open);
            let mut groups: BTreeMap<usize, Ports> = BTreeMap::new();
            for (class, ports) in pods {
                if let Some(group) = group_of.get(class.0 as usize) {
                    groups.entry(*group).or_default().add(&ports);
                }
            }
            SideHalf { is_isolated, anyone, namespaces, groups, addresses: AddressPorts::collect(ranges) }
        };
        Some(Side {
            class,
            namespace,
            is_selectable: self.index.is_selectable(class),
            egress: half(Direction::Egress),
            ingress: half(Direction::Ingress),
        })
    }

    /// The policies of a class that allow something to everyone, or to all pods of a namespace.
    fn general(&self, class: ClassId, direction: Direction, namespace: Option<NamespaceId>) -> Vec<usize> {
        let allows = |policy: &usize| {
            self.rules(*policy, direction).any(|rule| {
                let is_in = |reach: &Reach| {
                    namespace.is_some_and(|namespace| reach.namespaces.binary_search(&namespace).is_ok())
                };
                rule.peers == Peers::Everyone || self.reaches_of(&rule.peers).any(is_in)
            })
        };
        self.isolating(class, direction).filter(allows).collect()
    }
}

struct Side {
    /// One of the group's classes.
    class: ClassId,
    namespace: NamespaceId,
    is_selectable: bool,
    egress: SideHalf,
    ingress: SideHalf,
}

struct SideHalf {
    is_isolated: bool,
    anyone: Ports,
    namespaces: BTreeMap<NamespaceId, Ports>,
    groups: BTreeMap<usize, Ports>,
    addresses: AddressPorts,
}

impl Side {
    fn half(&self, direction: Direction) -> &SideHalf {
        match direction {
            Direction::Ingress => &self.ingress,
            Direction::Egress => &self.egress,
        }
    }

    /// What holds for another side without naming it.
    fn general(&self, direction: Direction, peer: &Self) -> Ports {
        let half = self.half(direction);
        let mut ports = half.anyone.clone();
        if peer.is_selectable
            && let Some(more) = half.namespaces.get(&peer.namespace)
        {
            ports.add(more);
        }
        ports
    }
}

/// What tells the pods of classes apart: namespace, network, ports where rules name some, the policies that isolate them,
/// and the rules that name them.
type Alike<'a> = (NamespaceId, &'a Network, Option<Id<Box<[HeldPort]>>>, [&'a [u32]; 2], Vec<Id<Rule>>);

/// Groups that say the same to everyone, or to everyone in a namespace.
#[derive(Default)]
struct Bucket {
    groups: Vec<usize>,
    policies: BTreeSet<usize>,
}

/// Whether they are isolated, what they allow to everyone, and what they allow with the namespace.
type Key = (bool, Ports, Ports);

struct Making<'a> {
    of: &'a Connectivity<'a>,
    sides: Vec<Side>,
    passages: Vec<Passage>,
}

impl Making<'_> {
    fn passages(mut self) -> Vec<Passage> {
        let everyone: Vec<usize> = (0..self.sides.len()).collect();
        let egress = self.buckets(&everyone, Direction::Egress, None);
        let ingress = self.buckets(&everyone, Direction::Ingress, None);
        self.between(&egress, &ingress, |_, _| Ports::NONE);
        self.world(egress, ingress);
        self.namespaces();
        self.pairs();
        self.addresses();
        self.passages
    }

    fn buckets(&self, groups: &[usize], direction: Direction, namespace: Option<NamespaceId>) -> BTreeMap<Key, Bucket> {
        let mut buckets: BTreeMap<Key, Bucket> = BTreeMap::new();
        for (group, side) in groups.iter().filter_map(|group| Some((*group, self.sides.get(*group)?))) {
            let half = side.half(direction);
            let mut ports = half.anyone.clone();
            if let Some(more) = namespace.and_then(|namespace| half.namespaces.get(&namespace)) {
                ports.add(more);
            }
            let bucket = buckets.entry((half.is_isolated, half.anyone.clone(), ports)).or_default();
            bucket.groups.push(group);
            bucket.policies.extend(self.of.general(side.class, direction, namespace));
        }
        buckets
    }

    /// What passes between buckets, beyond what is known of them.
    fn between(
        &mut self,
        sources: &BTreeMap<Key, Bucket>,
        destinations: &BTreeMap<Key, Bucket>,
        known: impl Fn(&Key, &Key) -> Ports,
    ) {
        for (from_key, from) in sources {
            for (to_key, to) in destinations {
                let ports = from_key.2.and(&to_key.2);
                if ports.without(&known(from_key, to_key)).is_empty() {
                    continue;
                }
                self.passages.push(Passage {
                    sources: from.groups.iter().map(|group| Party::Group(*group)).collect(),
                    destinations: to.groups.iter().map(|group| Party::Group(*group)).collect(),
                    ports,
                    egress: decided(from_key.0, &from.policies),
                    ingress: decided(to_key.0, &to.policies),
                });
            }
        }
    }

    fn world(&mut self, egress: BTreeMap<Key, Bucket>, ingress: BTreeMap<Key, Bucket>) {
        for ((isolated, ports, _), bucket) in egress.into_iter().filter(|((_, ports, _), _)| !ports.is_empty()) {
            let sources = bucket.groups.iter().map(|group| Party::Group(*group)).collect();
            let egress = decided(isolated, &bucket.policies);
            let destinations = vec![Party::World];
            self.passages.push(Passage { sources, destinations, ports, egress, ingress: Decided::Outside });
        }
        for ((isolated, ports, _), bucket) in ingress.into_iter().filter(|((_, ports, _), _)| !ports.is_empty()) {
            let destinations = bucket.groups.iter().map(|group| Party::Group(*group)).collect();
            let ingress = decided(isolated, &bucket.policies);
            let sources = vec![Party::World];
            self.passages.push(Passage { sources, destinations, ports, egress: Decided::Outside, ingress });
        }
    }

    /// What all pods of one namespace allow to all pods of another.
    fn namespaces(&mut self) {
        let mut members: BTreeMap<NamespaceId, Vec<usize>> = BTreeMap::new();
        let mut pairs: BTreeSet<(NamespaceId, NamespaceId)> = BTreeSet::new();
        for (group, side) in self.sides.iter().enumerate().filter(|(_, side)| side.is_selectable) {
            members.entry(side.namespace).or_default().push(group);
            pairs.extend(side.egress.namespaces.keys().map(|to| (side.namespace, *to)));
            pairs.extend(side.ingress.namespaces.keys().map(|from| (*from, side.namespace)));
        }
        for (from, to) in pairs {
            let (Some(sources), Some(destinations)) = (members.get(&from), members.get(&to)) else { continue };
            let sources = self.buckets(sources, Direction::Egress, Some(to));
            let destinations = self.buckets(destinations, Direction::Ingress, Some(from));
            self.between(&sources, &destinations, |from, to| from.1.and(&to.1));
        }
    }

    /// What policies name pod by pod.
    fn pairs(&mut self) {
        let mut pairs: BTreeSet<(usize, usize)> = BTreeSet::new();
        for (group, side) in self.sides.iter().enumerate() {
            pairs.extend(side.egress.groups.keys().map(|to| (group, *to)));
            pairs.extend(side.ingress.groups.keys().map(|from| (*from, group)));
        }
        let named = pairs.into_iter().filter_map(|(from, to)| self.pair(from, to));
        let named: Vec<Passage> = named.collect();
        self.passages.extend(named);
    }

    fn pair(&self, from: usize, to: usize) -> Option<Passage> {
        let (source, destination) = (self.sides.get(from)?, self.sides.get(to)?);
        let (mut out, mut into) =
            (source.general(Direction::Egress, destination), destination.general(Direction::Ingress, source));
        let general = out.and(&into);
        if let Some(more) = source.egress.groups.get(&to) {
            out.add(more);
        }
        if let Some(more) = destination.ingress.groups.get(&from) {
            into.add(more);
        }
        let ports = out.and(&into);
        if ports.without(&general).is_empty() {
            return None;
        }
        let decided = |side: &Side, direction: Direction, peer: &Side| {
            if !side.half(direction).is_isolated {
                return Decided::Open;
            }
            let allowing = self.of.allowances(side.class, direction, End::Pod(peer.class));
            let meeting = allowing.filter(|allowing| !allowing.ports.and(&ports).is_empty());
            let policies: BTreeSet<usize> = meeting.map(|allowing| allowing.policy).collect();
            Decided::Policies(policies.into_iter().collect())
        };
        let egress = decided(source, Direction::Egress, destination);
        let ingress = decided(destination, Direction::Ingress, source);
        let (sources, destinations) = (vec![Party::Group(from)], vec![Party::Group(to)]);
        Some(Passage { sources, destinations, ports, egress, ingress })
    }

    /// What ranges of addresses are allowed beyond what everyone is.
    fn addresses(&mut self) {
        for direction in Direction::BOTH {
            let mut rows: BTreeMap<(AddressRange, Ports), Bucket> = BTreeMap::new();
            for (group, side) in self.sides.iter().enumerate() {
                let half = side.half(direction);
                for (range, ports) in half.addresses.ranges() {
                    let ports = ports.without(&half.anyone);
                    if ports.is_empty() {
                        continue;
                    }
                    let allowing = self.of.allowances(side.class, direction, End::Address(range.first()));
                    let bucket = rows.entry((*range, ports)).or_default();
                    bucket.groups.push(group);
                    bucket.policies.extend(allowing.map(|allowing| allowing.policy));
                }
            }
            for ((range, ports), bucket) in rows {
                let own = bucket.groups.iter().map(|group| Party::Group(*group)).collect();
                let (own_side, peer) = (decided(true, &bucket.policies), vec![Party::Addresses(range)]);
                self.passages.push(match direction {
                    Direction::Egress => {
                        Passage { sources: own, destinations: peer, ports, egress: own_side, ingress: Decided::Outside }
                    }
                    Direction::Ingress => {
                        Passage { sources: peer, destinations: own, ports, egress: Decided::Outside, ingress: own_side }
                    }
                });
            }
        }
    }
}

fn decided(is_isolated: bool, policies: &BTreeSet<usize>) -> Decided {
    if is_isolated { Decided::Policies(policies.iter().copied().collect()) } else { Decided::Open }
}
