//! Parsed literals, a file a type.

pub mod term;

pub use term::{Call, FromTerm, Mismatch, TemplatePart, Term, TermKind};
