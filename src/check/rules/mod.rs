//! Rules (`BVL10xx`): the platform's own invariants, read, typed and judged of each thing that they speak of.

pub mod asked;
mod evaluate;
mod fault;
pub mod fields;
pub mod parse;
mod rule_broken;
mod rule_of_nothing;
mod several;
mod spoken;
pub mod standing;
mod typed;
mod unfit_rule;

use super::Check;

/// The checks of this family.
pub(super) static CHECKS: &[&Check] = &[&rule_broken::CHECK, &unfit_rule::CHECK, &rule_of_nothing::CHECK];
