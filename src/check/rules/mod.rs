//! Rules and tests (`BVL10xx`): the platform's own invariants, read, typed and judged of each thing that they speak of, and whether what it
//! expects of itself can be judged.

pub mod asked;
pub mod condition;
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
mod unfit_test;
mod unmet;

pub use unfit_test::is_of_tests;
pub use unmet::BVL1005;

use super::Check;
use crate::diagnostic::Code;

/// The checks of this family.
pub(super) static CHECKS: &[&Check] =
    &[&rule_broken::CHECK, &unfit_rule::CHECK, &rule_of_nothing::CHECK, &unfit_test::CHECK];

/// What no check finds, but whoever runs the tests of a platform.
pub static CODES: &[&Code] = &[&BVL1005];
