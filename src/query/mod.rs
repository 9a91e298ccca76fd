//! Questions about a platform, answered as plain data; the command line and editors give them a form.
//!
//! Invariants: a question changes nothing and reads no file that the analysis has not read.

pub mod chart;
pub mod defaults;
pub mod diff;
pub mod explain;
pub mod fix;
mod followed;
pub mod graph;
pub mod import;
mod joined;
pub mod list;
pub mod manifests;
pub mod observe;
pub mod reference;
pub mod tests;
pub mod trial;
