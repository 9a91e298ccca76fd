//! What is found wrong with objects: the code, the object by its number, the field by its path.

use crate::diagnostic::Code;
use crate::object::FieldPath;

/// A field of one of the objects that are judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The object's number in the list that is judged.
    pub object: usize,
    /// The field.
    pub path: FieldPath,
}

impl Place {
    /// A field of an object.
    pub fn new(object: usize, path: FieldPath) -> Self {
        Self { object, path }
    }
}

/// One thing that is wrong, or will be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its kind.
    pub code: &'static Code,
    /// The field to look at.
    pub place: Place,
    /// What is wrong, understandable alone.
    pub message: String,
    /// What is to be seen at the field.
    pub here: String,
    /// Further fields, and what is to be seen there.
    pub others: Vec<(Place, String)>,
    /// Why it matters in the cluster.
    pub notes: Vec<String>,
    /// How to mend it.
    pub help: Option<String>,
}

impl Finding {
    /// A finding at a field.
    pub fn new(code: &'static Code, place: Place, message: impl Into<String>) -> Self {
        Self {
            code,
            place,
            message: message.into(),
            here: String::new(),
            others: Vec::new(),
            notes: Vec::new(),
            help: None,
        }
    }

    /// Says what is to be seen at the field.
    #[must_use]
    pub fn here(mut self, text: impl Into<String>) -> Self {
        self.here = text.into();
        self
    }

    /// Adds another field.
    #[must_use]
    pub fn other(mut self, place: Place, text: impl Into<String>) -> Self {
        self.others.push((place, text.into()));
        self
    }

    /// Adds why it matters.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Says how to mend it.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }
}
