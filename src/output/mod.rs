//! The writers: objects to bytes, one file a form; and how the bytes reach a folder.
//!
//! Invariants: only what is proven is written; nothing here decides what an object says. The same objects give the same bytes in whatever order they
//! are handed over, and on any number of threads. Nothing here touches a disk but through the trait of `write`.

pub mod json;
pub mod layout;
pub mod write;
pub mod yaml;

use std::fmt;

pub use self::layout::{Format, OutputFile, files, stream};
use crate::object::{Object, ObjectRef};

/// An object that its writer refused. No object that the compiler emits is refused: the writers take every value that
/// the types of `object` can hold. It is a value, not a panic, so that the edge can ask for a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteError {
    /// Which object.
    pub object: ObjectRef,
    /// What the writer said.
    pub reason: String,
}

impl WriteError {
    fn new(object: &Object, reason: &impl fmt::Display) -> Self {
        Self { object: object.reference(), reason: reason.to_string() }
    }
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cannot be written: {}", self.object, self.reason)
    }
}

impl std::error::Error for WriteError {}
