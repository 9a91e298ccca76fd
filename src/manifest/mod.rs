//! Manifests of others: YAML streams and JSON to typed objects, every field with its place.
//!
//! Invariants: reading never fails and never panics; what could not be read has been reported with its place and the
//! limit it broke; a broken document does not hide the next one. `manifest/parse.rs` alone names the YAML parser.

mod block;
pub mod codes;
mod decode;
mod parse;
mod scalar;
mod stray;
mod stream;
mod tree;

pub use self::stream::{Manifest, Note, Stream, not_utf8, read};
pub use self::tree::{Entry, Node, Value};

use crate::diagnostic::{Diagnostic, Severity};

/// Whether a finding of reading says that something could not be read. An object with a field that its type has not is read
/// without it.
pub fn is_unread(finding: &Diagnostic) -> bool {
    finding.severity == Severity::Error && finding.code != &codes::BVL1105
}

#[cfg(test)]
mod tests;
