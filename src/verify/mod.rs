//! The second opinion: what Kubernetes objects do, whoever wrote them, read from the objects alone.
//!
//! Invariants: this room knows `object` and `value`, and of `diagnostic` the codes that it declares; it shares nothing
//! with what decides and emits, so that a mistake must be made twice to pass. It knows neither files nor YAML.

pub mod cluster;
pub mod connectivity;
pub mod eviction;
pub mod finding;
pub mod labeled;
pub mod members;
pub mod mesh;
pub mod metadata;
pub mod pod;
pub mod pod_security;
pub mod policies;
pub mod references;
pub mod replicas;
pub mod select;

use crate::diagnostic::Code;

/// Every code of this room.
pub fn codes() -> impl Iterator<Item = &'static Code> {
    let others = references::codes().chain(policies::codes());
    [pod_security::CODES, eviction::CODES].into_iter().flatten().copied().chain(others)
}
