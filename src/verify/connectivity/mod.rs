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
mod policy;
mod ports;
mod services;
mod table;
mod traffic;

use std::net::IpAddr;

use rayon::prelude::*;

pub use self::addresses::{AddressPorts, AddressRange, Family};
pub use self::given::{Gathered, NAMESPACE_NAME, PeerOf, PodOrigin, gather, peers, pinned, running};
pub use self::half::Half;
pub use self::index::ClassId;
pub use self::policy::{Direction, RulePorts};
pub use self::ports::{PortRange, Ports, Transport};
pub use self::services::Route;
pub use self::table::{Decided, Group, Party, Passage, Table};
pub use self::traffic::{DeclaredPort, Network, Pod, Traffic, traffic};

use self::index::Index;
use self::policy::{Peers, Policy};
use crate::object::{FieldPath, LabelSelector, NetworkPolicy};

/// An end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum End {
    /// A pod of this class.
    Pod(ClassId),
    /// An address outside of the cluster, or a node's. No policy selects it.
    Address(IpAddr),
}

/// What passes in a cluster.
pub struct Connectivity<'c> {
    traffic: &'c Traffic<'c>,
    index: Index<'c>,
    policies: Vec<Policy>,
    /// The policies that isolate each class, by direction.
    ingress: Vec<Vec<u32>>,
    egress: Vec<Vec<u32>>,
}

/// A rule that allows something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    /// Index of the policy in [`Traffic::policies`].
    pub policy: usize,
    /// Index of the rule in that direction of the policy.
    pub rule: usize,
    /// The ports that it allows between the two ends.
    pub ports: Ports,
}

/// A part of a policy that the API server would refuse; it is taken to allow nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Index of the policy in [`Traffic::policies`].
    pub policy: usize,
    /// The part.
    pub path: FieldPath,
    /// What is wrong with it.
    pub what: String,
}

impl<'c> Connectivity<'c> {
    /// Reads a cluster.
    pub fn of(traffic: &'c Traffic<'c>) -> Self {
        let index = Index::new(traffic);
        let read = |policy: &&NetworkPolicy| policy::read(&index, traffic.default_namespace, policy);
        let policies: Vec<Policy> = traffic.policies.par_iter().map(read).collect();
        let isolating = |direction: Direction| {
            let mut by_class = vec![Vec::new(); index.classes.len()];
            for (id, policy) in (0u32..).zip(&policies).filter(|(_, policy)| policy.rules(direction).is_some()) {
                for class in &policy.subjects {
                    if let Some(of_class) = by_class.get_mut(class.0 as usize) {
                        of_class.push(id);
                    }
                }
            }
            by_class
        };
        let (ingress, egress) = (isolating(Direction::Ingress), isolating(Direction::Egress));
        Self { traffic, index, policies, ingress, egress }
    }

    /// What was read.
    pub fn traffic(&self) -> &'c Traffic<'c> {
        self.traffic
    }

    /// The class of a pod, by its index in [`Traffic::pods`].
    pub fn class_of(&self, pod: usize) -> Option<ClassId> {
        self.index.class_of.get(pod).copied()
    }

    /// All classes.
    pub fn classes(&self) -> impl Iterator<Item = ClassId> + use<> {
        (0..u32::try_from(self.index.classes.len()).unwrap_or(u32::MAX)).map(ClassId)
    }

    /// A pod of a class.
    pub fn pod(&self, class: ClassId) -> Option<&'c Pod<'c>> {
        self.index.class(class).map(|class| class.pod)
    }

    /// The policies that isolate a class in a direction, as indices into [`Traffic::policies`]; none where it is open.
    pub fn isolating(&self, class: ClassId, direction: Direction) -> impl Iterator<Item = usize> {
        self.policies_of(class, direction).iter().map(|policy| *policy as usize)
    }

    /// The classes that a policy selects, by its index in [`Traffic::policies`].
    pub fn subjects(&self, policy: usize) -> &[ClassId] {
        self.policies.get(policy).map(|policy| policy.subjects.as_slice()).unwrap_or_default()
    }

    /// Whether policies see the pods of a class: those on the host network are their nodes.
    pub fn is_selectable(&self, class: ClassId) -> bool {
        self.index.is_selectable(class)
    }

    /// The classes of a namespace that a selector matches, whether policies see them or not; none where it is refused.
    pub fn selected(&self, namespace: &str, selector: &LabelSelector) -> Vec<ClassId> {
        let found = self.index.namespace(namespace).and_then(|namespace| self.index.select(namespace, selector));
        found.unwrap_or_default()
    }

    /// The namespaces that a selector matches, by name; none where it is refused.
    pub fn namespaces(&self, selector: &LabelSelector) -> Vec<&'c str> {
        let found = self.index.namespaces(selector).unwrap_or_default();
        found.into_iter().filter_map(|id| self.index.name(id)).collect()
    }

    /// The ports of its own at which a class lets anyone in.
    pub fn admitted(&self, class: ClassId) -> Ports {
        if !self.is_isolated(class, Direction::Ingress) {
            return Ports::all();
        }
        let mut ports = Ports::NONE;
        for policy in self.isolating(class, Direction::Ingress).filter_map(|policy| self.policies.get(policy)) {
            let rules = policy.rules(Direction::Ingress).unwrap_or_default();
            for rule in rules.iter().filter(|rule| !rule.peers.is_nobody()) {
                ports.add(&self.numbers(&rule.ports, Some(class)));
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
            let rules = self.policies.get(policy).and_then(|policy| policy.rules(direction)).unwrap_or_default();
            rules.iter().enumerate().filter_map(move |(rule, read)| {
                if !self.is_peer(&read.peers, peer) {
                    return None;
                }
                let ports = self.numbers(&read.ports, destination);
                (!ports.is_empty()).then_some(Allowance { policy, rule, ports })
            })
        })
    }

    /// What the API server would refuse.
    pub fn refused(&self) -> impl Iterator<Item = Refused> {
        let of_policy = |(policy, read): (usize, &'_ Policy)| -> Vec<Refused> {
            let refused = read.refused.iter();
            refused.map(|(path, what)| Refused { policy, path: path.clone(), what: what.clone() }).collect()
        };
        self.policies.iter().enumerate().flat_map(of_policy)
    }

    fn policies_of(&self, class: ClassId, direction: Direction) -> &[u32] {
        let by_class = match direction {
            Direction::Ingress => &self.ingress,
            Direction::Egress => &self.egress,
        };
        by_class.get(class.0 as usize).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether a rule speaks of an end. The addresses of a pod that are known are in its classes already.
    fn is_peer(&self, peers: &Peers, end: End) -> bool {
        if peers.everyone {
            return true;
        }
        match end {
            End::Pod(class) => {
                let in_namespace = || {
                    let Some(pod) = self.index.class(class) else { return false };
                    self.index.is_selectable(class) && peers.namespaces.binary_search(&pod.namespace).is_ok()
                };
                peers.classes.binary_search(&class).is_ok() || in_namespace()
            }
            End::Address(address) => peers.ranges.iter().any(|range| range.contains(address)),
        }
    }

    /// The numbers of a rule's ports at a destination. A name stands for what the pod's containers call so, in the same
    /// protocol; at an address, and at a pod that has no such port, for nothing (kubernetes/api
    /// `networking/v1/types.go`, 0.33, `NetworkPolicyPort`: "a numerical or named port on a pod").
    fn numbers(&self, ports: &RulePorts, destination: Option<ClassId>) -> Ports {
        let mut numbers = ports.numbers.clone();
        let Some(pod) = destination.and_then(|class| self.pod(class)) else { return numbers };
        for (transport, name) in &ports.names {
            let called = |port: &&DeclaredPort<'_>| port.transport == *transport && port.name.as_deref() == Some(name);
            for port in pod.ports.iter().filter(called) {
                numbers.add(&Ports::one(*transport, port.number));
            }
        }
        numbers
    }
}
