//! Who may reach whom, as both halves of the policies let it pass, by the names of the spec.
//!
//! Invariants: a flow is read from what passes, never from how a policy is written; what no policy restricts at either end
//! is no flow, for nothing has to allow it; DNS follows where names are looked up, and is read for whoever looks up none.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::given::Home;
use super::peers::{DNS, Externals, Labels, Managed};
use super::pod::Ports;
use super::stated_ports::{Declared, StatedPorts, is_udp};
use crate::model::own_services::LabeledPods;
use crate::model::platform::Dns;
use crate::object::api::networking::v1::{IPBlock, NetworkPolicyPeer};
use crate::object::{Given, NetworkPolicy};
use crate::value::name::dns_label;
use crate::value::{Address, Port};
use crate::verify::cluster::Cluster;
use crate::verify::connectivity::{
    AddressRange, Block, ClassId, Connectivity, Decided, Direction, Gathered, Network, Party, PeerOf, Pod, PodOrigin,
    Ports as Passed, Transport, gather_with_subjects, pinned,
};
use crate::verify::select::{fits, is_empty, written};

/// An end of a flow.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum End {
    /// A workload that bvlc deploys: namespace and name.
    Service(String, String),
    /// A workload of others: namespace, and its number.
    Managed(String, usize),
    /// Something outside, by its number.
    External(usize),
}

/// That one end may reach a port of another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edge {
    /// Who begins.
    pub(super) from: End,
    /// Who answers.
    pub(super) to: End,
    /// The name of the port.
    pub(super) port: String,
}

/// Whether the pods of a namespace are denied what nothing allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deny {
    /// Some policy isolates some of them.
    On,
    /// None isolates any.
    Off,
}

/// What the policies say.
#[derive(Debug, Default)]
pub(super) struct Flows {
    /// Each flow once.
    pub(super) edges: BTreeSet<Edge>,
    /// The workloads of others that anything speaks of.
    pub(super) managed: Vec<Managed>,
    /// Those of them of which nothing is said.
    pub(super) silent: BTreeSet<usize>,
    /// What is outside.
    pub(super) externals: Externals,
    /// Of each namespace whether it is denied.
    pub(super) deny: BTreeMap<String, Deny>,
    /// The addresses at which names are looked up, where they are no pods.
    pub(super) resolvers: BTreeSet<IpAddr>,
    /// The workloads that policies let look up names.
    pub(super) lookups: Lookups,
    /// Whether a policy names the pods of `OpenShift`'s DNS.
    names_openshift: bool,
}

/// Workloads. The number of one of others is the same however often the same objects are read, but for whatever runs in a namespace.
pub(super) type Lookups = BTreeSet<End>;

impl Flows {
    /// Whether names are looked up at a cache on every node and at pods behind it; at the resolvers alone where it cannot be so.
    pub(super) fn is_node_local(&self) -> bool {
        let resolvers: BTreeSet<Address> = self.resolvers.iter().copied().map(Address).collect();
        resolvers.iter().any(Address::is_link_local) && Dns::is_node_local(&resolvers)
    }

    /// Whether somebody asks the pods of `OpenShift`'s DNS, which listen at a port of their own.
    pub(super) fn asks_openshift(&self) -> bool {
        let port = Dns::Openshift.port().map(Port::get);
        let is_it = |managed: &Managed| {
            let asked = managed.ports.keys().any(|(number, _)| Some(*number) == port);
            asked && Dns::Openshift.pods().iter().any(|pods| managed.homes.contains(pods.namespace))
        };
        self.names_openshift || self.managed.iter().any(is_it)
    }

    /// Whether the cluster's DNS is pods, as the platform states it.
    fn has_dns_pods(&self) -> bool {
        self.resolvers.is_empty() || self.is_node_local()
    }

    /// Forgets what runs to its end and nothing is said of: it needs no name.
    fn forget(&mut self) {
        let spoken: BTreeSet<usize> = self
            .edges
            .iter()
            .flat_map(|edge| [&edge.from, &edge.to])
            .filter_map(|end| match end {
                End::Managed(_, number) => Some(*number),
                End::Service(..) | End::External(_) => None,
            })
            .collect();
        let passing = self.managed.iter().enumerate().filter(|(_, managed)| managed.is_passing());
        self.silent = passing.map(|(number, _)| number).filter(|number| !spoken.contains(number)).collect();
        // and no environment either, where it would be all of one
        let silent = self.managed.iter_mut().enumerate().filter(|(number, _)| self.silent.contains(number));
        for (_, managed) in silent.filter(|(_, managed)| managed.is_every_pod) {
            managed.homes.clear();
        }
    }
}

/// What is known of services beforehand: what each listens on, by namespace and name.
pub(super) type Listening = BTreeMap<(String, String), Ports>;

/// Reads them; that these workloads look up names is a flow of theirs, since nothing else says it.
pub(super) fn read(
    objects: &[Given],
    default_namespace: &str,
    homes: &[Home],
    (listening, stated): (&Listening, &Lookups),
) -> Flows {
    let cluster = Cluster::new(objects, default_namespace);
    let mut gathered = gather_with_subjects(&cluster);
    add_dns(&mut gathered);
    let connectivity = Connectivity::of(&gathered.traffic);
    let mut reading = Reading {
        cluster: &cluster,
        gathered: &gathered,
        connectivity: &connectivity,
        listening,
        stated,
        flows: Flows::default(),
        ends: BTreeMap::new(),
        dns: BTreeMap::new(),
        lookups: BTreeSet::new(),
    };
    reading.ends(homes);
    reading.resolvers();
    reading.whole();
    reading.denied();
    reading.passages();
    reading.lookups();
    reading.outside();
    reading.flows.forget();
    reading.flows
}

/// Adds the pods of the cluster's DNS, so that it is seen whatever peer means them: no policy need name them by their labels.
fn add_dns(gathered: &mut Gathered) {
    for pods in Dns::KubeDns.pods() {
        gathered.traffic.add_pod(&Pod {
            name: pods.value.into(),
            namespace: pods.namespace.into(),
            labels: Cow::Owned(Labels::from([(pods.key.to_owned(), pods.value.to_owned())])),
            ports: Vec::new(),
            network: Network::Own(Vec::new()),
        });
        gathered.pods.push(PodOrigin::Selected);
    }
}

struct Reading<'r, 'a> {
    cluster: &'r Cluster<'a>,
    gathered: &'r Gathered,
    connectivity: &'r Connectivity<'r>,
    listening: &'r Listening,
    stated: &'r Lookups,
    flows: Flows,
    /// Who is of each class.
    ends: BTreeMap<ClassId, Vec<End>>,
    /// The classes at which names are looked up: namespace, labels and port.
    dns: BTreeMap<ClassId, (String, Labels, u16)>,
    /// Who looks up names at pods, and nothing else says so: the workload, the namespace and labels of the pods, their port, and
    /// whether by UDP.
    lookups: BTreeSet<(End, String, Labels, u16, bool)>,
}

impl Reading<'_, '_> {
    /// Names every class of pods that the spec can speak of.
    fn ends(&mut self, homes: &[Home]) {
        for (number, (origin, pod)) in self.gathered.pods.iter().zip(self.gathered.traffic.pods()).enumerate() {
            let Some(class) = self.connectivity.class_of(number) else { continue };
            let namespace = pod.namespace().to_owned();
            // what selectors name that no namespace can be called, and `(any)`
            if dns_label(&namespace).is_err() {
                continue;
            }
            let end = match origin {
                PodOrigin::Object(at) => {
                    let Some(object) = self.cluster.objects.get(*at) else { continue };
                    let name = super::super::diff::side::name_of(object).to_owned();
                    let home = homes.iter().find(|home| home.namespace == namespace);
                    let parts = home.and_then(|home| home.services.get(&name));
                    let kind = parts.and_then(|parts| super::given::text(&parts.workload, "kind"));
                    let is_made = matches!(
                        object,
                        Given::Deployment(_) | Given::StatefulSet(_) | Given::Job(_) | Given::CronJob(_)
                    );
                    if is_made && kind == Some(object.kind()) {
                        End::Service(namespace, name)
                    } else {
                        let parts = home.and_then(|home| home.others.get(&name));
                        let mut labels = parts.map_or_else(|| pod.labels(), super::peers::selector);
                        labels.retain(|_, value| !value.is_empty());
                        let is_host = matches!(pod.network(), Network::Host(_));
                        // without a label nothing names it, and what it may reach is listed
                        if labels.is_empty() && !is_host {
                            continue;
                        }
                        let mut managed = Managed::new(&name, labels);
                        managed.host_network = is_host;
                        managed.kind = Some(object.kind());
                        for port in pod.ports() {
                            let Some(udp) = is_udp(port.transport) else { continue };
                            managed.declare(port.number, udp, port.name.as_deref());
                        }
                        if let Some(parts) = parts {
                            managed.describe(parts, &namespace);
                        }
                        self.managed(managed, namespace)
                    }
                }
                PodOrigin::Subject | PodOrigin::Selected => {
                    let labels = pod.labels();
                    if let Some(port) = dns_port(&namespace, &labels) {
                        self.flows.names_openshift |= port != DNS;
                        self.dns.insert(class, (namespace, labels, port));
                        continue;
                    }
                    // what has a label of whatever value, or none at all, cannot be said
                    if labels.is_empty() || labels.values().any(String::is_empty) {
                        continue;
                    }
                    let name = self.called(&namespace, class).unwrap_or_else(|| super::peers::name_of(&labels));
                    self.managed(Managed::new(&name, labels), namespace)
                }
                PodOrigin::Other | PodOrigin::Refused => continue,
            };
            self.ends.entry(class).or_default().push(end);
        }
        for home in homes {
            for (_, budget) in &home.budgets {
                let labels = super::given::texts(budget, "spec.selector.matchLabels");
                if labels.is_empty() {
                    continue;
                }
                let name = super::given::text(budget, "metadata.name").unwrap_or_default();
                let mut managed = Managed::new(name, labels);
                managed.budget(&home.namespace, budget);
                self.managed(managed, home.namespace.clone());
            }
        }
    }

    /// Names whatever runs in a namespace of which a rule names every pod and nothing else is known.
    fn whole(&mut self) {
        let whole = self.named_whole();
        let occupied: BTreeSet<&str> = self
            .ends
            .values()
            .flatten()
            .filter_map(|end| match end {
                End::Service(namespace, _) | End::Managed(namespace, _) => Some(namespace.as_str()),
                End::External(_) => None,
            })
            .collect();
        let mut found: BTreeMap<ClassId, String> = BTreeMap::new();
        for (number, (origin, pod)) in self.gathered.pods.iter().zip(self.gathered.traffic.pods()).enumerate() {
            let is_other = matches!((origin, pod.network()), (PodOrigin::Other, Network::Own(_)));
            let namespace = pod.namespace();
            if let Some(class) = self.connectivity.class_of(number)
                && is_other
                && dns_label(namespace).is_ok()
                && whole.contains(namespace)
                && !occupied.contains(namespace)
            {
                found.insert(class, namespace.to_owned());
            }
        }
        for (class, namespace) in found {
            let end = self.managed(Managed::all_of(&namespace), namespace);
            self.ends.entry(class).or_default().push(end);
        }
    }

    /// The namespaces of which a rule names every pod, and about more than looking names up where that follows.
    fn named_whole(&self) -> BTreeSet<String> {
        let namespaces = self.cluster.namespaces();
        let (mut named, mut seen) = (BTreeSet::new(), BTreeSet::new());
        let policies = self.gathered.policies.iter().enumerate();
        let policies = policies.filter_map(|(number, at)| match self.cluster.objects.get(*at) {
            Some(Given::NetworkPolicy(policy)) => Some((number, policy)),
            _ => None,
        });
        for (number, policy) in policies {
            for peer in crate::verify::connectivity::peers(policy) {
                let is_narrower = peer.peer.pod_selector.as_ref().is_some_and(|pods| !is_empty(pods));
                let Some(spaces) = peer.peer.namespace_selector.as_ref().filter(|spaces| !is_empty(spaces)) else {
                    continue;
                };
                let is_lookup = peer.direction == Direction::Egress
                    && StatedPorts::of(policy, peer.direction, peer.rule).is_only(DNS)
                    && !self.speaks_of_one_that_says_it(number);
                if is_narrower || is_lookup || !seen.insert(written(spaces)) {
                    continue;
                }
                named.extend(pinned(spaces).map(str::to_owned));
                let known = namespaces.iter();
                let known = known.filter(|(_, (_, namespace))| fits(Some(spaces), namespace.metadata.labels.as_ref()));
                named.extend(known.map(|(name, _)| (*name).to_owned()));
            }
        }
        named
    }

    /// Whether that an end looks up names at pods is said, since it does not follow.
    fn says_lookups(&self, end: &End) -> bool {
        !self.flows.has_dns_pods() || self.states_lookups(end)
    }

    /// Whether an end is a workload of which nothing else says that it looks up names.
    fn states_lookups(&self, end: &End) -> bool {
        self.stated.contains(end)
    }

    /// Whether an end is a workload of which the spec can say that it looks up names.
    fn looks_up(&self, end: &End) -> bool {
        match end {
            End::Service(..) => true,
            End::Managed(_, number) => self.flows.managed.get(*number).is_some_and(|one| !one.is_every_pod),
            End::External(_) => false,
        }
    }

    fn speaks_of_one_that_says_it(&self, policy: usize) -> bool {
        let subjects = self.connectivity.subjects(policy);
        let mut ends = subjects.iter().filter_map(|class| self.ends.get(class)).flatten();
        ends.any(|end| self.says_lookups(end))
    }

    /// The name of the policy that selects a class of stand-ins and no other pods.
    fn called(&self, namespace: &str, class: ClassId) -> Option<String> {
        let by = |direction| self.connectivity.isolating(class, direction);
        let mut own = by(Direction::Ingress).chain(by(Direction::Egress));
        let own = own.find(|policy| self.connectivity.subjects(*policy).len() == 1)?;
        let (of, name) = self.gathered.traffic.policy(own)?;
        (of == Some(namespace)).then(|| name.to_owned())
    }

    /// The workload of others that has these labels, told of once.
    fn managed(&mut self, mut managed: Managed, namespace: String) -> End {
        // what is in a namespace with services runs beside them; elsewhere it serves all
        let is_beside = self.listening.keys().any(|(home, _)| *home == namespace);
        managed.is_beside = is_beside;
        let known = self.flows.managed.iter().position(|one| one.is_same(&managed, &namespace));
        let number = known.unwrap_or(self.flows.managed.len());
        match self.flows.managed.get_mut(number) {
            Some(known) => {
                // what has a budget is named as that is
                if managed.has_budget() && known.kind.is_none() {
                    known.name.clone_from(&managed.name);
                }
                known.join(managed);
            }
            None => self.flows.managed.push(managed),
        }
        if let Some(managed) = self.flows.managed.get_mut(number) {
            managed.homes.insert(namespace.clone());
        }
        End::Managed(namespace, number)
    }

    fn denied(&mut self) {
        for (class, ends) in &self.ends {
            let is_isolated =
                [Direction::Ingress, Direction::Egress].map(|way| self.connectivity.is_isolated(*class, way));
            for end in ends {
                let (End::Service(namespace, _) | End::Managed(namespace, _)) = end else { continue };
                let deny = self.flows.deny.entry(namespace.clone()).or_insert(Deny::Off);
                if is_isolated.contains(&true) {
                    *deny = Deny::On;
                }
            }
        }
    }

    fn passages(&mut self) {
        let table = self.connectivity.table();
        let of_group = |party: &Party| match party {
            Party::Group(group) => table.groups.get(*group).map(|group| group.classes.as_slice()).unwrap_or_default(),
            Party::Addresses(_) | Party::World => &[],
        };
        let is_stated = |decided: &Decided| matches!(decided, Decided::Policies(_));
        for passage in &table.passages {
            if !is_stated(&passage.egress) && !is_stated(&passage.ingress) {
                continue;
            }
            for from in passage.sources.iter().flat_map(of_group) {
                for to in passage.destinations.iter().flat_map(of_group) {
                    self.edge(*from, *to, &passage.ports);
                    if is_stated(&passage.egress) {
                        self.lookup(*from, *to, &passage.ports);
                    }
                }
            }
        }
    }

    fn edge(&mut self, from: ClassId, to: ClassId, ports: &Passed) {
        let (Some(from), Some(to)) = (self.ends.get(&from), self.ends.get(&to)) else { return };
        for to in to {
            let names = names(&mut self.flows.managed, self.listening, to, ports);
            for from in from {
                let edges = names.iter().map(|port| Edge { from: from.clone(), to: to.clone(), port: port.clone() });
                self.flows.edges.extend(edges);
            }
        }
    }

    /// That workloads look up names at pods.
    fn lookup(&mut self, from: ClassId, to: ClassId, ports: &Passed) {
        let Some((namespace, labels, port)) = self.dns.get(&to) else { return };
        let at = [Transport::Tcp, Transport::Udp];
        let at: Vec<Transport> =
            at.into_iter().filter(|transport| !Passed::one(*transport, *port).and(ports).is_empty()).collect();
        for end in self.ends.get(&from).into_iter().flatten() {
            if !self.looks_up(end) {
                continue;
            }
            if !at.is_empty() {
                self.flows.lookups.insert(end.clone());
            }
            if self.says_lookups(end) {
                let udp = at.iter().filter_map(|transport| is_udp(*transport));
                let said = udp.map(|udp| (end.clone(), namespace.clone(), labels.clone(), *port, udp));
                self.lookups.extend(said);
            }
        }
    }

    /// Says who looks up names at pods, but for those that may ask whatever runs beside them.
    fn lookups(&mut self) {
        for (end, namespace, labels, number, udp) in std::mem::take(&mut self.lookups) {
            let mut whole = self.flows.managed.iter().enumerate();
            let whole = whole.find(|(_, managed)| managed.is_every_pod && managed.homes.contains(&namespace));
            let asked = whole.and_then(|(at, managed)| Some((at, managed.ports.get(&(number, udp))?.clone())));
            let asked = asked.map(|(number, port)| Edge {
                from: end.clone(),
                to: End::Managed(namespace.clone(), number),
                port,
            });
            if asked.is_some_and(|edge| self.flows.edges.contains(&edge)) {
                continue;
            }
            let dns = self.managed(Managed::new(&super::peers::name_of(&labels), labels), namespace.clone());
            let transport = if udp { Transport::Udp } else { Transport::Tcp };
            for port in names(&mut self.flows.managed, self.listening, &dns, &Passed::one(transport, number)) {
                self.flows.edges.insert(Edge { from: end.clone(), to: dns.clone(), port });
            }
            self.flows.deny.entry(namespace).or_insert(Deny::Off);
        }
    }

    /// The addresses at which names are looked up.
    fn resolvers(&mut self) {
        for at in &self.gathered.policies {
            let Some(Given::NetworkPolicy(policy)) = self.cluster.objects.get(*at) else { continue };
            let peers = crate::verify::connectivity::peers(policy);
            self.flows.resolvers.extend(peers.filter_map(|peer| resolver(policy, &peer)));
        }
    }

    /// What policies say of addresses, block by block.
    fn outside(&mut self) {
        for (number, at) in self.gathered.policies.iter().enumerate() {
            let Some(Given::NetworkPolicy(policy)) = self.cluster.objects.get(*at) else { continue };
            // a port may be called otherwise by each of them
            let named =
                |class: ClassId| Some((self.ends.get(&class)?.clone(), Declared::of(self.connectivity.pod(class)?)));
            let subjects: Vec<(Vec<End>, Declared)> =
                self.connectivity.subjects(number).into_iter().filter_map(named).collect();
            for peer in crate::verify::connectivity::peers(policy) {
                let Some(block) = peer.peer.ip_block.as_ref().filter(|block| is_block(block)) else { continue };
                let ports = StatedPorts::of(policy, peer.direction, peer.rule);
                let is_lookup = resolver(policy, &peer).is_some();
                if is_lookup {
                    let ends = subjects.iter().flat_map(|(ends, _)| ends);
                    let ends: Lookups = ends.filter(|end| self.looks_up(end)).cloned().collect();
                    self.flows.lookups.extend(ends);
                }
                // as it is read, however it is written
                let plain = |cidr: &String| Block::parse(cidr).map_or_else(|| cidr.clone(), |block| block.plain());
                let except: Vec<String> = block.except.iter().flatten().map(plain).collect();
                let peer = (peer.direction, plain(&block.cidr), except);
                self.outer(&subjects, &peer, &ports, is_lookup);
            }
            for (direction, rule) in without_peers(policy) {
                let ports = StatedPorts::of(policy, direction, rule);
                let is_lookup = direction == Direction::Egress && ports.is_only(DNS);
                for cidr in EVERYWHERE {
                    self.outer(&subjects, &(direction, cidr.to_owned(), Vec::new()), &ports, is_lookup);
                }
            }
        }
    }

    /// What passes between some pods and a block of addresses. That names are looked up there follows for whoever is denied,
    /// but for those of which nothing else says that they look up any.
    fn outer(
        &mut self,
        subjects: &[(Vec<End>, Declared)],
        (direction, cidr, except): &(Direction, String, Vec<String>),
        ports: &StatedPorts,
        is_lookup: bool,
    ) {
        for (ends, declared) in subjects {
            for end in ends {
                if is_lookup && !self.states_lookups(end) {
                    continue;
                }
                match *direction {
                    // nothing at an address has a name for its ports
                    Direction::Egress => {
                        for (port, udp) in ports.single() {
                            let external = self.flows.externals.number(cidr, except);
                            let port = self.flows.externals.port(external, port, udp);
                            self.flows.edges.insert(Edge { from: end.clone(), to: End::External(external), port });
                        }
                    }
                    Direction::Ingress => {
                        for port in names(&mut self.flows.managed, self.listening, end, &ports.passed(declared)) {
                            let external = self.flows.externals.number(cidr, except);
                            self.flows.edges.insert(Edge { from: End::External(external), to: end.clone(), port });
                        }
                    }
                }
            }
        }
    }
}

/// All addresses.
const EVERYWHERE: [&str; 2] = ["0.0.0.0/0", "::/0"];

/// The rules of a policy that state no peer: "If this field is empty or missing, this rule matches all sources", or all
/// destinations (kubernetes/api `networking/v1/types.go`, 0.33, `NetworkPolicyIngressRule.From`).
fn without_peers(policy: &NetworkPolicy) -> Vec<(Direction, usize)> {
    let Some(spec) = &policy.spec else { return Vec::new() };
    let ingress = spec.ingress.iter().flatten().map(|rule| (Direction::Ingress, rule.from.as_deref()));
    let egress = spec.egress.iter().flatten().map(|rule| (Direction::Egress, rule.to.as_deref()));
    let without = |(at, (direction, peers)): (usize, (Direction, Option<&[NetworkPolicyPeer]>))| {
        peers.unwrap_or_default().is_empty().then_some((direction, at))
    };
    ingress.enumerate().filter_map(without).chain(egress.enumerate().filter_map(without)).collect()
}

/// Whether a block is one that the language can say.
fn is_block(block: &IPBlock) -> bool {
    let mut stated = std::iter::once(&block.cidr).chain(block.except.iter().flatten());
    stated.all(|cidr| AddressRange::parse(cidr).is_some())
}

/// The address that a peer is, where names are looked up: a single one; more of them are somebody's network.
fn resolver(policy: &NetworkPolicy, peer: &PeerOf<'_>) -> Option<IpAddr> {
    let block = peer.peer.ip_block.as_ref().filter(|block| is_block(block))?;
    let is_lookup = peer.direction == Direction::Egress
        && block.except.iter().flatten().next().is_none()
        && StatedPorts::of(policy, peer.direction, peer.rule).is_only(DNS);
    single(&block.cidr).filter(|_| is_lookup)
}

/// The address of a CIDR that holds no other.
fn single(cidr: &str) -> Option<IpAddr> {
    let range = AddressRange::parse(cidr)?;
    (range.first == range.last).then(|| range.first())
}

/// The port at which pods answer for names, where their labels say that they do.
fn dns_port(namespace: &str, labels: &Labels) -> Option<u16> {
    let has = |pods: &LabeledPods| labels.get(pods.key).is_some_and(|value| value == pods.value);
    if Dns::KubeDns.pods().iter().any(has) {
        return Some(DNS);
    }
    let mut openshift = Dns::Openshift.pods().iter();
    let is_openshift = openshift.any(|pods| pods.namespace == namespace && has(pods));
    Dns::Openshift.port().map(Port::get).filter(|_| is_openshift)
}

/// So many neighboring ports are each somebody's; more of them are a range that somebody may listen in.
const FEW: u16 = 8;

/// The names of the ports of an end that are among these. A workload of others gets those that it is asked for.
fn names(managed: &mut [Managed], listening: &Listening, end: &End, ports: &Passed) -> Vec<String> {
    let mut names = BTreeSet::new();
    for range in ports.ranges() {
        let Some(udp) = is_udp(range.transport) else { continue };
        let is_few = range.last - range.first < FEW;
        let each = (range.first..=range.last).take(usize::from(FEW));
        match end {
            End::Service(namespace, name) => {
                let Some(own) = listening.get(&(namespace.clone(), name.clone())) else { continue };
                if is_few {
                    names.extend(each.filter_map(|port| own.name(port, udp)).map(str::to_owned));
                } else {
                    let within = own.serving.iter().filter(|port| {
                        port.udp == udp && (i64::from(range.first)..=i64::from(range.last)).contains(&port.number)
                    });
                    names.extend(within.map(|port| port.name.clone()));
                }
            }
            End::Managed(_, number) => {
                let Some(managed) = managed.get_mut(*number) else { continue };
                if is_few {
                    names.extend(each.map(|port| managed.port(port, udp)));
                } else {
                    names.extend(managed.within(range.first..=range.last, udp));
                }
            }
            End::External(_) => {}
        }
    }
    names.into_iter().collect()
}
