//! A `let` put in wherever it is used, and taken out.

use std::ops::Range;

use super::Declared;
use crate::ide::change::Change;
use crate::ide::{Role, Symbol, View};
use crate::source::TextEdit;
use crate::value::{Term, TermKind};

/// The change; `None` for what is no `let`, is used nowhere, or is used where its value cannot be written.
pub(super) fn inline(view: &View, symbol: &Symbol, place: &Declared<'_>) -> Option<Change> {
    let Declared { name, file, statement, .. } = place;
    let ("let", Symbol::Constant(_), [_, equals, value]) = (statement.word(), symbol, &*statement.terms) else {
        return None;
    };
    let is_bare = statement.docs.is_empty() && statement.comments.is_empty() && !statement.broken;
    if equals.kind != TermKind::Equals || !is_bare {
        return None;
    }
    let value = Value::of(value, file.slice(value.span));
    let mut edits = vec![TextEdit::take_out(statement.span, file)];
    let uses = view.names.places(symbol).into_iter().filter(|(_, role)| *role == Role::Reference);
    for (span, _) in uses {
        let user = view.sources().get(span.file)?;
        let (range, text) = value.put_in(user.text(), user.range(span))?;
        edits.push(TextEdit::replace(user.span(span.file, range), text));
    }
    (edits.len() > 1).then(|| Change { title: format!("put in what `{name}` stands for"), edits, ..Change::default() })
}

/// What stands for a name, as it is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Value<'t> {
    written: &'t str,
    /// The same within quotes, where it may stand there.
    within: Option<&'t str>,
}

impl<'t> Value<'t> {
    /// A term as a value.
    pub(super) fn of(term: &Term, written: &'t str) -> Self {
        let within = match &term.kind {
            TermKind::Text(_) | TermKind::Template(_) => {
                let inner = written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
                inner.filter(|inner| !inner.starts_with('"') && !inner.contains('\n'))
            }
            TermKind::Number(_) | TermKind::Name(_) | TermKind::Address(_) => Some(written),
            TermKind::Star
            | TermKind::Variable(_)
            | TermKind::Range(_)
            | TermKind::List(_)
            | TermKind::Call(_)
            | TermKind::Arrow
            | TermKind::PathArrow
            | TermKind::Equals
            | TermKind::Sign(_)
            | TermKind::Colon
            | TermKind::Bad => None,
        };
        Self { written, within }
    }

    /// What is replaced where the name stands behind `$` or within `${..}`, and by what; `None` where it cannot be.
    pub(super) fn put_in(self, text: &str, name: Range<usize>) -> Option<(Range<usize>, &'t str)> {
        let (before, behind) = (text.get(..name.start)?, text.get(name.end..)?);
        if before.ends_with('$') {
            Some((name.start - 1..name.end, self.written))
        } else if before.ends_with("${") && behind.starts_with('}') {
            Some((name.start - 2..name.end + 1, self.within?))
        } else {
            None
        }
    }
}
