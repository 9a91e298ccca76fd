//! Texts by key: labels, annotations, selectors.

use super::origin::Origin;
use crate::source::Span;

/// Texts by key, each key once, in order of key. There are few of them for each of many workloads: they lie in a row and
/// take the room that they need.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyedTexts(Box<[Entry]>);

impl KeyedTexts {
    /// The text of a key.
    pub fn get(&self, key: &str) -> Option<&Origin<String>> {
        let at = self.0.binary_search_by(|entry| entry.key.as_str().cmp(key)).ok()?;
        self.0.get(at).map(|entry| &entry.text)
    }

    /// Whether there is a text of that key.
    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them.
    pub fn iter(&self) -> Iter<'_> {
        self.into_iter()
    }

    /// All of them, each key with where it is written. What states the text states the key.
    pub fn places(&self) -> impl Iterator<Item = (Origin<&str>, &Origin<String>)> {
        self.0.iter().map(|entry| (Origin::new(entry.key.as_str(), entry.at, entry.text.layer), &entry.text))
    }
}

/// A text and its key.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    key: String,
    /// Where the key is written.
    at: Span,
    text: Origin<String>,
}

/// Keys and texts, in order of key.
#[derive(Debug, Clone)]
pub struct Iter<'a>(std::slice::Iter<'a, Entry>);

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a String, &'a Origin<String>);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|entry| (&entry.key, &entry.text))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

/// Keys with where they are written, and their texts. Of two texts of a key the last one stays.
impl FromIterator<(String, Span, Origin<String>)> for KeyedTexts {
    fn from_iter<I: IntoIterator<Item = (String, Span, Origin<String>)>>(iter: I) -> Self {
        let entries = iter.into_iter().map(|(key, at, text)| (key.clone(), Entry { key, at, text }));
        let sorted: std::collections::BTreeMap<String, Entry> = entries.collect();
        Self(sorted.into_values().collect())
    }
}

impl<'a> IntoIterator for &'a KeyedTexts {
    type Item = (&'a String, &'a Origin<String>);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        Iter(self.0.iter())
    }
}
