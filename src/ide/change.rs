//! What a refactoring does to the files of a platform.

use crate::source::TextEdit;

/// Edits of files that are there, new files, and what to think of before it is done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Change {
    /// What it does, in a few words.
    pub title: String,
    /// Edits of files that are there.
    pub edits: Vec<TextEdit>,
    /// Files that are made: paths relative to the platform's folder, and their texts.
    pub created: Vec<(String, String)>,
    /// What the cluster, or whoever uses the platform, makes of it: sentences.
    pub warnings: Vec<String>,
    /// What may be done along with it, by those who want it.
    pub offers: Vec<Offer>,
}

/// Edits that stand beside those of a change, and that nobody needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// What they do, in a few words.
    pub title: String,
    /// Why somebody may want that: a sentence.
    pub reason: String,
    /// The edits, made for the same texts.
    pub edits: Vec<TextEdit>,
}
