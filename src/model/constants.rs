//! Where the values of params and lets stand, and those of the parameters of classes.
//!
//! Invariant: a name is listed where it has a value; where a parameter has the same name, that is what is meant.

use std::collections::{BTreeMap, BTreeSet};

use super::EnvironmentId;
use crate::source::Span;

/// The places of values, by name.
pub type ValuePlaces = BTreeMap<Box<str>, Span>;

/// Where the values of params and lets stand, everywhere and in each environment, and those of the parameters of classes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Constants {
    /// For what belongs to no environment.
    pub everywhere: ValuePlaces,
    /// By environment, in order of id.
    pub environments: Vec<ValuePlaces>,
    /// The declarations of classes that have parameters, with their names.
    pub classes: BTreeMap<Span, BTreeSet<Box<str>>>,
    /// Where the values of these stand, by the name of the declaration that takes a class over: its argument, else the default.
    pub arguments: BTreeMap<Box<str>, BTreeMap<Span, ValuePlaces>>,
}

/// Where a name is used, and about whom that is asked.
#[derive(Debug, Clone, Copy)]
pub struct Use<'f> {
    /// The place.
    pub at: Span,
    /// The environment.
    pub environment: Option<EnvironmentId>,
    /// The declarations, `web` or `web -> api`.
    pub subjects: &'f [String],
}

impl Constants {
    /// Where the value stands that a name has where it is used: the let's, the default or example of the param, what was given
    /// from outside; for a parameter of the class where it is used, what the declaration gives the class.
    pub fn place(&self, name: &str, used: Use<'_>) -> Option<Span> {
        let is_there = |(class, names): &(&Span, &BTreeSet<Box<str>>)| class.contains(used.at) && names.contains(name);
        if let Some((class, _)) = self.classes.iter().find(is_there) {
            let mut declarations = used.subjects.iter().flat_map(|subject| subject.split(" -> "));
            return declarations.find_map(|subject| self.arguments.get(subject)?.get(class)?.get(name).copied());
        }
        let values = used.environment.map_or(Some(&self.everywhere), |id| self.environments.get(id.0 as usize))?;
        values.get(name).copied()
    }
}
