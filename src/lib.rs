//! The compiler of `.bvl`.
pub mod diagnostic;
pub mod source;
pub mod syntax;
pub mod value;
