//! What of a declaration could not be read.
//!
//! Invariant: a fault that lies in one word says nothing against what the other words state.

use std::collections::BTreeSet;

/// The words of a declaration that could not be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unread {
    /// Those of which it is known.
    words: BTreeSet<&'static str>,
    /// Something outside of them: any word may be concerned.
    rest: bool,
}

impl Unread {
    /// Adds a word.
    pub fn word(&mut self, word: &'static str) {
        self.words.insert(word);
    }

    /// Adds everything.
    pub fn everything(&mut self) {
        self.rest = true;
    }

    /// Whether nothing was left unread.
    pub fn is_empty(&self) -> bool {
        !self.rest && self.words.is_empty()
    }

    /// Whether one of these words may not have been read.
    pub fn touches(&self, words: &[&str]) -> bool {
        self.rest || words.iter().any(|word| self.words.contains(word))
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
        unread.everything();
        assert!(unread.touches(&["image"]) && unread.touches(&[]));
    }
}
