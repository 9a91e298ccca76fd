//! Where editors open the page of a code.
//!
//! Invariant: a page says what `bvlc explain` says, and is written once, when a finding first leads to it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use ls_types::{CodeDescription, Uri};

use super::asked::uri;
use super::world::Workspace;
use crate::diagnostic::Code;
use crate::query::explain::code::markdown;

/// The pages that findings have led to, by the number of the code; `None` for one that could not be written.
#[derive(Debug, Default)]
pub(super) struct Pages(Mutex<BTreeMap<&'static str, Option<Uri>>>);

impl Pages {
    /// The page of a code; `None` where there is no place for it.
    pub(super) fn of(&self, workspace: &dyn Workspace, code: &'static Code) -> Option<CodeDescription> {
        // a thread that ended while it held the map has left it whole
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let page = known.entry(code.id).or_insert_with(|| {
            let text = format!("# {} {}\n\n{}", code.id, code.slug, markdown(code));
            uri(&workspace.page(&format!("{}.md", code.id), &text)?)
        });
        page.clone().map(|href| CodeDescription { href })
    }
}
