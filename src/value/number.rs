//! What all numbers with a suffix share: taking the spelling apart, scaling it exactly, and writing it with the
//! largest suffix.
//!
//! Invariant: no floating point and no rounding; a spelling that is no whole number of units is said to be so.

use super::{FromTerm, Mismatch, Term, TermKind};

/// A number with its suffix, taken apart: `1.5Gi` is `1`, `5`, `Gi`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spelling<'a> {
    /// Digits before the point; at least one.
    pub(super) whole: &'a str,
    /// Digits behind the point; empty without one.
    pub(super) fraction: &'a str,
    /// What follows the digits.
    pub(super) suffix: &'a str,
}

/// What a spelling comes to in some unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scaled {
    /// Exactly so many units.
    Exact(u64),
    /// No whole number of units.
    Finer,
    /// More units than can be counted.
    TooLarge,
}

impl<'a> Spelling<'a> {
    /// Takes a whole text apart; `None` if it is not one number with one suffix.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let (whole, rest) = digits(text);
        if whole.is_empty() {
            return None;
        }
        let (fraction, rest) = match rest.strip_prefix('.').map(digits) {
            Some(("", _)) => return None,
            Some(found) => found,
            None => ("", rest),
        };
        let is_suffix = !rest.contains(|character: char| character.is_ascii_digit());
        is_suffix.then_some(Self { whole, fraction, suffix: rest })
    }

    /// The number without its suffix, as written.
    pub(super) fn number(&self) -> String {
        if self.fraction.is_empty() { self.whole.to_owned() } else { format!("{}.{}", self.whole, self.fraction) }
    }

    /// The number times `unit`.
    pub(super) fn times(&self, unit: u64) -> Scaled {
        let fraction = self.fraction.trim_end_matches('0');
        // Eighteen places keep every product below within 128 bits; no unit in use is that fine.
        let Ok(places @ 0..=18) = u32::try_from(fraction.len()) else { return Scaled::Finer };
        let unit = u128::from(unit);
        let parts = fraction.parse::<u128>().unwrap_or(0) * unit;
        let scale = 10_u128.pow(places);
        if !parts.is_multiple_of(scale) {
            return Scaled::Finer;
        }
        let whole = self.whole.parse::<u128>().ok().and_then(|whole| whole.checked_mul(unit));
        match whole.and_then(|whole| whole.checked_add(parts / scale)).map(u64::try_from) {
            Some(Ok(value)) => Scaled::Exact(value),
            Some(Err(_)) | None => Scaled::TooLarge,
        }
    }
}

fn digits(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// The spelling of a number term. A string that would read as a `T` without its quotes is told so.
pub(super) fn number_of<T: FromTerm>(term: &Term) -> Result<&str, Mismatch> {
    if let TermKind::Number(text) = &term.kind {
        return Ok(text);
    }
    let mismatch = unquoted::<T>(term, TermKind::Number);
    Err(match with_point::<T>(term) {
        Some(text) => mismatch.help("a fraction has a point").suggest(text),
        None => mismatch,
    })
}

/// `0,5` as `0.5`, where that would do. Three digits may be thousands.
fn with_point<T: FromTerm>(term: &Term) -> Option<String> {
    let TermKind::List(parts) = &term.kind else { return None };
    let [whole, fraction] = &**parts else { return None };
    let (TermKind::Number(whole), TermKind::Number(fraction)) = (&whole.kind, &fraction.kind) else { return None };
    if digits(fraction).0.len() == 3 {
        return None;
    }
    let text = format!("{whole}.{fraction}");
    T::from_term(&Term { span: term.span, kind: TermKind::Number(text.as_str().into()) }).ok().map(|_| text)
}

/// "expected X", and for a string whose content alone would do, that it stands without quotes.
pub(super) fn unquoted<T: FromTerm>(term: &Term, kind: impl FnOnce(Box<str>) -> TermKind) -> Mismatch {
    let mismatch = Mismatch::expected::<T>(term);
    let TermKind::Text(text) = &term.kind else { return mismatch };
    if T::from_term(&Term { span: term.span, kind: kind(text.clone()) }).is_err() {
        return mismatch;
    }
    mismatch.help("it is written without quotes").suggest(&**text)
}

/// `value` with the largest of `suffixes` (the first for one `step`, the second for two ...) that leaves it whole.
pub(super) fn with_suffix(mut value: u64, step: u64, suffixes: &[&'static str]) -> (u64, &'static str) {
    let mut suffix = "";
    for larger in suffixes {
        if value == 0 || !value.is_multiple_of(step) {
            break;
        }
        value /= step;
        suffix = larger;
    }
    (value, suffix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_spellings_apart() {
        let some = |whole, fraction, suffix| Some(Spelling { whole, fraction, suffix });
        for (text, expected) in [
            ("30s", some("30", "", "s")),
            ("1.50Gi", some("1", "50", "Gi")),
            ("70%", some("70", "", "%")),
            ("7", some("7", "", "")),
            ("3µ", some("3", "", "µ")),
            ("1h40m", None),
            ("s", None),
            ("1.", None),
            ("1.s", None),
            (".5", None),
            ("", None),
        ] {
            assert_eq!(Spelling::read(text), expected, "{text}");
        }
    }

    #[test]
    fn scales_exactly_or_says_why_not() {
        for (text, unit, expected) in [
            ("1.5", 1000, Scaled::Exact(1500)),
            ("1.0005", 1000, Scaled::Finer),
            ("1.000500", 10_000, Scaled::Exact(10_005)),
            ("0.0000000000000000001", 1, Scaled::Finer),
            ("0.9999999999999999999", u64::MAX, Scaled::Finer),
            ("18446744073709551615", 1, Scaled::Exact(u64::MAX)),
            ("18446744073709551616", 1, Scaled::TooLarge),
            ("999999999999999999999999999999999999999999", 1, Scaled::TooLarge),
        ] {
            assert_eq!(Spelling::read(text).unwrap().times(unit), expected, "{text}");
        }
    }

    #[test]
    fn largest_suffix_that_leaves_it_whole() {
        for (value, expected) in
            [(0, (0, "")), (999, (999, "")), (1000, (1, "k")), (1500, (1500, "")), (1_000_000_000, (1000, "M"))]
        {
            assert_eq!(with_suffix(value, 1000, &["k", "M"]), expected);
        }
    }
}
