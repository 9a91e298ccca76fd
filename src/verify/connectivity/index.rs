//! Classes of equal pods, found by namespace and label, so that a selector costs what it selects.
//!
//! Invariant: pods of one class cannot be told apart by any policy or Service.

use indexmap::IndexMap;

use super::addresses::AddressRange;
use super::given::NAMESPACE_NAME;
use super::labels::{self, LabelSet, Selector};
use super::names::{Id, Symbol};
use super::policy::{Peer, Places, Policy, Rank};
use super::traffic::{Held, HeldPort, Network, Traffic};
use crate::verify::labeled::Labeled;

/// Names a class of equal pods of a [`super::Connectivity`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClassId(pub u32);

/// Names a namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct NamespaceId(pub(super) u32);

/// Pods that nothing can tell apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Class<'c> {
    /// One of them.
    pub(super) pod: &'c Held,
    pub(super) namespace: NamespaceId,
}

struct Space<'c> {
    name: Symbol,
    /// The labels that it is given, in which that of its name counts for nothing.
    labels: &'c [(Symbol, Symbol)],
}

/// The pods of a peer; all lists are sorted.
#[derive(Debug, Clone, Default)]
pub(super) struct Reach {
    /// All pods of these namespaces.
    pub(super) namespaces: Box<[NamespaceId]>,
    /// These pods.
    pub(super) classes: Box<[ClassId]>,
    /// All pods without a known address, and whoever is not known at all.
    pub(super) unaddressed: bool,
}

impl Reach {
    /// Whether it is of no pod that is known.
    pub(super) fn is_empty(&self) -> bool {
        self.namespaces.is_empty() && self.classes.is_empty() && !self.unaddressed
    }
}

/// What policies and Services can tell pods apart by.
type Equal<'c> = (NamespaceId, Id<LabelSet>, Id<Box<[HeldPort]>>, &'c Network);

/// Everything that can be selected.
pub(super) struct Index<'c> {
    traffic: &'c Traffic,
    pub(super) classes: Vec<Class<'c>>,
    /// The class of each pod of the traffic.
    pub(super) class_of: Vec<ClassId>,
    spaces: Vec<Space<'c>>,
    by_name: IndexMap<Symbol, NamespaceId>,
    labeled: Labeled<NamespaceId, Symbol, ClassId>,
    /// Classes with a known address, in order of address.
    addressed: Vec<(AddressRange, ClassId)>,
    /// [`NAMESPACE_NAME`].
    namespace_name: Option<Symbol>,
}

impl<'c> Index<'c> {
    pub(super) fn new(traffic: &'c Traffic) -> Self {
        let mut index = Self {
            traffic,
            classes: Vec::with_capacity(traffic.pods.len()),
            class_of: Vec::with_capacity(traffic.pods.len()),
            spaces: Vec::new(),
            by_name: IndexMap::new(),
            labeled: Labeled::default(),
            addressed: Vec::new(),
            namespace_name: traffic.tables.names.find(NAMESPACE_NAME),
        };
        for (name, labels) in &traffic.namespaces {
            index.space(*name, index.labels(*labels));
        }
        let mut known: IndexMap<Equal<'c>, ClassId> = IndexMap::with_capacity(traffic.pods.len());
        for pod in &traffic.pods {
            let namespace = index.space(pod.namespace, &[]);
            let next = ClassId(u32::try_from(index.classes.len()).unwrap_or(u32::MAX));
            let class = *known.entry((namespace, pod.labels, pod.ports, &pod.network)).or_insert(next);
            index.class_of.push(class);
            if class == next {
                index.add_class(pod, namespace, class);
            }
        }
        index.addressed.sort_unstable();
        index
    }

    /// The labels of an id.
    pub(super) fn labels(&self, labels: Id<LabelSet>) -> &'c [(Symbol, Symbol)] {
        self.traffic.tables.labels.get(labels).map(AsRef::as_ref).unwrap_or_default()
    }

    fn add_class(&mut self, pod: &'c Held, namespace: NamespaceId, class: ClassId) {
        self.labeled.add(namespace, self.labels(pod.labels).iter().copied(), class);
        let addresses = pod.network.addresses().iter();
        self.addressed.extend(addresses.map(|address| (AddressRange::one(*address), class)));
        self.classes.push(Class { pod, namespace });
    }

    fn space(&mut self, name: Symbol, labels: &'c [(Symbol, Symbol)]) -> NamespaceId {
        let next = NamespaceId(u32::try_from(self.spaces.len()).unwrap_or(u32::MAX));
        let id = *self.by_name.entry(name).or_insert(next);
        if id == next {
            self.spaces.push(Space { name, labels });
        }
        id
    }

    /// The namespace of that name; `None` where neither a pod nor the cluster names it.
    pub(super) fn namespace(&self, name: Symbol) -> Option<NamespaceId> {
        self.by_name.get(&name).copied()
    }

    /// The name of a namespace.
    pub(super) fn name(&self, id: NamespaceId) -> Option<&'c str> {
        self.spaces.get(id.0 as usize).map(|space| self.traffic.tables.names.str(space.name))
    }

    /// What a namespace carries at a key.
    pub(super) fn label(&self, id: NamespaceId, key: Symbol) -> Option<Symbol> {
        let space = self.spaces.get(id.0 as usize)?;
        if Some(key) == self.namespace_name { Some(space.name) } else { labels::value(space.labels, key) }
    }

    /// All namespaces.
    pub(super) fn all_namespaces(&self) -> impl Iterator<Item = NamespaceId> + use<> {
        (0..u32::try_from(self.spaces.len()).unwrap_or(u32::MAX)).map(NamespaceId)
    }

    /// The classes of a namespace.
    pub(super) fn in_namespace(&self, id: NamespaceId) -> &[ClassId] {
        self.labeled.of(id)
    }

    /// The namespaces that a selector matches, sorted.
    pub(super) fn namespaces(&self, selector: &Selector) -> Vec<NamespaceId> {
        let matches = |space: &Space<'_>| {
            let is_name = |key: Symbol| Some(key) == self.namespace_name;
            selector.matches(|key| if is_name(key) { Some(space.name) } else { labels::value(space.labels, key) })
        };
        // the only label that every namespace has, and the one that most selectors name
        if let Some(name) = self.namespace_name.and_then(|key| labels::value(&selector.equal, key)) {
            let named = self.namespace(name).into_iter();
            return named.filter(|id| self.spaces.get(id.0 as usize).is_some_and(matches)).collect();
        }
        let all = (0u32..).map(NamespaceId).zip(&self.spaces);
        all.filter(|(_, space)| matches(space)).map(|(id, _)| id).collect()
    }

    /// The classes of a namespace that a selector matches, sorted.
    pub(super) fn select(&self, namespace: NamespaceId, selector: &Selector) -> Vec<ClassId> {
        let all = self.labeled.candidates(namespace, selector.equal.iter().copied()).iter().copied();
        let matches = |class: &ClassId| {
            let labels = self.class(*class).map(|class| self.labels(class.pod.labels)).unwrap_or_default();
            selector.matches(|key| labels::value(labels, key))
        };
        all.filter(matches).collect()
    }

    /// The pods that policies see among those that a selector matches, sorted.
    pub(super) fn subjects(&self, namespace: NamespaceId, selector: Id<Selector>) -> Vec<ClassId> {
        let Some(selector) = self.traffic.tables.selectors.get(selector) else { return Vec::new() };
        let mut classes = self.select(namespace, selector);
        classes.retain(|class| self.is_selectable(*class));
        classes
    }

    /// The pods that a policy selects, sorted.
    pub(super) fn isolated(&self, policy: &Policy) -> Vec<ClassId> {
        // without pods in it, a namespace has nothing to isolate
        let Some(subjects) = &policy.subjects else { return Vec::new() };
        let Reach { namespaces, classes, .. } = self.reach(subjects);
        if namespaces.is_empty() {
            return classes.into();
        }
        let all = namespaces.iter().flat_map(|namespace| self.in_namespace(*namespace));
        let mut all: Vec<ClassId> = all.copied().filter(|class| self.is_selectable(*class)).collect();
        all.sort_unstable();
        all
    }

    /// Whether the cluster has what a policy belongs to.
    pub(super) fn is_there(&self, policy: &Policy) -> bool {
        match policy.rank {
            Rank::Namespace(namespace) => self.namespace(namespace).is_some(),
            Rank::Cluster(..) => true,
        }
    }

    /// The pods that a peer speaks of.
    pub(super) fn reach(&self, peer: &Peer) -> Reach {
        let (places, pods) = match peer {
            Peer::Addresses(ranges) | Peer::Networks(ranges) => {
                let mut classes: Vec<ClassId> = ranges.iter().flat_map(|range| self.in_range(range)).collect();
                classes.sort_unstable();
                classes.dedup();
                let is_whole = |range: &AddressRange| AddressRange::WORLD.contains(range);
                let unaddressed = matches!(peer, Peer::Networks(_)) && ranges.iter().any(is_whole);
                return Reach { namespaces: Box::default(), classes: classes.into(), unaddressed };
            }
            Peer::Pods(places, pods) => (*places, *pods),
        };
        let namespaces = match places {
            Places::One(name) => self.namespace(name).into_iter().collect(),
            Places::Selected(selector) => {
                let selector = self.traffic.tables.selectors.get(selector);
                selector.map(|selector| self.namespaces(selector)).unwrap_or_default()
            }
        };
        let Some(pods) = pods else { return Reach { namespaces: namespaces.into(), ..Reach::default() } };
        let mut classes: Vec<ClassId> = namespaces.iter().flat_map(|place| self.subjects(*place, pods)).collect();
        classes.sort_unstable();
        Reach { classes: classes.into(), ..Reach::default() }
    }

    /// A class.
    pub(super) fn class(&self, id: ClassId) -> Option<&Class<'c>> {
        self.classes.get(id.0 as usize)
    }

    /// Whether an address of its pods is known.
    pub(super) fn has_address(&self, id: ClassId) -> bool {
        self.class(id).is_some_and(|class| !class.pod.network.addresses().is_empty())
    }

    /// The classes of which an address is known.
    pub(super) fn addressed(&self) -> impl Iterator<Item = ClassId> {
        self.addressed.iter().map(|(_, class)| *class)
    }

    /// Whether policies see its pods: those on the host network are their nodes.
    pub(super) fn is_selectable(&self, id: ClassId) -> bool {
        self.class(id).is_some_and(|class| matches!(class.pod.network, Network::Own(_)))
    }

    /// The classes that have an address in a range.
    fn in_range(&self, range: &AddressRange) -> impl Iterator<Item = ClassId> + use<'_, 'c> {
        let is_below = |(one, _): &(AddressRange, ClassId)| (one.family, one.first) < (range.family, range.first);
        let start = self.addressed.partition_point(is_below);
        let rest = self.addressed.get(start..).unwrap_or_default().iter();
        let (family, last) = (range.family, range.last);
        rest.take_while(move |(one, _)| one.family == family && one.first <= last).map(|(_, class)| *class)
    }
}
