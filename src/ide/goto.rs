//! Where a name is declared, changed and used.

use super::{At, Role, View};
use crate::source::{Provenance, Span};

/// Where the name at a place is declared; empty where no name stands there, or one of the standard library.
pub fn definitions(view: &View, at: At) -> Vec<Span> {
    with_role(view, at, |role| role == Role::Definition)
}

/// The overlays that change what the name at a place stands for.
pub fn overlays(view: &View, at: At) -> Vec<Span> {
    with_role(view, at, |role| role == Role::Overlay)
}

/// Every place of the name at a place, its declaration among them where that is asked for.
pub fn references(view: &View, at: At, declaration: Declaration) -> Vec<Span> {
    with_role(view, at, |role| role != Role::Definition || declaration == Declaration::Included)
}

/// Whether the declaration is one of the references.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Declaration {
    /// It is.
    Included,
    /// It is not.
    Left,
}

/// A place of a name in the file in which it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Highlight {
    /// The place.
    pub span: Span,
    /// Whether it is stated there, not used.
    pub is_write: bool,
}

/// Every place of the name in the same file.
pub fn highlights(view: &View, at: At) -> Vec<Highlight> {
    let Some(occurrence) = view.names.at(at.file, at.place) else { return Vec::new() };
    let places = view.names.places(&occurrence.symbol).into_iter().filter(|(span, _)| span.file == at.file);
    places.map(|(span, role)| Highlight { span, is_write: role != Role::Reference }).collect()
}

fn with_role(view: &View, at: At, fits: impl Fn(Role) -> bool) -> Vec<Span> {
    let Some(occurrence) = view.names.at(at.file, at.place) else { return Vec::new() };
    let places = view.names.places(&occurrence.symbol).into_iter().filter(|(_, role)| fits(*role));
    let is_user = |span: &Span| view.sources().get(span.file).is_some_and(|file| file.provenance() == Provenance::User);
    places.map(|(span, _)| span).filter(is_user).collect()
}
