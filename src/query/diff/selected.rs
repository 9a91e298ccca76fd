//! Which workloads' pods budgets and Services select: nothing of such an object need change for it to lose them.
//!
//! Invariants: a workload that one side alone has is no loss of whatever selected it, unless nothing is left to select;
//! what is said here follows from the labels of both sides, and is true whichever of them was changed.

use std::collections::{BTreeMap, BTreeSet};

use super::entries::{About, Entries};
use super::guarantees::Turn;
use super::objects::title;
use super::side::{Evidence, Key, Side};
use super::{Class, Place, Sides, Version};
use crate::object::{FieldPath, Given};
use crate::verify::cluster::{Cluster, Pod};
use crate::verify::replicas;

/// The workloads that the budgets and Services of one side select, each under the name that the new side has for it.
#[derive(Debug, Default)]
pub(super) struct Selected {
    by: BTreeMap<Key, BTreeSet<Key>>,
    /// How many pods each budget has.
    counts: BTreeMap<Key, Count>,
}

/// How many pods there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Count {
    /// At the fewest.
    pub(super) fewest: u64,
    /// At the most; `None` where nobody says so.
    pub(super) most: Option<u64>,
}

impl Selected {
    /// Of manifests; a platform's select the pods of the declarations that they belong to, as its proof says, and these say how
    /// many there are.
    pub(super) fn of(side: &Side<'_>, renamed: impl Fn(&Key) -> Key) -> Self {
        let (objects, namespace) = match &side.traffic {
            Evidence::Objects { objects, namespace } => (objects, namespace),
            Evidence::Platform(..) => {
                let count = |key: &Key| {
                    let workload = side.workload(&key.namespace, &key.name)?;
                    let most = workload.service().map(|service| u64::from(service.scaling.max().value.max(1)));
                    Some(Count { fewest: u64::from(workload.floor()), most })
                };
                let budgets = side.objects.keys().filter(|key| is_budget(key));
                let counts = budgets.filter_map(|key| Some((renamed(key), count(key)?)));
                return Self { by: BTreeMap::new(), counts: counts.collect() };
            }
        };
        let cluster = Cluster::new(objects, namespace);
        let workloads = |pods: Vec<&Pod<'_>>| -> BTreeSet<Key> {
            pods.into_iter().map(|pod| renamed(&Key::of_given(&cluster, pod.object))).collect()
        };
        let mut counts = BTreeMap::new();
        let found = objects.iter().filter_map(|object| {
            let namespace = cluster.namespace_of(object);
            let pods = if let Given::PodDisruptionBudget(budget) = object {
                cluster.selected(namespace, budget.spec.as_ref()?.selector.as_ref())
            } else if let Given::Service(service) = object {
                let spec = service.spec.as_ref()?;
                // without one, endpoints are written by someone else; `ExternalName` has none
                let selector = spec.selector.as_ref().filter(|selector| !selector.is_empty())?;
                let has_pods = spec.type_.as_deref() != Some("ExternalName");
                has_pods.then(|| cluster.labeled(namespace, Some(selector)))?
            } else {
                return None;
            };
            let key = renamed(&Key::of_given(&cluster, object));
            let mut count = Count { fewest: 0, most: Some(0) };
            for pod in &pods {
                let Some(fewest) = replicas::fewest(&cluster, pod.at, pod.object) else { continue };
                count.fewest += fewest.count;
                // what has no scale has as many pods as there are nodes or runs
                let most = replicas::most(&cluster, pod.object).filter(|_| fewest.is_scalable);
                count.most = count.most.zip(most).map(|(all, own)| all + own);
            }
            counts.insert(key.clone(), count);
            Some((key, workloads(pods)))
        });
        let by = found.collect();
        Self { by, counts }
    }

    /// How many pods a budget has; `None` where that is not known, or none is in these files.
    pub(super) fn count(&self, key: &Key) -> Option<Count> {
        self.counts.get(key).copied().filter(|count| count.fewest > 0)
    }

    /// What is won and lost of the workloads that it selected before, of which nothing is where they are the same; `None` where
    /// a side does not say whom it selects.
    pub(super) fn turns(&self, was: &Self, key: &Key) -> Option<Vec<Turn>> {
        let (old, new) = (was.by.get(key)?, self.by.get(key)?);
        let won = (!new.is_subset(old)).then_some(Turn::Won);
        let lost = (!old.is_subset(new)).then_some(Turn::Lost);
        (!old.is_empty() && !new.is_empty()).then(|| won.into_iter().chain(lost).collect())
    }

    /// Whether such an object selects nothing.
    pub(super) fn is_idle(&self, key: &Key) -> bool {
        self.by.get(key).is_some_and(BTreeSet::is_empty)
    }

    /// The workloads that several budgets select, with these.
    fn contested(&self) -> BTreeMap<&Key, Vec<&Key>> {
        let mut by_workload: BTreeMap<&Key, Vec<&Key>> = BTreeMap::new();
        for (budget, workloads) in self.by.iter().filter(|(key, _)| is_budget(key)) {
            for workload in workloads {
                by_workload.entry(workload).or_default().push(budget);
            }
        }
        by_workload.retain(|_, budgets| budgets.len() > 1);
        by_workload
    }
}

/// Says of each budget and Service whose pods it no longer selects, or selects now, and of each workload whether it has
/// come to have several budgets.
pub(super) fn compare(sides: &Sides<'_>, (old, new): (&Selected, &Selected), entries: &mut Entries) {
    let is_platform = |side: &Side<'_>| side.model().is_some();
    if is_platform(sides.new) {
        return;
    }
    let before: BTreeSet<Key> = sides.old.objects.keys().map(|key| sides.renames.key(key)).collect();
    let place = |key: &Key| {
        let span = sides.new.field(key, &FieldPath::of("spec.selector"))?;
        Some(Place { version: Version::New, span })
    };
    // the pods of those are in no file of the new side either, and nothing of it took them away
    let managed = sides.old.objects.keys().filter(|key| {
        let workload = sides.old.workload(&key.namespace, &key.name);
        workload.is_some_and(|workload| workload.managed().is_some())
    });
    let managed: BTreeSet<Key> = managed.map(|key| sides.renames.key(key)).collect();
    for (key, own) in &new.by {
        let about = |turn: Turn| {
            let class = if is_budget(key) { turn.class() } else { Class::Addresses };
            About { class, subject: title(key), namespace: key.namespace.clone() }
        };
        if !before.contains(key) {
            if own.is_empty() {
                let class = Class::Added;
                entries.say(About { class, ..about(Turn::Won) }, "selects no pod of these files", place(key));
            }
            continue;
        }
        let none = BTreeSet::new();
        let was = old.by.get(key).unwrap_or(&none);
        let had = (is_platform(sides.old) && !managed.contains(key)) || !was.is_empty();
        if had && own.is_empty() {
            let so = if is_budget(key) {
                "a drain takes those that it was meant for all at once"
            } else {
                "its name resolves, and no connection to it succeeds"
            };
            entries.say(about(Turn::Lost), format!("selects no pod of these files any more: {so}"), place(key));
            continue;
        }
        let lost: Vec<&Key> = was.difference(own).filter(|one| sides.new.objects.contains_key(one)).collect();
        if !lost.is_empty() {
            entries.say(about(Turn::Lost), format!("no longer selects the pods of {}", titles(&lost)), place(key));
        }
        // what is new is selected by whatever was written for it
        let won: Vec<&Key> = own.difference(was).filter(|one| before.contains(one)).collect();
        if !is_platform(sides.old) && !won.is_empty() {
            entries.say(about(Turn::Won), format!("now selects the pods of {}", titles(&won)), place(key));
        }
    }
    let (was, is) = (old.contested(), new.contested());
    let about = |workload: &Key, turn: Turn| About {
        class: turn.class(),
        subject: title(workload),
        namespace: workload.namespace.clone(),
    };
    for (workload, budgets) in is.iter().filter(|(workload, _)| !was.contains_key(*workload)) {
        let what = format!(
            "{} select its pods: an eviction of a pod with several budgets fails, so it can no longer be drained",
            titles(budgets)
        );
        entries.say(about(workload, Turn::Lost), what, budgets.last().and_then(|key| place(key)));
    }
    for workload in was.keys().filter(|workload| !is.contains_key(*workload)) {
        if sides.new.objects.contains_key(*workload) {
            let what = "no longer has several budgets: it can be drained again";
            entries.say(about(workload, Turn::Won), what, None);
        }
    }
}

fn is_budget(key: &Key) -> bool {
    key.kind == "PodDisruptionBudget"
}

/// So many objects are named.
const SHOWN: usize = 3;

/// `Deployment web and Deployment api`
fn titles(keys: &[&Key]) -> String {
    let mut named: Vec<String> = keys.iter().take(SHOWN).map(|key| title(key)).collect();
    if keys.len() > SHOWN {
        named.push(format!("{} more", keys.len() - SHOWN));
    }
    match named.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}
