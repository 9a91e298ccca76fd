//! What decides about traffic among objects that others wrote, and pods that stand in for whoever is not among them.
//!
//! Invariants: a stand-in is a pod that some policy speaks of, or selects, and no object makes, or one that nothing speaks of: the other
//! pods of each namespace, those of any other namespace, and whatever is on the host network. What a controller among the
//! objects made is judged by that controller's template: once, or once for each of its members that selectors tell apart.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::Connectivity;
use super::policy::Direction;
use super::stand_ins::{Missing, StandIn};
use super::traffic::{Network, Pod, Traffic};
use crate::object::api::networking::v1::NetworkPolicyPeer;
use crate::object::{FieldPath, Given, LabelSelector, Labels, NetworkPolicy};
use crate::verify::cluster::{Cluster, Pod as JudgedPod};
use crate::verify::members::Member;

/// The label that the control plane sets on every namespace, to its name (kubernetes/website
/// `docs/reference/labels-annotations-taints/_index.md`, 1.33).
pub const NAMESPACE_NAME: &str = "kubernetes.io/metadata.name";

/// The name of the namespace that stands in for those that nothing names.
pub const ELSEWHERE: &str = "(any other namespace)";
/// What the pods of a namespace are called that nothing names.
pub const OTHERS: &str = "other pods";

/// What objects say of traffic, and which object says it.
#[derive(Debug)]
pub struct Gathered {
    /// It.
    pub traffic: Traffic,
    /// Where each pod of it comes from.
    pub pods: Vec<PodOrigin>,
    /// The numbers of the pods of each object, by the number of the object: one for each member.
    pub members: BTreeMap<usize, Vec<usize>>,
    /// The object of each policy.
    pub policies: Vec<usize>,
    /// The object of each Service.
    pub services: Vec<usize>,
}

impl Gathered {
    /// The number of the pod that is judged for one among the objects that a controller made.
    pub fn member(&self, cluster: &Cluster<'_>, at: usize) -> Option<usize> {
        let (pod, member) = cluster.member_of(at)?;
        self.members.get(&pod.at)?.get(member).copied()
    }
}

/// Where a pod comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PodOrigin {
    /// An object of that number makes it.
    Object(usize),
    /// A policy speaks of such pods, and no object makes them.
    Selected,
    /// A policy selects such pods, and no object makes one that it selects; or it selects none that bear a label of these.
    Subject,
    /// Some policy speaks of all such pods but those that bear a label of these, and no object makes one that does.
    Refused,
    /// Nothing speaks of it.
    Other,
}

/// A peer of a policy.
#[derive(Debug, Clone)]
pub struct PeerOf<'a> {
    /// The peer.
    pub peer: &'a NetworkPolicyPeer,
    /// Which way its rule goes.
    pub direction: Direction,
    /// The number of its rule in that direction.
    pub rule: usize,
    /// Its number in that rule.
    pub at: usize,
}

impl PeerOf<'_> {
    /// Where it stands.
    pub fn path(&self) -> FieldPath {
        self.direction.rule_path(self.rule).at(self.direction.peers()).index(self.at)
    }
}

/// All peers of a policy's rules.
pub fn peers(policy: &NetworkPolicy) -> impl Iterator<Item = PeerOf<'_>> {
    let spec = policy.spec.as_ref();
    let ingress = spec.and_then(|spec| spec.ingress.as_ref()).into_iter().flatten().map(|rule| rule.from.as_ref());
    let egress = spec.and_then(|spec| spec.egress.as_ref()).into_iter().flatten().map(|rule| rule.to.as_ref());
    let ingress = ingress.enumerate().map(|(rule, peers)| (Direction::Ingress, rule, peers));
    let egress = egress.enumerate().map(|(rule, peers)| (Direction::Egress, rule, peers));
    ingress.chain(egress).flat_map(|(direction, rule, peers)| {
        peers.into_iter().flatten().enumerate().map(move |(at, peer)| PeerOf { peer, direction, rule, at })
    })
}

/// The namespace that a selector pins by name.
pub fn pinned(selector: &LabelSelector) -> Option<&str> {
    if let Some(name) = selector.match_labels.as_ref().and_then(|labels| labels.get(NAMESPACE_NAME)) {
        return Some(name);
    }
    let mut expressions = selector.match_expressions.iter().flatten();
    let named = expressions.find(|one| one.key == NAMESPACE_NAME && one.operator == "In")?;
    if let Some([name]) = named.values.as_deref() { Some(name) } else { None }
}

/// The pods and templates that something runs.
pub fn running<'c, 'a>(cluster: &'c Cluster<'a>) -> impl Iterator<Item = &'c JudgedPod<'a>> + use<'c, 'a> {
    cluster.pods().iter().filter(|pod| !matches!(pod.object, Given::PodTemplate(_)))
}

/// Each member of a pod as it is told of to [`Traffic`].
pub fn told<'c, 'a>(
    cluster: &'c Cluster<'a>,
    pod: &'c JudgedPod<'a>,
) -> impl Iterator<Item = (&'c Member<'a>, Pod<'c>)> + use<'c, 'a> {
    let template = &pod.view.template;
    let usual = Pod::new(pod.object.name(), cluster.namespace_of(pod.object), template.metadata, Some(template.spec));
    pod.members.iter().map(move |member| {
        let name = member.name.as_deref().unwrap_or(pod.object.name()).into();
        (member, Pod { name, labels: Cow::Borrowed(&*member.labels), ..usual.clone() })
    })
}

/// Gathers it.
pub fn gather(cluster: &Cluster<'_>) -> Gathered {
    gather_with(cluster, |_| {})
}

/// Gathers it, and a pod for each policy that selects none of those that objects make.
pub fn gather_with_subjects(cluster: &Cluster<'_>) -> Gathered {
    gather_with(cluster, |gathering| {
        let subjects = gathering.gathered.traffic.stand_ins(ELSEWHERE, Missing::Subjects, None);
        let (labeled, plain): (Vec<StandIn>, Vec<StandIn>) =
            subjects.into_iter().partition(|one| !one.labels.is_empty());
        gathering.bare.extend(plain.iter().map(StandIn::namespace));
        gathering.add_all(&labeled, |one| format!("({})", one.written()), PodOrigin::Subject);
        gathering.refusing = true;
    })
}

fn gather_with(cluster: &Cluster<'_>, further: impl FnOnce(&mut Gathering<'_, '_>)) -> Gathered {
    let mut gathering = Gathering {
        cluster,
        gathered: Gathered {
            traffic: Traffic::in_namespace(cluster.default_namespace()),
            pods: Vec::new(),
            members: BTreeMap::new(),
            policies: Vec::new(),
            services: Vec::new(),
        },
        known: BTreeSet::new(),
        bare: BTreeSet::new(),
        refusing: false,
    };
    gathering.objects();
    further(&mut gathering);
    gathering.stand_ins();
    gathering.gathered
}

struct Gathering<'g, 'a> {
    cluster: &'g Cluster<'a>,
    gathered: Gathered,
    /// The namespaces that something names.
    known: BTreeSet<&'a str>,
    /// The namespaces whose other pods are those that a policy selects that selects none of the objects'.
    bare: BTreeSet<String>,
    /// Whether whoever bears a label that is refused is among them.
    refusing: bool,
}

impl Gathering<'_, '_> {
    fn objects(&mut self) {
        let cluster = self.cluster;
        for (at, object) in cluster.iter() {
            self.gathered.traffic.add_given(object);
            if matches!(object, Given::NetworkPolicy(_) | Given::ClusterNetworkPolicy(_)) {
                self.gathered.policies.push(at);
            } else if let Given::Service(_) = object {
                self.gathered.services.push(at);
            }
        }
        for pod in running(cluster) {
            for (_, member) in told(cluster, pod) {
                self.gathered.members.entry(pod.at).or_default().push(self.gathered.pods.len());
                self.add(&member, PodOrigin::Object(pod.at));
            }
        }
        for (_, object) in cluster.iter() {
            let has_pods = object.template().is_some() || matches!(object, Given::NetworkPolicy(_));
            if has_pods || matches!(object, Given::Namespace(_)) {
                self.known.insert(cluster.home_of(object));
            }
        }
    }

    fn add(&mut self, pod: &Pod<'_>, origin: PodOrigin) {
        self.gathered.traffic.add_pod(pod);
        self.gathered.pods.push(origin);
    }

    fn stand_ins(&mut self) {
        let mut namespaces: BTreeSet<String> = self.known.iter().map(|name| (*name).to_owned()).collect();
        namespaces.insert(ELSEWHERE.to_owned());
        for namespace in &namespaces {
            let origin = if self.bare.contains(namespace) { PodOrigin::Subject } else { PodOrigin::Other };
            self.add(&stand_in(OTHERS.to_owned(), namespace.clone(), Labels::new()), origin);
        }
        let named = self.gathered.traffic.stand_ins(ELSEWHERE, Missing::Peers, None);
        self.add_named(named, &mut namespaces, PodOrigin::Selected);
        if self.refusing {
            let traffic = &self.gathered.traffic;
            let subjects = self.told_apart(traffic.refused(ELSEWHERE, true, None));
            self.add_named(subjects, &mut namespaces, PodOrigin::Subject);
            let traffic = &self.gathered.traffic;
            let peers = self.told_apart(traffic.refused(ELSEWHERE, false, Some(&traffic.refusals())));
            self.add_named(peers, &mut namespaces, PodOrigin::Refused);
        }
        let on_host = stand_in("the host network".to_owned(), ELSEWHERE.to_owned(), Labels::new());
        self.add(&Pod { network: Network::Host(Vec::new()), ..on_host }, PodOrigin::Other);
    }

    /// Adds them, and whatever else runs in namespaces that are new.
    fn add_named(&mut self, named: Vec<StandIn>, namespaces: &mut BTreeSet<String>, origin: PodOrigin) {
        let new = named.iter().filter(|one| namespaces.insert(one.namespace()));
        let beside: Vec<StandIn> = new.map(StandIn::beside).collect();
        let of_new = if origin == PodOrigin::Refused { origin } else { PodOrigin::Other };
        self.add_all(&beside, |_| OTHERS.to_owned(), of_new);
        let labeled: Vec<StandIn> = named.into_iter().filter(|one| !one.labels.is_empty()).collect();
        self.add_all(&labeled, |one| format!("({})", one.written()), origin);
    }

    /// Those that some policy tells apart from whoever is there.
    fn told_apart(&self, all: Vec<StandIn>) -> Vec<StandIn> {
        if all.is_empty() {
            return all;
        }
        let mut trial = self.gathered.traffic.clone();
        let first = trial.pods().len();
        trial.add_stand_ins(&all, |_| String::new());
        let distinct = Connectivity::of(&trial).distinct(first);
        all.into_iter().zip(distinct).filter(|(_, is_distinct)| *is_distinct).map(|(one, _)| one).collect()
    }

    fn add_all(&mut self, all: &[StandIn], called: impl Fn(&StandIn) -> String, origin: PodOrigin) {
        let added = self.gathered.traffic.add_stand_ins(all, called);
        self.gathered.pods.extend(added.iter().map(|_| origin));
    }
}

fn stand_in<'a>(name: String, namespace: String, labels: Labels) -> Pod<'a> {
    Pod {
        name: Cow::Owned(name),
        namespace: Cow::Owned(namespace),
        labels: Cow::Owned(labels),
        ports: Vec::new(),
        network: Network::Own(Vec::new()),
    }
}
