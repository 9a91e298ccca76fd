//! Who may reach whom at which ports, by the semantics of `NetworkPolicy` v1 and `ClusterNetworkPolicy` v1alpha2.
//!
//! Invariants: a connection passes if and only if the source's egress and the destination's ingress both let it; a
//! direction of a pod that no policy isolates lets everything; one that some policy isolates lets what any of them
//! allows (kubernetes/website `docs/concepts/services-networking/network-policies.md`, 1.33, "The two sorts of pod
//! isolation"); what policies of the cluster say before and after that is in `verdict`. Pods are judged in classes of equal
//! ones, and selectors look them up by namespace and label, so that time goes with what policies name and never with the
//! pairs of pods.
//!
//! What upstream leaves undefined stays out: replies, the kubelet's probes (always let in), `ICMP`. A pair of one class with
//! itself speaks of two pods of that class; a pod cannot block access to itself, which is for whoever asks about single pods.

mod addresses;
mod blocks;
mod cells;
mod cluster;
mod combinations;
mod contest;
mod dropped;
mod given;
mod half;
mod index;
mod labels;
mod names;
mod policy;
mod ports;
mod refusal;
mod refusing;
mod services;
mod stand_ins;
mod table;
mod traffic;
mod verdict;

use std::net::IpAddr;

use rayon::prelude::*;

pub use self::addresses::{AddressPorts, AddressRange, Family};
pub use self::blocks::{Block, Doubt};
pub use self::contest::Contest;
pub use self::dropped::Dropping;
pub use self::given::{
    ELSEWHERE, Gathered, NAMESPACE_NAME, OTHERS, PeerOf, PodOrigin, gather, gather_with_subjects, peers, pinned,
    running, told,
};
pub use self::half::Half;
pub use self::index::ClassId;
pub use self::policy::{Action, Direction, Tier};
pub use self::ports::{PortRange, Ports, Transport};
pub use self::refusing::{Refusals, Untold};
pub use self::services::Route;
pub use self::stand_ins::{Missing, StandIn};
pub use self::table::{Decided, Group, Party, Passage, Table};
pub use self::traffic::{DeclaredPort, Network, Pod, PodOf, Traffic};
pub use self::verdict::Verdict;

use self::index::{Index, Reach};
use self::labels::Selector;
use self::names::Id;
use self::policy::{Peer, Peers, Policy, Rank, Rule, RulePorts};
use self::verdict::Whom;
use crate::object::{FieldPath, LabelSelector};

/// An end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum End {
    /// A pod of this class.
    Pod(ClassId),
    /// An address outside of the cluster, or a node's. No policy selects it.
    Address(IpAddr),
}

/// What passes in a traffic.
pub struct Connectivity<'c> {
    traffic: &'c Traffic,
    index: Index<'c>,
    /// The pods of each peer, by its id.
    reaches: Vec<Reach>,
    /// The policies of namespaces, which isolate: those about ingress, those about egress.
    isolating: [OfClasses; 2],
    /// The policies of the cluster, in the order in which they are asked.
    governing: [OfClasses; 2],
}

/// The policies that select each class in one direction.
#[derive(Debug, Default)]
struct OfClasses {
    /// Where those of each class begin, and behind the last class the end.
    starts: Vec<usize>,
    policies: Vec<u32>,
}

impl OfClasses {
    /// From pairs of class and policy; the policies of a class keep their order.
    fn of(mut pairs: Vec<(ClassId, u32)>, classes: usize) -> Self {
        pairs.sort_by_key(|(class, _)| *class);
        let mut starts = Vec::with_capacity(classes + 1);
        for (at, (class, _)) in pairs.iter().enumerate() {
            while starts.len() <= class.0 as usize {
                starts.push(at);
            }
        }
        starts.resize(classes + 1, pairs.len());
        Self { starts, policies: pairs.into_iter().map(|(_, policy)| policy).collect() }
    }

    fn class(&self, class: ClassId) -> &[u32] {
        let at = class.0 as usize;
        let (start, end) = (self.starts.get(at), self.starts.get(at + 1));
        start.zip(end).and_then(|(start, end)| self.policies.get(*start..*end)).unwrap_or_default()
    }
}

/// A rule that allows something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    /// Index of the policy; see [`Traffic::policy`].
    pub policy: usize,
    /// Index of the rule in that direction of the policy.
    pub rule: usize,
    /// The ports that it allows between the two ends.
    pub ports: Ports,
}

/// A part of a policy that the API server would refuse: the policy is not stored, and is as if it were not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Index of the policy; see [`Traffic::policy`].
    pub policy: usize,
    /// The part.
    pub path: FieldPath,
    /// What is wrong with it.
    pub what: String,
}

impl Traffic {
    /// What of policies of the cluster only a running cluster can tell: it is taken to speak of nobody.
    pub fn unjudged(&self) -> impl Iterator<Item = Refused> {
        self.parts(|policy| &policy.unjudged)
    }

    fn parts(&self, of: impl Fn(&Policy) -> &[(FieldPath, String)]) -> impl Iterator<Item = Refused> {
        let policies = self.policies.iter().enumerate();
        policies.flat_map(move |(policy, read)| -> Vec<Refused> {
            of(read).iter().map(|(path, what)| Refused { policy, path: path.clone(), what: what.clone() }).collect()
        })
    }
}

impl<'c> Connectivity<'c> {
    /// Reads a traffic.
    pub fn of(traffic: &'c Traffic) -> Self {
        let index = Index::new(traffic);
        let peers: Vec<&Peer> = traffic.tables.peers.all().collect();
        let reaches = peers.par_iter().map(|peer| index.reach(peer)).collect();
        let subjects = traffic.policies.par_iter().map(|policy| index.isolated(policy));
        let subjects: Vec<Vec<ClassId>> = subjects.collect();
        let order: Vec<u32> = in_turn(&traffic.policies);
        let selecting = |direction: Direction, is_of_namespaces: bool| {
            let pairs = order.iter().flat_map(|id| {
                let policy = traffic.policies.get(*id as usize);
                let is_meant = |policy: &&Policy| {
                    matches!(policy.rank, Rank::Namespace(_)) == is_of_namespaces && policy.rules(direction).is_some()
                };
                let classes = policy.filter(is_meant).and_then(|_| subjects.get(*id as usize));
                classes.into_iter().flatten().map(move |class| (*class, *id))
            });
            OfClasses::of(pairs.collect(), index.classes.len())
        };
        let isolating = Direction::BOTH.map(|direction| selecting(direction, true));
        let governing = Direction::BOTH.map(|direction| selecting(direction, false));
        Self { traffic, index, reaches, isolating, governing }
    }

    /// What was read.
    pub fn traffic(&self) -> &'c Traffic {
        self.traffic
    }

    /// The class of a pod, by its index in the traffic.
    pub fn class_of(&self, pod: usize) -> Option<ClassId> {
        self.index.class_of.get(pod).copied()
    }

    /// All classes.
    pub fn classes(&self) -> impl Iterator<Item = ClassId> + use<> {
        (0..u32::try_from(self.index.classes.len()).unwrap_or(u32::MAX)).map(ClassId)
    }

    /// A pod of a class.
    pub fn pod(&self, class: ClassId) -> Option<PodOf<'c>> {
        self.index.class(class).map(|class| PodOf { tables: &self.traffic.tables, held: class.pod })
    }

    /// The policies of its namespace that isolate a class in a direction, by index.
    pub fn isolating(&self, class: ClassId, direction: Direction) -> impl Iterator<Item = usize> {
        self.isolating_ids(class, direction).iter().map(|policy| *policy as usize)
    }

    /// The policies of the cluster that speak of a class in a direction, by index, in the order in which they are asked.
    pub fn governing(&self, class: ClassId, direction: Direction) -> impl Iterator<Item = usize> {
        self.governing_ids(class, direction).iter().map(|policy| *policy as usize)
    }

    /// All policies that decide about a class in a direction, by index; none where it is open.
    pub fn deciding(&self, class: ClassId, direction: Direction) -> impl Iterator<Item = usize> {
        self.governing(class, direction).chain(self.isolating(class, direction))
    }

    /// Whether a policy, by its index, has a rule that does this with what it speaks of.
    pub fn has_rule(&self, policy: usize, direction: Direction, action: Action) -> bool {
        self.rules(policy, direction).any(|rule| rule.action == action)
    }

    /// The ports of a rule of a policy, both by their index, at connections to (or from) a pod, whoever else decides; none
    /// where it does not speak of the pod.
    pub fn stated_at(
        &self,
        (policy, rule): (usize, usize),
        class: ClassId,
        direction: Direction,
        peer: ClassId,
    ) -> Ports {
        let tables = &self.traffic.tables;
        let rules = self.traffic.policies.get(policy).and_then(|policy| policy.rules(direction));
        let rule = rules.and_then(|rules| tables.rules.get(*rules.get(rule)?));
        let destination = match direction {
            Direction::Ingress => class,
            Direction::Egress => peer,
        };
        let speaking = rule.filter(|rule| self.is_peer(&rule.peers, Whom::End(End::Pod(peer))));
        let ports = speaking.and_then(|rule| tables.rule_ports.get(rule.ports));
        ports.map(|ports| self.numbers(ports, Some(destination))).unwrap_or_default()
    }

    /// The classes that a policy selects, by its index; see [`Traffic::policy`].
    pub fn subjects(&self, policy: usize) -> Vec<ClassId> {
        self.traffic.policies.get(policy).map(|policy| self.index.isolated(policy)).unwrap_or_default()
    }

    /// Whether policies see the pods of a class: those on the host network are their nodes.
    pub fn is_selectable(&self, class: ClassId) -> bool {
        self.index.is_selectable(class)
    }

    /// The classes of a namespace that a selector matches, whether policies see them or not; none where it is refused.
    pub fn selected(&self, namespace: &str, selector: &LabelSelector) -> Vec<ClassId> {
        let names = &self.traffic.tables.names;
        let namespace = names.find(namespace).and_then(|name| self.index.namespace(name));
        let found = namespace.zip(Selector::find(selector, names));
        found.map(|(namespace, selector)| self.index.select(namespace, &selector)).unwrap_or_default()
    }

    /// The namespaces that a selector matches, by name; none where it is refused.
    pub fn namespaces(&self, selector: &LabelSelector) -> Vec<&'c str> {
        let selector = Selector::find(selector, &self.traffic.tables.names);
        let found = selector.map(|selector| self.index.namespaces(&selector)).unwrap_or_default();
        found.into_iter().filter_map(|id| self.index.name(id)).collect()
    }

    /// The ports of its own at which a class lets anyone in.
    pub fn admitted(&self, class: ClassId) -> Ports {
        if self.is_open(class, Direction::Ingress) {
            return Ports::all();
        }
        let mut ports = Ports::NONE;
        if self.is_governed(class, Direction::Ingress) {
            let cells = self.cells(class, Direction::Ingress);
            for of_cell in cells.all() {
                ports.add(of_cell);
            }
            return ports;
        }
        for policy in self.isolating(class, Direction::Ingress) {
            for rule in self.rules(policy, Direction::Ingress).filter(|rule| !self.is_nobody(&rule.peers)) {
                if let Some(stated) = self.traffic.tables.rule_ports.get(rule.ports) {
                    ports.add(&self.numbers(stated, Some(class)));
                }
            }
        }
        ports
    }

    /// Whether some policy of its namespace isolates a class in a direction.
    pub fn is_isolated(&self, class: ClassId, direction: Direction) -> bool {
        !self.isolating_ids(class, direction).is_empty()
    }

    /// Whether some policy of the cluster speaks of a class in a direction.
    pub fn is_governed(&self, class: ClassId, direction: Direction) -> bool {
        !self.governing_ids(class, direction).is_empty()
    }

    /// Whether no policy speaks of a class in a direction, so that everything passes.
    pub fn is_open(&self, class: ClassId, direction: Direction) -> bool {
        !self.is_isolated(class, direction) && !self.is_governed(class, direction)
    }

    /// The ports at which a connection from `source` to `destination` passes: its own half and the other one's.
    pub fn passes(&self, source: End, destination: End) -> Ports {
        let out = self.lets(source, Direction::Egress, destination);
        if out.is_empty() { out } else { out.and(&self.lets(destination, Direction::Ingress, source)) }
    }

    /// The ports at which one end, by its own policies alone, lets connections to (or from) another pass.
    pub fn lets(&self, subject: End, direction: Direction, peer: End) -> Ports {
        let End::Pod(class) = subject else { return Ports::all() };
        if self.is_open(class, direction) {
            return Ports::all();
        }
        if self.is_governed(class, direction) {
            return self.verdict(class, direction, peer).passing();
        }
        let mut ports = Ports::NONE;
        for allowance in self.allowances(class, direction, peer) {
            ports.add(&allowance.ports);
        }
        ports
    }

    /// The rules by which a class that is not open lets connections to (or from) another end pass, as far as nobody before
    /// them has decided.
    pub fn allowances(
        &self,
        class: ClassId,
        direction: Direction,
        peer: End,
    ) -> impl Iterator<Item = Allowance> + use<'_, 'c> {
        let is_governed = self.is_governed(class, direction);
        let governed = is_governed.then(|| self.verdict(class, direction, peer).accepted);
        let ungoverned = self.isolating(class, direction).filter(move |_| !is_governed);
        let stated = ungoverned.flat_map(move |policy| self.speaking(policy, class, direction, Whom::End(peer)));
        governed.into_iter().flatten().chain(stated.map(|(_, stated)| stated))
    }

    /// The rules of a policy that speak of a connection between two ends, whatever they do with it.
    fn speaking(
        &self,
        policy: usize,
        class: ClassId,
        direction: Direction,
        peer: Whom,
    ) -> impl Iterator<Item = (Action, Allowance)> + use<'_, 'c> {
        let destination = match (direction, peer) {
            (Direction::Ingress, _) => Some(class),
            (Direction::Egress, Whom::End(End::Pod(peer))) => Some(peer),
            (Direction::Egress, Whom::End(End::Address(_)) | Whom::PodOf(_) | Whom::Anyone) => None,
        };
        self.rules(policy, direction).enumerate().filter_map(move |(rule, read)| {
            if !self.is_peer(&read.peers, peer) {
                return None;
            }
            let ports = self.numbers(self.traffic.tables.rule_ports.get(read.ports)?, destination);
            (!ports.is_empty()).then_some((read.action, Allowance { policy, rule, ports }))
        })
    }

    /// What a policy allows in a direction.
    fn rules(&self, policy: usize, direction: Direction) -> impl Iterator<Item = &'c Rule> + use<'c> {
        let tables = &self.traffic.tables;
        let rules = self.traffic.policies.get(policy).and_then(|policy| policy.rules(direction)).unwrap_or_default();
        rules.iter().filter_map(|rule| tables.rules.get(*rule))
    }

    /// What the API server would refuse.
    pub fn refused(&self) -> impl Iterator<Item = Refused> {
        self.traffic.parts(|policy| &policy.refused)
    }

    /// What of policies of the cluster only a running cluster can tell: it is taken to speak of nobody.
    pub fn unjudged(&self) -> impl Iterator<Item = Refused> {
        self.traffic.unjudged()
    }

    fn isolating_ids(&self, class: ClassId, direction: Direction) -> &[u32] {
        let [ingress, egress] = &self.isolating;
        match direction {
            Direction::Ingress => ingress.class(class),
            Direction::Egress => egress.class(class),
        }
    }

    fn governing_ids(&self, class: ClassId, direction: Direction) -> &[u32] {
        let [ingress, egress] = &self.governing;
        match direction {
            Direction::Ingress => ingress.class(class),
            Direction::Egress => egress.class(class),
        }
    }

    /// Whether a rule speaks of someone.
    fn is_peer(&self, peers: &Peers, whom: Whom) -> bool {
        match peers {
            Peers::Everyone => true,
            Peers::Listed(peers) => peers.iter().any(|peer| self.speaks_of(*peer, whom)),
        }
    }

    /// Whether a rule speaks of no pod that is known, and of no address.
    fn is_nobody(&self, peers: &Peers) -> bool {
        let is_somebody = |peer: &Id<Peer>| {
            let speaks_of_pods = self.reaches.get(peer.at()).is_some_and(|reach| !reach.is_empty());
            speaks_of_pods || self.traffic.tables.peers.get(*peer).is_some_and(|peer| !peer.addresses().is_empty())
        };
        match peers {
            Peers::Everyone => false,
            Peers::Listed(peers) => !peers.iter().any(is_somebody),
        }
    }

    /// Whether a peer is someone. The addresses of a pod that are known are in its classes already.
    fn speaks_of(&self, peer: Id<Peer>, whom: Whom) -> bool {
        if let Whom::End(End::Address(address)) = whom {
            let ranges = self.traffic.tables.peers.get(peer).map(Peer::addresses).unwrap_or_default();
            return ranges.iter().any(|range| range.contains(address));
        }
        let Some(reach) = self.reaches.get(peer.at()) else { return false };
        match whom {
            Whom::End(End::Address(_)) => false,
            Whom::End(End::Pod(class)) => {
                let in_namespace = || {
                    let Some(pod) = self.index.class(class) else { return false };
                    self.index.is_selectable(class) && reach.namespaces.binary_search(&pod.namespace).is_ok()
                };
                reach.classes.binary_search(&class).is_ok()
                    || in_namespace()
                    || (reach.unaddressed && !self.index.has_address(class))
            }
            Whom::PodOf(namespace) => reach.unaddressed || reach.namespaces.binary_search(&namespace).is_ok(),
            Whom::Anyone => reach.unaddressed,
        }
    }

    /// The numbers of a rule's ports at a destination. A name stands for what the pod's containers call so, in the same
    /// protocol; at an address, and at a pod that has no such port, for nothing (kubernetes/api
    /// `networking/v1/types.go`, 0.33, `NetworkPolicyPort`: "a numerical or named port on a pod").
    fn numbers(&self, ports: &RulePorts, destination: Option<ClassId>) -> Ports {
        let mut numbers = ports.numbers.clone();
        let Some(pod) = destination.and_then(|class| self.pod(class)) else { return numbers };
        for (transport, name) in &ports.names {
            let declared = pod.held_ports().iter();
            for port in declared.filter(|port| port.transport == *transport && port.name == Some(*name)) {
                numbers.add(&Ports::one(*transport, port.number));
            }
        }
        numbers
    }
}

/// The policies in the order in which they are asked: by tier and priority where they are the cluster's, else as they were
/// added. "Policies with lower priority values have higher precedence"; between equal ones there is no order, and that in
/// which they were added is as good as any.
fn in_turn(policies: &[Policy]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..u32::try_from(policies.len()).unwrap_or(u32::MAX)).collect();
    order.sort_by_key(|id| match policies.get(*id as usize).map(|policy| policy.rank) {
        Some(Rank::Cluster(tier, priority)) => Some((tier, priority)),
        Some(Rank::Namespace(_)) | None => None,
    });
    order
}
