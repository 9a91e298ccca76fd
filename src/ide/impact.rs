//! What the files as they are edited change against those that are saved, or were at a revision, in the words of `bvlc diff`.

use std::fmt::Write as _;

use super::View;
use super::obstacles::obstacles;
use crate::analyze::{Analysis, Checked, analyze_again};
use crate::query::diff::{self, Class, Diff, Place, Side, Version, words};
use crate::source::Files;

/// What the files are compared with.
#[derive(Clone, Copy)]
pub enum Base<'a> {
    /// They as they are on the disk.
    Saved(&'a dyn Files),
    /// They as they were at a revision of this name.
    Revision(&'a dyn Files, &'a str),
}

impl<'a> Base<'a> {
    fn files(self) -> &'a dyn Files {
        match self {
            Self::Saved(files) | Self::Revision(files, _) => files,
        }
    }

    /// What is compared with, as a sentence goes on, and begins.
    fn names(self) -> [String; 2] {
        match self {
            Self::Saved(_) => ["what is saved".to_owned(), "What is saved".to_owned()],
            Self::Revision(_, name) => [format!("`{name}`"), format!("`{name}`")],
        }
    }

    /// What is asked.
    pub fn question(self) -> String {
        match self {
            Self::Saved(_) => "what saving changes".to_owned(),
            Self::Revision(_, name) => format!("what changes against {name}"),
        }
    }
}

/// The changes as text, the most dangerous first. Both sides are emitted whole, which takes seconds for a large platform: it ends
/// early once `is_wanted` says no.
///
/// # Errors
/// A sentence that says why they cannot be told.
pub fn impact(view: &View, base: Base<'_>, root: &str, is_wanted: &dyn Fn() -> bool) -> Result<String, String> {
    let go_on = || if is_wanted() { Ok(()) } else { Err("nobody waits for it".to_owned()) };
    let before = analyze_again(base.files(), root, &view.analysis.inputs, Some(&view.analysis));
    go_on()?;
    let (Some(old), Some(new)) = (before.checked(), view.analysis.checked()) else {
        return Ok(untold(base, [&before, &view.analysis]));
    };
    let (old, new) = (side(old)?, side(new)?);
    go_on()?;
    let found = diff::diff(&old, &new);
    let mut all = new.places();
    all.extend(old.places());
    all.sort();
    all.dedup();
    Ok(said(base, &found, &all, [&before, &view.analysis]))
}

/// So many environments are told of in a line.
const MOST_ENVIRONMENTS: usize = 6;

/// So many names stand in it.
const MOST_NAMES: usize = 6;

/// The changes against files as they were, in a line: `prod: 1 rolling restart (web) \u{b7} staging: none`. `None` where either
/// side is not emitted.
pub fn in_a_line(view: &View, before: &dyn Files, root: &str) -> Option<String> {
    let before = analyze_again(before, root, &view.analysis.inputs, Some(&view.analysis));
    let (old, new) = (side(before.checked()?).ok()?, side(view.analysis.checked()?).ok()?);
    let found = diff::diff(&old, &new);
    let mut all = new.places();
    all.extend(old.places());
    all.sort();
    all.dedup();
    let told = all.iter().take(MOST_ENVIRONMENTS).map(|environment| of_environment(environment, &found));
    let mut told: Vec<String> = told.collect();
    if let Some(more @ 1..) = all.len().checked_sub(MOST_ENVIRONMENTS) {
        told.push(format!("and {more} more"));
    }
    Some(told.join(" \u{b7} "))
}

/// What changes in one environment: how much of each class, and who is restarted.
fn of_environment(environment: &str, found: &Diff) -> String {
    let own = || found.entries.iter().filter(|entry| entry.environments.iter().any(|known| known == environment));
    let classes = Class::ALL.into_iter().filter_map(|class| {
        let of_class: Vec<&str> = own().filter(|entry| entry.class == class).map(|entry| &*entry.subject).collect();
        let is_named = class == Class::Restart && of_class.len() <= MOST_NAMES;
        let names = if is_named { format!(" ({})", of_class.join(", ")) } else { String::new() };
        (!of_class.is_empty()).then(|| format!("{} {}{names}", of_class.len(), class.title()))
    });
    let classes: Vec<String> = classes.collect();
    let said = if classes.is_empty() { "none".to_owned() } else { classes.join(", ") };
    format!("{environment}: {said}")
}

fn side(checked: Checked<'_>) -> Result<Side<'_>, String> {
    Side::of_platform_with_examples(checked).map_err(|disproof| disproof.to_string())
}

/// Why it cannot be told: what is wrong with either state.
fn untold(base: Base<'_>, sides: [&Analysis; 2]) -> String {
    let question = base.question();
    let mut text = format!("Nothing is emitted while something is wrong, so that it is not known {question}.\n");
    let [_, name] = base.names();
    for (what, analysis) in [name.as_str(), "What is edited"].into_iter().zip(sides) {
        if analysis.checked().is_some() {
            let _ = writeln!(text, "\n{what}: no errors");
        } else {
            let _ = writeln!(text, "\n{what}: {}", obstacles(analysis, None).join("\n"));
        }
    }
    text
}

fn said(base: Base<'_>, found: &Diff, all: &[String], sides: [&Analysis; 2]) -> String {
    if found.entries.is_empty() {
        let [name, _] = base.names();
        return format!("Nothing differs from {name}.\n");
    }
    let [old, new] = sides;
    let place = |place: Place| {
        let sources = match place.version {
            Version::Old => old.sources(),
            Version::New => new.sources(),
        };
        sources.place(place.span)
    };
    let mut text = format!("{}\n", words::counts(&found.entries));
    for class in Class::ALL {
        let lines = words::lines(class, &found.entries);
        if lines.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n{}", class.title());
        for line in lines {
            let what = if line.what.is_empty() { String::new() } else { format!(": {}", line.what) };
            let environments = words::environments(&line.environments, all);
            let environments = if environments.is_empty() { String::new() } else { format!(" [{environments}]") };
            let from = line.place.map(|known| format!(" ({})", place(known))).unwrap_or_default();
            let _ = writeln!(text, "  {}{what}{environments}{from}", line.subject);
            for change in &line.changes {
                let _ = writeln!(text, "    {change}");
            }
            for reason in &line.reasons {
                let _ = writeln!(text, "    {} ({})", reason.text, place(reason.place));
            }
        }
    }
    text
}
