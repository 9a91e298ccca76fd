//! The objects that are judged together, as they would lie in one cluster, and the ways to find them.
//!
//! Invariants: pods are found by the label that fewest of them have, so that no judgment compares all with all. What a
//! controller among the objects made is its controller's and judged once, with it: of a Deployment, its `ReplicaSets` and their
//! pods only the first has a pod here, of which the others are members; a pod that has ended has none.

use std::collections::BTreeMap;

use super::finding::Place;
use super::labeled::Labeled;
use super::members::{Member, Selectors, members};
use super::pod::PodView;
use super::replicas::{most, target};
use super::select::{fits, fits_map, labels};
use crate::object::api::core::v1::{LimitRange, Namespace, ResourceQuota};
use crate::object::apimachinery::pkg::apis::meta::v1::OwnerReference;
use crate::object::{FieldPath, Given, LabelSelector, Labels};
use crate::value::closest;

/// A pod, or the template of a workload's pods.
#[derive(Debug)]
pub struct Pod<'a> {
    /// The number of its object.
    pub at: usize,
    /// Its object.
    pub object: &'a Given,
    /// The pod.
    pub view: PodView<'a>,
    /// Its pods that selectors may tell apart; one at least.
    pub members: Vec<Member<'a>>,
}

/// An object that is there and cannot be judged, since a field of it does not fit its type.
#[derive(Debug, Clone)]
pub struct LeftOut {
    /// Its kind.
    pub kind: String,
    /// Its namespace, where it states one.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// The labels of its pods, where they can be read.
    pub labels: Option<Labels>,
}

/// Objects that are judged together.
#[derive(Debug)]
pub struct Cluster<'a> {
    /// All of them; a [`Place`] names one by its number here.
    pub objects: &'a [Given],
    default_namespace: &'a str,
    pods: Vec<Pod<'a>>,
    /// What makes pods, by namespace, kind and name, each with its number, and its uid where it states one.
    controllers: BTreeMap<(&'a str, &'a str, &'a str), Vec<Controller<'a>>>,
    /// The pods that controllers among the objects made, by the number of whoever was the first to make any.
    made: BTreeMap<usize, Vec<(usize, &'a Given)>>,
    /// The number in `pods` of such a pod, and the member that it is.
    member_of: BTreeMap<usize, (usize, usize)>,
    /// Numbers in `pods`, by the labels of their templates.
    labeled: Labeled<&'a str, &'a str, usize>,
    /// Those with members that have other labels than the template.
    varied: BTreeMap<&'a str, Vec<usize>>,
    by_target: BTreeMap<(&'a str, &'a str, &'a str), Vec<usize>>,
    quotas: BTreeMap<&'a str, Vec<(usize, &'a ResourceQuota)>>,
    limit_ranges: BTreeMap<&'a str, Vec<&'a LimitRange>>,
    left_out: &'a [LeftOut],
}

/// The number of what makes pods, and its uid where it states one.
type Controller<'a> = (usize, Option<&'a str>);

/// So many pods, and labels of one, are named.
const SHOWN: usize = 3;
/// So many pods are looked at for names to show.
const LOOKED_AT: usize = 200;

impl<'a> Cluster<'a> {
    /// These objects; those that state no namespace are in the default one.
    pub fn new(objects: &'a [Given], default_namespace: &'a str) -> Self {
        let mut cluster = Self {
            objects,
            default_namespace,
            pods: Vec::new(),
            controllers: BTreeMap::new(),
            made: BTreeMap::new(),
            member_of: BTreeMap::new(),
            labeled: Labeled::default(),
            varied: BTreeMap::new(),
            by_target: BTreeMap::new(),
            quotas: BTreeMap::new(),
            limit_ranges: BTreeMap::new(),
            left_out: &[],
        };
        let mut selectors = Selectors::default();
        for (at, object) in objects.iter().enumerate() {
            let namespace = cluster.namespace_of(object);
            selectors.take(object, namespace);
            if let Some((kind, name)) = target(object) {
                cluster.by_target.entry((namespace, kind, name)).or_default().push(at);
            }
            if object.template().is_some() {
                let key = (namespace, object.kind(), object.name());
                cluster.controllers.entry(key).or_default().push((at, object.metadata().uid.as_deref()));
            }
        }
        for (at, object) in objects.iter().enumerate() {
            if let Given::Pod(_) = object
                && !has_ended(object)
                && let Some(first) = cluster.first_maker(object)
            {
                cluster.made.entry(first).or_default().push((at, object));
            }
        }
        for (at, object) in objects.iter().enumerate() {
            cluster.take(at, object, &selectors);
        }
        cluster
    }

    /// The same beside objects that cannot be judged: of what they are it is not said that it is missing.
    #[must_use]
    pub fn beside(mut self, left_out: &'a [LeftOut]) -> Self {
        self.left_out = left_out;
        self
    }

    fn left_out_of(&self, namespace: &str) -> impl Iterator<Item = &'a LeftOut> {
        let own = self.left_out.iter();
        own.filter(move |one| one.namespace.as_deref().unwrap_or(self.default_namespace) == namespace)
    }

    /// Whether an object is there that cannot be judged.
    pub fn has_left_out(&self, namespace: &str, kind: &str, name: &str) -> bool {
        self.left_out_of(namespace).any(|one| one.kind == kind && one.name == name)
    }

    /// Whether pods that a selector fits may be those of an object that cannot be judged.
    pub fn may_select_left_out(&self, namespace: &str, fits: impl Fn(&Labels) -> bool) -> bool {
        self.left_out_of(namespace).any(|one| makes_pods(&one.kind) && one.labels.as_ref().is_none_or(&fits))
    }

    fn take(&mut self, at: usize, object: &'a Given, selectors: &Selectors<'a>) {
        let namespace = self.namespace_of(object);
        if let Given::ResourceQuota(quota) = object {
            self.quotas.entry(namespace).or_default().push((at, quota));
        }
        if let Given::LimitRange(range) = object {
            self.limit_ranges.entry(namespace).or_default().push(range);
        }
        let Some(template) = object.template().filter(|_| self.maker(object).is_none() && !has_ended(object)) else {
            return;
        };
        let number = self.pods.len();
        let made = self.made.get(&at).map(Vec::as_slice).unwrap_or_default();
        let most = most(self, object).unwrap_or(0).max(1);
        let (members, of_made) = members(object, namespace, made, most, selectors);
        self.member_of.extend(of_made.into_iter().map(|(made, member)| (made, (number, member))));
        if members.iter().any(|member| Some(&*member.labels) != labels(&template)) {
            self.varied.entry(namespace).or_default().push(number);
        }
        self.labeled.add(namespace, pairs(labels(&template)), number);
        self.pods.push(Pod { at, object, view: PodView::new(template), members });
    }

    /// The number of the controller among the objects that made it. "There cannot be more than one managing controller"
    /// (apimachinery `pkg/apis/meta/v1/types.go`, 0.33, `ObjectMeta.OwnerReferences`).
    fn maker(&self, object: &Given) -> Option<usize> {
        let owner = controller(object)?;
        // what only pretends to be made by itself, or by what it made, is judged
        if makes(owner.kind.as_str()) <= makes(object.kind()) {
            return None;
        }
        let namespace = object.metadata().namespace.as_deref().unwrap_or(self.default_namespace);
        let known = self.controllers.get(&(namespace, owner.kind.as_str(), owner.name.as_str()))?;
        let is_it = |uid: Option<&str>| uid.is_none_or(|uid| owner.uid.is_empty() || uid == owner.uid);
        known.iter().find(|(_, uid)| is_it(*uid)).map(|(at, _)| *at)
    }

    /// The number of whoever made what made it.
    fn first_maker(&self, object: &Given) -> Option<usize> {
        // each maker is further from pods than what it made
        let mut first = self.maker(object)?;
        while let Some(next) = self.objects.get(first).and_then(|object| self.maker(object)) {
            first = next;
        }
        Some(first)
    }

    /// Every object with its number.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &'a Given)> + use<'a> {
        self.objects.iter().enumerate()
    }

    /// The namespace of whatever states none.
    pub fn default_namespace(&self) -> &'a str {
        self.default_namespace
    }

    /// The namespace that an object lives in; empty for what belongs to the cluster.
    pub fn namespace_of(&self, object: &'a Given) -> &'a str {
        if object.is_of_the_cluster() {
            return "";
        }
        object.metadata().namespace.as_deref().unwrap_or(self.default_namespace)
    }

    /// The namespace that an object lives in, or that it is.
    pub fn home_of(&self, object: &'a Given) -> &'a str {
        if matches!(object, Given::Namespace(_)) { object.name() } else { self.namespace_of(object) }
    }

    /// The namespaces among the objects, by name, each with its number.
    pub fn namespaces(&self) -> BTreeMap<&'a str, (usize, &'a Namespace)> {
        let namespaces = self.iter().filter_map(|(at, object)| {
            let Given::Namespace(namespace) = object else { return None };
            Some((object.name(), (at, &**namespace)))
        });
        namespaces.collect()
    }

    /// Every pod and every template, but for what a controller among the objects made, and pods that have ended.
    pub fn pods(&self) -> &[Pod<'a>] {
        &self.pods
    }

    /// The pod of a controller that a pod among the objects is judged with, and the number of its member there.
    pub fn member_of(&self, at: usize) -> Option<(&Pod<'a>, usize)> {
        let (number, member) = *self.member_of.get(&at)?;
        Some((self.pods.get(number)?, member))
    }

    /// The pods of a namespace that a selector fits, if only some of a workload's; templates that nothing runs are left out.
    pub fn selected(&self, namespace: &str, selector: Option<&LabelSelector>) -> Vec<&Pod<'a>> {
        let by_label = selector.and_then(|selector| selector.match_labels.as_ref());
        self.among(namespace, by_label, |pod| pod.members.iter().any(|member| fits(selector, Some(&member.labels))))
    }

    /// The pods of a namespace that have all these labels, if only some of a workload's; templates that nothing runs are left out.
    pub fn labeled(&self, namespace: &str, wanted: Option<&BTreeMap<String, String>>) -> Vec<&Pod<'a>> {
        self.among(namespace, wanted, |pod| pod.members.iter().any(|member| fits_map(wanted, Some(&member.labels))))
    }

    fn among(
        &self,
        namespace: &str,
        wanted: Option<&BTreeMap<String, String>>,
        fits: impl Fn(&Pod<'a>) -> bool,
    ) -> Vec<&Pod<'a>> {
        let stated = self.labeled.candidates(namespace, pairs(wanted));
        let varied =
            self.varied.get(namespace).into_iter().flatten().filter(|number| stated.binary_search(number).is_err());
        let mut numbers: Vec<usize> = stated.iter().chain(varied).copied().collect();
        numbers.sort_unstable();
        let pods = numbers.into_iter().filter_map(|number| self.pods.get(number));
        pods.filter(|pod| !matches!(pod.object, Given::PodTemplate(_)) && fits(pod)).collect()
    }

    /// What to write for labels that no pod of a namespace has: those of the pods that come near, some of them.
    pub fn labels_there(&self, namespace: &str, wanted: Option<&BTreeMap<String, String>>) -> String {
        let numbers = self.labeled.of(namespace);
        // one finding looks at so many pods, so that many findings do not look at all of them
        let pods = || numbers.iter().take(LOOKED_AT).filter_map(|number| self.pods.get(*number));
        // a slip of the value, or the same value under another key
        let is_near = |own: &Labels| {
            wanted.into_iter().flatten().any(|(key, value)| {
                own.get(key).is_some_and(|other| closest(value, [other.as_str()]).is_some())
                    || own.values().any(|other| other == value)
            })
        };
        let near = pods().filter(|pod| labels(&pod.view.template).is_some_and(is_near)).take(SHOWN);
        let named: Vec<String> = near.map(|pod| self.labeled_title(pod)).collect();
        if numbers.is_empty() {
            return "no pods are in this namespace: state the namespace of the pods, or remove the object".to_owned();
        }
        if named.is_empty() {
            return "write the labels of the pods; where an operator or another chart brings them, this warning may stay"
                .to_owned();
        }
        format!("write the labels of the pods; there is {}", named.join(", "))
    }

    /// `Deployment web with app: web`
    fn labeled_title(&self, pod: &Pod<'a>) -> String {
        let pairs = labels(&pod.view.template).into_iter().flatten().take(SHOWN);
        let pairs: Vec<String> = pairs.map(|(key, value)| format!("`{key}: {value}`")).collect();
        let with = if pairs.is_empty() { "no labels".to_owned() } else { pairs.join(" and ") };
        format!("{} with {with}", self.title(pod.object))
    }

    /// The scalers of a workload, each with its number.
    pub fn scalers(&self, workload: &'a Given) -> impl Iterator<Item = (usize, &'a Given)> {
        let key = (self.namespace_of(workload), workload.kind(), workload.name());
        let numbers = self.by_target.get(&key).into_iter().flatten();
        numbers.filter_map(|at| Some((*at, self.objects.get(*at)?)))
    }

    /// The quotas of a namespace, each with its number.
    pub fn quotas(&self, namespace: &str) -> &[(usize, &'a ResourceQuota)] {
        self.quotas.get(namespace).map(Vec::as_slice).unwrap_or_default()
    }

    /// The limit ranges of a namespace.
    pub fn limit_ranges(&self, namespace: &str) -> &[&'a LimitRange] {
        self.limit_ranges.get(namespace).map(Vec::as_slice).unwrap_or_default()
    }

    /// `Deployment web`, and `Deployment shop/web` where it states its namespace.
    pub fn title(&self, object: &Given) -> String {
        match &object.metadata().namespace {
            Some(namespace) => format!("{} {namespace}/{}", object.kind(), object.name()),
            None => format!("{} {}", object.kind(), object.name()),
        }
    }

    /// The object itself.
    pub fn whole(&self, object: usize) -> Place {
        Place::new(object, FieldPath::default())
    }
}

/// The controller of an object: whoever made it and would make it again.
pub fn controller(object: &Given) -> Option<&OwnerReference> {
    object.metadata().owner_references.iter().flatten().find(|owner| owner.controller == Some(true))
}

fn makes_pods(kind: &str) -> bool {
    kind == "Pod" || makes(kind) > 0
}

/// How far from pods a kind is that makes some: what is made is nearer than its maker.
fn makes(kind: &str) -> u8 {
    match kind {
        "Deployment" | "CronJob" => 2,
        "ReplicaSet" | "StatefulSet" | "DaemonSet" | "Job" | "ReplicationController" => 1,
        _ => 0,
    }
}

/// Whether it is a pod of which nothing runs any more, nor will: the containers of one that has succeeded are not started
/// again, those of one that has failed have all ended (kubernetes/api `core/v1/types.go`, 0.33, `PodPhase` and
/// `PodStatus.Phase`).
fn has_ended(object: &Given) -> bool {
    let Given::Pod(pod) = object else { return false };
    let phase = pod.status.as_ref().and_then(|status| status.phase.as_deref());
    matches!(phase, Some("Succeeded" | "Failed"))
}

fn pairs(labels: Option<&BTreeMap<String, String>>) -> impl Iterator<Item = (&str, &str)> {
    labels.into_iter().flatten().map(|(key, value)| (key.as_str(), value.as_str()))
}
