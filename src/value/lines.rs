//! Which lines of a text became which.

use std::hash::Hash;
use std::ops::Range;

use imara_diff::{Algorithm, Diff, InternedInput, Interner};

/// Where two lists of lines differ: the lines before and those in their place after, in order; what lies between two such
/// places is alike in both. Where several answers are right it is the one that people expect of a patch.
pub fn changed<T: Hash + Eq>(
    before: impl ExactSizeIterator<Item = T>,
    after: impl Iterator<Item = T>,
) -> Vec<(Range<usize>, Range<usize>)> {
    let mut input = InternedInput { before: Vec::new(), after: Vec::new(), interner: Interner::new(before.len()) };
    input.update_before(before);
    input.update_after(after);
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    diff.postprocess_no_heuristic(&input);
    let wide = |range: Range<u32>| range.start as usize..range.end as usize;
    diff.hunks().map(|hunk| (wide(hunk.before), wide(hunk.after))).collect()
}

#[cfg(test)]
mod tests {
    use super::changed;

    #[test]
    fn of_lists() {
        let lines = |text: &str| text.chars().collect::<Vec<_>>().into_iter();
        assert_eq!(changed(lines(""), lines("")), []);
        assert_eq!(changed(lines("abc"), lines("abc")), []);
        assert_eq!(changed(lines(""), lines("ab")), [(0..0, 0..2)]);
        assert_eq!(changed(lines("abcd"), lines("axcdy")), [(1..2, 1..2), (4..4, 4..5)]);
    }
}
