//! Flows and isolation (`BVL03xx`).

use super::Check;

/// The checks of this family.
pub(super) static CHECKS: &[&Check] = &[];
