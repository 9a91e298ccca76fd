//! Where the values of params and lets stand.
//!
//! Invariant: a name is listed where it has a value; where a parameter has the same name, that is what is meant.

use std::collections::{BTreeMap, BTreeSet};

use super::EnvironmentId;
use crate::source::Span;

/// The places of values, by name.
pub type ValuePlaces = BTreeMap<Box<str>, Span>;

/// Where the values of params and lets stand, everywhere and in each environment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Constants {
    /// For what belongs to no environment.
    pub everywhere: ValuePlaces,
    /// By environment, in order of id.
    pub environments: Vec<ValuePlaces>,
    /// The declarations of classes that have parameters, with their names.
    pub classes: BTreeMap<Span, BTreeSet<Box<str>>>,
}

impl Constants {
    /// Where the value stands that a name has in an environment, used at `at`: the let's, the default or example of the
    /// param, what was given from outside.
    pub fn place(&self, name: &str, environment: Option<EnvironmentId>, at: Span) -> Option<Span> {
        let is_hidden = |(class, names): (&Span, &BTreeSet<Box<str>>)| class.contains(at) && names.contains(name);
        let values = environment.map_or(Some(&self.everywhere), |id| self.environments.get(id.0 as usize))?;
        let place = values.get(name).copied()?;
        (!self.classes.iter().any(is_hidden)).then_some(place)
    }
}
