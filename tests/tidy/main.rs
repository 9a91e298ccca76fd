//! The laws of the house, each a test whose failure says what to do.
//!
//! What rustc and clippy can hold stands in `Cargo.toml` and `clippy.toml`; here stands what they cannot: who may know
//! whom, which outside crate lives in which room, how large a file is, that nothing is forgotten in a list, and that
//! what the prose points at exists. `ARCHITECTURE.md` gives the reasons.

#[cfg(test)]
mod codes;
mod invariants;
#[cfg(test)]
mod layers;
#[cfg(test)]
mod prose;
#[cfg(test)]
mod read_aloud;
#[cfg(test)]
mod repository;
#[cfg(test)]
mod rust;
#[cfg(test)]
mod shape;
