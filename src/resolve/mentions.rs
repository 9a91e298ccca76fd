//! How often each word stands in the files of a platform: a name that stands once is used by nobody.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use crate::source::SourceMap;

/// Words with how often they stand, counted when that is first asked.
pub(super) struct Mentions<'t> {
    sources: &'t SourceMap,
    counted: OnceCell<BTreeMap<&'t str, usize>>,
}

impl<'t> Mentions<'t> {
    /// Of all files that were read.
    pub(super) fn of(sources: &'t SourceMap) -> Self {
        Self { sources, counted: OnceCell::new() }
    }

    /// Whether a name stands where it is declared, and nowhere else, comments included.
    pub(super) fn is_single(&self, name: &str) -> bool {
        let count = || {
            let mut counted = BTreeMap::new();
            for (_, file) in self.sources.iter() {
                let is_between = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
                for word in file.text().split(is_between).filter(|word| !word.is_empty()) {
                    *counted.entry(word).or_default() += 1;
                }
            }
            counted
        };
        self.counted.get_or_init(count).get(name) == Some(&1)
    }
}
