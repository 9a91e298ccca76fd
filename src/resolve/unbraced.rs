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
                let end = at + 1 + name.len();
                let span = sources.part(term.span, at..end);
                let title = format!("`${name}` is text here: in a string, a name stands in braces");
                let filled = format!("${{{name}}}");
                let told = Diagnostic::new(&BVL0220, span, title);
                found.push(if is_closed_behind(written, at, end) {
                    let to_brace = sources.part(term.span, at..end + 1);
                    told.here("only the `}` of its braces stands there")
                        .help(format!("write `{filled}`, or `{filled}}}` where the `}}` is text"))
                        .unsafe_fix(format!("write `{filled}`"), vec![TextEdit::replace(to_brace, filled.as_str())])
                        .unsafe_fix(format!("write `{filled}}}`"), vec![TextEdit::replace(span, filled.as_str())])
                } else {
                    told.help(format!("write `\\${name}` where the text itself is meant"))
                        .fix(format!("write `{filled}`"), vec![TextEdit::replace(span, filled.as_str())])
                });
            }
            _ => {}
        }
    }
    found
}

/// Whether a `}` stands right behind a name that no `{` before it opens: `x-$version}`.
fn is_closed_behind(written: &str, start: usize, end: usize) -> bool {
    let (before, behind) = (written.get(..start).unwrap_or_default(), written.get(end..).unwrap_or_default());
    behind.starts_with('}') && before.matches('{').count() <= before.matches('}').count()
}

/// The longest beginning of a text that stands for a value: what follows a name may look like more of it.
pub(super) fn longest<'t>(text: &'t str, stands: &impl Fn(&str) -> bool) -> Option<&'t str> {
    let is_part = |character: char| character.is_alphanumeric() || matches!(character, '-' | '_' | '.');
    let run = text.find(|character| !is_part(character)).map_or(text, |end| text.get(..end).unwrap_or_default());
    let cuts = run.char_indices().rev().filter(|(_, character)| matches!(character, '-' | '_' | '.')).map(|(at, _)| at);
    std::iter::once(run.len())
        .chain(cuts)
        .filter_map(|end| run.get(..end))
        .find(|name| !name.is_empty() && stands(name))
}
