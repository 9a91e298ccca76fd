//! A diagnostic on one line, for editors and for `grep`: `platform.bvl:12:3: error[BVL0701]: web needs 35s to stop`.

use super::Shown;
use super::positions::Positions;
use super::text::one_line;
use crate::diagnostic::Diagnostic;

/// The line, without a line break at its end.
pub fn render(diagnostic: &Diagnostic, shown: Shown<'_>, positions: &mut Positions<'_>) -> String {
    let name = format!("{}[{}]", diagnostic.severity.name(), diagnostic.code.id);
    let message = one_line(&diagnostic.message);
    match diagnostic.span() {
        Some(span) => {
            let position = positions.at(span.file, span.start);
            let path = one_line(&shown.path(span));
            format!("{path}:{}:{}: {name}: {message}", position.line, position.column)
        }
        None => format!("{name}: {message}"),
    }
}
