//! What `surge` and `unavailable` come to.

use crate::model::Count;

/// What a rollout may add and miss, in pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Resolved {
    /// So many beyond the number wanted.
    pub(super) surge: u64,
    /// So many missing.
    pub(super) unavailable: u64,
}

/// `surge` rounds up and `unavailable` down; where both come to nothing one may be missing, since a rollout could not
/// begin otherwise (kubernetes `pkg/controller/deployment/util/deployment_util.go`, `ResolveFenceposts`, 1.36).
pub(super) fn resolved(surge: Count, unavailable: Count, n: u32) -> Resolved {
    let surge = surge.of(n);
    let unavailable = match unavailable {
        Count::Number(number) => number.into(),
        Count::Percent(percent) => rounded_down(percent.0, n),
    };
    Resolved { surge, unavailable: if surge == 0 && unavailable == 0 { 1 } else { unavailable } }
}

/// Whether it is 0 or 0%, as written.
pub(super) fn is_nothing(count: Count) -> bool {
    match count {
        Count::Number(number) => number == 0,
        Count::Percent(percent) => percent.0 == 0,
    }
}

/// How many of `n` replicas a share rounds down to: those that may be missing in a rollout (kubernetes
/// `pkg/controller/deployment/util/deployment_util.go`, `ResolveFenceposts`, 1.36).
pub(super) fn rounded_down(percent: u32, n: u32) -> u64 {
    u64::from(n) * u64::from(percent) / 100
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Percent;

    #[test]
    fn shares_round_down() {
        for (percent, n, expected) in [(25, 1, 0), (25, 3, 0), (25, 4, 1), (25, 8, 2), (99, 1, 0), (100, 1, 1)] {
            assert_eq!(rounded_down(percent, n), expected, "{percent}% of {n}");
        }
    }

    #[test]
    fn nothing_is_what_is_written_as_nothing() {
        let share = |percent| Count::Percent(Percent(percent));
        for (count, expected) in
            [(share(0), true), (share(1), false), (Count::Number(0), true), (Count::Number(1), false)]
        {
            assert_eq!(is_nothing(count), expected, "{count}");
        }
    }
}
