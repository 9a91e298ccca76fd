//! "Did you mean": the known word nearest to an unknown one.
//!
//! Invariant: the work for one candidate is bounded, whatever a file holds: longer words are not compared.

/// Words of more characters are no slip of the pen, and are not compared.
const LONGEST: usize = 64;

/// The candidate nearest to `word`: the same but for case, else at most a third of its characters (and one in any
/// case) inserted, left out, replaced or swapped with their neighbor. Of equals the first.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // of two that are as near, the one that begins as written: who types on gets there
    let rank = |(distance, candidate): &(usize, &str)| (*distance, !candidate.starts_with(word));
    near(word, candidates).min_by_key(rank).map(|(_, candidate)| candidate)
}

/// The known word that `word` is a slip of: [`closest`], where it is not itself one of them. A word that is known costs no
/// more than to find it.
pub fn slip<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    if known.contains(&word) { None } else { closest(word, known.iter().copied()) }
}

/// The `n` candidates nearest to `word`, the nearest first, equals in their own order; those that [`closest`] would take.
pub fn closest_all<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>, n: usize) -> Vec<&'a str> {
    let mut found: Vec<_> = near(word, candidates).collect();
    found.sort_by_key(|(distance, _)| *distance);
    found.into_iter().take(n).map(|(_, candidate)| candidate).collect()
}

/// The candidates that are near enough, with their distances.
fn near<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> impl Iterator<Item = (usize, &'a str)> {
    let letters: Vec<char> = word.chars().take(LONGEST + 1).map(|c| c.to_ascii_lowercase()).collect();
    let threshold = (letters.len() / 3).max(1);
    candidates.into_iter().filter_map(move |candidate| {
        let other: Vec<char> = candidate.chars().take(LONGEST + 1).map(|c| c.to_ascii_lowercase()).collect();
        let longest = letters.len().max(other.len());
        if longest > LONGEST || letters.len().abs_diff(other.len()) > threshold {
            return None;
        }
        let distance = distance(&letters, &other);
        // Two words that share no character are not alike, however short.
        (distance <= threshold && (distance < longest || longest == 0)).then_some((distance, candidate))
    })
}

/// Damerau-Levenshtein distance in its restricted form (optimal string alignment): how many characters are to be
/// inserted, left out, replaced or swapped with their neighbor, no place twice.
fn distance(a: &[char], b: &[char]) -> usize {
    let cell = |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX / 2);
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    let mut previous_x = None;
    for (row_idx, x) in a.iter().enumerate() {
        let mut row = vec![row_idx + 1];
        let mut previous_y = None;
        for (column, y) in b.iter().enumerate() {
            let replaced = cell(&above, column) + usize::from(x != y);
            let inserted = cell(&row, column) + 1;
            let left_out = cell(&above, column + 1) + 1;
            let is_swap = previous_x == Some(y) && previous_y == Some(x);
            let swapped = if is_swap { cell(&before, column - 1) + 1 } else { usize::MAX };
            row.push(replaced.min(inserted).min(left_out).min(swapped));
            previous_y = Some(y);
        }
        previous_x = Some(x);
        before = std::mem::replace(&mut above, row);
    }
    above.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_edits() {
        for (a, b, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("abc", "abc", 0),
            ("abc", "axc", 1),
            ("abc", "acb", 1),
            ("abc", "ac", 1),
            ("ab", "xab", 1),
            ("ca", "abc", 3),
            ("kitten", "sitting", 3),
            ("shutdwon", "shutdown", 1),
        ] {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            assert_eq!(distance(&chars(a), &chars(b)), expected, "{a} {b}");
            assert_eq!(distance(&chars(b), &chars(a)), expected, "{b} {a}");
        }
    }

    #[test]
    fn finds_the_closest() {
        let long = "x".repeat(LONGEST);
        let longer = "x".repeat(LONGEST + 1);
        for (word, candidates, expected) in [
            ("sacle", vec!["scale", "spread"], Some("scale")),
            ("Scale", vec!["scales", "scale"], Some("scale")),
            ("HTTP", vec!["http"], Some("http")),
            ("prt", vec!["part", "port"], Some("part")),
            // Two of five characters are too many, two of six are not.
            ("scxxe", vec!["scale"], None),
            ("shxxdown", vec!["shutdown"], Some("shutdown")),
            ("x", vec!["y"], None),
            ("x", vec!["xy"], Some("xy")),
            ("", vec!["a"], None),
            ("port", vec![], None),
            (&long, vec![&long], Some(&long)),
            (&longer, vec![&longer], None),
            (&long, vec![&longer], None),
        ] {
            assert_eq!(closest(word, candidates), expected, "{word}");
        }
    }

    #[test]
    fn finds_several_in_order() {
        let candidates = ["cat", "cats", "dog", "bat", "CAT"];
        assert_eq!(closest_all("cat", candidates, 9), ["cat", "CAT", "cats", "bat"]);
        assert_eq!(closest_all("cat", candidates, 2), ["cat", "CAT"]);
        assert!(closest_all("cat", candidates, 0).is_empty());
    }
}
