//! Whether something may reach something else by the policies of manifests, and what lets it or would.
//!
//! Each half is answered by itself: what leaves the source, what enters the target.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::endpoints::{self, Lead};
use super::located::{Addresses, Located};
use super::passing::{Names, PolicyName, left_out, policy_name};
use super::{Objects, Terms};
use crate::object::{FieldPath, Given, Labels};
use crate::query::explain::address::{address, is_meant_as_address, no_address, protocol};
use crate::query::explain::endpoint::Unknown;
use crate::verify::cluster::Cluster;
use crate::verify::connectivity::{
    Allowance, ClassId, Connectivity, Direction, End, Gathered, NAMESPACE_NAME, PodOf, PodOrigin, Ports, Transport,
    gather_with_subjects,
};
use crate::verify::members::job_label;
use crate::verify::policies;

/// An answer for one pair of ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Who begins.
    pub source: String,
    /// Who answers.
    pub target: String,
    /// The ports that were asked for; all of them where none was.
    pub asked: Ports,
    /// Those of them that pass both halves.
    pub passing: Ports,
    /// What lets it out.
    pub egress: Half,
    /// What lets it in.
    pub ingress: Half,
}

impl Answer {
    /// Whether it may.
    pub fn is_allowed(&self) -> bool {
        !self.passing.is_empty()
    }
}

/// One of the two halves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Half {
    /// Whose it is.
    pub name: String,
    /// Who decides.
    pub decided: Decided,
    /// Which of the ports that were asked for it lets pass.
    pub ports: Ports,
    /// What would let it pass, where nothing does.
    pub missing: Option<Missing>,
}

/// Who decides about a half.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decided {
    /// Nobody: this is an address.
    Outside,
    /// Nobody: the pods are on the host network, which no policy selects.
    HostNetwork,
    /// Nobody: no policy isolates the pods.
    Open,
    /// Nobody: it is one pod, and "a Pod cannot block access to itself" (kubernetes/website
    /// `docs/concepts/services-networking/network-policies.md`, 1.33).
    Itself,
    /// Policies.
    Policies {
        /// All that isolate the pods.
        isolating: Vec<PolicyName>,
        /// The policies of the cluster that speak of the pods, in the order in which they are asked.
        governing: Vec<PolicyName>,
        /// The rules that let it pass, each with its ports.
        allowing: Vec<(PolicyName, Ports)>,
        /// The rules that drop it, each with its ports.
        denying: Vec<(PolicyName, Ports)>,
        /// The ports about which no policy says anything, so that it passes there.
        open: Ports,
    },
}

/// A rule that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The policy that it would belong to; none where a new one is wanted, since those that isolate the pods are for all
    /// pods of the namespace.
    pub policy: Option<PolicyName>,
    /// The field that it belongs below: of the policy, or of a new one.
    pub field: &'static str,
    /// As YAML, its lines.
    pub rule: Vec<String>,
    /// What is to be filled in.
    pub remark: Option<&'static str>,
}

/// What stands for addresses of nodes that nobody states.
const NODES: &str = "NODES";

/// What came of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers {
    /// An answer for every pair of pods that the names may mean.
    pub answers: Vec<Answer>,
    /// The policies that the API server would refuse, each with what is wrong with it: they are left out.
    pub left_out: Vec<(PolicyName, String)>,
    /// What may decide about it too, and cannot be judged.
    pub unjudged: Vec<Unjudged>,
    /// What of it rests on what no object says.
    pub assumed: Vec<Unjudged>,
}

/// A policy, or a part of one, of which only a running cluster or its network plugin could say what it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unjudged {
    /// The policy, and the place of that part.
    pub policy: PolicyName,
    /// Why it is not judged.
    pub what: String,
}

/// Answers for every pod that the names may mean.
///
/// # Errors
/// A name that stands for nothing.
pub fn flow(read: &Objects, terms: &Terms, source: &str, target: &str) -> Result<Answers, Unknown> {
    let cluster = Cluster::new(&read.objects, &terms.namespace);
    let gathered = gather_with_subjects(&cluster);
    let connectivity = Connectivity::of(&gathered.traffic);
    let names = Names::new(&gathered, &connectivity, &cluster);
    let asking = Asking {
        read,
        cluster: &cluster,
        gathered: &gathered,
        connectivity: &connectivity,
        names: &names,
        addresses: Addresses::of(&cluster),
    };
    let sources = asking.named(source)?;
    let targets = asking.asked(target)?;
    let pairs = sources.iter().flat_map(|from| targets.iter().map(move |to| (from, to)));
    let answers = pairs
        .map(|((from, from_name), (to, to_name, ports))| asking.answer((*from, from_name), (*to, to_name), ports))
        .collect::<Vec<Answer>>();
    let left_out = left_out(read, &gathered, &connectivity);
    let assumed = policies::taken_for_granted(&cluster, &gathered, &connectivity).into_iter();
    // a policy speaks of the pods of its own namespace
    let ends = answers.iter().flat_map(|answer: &Answer| [answer.source.as_str(), answer.target.as_str()]);
    let homes: BTreeSet<&str> = ends.filter_map(|end| Some(end.split_once('/')?.0)).collect();
    let assumed = assumed.filter_map(|(at, what)| {
        let object = read.objects.get(at.object).filter(|object| homes.contains(cluster.namespace_of(object)))?;
        let policy = PolicyName { name: cluster.title(object), place: read.place(&at)? };
        Some(Unjudged { policy, what })
    });
    let (assumed, unjudged) = (assumed.collect(), unjudged(read, &gathered, &connectivity));
    Ok(Answers { answers, left_out, unjudged, assumed })
}

/// Peers that manifests do not tell, and policies of kinds that are not read.
fn unjudged(read: &Objects, gathered: &Gathered, connectivity: &Connectivity<'_>) -> Vec<Unjudged> {
    let peers = connectivity.unjudged().filter_map(|one| {
        let policy = policy_name(read, gathered, one.policy, one.path)?;
        Some(Unjudged { policy, what: format!("manifests do not say who its peer is: {}", one.what) })
    });
    let others = read.unread().map(|note| Unjudged {
        policy: PolicyName { name: note.title(), place: note.span },
        what: format!("{} of {} is not judged by bvlc", note.kind, note.api_version),
    });
    peers.chain(others).collect()
}

struct Asking<'a> {
    read: &'a Objects,
    cluster: &'a Cluster<'a>,
    gathered: &'a Gathered,
    connectivity: &'a Connectivity<'a>,
    names: &'a Names,
    addresses: Addresses,
}

impl Asking<'_> {
    /// The pods of a name, with or without their namespace.
    fn pods(&self, name: &str) -> Vec<(End, String)> {
        // of two with one name, each is called by its kind too, and the bare name is that of both
        let is_called = |full: &str| full == name || full.split_once('/').is_some_and(|(_, short)| short == name);
        let is_it = |full: &str| is_called(full) || full.split_once(" (").is_some_and(|(bare, _)| is_called(bare));
        let found = self.names.iter().filter(|(_, full)| is_it(full));
        let also = self.names.others().filter(|(also, ..)| is_called(also)).map(|(_, class, full)| (class, full));
        let mut all: Vec<(End, String)> = Vec::new();
        for (class, full) in found.chain(also) {
            if !all.iter().any(|(_, known)| known == full) {
                all.push((End::Pod(class), full.to_owned()));
            }
        }
        all
    }

    fn named(&self, name: &str) -> Result<Vec<(End, String)>, Unknown> {
        if let Some((address, _)) = address(name) {
            let found = self.located(address);
            if found.is_empty() && self.services_at(address).next().is_some() {
                let what = "nothing begins from the address of a Service:".to_owned();
                return Err(Unknown { what, name: name.to_owned(), near: None });
            }
            return Ok(if found.is_empty() { vec![(End::Address(address), self.outside(address))] } else { found });
        }
        let found = self.pods(name);
        if found.is_empty() { Err(self.unknown(name)) } else { Ok(found) }
    }

    fn unknown(&self, name: &str) -> Unknown {
        let is_it = |object: &&Given| {
            let short = name.split_once('/').map_or(name, |(_, short)| short);
            let is_here = name == short || name.split_once('/') == Some((self.cluster.namespace_of(object), short));
            object.kind() == "Service" && object.name() == short && is_here
        };
        if self.read.objects.iter().any(|object| is_it(&object)) {
            let what = "there are no pods in these files behind the Service".to_owned();
            return Unknown { what, name: name.to_owned(), near: None };
        }
        if is_meant_as_address(name) {
            return no_address(name);
        }
        let names = self.names.iter().map(|(_, full)| {
            if name.contains('/') { full } else { full.split_once('/').map_or(full, |(_, short)| short) }
        });
        Unknown::new("no pods of these files are named", name, names)
    }

    /// The pods at an address, each with its name and the address.
    fn located(&self, address: IpAddr) -> Vec<(End, String)> {
        let mut found: Vec<(End, String)> = Vec::new();
        for located in self.addresses.at(address) {
            let Located::Pod(at) = located else { continue };
            let made = self.gathered.member(self.cluster, *at);
            let number = made.or_else(|| self.gathered.members.get(at)?.first().copied());
            if let Some((class, name)) = number.and_then(|number| self.names.of_number(number)) {
                found.push((End::Pod(class), format!("{name}{}", beside(address))));
            }
        }
        let mut seen = BTreeSet::new();
        found.retain(|(_, name)| seen.insert(name.clone()));
        found
    }

    /// The Services that have an address, by their numbers.
    fn services_at(&self, address: IpAddr) -> impl Iterator<Item = usize> {
        self.addresses.at(address).iter().filter_map(|located| match located {
            Located::Service(at) => Some(*at),
            Located::Pod(_) | Located::Node => None,
        })
    }

    /// What an address is called that no pod alone has.
    fn outside(&self, address: IpAddr) -> String {
        let is_node = self.addresses.at(address).contains(&Located::Node);
        if is_node { format!("{address} (a node)") } else { address.to_string() }
    }

    /// Who is at an address: pods, those behind a Service, or nobody of the cluster.
    fn at_address(&self, address: IpAddr, port: Option<u16>) -> Result<Vec<(End, String, Ports)>, Unknown> {
        let ports = port.map_or_else(Ports::all, every_transport);
        let mut found: Vec<_> =
            self.located(address).into_iter().map(|(end, name)| (end, name, ports.clone())).collect();
        let asked = port.map(|port| port.to_string());
        let mut unknown = None;
        for at in self.services_at(address) {
            let Some(object) = self.cluster.objects.get(at) else { continue };
            let name = format!("{}/{}", self.cluster.namespace_of(object), object.name());
            let behind = self.service(&name, asked.as_deref());
            if behind.is_empty() {
                unknown = Some(match &asked {
                    Some(port) if !self.service(&name, None).is_empty() => {
                        Unknown::new(format!("{address} is the Service {name}, which has no port"), port, [])
                    }
                    Some(_) | None => self.unknown(&name),
                });
            }
            found.extend(behind);
        }
        match (unknown, found.is_empty()) {
            (Some(unknown), true) => Err(unknown),
            (_, false) => Ok(found),
            (None, true) => Ok(vec![(End::Address(address), self.outside(address), ports)]),
        }
    }

    /// The pods that are asked for, at the ports of the protocol that is asked for.
    fn asked(&self, text: &str) -> Result<Vec<(End, String, Ports)>, Unknown> {
        let (name, protocol) = protocol(text);
        let mut found = self.target(name)?;
        if let Some(transport) = protocol.and_then(|name| Transport::parse(Some(name))) {
            let of_it = Ports::range(transport, 1, u16::MAX);
            for (_, _, ports) in &mut found {
                *ports = ports.and(&of_it);
            }
            found.retain(|(_, _, ports)| !ports.is_empty());
            if found.is_empty() {
                let what = format!("no port of {} is meant by", transport.name());
                return Err(Unknown { what, name: text.to_owned(), near: Some(name.to_owned()) });
            }
        }
        Ok(found)
    }

    /// The pods of a name and the ports that are meant: of the pods themselves, or of a Service so called where no pod declares
    /// the port.
    fn target(&self, name: &str) -> Result<Vec<(End, String, Ports)>, Unknown> {
        if let Some((address, port)) = address(name) {
            return self.at_address(address, port);
        }
        // as addresses are written
        let with_colon = name.rsplit_once(':').filter(|_| !is_meant_as_address(name));
        let dotted = with_colon.map(|(pods, port)| format!("{pods}.{port}"));
        let name = dotted.as_deref().unwrap_or(name);
        let whole: Vec<_> = self.pods(name).into_iter().map(|(end, name)| (end, name, Ports::all())).collect();
        if !whole.is_empty() {
            return Ok(whole);
        }
        let service = self.service(name, None);
        if !service.is_empty() {
            return Ok(service);
        }
        let asked = name;
        let Some((name, port)) = name.rsplit_once('.') else { return Err(self.unknown(name)) };
        let pods = self.pods(name);
        let mut with_port: Vec<(End, String, Ports)> = Vec::new();
        for (end, full) in &pods {
            let ports = self.port(*end, port);
            if !ports.is_empty() {
                with_port.push((*end, full.clone(), ports));
            }
        }
        // a port that no pod declares is one of the Service that is called as they are
        let is_declared = pods
            .iter()
            .filter_map(|(end, _)| self.pod(*end))
            .flat_map(PodOf::ports)
            .any(|own| port.parse() == Ok(own.number) || own.name.as_deref() == Some(port));
        if !is_declared {
            let service = self.service(name, Some(port));
            with_port = if service.is_empty() { with_port } else { service };
        }
        match (with_port.is_empty(), pods.is_empty()) {
            (false, _) => Ok(with_port),
            (true, true) if is_meant_as_address(asked) => Err(no_address(asked)),
            (true, true) => Err(self.unknown(name)),
            (true, false) => {
                let ends = pods.iter().filter_map(|(end, _)| self.pod(*end));
                let names: Vec<String> =
                    ends.flat_map(PodOf::ports).filter_map(|port| Some(port.name?.into_owned())).collect();
                let names = names.iter().map(String::as_str);
                Err(Unknown::new(format!("{name} has no port named"), port, names))
            }
        }
    }

    fn pod(&self, end: End) -> Option<PodOf<'_>> {
        match end {
            End::Pod(class) => self.connectivity.pod(class),
            End::Address(_) => None,
        }
    }

    /// A port of a pod by name or number.
    fn port(&self, end: End, port: &str) -> Ports {
        if let Ok(number) = port.parse::<u16>() {
            return every_transport(number);
        }
        let mut ports = Ports::NONE;
        let declared = self.pod(end).into_iter().flat_map(PodOf::ports);
        for one in declared.filter(|one| one.name.as_deref() == Some(port)) {
            ports.add(&Ports::one(one.transport, one.number));
        }
        ports
    }

    /// The pods that a Service leads to, at their ports.
    fn service(&self, name: &str, port: Option<&str>) -> Vec<(End, String, Ports)> {
        let mut found: Vec<(End, String, Ports)> = Vec::new();
        for route in self.connectivity.routes() {
            let Some(Given::Service(service)) =
                self.gathered.services.get(route.service).and_then(|at| self.read.objects.get(*at))
            else {
                continue;
            };
            let own = service.metadata.name.as_deref().unwrap_or_default();
            let namespace = service.metadata.namespace.as_deref().unwrap_or(self.gathered.traffic.default_namespace());
            let stated = service.spec.iter().flat_map(|spec| spec.ports.iter().flatten());
            let is_port = |port: &str| {
                let is_named = |one: &crate::object::api::core::v1::ServicePort| {
                    i32::from(route.port) == one.port && one.name.as_deref() == Some(port)
                };
                port.parse() == Ok(route.port) || stated.clone().any(is_named)
            };
            let is_it = own == name || name.split_once('/') == Some((namespace, own));
            if !is_it || !port.is_none_or(is_port) {
                continue;
            }
            for (class, number) in &route.targets {
                let ports = Ports::one(route.transport, *number);
                if let Some((_, _, known)) = found.iter_mut().find(|(end, ..)| *end == End::Pod(*class)) {
                    known.add(&ports);
                    continue;
                }
                let names = self.names.of(*class).iter().map(|(_, name)| name.as_str());
                let shown = format!("{} (Service {namespace}/{own})", names.collect::<Vec<_>>().join(", "));
                found.push((End::Pod(*class), shown, ports));
            }
        }
        found.extend(self.endpoints(name, port));
        found
    }

    /// Where a Service without a selector leads, by what somebody has written as its endpoints.
    fn endpoints(&self, name: &str, port: Option<&str>) -> Vec<(End, String, Ports)> {
        let mut found: Vec<(End, String, Ports)> = Vec::new();
        for Lead { service: (namespace, own), port: stated, at: (transport, number), address, pod } in
            endpoints::leads(self.cluster)
        {
            let is_it = own == name || name.split_once('/') == Some((namespace, own));
            let is_port = |port: &str| port.parse() == Ok(stated.port) || stated.name.as_deref() == Some(port);
            if !is_it || !port.is_none_or(is_port) {
                continue;
            }
            let mut ends = self.located(address);
            if ends.is_empty() {
                ends = pod.map(|pod| self.pods(&pod)).unwrap_or_default();
            }
            if ends.is_empty() {
                ends = vec![(End::Address(address), self.outside(address))];
            }
            let ports = Ports::one(transport, number);
            for (end, whose) in ends {
                match found.iter_mut().find(|(other, ..)| *other == end) {
                    Some((_, _, known)) => known.add(&ports),
                    None => found.push((end, format!("{whose} (Service {namespace}/{own})"), ports.clone())),
                }
            }
        }
        found
    }

    fn answer(&self, (from, from_name): (End, &str), (to, to_name): (End, &str), asked: &Ports) -> Answer {
        let is_same = without_address(from_name) == without_address(to_name);
        let (egress, ingress) = if is_same && self.is_one_pod(from, without_address(from_name)) {
            let half = |name: &str| Half {
                name: name.to_owned(),
                decided: Decided::Itself,
                ports: asked.clone(),
                missing: None,
            };
            (half(from_name), half(to_name))
        } else {
            // what is offered for one half is what the other one passes, where it passes anything, but for what the cluster drops
            let passed = |ports: Ports| {
                let both = ports.and(asked);
                if both.is_empty() { asked.clone() } else { both }
            };
            let never_out = self.dropped(from, Direction::Egress, to);
            let never_in = self.dropped(to, Direction::Ingress, from);
            let out = passed(self.connectivity.lets(from, Direction::Egress, to));
            let into = passed(self.connectivity.lets(to, Direction::Ingress, from));
            let [out, into] = [into, out].map(|ports| self.spoken(to, ports).without(&never_out).without(&never_in));
            let egress = self.half((from, from_name), Direction::Egress, to, (asked, &out));
            (egress, self.half((to, to_name), Direction::Ingress, from, (asked, &into)))
        };
        Answer {
            source: from_name.to_owned(),
            target: to_name.to_owned(),
            asked: asked.clone(),
            passing: egress.ports.and(&ingress.ports),
            egress,
            ingress,
        }
    }

    /// Whether a name is that of a single pod: what a workload makes may be several, and between those policies decide.
    fn is_one_pod(&self, end: End, name: &str) -> bool {
        let End::Pod(class) = end else { return false };
        let mut pods = self.gathered.pods.iter().zip(self.gathered.traffic.pods()).enumerate();
        pods.any(|(number, (origin, pod))| {
            let is_pod = || match origin {
                PodOrigin::Object(at) => matches!(self.cluster.objects.get(*at), Some(Given::Pod(_))),
                PodOrigin::Subject | PodOrigin::Selected | PodOrigin::Refused | PodOrigin::Other => false,
            };
            let short = name.strip_suffix(" (Pod)").unwrap_or(name);
            let is_called = || short.split_once('/') == Some((pod.namespace(), pod.name()));
            self.connectivity.class_of(number) == Some(class) && is_pod() && is_called()
        })
    }

    /// Of ports of every protocol those that the target declares; of TCP where it declares none.
    fn spoken(&self, target: End, ports: Ports) -> Ports {
        if ports == Ports::all() || !is_any(&ports) {
            return ports;
        }
        let mut declared = Ports::NONE;
        for port in self.pod(target).into_iter().flat_map(PodOf::ports) {
            declared.add(&Ports::one(port.transport, port.number));
        }
        let declared = declared.and(&ports);
        if declared.is_empty() { ports.and(&Ports::range(Transport::Tcp, 1, u16::MAX)) } else { declared }
    }

    fn half(
        &self,
        (end, name): (End, &str),
        direction: Direction,
        peer: End,
        (asked, offered): (&Ports, &Ports),
    ) -> Half {
        let ports = self.connectivity.lets(end, direction, peer).and(asked);
        let (decided, missing) = match end {
            End::Address(_) => (Decided::Outside, None),
            End::Pod(class) if !self.connectivity.is_selectable(class) => (Decided::HostNetwork, None),
            End::Pod(class) if self.connectivity.is_open(class, direction) => (Decided::Open, None),
            End::Pod(class) => {
                let decided = self.policies(class, direction, peer, asked);
                let is_missing = ports.is_empty() && !offered.is_empty();
                let missing = is_missing.then(|| self.missing(class, direction, peer, offered)).flatten();
                (decided, missing)
            }
        };
        Half { name: name.to_owned(), decided, ports, missing }
    }

    /// The ports that policies of the cluster drop: no rule of a namespace lets these pass.
    fn dropped(&self, end: End, direction: Direction, peer: End) -> Ports {
        let End::Pod(class) = end else { return Ports::NONE };
        let mut all = Ports::NONE;
        for rule in self.connectivity.verdict(class, direction, peer).denied {
            all.add(&rule.ports);
        }
        all
    }

    fn policies(&self, class: ClassId, direction: Direction, peer: End, asked: &Ports) -> Decided {
        let whole = |policy: usize| self.policy(policy, FieldPath::default());
        let verdict = self.connectivity.verdict(class, direction, peer);
        let rule = |rule: Allowance| {
            let ports = rule.ports.and(asked);
            let policy = self.policy(rule.policy, direction.rule_path(rule.rule))?;
            (!ports.is_empty()).then_some((policy, ports))
        };
        Decided::Policies {
            isolating: self.connectivity.isolating(class, direction).filter_map(whole).collect(),
            governing: self.connectivity.governing(class, direction).filter_map(whole).collect(),
            allowing: verdict.accepted.into_iter().filter_map(rule).collect(),
            denying: verdict.denied.into_iter().filter_map(rule).collect(),
            open: verdict.open.and(asked),
        }
    }

    fn policy(&self, policy: usize, path: FieldPath) -> Option<PolicyName> {
        policy_name(self.read, self.gathered, policy, path)
    }

    /// The rule that would let these ports pass, in the policy that selects the fewest pods.
    fn missing(&self, class: ClassId, direction: Direction, peer: End, offered: &Ports) -> Option<Missing> {
        let isolating = self.connectivity.isolating(class, direction);
        let policy = isolating.min_by_key(|policy| self.connectivity.subjects(*policy).len())?;
        let namespace = self.connectivity.pod(class)?.namespace();
        let peers = match peer {
            End::Address(address) => {
                let bits = if address.is_ipv4() { 32 } else { 128 };
                format!("ipBlock: {{cidr: {address}/{bits}}}")
            }
            End::Pod(peer) if !self.connectivity.is_selectable(peer) => format!("ipBlock: {{cidr: {NODES}}}"),
            End::Pod(peer) => {
                let pod = self.connectivity.pod(peer)?;
                let pods = format!("podSelector: {{matchLabels: {}}}", flow_map(&self.selecting(peer, pod)));
                if pod.namespace() == namespace {
                    pods
                } else {
                    let home = pod.namespace();
                    // one that is in no file has no name, and is told by its labels
                    let labels = if home.starts_with('(') {
                        self.gathered.traffic.namespace_labels(home)
                    } else {
                        Labels::from([(NAMESPACE_NAME.to_owned(), home.to_owned())])
                    };
                    let any = || "namespaceSelector: {}".to_owned();
                    let of = |labels| format!("namespaceSelector: {{matchLabels: {}}}", flow_map(labels));
                    let spaces = if labels.is_empty() { any() } else { of(&labels) };
                    format!("{spaces}, {pods}")
                }
            }
        };
        let mut rule = vec![format!("- {}: [{{{peers}}}]", direction.peers())];
        if *offered != Ports::all() {
            let ports = offered.ranges().iter().map(|range| {
                let end = if range.last > range.first { format!(", endPort: {}", range.last) } else { String::new() };
                format!("{{port: {}{end}, protocol: {}}}", range.first, range.transport.name())
            });
            rule.push(format!("  ports: [{}]", ports.collect::<Vec<_>>().join(", ")));
        }
        let on_host = matches!(peer, End::Pod(peer) if !self.connectivity.is_selectable(peer));
        let on_host = on_host.then_some(
            "NODES is the range of the nodes' addresses: a pod on the host network is its node, which no selector selects",
        );
        let remark = on_host.or_else(|| {
            let is_bare = |class: ClassId| self.pod(End::Pod(class)).is_some_and(|pod| self.selecting(class, pod).is_empty());
            let is_bare_peer = matches!(peer, End::Pod(peer) if is_bare(peer));
            (is_bare_peer || is_bare(class)).then_some(
                "`matchLabels: {}` is every pod of the namespace: give these pods a label in their template, and state that",
            )
        });
        let (rules, field) = match direction {
            Direction::Ingress => ("ingress", "spec.ingress"),
            Direction::Egress => ("egress", "spec.egress"),
        };
        let object = self.gathered.policies.get(policy).and_then(|at| self.read.objects.get(*at))?;
        let Given::NetworkPolicy(stated) = object else { return None };
        let spec = stated.spec.as_ref();
        let selector = spec.and_then(|spec| spec.pod_selector.as_ref());
        if selector.is_some_and(|selector| !crate::verify::select::is_empty(selector)) {
            return Some(Missing { policy: Some(self.policy(policy, FieldPath::default())?), field, rule, remark });
        }
        let pod = self.connectivity.pod(class)?;
        let mut whole = vec![
            format!("podSelector: {{matchLabels: {}}}", flow_map(&self.selecting(class, pod))),
            format!("policyTypes: [{}]", direction.name()),
            format!("{rules}:"),
        ];
        whole.extend(rule.into_iter().map(|line| format!("  {line}")));
        Some(Missing { policy: None, field: "spec", rule: whole, remark })
    }

    /// The labels that select pods: those of their controller's selector, else all, else those that their controller gives.
    fn selecting(&self, class: ClassId, pod: PodOf<'_>) -> Labels {
        let pods = self.gathered.pods.iter().enumerate();
        let maker =
            pods.filter(|(number, _)| self.connectivity.class_of(*number) == Some(class)).find_map(|(_, origin)| {
                match origin {
                    PodOrigin::Object(at) => self.cluster.objects.get(*at),
                    PodOrigin::Subject | PodOrigin::Selected | PodOrigin::Refused | PodOrigin::Other => None,
                }
            });
        let selector = maker.and_then(crate::verify::references::selectors::selector);
        let stated = selector.and_then(|selector| selector.match_labels.clone());
        let own = stated.filter(|stated| !stated.is_empty()).unwrap_or_else(|| pod.labels());
        let given = maker.filter(|_| own.is_empty()).and_then(job_label);
        given.map_or(own, |(key, name)| Labels::from([(key.to_owned(), name.to_owned())]))
    }
}

/// What stands behind the name of a pod that was asked for by its address.
fn beside(address: IpAddr) -> String {
    format!(" ({address})")
}

/// The name without the address.
fn without_address(name: &str) -> &str {
    let is_address = |text: &str| text.strip_suffix(')').is_some_and(|text| text.parse::<IpAddr>().is_ok());
    name.rsplit_once(" (").filter(|(_, last)| is_address(last)).map_or(name, |(name, _)| name)
}

/// A port number of every protocol: what is meant where no protocol is said.
fn every_transport(number: u16) -> Ports {
    let mut ports = Ports::NONE;
    for transport in Transport::ALL {
        ports.add(&Ports::one(transport, number));
    }
    ports
}

/// Whether ports are the same of every protocol, as they are where no protocol was said.
fn is_any(ports: &Ports) -> bool {
    let of = |transport| {
        let own = ports.ranges().iter().filter(move |range| range.transport == transport);
        own.map(|range| (range.first, range.last)).collect::<Vec<_>>()
    };
    of(Transport::Tcp) == of(Transport::Udp) && of(Transport::Tcp) == of(Transport::Sctp)
}

fn flow_map(labels: &Labels) -> String {
    let pairs = labels.iter().map(|(key, value)| format!("{key}: {}", quoted(value)));
    format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
}

/// A label's value as YAML: quoted where it may be read as something else.
fn quoted(value: &str) -> String {
    let is_plain = value.starts_with(|first: char| first.is_ascii_alphabetic())
        && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(&value.to_lowercase().as_str());
    if is_plain { value.to_owned() } else { format!("\"{value}\"") }
}
