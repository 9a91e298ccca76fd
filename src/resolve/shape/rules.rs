//! Whether the names in a rule stand for anything: those that its sentence binds are its own.

use super::super::rules::SENTENCE;
use super::Known;
use crate::diagnostic::Sink;
use crate::model::rule::{bound, is_bound};
use crate::syntax::Statement;
use crate::value::{TemplatePart, Term, TermKind};
use crate::vocabulary::RULE;

impl Known<'_, '_> {
    /// Reports what stands for nothing in a rule.
    pub(super) fn rule(&self, statement: &Statement, sink: &mut Sink) {
        self.terms(&statement.terms, sink);
        for sentence in statement.statements().filter(|inner| RULE.reads(inner.word(), SENTENCE)) {
            let names: Vec<&str> = bound(&sentence.terms).collect();
            let terms: Vec<Term> = sentence.terms.iter().map(|term| without(term, &names)).collect();
            self.terms(&terms, sink);
        }
    }
}

/// A term without what the sentence binds.
fn without(term: &Term, names: &[&str]) -> Term {
    let TermKind::Template(parts) = &term.kind else { return term.clone() };
    let is_own = |part: &&TemplatePart| match part {
        TemplatePart::Path(path, _) => is_bound(path, names),
        TemplatePart::Text(_) => false,
    };
    Term { kind: TermKind::Template(parts.iter().filter(|part| !is_own(part)).cloned().collect()), ..term.clone() }
}
