//! A diagnostic on one line, for editors and for `grep`: `platform.bvl:12:3: error[BVL0701]: web needs 35s to stop (in prod)`.

use super::Shown;
use super::positions::Positions;
use super::text::{listing, one_line};
use crate::diagnostic::Diagnostic;

/// More environments than these are counted, not listed: the line is one that is read at a glance.
const MOST_LISTED: usize = 4;

/// The line, without a line break at its end.
pub fn render(diagnostic: &Diagnostic, shown: Shown<'_>, positions: &mut Positions<'_>) -> String {
    let name = format!("{}[{}]", diagnostic.severity.name(), diagnostic.code.id);
    let message = one_line(&diagnostic.message);
    // the message may say already where its numbers hold
    let told_of = &diagnostic.told_of;
    let environments: Vec<&String> = diagnostic.environments.iter().filter(|name| !told_of.contains(name)).collect();
    let place = if environments.is_empty() {
        String::new()
    } else {
        let also = if told_of.is_empty() { "" } else { "also " };
        let names = environments.iter().map(|environment| one_line(environment));
        format!(" ({also}in {})", listing(names, environments.len(), MOST_LISTED))
    };
    match diagnostic.span() {
        Some(span) => {
            let position = positions.at(span.file, span.start);
            let path = one_line(&shown.path(span));
            format!("{path}:{}:{}: {name}: {message}{place}", position.line, position.column)
        }
        None => format!("{name}: {message}{place}"),
    }
}
