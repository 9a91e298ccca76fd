//! A number of replicas, absolute or relative.

use std::fmt;

use crate::value::{FromTerm, Mismatch, Percent, Term};

/// `2` or `50%`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// So many.
    Number(u32),
    /// So much of all.
    Percent(Percent),
}

impl Count {
    /// How many of `number` it is, a share rounded up, as disruption budgets and the surge of rollouts count (kubernetes
    /// `pkg/controller/disruption/disruption.go`, `getExpectedPodCount`, 1.36). It may be more than all of them.
    pub fn of(self, number: u32) -> u64 {
        match self {
            Self::Number(count) => u64::from(count),
            Self::Percent(percent) => share(number, percent.0),
        }
    }
}

/// So much of a number, rounded up.
pub fn share(number: u32, percent: u32) -> u64 {
    (u64::from(number) * u64::from(percent)).div_ceil(100)
}

impl FromTerm for Count {
    const EXPECTED: &'static str = "a whole number or a percentage, such as `1` or `50%`";

    fn from_term(term: &Term) -> Result<Self, Mismatch> {
        match term.number() {
            Some(text) if text.ends_with('%') => Percent::from_term(term).map(Self::Percent),
            Some(_) => u32::from_term(term).map(Self::Number),
            None => Err(Mismatch::expected::<Self>(term)),
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Percent(percent) => write!(f, "{percent}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_round_up() {
        for (number, percent, expected) in
            [(4, 25, 1), (5, 25, 2), (1, 1, 1), (3, 0, 0), (0, 50, 0), (10, 100, 10), (2, 150, 3)]
        {
            assert_eq!(share(number, percent), expected, "{percent}% of {number}");
        }
    }
}
