//! The `bvlc` binary.
fn main() {}
