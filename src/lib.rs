//! The compiler of `.bvl`: a small declarative language in which a platform team says which services run on Kubernetes,
//! who may talk to whom, what makes them scale and how long they may take to stop.
//!
//! The stages, each one room with one function:
//!
//! - [`resolve::load`] and [`resolve::resolve`]: files to [`model::Model`]
//! - [`graph::derive`]: model to [`graph::FlowGraph`]
//! - [`check::run`]: both to findings
//! - [`analyze::analyze`]: all of these, giving an [`analyze::Analysis`]
//! - [`compile::compile`]: an [`analyze::Checked`] to [`emit::Manifests`]
//! - [`output`]: manifests to bytes and folders
//!
//! Who may know whom stands in ARCHITECTURE.md and is held by `tests/tidy`.

pub mod analyze;
pub mod check;
pub mod cli;
pub mod compile;
pub mod diagnostic;
pub mod emit;
pub mod graph;
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
