//! What the files as they are edited change against those that are saved, in the words of `bvlc diff`.

use std::fmt::Write as _;

use super::View;
use super::obstacles::obstacles;
use crate::analyze::{Analysis, Checked, analyze_again};
use crate::query::diff::{self, Class, Diff, Place, Side, Version, words};
use crate::source::Files;

/// The changes as text, the most dangerous first; `saved` holds the files as they are on the disk. Both are emitted whole, which
/// takes seconds for a large platform: it ends early once `is_wanted` says no.
///
/// # Errors
/// A sentence that says why they cannot be told.
pub fn impact(view: &View, saved: &dyn Files, root: &str, is_wanted: &dyn Fn() -> bool) -> Result<String, String> {
    let go_on = || if is_wanted() { Ok(()) } else { Err("nobody waits for it".to_owned()) };
    let before = analyze_again(saved, root, &view.analysis.inputs, Some(&view.analysis));
    go_on()?;
    let (Some(old), Some(new)) = (before.checked(), view.analysis.checked()) else {
        return Ok(untold([&before, &view.analysis]));
    };
    let (old, new) = (side(old)?, side(new)?);
    go_on()?;
    let found = diff::diff(&old, &new);
    let mut all = new.places();
    all.extend(old.places());
    all.sort();
    all.dedup();
    Ok(said(&found, &all, [&before, &view.analysis]))
}

fn side(checked: Checked<'_>) -> Result<Side<'_>, String> {
    Side::of_platform_with_examples(checked).map_err(|disproof| disproof.to_string())
}

/// Why it cannot be told: what is wrong with either state.
fn untold(sides: [&Analysis; 2]) -> String {
    let mut text =
        "Nothing is emitted while something is wrong, so that it is not known what saving changes.\n".to_owned();
    for (what, analysis) in ["What is saved", "What is edited"].into_iter().zip(sides) {
        if analysis.checked().is_some() {
            let _ = writeln!(text, "\n{what}: no errors");
        } else {
            let _ = writeln!(text, "\n{what}: {}", obstacles(analysis, None).join("\n"));
        }
    }
    text
}

fn said(found: &Diff, all: &[String], sides: [&Analysis; 2]) -> String {
    if found.entries.is_empty() {
        return "Nothing differs from what is saved.\n".to_owned();
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
