//! An empty overlay in each environment in which something runs and that does not change it yet.

use super::Declared;
use crate::ide::View;
use crate::ide::change::Change;
use crate::source::TextEdit;
use crate::syntax::Statement;
use crate::vocabulary::declares_endpoint;

/// In how many environments one is offered at most.
const MOST: usize = 8;

/// The changes, one an environment.
pub(super) fn begun(view: &View, place: &Declared<'_>) -> Vec<Change> {
    let Some(model) = &view.analysis.model else { return Vec::new() };
    let (name, word) = (place.name, place.statement.word());
    if !declares_endpoint(word) {
        return Vec::new();
    }
    let mut found: Vec<Change> = Vec::new();
    for endpoint in model.endpoints().filter(|known| known.name().value == name) {
        let Some(environment) = model.environment(endpoint.environment()) else { continue };
        let overlay = || {
            let span = environment.name.span;
            let (file, tree) = view.file(span.file)?;
            let statement = tree.statements().find(|statement| statement.head().contains(span))?;
            let is_there = |inner: &Statement| {
                inner.word() == word && inner.terms.first().is_some_and(|first| first.is_name(name))
            };
            if statement.statements().any(is_there) {
                return None;
            }
            let close = statement.block.as_ref()?.close?;
            // a brace on a line of its own needs no other line before it
            let is_apart = file.before(close.start).trim_end_matches(' ').ends_with('\n');
            let line = if is_apart { "" } else { "\n" };
            let edits = vec![TextEdit::replace(close.before(), format!("{line}{word} {name} {{}}\n"))];
            let title = format!("change `{name}` in {} alone", environment.name.value);
            Some(Change { title, edits, ..Change::default() })
        };
        let known = overlay().filter(|change| found.iter().all(|other| other.title != change.title));
        found.extend(known);
    }
    found.truncate(MOST);
    found
}
