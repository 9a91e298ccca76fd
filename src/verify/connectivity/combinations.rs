//! One of each of some lists, in all ways, as far as a bound goes.
//!
//! Invariant: whatever stands in a list stands in some combination.

/// So many combinations are looked at for one peer: where there are more, each value is, beside the first of the other lists.
pub(super) const LIMIT: usize = 256;

/// All combinations of one value of each list; beyond the limit those that differ from the first in one of them.
pub(super) fn combinations<V: Clone>(lists: &[Vec<V>]) -> Vec<Vec<V>> {
    let n = lists.iter().try_fold(1_usize, |n, values| n.checked_mul(values.len()));
    let first: Vec<V> = lists.iter().filter_map(|values| values.first().cloned()).collect();
    let mut found = vec![first.clone()];
    let is_bounded = n.is_some_and(|n| n <= LIMIT);
    for (at, values) in lists.iter().enumerate() {
        let before = if is_bounded { found.clone() } else { vec![first.clone()] };
        for value in values.iter().skip(1) {
            found.extend(before.iter().cloned().map(|mut choice| {
                if let Some(own) = choice.get_mut(at) {
                    own.clone_from(value);
                }
                choice
            }));
        }
    }
    found
}

/// All pairs; beyond the limit those of which one is the first.
pub(super) fn pairs<'c, T>(ones: &'c [T], others: &'c [T]) -> Vec<(&'c T, &'c T)> {
    let is_bounded = ones.len().saturating_mul(others.len()) <= LIMIT;
    let mut found = Vec::new();
    for (at, one) in ones.iter().enumerate() {
        let beside = if is_bounded || at == 0 { others } else { others.get(..1).unwrap_or_default() };
        found.extend(beside.iter().map(|other| (one, other)));
    }
    found
}

/// How many pairs of combinations there are of lists of these lengths, beside those of which [`combinations`] and [`pairs`] make one.
pub(super) fn left_out(ones: &[usize], others: &[usize]) -> usize {
    let all = |lengths: &[usize]| lengths.iter().fold(1_usize, |n, length| n.saturating_mul(*length));
    let made = |lengths: &[usize]| {
        let n = all(lengths);
        let each = || lengths.iter().fold(1_usize, |n, length| n.saturating_add(length.saturating_sub(1)));
        if n <= LIMIT { n } else { each() }
    };
    let (own, other) = (made(ones), made(others));
    let n = own.saturating_mul(other);
    let paired = if n <= LIMIT { n } else { own.saturating_add(other).saturating_sub(1) };
    all(ones).saturating_mul(all(others)).saturating_sub(paired)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_counted() {
        for lengths in [
            [&[2, 3][..], &[4]],
            [&[16, 16], &[]],
            [&[17, 16], &[]],
            [&[16, 16], &[2]],
            [&[300], &[300]],
            [&[9], &[8, 9, 7]],
        ] {
            let lists =
                |lengths: &[usize]| lengths.iter().map(|length| (0..*length).collect()).collect::<Vec<Vec<_>>>();
            let [ones, others] = lengths.map(|lengths| combinations(&lists(lengths)));
            let n_all: usize = lengths.iter().flat_map(|lengths| lengths.iter()).product();
            assert_eq!(left_out(lengths[0], lengths[1]), n_all - pairs(&ones, &others).len(), "{lengths:?}");
        }
        assert_eq!(left_out(&[16, 16], &[]), 0);
        assert_ne!(left_out(&[17, 16], &[]), 0);
    }
}
