//! Texts by key: labels, annotations, selectors.

use super::origin::Origin;

/// Texts by key, each key once, in order of key. There are few of them for each of many workloads: they lie in a row and
/// take the room that they need.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyedTexts(Box<[(String, Origin<String>)]>);

impl KeyedTexts {
    /// The text of a key.
    pub fn get(&self, key: &str) -> Option<&Origin<String>> {
        let at = self.0.binary_search_by(|(known, _)| known.as_str().cmp(key)).ok()?;
        self.0.get(at).map(|(_, text)| text)
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
}

type Entry = (String, Origin<String>);

/// Keys and texts, in order of key.
pub type Iter<'a> = std::iter::Map<std::slice::Iter<'a, Entry>, fn(&Entry) -> (&String, &Origin<String>)>;

/// Of two texts of a key the last one stays.
impl FromIterator<Entry> for KeyedTexts {
    fn from_iter<I: IntoIterator<Item = Entry>>(iter: I) -> Self {
        let sorted: std::collections::BTreeMap<String, Origin<String>> = iter.into_iter().collect();
        Self(sorted.into_iter().collect())
    }
}

impl<'a> IntoIterator for &'a KeyedTexts {
    type Item = (&'a String, &'a Origin<String>);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter().map(|(key, text)| (key, text))
    }
}
