//! The data-driven suite.
fn main() {}
