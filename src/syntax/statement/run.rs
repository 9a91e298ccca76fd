//! Terms while they are read: the last ones may still become one.

use crate::source::Span;
use crate::syntax::token::{Kind, Token};
use crate::value::{Term, TermKind};

/// What stands between two values: nothing, so that they are two terms, or what makes them one.
#[derive(Clone, Copy)]
pub(super) enum Joint {
    Comma(Token),
    Dots(Token),
}

/// Terms so far; the last ones may still become one.
#[derive(Default)]
pub(super) struct Run {
    pub(super) terms: Vec<Term>,
    /// The members of the list under work; a single one is no list.
    pub(super) members: Vec<Term>,
    pub(super) joint: Option<Joint>,
}

impl Run {
    pub(super) fn flush(&mut self) {
        let members = std::mem::take(&mut self.members);
        if let (Some(first), Some(last)) = (members.first(), members.last())
            && members.len() > 1
        {
            let span = first.span.to(last.span);
            self.terms.push(Term { span, kind: TermKind::List(members.into()) });
        } else {
            self.terms.extend(members);
        }
    }

    pub(super) fn finish(mut self) -> Vec<Term> {
        self.flush();
        self.terms
    }

    pub(super) fn is_empty(&self) -> bool {
        self.terms.is_empty() && self.members.is_empty()
    }
}

/// The name of the next parameter or argument, where a second sign of its kind shows that no comma parts it from the one before.
pub(super) fn begun(sign: Kind, run: &mut Run) -> Option<Term> {
    let same = if sign == Kind::Equals { TermKind::Equals } else { TermKind::Colon };
    let is_same = |term: &Term| term.kind == same;
    if run.joint.is_some() || !run.terms.iter().any(is_same) || run.terms.len() + run.members.len() < 3 {
        return None;
    }
    let is_alone = run.members.len() == 1 && !run.terms.last().is_some_and(is_same);
    run.members.pop_if(|name| is_alone && name.name().is_some())
}

/// Adds the terms of one part of a group.
pub(super) fn part(run: Run, parts: &mut Vec<(Vec<Term>, Span)>) {
    let terms = run.finish();
    if let (Some(first), Some(last)) = (terms.first(), terms.last()) {
        let span = first.span.to(last.span);
        parts.push((terms, span));
    }
}
