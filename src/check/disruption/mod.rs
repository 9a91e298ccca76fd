//! Disruption and availability (`BVL06xx`).

mod evictions;

mod budget_blocks_eviction;
mod even_quorum;
mod no_budget_at_one;
mod none_without_reason;
mod quorum_budget_too_low;
mod rollout_rounds_to_nothing;
mod rollout_stands_still;
mod unspread_production;

use super::Check;

/// The checks of this family.
pub(super) static CHECKS: &[&Check] = &[
    &budget_blocks_eviction::CHECK,
    &no_budget_at_one::CHECK,
    &none_without_reason::CHECK,
    &quorum_budget_too_low::CHECK,
    &even_quorum::CHECK,
    &rollout_stands_still::CHECK,
    &rollout_rounds_to_nothing::CHECK,
    &unspread_production::CHECK,
];
