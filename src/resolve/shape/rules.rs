//! Whether the names in a rule stand for anything: those that its sentence binds are its own.

use super::super::rules::SENTENCE;
use super::Known;
use crate::diagnostic::Sink;
use crate::model::rule::{bound, is_own};
use crate::syntax::Statement;
use crate::value::{TemplatePart, Term, TermKind};
use crate::vocabulary::RULE;

impl Known<'_, '_> {
    /// Reports what stands for nothing in a rule.
    pub(super) fn rule(&mut self, statement: &Statement, sink: &mut Sink) {
        self.terms(&statement.terms, sink);
        for sentence in statement.statements().filter(|inner| RULE.reads(inner.word(), SENTENCE)) {
            if sentence.word() != SENTENCE {
                // the signs of a sentence are none behind a word that is misspelled, which is told
                let signs = sentence.terms.iter().filter(|term| term.kind == TermKind::Bad);
                self.replaced.extend(signs.map(|term| term.span));
            }
            let names: Vec<&str> = bound(&sentence.terms).collect();
            let terms: Vec<Term> = sentence.terms.iter().map(|term| without(term, &names)).collect();
            self.terms(&terms, sink);
        }
    }
}

/// A term without what is the sentence's own.
fn without(term: &Term, names: &[&str]) -> Term {
    if let TermKind::List(members) = &term.kind {
        let members = members.iter().map(|member| without(member, names)).collect();
        return Term { kind: TermKind::List(members), ..term.clone() };
    }
    let TermKind::Template(parts) = &term.kind else { return term.clone() };
    let is_left = |part: &&TemplatePart| match part {
        TemplatePart::Path(path, _) => !is_own(path, names),
        TemplatePart::Text(_) => true,
    };
    Term { kind: TermKind::Template(parts.iter().filter(is_left).cloned().collect()), ..term.clone() }
}
