//! Lengths of time: `30s`, `500ms`, `100m`.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Mul};

use super::count::{MOST, WHY_MOST};
use super::number::{Scaled, Spelling, number_of};
use super::{FromTerm, Mismatch, Term};

/// A length of time in whole milliseconds. Arithmetic saturates.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(u64);

/// The suffixes, the largest first, and their milliseconds.
const UNITS: [(&str, u64); 4] = [("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

/// What people write for a suffix: what they mean by it, and how many of them.
const NEAR: [(&[&str], u64, &str); 5] = [
    (&["d", "day", "days"], 24, "h"),
    (&["hr", "hrs", "hour", "hours", "H"], 1, "h"),
    (&["min", "mins", "minute", "minutes", "M"], 1, "m"),
    (&["sec", "secs", "second", "seconds", "S"], 1, "s"),
    (&["msec", "millis", "milliseconds", "MS"], 1, "ms"),
];

/// From so many seconds on, hours and minutes are easier to read than seconds.
const LONG: u64 = 600;

impl Duration {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// So many milliseconds.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// So many seconds.
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs.saturating_mul(1000))
    }

    /// In milliseconds.
    pub const fn millis(self) -> u64 {
        self.0
    }

    /// In whole seconds, a started one counted whole: a deadline in seconds never falls short of what was asked for.
    pub const fn secs(self) -> u64 {
        self.0.div_ceil(1000)
    }

    /// Whether it is a whole number of seconds.
    pub const fn is_whole(self) -> bool {
        self.0.is_multiple_of(1000)
    }

    /// Whether it is no time at all.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// It with the unit of what is written, where it is whole in that; what is written itself, where that is it.
    pub fn spelled_as(self, written: &str) -> String {
        let Some(spelling) = Spelling::read(written) else { return self.to_string() };
        let unit = UNITS.iter().find(|(suffix, _)| *suffix == spelling.suffix).map(|(_, unit)| *unit);
        match unit.map(|unit| (unit, spelling.times(unit))) {
            Some((_, Scaled::Exact(millis))) if millis == self.0 => written.to_owned(),
            Some((unit, _)) if self.0.is_multiple_of(unit) => format!("{}{}", self.0 / unit, spelling.suffix),
            Some(_) | None => self.to_string(),
        }
    }

    /// A number that lacks its unit with each unit, those first with which it is nearest to this: `5` is `5s` where 10s are
    /// usual, and `5m` where 10m are.
    pub fn with_units(self, number: &str) -> Vec<String> {
        /// As exact as times are told apart.
        const PARTS: u64 = 1000;
        let Some(spelling) = Spelling::read(number).filter(|spelling| spelling.suffix.is_empty()) else {
            return Vec::new();
        };
        let written = |(unit, millis): &(&str, u64)| match spelling.times(*millis) {
            Scaled::Exact(amount) => {
                let (less, more) = (amount.min(self.0).max(1), amount.max(self.0).max(1));
                Some((more.saturating_mul(PARTS) / less, format!("{}{unit}", spelling.number())))
            }
            Scaled::Finer | Scaled::TooLarge => None,
        };
        // of two that are as near seconds are meant
        let [hours, minutes, seconds, millis] = &UNITS;
        let mut all: Vec<_> = [seconds, minutes, hours, millis].into_iter().filter_map(written).collect();
        all.sort_by_key(|(far, _)| *far);
        all.into_iter().map(|(_, written)| written).collect()
    }

    /// What is left of it after `other`; zero if nothing is.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Add for Duration {
    type Output = Self;

    fn add(self, rhs: Self) -> Self {
        Self(self.0.saturating_add(rhs.0))
    }
}

impl Mul<u32> for Duration {
    type Output = Self;

    fn mul(self, rhs: u32) -> Self {
        Self(self.0.saturating_mul(u64::from(rhs)))
    }
}

impl Sum for Duration {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Add::add)
    }
}

/// Parts of a second in milliseconds, up to ten minutes in seconds, longer ones in hours, minutes and seconds.
impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(millis) = *self;
        let secs = millis / 1000;
        if !self.is_whole() {
            return write!(f, "{millis}ms");
        }
        if secs < LONG {
            return write!(f, "{secs}s");
        }
        // one number, one suffix: the largest in which it is whole
        match (secs.is_multiple_of(3600), secs.is_multiple_of(60)) {
            (true, _) => write!(f, "{}h", secs / 3600),
            (false, true) => write!(f, "{}m", secs / 60),
            (false, false) => write!(f, "{secs}s"),
        }
    }
}

impl FromTerm for Duration {
    const EXPECTED: &'static str = "a duration such as `30s`";

    fn from_term(term: &Term) -> Result<Self, Mismatch> {
        let text = number_of::<Self>(term)?;
        let spelling = Spelling::read(text).ok_or_else(|| unknown_unit(term, text))?;
        let unit = UNITS.iter().find(|(suffix, _)| *suffix == spelling.suffix).map(|(_, unit)| *unit);
        let Some(unit) = unit else { return Err(unknown_unit(term, text)) };
        match spelling.times(unit) {
            Scaled::Exact(millis) if Self(millis) <= Self::from_secs(u64::from(MOST)) => Ok(Self(millis)),
            Scaled::Finer => Err(Mismatch::new(format!("`{text}` is no whole number of milliseconds"))),
            Scaled::Exact(_) | Scaled::TooLarge => {
                Err(Mismatch::new(format!("`{text}` is longer than {MOST}s")).help(WHY_MOST))
            }
        }
    }
}

/// What several numbers with units come to, as other languages write them: `1m30s`.
fn of_parts(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut sum = 0_u64;
    while !rest.is_empty() {
        let suffix = rest.find(|character: char| !character.is_ascii_digit())?;
        let behind = rest.get(suffix..)?;
        let end = behind.find(|character: char| character.is_ascii_digit()).unwrap_or(behind.len());
        let (number, unit) = (rest.get(..suffix)?, behind.get(..end)?);
        let (_, millis) = UNITS.iter().find(|(known, _)| *known == unit)?;
        sum = sum.checked_add(number.parse::<u64>().ok()?.checked_mul(*millis)?)?;
        rest = behind.get(end..)?;
    }
    Some(Duration(sum))
}

/// A duration whose unit stands apart from its number as people write it: `10 seconds`, `2 days`.
pub fn spoken(number: &str, unit: &str) -> Option<String> {
    let (_, times, unit) = NEAR.iter().find(|(written, ..)| written.contains(&unit))?;
    match Spelling::read(number).filter(|spelling| spelling.suffix.is_empty())?.times(*times) {
        Scaled::Exact(amount) => Some(format!("{amount}{unit}")),
        Scaled::Finer | Scaled::TooLarge => None,
    }
}

fn unknown_unit(term: &Term, text: &str) -> Mismatch {
    let mismatch = Mismatch::expected::<Duration>(term);
    let Some(spelling) = Spelling::read(text) else {
        return match of_parts(text) {
            Some(sum) => mismatch.help("a duration is one number with one unit").suggest(sum.to_string()),
            None => mismatch,
        };
    };
    let number = spelling.number();
    if spelling.suffix.is_empty() {
        return Mismatch::new(format!("the duration `{text}` has no unit"))
            .help("a duration ends in `ms`, `s`, `m` or `h`")
            .suggest(format!("{number}s"))
            .suggest(format!("{number}m"));
    }
    let mismatch = mismatch.help("a duration ends in `ms`, `s`, `m` or `h`");
    let near = NEAR.iter().find(|(written, ..)| written.contains(&spelling.suffix));
    match near.map(|(_, times, unit)| (spelling.times(*times), unit)) {
        Some((Scaled::Exact(amount), unit)) => mismatch.suggest(format!("{amount}{unit}")),
        Some((Scaled::Finer | Scaled::TooLarge, _)) | None => mismatch,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::value::testing::{fault, name, number, text};

    /// The unit comes first with which a number is nearest to what is usual, then the others.
    #[test]
    fn the_likeliest_unit_comes_first() {
        for (usual, written, expected) in [
            (5, "5", ["5s", "5m", "5ms", "5h"]),
            (600, "10", ["10m", "10s", "10h", "10ms"]),
            (600, "600", ["600s", "600m", "600ms", "600h"]),
            (10, "500", ["500ms", "500s", "500m", "500h"]),
            (86_400, "24", ["24h", "24m", "24s", "24ms"]),
        ] {
            assert_eq!(Duration::from_secs(usual).with_units(written), expected, "{written} of {usual}s");
        }
        assert_eq!(Duration::from_secs(5).with_units("5s"), [""; 0]);
        assert_eq!(Duration::from_secs(5).with_units("0").first().map(String::as_str), Some("0s"));
    }

    #[test]
    fn reads_and_displays() {
        for (written, millis, shown) in [
            ("0s", 0, "0s"),
            ("500ms", 500, "500ms"),
            ("1.5s", 1500, "1500ms"),
            ("0.001s", 1, "1ms"),
            ("1000ms", 1000, "1s"),
            ("90s", 90_000, "90s"),
            ("9m", 540_000, "540s"),
            ("599s", 599_000, "599s"),
            ("600s", 600_000, "10m"),
            ("601s", 601_000, "601s"),
            ("1.5h", 5_400_000, "90m"),
            ("100m", 6_000_000, "100m"),
            ("3601s", 3_601_000, "3601s"),
            ("24h", 86_400_000, "24h"),
            ("2147483647s", 2_147_483_647_000, "2147483647s"),
        ] {
            let duration = Duration::from_term(&number(written)).unwrap();
            assert_eq!(duration, Duration::from_millis(millis), "{written}");
            assert_eq!(duration.to_string(), shown, "{written}");
        }
    }

    #[test]
    fn refuses_with_what_could_stand_there() {
        let cases: [(Term, &str, &[&str]); 12] = [
            (number("30"), "the duration `30` has no unit", &["30s", "30m"]),
            (number("30sec"), "expected a duration such as `30s`, found `30sec`", &["30s"]),
            (number("2d"), "expected a duration such as `30s`, found `2d`", &["48h"]),
            (number("30x"), "expected a duration such as `30s`, found `30x`", &[]),
            (number("1h40m"), "expected a duration such as `30s`, found `1h40m`", &["100m"]),
            (number("1m30s"), "expected a duration such as `30s`, found `1m30s`", &["90s"]),
            (number("1m30x"), "expected a duration such as `30s`, found `1m30x`", &[]),
            (number("1.5ms"), "`1.5ms` is no whole number of milliseconds", &[]),
            (number("2147483647001ms"), "`2147483647001ms` is longer than 2147483647s", &[]),
            (number("5124095576031h"), "`5124095576031h` is longer than 2147483647s", &[]),
            (text("30s"), "expected a duration such as `30s`, found a string", &["30s"]),
            (name("fast"), "expected a duration such as `30s`, found the word `fast`", &[]),
        ];
        for (term, message, suggestions) in cases {
            let mismatch = fault::<Duration>(&term);
            assert_eq!(mismatch.message, message);
            assert_eq!(mismatch.suggestions, suggestions, "{message}");
        }
    }

    #[test]
    fn seconds_round_up_and_arithmetic_saturates() {
        assert_eq!([0, 1, 1000, 1001].map(|millis| Duration::from_millis(millis).secs()), [0, 1, 1, 2]);
        let [long, second] = [Duration::from_millis(u64::MAX), Duration::from_secs(1)];
        assert_eq!((long + second, long * 2, Duration::from_secs(u64::MAX)), (long, long, long));
        assert_eq!([second, second].into_iter().sum::<Duration>(), Duration::from_secs(2));
        assert_eq!(second.saturating_sub(long), Duration::ZERO);
    }

    proptest! {
        #[test]
        fn display_reads_back(millis in prop_oneof![0..2_147_483_647_000_u64, (0..10_000_u64).prop_map(|secs| secs * 1000)]) {
            let duration = Duration::from_millis(millis);
            prop_assert_eq!(Duration::from_term(&number(&duration.to_string())), Ok(duration));
        }
    }
}
