//! In which statements something is wrong, and how much of them.
//!
//! Invariant: what is not known to be wrong is not listed.

use std::collections::BTreeSet;

use crate::source::Span;
use crate::syntax::Statement;

/// The words of the statements in which something is wrong, at any depth: what is found about such a declaration later
/// may be a consequence of that.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Faulty {
    words: BTreeSet<Span>,
    /// Those of them of which all that stands before their braces is well.
    blocks: BTreeSet<Span>,
    /// Statements beside them of which all but the value is well.
    values: BTreeSet<Span>,
    /// The statements in braces of which something before their own is wrong: word, arguments and clauses of each.
    half_read: BTreeSet<Span>,
}

impl Faulty {
    /// Adds one in which anything may be wrong.
    pub(super) fn insert(&mut self, word: Span) {
        self.words.insert(word);
        self.blocks.remove(&word);
    }

    /// Adds one that stands in the braces of a declaration and in which anything may be wrong: nothing follows from what of it
    /// could be read.
    pub(super) fn insert_statement(&mut self, statement: &Statement) {
        self.insert(statement.word.span);
        self.half_read.insert(statement.head());
    }

    /// The statements from which nothing follows.
    pub(super) fn half_read(&self) -> &BTreeSet<Span> {
        &self.half_read
    }

    /// Adds one in whose braces something is wrong.
    pub(super) fn insert_block(&mut self, word: Span) {
        if self.words.insert(word) {
            self.blocks.insert(word);
        }
    }

    /// Adds all of another.
    pub(super) fn extend(&mut self, other: &Self) {
        self.values.extend(&other.values);
        self.half_read.extend(&other.half_read);
        for word in &other.words {
            if other.blocks.contains(word) { self.insert_block(*word) } else { self.insert(*word) }
        }
    }

    /// Whether there is something wrong in the statement of that word.
    pub(super) fn contains(&self, word: &Span) -> bool {
        self.words.contains(word)
    }

    /// Whether nothing is wrong in it but in its braces.
    pub(super) fn is_in_block(&self, word: &Span) -> bool {
        self.blocks.contains(word)
    }

    /// Adds one of whose key two values are stated.
    pub(super) fn insert_value(&mut self, word: Span) {
        self.values.insert(word);
    }

    /// Whether it is not known which value is meant in it, and everything else of it is.
    pub(super) fn is_by_value(&self, word: &Span) -> bool {
        self.values.contains(word) && !self.words.contains(word)
    }

    /// Whether nothing is wrong anywhere.
    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty() && self.values.is_empty()
    }
}
