//! Things in namespaces, found by their labels.
//!
//! Invariant: whoever looks for labels is handed the things that have the rarest of them, so that a selector costs what it
//! may select and not what there is.

use std::hash::Hash;

use indexmap::IndexMap;

use crate::object::Labels;

/// The things of type `T`, by namespace and label.
#[derive(Debug)]
pub struct Labeled<'a, N, T> {
    all: IndexMap<N, Vec<T>>,
    by_label: IndexMap<(N, &'a str, &'a str), Vec<T>>,
}

impl<N, T> Default for Labeled<'_, N, T> {
    fn default() -> Self {
        Self { all: IndexMap::new(), by_label: IndexMap::new() }
    }
}

impl<'a, N: Copy + Eq + Hash, T: Copy> Labeled<'a, N, T> {
    /// Adds one.
    pub fn add(&mut self, namespace: N, labels: Option<&'a Labels>, thing: T) {
        self.all.entry(namespace).or_default().push(thing);
        for (key, value) in labels.into_iter().flatten() {
            self.by_label.entry((namespace, key, value)).or_default().push(thing);
        }
    }

    /// All of a namespace, in the order in which they were added.
    pub fn of(&self, namespace: N) -> &[T] {
        self.all.get(&namespace).map(Vec::as_slice).unwrap_or_default()
    }

    /// Those of a namespace that may have all of these labels: whoever has all of them is among them.
    pub fn candidates<'s>(&'s self, namespace: N, wanted: Option<&'s Labels>) -> &'s [T] {
        let labeled = wanted.into_iter().flatten().map(|(key, value)| {
            self.by_label.get(&(namespace, key.as_str(), value.as_str())).map(Vec::as_slice).unwrap_or_default()
        });
        labeled.min_by_key(|found| found.len()).unwrap_or_else(|| self.of(namespace))
    }
}
