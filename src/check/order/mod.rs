//! Order and rollout (`BVL08xx`).

mod after_never_ready;
mod circular_order;
mod deadline_too_short;
mod orders_nothing;
mod retries_exceed_deadline;
mod run_without_deadline;
mod schedule_never_fires;
mod ttl_runs_again;

use super::Check;

/// The checks of this family.
pub(super) static CHECKS: &[&Check] = &[
    &circular_order::CHECK,
    &after_never_ready::CHECK,
    &orders_nothing::CHECK,
    &deadline_too_short::CHECK,
    &schedule_never_fires::CHECK,
    &retries_exceed_deadline::CHECK,
    &ttl_runs_again::CHECK,
    &run_without_deadline::CHECK,
];
