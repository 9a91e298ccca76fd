//! Classes of equal pods, found by namespace and label, so that a selector costs what it selects.
//!
//! Invariant: pods of one class cannot be told apart by any policy or Service.

use std::borrow::Cow;

use indexmap::IndexMap;

use super::addresses::AddressRange;
use super::given::NAMESPACE_NAME;
use super::traffic::{DeclaredPort, Network, Pod, Traffic};
use crate::object::{LabelSelector, Labels};
use crate::verify::labeled::Labeled;
use crate::verify::select;

/// Names a class of equal pods of a [`super::Connectivity`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClassId(pub u32);

/// Names a namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct NamespaceId(pub(super) u32);

/// Pods that nothing can tell apart.
#[derive(Debug, Clone)]
pub(super) struct Class<'c> {
    /// One of them.
    pub(super) pod: &'c Pod<'c>,
    pub(super) namespace: NamespaceId,
}

/// What policies and Services can tell pods apart by.
type Equal<'c> = (NamespaceId, &'c Labels, &'c [DeclaredPort<'c>], &'c Network);

/// Everything that can be selected.
pub(super) struct Index<'c> {
    pub(super) classes: Vec<Class<'c>>,
    /// The class of each pod of the traffic.
    pub(super) class_of: Vec<ClassId>,
    /// The labels of each namespace.
    spaces: Vec<Cow<'c, Labels>>,
    by_name: IndexMap<&'c str, NamespaceId>,
    labeled: Labeled<'c, NamespaceId, ClassId>,
    /// Classes with a known address, in order of address.
    addressed: Vec<(AddressRange, ClassId)>,
}

impl<'c> Index<'c> {
    pub(super) fn new(traffic: &'c Traffic<'c>) -> Self {
        let mut index = Self {
            classes: Vec::with_capacity(traffic.pods.len()),
            class_of: Vec::with_capacity(traffic.pods.len()),
            spaces: Vec::new(),
            by_name: IndexMap::new(),
            labeled: Labeled::default(),
            addressed: Vec::new(),
        };
        for (name, labels) in &traffic.namespaces {
            index.space(name, labels);
        }
        let mut known: IndexMap<Equal<'c>, ClassId> = IndexMap::with_capacity(traffic.pods.len());
        for pod in &traffic.pods {
            let namespace = index.space(&pod.namespace, &NO_LABELS);
            let next = ClassId(u32::try_from(index.classes.len()).unwrap_or(u32::MAX));
            let class = *known.entry((namespace, &pod.labels, &pod.ports, &pod.network)).or_insert(next);
            index.class_of.push(class);
            if class == next {
                index.add_class(pod, namespace, class);
            }
        }
        index.addressed.sort_unstable();
        index
    }

    fn add_class(&mut self, pod: &'c Pod<'c>, namespace: NamespaceId, class: ClassId) {
        self.labeled.add(namespace, Some(&pod.labels), class);
        let addresses = pod.network.addresses().iter();
        self.addressed.extend(addresses.map(|address| (AddressRange::one(*address), class)));
        self.classes.push(Class { pod, namespace });
    }

    fn space(&mut self, name: &'c str, labels: &'c Labels) -> NamespaceId {
        let next = NamespaceId(u32::try_from(self.spaces.len()).unwrap_or(u32::MAX));
        let id = *self.by_name.entry(name).or_insert(next);
        if id == next {
            let mut labels = Cow::Borrowed(labels);
            if labels.get(NAMESPACE_NAME).is_none_or(|value| value != name) {
                labels.to_mut().insert(NAMESPACE_NAME.to_owned(), name.to_owned());
            }
            self.spaces.push(labels);
        }
        id
    }

    /// The namespace of that name; `None` where neither a pod nor the cluster names it.
    pub(super) fn namespace(&self, name: &str) -> Option<NamespaceId> {
        self.by_name.get(name).copied()
    }

    /// The name of a namespace.
    pub(super) fn name(&self, id: NamespaceId) -> Option<&'c str> {
        self.by_name.get_index(id.0 as usize).map(|(name, _)| *name)
    }

    /// The classes of a namespace.
    pub(super) fn in_namespace(&self, id: NamespaceId) -> &[ClassId] {
        self.labeled.of(id)
    }

    /// The namespaces that a selector matches; `None` where the API refuses it.
    pub(super) fn namespaces(&self, selector: &LabelSelector) -> Option<Vec<NamespaceId>> {
        // the only label that every namespace has, and the one that most selectors name
        if let Some(name) = selector.match_labels.as_ref().and_then(|wanted| wanted.get(NAMESPACE_NAME)) {
            let Some(id) = self.namespace(name) else {
                return select::matches(selector, &NO_LABELS).map(|_| Vec::new());
            };
            let space = self.spaces.get(id.0 as usize)?;
            return Some(if select::matches(selector, space)? { vec![id] } else { Vec::new() });
        }
        let mut found = Vec::new();
        for (id, space) in (0u32..).map(NamespaceId).zip(&self.spaces) {
            if select::matches(selector, space)? {
                found.push(id);
            }
        }
        Some(found)
    }

    /// The classes of a namespace that a selector matches, sorted; `None` where the API refuses it.
    pub(super) fn select(&self, namespace: NamespaceId, selector: &LabelSelector) -> Option<Vec<ClassId>> {
        // what is refused is refused also where nothing carries the labels
        select::matches(selector, &NO_LABELS)?;
        let mut found = Vec::new();
        for class in self.labeled.candidates(namespace, selector.match_labels.as_ref()) {
            let Some(Class { pod, .. }) = self.class(*class) else { continue };
            if select::matches(selector, &pod.labels)? {
                found.push(*class);
            }
        }
        Some(found)
    }

    /// A class.
    pub(super) fn class(&self, id: ClassId) -> Option<&Class<'c>> {
        self.classes.get(id.0 as usize)
    }

    /// Whether policies see its pods: those on the host network are their nodes.
    pub(super) fn is_selectable(&self, id: ClassId) -> bool {
        self.class(id).is_some_and(|class| matches!(class.pod.network, Network::Own(_)))
    }

    /// The classes that have an address in a range.
    pub(super) fn in_range(&self, range: &AddressRange) -> impl Iterator<Item = ClassId> {
        let is_below = |(one, _): &(AddressRange, ClassId)| (one.family, one.first) < (range.family, range.first);
        let start = self.addressed.partition_point(is_below);
        let rest = self.addressed.get(start..).unwrap_or_default().iter();
        let (family, last) = (range.family, range.last);
        rest.take_while(move |(one, _)| one.family == family && one.first <= last).map(|(_, class)| *class)
    }
}

static NO_LABELS: Labels = Labels::new();
