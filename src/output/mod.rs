//! The writers: objects to bytes, one file a form; and how the bytes reach a folder.
//!
//! Invariants: nothing here decides what an object says. The same objects give the same bytes in whatever order they
//! are handed over, and on any number of threads. Nothing here touches a disk but through the trait of `write`.

pub mod argo_cd;
mod block;
pub mod helm;
pub mod json;
pub mod kustomize;
pub mod layout;
mod tokens;
pub mod write;
pub mod yaml;

use std::fmt;

pub use self::layout::{Files, Format, OutputFile, Stream, files};
use crate::object::Object;

/// An object that its writer refused. No object that the compiler emits is refused: the writers take every value that
/// the types of `object` can hold. It is a value, not a panic, so that the edge can ask for a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteError {
    /// Which object, as it is named within a cluster.
    pub what: String,
    /// What the writer said.
    pub reason: String,
}

impl WriteError {
    fn new(object: &Object, reason: &impl fmt::Display) -> Self {
        Self { what: object.reference().to_string(), reason: reason.to_string() }
    }
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cannot be written: {}", self.what, self.reason)
    }
}

impl std::error::Error for WriteError {}
