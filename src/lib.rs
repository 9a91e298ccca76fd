//! The compiler of `.bvl`.
pub mod analyze;
pub mod check;
pub mod cli;
pub mod compile;
pub mod diagnostic;
pub mod emit;
pub mod graph;
pub mod model;
pub mod object;
pub mod output;
pub mod resolve;
pub mod source;
pub mod syntax;
pub mod value;
pub mod vocabulary;
