//! Kubernetes versions: `"1.33"`.

use std::fmt;

use super::text::from_text;
use super::{FromTerm, Mismatch, Term};

/// A minor version of Kubernetes 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KubernetesVersion(u16);

impl KubernetesVersion {
    /// Kubernetes 1.`minor`.
    pub const fn new(minor: u16) -> Self {
        Self(minor)
    }

    /// What follows `1.`
    pub const fn minor(self) -> u16 {
        self.0
    }

    /// Reads `1.33` and nothing else.
    fn read(text: &str) -> Option<Self> {
        let minor = text.strip_prefix("1.")?;
        let plain = minor.bytes().all(|byte| byte.is_ascii_digit()) && (minor == "0" || !minor.starts_with('0'));
        if plain { minor.parse().ok().map(Self) } else { None }
    }

    /// What was meant by `v1.33` or `1.33.2`.
    fn near(text: &str) -> Option<Self> {
        let text = text.trim().trim_start_matches(['v', 'V']);
        let two_parts = text.match_indices('.').nth(1).and_then(|(end, _)| text.get(..end));
        Self::read(two_parts.unwrap_or(text))
    }
}

impl fmt::Display for KubernetesVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}", self.0)
    }
}

impl FromTerm for KubernetesVersion {
    const EXPECTED: &'static str = "a Kubernetes version such as `\"1.33\"`";

    fn from_term(term: &Term) -> Result<Self, Mismatch> {
        from_text(term, Self::read, Self::near)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::testing::{fault, name, number, text};

    #[test]
    fn reads_and_orders() {
        let read = |written| KubernetesVersion::from_term(&text(written)).unwrap();
        for (written, minor) in [("1.33", 33), ("1.0", 0), ("1.65535", u16::MAX)] {
            assert_eq!((read(written).minor(), &*read(written).to_string()), (minor, written));
        }
        assert!(read("1.9") < read("1.10"));
    }

    #[test]
    fn refuses_with_what_could_stand_there() {
        for (term, message, suggestions) in [
            (number("1.33"), "expected a Kubernetes version such as `\"1.33\"`, found `1.33`", vec!["\"1.33\""]),
            (
                name("v1.33"),
                "expected a Kubernetes version such as `\"1.33\"`, found the word `v1.33`",
                vec!["\"1.33\""],
            ),
            (text("v1.33"), "expected a Kubernetes version such as `\"1.33\"`, found `\"v1.33\"`", vec!["\"1.33\""]),
            (text("1.33.2"), "expected a Kubernetes version such as `\"1.33\"`, found `\"1.33.2\"`", vec!["\"1.33\""]),
            (text("1.033"), "expected a Kubernetes version such as `\"1.33\"`, found `\"1.033\"`", vec![]),
            (text("1.65536"), "expected a Kubernetes version such as `\"1.33\"`, found `\"1.65536\"`", vec![]),
            (text("1."), "expected a Kubernetes version such as `\"1.33\"`, found `\"1.\"`", vec![]),
            (text("2.0"), "expected a Kubernetes version such as `\"1.33\"`, found `\"2.0\"`", vec![]),
            (text("latest"), "expected a Kubernetes version such as `\"1.33\"`, found `\"latest\"`", vec![]),
        ] {
            let mismatch = fault::<KubernetesVersion>(&term);
            assert_eq!(mismatch.message, message);
            assert_eq!(mismatch.suggestions, suggestions, "{message}");
        }
    }
}
