//! Order and rollout (`BVL08xx`).

mod after_never_ready;
mod circular_order;
mod deadline_too_short;
mod orders_nothing;

use super::Check;

/// The checks of this family.
pub(super) static CHECKS: &[&Check] =
    &[&circular_order::CHECK, &after_never_ready::CHECK, &orders_nothing::CHECK, &deadline_too_short::CHECK];
