//! Amounts of memory and disk: `512Mi`, `1.5Gi`, `500M`.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::iter::Sum;
use std::ops::{Add, Mul};

use super::number::{Scaled, Spelling, number_of, with_suffix};
use super::{FromTerm, Mismatch, Term};

/// An amount of memory in bytes, at most [`Memory::MAX`]. It keeps whether it was written in powers of 1024, as
/// Kubernetes does, but compares by its bytes alone. Arithmetic saturates.
#[derive(Debug, Clone, Copy)]
pub struct Memory {
    bytes: u64,
    family: Family,
}

/// Which suffixes an amount is written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    /// `Ki`, `Mi` ..: powers of 1024.
    Binary,
    /// `k`, `M` ..: powers of 1000.
    Decimal,
}

const BINARY: [&str; 6] = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const DECIMAL: [&str; 6] = ["k", "M", "G", "T", "P", "E"];
/// So many of them are written in the language; the API server alone uses the others.
const WRITTEN: usize = 4;

impl Family {
    const fn step(self) -> u64 {
        match self {
            Self::Binary => 1024,
            Self::Decimal => 1000,
        }
    }

    const fn suffixes(self) -> &'static [&'static str] {
        match self {
            Self::Binary => &BINARY,
            Self::Decimal => &DECIMAL,
        }
    }
}

impl Memory {
    /// No memory at all.
    pub const ZERO: Self = Self::from_bytes(0);

    /// The most that Kubernetes counts, 2^63 - 1 bytes: it caps a larger binary amount in silence
    /// (apimachinery `pkg/api/resource/quantity.go`, `ParseQuantity`, 1.33).
    pub const MAX: u64 = i64::MAX.cast_unsigned();

    /// So many bytes, to be written in powers of 1024; at most [`Memory::MAX`].
    pub const fn from_bytes(bytes: u64) -> Self {
        Self { bytes: if bytes > Self::MAX { Self::MAX } else { bytes }, family: Family::Binary }
    }

    /// So many bytes, to be written in powers of 1000; at most [`Memory::MAX`].
    pub const fn from_bytes_decimal(bytes: u64) -> Self {
        Self { family: Family::Decimal, ..Self::from_bytes(bytes) }
    }

    /// Whether it is written in powers of 1000.
    pub const fn is_decimal(self) -> bool {
        matches!(self.family, Family::Decimal)
    }

    /// In bytes.
    pub const fn bytes(self) -> u64 {
        self.bytes
    }

    /// Whether it is none at all.
    pub const fn is_zero(self) -> bool {
        self.bytes == 0
    }

    /// What is left of it after `other`; zero if nothing is.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self { bytes: self.bytes.saturating_sub(other.bytes), ..self }
    }

    /// As the API server stores it: the largest suffix that leaves the number whole, a binary amount with a binary
    /// suffix unless it is below 1024 bytes, a decimal one with a decimal suffix (apimachinery
    /// `pkg/api/resource/quantity.go`, `CanonicalizeBytes`, 1.33).
    pub fn kubernetes(self) -> String {
        let family = if self.bytes < 1024 { Family::Decimal } else { self.family };
        let (number, suffix) = with_suffix(self.bytes, family.step(), family.suffixes());
        format!("{number}{suffix}")
    }

    fn with_bytes(self, bytes: u64) -> Self {
        Self { bytes: bytes.min(Self::MAX), ..self }
    }
}

impl PartialEq for Memory {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for Memory {}

impl PartialOrd for Memory {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Memory {
    fn cmp(&self, other: &Self) -> Ordering {
        self.bytes.cmp(&other.bytes)
    }
}

impl Hash for Memory {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.bytes.hash(state);
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::ZERO
    }
}

/// Keeps the suffixes of the first amount that is not zero, as `Quantity.Add` does.
impl Add for Memory {
    type Output = Self;

    fn add(self, rhs: Self) -> Self {
        let first = if self.is_zero() { rhs } else { self };
        first.with_bytes(self.bytes.saturating_add(rhs.bytes))
    }
}

impl Mul<u32> for Memory {
    type Output = Self;

    fn mul(self, rhs: u32) -> Self {
        self.with_bytes(self.bytes.saturating_mul(u64::from(rhs)))
    }
}

impl Sum for Memory {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Add::add)
    }
}

/// As a user may write it: the largest suffix that leaves the number whole, and where none does, a fraction.
impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (step, suffixes) = (self.family.step(), self.family.suffixes());
        let (number, suffix) = with_suffix(self.bytes, step, suffixes.get(..WRITTEN).unwrap_or(suffixes));
        if !suffix.is_empty() {
            return write!(f, "{number}{suffix}");
        }
        // A thousandth has three places, 1/1024 has ten: the fraction is exact.
        let (places, scale) = match self.family {
            Family::Binary => (10, 10_000_000_000),
            Family::Decimal => (3, 1000),
        };
        let fraction = format!("{:0places$}", number % step * scale / step);
        let fraction = fraction.trim_end_matches('0');
        let (point, suffix) = (if fraction.is_empty() { "" } else { "." }, suffixes.first().unwrap_or(&""));
        write!(f, "{}{point}{fraction}{suffix}", number / step)
    }
}

impl FromTerm for Memory {
    const EXPECTED: &'static str = "an amount of memory such as `512Mi`";

    fn from_term(term: &Term) -> Result<Self, Mismatch> {
        let text = number_of::<Self>(term)?;
        let spelling = Spelling::read(text).ok_or_else(|| Mismatch::expected::<Self>(term))?;
        let Some((family, unit)) = unit(spelling.suffix) else { return Err(unknown_unit(term, &spelling)) };
        match spelling.times(unit) {
            Scaled::Exact(bytes @ 0..=Self::MAX) => Ok(Self { bytes, family }),
            Scaled::Finer => Err(Mismatch::new(format!("`{text}` is no whole number of bytes"))),
            Scaled::Exact(_) | Scaled::TooLarge => {
                Err(Mismatch::new(format!("`{text}` is more memory than Kubernetes counts"))
                    .help("it caps amounts at 2^63 - 1 bytes, just below `8388608Ti`"))
            }
        }
    }
}

fn unit(suffix: &str) -> Option<(Family, u64)> {
    [Family::Binary, Family::Decimal].into_iter().find_map(|family| {
        let power = family.suffixes().iter().take(WRITTEN).position(|known| *known == suffix)?;
        Some((family, family.step().pow(u32::try_from(power + 1).ok()?)))
    })
}

fn unknown_unit(term: &Term, spelling: &Spelling<'_>) -> Mismatch {
    const UNITS: &str = "memory ends in `Ki`, `Mi`, `Gi`, `Ti` (powers of 1024) or `k`, `M`, `G`, `T` (powers of 1000)";
    let number = spelling.number();
    let with = |mismatch: Mismatch, suffix: &str| mismatch.suggest(format!("{number}{suffix}"));
    match spelling.suffix {
        "" => {
            let mismatch = Mismatch::new(format!("the amount of memory `{number}` has no unit")).help(UNITS);
            with(with(mismatch, "Mi"), "Gi")
        }
        "m" => {
            let mismatch = Mismatch::new(format!("`{number}m` is {number} thousandths of a byte"))
                .help("a small `m` divides by 1000, as in cpu; `Mi` and `M` are millions of bytes");
            with(with(mismatch, "Mi"), "M")
        }
        suffix => {
            let bare = suffix.strip_suffix(['b', 'B']).unwrap_or(suffix);
            let known = BINARY.iter().chain(&DECIMAL).find(|known| known.eq_ignore_ascii_case(bare));
            let mismatch = Mismatch::expected::<Memory>(term).help(UNITS);
            known.filter(|known| unit(known).is_some()).map_or(mismatch.clone(), |known| with(mismatch, known))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::value::testing::{fault, name, number, text};

    #[test]
    fn reads_and_displays() {
        for (written, bytes, shown, kubernetes) in [
            ("512Mi", 512 << 20, "512Mi", "512Mi"),
            ("1024Mi", 1 << 30, "1Gi", "1Gi"),
            ("1.5Gi", 1536 << 20, "1536Mi", "1536Mi"),
            ("1025Ki", 1025 << 10, "1025Ki", "1025Ki"),
            ("0.5Ki", 512, "0.5Ki", "512"),
            ("1.5Ki", 1536, "1.5Ki", "1536"),
            ("0.9765625Ki", 1000, "0.9765625Ki", "1k"),
            ("1024Ti", 1 << 50, "1024Ti", "1Pi"),
            ("500M", 500_000_000, "500M", "500M"),
            ("1000M", 1_000_000_000, "1G", "1G"),
            ("1.5G", 1_500_000_000, "1500M", "1500M"),
            ("0.001k", 1, "0.001k", "1"),
            ("1.024k", 1024, "1.024k", "1024"),
            ("1000T", 1_000_000_000_000_000, "1000T", "1P"),
            ("0Mi", 0, "0Ki", "0"),
            ("9223372036854775.807k", Memory::MAX, "9223372036854775.807k", "9223372036854775807"),
        ] {
            let memory = Memory::from_term(&number(written)).unwrap();
            let found = (memory.bytes(), memory.to_string(), memory.kubernetes());
            assert_eq!(found, (bytes, shown.to_owned(), kubernetes.to_owned()), "{written}");
        }
    }

    #[test]
    fn refuses_with_what_could_stand_there() {
        let cases: [(Term, &str, &[&str]); 11] = [
            (number("512"), "the amount of memory `512` has no unit", &["512Mi", "512Gi"]),
            (number("512m"), "`512m` is 512 thousandths of a byte", &["512Mi", "512M"]),
            (number("512MB"), "expected an amount of memory such as `512Mi`, found `512MB`", &["512M"]),
            (number("1GiB"), "expected an amount of memory such as `512Mi`, found `1GiB`", &["1Gi"]),
            (number("1K"), "expected an amount of memory such as `512Mi`, found `1K`", &["1k"]),
            (number("1Pi"), "expected an amount of memory such as `512Mi`, found `1Pi`", &[]),
            (number("30s"), "expected an amount of memory such as `512Mi`, found `30s`", &[]),
            (number("0.1Ki"), "`0.1Ki` is no whole number of bytes", &[]),
            (number("8388608Ti"), "`8388608Ti` is more memory than Kubernetes counts", &[]),
            (text("1Gi"), "expected an amount of memory such as `512Mi`, found a string", &["1Gi"]),
            (name("much"), "expected an amount of memory such as `512Mi`, found the word `much`", &[]),
        ];
        for (term, message, suggestions) in cases {
            let mismatch = fault::<Memory>(&term);
            assert_eq!(mismatch.message, message);
            assert_eq!(mismatch.suggestions, suggestions, "{message}");
        }
    }

    #[test]
    fn compares_by_bytes_and_saturates() {
        let read = |text| Memory::from_term(&number(text)).unwrap();
        assert_eq!(read("1.024k"), read("1Ki"));
        assert!(read("1k") < read("1Ki"));
        let [all, one] = [Memory::from_bytes(u64::MAX), Memory::from_bytes(1)];
        assert_eq!((all.bytes(), (all + one).bytes(), (all * 2).bytes()), (Memory::MAX, Memory::MAX, Memory::MAX));
        assert_eq!(one.saturating_sub(all), Memory::ZERO);
    }

    #[test]
    fn a_sum_keeps_the_suffixes_of_its_first_amount() {
        for (amounts, sum) in
            [(["1M", "1Mi"], "2048576"), (["1Mi", "1M"], "2048576"), (["500k", "500k"], "1M"), (["0k", "1Mi"], "1Mi")]
        {
            let total: Memory = amounts.iter().map(|text| Memory::from_term(&number(text)).unwrap()).sum();
            assert_eq!(total.kubernetes(), sum);
        }
    }

    proptest! {
        #[test]
        fn display_reads_back(bytes in prop_oneof![0..=Memory::MAX, 0..5000_u64], shift in 0..50_u32, binary: bool) {
            let family = if binary { Family::Binary } else { Family::Decimal };
            let memory = Memory { bytes: bytes >> shift << shift, family };
            prop_assert_eq!(Memory::from_term(&number(&memory.to_string())), Ok(memory));
        }
    }
}
