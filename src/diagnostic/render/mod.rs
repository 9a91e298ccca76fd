//! The forms in which diagnostics are shown, one file each.
//!
//! Invariants: nothing a spec holds reaches a terminal as a control character; the time for one diagnostic does not grow
//! with the size of its file.

pub mod concise;
pub mod excerpt;
pub mod json;
pub mod paint;
pub mod positions;
#[cfg(test)]
pub(crate) mod schema;
pub mod terminal;
pub mod text;

use crate::source::{Provenance, SourceMap, Span};

/// The files of a report, and how their paths are written for whoever reads it.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// The files.
    pub sources: &'a SourceMap,
    /// What stands before the path of a user's file so that it is right where the reader stands: `../`, `examples/hello/`.
    pub prefix: &'a str,
}

impl Shown<'_> {
    /// The path of the file of a place, as the reader would write it.
    pub fn path(self, span: Span) -> String {
        let Some(file) = self.sources.get(span.file) else { return String::new() };
        match file.provenance() {
            Provenance::User => format!("{}{}", self.prefix, file.path()),
            Provenance::Standard | Provenance::CommandLine => file.path().to_owned(),
        }
    }

    /// Whether the place lies in a file that the reader can open.
    pub fn is_own(self, span: Span) -> bool {
        self.sources.is_users(span)
    }
}
