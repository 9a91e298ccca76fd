//! Values that occur many times in a cluster, held once and named by number.
//!
//! Invariants: equal values of a table have equal ids; an id is only valid with the table that gave it, and with a clone
//! of that.

use std::borrow::Borrow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

use indexmap::{Equivalent, IndexSet};

/// Names a value of a [`Table`].
pub(super) struct Id<T>(u32, PhantomData<fn() -> T>);

/// Names a text: a key or value of a label, the name of an object, a port or a namespace.
pub(super) type Symbol = Id<Box<str>>;

/// Values by id.
#[derive(Debug, Clone)]
pub(super) struct Table<T> {
    values: IndexSet<T>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { values: IndexSet::new() }
    }
}

impl<T: Eq + Hash> Table<T> {
    /// The id of a value, which is kept if it is a new one.
    pub(super) fn add(&mut self, value: T) -> Id<T> {
        Id::new(self.values.insert_full(value).0)
    }

    /// The id of a value that is there.
    pub(super) fn find(&self, value: &(impl Hash + Equivalent<T> + ?Sized)) -> Option<Id<T>> {
        self.values.get_index_of(value).map(Id::new)
    }

    /// The value of an id of this table.
    pub(super) fn get(&self, id: Id<T>) -> Option<&T> {
        self.values.get_index(id.at())
    }

    /// All of them, in order of id.
    pub(super) fn all(&self) -> impl ExactSizeIterator<Item = &T> {
        self.values.iter()
    }
}

impl<T: Eq + Hash + Borrow<str> + for<'a> From<&'a str>> Table<T> {
    /// The id of a text.
    pub(super) fn text(&mut self, text: &str) -> Id<T> {
        self.find(text).unwrap_or_else(|| self.add(T::from(text)))
    }

    /// The text of an id.
    pub(super) fn str(&self, id: Id<T>) -> &str {
        self.get(id).map(Borrow::borrow).unwrap_or_default()
    }
}

impl<T> Id<T> {
    /// What is in no table: equal to no value of one.
    pub(super) const UNKNOWN: Self = Self(u32::MAX, PhantomData);

    /// More than [`u32::MAX`] values are more than memory holds.
    fn new(at: usize) -> Self {
        Self(u32::try_from(at).unwrap_or(u32::MAX), PhantomData)
    }

    /// Its place in its table.
    pub(super) fn at(self) -> usize {
        self.0 as usize
    }
}

// by hand, since what is derived would ask the same of the value
impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Id<T> {}

impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T> Eq for Id<T> {}

impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

impl<T> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
