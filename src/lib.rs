//! The compiler of `.bvl`.
pub mod diagnostic;
pub mod model;
pub mod source;
pub mod syntax;
pub mod value;
pub mod vocabulary;
