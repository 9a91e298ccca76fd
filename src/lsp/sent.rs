//! What was sent of documents, so that of the next answer only what is new is sent, and what was shown last can be shown
//! once more while there is nothing else.
//!
//! Invariants: a number names one answer for ever; of a document no more than `KEPT` answers and `SHOWN` manifests are held,
//! and none once it is closed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ls_types::SemanticToken;

use crate::ide::preview::Preview;

/// How many answers are held of a document: one that crosses an edit is dropped on its way, and the client then names the
/// one before it.
const KEPT: usize = 2;

/// The manifests of how many declarations of a document are held.
const SHOWN: usize = 4;

/// Manifests as they were shown.
#[derive(Debug, Clone)]
pub(super) struct Manifests {
    pub(super) title: String,
    pub(super) text: String,
}

/// The tokens of a document as they were sent.
pub(super) type Tokens = Arc<[SemanticToken]>;

/// What was sent.
#[derive(Debug, Default)]
pub(super) struct Sent(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// Of each document the newest answers with their numbers, oldest first.
    tokens: BTreeMap<PathBuf, Vec<(u64, Tokens)>>,
    last: u64,
    /// Of each document the newest manifests by the declaration that they are of, oldest first.
    manifests: BTreeMap<PathBuf, Vec<(String, Manifests)>>,
}

impl Sent {
    /// Holds an answer; what names it.
    pub(super) fn hold(&self, path: &Path, tokens: Tokens) -> String {
        // a thread that ended while it held this has left it whole
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.last += 1;
        let number = state.last;
        let held = state.tokens.entry(path.to_owned()).or_default();
        held.push((number, tokens));
        if held.len() > KEPT {
            held.remove(0);
        }
        number.to_string()
    }

    /// The answer of that name, where it is still held.
    pub(super) fn held(&self, path: &Path, name: &str) -> Option<Tokens> {
        let number: u64 = name.parse().ok()?;
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, tokens) = state.tokens.get(path)?.iter().find(|(known, _)| *known == number)?;
        Some(Arc::clone(tokens))
    }

    /// Holds manifests that are shown of a document.
    pub(super) fn hold_preview(&self, path: &Path, preview: Preview) {
        let Preview { subject, title, text, .. } = preview;
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let held = state.manifests.entry(path.to_owned()).or_default();
        held.retain(|(known, _)| *known != subject);
        held.push((subject, Manifests { title, text }));
        if held.len() > SHOWN {
            held.remove(0);
        }
    }

    /// The manifests that were shown last of a declaration, where they are still held.
    pub(super) fn preview(&self, path: &Path, subject: &str) -> Option<Manifests> {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, shown) = state.manifests.get(path)?.iter().find(|(known, _)| known == subject)?;
        Some(shown.clone())
    }

    /// Lets go of what was sent of a document.
    pub(super) fn forget(&self, path: &Path) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.tokens.remove(path);
        state.manifests.remove(path);
    }
}
