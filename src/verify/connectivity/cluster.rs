//! One policy of the cluster as it is stated.
//!
//! Source: `apis/v1alpha2/clusternetworkpolicy_types.go` (kubernetes-sigs/network-policy-api v0.2.0) with its markers of
//! validation. Invariant: what the API server would refuse is refused as a whole, and is as if it were not there.

use super::blocks::Block;
use super::labels::Selector;
use super::names::Id;
use super::policy::{Action, Direction, Peer, Peers, Places, Policy, Rank, Rule, RulePorts, Tier};
use super::ports::{Ports, Transport};
use super::traffic::Tables;
use crate::object::{ClusterNetworkPolicy, ClusterPeer, ClusterPort, ClusterProtocol, FieldPath, LabelSelector};
use crate::value::Port;

/// The most of rules, of peers, of protocols and of networks that one list may hold ("MaxItems=25").
const MOST: usize = 25;

/// Reads a policy.
pub(super) fn read(tables: &mut Tables, policy: &ClusterNetworkPolicy) -> Policy {
    let name = tables.names.text(policy.metadata.name.as_deref().unwrap_or_default());
    let mut reader = Reader { tables, refused: Vec::new(), unjudged: Vec::new() };
    let spec = &policy.spec;
    let tier = [Tier::Admin, Tier::Baseline].into_iter().find(|tier| tier.name() == spec.tier);
    if tier.is_none() {
        reader.refuse(FieldPath::of("spec.tier"), format!("there is no tier `{}`", spec.tier));
    }
    // "Priority is a value from 0 to 1000"
    let priority = spec.priority.and_then(|priority| u16::try_from(priority).ok()).filter(|priority| *priority <= 1000);
    if priority.is_none() {
        let stated = spec.priority.map_or_else(|| "none".to_owned(), |priority| priority.to_string());
        reader.refuse(FieldPath::of("spec.priority"), format!("the priority is {stated}, and has to be 0 to 1000"));
    }
    let subjects = reader.pods(&spec.subject, &FieldPath::of("spec.subject"), "subject");
    let ingress = spec.ingress.iter().map(|rule| (rule.action.as_str(), rule.from.as_slice(), &rule.protocols));
    let egress = spec.egress.iter().map(|rule| (rule.action.as_str(), rule.to.as_slice(), &rule.protocols));
    let ingress = reader.rules(Direction::Ingress, ingress);
    let egress = reader.rules(Direction::Egress, egress);
    let is_taken = reader.refused.is_empty();
    Policy {
        name,
        rank: Rank::Cluster(tier.unwrap_or(Tier::Baseline), priority.unwrap_or_default()),
        subjects: subjects.filter(|_| is_taken),
        ingress,
        egress,
        refused: reader.refused.into(),
        unjudged: reader.unjudged.into(),
    }
}

type StatedRule<'a> = (&'a str, &'a [ClusterPeer], &'a Option<Vec<ClusterProtocol>>);

struct Reader<'t> {
    tables: &'t mut Tables,
    refused: Vec<(FieldPath, String)>,
    unjudged: Vec<(FieldPath, String)>,
}

impl Reader<'_> {
    fn refuse(&mut self, path: FieldPath, what: impl Into<String>) {
        self.refused.push((path, what.into()));
    }

    /// The rules of a direction; none where there are none: "CNPs with no ingress rules do not affect ingress traffic".
    fn rules<'a>(
        &mut self,
        direction: Direction,
        stated: impl ExactSizeIterator<Item = StatedRule<'a>>,
    ) -> Option<Box<[Id<Rule>]>> {
        if stated.len() > MOST {
            let what = format!("{} rules of one direction, and {MOST} is the most", stated.len());
            self.refuse(direction.rule_path(MOST), what);
        }
        let rules: Box<[Id<Rule>]> =
            stated.enumerate().filter_map(|(at, stated)| self.rule(direction, at, stated)).collect();
        (!rules.is_empty()).then_some(rules)
    }

    fn rule(
        &mut self,
        direction: Direction,
        at: usize,
        (action, peers, protocols): StatedRule<'_>,
    ) -> Option<Id<Rule>> {
        let path = direction.rule_path(at);
        let action = match action {
            "Accept" => Some(Action::Accept),
            "Deny" => Some(Action::Deny),
            "Pass" => Some(Action::Pass),
            other => {
                self.refuse(path.at("action"), format!("there is no action `{other}`"));
                None
            }
        };
        let field = path.at(direction.peers());
        if peers.is_empty() || peers.len() > MOST {
            self.refuse(field.clone(), format!("{} peers, and a rule has 1 to {MOST}", peers.len()));
        }
        let read: Vec<Peer> = (0..)
            .zip(peers)
            .filter_map(|(item, peer)| match direction {
                Direction::Ingress => self.pods(peer, &field.index(item), "peer"),
                Direction::Egress => self.peer(peer, &field.index(item)),
            })
            .collect();
        let read = read.into_iter().map(|peer| self.tables.peers.add(peer)).collect();
        let has_no_pods = peers.iter().any(|peer| peer.selectors().is_none());
        let ports = self.ports(protocols.as_deref(), &path.at("protocols"), has_no_pods);
        let ports = self.tables.rule_ports.add(ports);
        Some(self.tables.rules.add(Rule { action: action?, ports, peers: Peers::Listed(read) }))
    }

    /// "If unspecified, protocol-specific attributes will not be used to match traffic": all ports.
    fn ports(&mut self, protocols: Option<&[ClusterProtocol]>, path: &FieldPath, has_no_pods: bool) -> RulePorts {
        let mut ports = RulePorts::default();
        let Some(protocols) = protocols else {
            return RulePorts { numbers: Ports::all(), ..ports };
        };
        if protocols.is_empty() || protocols.len() > MOST {
            self.refuse(path.clone(), format!("{} protocols, and a list of them has 1 to {MOST}", protocols.len()));
        }
        for (item, one) in protocols.iter().enumerate() {
            let path = path.index(item);
            match (&one.tcp, &one.udp, &one.sctp, &one.destination_named_port) {
                (Some(tcp), None, None, None) => {
                    self.port(Transport::Tcp, tcp.destination_port.as_ref(), &path, &mut ports);
                }
                (None, Some(udp), None, None) => {
                    self.port(Transport::Udp, udp.destination_port.as_ref(), &path, &mut ports);
                }
                (None, None, Some(sctp), None) => {
                    self.port(Transport::Sctp, sctp.destination_port.as_ref(), &path, &mut ports);
                }
                (None, None, None, Some(name)) => {
                    if has_no_pods {
                        self.refuse(path.at("destinationNamedPort"), "a named port beside a peer that is no pods");
                    }
                    let name = self.tables.names.text(name);
                    ports.names.extend(Transport::ALL.map(|transport| (transport, name)));
                }
                _ => self.refuse(path, "a protocol is one of tcp, udp, sctp and destinationNamedPort"),
            }
        }
        ports
    }

    /// "If `destinationPort` is omitted, all ports for the specified protocol match" (`site-src/api-overview.md`).
    fn port(&mut self, transport: Transport, port: Option<&ClusterPort>, path: &FieldPath, into: &mut RulePorts) {
        let number = |number: i64| Port::of(number).map(Port::get);
        let Some(port) = port else { return into.numbers.add(&Ports::every(transport)) };
        let ends = match (port.number, &port.range) {
            (Some(one), None) => number(one).zip(number(one)),
            (None, Some(range)) => number(range.start).zip(number(range.end)).filter(|(start, end)| start < end),
            (None, None) | (Some(_), Some(_)) => None,
        };
        if let Some((first, last)) = ends {
            into.numbers.add(&Ports::range(transport, first, last));
        } else {
            let what = "a port is a number, or a range that starts below its end";
            self.refuse(path.clone(), format!("{what}, in {}", Port::NUMBERS));
        }
    }

    /// Pods; "host-networked pods are not included".
    fn pods(&mut self, peer: &ClusterPeer, path: &FieldPath, what: &str) -> Option<Peer> {
        let is_other = peer.nodes.is_some() || peer.networks.is_some() || peer.domain_names.is_some();
        if is_other || peer.namespaces.is_some() == peer.pods.is_some() {
            self.refuse(path.clone(), format!("a {what} is either `namespaces` or `pods`"));
            return None;
        }
        let (namespaces, pods) = peer.selectors()?;
        let namespaces = self.selector(namespaces, path)?;
        let namespaces = self.tables.selectors.add(namespaces);
        let Some(pods) = pods else { return Some(Peer::Pods(Places::Selected(namespaces), None)) };
        let pods = self.selector(pods, path)?;
        let pods = (!pods.is_empty()).then(|| self.tables.selectors.add(pods));
        Some(Peer::Pods(Places::Selected(namespaces), pods))
    }

    fn peer(&mut self, peer: &ClusterPeer, path: &FieldPath) -> Option<Peer> {
        let of_pods = usize::from(peer.namespaces.is_some()) + usize::from(peer.pods.is_some());
        match (of_pods, &peer.nodes, &peer.networks, &peer.domain_names) {
            (1, None, None, None) => self.pods(peer, path, "peer"),
            (0, None, Some(networks), None) => Some(self.networks(networks, &path.at("networks"))),
            (0, Some(_), None, None) => {
                let what = "nodes are chosen by their labels, and which addresses they have is not stated";
                self.unjudged.push((path.at("nodes"), what.to_owned()));
                None
            }
            (0, None, None, Some(_)) => {
                let what = "which addresses a domain name stands for is known where it is resolved";
                self.unjudged.push((path.at("domainNames"), what.to_owned()));
                None
            }
            _ => {
                self.refuse(path.clone(), "a peer is one of namespaces, pods, nodes, networks and domainNames");
                None
            }
        }
    }

    /// `isCIDR(self) && cidr(self) == cidr(self).masked()`
    fn networks(&mut self, networks: &[String], path: &FieldPath) -> Peer {
        if networks.is_empty() || networks.len() > MOST {
            self.refuse(path.clone(), format!("{} networks, and a peer has 1 to {MOST}", networks.len()));
        }
        let mut ranges = Vec::with_capacity(networks.len());
        for (item, cidr) in networks.iter().enumerate() {
            match Block::parse(cidr).filter(|block| block.doubt.is_none()) {
                Some(block) => ranges.push(block.range),
                None => self.refuse(path.index(item), format!("`{cidr}` is no CIDR, or has bits behind its prefix")),
            }
        }
        Peer::Networks(ranges.into())
    }

    fn selector(&mut self, selector: &LabelSelector, path: &FieldPath) -> Option<Selector> {
        let read = Selector::read(selector, &mut self.tables.names);
        if read.is_none() {
            let what = "a selector has an operator that is none, or values that do not suit its operator";
            self.refuse(path.clone(), what);
        }
        read
    }
}
