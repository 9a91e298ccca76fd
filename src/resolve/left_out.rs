//! What a merge that is not finished leaves out of the files: names that are declared there are not missed.
//!
//! Invariant: only findings of something that is not there are dropped, and only those that name what is left out.

use std::collections::BTreeSet;

use super::MISSING;
use super::modules::Project;
use crate::diagnostic::Sink;

/// Drops what is said of names that stand in what was left out.
pub(super) fn forget(project: &Project, sink: &mut Sink) {
    let sources = &project.sources;
    let parts = project.trees.iter().flat_map(|tree| &tree.left_out);
    let names: BTreeSet<&str> = parts.flat_map(|part| words(sources.text(*part))).collect();
    if names.is_empty() {
        return;
    }
    sink.retain(|finding| {
        let named = match &finding.absent {
            Some(absent) => absent.name(),
            None => finding.span().map_or("", |span| sources.text(span)),
        };
        !MISSING.contains(&finding.code) || !words(named).any(|word| names.contains(word))
    });
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    text.split(move |c| !is_part(c)).filter(|word| !word.is_empty())
}
