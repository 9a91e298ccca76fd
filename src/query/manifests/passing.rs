//! What may pass between the pods of manifests, their namespaces, and the world: rows for tables and for programs.
//!
//! Invariant: everything is called by a name that stands for nothing else: `shop/web`, `shop/other pods`,
//! `kube-system/(k8s-app=kube-dns)`, `10.0.0.0/8`, `the world`. A row has pods of objects on one side at least, or such as a policy
//! selects that selects none of theirs.

use std::collections::BTreeMap;

use super::{Objects, Terms};
use crate::manifest::Note;
use crate::object::{ClusterPeer, FieldPath, Given, LabelSelector};
use crate::source::Span;
use crate::verify::cluster::Cluster;
use crate::verify::connectivity::{
    Allowance, ClassId, Connectivity, Decided, Direction, Dropping, Gathered, Group, Network, Party, Passage,
    PodOrigin, Ports, Transport, Untold, gather_with_subjects,
};
use crate::verify::finding::Place;
use crate::verify::select;

/// The name of all addresses.
pub const WORLD: &str = "the world";

/// The name of all pods that neither objects nor policies speak of, and of the host network.
pub const OTHERS: &str = "any other pod";

/// All that passes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Passing {
    /// Pods that no policy tells apart, those that objects make first.
    pub pods: Vec<PodsRow>,
    /// Who may reach whom.
    pub passages: Vec<PassageRow>,
    /// Where Services lead.
    pub services: Vec<ServiceRow>,
    /// Policies of kinds that are not read, which may decide otherwise.
    pub unread: Vec<Note>,
    /// Policies that speak of more than is looked at.
    pub untold: Vec<Untold>,
}

/// Pods that no policy tells apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PodsRow {
    /// Their names.
    pub names: Vec<String>,
    /// What makes them.
    pub origin: Origin,
    /// Whether they are on the host network, where no policy sees them.
    pub network: Placed,
    /// The policies that isolate what they begin; none where nothing does.
    pub egress: Option<Vec<PolicyName>>,
    /// The policies that isolate what others begin; none where nothing does.
    pub ingress: Option<Vec<PolicyName>>,
    /// The directions in which a policy of their namespace isolates them: in others all passes that none of the cluster drops.
    pub isolated: Vec<Direction>,
    /// What policies of the cluster drop, in the order in which they are asked.
    pub dropped: Vec<DroppedRow>,
}

/// What one rule of a policy of the cluster drops; what one that is asked before it drops is not told again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DroppedRow {
    /// Which way.
    pub direction: Direction,
    /// Whose traffic, as the rule says it.
    pub peers: Vec<String>,
    /// Where.
    pub ports: Ports,
    /// The names of ports, where the rule states some.
    pub port_names: Vec<String>,
    /// Who of the peers is not dropped by it, since a rule that is asked before it accepts or passes them.
    pub spared: Vec<SparedRow>,
    /// The policy, and the place of its rule.
    pub policy: PolicyName,
}

/// Whom a rule of a policy of the cluster keeps from one that is asked after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SparedRow {
    /// Whose traffic, as the rule says it.
    pub peers: Vec<String>,
    /// At which of the ports where others are dropped.
    pub ports: Ports,
    /// The policy, and the place of its rule.
    pub policy: PolicyName,
}

/// What makes pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// Objects.
    Objects,
    /// None of the objects; a policy selects them, and none that objects make.
    Subjects,
    /// None of the objects; a policy speaks of them.
    Policies,
    /// None of the objects: whatever else is in a namespace.
    Other,
}

impl Origin {
    /// Whether it is said what these pods may do.
    pub const fn is_judged(self) -> bool {
        match self {
            Self::Objects | Self::Subjects => true,
            Self::Policies | Self::Other => false,
        }
    }
}

/// Where pods are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placed {
    /// They have a network of their own.
    Own,
    /// They are on the network of their nodes.
    Host,
}

/// A policy and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PolicyName {
    /// `shop/web`, or `ClusterNetworkPolicy guard`.
    pub name: String,
    /// Where.
    pub place: Span,
}

/// Who lets something pass at one end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Side {
    /// Nobody: these are addresses.
    Outside,
    /// Nobody: no policy isolates these pods.
    Open,
    /// These policies.
    Policies(Vec<PolicyName>),
}

/// Each of the sources may reach each of the destinations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassageRow {
    /// Who begins.
    pub sources: Vec<String>,
    /// Who answers.
    pub destinations: Vec<String>,
    /// Where.
    pub ports: Ports,
    /// Who lets it out.
    pub egress: Side,
    /// Who lets it in.
    pub ingress: Side,
    /// The pods of both sides, as indices into [`Passing::pods`]; none for addresses.
    pub groups: [Vec<usize>; 2],
}

/// Where a port of a Service leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceRow {
    /// `shop/web`.
    pub name: String,
    /// Its port.
    pub port: u16,
    /// Its protocol.
    pub transport: Transport,
    /// The pods, and their port.
    pub targets: Vec<(String, u16)>,
    /// Where it stands.
    pub place: Span,
}

/// Works out what passes.
pub fn passing(read: &Objects, terms: &Terms) -> Passing {
    let cluster = Cluster::new(&read.objects, &terms.namespace);
    let gathered = gather_with_subjects(&cluster);
    let connectivity = Connectivity::of(&gathered.traffic);
    let names = Names::new(&gathered, &connectivity, &cluster);
    let naming = Naming { read, gathered: &gathered, names: &names, connectivity: &connectivity };
    let table = connectivity.table();
    let rows = table.groups.iter().enumerate().map(|(at, group)| (naming.pods(group), at));
    let mut rows: Vec<(PodsRow, usize)> = rows.collect();
    rows.sort_by(|(a, _), (b, _)| (a.origin, &a.names).cmp(&(b.origin, &b.names)));
    let mut rank = vec![0; rows.len()];
    for (new, (_, old)) in rows.iter().enumerate() {
        if let Some(rank) = rank.get_mut(*old) {
            *rank = new;
        }
    }
    let pods: Vec<PodsRow> = rows.into_iter().map(|(row, _)| row).collect();
    let passages = table.passages.iter().filter_map(|passage| naming.passage(passage, &pods, &rank)).collect();
    let untold = gathered.traffic.untold();
    Passing { passages, services: naming.services(), pods, unread: read.unread().cloned().collect(), untold }
}

/// The names of the pods of each class, and what makes them.
pub(super) struct Names {
    by_class: BTreeMap<ClassId, Vec<(Origin, String)>>,
    /// Class and name of each pod, by its number.
    by_number: BTreeMap<usize, (ClassId, String)>,
    /// What else pods are called, with their class and their name: by the name of their workload where they are only some of
    /// its pods, and by that of a pod among the objects.
    others: Vec<(String, ClassId, String)>,
}

impl Names {
    pub(super) fn new(gathered: &Gathered, connectivity: &Connectivity<'_>, cluster: &Cluster<'_>) -> Self {
        let mut pods = Vec::new();
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for (number, (origin, pod)) in gathered.pods.iter().zip(gathered.traffic.pods()).enumerate() {
            let name = match (origin, pod.network()) {
                (PodOrigin::Other, Network::Host(_)) => pod.name().to_owned(),
                _ => format!("{}/{}", pod.namespace(), pod.name()),
            };
            *seen.entry(name.clone()).or_default() += 1;
            pods.push((number, *origin, name));
        }
        let mut names: BTreeMap<ClassId, Vec<(Origin, String)>> = BTreeMap::new();
        let mut by_number: BTreeMap<usize, (ClassId, String)> = BTreeMap::new();
        for (number, origin, name) in pods {
            let Some(class) = connectivity.class_of(number) else { continue };
            let (origin, kind) = match origin {
                PodOrigin::Object(at) => (Origin::Objects, cluster.objects.get(at).map(Given::kind)),
                PodOrigin::Subject => (Origin::Subjects, None),
                PodOrigin::Selected | PodOrigin::Refused => (Origin::Policies, None),
                PodOrigin::Other => (Origin::Other, None),
            };
            let is_shared = seen.get(&name).is_some_and(|count| *count > 1);
            let name = match kind {
                Some(kind) if is_shared => format!("{name} ({kind})"),
                Some(_) | None => name,
            };
            by_number.insert(number, (class, name.clone()));
            names.entry(class).or_default().push((origin, name));
        }
        let called = |object: &Given| format!("{}/{}", cluster.namespace_of(object), object.name());
        let mut others = Vec::new();
        let mut call = |object: &Given, number: &usize| {
            let also = called(object);
            if let Some((class, name)) = by_number.get(number).filter(|(_, name)| *name != also) {
                others.push((also, *class, name.clone()));
            }
        };
        for (at, object) in cluster.iter() {
            gathered.members.get(&at).into_iter().flatten().for_each(|number| call(object, number));
            if let Some(number) = gathered.member(cluster, at) {
                call(object, &number);
            }
        }
        Self { by_class: names, by_number, others }
    }

    pub(super) fn of(&self, class: ClassId) -> &[(Origin, String)] {
        self.by_class.get(&class).map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn of_number(&self, number: usize) -> Option<(ClassId, &str)> {
        self.by_number.get(&number).map(|(class, name)| (*class, name.as_str()))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (ClassId, &str)> {
        self.by_class.iter().flat_map(|(class, names)| names.iter().map(|(_, name)| (*class, name.as_str())))
    }

    /// The pods that are called otherwise than by their name: what they are called too, their class, and their name.
    pub(super) fn others(&self) -> impl Iterator<Item = (&str, ClassId, &str)> {
        self.others.iter().map(|(also, class, name)| (also.as_str(), *class, name.as_str()))
    }
}

struct Naming<'a> {
    read: &'a Objects,
    gathered: &'a Gathered,
    names: &'a Names,
    connectivity: &'a Connectivity<'a>,
}

impl Naming<'_> {
    fn pods(&self, group: &Group) -> PodsRow {
        let pods = || group.classes.iter().flat_map(|class| self.names.of(*class));
        let mut names: Vec<String> = pods().map(|(_, name)| name.clone()).collect();
        names.sort();
        let on_host = group.classes.first().is_some_and(|class| !self.connectivity.is_selectable(*class));
        let decided = |decided: &Decided| match decided {
            Decided::Outside | Decided::Open => None,
            Decided::Policies(policies) => Some(self.policies(policies)),
        };
        PodsRow {
            names,
            origin: pods().map(|(origin, _)| *origin).min().unwrap_or(Origin::Other),
            network: if on_host { Placed::Host } else { Placed::Own },
            egress: decided(&group.egress),
            ingress: decided(&group.ingress),
            isolated: Direction::BOTH
                .into_iter()
                .filter(|direction| group.classes.iter().any(|class| self.connectivity.is_isolated(*class, *direction)))
                .collect(),
            dropped: group.classes.first().map(|class| self.dropped(*class)).unwrap_or_default(),
        }
    }

    fn dropped(&self, class: ClassId) -> Vec<DroppedRow> {
        let mut rows = Vec::new();
        for direction in Direction::BOTH {
            for Dropping { rule, port_names, spared } in self.connectivity.dropping(class, direction) {
                let Some((peers, policy)) = self.rule(&rule, direction) else { continue };
                let spared = spared.into_iter().filter_map(|one| {
                    let (peers, policy) = self.rule(&one, direction)?;
                    Some(SparedRow { peers, ports: one.ports, policy })
                });
                let spared = spared.collect();
                rows.push(DroppedRow { direction, peers, ports: rule.ports, port_names, spared, policy });
            }
        }
        rows
    }

    /// Whom a rule of a policy of the cluster speaks of, and where it stands.
    fn rule(&self, rule: &Allowance, direction: Direction) -> Option<(Vec<String>, PolicyName)> {
        let policy = policy_name(self.read, self.gathered, rule.policy, direction.rule_path(rule.rule))?;
        Some((self.peers(rule.policy, direction, rule.rule), policy))
    }

    /// Whom a rule of a policy of the cluster speaks of, in its own words.
    fn peers(&self, policy: usize, direction: Direction, rule: usize) -> Vec<String> {
        let object = self.gathered.policies.get(policy).and_then(|at| self.read.objects.get(*at));
        let Some(Given::ClusterNetworkPolicy(stated)) = object else { return Vec::new() };
        let peers = match direction {
            Direction::Ingress => stated.spec.ingress.get(rule).map(|rule| &rule.from),
            Direction::Egress => stated.spec.egress.get(rule).map(|rule| &rule.to),
        };
        peers.into_iter().flatten().map(cluster_peer).collect()
    }

    /// The row of a passage; `None` where no pods of objects have part in it.
    fn passage(&self, passage: &Passage, pods: &[PodsRow], rank: &[usize]) -> Option<PassageRow> {
        let groups = |parties: &[Party]| -> Vec<usize> {
            let groups = parties.iter().filter_map(|party| match party {
                Party::Group(group) => rank.get(*group).copied(),
                Party::Addresses(_) | Party::World => None,
            });
            let mut groups: Vec<usize> = groups.collect();
            groups.sort_unstable();
            groups
        };
        let is_judged = |row: &PodsRow| row.origin.is_judged();
        let is_made = |group: &usize| pods.get(*group).is_some_and(is_judged);
        let (mut from, mut to) = (groups(&passage.sources), groups(&passage.destinations));
        // what passes between others is nobody's question
        let (from_made, to_made) = (from.iter().any(is_made), to.iter().any(is_made));
        if !to_made {
            from.retain(is_made);
        }
        if !from_made {
            to.retain(is_made);
        }
        if !from_made && !to_made {
            return None;
        }
        let side = |decided: &Decided| match decided {
            Decided::Outside => Side::Outside,
            Decided::Open => Side::Open,
            Decided::Policies(policies) => Side::Policies(self.policies(policies)),
        };
        Some(PassageRow {
            sources: names(&passage.sources, &from, pods),
            destinations: names(&passage.destinations, &to, pods),
            ports: passage.ports.clone(),
            egress: side(&passage.egress),
            ingress: side(&passage.ingress),
            groups: [from, to],
        })
    }

    fn policies(&self, policies: &[usize]) -> Vec<PolicyName> {
        let name = |policy: &usize| policy_name(self.read, self.gathered, *policy, FieldPath::default());
        let mut names: Vec<PolicyName> = policies.iter().filter_map(name).collect();
        names.sort();
        names
    }

    fn services(&self) -> Vec<ServiceRow> {
        let rows = self.connectivity.routes().filter_map(|route| {
            let at = *self.gathered.services.get(route.service)?;
            let object = self.read.objects.get(at)?;
            let namespace = object.metadata().namespace.as_deref().unwrap_or(self.gathered.traffic.default_namespace());
            let targets = route.targets.iter().flat_map(|(class, port)| {
                let made = self.names.of(*class).iter().filter(|(origin, _)| *origin == Origin::Objects);
                made.map(|(_, name)| (name.clone(), *port))
            });
            Some(ServiceRow {
                name: format!("{namespace}/{}", object.name()),
                port: route.port,
                transport: route.transport,
                targets: targets.collect(),
                place: self.read.whole(at)?,
            })
        });
        let mut rows: Vec<ServiceRow> = rows.collect();
        rows.sort_by(|a, b| (&a.name, a.port, a.transport).cmp(&(&b.name, b.port, b.transport)));
        rows
    }
}

/// A peer of a policy of the cluster in words.
fn cluster_peer(peer: &ClusterPeer) -> String {
    let selected = |selector: &LabelSelector| {
        if select::is_empty(selector) { None } else { Some(select::written(selector)) }
    };
    if let Some((namespaces, pods)) = peer.selectors() {
        let pods = pods.and_then(selected).map_or_else(|| "pods".to_owned(), |pods| format!("pods with {pods}"));
        let places = match selected(namespaces) {
            Some(labels) => format!("namespaces with {labels}"),
            None => "all namespaces".to_owned(),
        };
        return format!("{pods} of {places}");
    }
    if let Some(nodes) = &peer.nodes {
        return selected(nodes).map_or_else(|| "all nodes".to_owned(), |labels| format!("nodes with {labels}"));
    }
    let listed = peer.networks.iter().chain(&peer.domain_names).flatten();
    listed.cloned().collect::<Vec<_>>().join(", ")
}

/// The names of one side of a row.
fn names(parties: &[Party], groups: &[usize], pods: &[PodsRow]) -> Vec<String> {
    let is_other = |row: &PodsRow| row.origin == Origin::Other;
    let others = groups.iter().filter_map(|group| pods.get(*group)).filter(|row| is_other(row)).count();
    let is_all = others == pods.iter().filter(|row| is_other(row)).count();
    let own = groups.iter().filter_map(|group| pods.get(*group)).filter(|row| !is_all || !is_other(row));
    let mut names: Vec<String> = own.flat_map(|row| row.names.iter().cloned()).collect();
    if is_all && others > 0 {
        names.push(OTHERS.to_owned());
    }
    names.extend(parties.iter().filter_map(|party| match party {
        Party::Group(_) => None,
        Party::Addresses(range) => Some(range.to_string()),
        Party::World => Some(WORLD.to_owned()),
    }));
    names
}

/// The policies that the API server would refuse, each with all that is wrong with it: what passes is worked out as if they
/// were not there.
pub(super) fn left_out(
    read: &Objects,
    gathered: &Gathered,
    connectivity: &Connectivity<'_>,
) -> Vec<(PolicyName, String)> {
    let mut refused: BTreeMap<usize, (FieldPath, Vec<String>)> = BTreeMap::new();
    for one in connectivity.refused() {
        refused.entry(one.policy).or_insert_with(|| (one.path, Vec::new())).1.push(one.what);
    }
    let named = refused
        .into_iter()
        .filter_map(|(policy, (path, what))| Some((policy_name(read, gathered, policy, path)?, what.join("; "))));
    named.collect()
}

/// How a policy is called, and where a field of it stands.
pub(super) fn policy_name(read: &Objects, gathered: &Gathered, policy: usize, path: FieldPath) -> Option<PolicyName> {
    let at = *gathered.policies.get(policy)?;
    let object = read.objects.get(at)?;
    let place = read.place(&Place::new(at, path))?;
    if object.is_of_the_cluster() {
        return Some(PolicyName { name: format!("{} {}", object.kind(), object.name()), place });
    }
    let namespace = object.metadata().namespace.as_deref().unwrap_or(gathered.traffic.default_namespace());
    Some(PolicyName { name: format!("{namespace}/{}", object.name()), place })
}
