//! How many of a workload's pods a disruption budget keeps.
//!
//! Percentages round up in both fields (kubernetes `pkg/controller/disruption/disruption.go`, `getExpectedPodCount`,
//! 1.36).

use super::count::{Count, share};
use super::disruption::Disruption;
use super::origin::Origin;
use crate::value::Duration;

/// A budget as stated.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// Which field it is.
    pub field: Field,
    /// What it says.
    pub count: Origin<Count>,
}

/// The two fields of a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// So many stay.
    MinAvailable,
    /// So many go.
    MaxUnavailable,
}

impl Field {
    /// The word that states it.
    pub fn word(self) -> &'static str {
        match self {
            Self::MinAvailable => "min-available",
            Self::MaxUnavailable => "max-unavailable",
        }
    }
}

impl Budget {
    /// The budget that is stated in numbers.
    pub fn of(disruption: Option<&Disruption>) -> Option<Self> {
        match disruption? {
            Disruption::MinAvailable(count) => Some(Self { field: Field::MinAvailable, count: *count }),
            Disruption::MaxUnavailable(count) => Some(Self { field: Field::MaxUnavailable, count: *count }),
            Disruption::ByOperator(_) | Disruption::None { .. } => None,
        }
    }

    /// How many of `n` pods must stay; more than `n` where that many are asked for.
    pub fn stay(self, n: u32) -> u64 {
        let counted = self.count.value.of(n);
        match self.field {
            Field::MinAvailable => counted,
            Field::MaxUnavailable => u64::from(n).saturating_sub(counted),
        }
    }

    /// How many of `n` pods may go at a time.
    pub fn may_go(self, n: u32) -> u64 {
        u64::from(n).saturating_sub(self.stay(n))
    }

    /// How long the pods of `n` take to be evicted one after the other where each takes all of its grace and those that
    /// replace them are ready at once; `None` where none may go.
    pub fn drain(self, n: u32, grace: Duration) -> Option<Duration> {
        let rounds = u64::from(n).div_ceil(Some(self.may_go(n)).filter(|going| *going > 0)?);
        Some(Duration::from_millis(grace.millis().saturating_mul(rounds)))
    }

    /// What it asks of `n` pods, spelled out: `must stay: 80% x 3 = 2.4, rounded up to 3`.
    pub fn sum(self, n: u32) -> String {
        let counted = match self.count.value {
            Count::Number(number) => number.to_string(),
            Count::Percent(percent) => {
                let (hundredths, rounded) = (u64::from(n) * u64::from(percent.0), share(n, percent.0));
                let (whole, rest) = (hundredths / 100, hundredths % 100);
                if rest == 0 {
                    format!("{percent} x {n} = {rounded}")
                } else {
                    let rest = format!("{rest:02}");
                    format!("{percent} x {n} = {whole}.{}, rounded up to {rounded}", rest.trim_end_matches('0'))
                }
            }
        };
        match self.field {
            Field::MinAvailable => format!("must stay: {counted}"),
            Field::MaxUnavailable => format!("may go: {counted}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::origin::Layer;
    use crate::source::{FileId, Span};
    use crate::value::Percent;

    fn stated(field: Field, count: Count) -> Budget {
        Budget { field, count: Origin::new(count, Span::new(FileId::default(), 0, 0), Layer::Declaration) }
    }

    /// The controller's own way: the smallest whole number that is not less than the share.
    fn ceil(n: u32, percent: u32) -> u64 {
        (0..=u64::from(n)).find(|whole| whole * 100 >= u64::from(n) * u64::from(percent)).unwrap()
    }

    #[test]
    fn percentages_round_up_and_block_where_nothing_is_left() {
        for n in 1..=20 {
            for percent in 0..=100 {
                let least = stated(Field::MinAvailable, Count::Percent(Percent(percent)));
                assert_eq!(least.stay(n), ceil(n, percent));
                // the form in which the rule is told: some pod may go where n x (100 - P) is at least 100
                assert_eq!(least.stay(n) >= u64::from(n), n * (100 - percent) < 100, "{percent}% of {n}");
                let most = stated(Field::MaxUnavailable, Count::Percent(Percent(percent)));
                assert_eq!(most.stay(n), u64::from(n) - ceil(n, percent));
                assert_eq!(most.stay(n) >= u64::from(n), percent == 0, "{percent}% of {n}");
            }
            for number in 0..=21 {
                assert_eq!(stated(Field::MinAvailable, Count::Number(number)).stay(n) >= u64::from(n), number >= n);
                assert_eq!(stated(Field::MaxUnavailable, Count::Number(number)).stay(n) >= u64::from(n), number == 0);
            }
        }
    }

    #[test]
    fn pods_are_drained_in_rounds() {
        let (two_minutes, seconds) = (Duration::from_secs(120), Duration::from_secs);
        let one = stated(Field::MaxUnavailable, Count::Number(1));
        assert_eq!(one.drain(50, two_minutes), Some(seconds(6000)));
        let half = stated(Field::MinAvailable, Count::Percent(Percent(50)));
        assert_eq!((half.may_go(3), half.may_go(20)), (1, 10));
        assert_eq!(half.drain(20, two_minutes), Some(seconds(240)));
        assert_eq!(stated(Field::MaxUnavailable, Count::Number(0)).drain(3, two_minutes), None);
        assert_eq!(stated(Field::MaxUnavailable, Count::Number(9)).drain(3, two_minutes), Some(two_minutes));
    }

    #[test]
    fn sums_are_spelled_out() {
        for (field, count, n, expected) in [
            (Field::MinAvailable, Count::Number(2), 2, "must stay: 2"),
            (Field::MinAvailable, Count::Percent(Percent(80)), 3, "must stay: 80% x 3 = 2.4, rounded up to 3"),
            (Field::MinAvailable, Count::Percent(Percent(1)), 5, "must stay: 1% x 5 = 0.05, rounded up to 1"),
            (Field::MinAvailable, Count::Percent(Percent(50)), 4, "must stay: 50% x 4 = 2"),
            (Field::MaxUnavailable, Count::Number(0), 3, "may go: 0"),
        ] {
            assert_eq!(stated(field, count).sum(n), expected);
        }
    }
}
