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
        if let Some(class) = self.parameter_of(name, used.at) {
            let mut declarations = used.subjects.iter().flat_map(|subject| subject.split(" -> "));
            return declarations.find_map(|subject| self.arguments.get(subject)?.get(&class)?.get(name).copied());
        }
        let values = used.environment.map_or(Some(&self.everywhere), |id| self.environments.get(id.0 as usize))?;
        values.get(name).copied()
    }

    /// The class of which a name is a parameter where it is used.
    pub fn parameter_of(&self, name: &str, at: Span) -> Option<Span> {
        let is_there = |(class, names): &(&Span, &BTreeSet<Box<str>>)| class.contains(at) && names.contains(name);
        self.classes.iter().find(is_there).map(|(class, _)| *class)
    }

    /// Where the argument stands that these declarations, and nobody else, give a class for a parameter that is used at `at`; a
    /// default is no argument.
    pub fn argument(&self, name: &str, at: Span, declarations: &BTreeSet<&str>) -> Option<Span> {
        let class = self.parameter_of(name, at)?;
        let given = |known: &BTreeMap<Span, ValuePlaces>| known.get(&class)?.get(name).copied();
        let places: BTreeSet<Option<Span>> =
            declarations.iter().map(|name| self.arguments.get(*name).and_then(given)).collect();
        let place = places.first().copied().flatten().filter(|place| places.len() == 1 && !class.contains(*place))?;
        let mut others = self.arguments.iter().filter(|(name, _)| !declarations.contains(name.as_ref()));
        (!others.any(|(_, known)| given(known) == Some(place))).then_some(place)
    }
}
