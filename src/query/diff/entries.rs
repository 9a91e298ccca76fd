//! Differences as they are found: those of one thing together, those of several environments as one.

use std::collections::BTreeMap;

use super::{Change, Class, Entry, Place, Reason, Sides};

/// What one difference is known by, until all are found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct About {
    /// What it means.
    pub(super) class: Class,
    /// What it is about.
    pub(super) subject: String,
    /// The namespace, as the new side names it.
    pub(super) namespace: String,
}

#[derive(Debug, Default)]
struct Found {
    what: Vec<String>,
    changes: Vec<Change>,
    reasons: Vec<Reason>,
    places: Vec<Place>,
}

/// The differences that were found.
#[derive(Debug, Default)]
pub(super) struct Entries(BTreeMap<About, Found>);

impl Entries {
    /// Something differs.
    pub(super) fn change(&mut self, about: About, change: Change, place: Option<Place>) {
        let found = self.0.entry(about).or_default();
        found.changes.push(change);
        found.places.extend(place);
    }

    /// What happens; said once for each thing.
    pub(super) fn say(&mut self, about: About, what: impl Into<String>, place: Option<Place>) {
        let found = self.0.entry(about).or_default();
        let what = what.into();
        if !what.is_empty() && !found.what.contains(&what) {
            found.what.push(what);
        }
        found.places.extend(place);
    }

    /// Why it is so.
    pub(super) fn because(&mut self, about: &About, reasons: impl IntoIterator<Item = Reason>) {
        let found = self.0.entry(about.clone()).or_default();
        for reason in reasons {
            if !found.reasons.contains(&reason) {
                found.reasons.push(reason);
            }
        }
    }

    /// All of them in order, equal ones of several environments as one.
    pub(super) fn finish(self, sides: &Sides<'_>) -> Vec<Entry> {
        type Said = (Class, String, String, Vec<(String, String, Option<String>, Option<String>)>, Vec<String>);
        let mut merged: BTreeMap<Said, Entry> = BTreeMap::new();
        for (About { class, subject, namespace }, found) in self.0 {
            let what = found.what.join(", ");
            let changes = found
                .changes
                .iter()
                .map(|change| (change.object.clone(), change.path.clone(), change.old.clone(), change.new.clone()));
            let said: Said = (
                class,
                subject.clone(),
                what.clone(),
                changes.collect(),
                found.reasons.iter().map(|reason| reason.text.clone()).collect(),
            );
            let entry = merged.entry(said).or_insert_with(|| Entry {
                class,
                subject,
                what,
                changes: found.changes,
                reasons: found.reasons,
                environments: Vec::new(),
                places: Vec::new(),
            });
            entry.environments.extend(sides.environment(&namespace).map(str::to_owned));
            entry.places.extend(found.places);
        }
        let mut entries: Vec<Entry> = merged.into_values().collect();
        for entry in &mut entries {
            entry.environments.sort();
            entry.environments.dedup();
            entry.places.sort();
            entry.places.dedup();
        }
        entries
    }
}
