//! Pods of managed workloads: whoever carries the labels of `match`, whatever the workload is called.
//!
//! Invariant: two parties have one name only where they are the same pods.

use std::collections::{BTreeMap, BTreeSet};

use super::super::Sides;
use super::super::renames::managed;
use super::net::Party;
use crate::object::Labels;

/// The parties of managed workloads that their names do not tell, by namespace and name on their own side.
#[derive(Default)]
pub(super) struct Managed {
    /// Those of the old side.
    pub(super) old: Known,
    /// Those of the new side.
    pub(super) new: Known,
}

/// Parties by namespace and name.
pub(super) type Known = BTreeMap<(String, String), Party>;

impl Managed {
    /// Finds them; none where one side is no platform, since manifests do not say who is managed.
    pub(super) fn find(sides: &Sides<'_>) -> Self {
        let Sides { old, new, renames } = *sides;
        let (Some(old), Some(new)) = (old.model(), new.model()) else { return Self::default() };
        let (olds, news) = (managed(old), managed(new));
        let mut by_labels: BTreeMap<(&str, &Labels), &str> = BTreeMap::new();
        for ((namespace, name), labels) in &news {
            by_labels.entry((namespace, labels)).or_insert(name);
        }
        let party = |namespace: &str, name: &str, labels: String| Party::Pods {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            labels,
        };
        let mut found = Self::default();
        let (mut met, mut others) = (BTreeSet::new(), BTreeSet::new());
        for ((namespace, name), labels) in &olds {
            let renamed = renames.namespace(namespace);
            let to = renames.name(renamed, name);
            let same_name = news.get(&(renamed.to_owned(), to.to_owned()));
            let known = match (same_name, by_labels.get(&(renamed, labels))) {
                (Some(its), _) if its == labels => {
                    met.insert((renamed.to_owned(), to.to_owned()));
                    continue;
                }
                (_, Some(other)) => {
                    met.insert((renamed.to_owned(), (*other).to_owned()));
                    party(renamed, other, String::new())
                }
                (Some(_), None) => {
                    others.insert((renamed.to_owned(), to.to_owned()));
                    party(renamed, to, written(labels))
                }
                (None, None) => continue,
            };
            found.old.insert((namespace.clone(), name.clone()), known);
        }
        for at in others.into_iter().filter(|at| !met.contains(at)) {
            let labels = news.get(&at).map(written).unwrap_or_default();
            let known = party(&at.0, &at.1, labels);
            found.new.insert(at, known);
        }
        found
    }
}

fn written(labels: &Labels) -> String {
    if labels.is_empty() {
        return "any labels".to_owned();
    }
    labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(", ")
}
