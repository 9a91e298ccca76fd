//! What decides about traffic among objects that others wrote, and pods that stand in for whoever is not among them.
//!
//! Invariants: a stand-in is a pod that some policy speaks of and no object makes, or one that nothing speaks of: the other
//! pods of each namespace, those of any other namespace, and whatever is on the host network. What a controller among the
//! objects made is judged by that controller's template, once.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::policy::Direction;
use super::traffic::{Network, Pod, Traffic};
use crate::object::api::networking::v1::NetworkPolicyPeer;
use crate::object::{ClusterPeer, FieldPath, Given, LabelSelector, Labels, NetworkPolicy};
use crate::verify::cluster::{Cluster, Pod as JudgedPod};
use crate::verify::select;

/// The label that the control plane sets on every namespace, to its name (kubernetes/website
/// `docs/reference/labels-annotations-taints/_index.md`, 1.33).
pub const NAMESPACE_NAME: &str = "kubernetes.io/metadata.name";

/// The name of the namespace that stands in for those that nothing names.
const ELSEWHERE: &str = "(any other namespace)";

/// What objects say of traffic, and which object says it.
#[derive(Debug)]
pub struct Gathered {
    /// It.
    pub traffic: Traffic,
    /// Where each pod of it comes from.
    pub pods: Vec<PodOrigin>,
    /// The object of each policy.
    pub policies: Vec<usize>,
    /// The object of each Service.
    pub services: Vec<usize>,
}

/// Where a pod comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PodOrigin {
    /// An object of that number makes it.
    Object(usize),
    /// A policy speaks of such pods, and no object makes them.
    Selected,
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

/// The pods and templates that something runs, but for what a controller among the objects made of its own.
pub fn running<'c, 'a>(cluster: &'c Cluster<'a>) -> impl Iterator<Item = &'c JudgedPod<'a>> + use<'c, 'a> {
    let identity = |object: &'a Given| (cluster.namespace_of(object), object.kind(), object.name());
    let there: BTreeSet<(&str, &str, &str)> = cluster.iter().map(|(_, object)| identity(object)).collect();
    let is_made = move |object: &'a Given| {
        let mut owners = object.metadata().owner_references.iter().flatten();
        owners.any(|owner| there.contains(&(cluster.namespace_of(object), &owner.kind, &owner.name)))
    };
    let is_run = move |pod: &&JudgedPod<'a>| !matches!(pod.object, Given::PodTemplate(_)) && !is_made(pod.object);
    cluster.pods().iter().filter(is_run)
}

/// A pod as it is told of to [`Traffic`].
pub fn told<'a>(cluster: &Cluster<'a>, pod: &JudgedPod<'a>) -> Pod<'a> {
    let template = &pod.view.template;
    Pod::new(pod.object.name(), cluster.namespace_of(pod.object), template.metadata, Some(template.spec))
}

/// Gathers it.
pub fn gather(cluster: &Cluster<'_>) -> Gathered {
    let mut gathering = Gathering {
        cluster,
        gathered: Gathered {
            traffic: Traffic::in_namespace(cluster.default_namespace()),
            pods: Vec::new(),
            policies: Vec::new(),
            services: Vec::new(),
        },
        known: BTreeMap::new(),
        stand_ins: BTreeSet::new(),
    };
    gathering.objects();
    gathering.stand_ins();
    gathering.gathered
}

struct Gathering<'g, 'a> {
    cluster: &'g Cluster<'a>,
    gathered: Gathered,
    /// The labels of the namespaces that something names.
    known: BTreeMap<&'a str, Labels>,
    /// Namespace and labels of the pods that stand in for what policies speak of.
    stand_ins: BTreeSet<(String, Labels)>,
}

impl Gathering<'_, '_> {
    fn objects(&mut self) {
        let cluster = self.cluster;
        let mut stated: BTreeMap<&str, Labels> = BTreeMap::new();
        for (at, object) in cluster.iter() {
            self.gathered.traffic.add_given(object);
            if matches!(object, Given::NetworkPolicy(_) | Given::ClusterNetworkPolicy(_)) {
                self.gathered.policies.push(at);
            } else if let Given::Service(_) = object {
                self.gathered.services.push(at);
            } else if let Given::Namespace(namespace) = object {
                stated.insert(object.name(), namespace.metadata.labels.clone().unwrap_or_default());
            }
        }
        for pod in running(cluster) {
            self.add(&told(cluster, pod), PodOrigin::Object(pod.at));
        }
        for (_, object) in cluster.iter() {
            let has_pods = object.template().is_some() || matches!(object, Given::NetworkPolicy(_));
            if has_pods || matches!(object, Given::Namespace(_)) {
                self.known.entry(cluster.home_of(object)).or_default();
            }
        }
        for (name, labels) in &mut self.known {
            labels.extend(stated.remove(*name).into_iter().flatten());
            labels.insert(NAMESPACE_NAME.to_owned(), (*name).to_owned());
        }
    }

    fn add(&mut self, pod: &Pod<'_>, origin: PodOrigin) {
        self.gathered.traffic.add_pod(pod);
        self.gathered.pods.push(origin);
    }

    fn stand_ins(&mut self) {
        for (_, object) in self.cluster.iter() {
            if let Given::NetworkPolicy(policy) = object {
                let own = self.cluster.namespace_of(object);
                for PeerOf { peer, .. } in peers(policy).filter(|one| one.peer.ip_block.is_none()) {
                    self.peer(own, (peer.namespace_selector.as_ref(), peer.pod_selector.as_ref()));
                }
            } else if let Given::ClusterNetworkPolicy(policy) = object {
                let from = policy.spec.ingress.iter().flat_map(|rule| &rule.from);
                let to = policy.spec.egress.iter().flat_map(|rule| &rule.to);
                for (namespaces, pods) in from.chain(to).filter_map(ClusterPeer::selectors) {
                    self.peer("", (Some(namespaces), pods));
                }
            }
        }
        let names: Vec<String> = self.known.keys().map(|name| (*name).to_owned()).collect();
        let named = std::mem::take(&mut self.stand_ins);
        let mut namespaces: BTreeSet<String> = names.into_iter().chain([ELSEWHERE.to_owned()]).collect();
        namespaces.extend(named.iter().map(|(namespace, _)| namespace.clone()));
        for namespace in namespaces {
            self.add(&stand_in("other pods".to_owned(), namespace, Labels::new()), PodOrigin::Other);
        }
        for (namespace, labels) in named.into_iter().filter(|(_, labels)| !labels.is_empty()) {
            let name = labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",");
            self.add(&stand_in(format!("({name})"), namespace, labels), PodOrigin::Selected);
        }
        let on_host = stand_in("the host network".to_owned(), ELSEWHERE.to_owned(), Labels::new());
        self.add(&Pod { network: Network::Host(Vec::new()), ..on_host }, PodOrigin::Other);
    }

    /// Where no object makes a pod that a peer speaks of, one stands in.
    fn peer(&mut self, own: &str, (namespaces, pods): (Option<&LabelSelector>, Option<&LabelSelector>)) {
        let pods = pods.filter(|selector| !select::is_empty(selector));
        let Some(selector) = namespaces else {
            if let Some(pods) = pods
                && self.cluster.selected(own, Some(pods)).is_empty()
            {
                self.stand_ins.extend(example(pods).map(|labels| (own.to_owned(), labels)));
            }
            return;
        };
        if let Some(name) = pinned(selector) {
            if pods.is_none_or(|pods| self.cluster.selected(name, Some(pods)).is_empty()) {
                let labels = pods.map_or(Some(Labels::new()), example);
                self.stand_ins.extend(labels.map(|labels| (name.to_owned(), labels)));
            }
            return;
        }
        let is_elsewhere = select::fits(Some(selector), None);
        let mut fitting = self.known.iter().filter(|(_, labels)| select::fits(Some(selector), Some(labels)));
        let is_there =
            |namespace: &str| pods.is_none_or(|pods| !self.cluster.selected(namespace, Some(pods)).is_empty());
        let first = fitting.clone().next().map(|(name, _)| (*name).to_owned());
        if fitting.any(|(name, _)| is_there(name)) {
            return;
        }
        let namespace = match (is_elsewhere, first) {
            (true, _) => ELSEWHERE.to_owned(),
            (false, Some(first)) => first,
            (false, None) => {
                let Some(labels) = example(selector) else { return };
                let name = format!("({})", select::written(selector));
                self.gathered.traffic.add_namespace(&name, &labels);
                name
            }
        };
        let labels = pods.map_or(Some(Labels::new()), example);
        self.stand_ins.extend(labels.map(|labels| (namespace, labels)));
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

/// Labels that a selector matches; `None` where it matches none, since it contradicts itself or is refused.
fn example(selector: &LabelSelector) -> Option<Labels> {
    let mut labels: Labels = selector.match_labels.clone().unwrap_or_default();
    for one in selector.match_expressions.iter().flatten() {
        let value = match one.operator.as_str() {
            "In" => one.values.iter().flatten().next()?.clone(),
            "Exists" => String::new(),
            _ => continue,
        };
        labels.entry(one.key.clone()).or_insert(value);
    }
    select::matches(selector, &labels)?.then_some(labels)
}
