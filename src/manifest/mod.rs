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

#[cfg(test)]
mod tests;
