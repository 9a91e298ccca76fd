//! Things in namespaces, found by their labels.
//!
//! Invariant: whoever looks for labels is handed the things that have the rarest of them, so that a selector costs what it
//! may select and not what there is.

use std::hash::Hash;

use indexmap::IndexMap;

/// The things of type `T`, by namespace and label; keys and values of labels are `L`.
#[derive(Debug)]
pub struct Labeled<N, L, T> {
    all: IndexMap<N, Vec<T>>,
    by_label: IndexMap<(N, L, L), Vec<T>>,
}

impl<N, L, T> Default for Labeled<N, L, T> {
    fn default() -> Self {
        Self { all: IndexMap::new(), by_label: IndexMap::new() }
    }
}

impl<N: Copy + Eq + Hash, L: Eq + Hash, T: Copy> Labeled<N, L, T> {
    /// Adds one.
    pub fn add(&mut self, namespace: N, labels: impl IntoIterator<Item = (L, L)>, thing: T) {
        self.all.entry(namespace).or_default().push(thing);
        for (key, value) in labels {
            self.by_label.entry((namespace, key, value)).or_default().push(thing);
        }
    }

    /// All of a namespace, in the order in which they were added.
    pub fn of(&self, namespace: N) -> &[T] {
        self.all.get(&namespace).map(Vec::as_slice).unwrap_or_default()
    }

    /// Those of a namespace that may have all of these labels: whoever has all of them is among them.
    pub fn candidates(&self, namespace: N, wanted: impl IntoIterator<Item = (L, L)>) -> &[T] {
        let labeled = wanted
            .into_iter()
            .map(|(key, value)| self.by_label.get(&(namespace, key, value)).map(Vec::as_slice).unwrap_or_default());
        labeled.min_by_key(|found| found.len()).unwrap_or_else(|| self.of(namespace))
    }
}
