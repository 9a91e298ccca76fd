//! Whether the names behind `$` stand for anything in a test.

use super::Known;
use crate::diagnostic::Sink;
use crate::syntax::Statement;
use crate::value::TermKind;
use crate::vocabulary::TEST;

impl Known<'_, '_> {
    /// Reports what stands for nothing in a test.
    pub(super) fn test(&mut self, statement: &Statement, sink: &mut Sink) {
        self.terms(&statement.terms, sink);
        for inner in statement.statements() {
            if TEST.word(inner.word()).is_none() {
                // the signs of an expectation are none behind a word that is misspelled, which is told
                let signs = inner.terms.iter().filter(|term| term.kind == TermKind::Bad);
                self.replaced.extend(signs.map(|term| term.span));
            }
            self.terms(&inner.terms, sink);
        }
    }
}
