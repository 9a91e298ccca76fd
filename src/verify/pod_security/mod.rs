//! Pod security admission: every check of every version of the policy, for pods and for whatever makes them.
//!
//! Invariants: the checks are upstream's, function by function; every violation is found, not the first of each check
//! alone. Held to the fixtures of upstream by `tests/conformance.rs`.

mod capabilities;
pub mod codes;
mod host;
mod judge;
mod labels;
mod policy;
mod privileges;
mod proc_mount;
mod profiles;
mod sysctls;
mod users;
mod volumes;

pub use self::codes::CODES;
pub use self::judge::judge;
pub use self::labels::{Mode, Policies, Policy, policies, version};
pub use self::policy::{Changed, Level, NEWEST, PolicyVersion, Violation, changed, violations};

#[cfg(test)]
mod tests;
