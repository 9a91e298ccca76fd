//! Differences in words, for people: one line each, with what belongs below it.
//!
//! Invariant: what programs read says the same and more.

use std::collections::BTreeMap;

use super::table::ANOTHER_JOB;
use super::{Change, Class, Entry, Place, Reason};
use crate::diagnostic::render::text::one_line;

/// A difference as a line and what stands below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What it is about: `web`.
    pub subject: String,
    /// What happens: `image registry.example/web 1.4.1 -> 1.4.2`.
    pub what: String,
    /// Changes that have a line each, since they are many.
    pub changes: Vec<String>,
    /// Why.
    pub reasons: Vec<Reason>,
    /// Where.
    pub environments: Vec<String>,
    /// The place that it comes from.
    pub place: Option<Place>,
}

/// So many changes stand on the line itself.
const ON_THE_LINE: usize = 2;
/// So much is shown before the first difference of two long values.
const BEFORE: usize = 24;
/// The longest value that is written out.
const LONGEST: usize = 60;

/// The lines of the entries of one class.
pub fn lines(class: Class, entries: &[Entry]) -> Vec<Line> {
    let own = entries.iter().filter(|entry| entry.class == class);
    if matches!(class, Class::NoEffect | Class::Policies) {
        return in_short(own);
    }
    own.map(line).collect()
}

fn line(entry: &Entry) -> Line {
    let mut said: Vec<String> = Vec::new();
    let whole: Vec<&Change> = entry.changes.iter().filter(|change| is_whole(change)).collect();
    let parts: Vec<&Change> = entry.changes.iter().filter(|change| !is_whole(change)).collect();
    if !whole.is_empty() {
        said.push(objects(&entry.subject, &whole));
    }
    let changes: Vec<String> = parts.iter().map(|change| change_text(&entry.subject, change)).collect();
    let is_short = changes.len() <= ON_THE_LINE;
    if is_short {
        said.extend(changes.iter().cloned());
    }
    if !entry.what.is_empty() {
        if entry.class == Class::Restart || said.is_empty() {
            said.push(entry.what.clone());
        } else {
            said.insert(0, entry.what.clone());
        }
    }
    if let Some(why) = refused(entry) {
        said.push(why);
    }
    Line {
        subject: entry.subject.clone(),
        what: said.join("; "),
        changes: if is_short { Vec::new() } else { changes },
        reasons: entry.reasons.clone(),
        environments: entry.environments.clone(),
        place: entry.places.last().copied().filter(|_| entry.reasons.is_empty()),
    }
}

/// Why the API server refuses a change.
fn refused(entry: &Entry) -> Option<String> {
    let first = entry.changes.iter().find(|change| entry.class == Class::Recreate && !change.why.is_empty())?;
    if first.why == ANOTHER_JOB {
        return Some(first.why.to_owned());
    }
    let why = first.why.split(" (").next().unwrap_or(first.why);
    Some(format!("{why}: delete it first"))
}

/// Entries whose values nobody reads: those of the same fields on one line.
fn in_short<'e>(entries: impl Iterator<Item = &'e Entry>) -> Vec<Line> {
    let mut found: BTreeMap<(String, Vec<String>), Vec<&str>> = BTreeMap::new();
    for entry in entries {
        let mut fields: Vec<String> = entry.changes.iter().map(|change| change.label.clone()).collect();
        fields.retain(|field| !field.is_empty());
        fields.sort();
        fields.dedup();
        let what = if entry.what.is_empty() { fields.join(", ") } else { entry.what.clone() };
        let subjects = found.entry((what, entry.environments.clone())).or_default();
        if !subjects.contains(&entry.subject.as_str()) {
            subjects.push(&entry.subject);
        }
    }
    let line = |((what, environments), subjects): ((String, Vec<String>), Vec<&str>)| Line {
        subject: named(&subjects),
        what,
        changes: Vec::new(),
        reasons: Vec::new(),
        environments,
        place: None,
    };
    found.into_iter().map(line).collect()
}

/// So many names stand on a line.
const NAMED: usize = 8;

/// The first of some names, and how many more there are.
fn named(names: &[&str]) -> String {
    let shown = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// Whether it is about an object and none of its fields.
fn is_whole(change: &Change) -> bool {
    change.path.is_empty() && change.label.is_empty() && !change.object.is_empty()
}

/// Objects that come or go: `Deployment, Service, ConfigMap web-settings`.
fn objects(subject: &str, changes: &[&Change]) -> String {
    let named = changes.iter().map(|change| {
        let short = change.object.strip_suffix(subject).and_then(|kind| kind.strip_suffix(' '));
        let name = if change.object == subject { "" } else { short.unwrap_or(&change.object) };
        let amount = change.old.as_deref().or(change.new.as_deref()).unwrap_or_default();
        match (name, amount) {
            ("", amount) => amount.to_owned(),
            (name, "") => name.to_owned(),
            (name, amount) => format!("{name} {amount}"),
        }
    });
    let named: Vec<String> = named.filter(|text| !text.is_empty()).collect();
    let verb = match changes.first() {
        Some(Change { old: None, .. }) => "new",
        Some(_) => "gone",
        None => "",
    };
    if named.is_empty() { verb.to_owned() } else { format!("{verb}: {}", named.join(", ")) }
}

/// A change: `image registry.example/web 1.4.1 -> 1.4.2`.
fn change_text(subject: &str, change: &Change) -> String {
    let (kind, name) = change.object.split_once(' ').unwrap_or((&change.object, ""));
    // a workload may have several of these
    let kind = if kind == "Service" && name != subject { change.object.as_str() } else { kind };
    let is_own = kind.is_empty()
        || change.object == subject
        || ["Deployment", "StatefulSet", "DaemonSet", "Pod"].contains(&kind)
        || subject == "namespace";
    let label = if is_own { change.label.clone() } else { format!("{kind} {}", change.label) };
    let label = label.trim_end();
    let text = match (&change.old, &change.new) {
        (Some(old), Some(new)) => values(old, new),
        (None, Some(new)) if change.label.is_empty() => format!("new: {}", short(new)),
        (Some(old), None) if change.label.is_empty() => format!("gone: {}", short(old)),
        (None, Some(new)) => format!("added: {}", short(new)),
        (Some(old), None) => format!("removed, was {}", short(old)),
        (None, None) => String::new(),
    };
    if label.is_empty() { text } else { format!("{label} {text}") }
}

/// Two values; of two images with one name, the name once.
fn values(old: &str, new: &str) -> String {
    let name = |image: &str| {
        let at = image.rfind('/').map_or(0, |at| at + 1);
        let end = image.get(at..)?.find([':', '@'])?;
        image.get(..at + end).map(str::to_owned)
    };
    if let (Some(one), Some(other)) = (name(old), name(new))
        && one == other
        && one.contains('/')
    {
        let tag = |image: &str| image.get(one.len() + 1..).map(short).unwrap_or_default();
        return format!("{one} {} -> {}", tag(old), tag(new));
    }
    let (shown, other) = (short(old), short(new));
    if shown != other || old == new {
        return format!("{shown} -> {other}");
    }
    // long values are shown from where they begin to differ
    let (old, new) = (one_line(old), one_line(new));
    let mut chars = old.char_indices().zip(new.chars());
    let at = chars.find(|((_, one), other)| one != other).map_or(old.len().min(new.len()), |((at, _), _)| at);
    let start = old.get(..at).unwrap_or_default().char_indices().rev().take(BEFORE).last().map_or(at, |(at, _)| at);
    let from = |text: &str| format!("..{}", short(text.get(start..).unwrap_or_default()));
    format!("{} -> {}", from(&old), from(&new))
}

fn short(value: &str) -> String {
    let line = one_line(value);
    if line.is_empty() {
        return "\"\"".to_owned();
    }
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}..", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

/// The environments of a difference, to stand behind it; `all` are those that there are.
pub fn environments(own: &[String], all: &[String]) -> String {
    if all.len() > 1 && own == all { "all environments".to_owned() } else { own.join(", ") }
}

/// How many there are of each class: `2 rolling restart, 1 no effect`.
pub fn counts(entries: &[Entry]) -> String {
    let counts = Class::ALL.into_iter().filter_map(|class| {
        let n = entries.iter().filter(|entry| entry.class == class).count();
        (n > 0).then(|| format!("{n} {}", class.title()))
    });
    counts.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_short() {
        for (old, new, expected) in [
            ("registry.example/web:1.4.1", "registry.example/web:1.4.2", "registry.example/web 1.4.1 -> 1.4.2"),
            ("registry.example/web:1", "registry.example/api:1", "registry.example/web:1 -> registry.example/api:1"),
            ("localhost:5000/web@sha256:a", "localhost:5000/web@sha256:b", "localhost:5000/web sha256:a -> sha256:b"),
            ("1", "", "1 -> \"\""),
            ("a:1", "a:2", "a:1 -> a:2"),
        ] {
            assert_eq!(values(old, new), expected);
        }
        let long = |end: &str| format!("{}{end}", "x".repeat(100));
        assert_eq!(values(&long("a"), &long("b")), format!("..{0}a -> ..{0}b", "x".repeat(24)));
        assert_eq!(values(&long(""), &long("ö")), format!("..{0} -> ..{0}ö", "x".repeat(24)));
        assert_eq!(values(&format!("{}é", long("")), &format!("{}è", long(""))).matches("..").count(), 2);
        assert_eq!(named(&["a"; 8]), ["a"; 8].join(", "));
        assert_eq!(named(&["a"; 9]), format!("{} and 1 more", ["a"; 8].join(", ")));
        assert_eq!(short(&"x".repeat(61)), format!("{}..", "x".repeat(60)));
    }
}
