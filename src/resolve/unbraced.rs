//! `$name` within a string, where only `${name}` stands for a value: other languages need no braces.
//!
//! Invariant: a `$` before what is no name of the spec is text, and so is `\$`.

use crate::diagnostic::Diagnostic;
use crate::model::codes::BVL0220;
use crate::source::{SourceMap, TextEdit};
use crate::value::{Term, TermKind};

/// Reports each `$` in a string before a name that stands for a value.
pub(super) fn unbraced(term: &Term, sources: &SourceMap, stands: impl Fn(&str) -> bool) -> Vec<Diagnostic> {
    let written = sources.text(term.span);
    if !matches!(term.kind, TermKind::Text(_) | TermKind::Template(_)) || !written.contains('$') {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut characters = written.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => drop(characters.next()),
            '$' => {
                let rest = written.get(at + 1..).unwrap_or_default();
                let Some(name) = longest(rest, &stands) else { continue };
                // a text has lines
                let span = sources.part(term.span, at..at + 1 + name.len());
                found.push(
                    Diagnostic::new(
                        &BVL0220,
                        span,
                        format!("`${name}` is text here: in a string, a name stands in braces"),
                    )
                    .help(format!("write `\\${name}` where the text itself is meant"))
                    .fix(format!("write `${{{name}}}`"), vec![TextEdit::replace(span, format!("${{{name}}}"))]),
                );
            }
            _ => {}
        }
    }
    found
}

/// The longest beginning of a text that stands for a value: what follows a name may look like more of it.
fn longest<'t>(text: &'t str, stands: &impl Fn(&str) -> bool) -> Option<&'t str> {
    let is_part = |character: char| character.is_alphanumeric() || matches!(character, '-' | '_' | '.');
    let run = text.find(|character| !is_part(character)).map_or(text, |end| text.get(..end).unwrap_or_default());
    let cuts = run.char_indices().rev().filter(|(_, character)| matches!(character, '-' | '_' | '.')).map(|(at, _)| at);
    std::iter::once(run.len())
        .chain(cuts)
        .filter_map(|end| run.get(..end))
        .find(|name| !name.is_empty() && stands(name))
}
