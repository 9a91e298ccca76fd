//! Objects by the pods that they select.

use std::collections::{BTreeMap, BTreeSet};

use super::{Pod, Told};
use crate::object::{Labels, WorkloadSelector};

/// A namespace, and a label of pods there where one is asked for.
type Place = (String, Option<(String, String)>);

/// Objects by what they select: found by the namespace and one label of a pod, never by a walk over all of them.
#[derive(Debug, Clone)]
pub(super) struct Selecting<T> {
    all: Vec<T>,
    by_label: BTreeMap<Place, Vec<usize>>,
}

impl<T> Default for Selecting<T> {
    fn default() -> Self {
        Self { all: Vec::new(), by_label: BTreeMap::new() }
    }
}

/// An object that selects pods of its namespace.
pub(super) trait Selects {
    fn place(&self) -> (&str, &str);
    fn selector(&self) -> Option<&WorkloadSelector>;

    /// The labels that it asks for; none where every pod is meant.
    fn labels(&self) -> Option<&Labels> {
        self.selector().map(|selector| &selector.match_labels).filter(|labels| !labels.is_empty())
    }

    fn selects(&self, pod: &Pod) -> bool {
        let (namespace, _) = self.place();
        let carries = |labels: &Labels| labels.iter().all(|(key, value)| pod.labels.get(key) == Some(value));
        namespace == pod.namespace && self.labels().is_none_or(carries)
    }
}

impl<T: Selects> Selecting<T> {
    pub(super) fn add(&mut self, object: T) {
        let first = object.labels().and_then(|labels| labels.iter().next());
        let key = (object.place().0.to_owned(), first.map(|(key, value)| (key.clone(), value.clone())));
        self.by_label.entry(key).or_default().push(self.all.len());
        self.all.push(object);
    }

    /// Those that select a pod, in the order in which they were added.
    pub(super) fn of<'s>(&'s self, pod: &Pod) -> Vec<&'s T> {
        self.at(pod).into_iter().filter_map(|at| self.all.get(at)).collect()
    }

    /// The same by their places.
    fn at(&self, pod: &Pod) -> Vec<usize> {
        let labels = pod.labels.iter().map(|(key, value)| Some((key.clone(), value.clone())));
        let keys = labels.chain([None]).map(|label| (pod.namespace.clone(), label));
        let found = keys.filter_map(|key| self.by_label.get(&key)).flatten();
        let mut found: Vec<usize> = found.copied().collect();
        found.retain(|at| self.all.get(*at).is_some_and(|object| object.selects(pod)));
        found.sort_unstable();
        found
    }

    /// All of them.
    pub(super) fn all(&self) -> impl Iterator<Item = &T> {
        self.all.iter()
    }

    /// Those that select none of these.
    pub(super) fn idle<'s>(&'s self, pods: &[Pod]) -> impl Iterator<Item = &'s T> + use<'s, T> {
        let used: BTreeSet<usize> = pods.iter().flat_map(|pod| self.at(pod)).collect();
        self.all.iter().enumerate().filter(move |(at, _)| !used.contains(at)).map(|(_, object)| object)
    }
}

/// An object as people name it.
pub(super) fn title(kind: &str, object: &impl Selects) -> Told {
    let (namespace, name) = object.place();
    format!("{kind} {namespace}/{name}")
}
