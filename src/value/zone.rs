//! Time zones by their IANA names: `Europe/Berlin`.

use super::{FromTerm, Mismatch, Term, quoted, similar};

/// The names that there are; lines that begin with `#` say which.
const ZONES: &str = include_str!("zones.txt");

/// The name of a time zone of the tz database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeZone(pub String);

/// Every name.
fn zones() -> impl Iterator<Item = &'static str> {
    ZONES.lines().filter(|line| !line.starts_with('#'))
}

impl TimeZone {
    /// The time zone of no place.
    pub fn utc() -> Self {
        Self("UTC".to_owned())
    }

    /// Whether it is the name of one.
    pub fn is_known(text: &str) -> bool {
        zones().any(|zone| zone == text)
    }
}

impl std::fmt::Display for TimeZone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromTerm for TimeZone {
    const EXPECTED: &'static str = "a time zone by its IANA name, such as `\"Europe/Berlin\"`";

    fn from_term(term: &Term) -> Result<Self, Mismatch> {
        let text = String::from_term(term)?;
        if Self::is_known(&text) {
            return Ok(Self(text));
        }
        let mismatch = Mismatch::new(format!("there is no time zone {}", quoted(&text)));
        // the last part alone is what most people call a place
        let meant = text.replace(' ', "_");
        let is_place = |zone: &&str| zone.rsplit('/').next().is_some_and(|place| place.eq_ignore_ascii_case(&meant));
        Err(match zones().find(is_place).or_else(|| similar::closest(&meant, zones())) {
            Some(near) => mismatch.suggest(quoted(near)),
            None => mismatch.help("zones go by their IANA names, such as \"Europe/Berlin\" or \"UTC\""),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::testing::{fault, text};

    #[test]
    fn names_are_those_of_the_database() {
        for name in ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "US/Pacific", "Etc/GMT+1"] {
            assert_eq!(TimeZone::from_term(&text(name)), Ok(TimeZone(name.to_owned())));
        }
        for (name, near) in [
            ("europe/berlin", "\"Europe/Berlin\""),
            ("Europe/Belrin", "\"Europe/Berlin\""),
            ("Berlin", "\"Europe/Berlin\""),
            ("New York", "\"America/New_York\""),
        ] {
            assert_eq!(fault::<TimeZone>(&text(name)).suggestions, [near], "{name}");
        }
        let unknown = fault::<TimeZone>(&text("somewhere/on/the/moon"));
        assert_eq!(
            (&*unknown.message, unknown.suggestions.len()),
            ("there is no time zone \"somewhere/on/the/moon\"", 0)
        );
    }
}
