//! Resources and scaling (`BVL05xx`).

mod amounts;
mod behavior_out_of_range;
mod budget_beside_unstated;
mod budget_needs_limit;
mod budget_too_small;
mod budget_too_small_at_most;
mod budget_too_small_while_stopping;
mod connections;
mod connections_exceeded;
mod demand;
mod demand_above_max;
mod idle_not_below_min;
mod keda_fallback;
mod keda_name_too_long;
mod keda_timing_without_effect;
mod limit_far_above_request;
mod limit_range_impossible;
mod limit_range_refuses;
mod limit_ranges;
pub(super) mod min_above_max;
pub(super) mod missing_resources;
mod no_limit_without_reason;
mod pods_metric_with_keda;
mod pool_not_stated;
mod range_without_trigger;
pub(super) mod replicas;
pub(super) mod request_above_limit;
mod same_metric_twice;
mod scratch_exceeds_ephemeral;
mod target_above_limit;
mod target_out_of_range;
mod unusable_trigger;
pub(super) mod wake;
pub(super) mod zero_without_wake;

use super::Check;

/// The checks of this family.
pub(super) static CHECKS: &[&Check] = &[
    &missing_resources::CHECK,
    &no_limit_without_reason::CHECK,
    &request_above_limit::CHECK,
    &limit_far_above_request::CHECK,
    &min_above_max::CHECK,
    &target_out_of_range::CHECK,
    &target_above_limit::CHECK,
    &same_metric_twice::CHECK,
    &idle_not_below_min::CHECK,
    &zero_without_wake::CHECK,
    &range_without_trigger::CHECK,
    &pods_metric_with_keda::CHECK,
    &keda_name_too_long::CHECK,
    &budget_too_small::CHECK,
    &budget_too_small_at_most::CHECK,
    &budget_beside_unstated::CHECK,
    &budget_needs_limit::CHECK,
    &scratch_exceeds_ephemeral::CHECK,
    &keda_fallback::CHECK,
    &unusable_trigger::CHECK,
    &behavior_out_of_range::CHECK,
    &keda_timing_without_effect::CHECK,
    &connections_exceeded::CHECK,
    &pool_not_stated::CHECK,
    &budget_too_small_while_stopping::CHECK,
    &limit_range_refuses::CHECK,
    &demand_above_max::CHECK,
    &limit_range_impossible::CHECK,
];
