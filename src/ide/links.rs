//! What leads out of a text: the files that it takes in.

use super::View;
use crate::resolve::normalize;
use crate::source::{FileId, Span};
use crate::value::Term;

/// A place that leads to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The place.
    pub span: Span,
    /// The file, relative to the platform's folder.
    pub path: String,
}

/// The files that a file takes in by name, in order of place; a pattern leads to no single one.
pub fn links(view: &View, file: FileId) -> Vec<Link> {
    let Some((_, tree)) = view.file(file) else { return Vec::new() };
    let uses = tree.statements().filter(|statement| statement.word() == "use");
    let terms = uses.flat_map(|statement| &statement.terms).flat_map(Term::members);
    let link = |term: &Term| {
        let path = normalize(term.text()?)?;
        (!path.contains('*')).then_some(Link { span: term.span, path })
    };
    terms.filter_map(link).collect()
}
