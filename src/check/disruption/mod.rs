//! Disruption and availability (`BVL06xx`).

mod budget_blocks_eviction;
mod disruption_none_without_reason;
mod even_quorum;
mod eviction;
mod no_budget_at_one;
mod percentage_above_whole;
mod quorum_budget_too_low;
mod rolling;
mod rollout_stands_still;
mod rollout_takes_the_only_replica;
mod unspread_production;

use super::Check;

/// The checks of this family.
pub(super) static CHECKS: &[&Check] = &[
    &budget_blocks_eviction::CHECK,
    &no_budget_at_one::CHECK,
    &disruption_none_without_reason::CHECK,
    &quorum_budget_too_low::CHECK,
    &even_quorum::CHECK,
    &rollout_stands_still::CHECK,
    &rollout_takes_the_only_replica::CHECK,
    &unspread_production::CHECK,
    &percentage_above_whole::CHECK,
];
