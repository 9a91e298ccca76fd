//! Where editors open the page of a code, and those of the reference.
//!
//! Invariant: the page of a code says what `bvlc explain` says; a page is written once, when somebody is first led to it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use ls_types::{CodeDescription, Uri};

use super::asked::uri;
use super::world::{Shelf, Workspace};
use crate::diagnostic::Code;
use crate::query::explain::code::markdown;
use crate::query::reference::words;

/// The pages that somebody was led to, by the number of the code or the name of the block; `None` for one that could not be written.
#[derive(Debug, Default)]
pub(super) struct Pages(Mutex<BTreeMap<&'static str, Option<Uri>>>);

impl Pages {
    /// The page of a code; `None` where there is no place for it.
    pub(super) fn of_code(&self, workspace: &dyn Workspace, code: &'static Code) -> Option<CodeDescription> {
        self.uri_of_code(workspace, code).map(|href| CodeDescription { href })
    }

    /// The same, to be led to.
    pub(super) fn uri_of_code(&self, workspace: &dyn Workspace, code: &'static Code) -> Option<Uri> {
        self.once(code.id, || {
            let text = format!("# {} {}\n\n{}", code.id, code.slug, markdown(code));
            uri(&workspace.page(Shelf::Errors, &format!("{}.md", code.id), &text)?)
        })
    }

    /// The page of the words of a block, the others beside it, since they lead to one another.
    pub(super) fn of_words(&self, workspace: &dyn Workspace, block: &'static str) -> Option<Uri> {
        self.once(block, || {
            let name = format!("{block}.md");
            let written = words::pages().into_iter().map(|page| {
                let file = page.path.rsplit('/').next().unwrap_or_default();
                let path = workspace.page(Shelf::Reference, file, &page.text);
                (file == name).then_some(path).flatten()
            });
            written.collect::<Vec<_>>().into_iter().flatten().next().as_deref().and_then(uri)
        })
    }

    fn once(&self, name: &'static str, write: impl FnOnce() -> Option<Uri>) -> Option<Uri> {
        // a thread that ended while it held the map has left it whole
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(name).or_insert_with(write).clone()
    }
}
