//! Statements with signs of another language in which something else is wrong: `port: 8080`, `replicas: 3`.
//!
//! Invariant: the finding about the word or value tells of the sign too, its fixes take the sign out as well, and it takes the place of the one about the sign.

use std::collections::BTreeSet;

use crate::diagnostic::Sink;
use crate::source::Span;
use crate::syntax::Statement;

/// The places of findings of syntax in place of which others are told.
pub(super) type Replaced = BTreeSet<Span>;

/// Lets the first finding about the terms of a statement, behind the first `n` of the sink, tell of its signs as well.
pub(super) fn join(statement: &Statement, n: usize, replaced: &mut Replaced, sink: &mut Sink) {
    let Some(foreign) = &statement.foreign else { return };
    let head = statement.head();
    let is_own = |span: Span| head.contains(span);
    let Some(finding) = sink.behind(n).iter_mut().find(|finding| finding.span().is_some_and(is_own)) else { return };
    finding.notes.push(if foreign.is_block {
        "and lines do not belong to a word by their indentation: each is a statement of its own".to_owned()
    } else {
        format!("and no `{}` stands between a word and its value: a space is enough", foreign.sign)
    });
    for fix in &mut finding.fixes {
        let apart = foreign.edits.iter().filter(|edit| {
            fix.edits.iter().all(|own| own.span.end <= edit.span.start || edit.span.end <= own.span.start)
        });
        let apart: Vec<_> = apart.cloned().collect();
        fix.edits.extend(apart);
    }
    replaced.insert(foreign.at);
}
