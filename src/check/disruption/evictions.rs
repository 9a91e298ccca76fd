//! How many pods a disruption budget lets go, and what must be written so that it lets one go.
//!
//! Source: percentages round up for both fields (Kubernetes 1.36, `pkg/controller/disruption/disruption.go`,
//! `getExpectedPodCount`, with `GetScaledValueFromIntOrPercent(.., true)`).

use crate::model::{Count, Disruption, Origin};
use crate::value::Percent;

/// A budget that is stated as a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept<'m> {
    /// At least so many stay.
    Min(&'m Origin<Count>),
    /// At most so many go.
    Max(&'m Origin<Count>),
}

impl<'m> Kept<'m> {
    /// The count of a budget, where it states one.
    pub(super) fn of(disruption: &'m Disruption) -> Option<Self> {
        match disruption {
            Disruption::MinAvailable(count) => Some(Self::Min(count)),
            Disruption::MaxUnavailable(count) => Some(Self::Max(count)),
            Disruption::ByOperator(_) | Disruption::None { .. } => None,
        }
    }

    /// The count.
    pub(super) fn count(self) -> &'m Origin<Count> {
        match self {
            Self::Min(count) | Self::Max(count) => count,
        }
    }

    /// As it is written.
    pub(super) fn written(self) -> String {
        match self {
            Self::Min(count) => format!("min-available {}", count.value),
            Self::Max(count) => format!("max-unavailable {}", count.value),
        }
    }

    /// How many of `n` healthy pods must stay.
    pub(super) fn staying(self, n: u32) -> u32 {
        match self {
            Self::Min(count) => scaled_up(count.value, n),
            Self::Max(count) => n.saturating_sub(scaled_up(count.value, n)),
        }
    }

    /// Whether one of `n` healthy pods may go.
    pub(super) fn lets_one_go(self, n: u32) -> bool {
        self.staying(n) < n
    }

    /// The arithmetic in words: `2 replicas - 2 that must stay = 0 that may go`.
    pub(super) fn sum(self, n: u32) -> String {
        let staying = self.staying(n);
        let rounded = match self.count().value {
            Count::Percent(percent) => format!(" ({n} x {percent}, rounded up)"),
            Count::Number(_) => String::new(),
        };
        match self {
            Self::Min(_) => {
                format!("{n} - {staying} that must stay{rounded} = {} that may go", n.saturating_sub(staying))
            }
            Self::Max(_) => format!("{} that may go{rounded}", n.saturating_sub(staying)),
        }
    }

    /// The largest budget of the same form that lets one of `n` go; `None` where there is none.
    pub(super) fn loosened(self, n: u32) -> Option<Count> {
        match (self, self.count().value) {
            (Self::Min(_), Count::Number(_)) => (n > 1).then(|| Count::Number(n - 1)),
            (Self::Min(_), Count::Percent(_)) => {
                let percent = (n.saturating_sub(1).saturating_mul(100)).checked_div(n)?;
                (percent > 0).then_some(Count::Percent(Percent(percent)))
            }
            (Self::Max(_), Count::Number(_) | Count::Percent(_)) => Some(Count::Number(1)),
        }
    }

    /// The smallest number of replicas of which one may go; `None` where no number helps.
    pub(super) fn enough(self) -> Option<u32> {
        match (self, self.count().value) {
            (Self::Min(_), Count::Number(number)) => number.checked_add(1),
            (Self::Min(_), Count::Percent(Percent(percent))) => {
                100_u32.checked_sub(percent).filter(|rest| *rest > 0).map(|rest| 100_u32.div_ceil(rest))
            }
            (Self::Max(_), Count::Number(number)) => (number > 0).then_some(1),
            (Self::Max(_), Count::Percent(Percent(percent))) => (percent > 0).then_some(1),
        }
    }
}

/// A count of `n`, a percentage rounded up.
fn scaled_up(count: Count, n: u32) -> u32 {
    match count {
        Count::Number(number) => number,
        Count::Percent(Percent(percent)) => {
            let scaled = (u64::from(n) * u64::from(percent)).div_ceil(100);
            u32::try_from(scaled).unwrap_or(u32::MAX)
        }
    }
}

/// A count of `n`, a percentage rounded down: how a rollout reads `unavailable`.
pub(super) fn scaled_down(count: Count, n: u32) -> u32 {
    match count {
        Count::Number(number) => number,
        Count::Percent(Percent(percent)) => u32::try_from(u64::from(n) * u64::from(percent) / 100).unwrap_or(u32::MAX),
    }
}

/// How many members a quorum of `n` needs.
pub(super) fn majority(n: u32) -> u32 {
    n / 2 + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Provenance, SourceMap, Span};

    fn stated(count: Count) -> Origin<Count> {
        let file: FileId = SourceMap::default().add("a.bvl", "", Provenance::User);
        Origin::built_in(count, Span::new(file, 0, 0))
    }

    const fn number(n: u32) -> Count {
        Count::Number(n)
    }

    const fn percent(n: u32) -> Count {
        Count::Percent(Percent(n))
    }

    /// The table of the facts: the smallest number of replicas at which one may go.
    #[test]
    fn one_may_go_from_here_on() {
        for (count, expected) in [
            (number(0), Some(1)),
            (number(1), Some(2)),
            (number(2), Some(3)),
            (number(u32::MAX), None),
            (percent(0), Some(1)),
            (percent(50), Some(2)),
            (percent(51), Some(3)),
            (percent(66), Some(3)),
            (percent(67), Some(4)),
            (percent(75), Some(4)),
            (percent(80), Some(5)),
            (percent(90), Some(10)),
            (percent(100), None),
            (percent(101), None),
        ] {
            let count = stated(count);
            let kept = Kept::Min(&count);
            assert_eq!(kept.enough(), expected, "{}", kept.written());
            if let Some(n) = expected {
                assert!(kept.lets_one_go(n), "{} of {n}", kept.written());
                assert!(n == 1 || !kept.lets_one_go(n - 1), "{} of {}", kept.written(), n - 1);
            }
        }
        for (count, n, expected) in
            [(number(0), 9, false), (number(1), 1, true), (percent(0), 9, false), (percent(1), 1, true)]
        {
            let count = stated(count);
            assert_eq!(Kept::Max(&count).lets_one_go(n), expected, "{} of {n}", Kept::Max(&count).written());
        }
    }

    #[test]
    fn a_loosened_budget_lets_one_go_and_no_tighter_one_does() {
        for n in 1..40 {
            for count in [number(n), percent(100)] {
                let tight = stated(count);
                let Some(loosened) = Kept::Min(&tight).loosened(n) else {
                    assert_eq!(n, 1);
                    continue;
                };
                let tighter = match loosened {
                    Count::Number(number) => Count::Number(number + 1),
                    Count::Percent(Percent(percent)) => Count::Percent(Percent(percent + 1)),
                };
                assert!(Kept::Min(&stated(loosened)).lets_one_go(n), "{loosened} of {n}");
                assert!(!Kept::Min(&stated(tighter)).lets_one_go(n), "{tighter} of {n}");
            }
        }
        let none = stated(percent(0));
        assert_eq!(Kept::Max(&none).loosened(1), Some(number(1)));
    }

    #[test]
    fn says_its_sum() {
        let (min, max) = (stated(percent(50)), stated(number(0)));
        assert_eq!(Kept::Min(&min).sum(1), "1 - 1 that must stay (1 x 50%, rounded up) = 0 that may go");
        assert_eq!(Kept::Max(&max).sum(3), "0 that may go");
    }

    #[test]
    fn rounds_down_and_counts_majorities() {
        for (count, n, expected) in [(percent(25), 3, 0), (percent(25), 4, 1), (number(2), 1, 2)] {
            assert_eq!(scaled_down(count, n), expected);
        }
        for (n, expected) in [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3)] {
            assert_eq!(majority(n), expected);
        }
    }
}
