//! What network policies say and cannot mean: mistakes whatever was intended.
//!
//! Invariants: only what is certain from the objects is found. A peer in a namespace of which no pod is among them may be
//! anyone; what a stand-in would be reached by is judged as if it were there.

mod assumed;
pub mod blocks;
pub mod callers;
pub mod cluster;
pub mod halves;
pub mod names;
pub mod ports;
pub mod selected;
pub mod types;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::cluster::Cluster;
use super::connectivity::{
    ClassId, Connectivity, DeclaredPort, Direction, Gathered, NAMESPACE_NAME, PodOf, PodOrigin, pinned,
};
use super::finding::{Finding, Place};
use super::pod_security::{NEWEST, PolicyVersion};
use super::select;
use crate::diagnostic::Code;
use crate::object::api::networking::v1::NetworkPolicyPeer;
use crate::object::{FieldPath, Given, IntOrString, LabelSelector, Labels, NetworkPolicy};
use crate::value::closest;

/// Every code of this part.
pub fn codes() -> impl Iterator<Item = &'static Code> {
    [
        selected::CODES,
        ports::CODES,
        halves::CODES,
        names::CODES,
        callers::CODES,
        cluster::CODES,
        types::CODES,
        blocks::CODES,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// All of them over one cluster, whose API server is of this version; and what is taken for granted there and is not wrong, each with the field that asks for it.
pub fn judge(
    cluster: &Cluster<'_>,
    gathered: &Gathered,
    connectivity: &Connectivity<'_>,
    server: PolicyVersion,
) -> (Vec<Finding>, Vec<(Place, String)>) {
    let judged = Judged { version: server.0, ..Judged::new(cluster, gathered, connectivity) };
    let mut found = selected::judge(&judged);
    found.extend(ports::judge(&judged));
    found.extend(halves::judge(&judged));
    found.extend(names::judge(&judged));
    found.extend(callers::judge(&judged));
    found.extend(cluster::judge(&judged));
    found.extend(types::judge(&judged));
    found.extend(blocks::judge(&judged));
    (found, assumed::assumed(&judged))
}

/// Of what is taken for granted what the answer to a question about two pods may depend on: the labels of namespaces that no
/// object states, and what addresses that programs read differently are taken for.
pub fn taken_for_granted(
    cluster: &Cluster<'_>,
    gathered: &Gathered,
    connectivity: &Connectivity<'_>,
) -> Vec<(Place, String)> {
    let judged = Judged::new(cluster, gathered, connectivity);
    let mut taken = assumed::unknown_labels(&judged);
    taken.extend(blocks::assumed(&judged));
    taken
}

/// What is judged.
struct Judged<'a> {
    cluster: &'a Cluster<'a>,
    gathered: &'a Gathered,
    connectivity: &'a Connectivity<'a>,
    /// The policies of namespaces by their numbers; none for one of the cluster. What each selects is found once.
    policies: Vec<Option<PolicyView<'a>>>,
    /// The numbers of those that the API server would refuse.
    refused: BTreeSet<usize>,
    /// An object that makes pods of each class; none of a class that only stands in.
    maker: Vec<Option<usize>>,
    /// The namespaces of pods that objects make.
    namespaces: BTreeSet<&'a str>,
    /// The namespaces among the objects.
    stated: BTreeSet<&'a str>,
    /// What [`Self::slip`] has answered, by namespace and selector.
    slips: RefCell<BTreeMap<(String, String), Option<String>>>,
    /// The minor version of the API server.
    version: u32,
}

/// A policy.
struct PolicyView<'a> {
    /// Its number among the policies.
    number: usize,
    /// The number of its object.
    at: usize,
    object: &'a NetworkPolicy,
    title: String,
    namespace: &'a str,
    selector: Option<&'a LabelSelector>,
    /// The classes that it selects and that objects make.
    subjects: Vec<ClassId>,
}

/// A peer whose pods these objects all hold, as far as they can hold them.
struct Known<'a> {
    namespace: &'a str,
    /// What it selects there.
    classes: Vec<ClassId>,
    /// The selector that says so.
    selector: &'a LabelSelector,
}

impl<'a> Judged<'a> {
    fn new(cluster: &'a Cluster<'a>, gathered: &'a Gathered, connectivity: &'a Connectivity<'a>) -> Self {
        let mut maker = vec![None; connectivity.classes().count()];
        let mut namespaces = BTreeSet::new();
        for (number, (origin, pod)) in gathered.pods.iter().zip(gathered.traffic.pods()).enumerate() {
            let PodOrigin::Object(at) = origin else { continue };
            namespaces.insert(pod.namespace());
            let class = connectivity.class_of(number).and_then(|class| maker.get_mut(class.0 as usize));
            if let Some(maker) = class {
                maker.get_or_insert(*at);
            }
        }
        let refused = connectivity.refused().map(|refused| refused.policy).collect();
        let stated = cluster.namespaces().into_keys().collect();
        let slips = RefCell::default();
        let (policies, version) = (Vec::new(), NEWEST.0);
        let mut judged =
            Self { cluster, gathered, connectivity, policies, refused, maker, namespaces, stated, slips, version };
        judged.policies = (0..gathered.policies.len()).map(|number| judged.read(number)).collect();
        judged
    }

    fn has_pods(&self, namespace: &str) -> bool {
        self.namespaces.contains(namespace)
    }

    /// The classes that objects make.
    fn classes(&self) -> impl Iterator<Item = ClassId> {
        self.connectivity.classes().filter(|class| self.maker_of(*class).is_some())
    }

    fn maker_of(&self, class: ClassId) -> Option<usize> {
        self.maker.get(class.0 as usize).copied().flatten()
    }

    fn made(&self, mut classes: Vec<ClassId>) -> Vec<ClassId> {
        classes.retain(|class| self.maker_of(*class).is_some());
        classes
    }

    /// The policies of namespaces; those that the API server would refuse select nobody.
    fn policies(&self) -> impl Iterator<Item = &PolicyView<'a>> {
        self.policies.iter().flatten()
    }

    fn has_policies_of_the_cluster(&self) -> bool {
        self.policies.iter().any(Option::is_none)
    }

    /// A policy of a namespace by its number.
    fn policy(&self, number: usize) -> Option<&PolicyView<'a>> {
        self.policies.get(number)?.as_ref()
    }

    /// A policy by its number, and the number of its object.
    fn stated(&self, number: usize) -> Option<(usize, &'a NetworkPolicy)> {
        let at = *self.gathered.policies.get(number)?;
        let Given::NetworkPolicy(policy) = self.cluster.objects.get(at)? else { return None };
        Some((at, policy))
    }

    fn read(&self, number: usize) -> Option<PolicyView<'a>> {
        let (at, policy) = self.stated(number)?;
        let object = self.cluster.objects.get(at)?;
        let subjects = self.made(self.connectivity.subjects(number));
        Some(PolicyView {
            number,
            at,
            object: policy,
            title: self.cluster.title(object),
            namespace: self.cluster.namespace_of(object),
            selector: policy.spec.as_ref().and_then(|spec| spec.pod_selector.as_ref()),
            subjects,
        })
    }

    /// The object of a policy of a namespace or of the cluster, by its number, and how it is called.
    fn any_policy(&self, number: usize) -> Option<(usize, String)> {
        let at = *self.gathered.policies.get(number)?;
        Some((at, self.cluster.title(self.cluster.objects.get(at)?)))
    }

    /// The classes that a peer selects and that objects make; those on the host network are none of them.
    fn peers(&self, policy: &PolicyView<'a>, peer: &NetworkPolicyPeer) -> Vec<ClassId> {
        let everything = LabelSelector::default();
        let pods = peer.pod_selector.as_ref().unwrap_or(&everything);
        let namespaces = match &peer.namespace_selector {
            None => vec![policy.namespace],
            Some(selector) => self.connectivity.namespaces(selector),
        };
        let found = namespaces.into_iter().flat_map(|namespace| self.connectivity.selected(namespace, pods));
        self.made(found.filter(|class| self.connectivity.is_selectable(*class)).collect())
    }

    /// A peer that cannot mean pods of other files; `None` for one that may, or that is refused.
    fn peer<'p>(&self, policy: &PolicyView<'a>, peer: &'p NetworkPolicyPeer) -> Option<Known<'p>>
    where
        'a: 'p,
    {
        if peer.ip_block.is_some() {
            return None;
        }
        let selectors = [&peer.namespace_selector, &peer.pod_selector].into_iter().flatten();
        for selector in selectors {
            select::matches(selector, &Labels::new())?;
        }
        let pods = peer.pod_selector.as_ref().filter(|selector| !select::is_empty(selector));
        let Some(selector) = &peer.namespace_selector else {
            let is_known = self.has_pods(policy.namespace);
            let classes = self.peers(policy, peer);
            return Some(Known { namespace: policy.namespace, classes, selector: pods? }).filter(|_| is_known);
        };
        let namespace = pinned(selector).filter(|namespace| self.has_pods(namespace))?;
        let is_it = self.connectivity.namespaces(selector).contains(&namespace);
        // labels beside the name are those of a Namespace among the objects, or not known
        let by_name_alone = selector.match_expressions.iter().flatten().all(|one| one.key == NAMESPACE_NAME)
            && selector.match_labels.iter().flatten().all(|(key, _)| key == NAMESPACE_NAME);
        if !by_name_alone && !self.stated.contains(namespace) {
            return None;
        }
        let classes = self.peers(policy, peer);
        let selector = if is_it { pods? } else { selector };
        Some(Known { namespace, classes, selector })
    }

    /// What a selector that selects nothing in a namespace was most likely meant for, to follow "there is". `None` where
    /// nothing there resembles it: the pods may be brought by an operator or another chart.
    fn slip(&self, namespace: &str, selector: &LabelSelector) -> Option<String> {
        let key = (namespace.to_owned(), select::written(selector));
        if let Some(known) = self.slips.borrow().get(&key) {
            return known.clone();
        }
        let found = self.slip_of(namespace, selector);
        self.slips.borrow_mut().insert(key, found.clone());
        found
    }

    fn slip_of(&self, namespace: &str, selector: &LabelSelector) -> Option<String> {
        if selector.match_expressions.iter().flatten().next().is_some() {
            return None;
        }
        let wanted = selector.match_labels.as_ref()?;
        let here = self.made(self.connectivity.selected(namespace, &LabelSelector::default()));
        let mut labels = here.iter().filter_map(|class| self.connectivity.pod(*class)).map(PodOf::labels);
        if let Some(near) = labels.find_map(|labels| near_miss(wanted, &labels)) {
            return Some(format!("`{near}` in {namespace}"));
        }
        let mut elsewhere = self.namespaces.iter().filter(|other| **other != namespace);
        let has_it = |other: &&&str| !self.made(self.connectivity.selected(other, selector)).is_empty();
        elsewhere.find(has_it).map(|other| format!("`{}` in {other}", select::written(selector)))
    }

    /// Whether a policy lets a class in at the name of a port that it has not.
    fn names_no_port(&self, class: ClassId) -> bool {
        let isolating = self.connectivity.isolating(class, Direction::Ingress);
        let specs = isolating.filter_map(|policy| self.stated(policy)?.1.spec.as_ref());
        let rules = specs.flat_map(|spec| spec.ingress.iter().flatten());
        let mut ports = rules.flat_map(|rule| rule.ports.iter().flatten());
        let declared: Vec<DeclaredPort<'_>> = self.connectivity.pod(class).into_iter().flat_map(PodOf::ports).collect();
        ports.any(|port| match &port.port {
            Some(IntOrString::String(name)) => !declared.iter().any(|one| one.name.as_deref() == Some(name)),
            Some(IntOrString::Int(_)) | None => false,
        })
    }

    /// How a class is called.
    fn title(&self, class: ClassId) -> String {
        let object = self.maker_of(class).and_then(|at| self.cluster.objects.get(at));
        object.map(|object| self.cluster.title(object)).unwrap_or_default()
    }

    /// Where the containers of a class stand.
    fn containers(&self, class: ClassId) -> Option<(usize, FieldPath)> {
        let at = self.maker_of(class)?;
        let template = self.cluster.objects.get(at)?.template()?;
        Some((at, template.path.at("spec.containers")))
    }
}

/// The label of a pod that one label was most likely meant for, where the pod has all others.
fn near_miss(wanted: &Labels, labels: &Labels) -> Option<String> {
    let mut missing = wanted.iter().filter(|(key, value)| labels.get(*key) != Some(value));
    let (Some((key, value)), None) = (missing.next(), missing.next()) else { return None };
    if let Some(other) = labels.get(key) {
        let without_digits = |text: &str| text.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
        // `store-1` beside `store-2` is another one, and no slip
        let is_slip = closest(value, [other.as_str()]).is_some() && without_digits(value) != without_digits(other);
        return is_slip.then(|| format!("{key}={other}"));
    }
    let same = labels.iter().find(|(_, other)| *other == value).filter(|_| wanted.len() == 1);
    same.map(|(key, value)| format!("{key}={value}"))
}

/// The first three of some names, and how many more there are.
fn words(names: impl Iterator<Item = String>) -> String {
    const SHOWN: usize = 3;
    let mut seen = BTreeSet::new();
    let all: Vec<String> = names.filter(|name| seen.insert(name.clone())).collect();
    let shown = all.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match all.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
