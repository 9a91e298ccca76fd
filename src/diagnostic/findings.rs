//! Findings that several revisions of a platform have in common.
//!
//! Invariant: they are in the order in which they were given.

use std::sync::Arc;

use super::Diagnostic;

/// Findings, each shared with whoever has it as well. Cheap to clone for what they hold.
#[derive(Debug, Clone, Default)]
pub struct Findings(Vec<Arc<Diagnostic>>);

impl Findings {
    /// All of them, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Diagnostic> + ExactSizeIterator + Clone {
        self.0.iter().map(Arc::as_ref)
    }

    /// All of them, to be shared further.
    pub fn shared(&self) -> impl Iterator<Item = &Arc<Diagnostic>> {
        self.0.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Vec<Arc<Diagnostic>>> for Findings {
    fn from(all: Vec<Arc<Diagnostic>>) -> Self {
        Self(all)
    }
}

impl FromIterator<Arc<Diagnostic>> for Findings {
    fn from_iter<T: IntoIterator<Item = Arc<Diagnostic>>>(iter: T) -> Self {
        Self(iter.into_iter().collect())
    }
}

impl<'f> IntoIterator for &'f Findings {
    type Item = &'f Diagnostic;
    type IntoIter = std::iter::Map<std::slice::Iter<'f, Arc<Diagnostic>>, fn(&'f Arc<Diagnostic>) -> &'f Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter().map(Arc::as_ref)
    }
}
