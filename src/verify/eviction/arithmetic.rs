//! How many pods a budget keeps.
//!
//! Source: `getExpectedPodCount` and `getDesiredHealthy` in kubernetes `pkg/controller/disruption/disruption.go`, v1.36:
//! percentages round up for both fields (`GetScaledValueFromIntOrPercent(..., true)`), and without either field the
//! expected count stays 0, so that nothing may be evicted.

use crate::object::IntOrString;
use crate::object::api::policy::v1::PodDisruptionBudgetSpec;

/// A number of pods or a share of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// So many.
    Count(u64),
    /// So many of a hundred.
    Percent(u64),
}

impl Amount {
    /// What the field says; `None` for what the API server refuses.
    pub fn read(value: &IntOrString) -> Option<Self> {
        match value {
            IntOrString::Int(count) => u64::try_from(*count).ok().map(Self::Count),
            IntOrString::String(text) => {
                text.strip_suffix('%')?.parse().ok().filter(|share| *share <= 100).map(Self::Percent)
            }
        }
    }

    /// Of so many, a share rounded up.
    pub fn of(self, expected: u64) -> u64 {
        match self {
            Self::Count(count) => count,
            Self::Percent(share) => share.saturating_mul(expected).div_ceil(100),
        }
    }

    /// As it is written.
    pub fn text(self) -> String {
        match self {
            Self::Count(count) => count.to_string(),
            Self::Percent(share) => format!("{share}%"),
        }
    }
}

/// What a budget asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Budget {
    /// So many must stay.
    MinAvailable(Amount),
    /// So many may go.
    MaxUnavailable(Amount),
    /// Neither is said, so none may go.
    Nothing,
}

impl Budget {
    /// What the object says; `None` where the API server refuses it.
    pub fn read(spec: &PodDisruptionBudgetSpec) -> Option<Self> {
        match (&spec.min_available, &spec.max_unavailable) {
            (Some(min), None) => Amount::read(min).map(Self::MinAvailable),
            (None, Some(max)) => Amount::read(max).map(Self::MaxUnavailable),
            (None, None) => Some(Self::Nothing),
            (Some(_), Some(_)) => None,
        }
    }

    /// Whether the controllers of the pods must be asked for their count.
    pub fn wants_scale(self) -> bool {
        match self {
            Self::MinAvailable(Amount::Count(_)) | Self::Nothing => false,
            Self::MinAvailable(Amount::Percent(_)) | Self::MaxUnavailable(_) => true,
        }
    }

    /// How many of so many must stay.
    pub fn desired(self, expected: u64) -> u64 {
        match self {
            Self::MinAvailable(amount) => amount.of(expected),
            Self::MaxUnavailable(amount) => expected.saturating_sub(amount.of(expected)),
            Self::Nothing => expected,
        }
    }

    /// The field, as it is written, in backticks.
    pub fn text(self) -> String {
        match self {
            Self::MinAvailable(amount) => format!("`minAvailable: {}`", amount.text()),
            Self::MaxUnavailable(amount) => format!("`maxUnavailable: {}`", amount.text()),
            Self::Nothing => "a budget without an amount".to_owned(),
        }
    }

    /// The field that says it.
    pub const fn field(self) -> &'static str {
        match self {
            Self::MinAvailable(_) => "spec.minAvailable",
            Self::MaxUnavailable(_) => "spec.maxUnavailable",
            Self::Nothing => "spec",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_go_rounds_as_the_controller_does() {
        use Amount::{Count, Percent};
        use Budget::{MaxUnavailable, MinAvailable, Nothing};
        for (budget, boundary) in [
            // the fewest pods of which one may go
            (MinAvailable(Count(0)), 1),
            (MinAvailable(Count(1)), 2),
            (MinAvailable(Count(3)), 4),
            (MinAvailable(Percent(50)), 2),
            (MinAvailable(Percent(66)), 3),
            (MinAvailable(Percent(67)), 4),
            (MinAvailable(Percent(75)), 4),
            (MinAvailable(Percent(80)), 5),
            (MinAvailable(Percent(90)), 10),
            (MaxUnavailable(Count(1)), 1),
            (MaxUnavailable(Percent(1)), 1),
        ] {
            for n in 1..=20_u64 {
                assert_eq!(budget.desired(n) < n, n >= boundary, "{} of {n}", budget.text());
            }
        }
        for budget in [MinAvailable(Percent(100)), MaxUnavailable(Count(0)), MaxUnavailable(Percent(0)), Nothing] {
            assert!((1..=20).all(|n| budget.desired(n) >= n), "{}", budget.text());
        }
    }
}
