//! The second opinion: what Kubernetes objects do, whoever wrote them.
//!
//! Invariants: this room sees `object` and `value` alone and shares no code with `emit`, `graph` or `check`: a mistake
//! has to be made twice to pass. It judges nothing: it says what is, and others compare.

pub mod connectivity;
