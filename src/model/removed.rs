//! What `without` took away of a declaration, so that whoever misses it can say who took it.
//!
//! Invariant: a removal names a word that a weaker layer stated; a stronger one may state it again.

use super::body::{Body, Merged};
use super::origin::Origin;

/// A word that a layer took away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// The words that lead to it, keys included: `cpu`, `port http`, `shutdown pre-stop`.
    pub path: String,
    /// The path that the `without` names: `shutdown` where that took the pre-stop as well.
    pub named: String,
    /// The `without`, and the layer that states it.
    pub by: Origin<()>,
    /// The variants that its statements chose, weakest first.
    pub chosen: Vec<(&'static str, Origin<()>)>,
}

impl Removed {
    /// Adds a removed entry and all that stood in its braces to `removed`.
    pub fn entry(entry: &Merged<'_>, by: Origin<()>, removed: &mut Vec<Self>) {
        removed.extend(entry.block.removed().map(|inner| inner.within(&path(entry))));
        entry.each("", &mut |at, inner| {
            let chosen = inner.chosen().collect();
            removed.push(Self { path: at.to_owned(), named: path(entry), by, chosen });
        });
    }

    /// The same removal, seen from outside the braces of `outer`.
    fn within(self, outer: &str) -> Self {
        Self { path: format!("{outer} {}", self.path), named: format!("{outer} {}", self.named), ..self }
    }

    /// The strongest removal of what stands at a path.
    pub fn last<'r>(removed: &'r [Self], path: &str) -> Option<&'r Self> {
        removed.iter().filter(|removed| removed.path == path).max_by_key(|removed| removed.by.layer)
    }
}

impl Body<'_> {
    /// All that was taken away of it, the blocks of its words included.
    pub fn removed(&self) -> impl Iterator<Item = Removed> {
        let mut all = self.removed.clone();
        for entry in &self.entries {
            all.extend(entry.block.removed().map(|inner| inner.within(&path(entry))));
        }
        all.into_iter()
    }
}

impl Merged<'_> {
    /// Shows it and what stands in its braces, each with its path.
    fn each(&self, outer: &str, see: &mut dyn FnMut(&str, &Self)) {
        let own = if outer.is_empty() { path(self) } else { format!("{outer} {}", path(self)) };
        for inner in &self.block.entries {
            inner.each(&own, see);
        }
        see(&own, self);
    }
}

/// A word and its key.
pub fn path(entry: &Merged<'_>) -> String {
    match (entry.word.name, &*entry.key) {
        (name, "") => name.to_owned(),
        ("", key) => key.to_owned(),
        (name, key) => format!("{name} {key}"),
    }
}
