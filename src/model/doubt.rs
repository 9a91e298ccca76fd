//! Of whom something may not be known, since something else could not be read.
//!
//! Invariant: where it is not certain whom a fault concerns, it concerns everybody.

use std::collections::BTreeSet;

/// Whom what could not be read may concern, beside those that know it of themselves.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Doubt {
    /// Those whose own declarations, or what may be meant for one, could not be read: by name.
    pub names: BTreeSet<String>,
    /// Whether a statement of a flow could not be read.
    pub flows: bool,
    /// Whether it may concern anybody.
    pub anybody: bool,
    /// The names that waivers are on and that no declaration has or may have been meant to have.
    pub undeclared: BTreeSet<String>,
}

impl Doubt {
    /// What may concern anybody.
    pub fn of_anybody() -> Self {
        Self { anybody: true, ..Self::default() }
    }

    /// Whether nothing is in doubt, of whomever.
    pub fn is_none(&self) -> bool {
        let Self { names, flows, anybody, undeclared: _ } = self;
        names.is_empty() && !flows && !anybody
    }

    /// Whether something that `name` states or takes over may be missing; its flows are stated by themselves.
    pub fn touches(&self, name: &str) -> bool {
        self.anybody || self.names.contains(name)
    }
}
