//! Amounts of cpu: `500m`, `2`, `0.5`.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Mul};

use super::number::{Scaled, Spelling, number_of, with_suffix};
use super::{FromTerm, Mismatch, Term};

/// An amount of cpu in thousandths of a core. Arithmetic saturates.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cpu(u64);

impl Cpu {
    /// So many thousandths of a core.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// In thousandths of a core.
    pub const fn millis(self) -> u64 {
        self.0
    }

    /// Whether it is none at all.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// What is left of it after `other`; zero if nothing is.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// As the API server stores it: the largest suffix that leaves the number whole, so 1000 cores are `1k`
    /// (apimachinery `pkg/api/resource/quantity.go`, `CanonicalizeBytes`, 1.33).
    pub fn kubernetes(self) -> String {
        if !self.0.is_multiple_of(1000) {
            return self.to_string();
        }
        let (number, suffix) = with_suffix(self.0 / 1000, 1000, &["k", "M", "G", "T", "P"]);
        format!("{number}{suffix}")
    }
}

impl Add for Cpu {
    type Output = Self;

    fn add(self, rhs: Self) -> Self {
        Self(self.0.saturating_add(rhs.0))
    }
}

impl Mul<u32> for Cpu {
    type Output = Self;

    fn mul(self, rhs: u32) -> Self {
        Self(self.0.saturating_mul(u64::from(rhs)))
    }
}

impl Sum for Cpu {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self(0), Add::add)
    }
}

/// Whole cores as a plain number, everything else in thousandths: `2`, `1500m`.
impl fmt::Display for Cpu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_multiple_of(1000) { write!(f, "{}", self.0 / 1000) } else { write!(f, "{}m", self.0) }
    }
}

impl FromTerm for Cpu {
    const EXPECTED: &'static str = "an amount of cpu such as `500m` or `2`";

    /// Anything finer than `1m` is refused: Kubernetes allows no such precision (concepts, "Resource Management for
    /// Pods and Containers", "CPU resource units"), and its accessors would round it up.
    fn from_term(term: &Term) -> Result<Self, Mismatch> {
        let text = number_of::<Self>(term)?;
        let expected = || {
            Mismatch::expected::<Self>(term).help("cpu is counted in cores (`2`, `0.5`) or thousandths of one (`500m`)")
        };
        let spelling = Spelling::read(text).ok_or_else(expected)?;
        let unit = match spelling.suffix {
            "" => 1000,
            "m" => 1,
            "mm" => return Err(expected().suggest(format!("{}m", spelling.number()))),
            _ => return Err(expected()),
        };
        match spelling.times(unit) {
            Scaled::Exact(millis) => Ok(Self(millis)),
            Scaled::Finer => Err(Mismatch::new(format!("`{text}` of cpu is finer than a thousandth of a core"))
                .help("Kubernetes counts cpu in steps of `1m`")),
            Scaled::TooLarge => Err(Mismatch::new(format!("`{text}` of cpu is more than can be counted"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::value::testing::{fault, list, name, number, text};

    #[test]
    fn reads_and_displays() {
        for (written, millis, shown, kubernetes) in [
            ("500m", 500, "500m", "500m"),
            ("0.5", 500, "500m", "500m"),
            ("2", 2000, "2", "2"),
            ("2000m", 2000, "2", "2"),
            ("1.5", 1500, "1500m", "1500m"),
            ("0.001", 1, "1m", "1m"),
            ("0", 0, "0", "0"),
            ("999", 999_000, "999", "999"),
            ("1000", 1_000_000, "1000", "1k"),
            ("1500", 1_500_000, "1500", "1500"),
        ] {
            let cpu = Cpu::from_term(&number(written)).unwrap();
            assert_eq!((cpu.millis(), &*cpu.to_string(), &*cpu.kubernetes()), (millis, shown, kubernetes), "{written}");
        }
    }

    #[test]
    fn refuses_with_what_could_stand_there() {
        let cases: [(Term, &str, &[&str]); 6] = [
            (number("0.0005"), "`0.0005` of cpu is finer than a thousandth of a core", &[]),
            (number("0.5m"), "`0.5m` of cpu is finer than a thousandth of a core", &[]),
            (number("18446744073709551616m"), "`18446744073709551616m` of cpu is more than can be counted", &[]),
            (number("2Gi"), "expected an amount of cpu such as `500m` or `2`, found `2Gi`", &[]),
            (text("500m"), "expected an amount of cpu such as `500m` or `2`, found a string", &["500m"]),
            (name("much"), "expected an amount of cpu such as `500m` or `2`, found the word `much`", &[]),
        ];
        for (term, message, suggestions) in cases {
            let mismatch = fault::<Cpu>(&term);
            assert_eq!(mismatch.message, message);
            assert_eq!(mismatch.suggestions, suggestions, "{message}");
        }
    }

    #[test]
    fn arithmetic_saturates() {
        let [all, core] = [Cpu::from_millis(u64::MAX), Cpu::from_millis(1000)];
        assert_eq!((all + core, all * 2, core * 3), (all, all, Cpu::from_millis(3000)));
        assert_eq!([core, core].into_iter().sum::<Cpu>(), Cpu::from_millis(2000));
        assert_eq!(core.saturating_sub(all), Cpu::default());
    }

    #[test]
    fn slips_of_the_hand_have_one_fix() {
        for (term, expected) in [
            (number("500mm"), &["500m"][..]),
            (list(vec![number("0"), number("5")]), &["0.5"]),
            // a fraction or thousands, more than two, finer than there is
            (list(vec![number("1"), number("500")]), &[]),
            (list(vec![number("1"), number("5"), number("5")]), &[]),
            (list(vec![number("1"), number("5m")]), &[]),
            (number("500M"), &[]),
        ] {
            assert_eq!(fault::<Cpu>(&term).suggestions, expected, "{term:?}");
        }
    }

    proptest! {
        #[test]
        fn display_reads_back(millis in prop_oneof![any::<u64>(), (0..10_000_u64).prop_map(|cores| cores * 1000)]) {
            let cpu = Cpu::from_millis(millis);
            prop_assert_eq!(Cpu::from_term(&number(&cpu.to_string())), Ok(cpu));
        }
    }
}
