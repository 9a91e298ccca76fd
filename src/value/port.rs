//! Port numbers.

use std::fmt;
use std::num::NonZeroU16;

use super::number::number_of;
use super::{FromTerm, Mismatch, Term};

/// A port number, 1 to 65535 (apimachinery `pkg/util/validation`, `IsValidPortNum`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Port(pub NonZeroU16);

impl Port {
    /// The port of that number; there is no port 0.
    pub const fn new(number: u16) -> Option<Self> {
        match NonZeroU16::new(number) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }

    /// Which numbers there are, in words.
    pub const NUMBERS: &'static str = "1 to 65535";

    /// The port of a number as objects hold it, whatever that is.
    pub fn of(number: impl Into<i64>) -> Option<Self> {
        u16::try_from(number.into()).ok().and_then(Self::new)
    }

    /// Its number.
    pub const fn get(self) -> u16 {
        self.0.get()
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromTerm for Port {
    const EXPECTED: &'static str = "a port number such as `8080`";

    fn from_term(term: &Term) -> Result<Self, Mismatch> {
        let text = number_of::<Self>(term)?;
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Mismatch::expected::<Self>(term));
        }
        let port = text.parse().ok().and_then(Self::new);
        port.ok_or_else(|| Mismatch::new(format!("`{text}` is no port: ports are numbered {}", Self::NUMBERS)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::testing::{fault, name, number, text};

    #[test]
    fn reads_within_the_bounds() {
        for (written, port) in [("1", 1), ("8080", 8080), ("65535", 65535)] {
            assert_eq!(Port::from_term(&number(written)).unwrap().get(), port);
        }
        for (term, message) in [
            (number("0"), "`0` is no port: ports are numbered 1 to 65535"),
            (number("65536"), "`65536` is no port: ports are numbered 1 to 65535"),
            (number("8080s"), "expected a port number such as `8080`, found `8080s`"),
            (number("80.5"), "expected a port number such as `8080`, found `80.5`"),
            (name("http"), "expected a port number such as `8080`, found the word `http`"),
        ] {
            assert_eq!(fault::<Port>(&term).message, message);
        }
        assert_eq!(fault::<Port>(&text("8080")).suggestions, ["8080"]);
    }
}
