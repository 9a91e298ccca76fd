//! What editors ask, as plain data: one file a feature, in places, over one [`View`] of a platform.
//!
//! Invariants: nothing here knows the protocol; every feature answers on broken files too, since trees are whole for any
//! text; an answer depends on nothing but the view.

pub mod actions;
pub mod build;
pub mod calls;
pub mod change;
pub mod classes;
pub mod completion;
pub mod context;
pub mod described;
pub mod facts;
pub mod flows;
pub mod folding;
pub mod format;
pub mod goto;
pub mod hints;
pub mod hover;
pub mod impact;
pub mod layers;
pub mod lenses;
pub mod links;
pub mod meaning;
pub mod moved;
pub mod names;
pub mod obstacles;
pub mod pasted;
mod places;
pub mod preview;
pub mod refactor;
pub mod rename;
pub mod rules;
pub mod selection;
mod sentences;
pub mod signature;
pub mod snippets;
pub mod symbols;
pub mod tokens;
pub mod verdict;

pub use names::{Names, Role, Symbol};

use crate::analyze::Analysis;
use crate::source::{FileId, SourceFile, SourceMap};
use crate::syntax::Tree;

/// A platform as it stands at one moment.
#[derive(Debug)]
pub struct View {
    /// What the compiler says of it: the same as `bvlc check` does.
    pub analysis: Analysis,
    /// All names.
    pub names: Names,
}

/// A place in a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At {
    /// The file.
    pub file: FileId,
    /// The place, on a character boundary.
    pub place: u32,
}

impl View {
    /// The view of an analysis; what an earlier one knows of files that are the same is taken over.
    pub fn new(analysis: Analysis, earlier: Option<&Self>) -> Self {
        let names = Names::of(&analysis.project, earlier.map(|earlier| &earlier.names));
        Self { analysis, names }
    }

    /// The files.
    pub fn sources(&self) -> &SourceMap {
        self.analysis.sources()
    }

    /// A file with its tree; `None` for one that is not read as .bvl.
    pub fn file(&self, file: FileId) -> Option<(&SourceFile, &Tree)> {
        Some((self.sources().get(file)?, self.analysis.project.tree(file)?))
    }

    /// The file of that path.
    pub fn file_of(&self, path: &str) -> Option<FileId> {
        self.sources().iter().find(|(_, file)| file.path() == path).map(|(id, _)| id)
    }
}
