//! What of a declaration could not be read.
//!
//! Invariant: a fault that lies in one word says nothing against what the other words state, and one in its braces nothing
//! against what stands before them.

use std::collections::BTreeSet;

/// What follows a word of which only what stands before its braces is meant: `scale {`.
pub const HEAD: &str = " {";

/// The words of a declaration that could not be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unread {
    /// Those of which it is known.
    words: BTreeSet<&'static str>,
    /// Those of which what stands before their braces could be read.
    blocks: BTreeSet<&'static str>,
    /// Those of which the value of a key is not known, and everything else is.
    values: BTreeSet<&'static str>,
    /// Something outside of them: any word may be concerned.
    rest: bool,
}

impl Unread {
    /// Adds a word.
    pub fn word(&mut self, word: &'static str) {
        self.words.insert(word);
    }

    /// Adds what stands in the braces of a word.
    pub fn block(&mut self, word: &'static str) {
        self.blocks.insert(word);
    }

    /// Adds the value of a key of a word, which says nothing against its other keys.
    pub fn value(&mut self, word: &'static str) {
        self.values.insert(word);
    }

    /// Whether the value of a key of a word is not known.
    pub fn lacks_value(&self, word: &str) -> bool {
        self.values.contains(word)
    }

    /// Adds everything.
    pub fn everything(&mut self) {
        self.rest = true;
    }

    /// Whether nothing was left unread, but perhaps the value of a key.
    pub fn is_empty(&self) -> bool {
        !self.rest && self.words.is_empty() && self.blocks.is_empty()
    }

    /// Whether one of these words may not have been read; of a word with [`HEAD`] behind it, what stands before its braces.
    pub fn touches(&self, words: &[&str]) -> bool {
        // nearly always, and asked of every workload by many
        if self.words.is_empty() && self.blocks.is_empty() {
            return self.rest;
        }
        let is_unread = |word: &&str| match word.strip_suffix(HEAD) {
            Some(word) => self.words.contains(word),
            None => self.words.contains(word) || self.blocks.contains(word),
        };
        self.rest || words.iter().any(is_unread)
    }
}

#[cfg(test)]
mod tests {
    use super::Unread;

    #[test]
    fn a_word_says_nothing_against_others() {
        let mut unread = Unread::default();
        assert!(unread.is_empty() && !unread.touches(&["cpu"]));
        unread.word("cpu");
        assert!(!unread.is_empty() && unread.touches(&["image", "cpu"]) && !unread.touches(&["image"]));
        assert!(!unread.touches(&[]));
        unread.block("scale");
        assert!(unread.touches(&["scale"]) && !unread.touches(&["scale {"]) && unread.touches(&["cpu {"]));
        unread.value("env");
        assert!(unread.lacks_value("env") && !unread.lacks_value("label") && !unread.touches(&["env"]));
        unread.everything();
        assert!(unread.touches(&["image"]) && unread.touches(&[]));
    }
}
