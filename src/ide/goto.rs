//! Where a name is declared, changed and used.

use super::{At, Role, Symbol, View};
use crate::source::{Provenance, Span};

/// Where the name at a place is declared, in the standard library too: a module is declared by its whole file. Empty where no
/// name stands there.
pub fn definitions(view: &View, at: At) -> Vec<Span> {
    let Some(symbol) = symbol(view, at) else { return Vec::new() };
    if let Symbol::Module(name) = &symbol {
        let module = view.analysis.project.modules.get(&**name);
        let start = module.and_then(|id| Some(view.sources().get(*id)?.span(*id, 0..0)));
        return start.into_iter().collect();
    }
    let places = view.names.places(&symbol).into_iter();
    places.filter(|(_, role)| *role == Role::Definition).map(|(span, _)| span).collect()
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

/// What the name at a place stands for; the start of a module of the standard library is where that is declared.
fn symbol(view: &View, at: At) -> Option<Symbol> {
    if let Some(occurrence) = view.names.at(at.file, at.place) {
        return Some(occurrence.symbol);
    }
    let (name, _) = view.analysis.project.modules.iter().find(|(_, file)| **file == at.file)?;
    let is_start = view.sources().get(at.file)?.offset(at.place) == 0;
    is_start.then(|| Symbol::Module(name.as_str().into()))
}

fn with_role(view: &View, at: At, fits: impl Fn(Role) -> bool) -> Vec<Span> {
    let Some(symbol) = symbol(view, at) else { return Vec::new() };
    let places = view.names.places(&symbol).into_iter().filter(|(_, role)| fits(*role));
    let is_user = |span: &Span| view.sources().get(span.file).is_some_and(|file| file.provenance() == Provenance::User);
    places.map(|(span, _)| span).filter(is_user).collect()
}
