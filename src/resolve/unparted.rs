//! Statements that nothing parts from the one before them: `user 10001 port http 8080` in one line.

use crate::diagnostic::Diagnostic;
use crate::model::codes::BVL0202;
use crate::source::{Span, TextEdit};
use crate::syntax::Statement;
use crate::value::Term;
use crate::vocabulary::{self, Block, Clause, Word};

/// The word of the same block that stands where nothing more can follow: what parts two statements was forgotten.
pub(super) fn next_word<'t>(entry: &'t Statement, word: &'static Word, block: &'static Block) -> Option<&'t Term> {
    // flows have a grammar of their own, and `without` names words
    if matches!(word.name, "allow" | "never" | "waive" | "without") {
        return None;
    }
    let split = vocabulary::split(word, &entry.terms);
    let expects = split.variant.unwrap_or(word);
    let behind_args = split.args.get(expects.args.len());
    let behind_clause = |(clause, _, terms): &(&'static Clause, &Term, &'t [Term])| terms.get(clause.args.len());
    let extra = behind_args.or_else(|| split.clauses.iter().find_map(behind_clause))?;
    extra.name().filter(|name| block.word(name).is_some()).map(|_| extra)
}

/// What is said of a statement that begins in the middle of another.
pub(super) fn finding(entry: &Statement, next: &Term) -> Diagnostic {
    let name = next.name().unwrap_or_default();
    let before = entry.terms.iter().take_while(|term| term.span.start < next.span.start).last();
    let between =
        Span { start: before.map_or(next.span.start, |term| term.span.end), end: next.span.start, ..next.span };
    Diagnostic::new(
        &BVL0202,
        next.span,
        format!("`{name}` begins a statement of its own, and nothing parts it from `{}`", entry.word()),
    )
    .here("a new statement")
    .help("a line of its own, or `;` before it")
    .fix("put `;` before it", vec![TextEdit::replace(between, "; ")])
}
