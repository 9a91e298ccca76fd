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
use super::verdict::Whom;
use super::{Connectivity, Direction, End};
use crate::object::Labels;

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
        let sides: Vec<Side> = sides.collect();
        let halves = sides.iter().flat_map(|side| [&side.egress, &side.ingress]);
        let excepted = halves.flat_map(|half| half.excepted.iter().copied()).collect();
        let making = Making { of: self, sides, excepted, passages: Vec::new() };
        let deciding = |classes: &[ClassId], direction| {
            let deciding = classes.first().into_iter().flat_map(|class| self.deciding(*class, direction));
            decided(&deciding.collect())
        };
        let groups = classes.into_iter().map(|classes| Group {
            egress: deciding(&classes, Direction::Egress),
            ingress: deciding(&classes, Direction::Ingress),
            classes,
        });
        Table { groups: groups.collect(), passages: making.passages() }
    }

    /// The classes that no policy tells apart.
    fn groups(&self) -> Vec<Vec<ClassId>> {
        let by_name = self.stated().any(|(_, rule)| {
            let ports = self.traffic.tables.rule_ports.get(rule.ports);
            ports.is_some_and(|ports| !ports.names.is_empty())
        });
        let mut alike: IndexMap<Alike<'_>, Vec<ClassId>> = IndexMap::new();
        for ((id, told), class) in self.told().zip(&self.index.classes) {
            let ports = by_name.then_some(class.pod.ports);
            alike.entry((told, &class.pod.network, ports)).or_default().push(id);
        }
        alike.into_values().collect()
    }

    /// Whether some policy tells each of the pods from this one on apart from those before them, and from those among them
    /// that have only some of its labels.
    pub(super) fn distinct(&self, first: usize) -> Vec<bool> {
        let told: BTreeMap<ClassId, Told<'_>> = self.told().collect();
        let of_pod = |at: usize| told.get(self.index.class_of.get(at)?);
        let is_seen = |at: &usize| self.index.class_of.get(*at).is_some_and(|class| self.index.is_selectable(*class));
        let there: BTreeSet<&Told<'_>> = (0..first).filter(is_seen).filter_map(of_pod).collect();
        let pods = self.traffic.pods().enumerate().skip(first);
        let mut added: Vec<(usize, Labels)> = pods.map(|(at, pod)| (at, pod.labels())).collect();
        let mut distinct = vec![false; added.len()];
        added.sort_by_key(|(_, labels)| labels.len());
        let mut kept: BTreeMap<&Told<'_>, Vec<Labels>> = BTreeMap::new();
        for (at, labels) in added {
            let Some(told) = of_pod(at).filter(|told| !there.contains(told)) else { continue };
            let alike = kept.entry(told).or_default();
            let is_more = |fewer: &Labels| fewer.iter().all(|(key, value)| labels.get(key) == Some(value));
            if alike.iter().any(is_more) {
                continue;
            }
            alike.push(labels);
            if let Some(distinct) = at.checked_sub(first).and_then(|at| distinct.get_mut(at)) {
                *distinct = true;
            }
        }
        distinct
    }

    /// What policies say of each class.
    fn told(&self) -> impl Iterator<Item = (ClassId, Told<'_>)> {
        // the rules that name each class
        let mut named: Vec<Vec<Id<Rule>>> = vec![Vec::new(); self.index.classes.len()];
        for (id, rule) in self.stated() {
            let classes: BTreeSet<ClassId> =
                self.reaches_of(&rule.peers).flat_map(|reach| reach.classes.iter().copied()).collect();
            for class in classes {
                if let Some(of_class) = named.get_mut(class.0 as usize) {
                    of_class.push(id);
                }
            }
        }
        self.classes().zip(&self.index.classes).zip(named).map(|((id, class), named)| {
            let isolating = Direction::BOTH.map(|direction| self.isolating_ids(id, direction));
            let governing = Direction::BOTH.map(|direction| self.governing_ids(id, direction));
            (id, (class.namespace, [isolating, governing], named))
        })
    }

    /// The rules of policies in namespaces that are there, each once.
    fn stated(&self) -> impl Iterator<Item = (Id<Rule>, &Rule)> {
        let policies = self.traffic.policies.iter();
        let there = policies.filter(|policy| self.index.is_there(policy));
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
            let open = || Grants { anyone: Ports::all(), world: Ports::all(), ..Grants::default() };
            let Grants { anyone, world, namespaces, pods, excepted, ranges } = grants.unwrap_or_else(open);
            let mut groups: BTreeMap<usize, Ports> = BTreeMap::new();
            for (class, ports) in pods {
                if let Some(group) = group_of.get(class.0 as usize) {
                    groups.entry(*group).or_default().add(&ports);
                }
            }
            let excepted = excepted.into_iter().filter_map(|class| group_of.get(class.0 as usize).copied());
            let (excepted, addresses) = (excepted.collect(), AddressPorts::collect(ranges));
            SideHalf { anyone, world, namespaces, groups, excepted, addresses }
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
        if self.is_governed(class, direction) {
            let whom = namespace.map_or(Whom::Anyone, Whom::PodOf);
            return self.decided(class, direction, whom).accepted.into_iter().map(|rule| rule.policy).collect();
        }
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
    anyone: Ports,
    world: Ports,
    namespaces: BTreeMap<NamespaceId, Ports>,
    groups: BTreeMap<usize, Ports>,
    /// The groups of which only what is said of them alone holds.
    excepted: BTreeSet<usize>,
    addresses: AddressPorts,
}

impl Side {
    fn half(&self, direction: Direction) -> &SideHalf {
        match direction {
            Direction::Ingress => &self.ingress,
            Direction::Egress => &self.egress,
        }
    }

    /// What holds for another side, a group of this number.
    fn toward(&self, direction: Direction, (group, peer): (usize, &Self)) -> Ports {
        let half = self.half(direction);
        let mut ports = if half.excepted.contains(&group) { Ports::NONE } else { self.general(direction, peer) };
        ports.add(half.groups.get(&group).unwrap_or(&Ports::NONE));
        ports
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

/// What policies say of the pods of a class: their namespace, the policies that select them, and the rules that name them.
type Told<'a> = (NamespaceId, [[&'a [u32]; 2]; 2], Vec<Id<Rule>>);

/// What tells the pods of classes apart: that, their network, and ports where rules name some.
type Alike<'a> = (Told<'a>, &'a Network, Option<Id<Box<[HeldPort]>>>);

/// Groups that say the same to everyone, or to everyone in a namespace.
#[derive(Default)]
struct Bucket {
    groups: Vec<usize>,
    policies: BTreeSet<usize>,
}

/// Whether some policy allows it, what they allow to everyone, and what they allow with the namespace.
type Key = (bool, Ports, Ports);

struct Making<'a> {
    of: &'a Connectivity<'a>,
    sides: Vec<Side>,
    /// The groups of which what someone says in general does not hold: nothing general is said of them.
    excepted: BTreeSet<usize>,
    passages: Vec<Passage>,
}

impl Making<'_> {
    fn passages(mut self) -> Vec<Passage> {
        let everyone: Vec<usize> = (0..self.sides.len()).filter(|group| !self.excepted.contains(group)).collect();
        let egress = self.buckets(&everyone, Direction::Egress, None);
        let ingress = self.buckets(&everyone, Direction::Ingress, None);
        self.between(&egress, &ingress, |_, _| Ports::NONE);
        self.world();
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
            let policies = self.of.general(side.class, direction, namespace);
            let bucket = buckets.entry((!policies.is_empty(), half.anyone.clone(), ports)).or_default();
            bucket.groups.push(group);
            bucket.policies.extend(policies);
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
                    egress: decided(&from.policies),
                    ingress: decided(&to.policies),
                });
            }
        }
    }

    /// What all addresses are allowed.
    fn world(&mut self) {
        for direction in [Direction::Egress, Direction::Ingress] {
            let mut buckets: BTreeMap<(bool, Ports), Bucket> = BTreeMap::new();
            for (group, side) in self.sides.iter().enumerate() {
                let ports = side.half(direction).world.clone();
                if ports.is_empty() {
                    continue;
                }
                let policies = if self.of.is_governed(side.class, direction) {
                    let ranges = side.half(direction).addresses.ranges().iter();
                    let first = ranges.take(1).map(|(range, _)| End::Address(range.first()));
                    let accepted = first.flat_map(|end| self.of.allowances(side.class, direction, end));
                    accepted.map(|rule| rule.policy).collect()
                } else {
                    self.of.general(side.class, direction, None)
                };
                let bucket = buckets.entry((!policies.is_empty(), ports)).or_default();
                bucket.groups.push(group);
                bucket.policies.extend(policies);
            }
            for ((_, ports), bucket) in buckets {
                self.outside(direction, &bucket, Party::World, ports);
            }
        }
    }

    /// A row between groups and addresses.
    fn outside(&mut self, direction: Direction, bucket: &Bucket, peer: Party, ports: Ports) {
        let own = bucket.groups.iter().map(|group| Party::Group(*group)).collect();
        let own_side = decided(&bucket.policies);
        let peer = vec![peer];
        self.passages.push(match direction {
            Direction::Egress => {
                Passage { sources: own, destinations: peer, ports, egress: own_side, ingress: Decided::Outside }
            }
            Direction::Ingress => {
                Passage { sources: peer, destinations: own, ports, egress: Decided::Outside, ingress: own_side }
            }
        });
    }

    /// What all pods of one namespace allow to all pods of another.
    fn namespaces(&mut self) {
        let mut members: BTreeMap<NamespaceId, Vec<usize>> = BTreeMap::new();
        let mut pairs: BTreeSet<(NamespaceId, NamespaceId)> = BTreeSet::new();
        let sides = self.sides.iter().enumerate();
        for (group, side) in sides.filter(|(group, side)| side.is_selectable && !self.excepted.contains(group)) {
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
        for excepted in &self.excepted {
            pairs.extend((0..self.sides.len()).flat_map(|other| [(*excepted, other), (other, *excepted)]));
        }
        let named = pairs.into_iter().filter_map(|(from, to)| self.pair(from, to));
        let named: Vec<Passage> = named.collect();
        self.passages.extend(named);
    }

    fn pair(&self, from: usize, to: usize) -> Option<Passage> {
        let (source, destination) = (self.sides.get(from)?, self.sides.get(to)?);
        let out = source.toward(Direction::Egress, (to, destination));
        let into = destination.toward(Direction::Ingress, (from, source));
        let is_said = !self.excepted.contains(&from) && !self.excepted.contains(&to);
        let general = || source.general(Direction::Egress, destination);
        let general = is_said.then(|| general().and(&destination.general(Direction::Ingress, source)));
        let ports = out.and(&into);
        if ports.without(&general.unwrap_or(Ports::NONE)).is_empty() {
            return None;
        }
        let allowing = |side: &Side, direction: Direction, peer: &Side| {
            let allowing = self.of.allowances(side.class, direction, End::Pod(peer.class));
            let meeting = allowing.filter(|allowing| !allowing.ports.and(&ports).is_empty());
            decided(&meeting.map(|allowing| allowing.policy).collect())
        };
        let egress = allowing(source, Direction::Egress, destination);
        let ingress = allowing(destination, Direction::Ingress, source);
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
                    let ports = ports.without(&half.world);
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
                self.outside(direction, &bucket, Party::Addresses(range), ports);
            }
        }
    }
}

/// Where no policy allows what passes, it is open.
fn decided(policies: &BTreeSet<usize>) -> Decided {
    if policies.is_empty() { Decided::Open } else { Decided::Policies(policies.iter().copied().collect()) }
}
