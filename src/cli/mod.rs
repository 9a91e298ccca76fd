//! The edge: arguments, files, terminal. Only here may the compiler touch the world.

#[expect(clippy::disallowed_methods, reason = "the edge: the only place that touches files")]
pub mod disk;
