//! One policy as it is stated: whom it selects, which directions it isolates, and what its rules allow.
//!
//! Invariant: a rule and a peer mean the same in whatever policy they stand, of a namespace or of the cluster, so that equal
//! ones are held once. A policy of which the API server would refuse a part is as if it were not there, and the part is named.

use super::addresses::AddressRange;
use super::labels::Selector;
use super::names::{Id, Symbol};
use super::ports::{Ports, Transport};
use super::refusal::refused;
use super::traffic::Tables;
use crate::object::api::networking::v1::{
    IPBlock, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec,
};
use crate::object::{FieldPath, IntOrString, LabelSelector};

/// Which way a connection goes, as seen from the pods that a policy selects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Others begin.
    Ingress,
    /// They begin.
    Egress,
}

impl Direction {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::Ingress, Self::Egress];

    /// As Kubernetes writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ingress => "Ingress",
            Self::Egress => "Egress",
        }
    }

    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Ingress => Self::Egress,
            Self::Egress => Self::Ingress,
        }
    }

    /// The field that lists the peers of a rule.
    pub const fn peers(self) -> &'static str {
        match self {
            Self::Ingress => "from",
            Self::Egress => "to",
        }
    }

    /// Where a rule of a policy stands.
    pub fn rule_path(self, rule: usize) -> FieldPath {
        let rules = match self {
            Self::Ingress => "spec.ingress",
            Self::Egress => "spec.egress",
        };
        FieldPath::of(rules).index(rule)
    }
}

/// A policy.
#[derive(Debug, Clone)]
pub(super) struct Policy {
    pub(super) name: Symbol,
    pub(super) rank: Rank,
    /// The pods that it selects; `None` where the API server would refuse to say.
    pub(super) subjects: Option<Peer>,
    /// Whether it speaks of their traffic, and its rules: by direction.
    pub(super) ingress: Option<Box<[Id<Rule>]>>,
    pub(super) egress: Option<Box<[Id<Rule>]>>,
    /// What in it the API server would refuse.
    pub(super) refused: Box<[(FieldPath, String)]>,
    /// What in it only a running cluster can tell.
    pub(super) unjudged: Box<[(FieldPath, String)]>,
}

impl Policy {
    /// Its namespace; none of one of the cluster.
    pub(super) fn namespace(&self) -> Option<Symbol> {
        match self.rank {
            Rank::Namespace(namespace) => Some(namespace),
            Rank::Cluster(..) => None,
        }
    }
}

/// Whose policy it is, and so when it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rank {
    /// Of this namespace: asked together with all others of it, and its pods are isolated.
    Namespace(Symbol),
    /// Of the cluster: asked in turn, and what no rule speaks of is left to whoever comes next.
    Cluster(Tier, u16),
}

/// Whether a policy of the cluster is asked before or after those of namespaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// Before.
    Admin,
    /// After, where none of a namespace isolates.
    Baseline,
}

impl Tier {
    /// As Kubernetes writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Admin => "Admin",
            Self::Baseline => "Baseline",
        }
    }
}

/// What a rule does with what it speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Lets it pass; all that a rule of a namespace can.
    Accept,
    /// Drops it.
    Deny,
    /// Leaves it to the next tier.
    Pass,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Rule {
    pub(super) action: Action,
    pub(super) ports: Id<RulePorts>,
    pub(super) peers: Peers,
}

/// The ports of a rule: numbers, and names that each destination pod gives a number to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct RulePorts {
    /// Those given by number.
    pub(super) numbers: Ports,
    /// Those given by name.
    pub(super) names: Vec<(Transport, Symbol)>,
}

/// The peers of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Peers {
    /// Everyone, pods and addresses.
    Everyone,
    /// These.
    Listed(Box<[Id<Peer>]>),
}

/// One peer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Peer {
    /// Pods of some namespaces: all of them, or those that are selected.
    Pods(Places, Option<Id<Selector>>),
    /// Addresses, and the pods that are known to have one of them.
    Addresses(Box<[AddressRange]>),
    /// Addresses, whoever has them: a pod of which none is known has one of each family that these hold whole.
    Networks(Box<[AddressRange]>),
}

impl Peer {
    /// The addresses that it speaks of.
    pub(super) fn addresses(&self) -> &[AddressRange] {
        match self {
            Self::Pods(..) => &[],
            Self::Addresses(ranges) | Self::Networks(ranges) => ranges,
        }
    }
}

/// The namespaces of a peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Places {
    /// The one of this name.
    One(Symbol),
    /// Those that are selected.
    Selected(Id<Selector>),
}

impl Policy {
    pub(super) fn rules(&self, direction: Direction) -> Option<&[Id<Rule>]> {
        match direction {
            Direction::Ingress => self.ingress.as_deref(),
            Direction::Egress => self.egress.as_deref(),
        }
    }
}

/// Reads a policy; one of which the API server would refuse a part says nothing.
///
/// An absent pod selector is an empty one (kubernetes/api `networking/v1/types.go`, 0.34: `podSelector` is optional).
pub(super) fn read(tables: &mut Tables, default_namespace: &str, policy: &NetworkPolicy) -> Policy {
    let namespace = tables.names.text(policy.metadata.namespace.as_deref().unwrap_or(default_namespace));
    let name = tables.names.text(policy.metadata.name.as_deref().unwrap_or_default());
    let mut read = Policy {
        name,
        rank: Rank::Namespace(namespace),
        subjects: None,
        ingress: None,
        egress: None,
        refused: refused(policy).into(),
        unjudged: Box::default(),
    };
    if !read.refused.is_empty() {
        // what is not stored isolates nobody
        return read;
    }
    let default = NetworkPolicySpec::default();
    let spec = policy.spec.as_ref().unwrap_or(&default);
    let everything = LabelSelector::default();
    let mut reader = Reader { tables, namespace };
    let subjects = reader.selector(spec.pod_selector.as_ref().unwrap_or(&everything));
    read.subjects = subjects.map(|subjects| Peer::Pods(Places::One(namespace), reader.kept_unless_empty(subjects)));
    let (ingress, egress) = isolates(spec);
    if ingress {
        let rules = spec.ingress.iter().flatten();
        read.ingress = Some(rules.map(|rule| reader.rule(rule.from.as_deref(), rule.ports.as_deref())).collect());
    }
    if egress {
        let rules = spec.egress.iter().flatten();
        read.egress = Some(rules.map(|rule| reader.rule(rule.to.as_deref(), rule.ports.as_deref())).collect());
    }
    read
}

/// Which directions are isolated. Where none is named it is ingress, and egress too "when there are egress rules"
/// (kubernetes `pkg/apis/networking/v1/defaults.go`, `SetDefaults_NetworkPolicy`, 1.33).
fn isolates(spec: &NetworkPolicySpec) -> (bool, bool) {
    let types = spec.policy_types.as_deref().unwrap_or_default();
    if types.is_empty() {
        return (true, spec.egress.as_ref().is_some_and(|rules| !rules.is_empty()));
    }
    let names = |direction: Direction| types.iter().any(|name| name == direction.name());
    (names(Direction::Ingress), names(Direction::Egress))
}

/// Reads what is stored: a part that could not be would have been refused before, and says nothing here.
struct Reader<'t> {
    tables: &'t mut Tables,
    namespace: Symbol,
}

impl Reader<'_> {
    /// "If this field is empty or missing, this rule matches all" peers, or ports (kubernetes/api
    /// `networking/v1/types.go`, 0.33, `NetworkPolicyIngressRule` and `NetworkPolicyEgressRule`).
    fn rule(&mut self, peers: Option<&[NetworkPolicyPeer]>, ports: Option<&[NetworkPolicyPort]>) -> Id<Rule> {
        let (listed, stated) = (peers.unwrap_or_default(), ports.unwrap_or_default());
        let mut ports = RulePorts::default();
        if stated.is_empty() {
            ports.numbers = Ports::all();
        }
        for port in stated {
            self.port(port, &mut ports);
        }
        let peers = if listed.is_empty() {
            Peers::Everyone
        } else {
            let read: Vec<Peer> = listed.iter().filter_map(|peer| self.peer(peer)).collect();
            Peers::Listed(read.into_iter().map(|peer| self.tables.peers.add(peer)).collect())
        };
        let ports = self.tables.rule_ports.add(ports);
        self.tables.rules.add(Rule { action: Action::Accept, ports, peers })
    }

    /// A port: all of the protocol where none is given; a range where `endPort` is (kubernetes/api
    /// `networking/v1/types.go`, 0.33, `NetworkPolicyPort`).
    fn port(&mut self, port: &NetworkPolicyPort, into: &mut RulePorts) {
        let Some(transport) = Transport::parse(port.protocol.as_deref()) else { return };
        let number = |number: i32| u16::try_from(number).ok().filter(|number| *number > 0);
        match &port.port {
            None => into.numbers.add(&Ports::every(transport)),
            Some(IntOrString::String(name)) => into.names.push((transport, self.tables.names.text(name))),
            Some(IntOrString::Int(first)) => {
                let ends = number(*first).zip(number(port.end_port.unwrap_or(*first)));
                let range = ends.map_or(Ports::NONE, |(first, last)| Ports::range(transport, first, last));
                into.numbers.add(&range);
            }
        }
    }

    /// A peer: namespaces and pods together are "and"; pods alone are those of the policy's namespace; namespaces alone
    /// are all their pods; an `ipBlock` stands alone (kubernetes/api `networking/v1/types.go`, 0.33,
    /// `NetworkPolicyPeer`).
    fn peer(&mut self, peer: &NetworkPolicyPeer) -> Option<Peer> {
        if let Some(block) = &peer.ip_block {
            return block_of(block);
        }
        let places = match &peer.namespace_selector {
            None => Places::One(self.namespace),
            Some(namespaces) => {
                let namespaces = self.selector(namespaces)?;
                Places::Selected(self.kept(namespaces))
            }
        };
        let Some(pods) = &peer.pod_selector else { return Some(Peer::Pods(places, None)) };
        let pods = self.selector(pods)?;
        Some(Peer::Pods(places, self.kept_unless_empty(pods)))
    }

    fn selector(&mut self, selector: &LabelSelector) -> Option<Selector> {
        Selector::read(selector, &mut self.tables.names)
    }

    fn kept(&mut self, selector: Selector) -> Id<Selector> {
        self.tables.selectors.add(selector)
    }

    /// An empty one selects all pods, which is said by none.
    fn kept_unless_empty(&mut self, selector: Selector) -> Option<Id<Selector>> {
        (!selector.is_empty()).then(|| self.kept(selector))
    }
}

/// An `ipBlock` speaks of addresses, and of pods as far as theirs are known.
fn block_of(block: &IPBlock) -> Option<Peer> {
    let except: Vec<AddressRange> =
        block.except.iter().flatten().filter_map(|inner| AddressRange::parse(inner)).collect();
    Some(Peer::Addresses(AddressRange::parse(&block.cidr)?.without(&except).into()))
}
