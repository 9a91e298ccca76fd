//! What was sent of documents, so that of the next answer only what is new is sent.
//!
//! Invariants: a number names one answer for ever; of a document no more than `KEPT` answers are held, and none once it is
//! closed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ls_types::SemanticToken;

/// How many answers are held of a document: one that crosses an edit is dropped on its way, and the client then names the
/// one before it.
const KEPT: usize = 2;

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

    /// Lets go of what was sent of a document.
    pub(super) fn forget(&self, path: &Path) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).tokens.remove(path);
    }
}
