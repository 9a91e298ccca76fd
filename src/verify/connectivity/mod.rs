//! Who may reach whom at which ports, by the semantics of `NetworkPolicy` v1 and nothing else.
//!
//! Invariants: a connection passes if and only if the source's egress and the destination's ingress both let it; a
//! direction of a pod that no policy isolates lets everything; one that some policy isolates lets what any of them
//! allows (kubernetes/website `docs/concepts/services-networking/network-policies.md`, 1.33, "The two sorts of pod
//! isolation"). Pods are judged in classes of equal ones, and selectors look them up by namespace and label, so that
//! time goes with what policies name and never with the pairs of pods.
//!
//! What upstream leaves undefined stays out: a pod's traffic to itself, replies, the kubelet's probes (always let in),
//! `ICMP`. A pair of one class with itself speaks of two pods of that class. `ClusterNetworkPolicy` is not read.

mod addresses;
mod given;
mod half;
mod index;
mod labels;
mod names;
mod policy;
mod ports;
mod services;
mod table;
mod traffic;

use std::net::IpAddr;

use rayon::prelude::*;

pub use self::addresses::{AddressPorts, AddressRange, Family};
pub use self::given::{Gathered, NAMESPACE_NAME, PeerOf, PodOrigin, gather, peers, pinned, running, told};
pub use self::half::Half;
pub use self::index::ClassId;
pub use self::policy::Direction;
pub use self::ports::{PortRange, Ports, Transport};
pub use self::services::Route;
pub use self::table::{Decided, Group, Party, Passage, Table};
pub use self::traffic::{DeclaredPort, Network, Pod, PodOf, Traffic};

use self::index::{Index, Reach};
use self::labels::Selector;
use self::names::Id;
use self::policy::{Peer, Peers, Policy, Rule, RulePorts};
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
    ingress: Isolating,
    egress: Isolating,
}

/// The policies that isolate each class in one direction.
#[derive(Debug, Default)]
struct Isolating {
    /// Where those of each class begin, and behind the last class the end.
    starts: Vec<usize>,
    policies: Vec<u32>,
}

impl Isolating {
    /// From pairs of class and policy.
    fn of(mut pairs: Vec<(ClassId, u32)>, classes: usize) -> Self {
        pairs.sort_unstable();
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

/// A part of a policy that the API server would refuse; it is taken to allow nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Index of the policy; see [`Traffic::policy`].
    pub policy: usize,
    /// The part.
    pub path: FieldPath,
    /// What is wrong with it.
    pub what: String,
}

impl<'c> Connectivity<'c> {
    /// Reads a traffic.
    pub fn of(traffic: &'c Traffic) -> Self {
        let index = Index::new(traffic);
        let peers: Vec<&Peer> = traffic.tables.peers.all().collect();
        let reaches = peers.par_iter().map(|peer| index.reach(peer)).collect();
        let subjects = traffic.policies.par_iter().map(|policy| index.isolated(policy));
        let subjects: Vec<Vec<ClassId>> = subjects.collect();
        let isolating = |direction: Direction| {
            let policies = (0u32..).zip(traffic.policies.iter().zip(&subjects));
            let isolating = policies.filter(|(_, (policy, _))| policy.rules(direction).is_some());
            let pairs = isolating.flat_map(|(id, (_, classes))| classes.iter().map(move |class| (*class, id)));
            Isolating::of(pairs.collect(), index.classes.len())
        };
        let (ingress, egress) = (isolating(Direction::Ingress), isolating(Direction::Egress));
        Self { traffic, index, reaches, ingress, egress }
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

    /// The policies that isolate a class in a direction, by index; none where it is open.
    pub fn isolating(&self, class: ClassId, direction: Direction) -> impl Iterator<Item = usize> {
        self.policies_of(class, direction).iter().map(|policy| *policy as usize)
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
        if !self.is_isolated(class, Direction::Ingress) {
            return Ports::all();
        }
        let mut ports = Ports::NONE;
        for policy in self.isolating(class, Direction::Ingress) {
            for rule in self.rules(policy, Direction::Ingress).filter(|rule| !self.is_nobody(&rule.peers)) {
                if let Some(stated) = self.traffic.tables.rule_ports.get(rule.ports) {
                    ports.add(&self.numbers(stated, Some(class)));
                }
            }
        }
        ports
    }

    /// Whether some policy isolates a class in a direction.
    pub fn is_isolated(&self, class: ClassId, direction: Direction) -> bool {
        !self.policies_of(class, direction).is_empty()
    }

    /// The ports at which a connection from `source` to `destination` passes: its own half and the other one's.
    pub fn passes(&self, source: End, destination: End) -> Ports {
        let out = self.lets(source, Direction::Egress, destination);
        if out.is_empty() { out } else { out.and(&self.lets(destination, Direction::Ingress, source)) }
    }

    /// The ports at which one end, by its own policies alone, lets connections to (or from) another pass.
    pub fn lets(&self, subject: End, direction: Direction, peer: End) -> Ports {
        let End::Pod(class) = subject else { return Ports::all() };
        if !self.is_isolated(class, direction) {
            return Ports::all();
        }
        let mut ports = Ports::NONE;
        for allowance in self.allowances(class, direction, peer) {
            ports.add(&allowance.ports);
        }
        ports
    }

    /// The rules by which an isolated class lets connections to (or from) another end pass.
    pub fn allowances(
        &self,
        class: ClassId,
        direction: Direction,
        peer: End,
    ) -> impl Iterator<Item = Allowance> + use<'_, 'c> {
        let destination = match (direction, peer) {
            (Direction::Ingress, _) => Some(class),
            (Direction::Egress, End::Pod(peer)) => Some(peer),
            (Direction::Egress, End::Address(_)) => None,
        };
        self.isolating(class, direction).flat_map(move |policy| {
            self.rules(policy, direction).enumerate().filter_map(move |(rule, read)| {
                if !self.is_peer(&read.peers, peer) {
                    return None;
                }
                let ports = self.numbers(self.traffic.tables.rule_ports.get(read.ports)?, destination);
                (!ports.is_empty()).then_some(Allowance { policy, rule, ports })
            })
        })
    }

    /// What a policy allows in a direction.
    fn rules(&self, policy: usize, direction: Direction) -> impl Iterator<Item = &'c Rule> + use<'c> {
        let tables = &self.traffic.tables;
        let rules = self.traffic.policies.get(policy).and_then(|policy| policy.rules(direction)).unwrap_or_default();
        rules.iter().filter_map(|rule| tables.rules.get(*rule))
    }

    /// What the API server would refuse, of policies of namespaces that have something to isolate.
    pub fn refused(&self) -> impl Iterator<Item = Refused> {
        let policies = self.traffic.policies.iter().enumerate();
        let there = policies.filter(|(_, policy)| self.index.namespace(policy.namespace).is_some());
        let of_policy = |(policy, read): (usize, &'_ Policy)| -> Vec<Refused> {
            let refused = read.refused.iter();
            refused.map(|(path, what)| Refused { policy, path: path.clone(), what: what.clone() }).collect()
        };
        there.flat_map(of_policy)
    }

    fn policies_of(&self, class: ClassId, direction: Direction) -> &[u32] {
        match direction {
            Direction::Ingress => self.ingress.class(class),
            Direction::Egress => self.egress.class(class),
        }
    }

    /// Whether a rule speaks of an end.
    fn is_peer(&self, peers: &Peers, end: End) -> bool {
        match peers {
            Peers::Everyone => true,
            Peers::Listed(peers) => peers.iter().any(|peer| self.speaks_of(*peer, end)),
        }
    }

    /// Whether a rule speaks of no pod that is known, and of no address.
    fn is_nobody(&self, peers: &Peers) -> bool {
        let is_somebody = |peer: &Id<Peer>| {
            let speaks_of_pods = self.reaches.get(peer.at()).is_some_and(|reach| !reach.is_empty());
            let speaks_of_addresses = match self.traffic.tables.peers.get(*peer) {
                Some(Peer::Addresses(ranges)) => !ranges.is_empty(),
                Some(Peer::Pods(..)) | None => false,
            };
            speaks_of_pods || speaks_of_addresses
        };
        match peers {
            Peers::Everyone => false,
            Peers::Listed(peers) => !peers.iter().any(is_somebody),
        }
    }

    /// Whether a peer is an end. The addresses of a pod that are known are in its classes already.
    fn speaks_of(&self, peer: Id<Peer>, end: End) -> bool {
        match end {
            End::Pod(class) => {
                let Some(reach) = self.reaches.get(peer.at()) else { return false };
                let in_namespace = || {
                    let Some(pod) = self.index.class(class) else { return false };
                    self.index.is_selectable(class) && reach.namespaces.binary_search(&pod.namespace).is_ok()
                };
                reach.classes.binary_search(&class).is_ok() || in_namespace()
            }
            End::Address(address) => match self.traffic.tables.peers.get(peer) {
                Some(Peer::Addresses(ranges)) => ranges.iter().any(|range| range.contains(address)),
                Some(Peer::Pods(..)) | None => false,
            },
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
