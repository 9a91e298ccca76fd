//! Shares in whole percents: `70%`.

use std::fmt;

use super::count::{MOST, WHY_MOST};
use super::number::{Scaled, Spelling, number_of};
use super::{FromTerm, Mismatch, Term};

/// A share in whole percents; it may be more than the whole. Kubernetes takes no fractions
/// (apimachinery `pkg/util/validation`, `IsValidPercent`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent(pub u32);

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.0)
    }
}

impl FromTerm for Percent {
    const EXPECTED: &'static str = "a percentage such as `70%`";

    fn from_term(term: &Term) -> Result<Self, Mismatch> {
        let text = number_of::<Self>(term)?;
        let expected = || Mismatch::expected::<Self>(term);
        let spelling = Spelling::read(text).ok_or_else(expected)?;
        match (spelling.suffix, spelling.times(1)) {
            ("%", Scaled::Exact(percents)) => match u32::try_from(percents) {
                Ok(percents @ 0..=MOST) => Ok(Self(percents)),
                Ok(_) | Err(_) => Err(too_large(text)),
            },
            ("%", Scaled::TooLarge) => Err(too_large(text)),
            ("%", Scaled::Finer) => Err(Mismatch::new(format!("`{text}` is no whole percentage"))
                .help("Kubernetes counts percentages in whole numbers")),
            ("", Scaled::Exact(_)) => Err(expected().suggest(format!("{}%", spelling.whole))),
            ("", Scaled::Finer) => match spelling.times(100) {
                Scaled::Exact(percents @ 0..100) => Err(expected().suggest(format!("{percents}%"))),
                Scaled::Exact(_) | Scaled::Finer | Scaled::TooLarge => Err(expected()),
            },
            (_, Scaled::Exact(_) | Scaled::Finer | Scaled::TooLarge) => Err(expected()),
        }
    }
}

fn too_large(text: &str) -> Mismatch {
    Mismatch::new(format!("`{text}` is more than {MOST}%")).help(WHY_MOST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::testing::{fault, name, number, text};

    #[test]
    fn reads_and_displays() {
        for (written, percents, shown) in [
            ("70%", 70, "70%"),
            ("0%", 0, "0%"),
            ("150%", 150, "150%"),
            ("50.0%", 50, "50%"),
            ("2147483647%", MOST, "2147483647%"),
        ] {
            let percent = Percent::from_term(&number(written)).unwrap();
            assert_eq!((percent, &*percent.to_string()), (Percent(percents), shown));
        }
    }

    #[test]
    fn refuses_with_what_could_stand_there() {
        let cases: [(Term, &str, &[&str]); 8] = [
            (number("70"), "expected a percentage such as `70%`, found `70`", &["70%"]),
            (number("0.7"), "expected a percentage such as `70%`, found `0.7`", &["70%"]),
            (number("1.5"), "expected a percentage such as `70%`, found `1.5`", &[]),
            (number("70s"), "expected a percentage such as `70%`, found `70s`", &[]),
            (number("70.5%"), "`70.5%` is no whole percentage", &[]),
            (number("2147483648%"), "`2147483648%` is more than 2147483647%", &[]),
            (text("70%"), "expected a percentage such as `70%`, found a string", &["70%"]),
            (name("half"), "expected a percentage such as `70%`, found the word `half`", &[]),
        ];
        for (term, message, suggestions) in cases {
            let mismatch = fault::<Percent>(&term);
            assert_eq!(
                (&*mismatch.message, &mismatch.suggestions[..]),
                (message, &suggestions.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>()[..])
            );
        }
    }
}
