//! Parts of workloads that environments have in common: read in each environment, held once.

use std::ops::Deref;
use std::sync::Arc;

/// A part of a workload. What an environment states anew is its own; all else is held once, however many environments
/// there are. A part cannot be changed, so that nobody sees whether it is shared.
#[derive(Debug, PartialEq, Eq)]
pub struct Shared<T: ?Sized>(Arc<T>);

impl<T: ?Sized + PartialEq> Shared<T> {
    /// Holds the other one's part where it is equal, origins and all.
    pub(super) fn share(&mut self, other: &Self) {
        if self.0 == other.0 {
            self.0 = Arc::clone(&other.0);
        }
    }

    /// [`Shared::share`] for a part that not every workload has.
    pub(super) fn share_stated(own: &mut Option<Self>, other: Option<&Self>) {
        if let Some((own, other)) = own.as_mut().zip(other) {
            own.share(other);
        }
    }
}

impl<T: ?Sized> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: ?Sized> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> From<T> for Shared<T> {
    fn from(part: T) -> Self {
        Self(Arc::new(part))
    }
}

impl<T> From<Vec<T>> for Shared<[T]> {
    fn from(part: Vec<T>) -> Self {
        Self(part.into())
    }
}

impl<T> FromIterator<T> for Shared<[T]> {
    fn from_iter<I: IntoIterator<Item = T>>(iter: I) -> Self {
        Self(iter.into_iter().collect())
    }
}
