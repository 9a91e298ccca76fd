//! What waivers accept, so that a check can ask it of every workload.
//!
//! Invariant: a question about a code that no waiver names costs one look.

use std::collections::BTreeMap;

use super::Environment;
use super::flow::Waiver;
use crate::diagnostic::Code;

/// For each code, as waivers write it, and each name that they are on: the environments that each of them names, none for all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waived(BTreeMap<String, BTreeMap<String, Vec<Vec<String>>>>);

impl Waived {
    /// Adds what a waiver accepts.
    pub fn add(&mut self, waiver: &Waiver) {
        let on = self.0.entry(waiver.code.value.clone()).or_default();
        on.entry(waiver.subject.value.clone()).or_default().push(waiver.environments.clone());
    }

    /// Whether a waiver accepts what a code finds, of whatever.
    pub fn holds(&self, code: &Code) -> bool {
        [code.id, code.slug].into_iter().any(|written| self.0.contains_key(written))
    }

    /// Whether a waiver accepts what a code finds in an environment of what has that name.
    pub fn holds_in(&self, environment: &Environment, name: &str, code: &Code) -> bool {
        self.on(name, code).any(|named| named.is_empty() || named.contains(&environment.name.value))
    }

    /// Whether any waiver is on what has that name.
    pub fn names(&self, name: &str) -> bool {
        self.0.values().any(|on| on.contains_key(name))
    }

    fn on(&self, name: &str, code: &Code) -> impl Iterator<Item = &Vec<String>> {
        let written = [code.id, code.slug].into_iter().filter_map(|written| self.0.get(written));
        written.filter_map(move |on| on.get(name)).flatten()
    }
}
