//! A number of replicas, absolute or relative.

use std::fmt;

use crate::value::{FromTerm, Mismatch, Percent, Term};

/// `2` or `50%`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// So many.
    Number(u32),
    /// So much of all.
    Percent(Percent),
}

impl FromTerm for Count {
    const EXPECTED: &'static str = "a whole number or a percentage, such as `1` or `50%`";

    fn from_term(term: &Term) -> Result<Self, Mismatch> {
        match term.number() {
            Some(text) if text.ends_with('%') => Percent::from_term(term).map(Self::Percent),
            Some(_) => u32::from_term(term).map(Self::Number),
            None => Err(Mismatch::expected::<Self>(term)),
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Percent(percent) => write!(f, "{percent}"),
        }
    }
}
