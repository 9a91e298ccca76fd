//! Guarantees that no object shows: what must never be reached, findings that are accepted, and how grave findings are.

use std::collections::BTreeMap;

use super::entries::{About, Entries};
use super::{Change, Class, Place, Sides, Version};
use crate::diagnostic::render::text::one_line;
use crate::model::Model;
use crate::model::platform::Grade;
use crate::source::{SourceMap, Span};

/// Compares what two platforms state; where one side is none, nothing can be said.
pub(super) fn compare(sides: &Sides<'_>, entries: &mut Entries) {
    let (Some(old), Some(new)) = (sides.old.model(), sides.new.model()) else { return };
    let (before, after) = (read(old, sides.old.sources), read(new, sides.new.sources));
    for (stated, span) in &before {
        if !after.contains_key(stated) {
            let class = if stated.is_demand { Class::GuaranteeLost } else { Class::GuaranteeWon };
            say(entries, class, stated, Place { version: Version::Old, span: *span });
        }
    }
    for (stated, span) in &after {
        if !before.contains_key(stated) {
            let class = if stated.is_demand { Class::GuaranteeWon } else { Class::GuaranteeLost };
            say(entries, class, stated, Place { version: Version::New, span: *span });
        }
    }
}

/// A statement about what holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Stated {
    /// What it is: `never`, `waiver`, `severity`.
    word: &'static str,
    /// It, on one line.
    text: String,
    /// Whether it asks for something; one that does not gives way.
    is_demand: bool,
}

fn read(model: &Model, sources: &SourceMap) -> BTreeMap<Stated, Span> {
    let stated = |word: &'static str, span: Span, is_demand: bool| {
        (Stated { word, text: one_line(sources.text(span)), is_demand }, span)
    };
    let nevers = model.nevers.iter().map(|never| stated("never", never.span, true));
    let waivers = model.waivers.iter().map(|waiver| stated("waiver", waiver.span, false));
    let severities = model.platform.severities.iter();
    let severities = severities.map(|one| stated("severity", one.span, one.grade == Grade::Deny));
    nevers.chain(waivers).chain(severities).collect()
}

fn say(entries: &mut Entries, class: Class, stated: &Stated, place: Place) {
    let about = About { class, subject: stated.word.to_owned(), namespace: String::new() };
    let text = Some(stated.text.clone());
    let (old, new) = match place.version {
        Version::Old => (text, None),
        Version::New => (None, text),
    };
    let change =
        Change { object: String::new(), path: String::new(), label: String::new(), old, new, effect: None, why: "" };
    entries.change(about, change, Some(place));
}
