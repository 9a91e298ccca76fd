//! The compiler of `.bvl`: a small declarative language in which a platform team says which services run on Kubernetes,
//! who may talk to whom, what makes them scale and how long they may take to stop.
//!
//! The stages, each one room with one function:
//!
//! - [`resolve::load`] and [`resolve::resolve`]: files to [`model::Model`]
//! - [`graph::derive`]: model to [`graph::FlowGraph`]
//! - [`check::run`]: both to findings
//! - [`analyze::analyze`]: all of these, giving an [`analyze::Analysis`]
//! - [`compile::compile`]: an [`analyze::Checked`] to objects, some at a time, and, once what they do is compared with the
//!   model by what [`verify`] says of them, to [`compile::Proven`]
//! - [`output`]: objects to bytes and folders, once they are proven
//!
//! Who may know whom stands in ARCHITECTURE.md and is held by `tests/tidy`.

pub mod analyze;
pub mod check;
pub mod cli;
pub mod compile;
pub mod diagnostic;
pub mod emit;
pub mod graph;
pub mod ide;
pub mod lsp;
pub mod manifest;
pub mod model;
pub mod object;
pub mod output;
pub mod query;
pub mod registry;
pub mod resolve;
pub mod source;
pub mod syntax;
pub mod value;
pub mod verify;
pub mod vocabulary;
