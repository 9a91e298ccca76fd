//! Disruption and availability (`BVL06xx`).

pub(super) mod budget_blocks_eviction;
mod critical_depends_on_lower;
mod critical_single_replica;
mod disruption_none_without_reason;
mod even_quorum;
mod eviction;
mod no_budget_at_one;
mod operator_budget;
mod percentage_above_whole;
mod quorum_budget_too_low;
mod quorum_without_budget;
mod rolling;
mod rollout_below_budget;
mod rollout_stands_still;
mod rollout_takes_the_only_replica;
mod second_budget;
mod spread_over_one;
mod unschedulable_spread;
mod unspread_production;
#[cfg(test)]
mod upstream;
mod zone_without_node;

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
    &second_budget::CHECK,
    &quorum_without_budget::CHECK,
    &rollout_below_budget::CHECK,
    &critical_single_replica::CHECK,
    &critical_depends_on_lower::CHECK,
    &unschedulable_spread::CHECK,
    &spread_over_one::CHECK,
    &zone_without_node::CHECK,
];
