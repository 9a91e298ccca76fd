//! One policy, read against the index: whom it selects, which directions it isolates, and what its rules allow.

use super::addresses::AddressRange;
use super::index::{ClassId, Index, NamespaceId};
use super::ports::{Ports, Transport};
use crate::object::api::networking::v1::{
    IPBlock, NetworkPolicy, NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicyPeer, NetworkPolicyPort,
    NetworkPolicySpec,
};
use crate::object::{FieldPath, IntOrString, LabelSelector};
use crate::verify::select;

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

/// A policy as it holds in this cluster.
#[derive(Debug, Clone)]
pub(super) struct Policy {
    /// The classes that it selects, sorted.
    pub(super) subjects: Vec<ClassId>,
    /// Whether it isolates them, and what it then allows: by direction.
    pub(super) ingress: Option<Vec<Rule>>,
    pub(super) egress: Option<Vec<Rule>>,
    /// What in it the API server would refuse.
    pub(super) refused: Vec<(FieldPath, String)>,
}

/// One rule.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) ports: RulePorts,
    pub(super) peers: Peers,
}

/// The ports of a rule: numbers, and names that each destination pod gives a number to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RulePorts {
    /// Those given by number.
    pub numbers: Ports,
    /// Those given by name.
    pub names: Vec<(Transport, String)>,
}

/// The peers of a rule.
#[derive(Debug, Clone, Default)]
pub(super) struct Peers {
    /// Everyone, pods and addresses.
    pub(super) everyone: bool,
    /// All pods of these namespaces, sorted.
    pub(super) namespaces: Vec<NamespaceId>,
    /// These pods, sorted.
    pub(super) classes: Vec<ClassId>,
    /// These addresses.
    pub(super) ranges: Vec<AddressRange>,
}

impl Peers {
    /// Whether it speaks of no pod that is known, and of no address.
    pub(super) fn is_nobody(&self) -> bool {
        !self.everyone && self.namespaces.is_empty() && self.classes.is_empty() && self.ranges.is_empty()
    }
}

impl Policy {
    pub(super) fn rules(&self, direction: Direction) -> Option<&[Rule]> {
        match direction {
            Direction::Ingress => self.ingress.as_deref(),
            Direction::Egress => self.egress.as_deref(),
        }
    }
}

/// Reads a policy.
///
/// An absent pod selector is an empty one (kubernetes/api `networking/v1/types.go`, 0.34: `podSelector` is optional).
pub(super) fn read(index: &Index<'_>, default_namespace: &str, policy: &NetworkPolicy) -> Policy {
    let mut read = Policy { subjects: Vec::new(), ingress: None, egress: None, refused: Vec::new() };
    let name = policy.metadata.namespace.as_deref().unwrap_or(default_namespace);
    // without pods in it, a namespace has nothing to isolate
    let Some(namespace) = index.namespace(name) else { return read };
    let default = NetworkPolicySpec::default();
    let spec = policy.spec.as_ref().unwrap_or(&default);
    let everything = LabelSelector::default();
    let mut reader = Reader { index, namespace, here: None, refused: Vec::new() };
    read.subjects = reader.select(namespace, spec.pod_selector.as_ref().unwrap_or(&everything));
    let (ingress, egress) = isolates(spec, &mut reader.refused);
    read.ingress = ingress.then(|| {
        let rules = spec.ingress.iter().flatten().enumerate();
        let mut rule = |(at, rule): (usize, &NetworkPolicyIngressRule)| {
            reader.rule(Direction::Ingress, at, rule.from.as_deref(), rule.ports.as_deref())
        };
        rules.map(&mut rule).collect()
    });
    read.egress = egress.then(|| {
        let rules = spec.egress.iter().flatten().enumerate();
        let mut rule = |(at, rule): (usize, &NetworkPolicyEgressRule)| {
            reader.rule(Direction::Egress, at, rule.to.as_deref(), rule.ports.as_deref())
        };
        rules.map(&mut rule).collect()
    });
    read.refused = reader.refused;
    read
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

struct Reader<'i, 'c> {
    index: &'i Index<'c>,
    namespace: NamespaceId,
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

impl Reader<'_, '_> {
    /// "If this field is empty or missing, this rule matches all" peers, or ports (kubernetes/api
    /// `networking/v1/types.go`, 0.33, `NetworkPolicyIngressRule` and `NetworkPolicyEgressRule`).
    fn rule(
        &mut self,
        direction: Direction,
        at: usize,
        peers: Option<&[NetworkPolicyPeer]>,
        ports: Option<&[NetworkPolicyPort]>,
    ) -> Rule {
        let (listed, ports) = (peers.unwrap_or_default(), ports.unwrap_or_default());
        let mut rule = Rule { ports: RulePorts::default(), peers: Peers::default() };
        if ports.is_empty() {
            rule.ports.numbers = Ports::all();
        }
        for (item, port) in ports.iter().enumerate() {
            self.here = Some(Here { direction, rule: at, list: "ports", item });
            self.port(port, &mut rule.ports);
        }
        rule.peers.everyone = listed.is_empty();
        for (item, peer) in listed.iter().enumerate() {
            self.here = Some(Here { direction, rule: at, list: direction.peers(), item });
            self.peer(peer, &mut rule.peers);
        }
        rule.peers.namespaces.sort_unstable();
        rule.peers.namespaces.dedup();
        rule.peers.classes.sort_unstable();
        rule.peers.classes.dedup();
        rule
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
            (Some(IntOrString::String(name)), None) => into.names.push((transport, name.clone())),
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
    fn peer(&mut self, peer: &NetworkPolicyPeer, into: &mut Peers) {
        match (&peer.ip_block, &peer.namespace_selector, &peer.pod_selector) {
            (Some(block), None, None) => self.block(block, into),
            (Some(_), _, _) => self.refuse("a peer has an ipBlock beside selectors".to_owned()),
            (None, None, None) => self.refuse("a peer names nobody".to_owned()),
            (None, None, Some(pods)) => self.pods(&[self.namespace], Some(pods), into),
            (None, Some(namespaces), pods) => {
                let Some(namespaces) = self.index.namespaces(namespaces) else {
                    self.refuse(UNKNOWN_OPERATOR.to_owned());
                    return;
                };
                self.pods(&namespaces, pods.as_ref(), into);
            }
        }
    }

    fn pods(&mut self, namespaces: &[NamespaceId], selector: Option<&LabelSelector>, into: &mut Peers) {
        match selector.filter(|selector| !select::is_empty(selector)) {
            None => into.namespaces.extend(namespaces),
            Some(selector) => {
                for namespace in namespaces {
                    into.classes.extend(self.select(*namespace, selector));
                }
            }
        }
    }

    /// An `ipBlock` speaks of addresses, and of pods as far as theirs are known.
    fn block(&mut self, block: &IPBlock, into: &mut Peers) {
        let Some(range) = AddressRange::parse(&block.cidr) else {
            self.refuse(format!("`{}` is no CIDR", block.cidr));
            return;
        };
        let mut except = Vec::new();
        for inner in block.except.iter().flatten() {
            match AddressRange::parse(inner) {
                Some(inner) => except.push(inner),
                None => self.refuse(format!("`{inner}` is no CIDR")),
            }
        }
        for left in range.without(&except) {
            into.classes.extend(self.index.in_range(&left));
            into.ranges.push(left);
        }
    }

    /// The pods that policies see.
    fn select(&mut self, namespace: NamespaceId, selector: &LabelSelector) -> Vec<ClassId> {
        let Some(mut classes) = self.index.select(namespace, selector) else {
            self.refuse(UNKNOWN_OPERATOR.to_owned());
            return Vec::new();
        };
        classes.retain(|class| self.index.is_selectable(*class));
        classes
    }
}

const UNKNOWN_OPERATOR: &str = "a selector has an operator that is none, or values that do not suit its operator";
