//! The objects that are judged together, as they would lie in one cluster, and the ways to find them.
//!
//! Invariants: pods are found by the label that fewest of them have, so that no judgment compares all with all. What a
//! controller among the objects made is its controller's and judged once, with it: of a Deployment, its `ReplicaSets` and their
//! pods only the first has a pod here; a pod that has ended has none.

use std::collections::BTreeMap;

use super::finding::Place;
use super::labeled::Labeled;
use super::pod::PodView;
use super::replicas::target;
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
}

/// Objects that are judged together.
#[derive(Debug)]
pub struct Cluster<'a> {
    /// All of them; a [`Place`] names one by its number here.
    pub objects: &'a [Given],
    default_namespace: &'a str,
    pods: Vec<Pod<'a>>,
    /// What makes pods, by namespace, kind and name, each with its uid where it states one.
    controllers: BTreeMap<(&'a str, &'a str, &'a str), Vec<Option<&'a str>>>,
    /// Numbers in `pods`.
    labeled: Labeled<&'a str, &'a str, usize>,
    by_target: BTreeMap<(&'a str, &'a str, &'a str), Vec<usize>>,
    quotas: BTreeMap<&'a str, Vec<(usize, &'a ResourceQuota)>>,
    limit_ranges: BTreeMap<&'a str, Vec<&'a LimitRange>>,
}

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
            labeled: Labeled::default(),
            by_target: BTreeMap::new(),
            quotas: BTreeMap::new(),
            limit_ranges: BTreeMap::new(),
        };
        for object in objects.iter().filter(|object| object.template().is_some()) {
            let key = (cluster.namespace_of(object), object.kind(), object.name());
            cluster.controllers.entry(key).or_default().push(object.metadata().uid.as_deref());
        }
        for (at, object) in objects.iter().enumerate() {
            cluster.take(at, object);
        }
        cluster
    }

    fn take(&mut self, at: usize, object: &'a Given) {
        let namespace = self.namespace_of(object);
        if let Given::ResourceQuota(quota) = object {
            self.quotas.entry(namespace).or_default().push((at, quota));
        }
        if let Given::LimitRange(range) = object {
            self.limit_ranges.entry(namespace).or_default().push(range);
        }
        if let Some((kind, name)) = target(object) {
            self.by_target.entry((namespace, kind, name)).or_default().push(at);
        }
        let Some(template) = object.template().filter(|_| !self.is_made(object) && !has_ended(object)) else { return };
        let number = self.pods.len();
        self.labeled.add(namespace, pairs(labels(&template)), number);
        self.pods.push(Pod { at, object, view: PodView::new(template) });
    }

    /// Whether a controller among the objects made it. "There cannot be more than one managing controller" (apimachinery
    /// `pkg/apis/meta/v1/types.go`, 0.33, `ObjectMeta.OwnerReferences`).
    fn is_made(&self, object: &'a Given) -> bool {
        let Some(owner) = controller(object) else { return false };
        let key = (self.namespace_of(object), owner.kind.as_str(), owner.name.as_str());
        let is_it = |uid: Option<&str>| uid.is_none_or(|uid| owner.uid.is_empty() || uid == owner.uid);
        // what only pretends to be made by itself, or by what it made, is judged
        makes(owner.kind.as_str()) > makes(object.kind())
            && self.controllers.get(&key).is_some_and(|uids| uids.iter().copied().any(is_it))
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

    /// The pods of a namespace that a selector fits; templates that nothing runs are left out.
    pub fn selected(&self, namespace: &str, selector: Option<&LabelSelector>) -> Vec<&Pod<'a>> {
        let by_label = selector.and_then(|selector| selector.match_labels.as_ref());
        self.among(namespace, by_label, |pod| fits(selector, labels(&pod.view.template)))
    }

    /// The pods of a namespace that have all these labels; templates that nothing runs are left out.
    pub fn labeled(&self, namespace: &str, wanted: Option<&BTreeMap<String, String>>) -> Vec<&Pod<'a>> {
        self.among(namespace, wanted, |pod| fits_map(wanted, labels(&pod.view.template)))
    }

    fn among(
        &self,
        namespace: &str,
        wanted: Option<&BTreeMap<String, String>>,
        fits: impl Fn(&Pod<'a>) -> bool,
    ) -> Vec<&Pod<'a>> {
        let numbers = self.labeled.candidates(namespace, pairs(wanted));
        let pods = numbers.iter().filter_map(|number| self.pods.get(*number));
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
