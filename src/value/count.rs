//! Whole numbers (`3`) and the words `true` and `false`.
//!
//! Invariant: a number that is read as `u32` fits Kubernetes' fields, which are `int32`.

use super::number::{number_of, unquoted};
use super::{FromTerm, Mismatch, Term, TermKind};

/// The largest whole number, and the largest number of seconds, that a field of Kubernetes' objects holds: all that a
/// number or a duration of a spec becomes are `int32` (k8s.io/api v0.33: `apps/v1`, `autoscaling/v2`, `core/v1` `Probe`), and
/// users and groups end there too (apimachinery v0.33, `pkg/util/validation`, `maxUserID`).
pub(super) const MOST: u32 = i32::MAX.unsigned_abs();

/// Why nothing above [`MOST`] will do.
pub(super) const WHY_MOST: &str = "Kubernetes holds such numbers in 32 bits, the first of which is the sign";

impl FromTerm for u32 {
    const EXPECTED: &'static str = "a whole number such as `3`";

    fn from_term(term: &Term) -> Result<Self, Mismatch> {
        let text = number_of::<Self>(term)?;
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Mismatch::expected::<Self>(term));
        }
        let fitting = text.parse().ok().filter(|number| *number <= MOST);
        fitting.ok_or_else(|| out_of_bounds(text, 0, MOST).help(WHY_MOST))
    }
}

/// Reads digits, and says the bounds where they do not fit. No number of a spec is below 0, whatever the type could hold.
macro_rules! whole_number {
    ($($number:ty),*) => { $(
        impl FromTerm for $number {
            const EXPECTED: &'static str = "a whole number such as `3`";

            fn from_term(term: &Term) -> Result<Self, Mismatch> {
                let text = number_of::<Self>(term)?;
                if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
                    return Err(Mismatch::expected::<Self>(term));
                }
                text.parse().map_err(|_| out_of_bounds(text, 0, Self::MAX))
            }
        }
    )* };
}

whole_number!(u64, i64);

fn out_of_bounds(text: &str, min: impl std::fmt::Display, max: impl std::fmt::Display) -> Mismatch {
    Mismatch::new(format!("`{text}` is not between {min} and {max}"))
}

impl FromTerm for bool {
    const EXPECTED: &'static str = "`true` or `false`";

    fn from_term(term: &Term) -> Result<Self, Mismatch> {
        match term.name() {
            Some("true") => Ok(true),
            Some("false") => Ok(false),
            Some("yes" | "on") => Err(Mismatch::expected::<Self>(term).suggest("true")),
            Some("no" | "off") => Err(Mismatch::expected::<Self>(term).suggest("false")),
            Some(_) | None => Err(unquoted::<Self>(term, TermKind::Name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::testing::{fault, name, number, text};

    #[test]
    fn reads_whole_numbers_within_their_bounds() {
        for (written, value) in [("0", 0), ("3", 3), ("007", 7), ("2147483647", 2_147_483_647)] {
            assert_eq!(u32::from_term(&number(written)), Ok(value));
        }
        assert_eq!(u64::from_term(&number("18446744073709551615")), Ok(u64::MAX));
        assert_eq!(i64::from_term(&number("9223372036854775807")), Ok(i64::MAX));
    }

    #[test]
    fn names_the_bounds() {
        for (message, expected) in [
            (fault::<u32>(&number("2147483648")).message, "`2147483648` is not between 0 and 2147483647"),
            (
                fault::<i64>(&number("9223372036854775808")).message,
                "`9223372036854775808` is not between 0 and 9223372036854775807",
            ),
            (fault::<u32>(&number("-1")).message, "expected a whole number such as `3`, found `-1`"),
            (fault::<u32>(&number("1.5")).message, "expected a whole number such as `3`, found `1.5`"),
            (fault::<u64>(&number("3s")).message, "expected a whole number such as `3`, found `3s`"),
            (fault::<i64>(&number("-1")).message, "expected a whole number such as `3`, found `-1`"),
            (fault::<i64>(&number("-")).message, "expected a whole number such as `3`, found `-`"),
            (fault::<u32>(&name("three")).message, "expected a whole number such as `3`, found the word `three`"),
        ] {
            assert_eq!(message, expected);
        }
        assert_eq!(fault::<u32>(&text("3")).suggestions, ["3"]);
        assert!(fault::<u32>(&text("x")).suggestions.is_empty());
    }

    #[test]
    fn reads_words_of_truth() {
        assert_eq!([bool::from_term(&name("true")), bool::from_term(&name("false"))], [Ok(true), Ok(false)]);
        for (term, suggestions) in [
            (name("yes"), vec!["true"]),
            (name("off"), vec!["false"]),
            (text("true"), vec!["true"]),
            (name("True"), vec![]),
        ] {
            assert_eq!(fault::<bool>(&term).suggestions, suggestions, "{term:?}");
        }
    }
}
