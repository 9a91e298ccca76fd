//! One policy as it is stated: whom it selects, which directions it isolates, and what its rules allow.
//!
//! Invariant: a rule and a peer mean the same in whatever policy they stand, of a namespace or of the cluster, so that equal
//! ones are held once. A policy of which the API server would refuse a part is as if it were not there, and the part is named.

use super::addresses::AddressRange;
use super::labels::Selector;
use super::names::{Id, Symbol};
use super::ports::{Ports, Transport};
use super::traffic::Tables;
use crate::object::api::networking::v1::{
    IPBlock, NetworkPolicy, NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicyPeer, NetworkPolicyPort,
    NetworkPolicySpec,
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

/// Reads a policy.
///
/// An absent pod selector is an empty one (kubernetes/api `networking/v1/types.go`, 0.34: `podSelector` is optional).
pub(super) fn read(tables: &mut Tables, default_namespace: &str, policy: &NetworkPolicy) -> Policy {
    let default = NetworkPolicySpec::default();
    let spec = policy.spec.as_ref().unwrap_or(&default);
    let everything = LabelSelector::default();
    let namespace = tables.names.text(policy.metadata.namespace.as_deref().unwrap_or(default_namespace));
    let name = tables.names.text(policy.metadata.name.as_deref().unwrap_or_default());
    let mut reader = Reader { tables, namespace, here: None, refused: Vec::new() };
    let subjects = reader.selector(spec.pod_selector.as_ref().unwrap_or(&everything));
    let subjects = subjects.map(|read| Peer::Pods(Places::One(namespace), reader.kept_unless_empty(read)));
    let (ingress, egress) = isolates(spec, &mut reader.refused);
    let ingress = ingress.then(|| {
        let rules = spec.ingress.iter().flatten().enumerate();
        let rule = |(at, rule): (usize, &NetworkPolicyIngressRule)| {
            reader.rule((Direction::Ingress, at), rule.from.as_deref(), rule.ports.as_deref())
        };
        rules.map(rule).collect()
    });
    let egress = egress.then(|| {
        let rules = spec.egress.iter().flatten().enumerate();
        let rule = |(at, rule): (usize, &NetworkPolicyEgressRule)| {
            reader.rule((Direction::Egress, at), rule.to.as_deref(), rule.ports.as_deref())
        };
        rules.map(rule).collect()
    });
    let (rank, refused): (Rank, Box<[_]>) = (Rank::Namespace(namespace), reader.refused.into());
    // what is not stored isolates nobody
    let is_taken = refused.is_empty();
    Policy {
        name,
        rank,
        subjects: subjects.filter(|_| is_taken),
        ingress: ingress.filter(|_| is_taken),
        egress: egress.filter(|_| is_taken),
        refused,
        unjudged: Box::default(),
    }
}

/// Which directions are isolated. Where none is named it is ingress, and egress too "when there are egress rules"
/// (kubernetes `pkg/apis/networking/v1/defaults.go`, `SetDefaults_NetworkPolicy`, 1.33).
fn isolates(spec: &NetworkPolicySpec, refused: &mut Vec<(FieldPath, String)>) -> (bool, bool) {
    let types = spec.policy_types.as_deref().unwrap_or_default();
    if types.is_empty() {
        return (true, spec.egress.as_ref().is_some_and(|rules| !rules.is_empty()));
    }
    for (at, unknown) in types.iter().enumerate().filter(|(_, name)| !["Ingress", "Egress"].contains(&name.as_str())) {
        refused.push((FieldPath::of("spec.policyTypes").index(at), format!("policyTypes holds `{unknown}`")));
    }
    let names = |direction: Direction| types.iter().any(|name| name == direction.name());
    (names(Direction::Ingress), names(Direction::Egress))
}

struct Reader<'t> {
    tables: &'t mut Tables,
    namespace: Symbol,
    /// The part of a rule that is read; none while the policy's own selector is.
    here: Option<Here>,
    refused: Vec<(FieldPath, String)>,
}

/// A port or peer of a rule.
#[derive(Clone, Copy)]
struct Here {
    direction: Direction,
    rule: usize,
    list: &'static str,
    item: usize,
}

impl Here {
    fn path(self) -> FieldPath {
        self.direction.rule_path(self.rule).at(self.list).index(self.item)
    }
}

impl Reader<'_> {
    /// "If this field is empty or missing, this rule matches all" peers, or ports (kubernetes/api
    /// `networking/v1/types.go`, 0.33, `NetworkPolicyIngressRule` and `NetworkPolicyEgressRule`).
    fn rule(
        &mut self,
        (direction, rule): (Direction, usize),
        peers: Option<&[NetworkPolicyPeer]>,
        ports: Option<&[NetworkPolicyPort]>,
    ) -> Id<Rule> {
        let (listed, stated) = (peers.unwrap_or_default(), ports.unwrap_or_default());
        let mut ports = RulePorts::default();
        if stated.is_empty() {
            ports.numbers = Ports::all();
        }
        for (item, port) in stated.iter().enumerate() {
            self.here = Some(Here { direction, rule, list: "ports", item });
            self.port(port, &mut ports);
        }
        let peers = if listed.is_empty() {
            Peers::Everyone
        } else {
            let read = listed.iter().enumerate().filter_map(|(item, peer)| {
                self.here = Some(Here { direction, rule, list: direction.peers(), item });
                self.peer(peer)
            });
            let read: Vec<Peer> = read.collect();
            Peers::Listed(read.into_iter().map(|peer| self.tables.peers.add(peer)).collect())
        };
        let ports = self.tables.rule_ports.add(ports);
        self.tables.rules.add(Rule { action: Action::Accept, ports, peers })
    }

    /// A port: all of the protocol where none is given; a range where `endPort` is, which wants a number below it
    /// (kubernetes/api `networking/v1/types.go`, 0.33, `NetworkPolicyPort`).
    fn port(&mut self, port: &NetworkPolicyPort, into: &mut RulePorts) {
        let Some(transport) = Transport::parse(port.protocol.as_deref()) else {
            self.refuse(format!("there is no protocol `{}`", port.protocol.as_deref().unwrap_or_default()));
            return;
        };
        let number = |number: i32| u16::try_from(number).ok().filter(|number| *number > 0);
        match (&port.port, port.end_port) {
            (None, None) => into.numbers.add(&Ports::every(transport)),
            (Some(IntOrString::String(name)), None) => into.names.push((transport, self.tables.names.text(name))),
            (Some(IntOrString::Int(first)), end) => match (number(*first), number(end.unwrap_or(*first))) {
                (Some(first), Some(last)) if first <= last => into.numbers.add(&Ports::range(transport, first, last)),
                _ => self.refuse(format!("{first} to {} are no ports", end.unwrap_or(*first))),
            },
            (None | Some(IntOrString::String(_)), Some(end)) => {
                self.refuse(format!("endPort {end} stands without a number before it"));
            }
        }
    }

    fn refuse(&mut self, what: String) {
        let path = self.here.map_or_else(|| FieldPath::of("spec.podSelector"), Here::path);
        self.refused.push((path, what));
    }

    /// A peer: namespaces and pods together are "and"; pods alone are those of the policy's namespace; namespaces alone
    /// are all their pods; an `ipBlock` stands alone (kubernetes/api `networking/v1/types.go`, 0.33,
    /// `NetworkPolicyPeer`).
    fn peer(&mut self, peer: &NetworkPolicyPeer) -> Option<Peer> {
        let (places, pods) = match (&peer.ip_block, &peer.namespace_selector, &peer.pod_selector) {
            (Some(block), None, None) => return self.block(block),
            (Some(_), _, _) => {
                self.refuse("a peer has an ipBlock beside selectors".to_owned());
                return None;
            }
            (None, None, None) => {
                self.refuse("a peer names nobody".to_owned());
                return None;
            }
            (None, None, Some(pods)) => (Places::One(self.namespace), Some(pods)),
            (None, Some(namespaces), pods) => {
                let namespaces = self.selector(namespaces)?;
                (Places::Selected(self.kept(namespaces)), pods.as_ref())
            }
        };
        let Some(pods) = pods else { return Some(Peer::Pods(places, None)) };
        let pods = self.selector(pods)?;
        Some(Peer::Pods(places, self.kept_unless_empty(pods)))
    }

    /// An `ipBlock` speaks of addresses, and of pods as far as theirs are known.
    fn block(&mut self, block: &IPBlock) -> Option<Peer> {
        let Some(range) = AddressRange::parse(&block.cidr) else {
            self.refuse(format!("`{}` is no CIDR", block.cidr));
            return None;
        };
        let mut except = Vec::new();
        for inner in block.except.iter().flatten() {
            match AddressRange::parse(inner) {
                Some(inner) => except.push(inner),
                None => self.refuse(format!("`{inner}` is no CIDR")),
            }
        }
        Some(Peer::Addresses(range.without(&except).into()))
    }

    fn selector(&mut self, selector: &LabelSelector) -> Option<Selector> {
        let read = Selector::read(selector, &mut self.tables.names);
        if read.is_none() {
            self.refuse("a selector has an operator that is none, or values that do not suit its operator".to_owned());
        }
        read
    }

    fn kept(&mut self, selector: Selector) -> Id<Selector> {
        self.tables.selectors.add(selector)
    }

    /// An empty one selects all pods, which is said by none.
    fn kept_unless_empty(&mut self, selector: Selector) -> Option<Id<Selector>> {
        (!selector.is_empty()).then(|| self.kept(selector))
    }
}
