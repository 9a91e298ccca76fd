//! What a change does: two platforms, or manifests whoever wrote them, compared as a reviewer reads them.
//!
//! Invariants: nothing that differs is left out, and what no rule knows says so; the most dangerous comes first; one
//! thing that is the same in several environments is said once, with their names; the order depends on nothing but the
//! two sides.

mod capacity;
mod documents;
mod entries;
mod guarantees;
pub mod json;
mod made;
pub(super) mod objects;
pub mod origin;
mod parts;
mod pods;
mod powers;
mod renames;
mod selected;
pub(super) mod side;
mod stated;
pub mod table;
mod traffic;
pub mod tree;
mod turns;
pub mod words;

pub use self::side::Side;

use self::entries::Entries;
use self::renames::Renames;
use self::selected::Selected;
use self::table::Effect;
use crate::source::Span;

/// What changes between two sides.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diff {
    /// Each difference, the most dangerous first.
    pub entries: Vec<Entry>,
}

/// One of the two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// What was.
    Old,
    /// What will be.
    New,
}

/// A place in the files of one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Whose files.
    pub version: Version,
    /// Where.
    pub span: Span,
}

/// What a difference means, the most dangerous first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Traffic passes that did not.
    Allowed,
    /// Traffic passed that no longer does.
    Denied,
    /// Something that held no longer holds.
    GuaranteeLost,
    /// An object must be deleted and made again.
    Recreate,
    /// Something is no longer there.
    Removed,
    /// A name leads elsewhere.
    Addresses,
    /// A field or kind of which bvlc does not know what it does.
    Unknown,
    /// What a namespace may ask for, or what its pods do ask for.
    Capacity,
    /// How many pods there are, or who decides it.
    Replicas,
    /// New pods take the place of the old ones.
    Restart,
    /// Something is there that was not.
    Added,
    /// Something else is read, and nothing is restarted.
    Configuration,
    /// Policies are written otherwise; what passes is said by the first two classes.
    Policies,
    /// Something holds that did not.
    GuaranteeWon,
    /// Nothing in the cluster acts on it.
    NoEffect,
}

impl Class {
    /// All of them, in order.
    pub const ALL: [Self; 15] = [
        Self::Allowed,
        Self::Denied,
        Self::GuaranteeLost,
        Self::Recreate,
        Self::Removed,
        Self::Addresses,
        Self::Unknown,
        Self::Capacity,
        Self::Replicas,
        Self::Restart,
        Self::Added,
        Self::Configuration,
        Self::Policies,
        Self::GuaranteeWon,
        Self::NoEffect,
    ];

    /// As programs read it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Allowed => "traffic-allowed",
            Self::Denied => "traffic-denied",
            Self::GuaranteeLost => "guarantee-lost",
            Self::Recreate => "recreate",
            Self::Removed => "removed",
            Self::Addresses => "addresses",
            Self::Unknown => "unknown",
            Self::Capacity => "capacity",
            Self::Replicas => "replicas",
            Self::Restart => "rolling-restart",
            Self::Added => "added",
            Self::Configuration => "configuration",
            Self::Policies => "policies",
            Self::GuaranteeWon => "guarantee-won",
            Self::NoEffect => "no-effect",
        }
    }

    /// As people read it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Allowed => "traffic newly allowed",
            Self::Denied => "traffic newly denied",
            Self::GuaranteeLost => "guarantee lost",
            Self::Recreate => "recreate",
            Self::Removed => "removed",
            Self::Addresses => "service address",
            Self::Unknown => "unknown effect",
            Self::Capacity => "capacity and quota",
            Self::Replicas => "replicas",
            Self::Restart => "rolling restart",
            Self::Added => "added",
            Self::Configuration => "configuration only",
            Self::Policies => "policies rewritten",
            Self::GuaranteeWon => "guarantee won",
            Self::NoEffect => "no effect",
        }
    }
}

/// A difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it means.
    pub class: Class,
    /// What it is about: `web`, `web -> api.http`, `namespace`.
    pub subject: String,
    /// What happens, in words; empty where the class says it all.
    pub what: String,
    /// The fields and objects that differ.
    pub changes: Vec<Change>,
    /// Why: the statements and facts behind a flow.
    pub reasons: Vec<Reason>,
    /// Where, as the user names the environments; namespaces where there are none.
    pub environments: Vec<String>,
    /// Where it comes from.
    pub places: Vec<Place>,
}

/// A field or an object that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The object: `Deployment web`.
    pub object: String,
    /// The field: `spec.template.spec.containers[web].image`; empty for the object itself.
    pub path: String,
    /// The field in short: `image`.
    pub label: String,
    /// Its value before; `None` where it was not stated.
    pub old: Option<String>,
    /// Its value after; `None` where it is not stated.
    pub new: Option<String>,
    /// What the change does; `None` where no rule knows.
    pub effect: Option<Effect>,
    /// Why it does so.
    pub why: &'static str,
}

/// Why a flow is, or was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The statement as written, or the derivation and its reason.
    pub text: String,
    /// Where it stands.
    pub place: Place,
}

/// Compares two sides.
pub fn diff(old: &Side<'_>, new: &Side<'_>) -> Diff {
    let renames = Renames::find(old, new);
    let sides = Sides { old, new, renames: &renames };
    let mut entries = Entries::default();
    let selected = (&Selected::of(old, |key| renames.key(key)), &Selected::of(new, Clone::clone));
    objects::compare(&sides, selected, &mut entries);
    traffic::compare(&sides, &mut entries);
    capacity::compare(&sides, &mut entries);
    stated::compare(&sides, &mut entries);
    powers::compare(&sides, &mut entries);
    guarantees::drains(&sides, &mut entries);
    selected::compare(&sides, selected, &mut entries);
    Diff { entries: entries.finish(&sides) }
}

/// What every comparison reads.
#[derive(Debug, Clone, Copy)]
struct Sides<'s> {
    old: &'s Side<'s>,
    new: &'s Side<'s>,
    renames: &'s Renames,
}

impl Sides<'_> {
    /// The environment of a namespace of the new side, as the user names it; the namespace itself where nobody does.
    /// Nobody's where it is empty.
    fn environment<'n>(&'n self, namespace: &'n str) -> Option<&'n str> {
        if namespace.is_empty() {
            return None;
        }
        let new = self.new.environments.get(namespace);
        let old = || {
            let own = self.old.environments.iter().find(|(old, _)| self.renames.namespace(old) == namespace);
            own.map(|(_, title)| title)
        };
        Some(new.or_else(old).map_or(namespace, String::as_str))
    }
}
