//! One of each of some lists, in all ways, as far as a bound goes.
//!
//! Invariant: whatever stands in a list stands in some combination.

/// So many combinations are looked at for one peer: where there are more, each value is, beside the first of the other lists.
const LIMIT: usize = 256;

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
