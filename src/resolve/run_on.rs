//! Statements that nothing parts: a newline or `;` that was forgotten, a comma that takes in the next one.
//!
//! Invariant: such a statement gives one finding, whatever its terms would be found to be otherwise.

use crate::diagnostic::Diagnostic;
use crate::model::codes::BVL0202;
use crate::source::{SourceMap, Span, TextEdit};
use crate::syntax::Statement;
use crate::value::{Term, TermKind};
use crate::vocabulary::{Block, Clause, Presence, Split};

use super::{maps, slips};

/// The word that says in which environments something is.
const IN: &str = "in";

/// What is said of a statement that another one of the same block has run into.
pub(super) fn finding<'t>(
    entry: &'t Statement,
    split: &Split<'t>,
    block: &'static Block,
    sources: &SourceMap,
) -> Option<Diagnostic> {
    let word = split.word;
    // flows have a grammar of their own, and `without` names words
    if matches!(word.name, "allow" | "never" | "waive" | "without") {
        return None;
    }
    if let Some(joined) = maps::joined(entry, word, block, sources) {
        return Some(joined);
    }
    if word.is_own_key() {
        return None;
    }
    let expects = split.variant.unwrap_or(word);
    let behind_args = split.args.get(expects.args.len());
    let behind_clause = |(clause, _, terms): &(&'static Clause, &Term, &'t [Term])| terms.get(clause.args.len());
    let extra = behind_args.or_else(|| split.clauses.iter().find_map(behind_clause));
    if let Some(next) = extra.filter(|_| entry.block.is_none() || expects.block.is_none()) {
        // `service web without shutdown`: a word of the block that is missing its braces
        if let Some(inner) = expects.block.or(word.block).filter(|inner| is_inner(entry, next, inner)) {
            return Some(braceless(entry, next, inner, sources));
        }
    }
    if let Some(next) = extra.filter(|extra| is_word(extra, block)) {
        return Some(slips::doubled(entry, next).unwrap_or_else(|| unparted(entry, next, sources)));
    }
    let takes_list = expects.args.iter().any(|argument| argument.presence == Presence::List);
    let takes_braces = expects.block.or(word.block).is_some();
    let is_odd = !takes_list || extra.is_some() || entry.block.is_some() && !takes_braces;
    if !is_odd || entry.broken {
        return None;
    }
    // what follows a value too many shows that its word was meant for one of the block
    let is_meant = |term: &Term| extra.is_some() && term.name().is_some_and(|name| block.meant(name).is_some());
    let begins = |term: &Term| is_word(term, block) || is_meant(term);
    let taken: Vec<(&Term, &Term)> = entry.terms.iter().flat_map(|term| joined(term, &begins)).collect();
    comma(entry, &taken, sources)
}

fn is_word(term: &Term, block: &'static Block) -> bool {
    term.name().is_some_and(|name| block.word(name).is_some())
}

/// The members of a list that begin statements, each with the member before it.
fn joined(list: &Term, begins: impl Fn(&Term) -> bool) -> impl Iterator<Item = (&Term, &Term)> {
    let members = if matches!(list.kind, TermKind::List(_)) { list.members() } else { &[] };
    members.windows(2).filter_map(move |pair| match pair {
        [before, next] if begins(next) => Some((before, next)),
        _ => None,
    })
}

/// Whether a word behind a statement is of the statement's own block; `without` is where it takes away a word of that.
fn is_inner(entry: &Statement, next: &Term, inner: &Block) -> bool {
    let named = entry.terms.iter().find(|term| term.span.start > next.span.start).and_then(Term::name);
    let takes_away = || named.is_some_and(|name| inner.word(name).is_some());
    let is_own = |name: &str| inner.word(name).is_some() && (name != "without" || takes_away());
    next.name().is_some_and(is_own)
}

fn braceless(entry: &Statement, next: &Term, inner: &Block, sources: &SourceMap) -> Diagnostic {
    let name = next.name().unwrap_or_default();
    let behind = Span { end: entry.span.end, ..next.span };
    let text = sources.text(behind);
    let before = sources.text(Span { end: next.span.start, ..entry.word.span }).trim_end();
    let diagnostic = Diagnostic::new(
        &BVL0202,
        next.span,
        format!("`{name}` belongs into the braces of `{}`, and there are none", entry.word()),
    )
    .here(format!("a word of the {} block", inner.name));
    // of several words behind each other nobody knows where one ends
    let n_words = entry.terms.iter().filter(|term| term.span.start >= next.span.start && is_inner(entry, term, inner));
    if n_words.count() != 1 && name != "without" || text.contains('\n') {
        return diagnostic.help(format!("write `{before} {{ {name} VALUE }}`"));
    }
    diagnostic
        .help(format!("write `{before} {{ {text} }}`"))
        .fix("put it into braces", vec![TextEdit::replace(behind, format!("{{ {text} }}"))])
}

fn unparted(entry: &Statement, next: &Term, sources: &SourceMap) -> Diagnostic {
    let name = next.name().unwrap_or_default();
    let before = entry.terms.iter().take_while(|term| term.span.start < next.span.start).last();
    let between =
        Span { start: before.map_or(next.span.start, |term| term.span.end), end: next.span.start, ..next.span };
    let parted = vec![TextEdit::replace(between, "; ")];
    let diagnostic = Diagnostic::new(
        &BVL0202,
        next.span,
        format!("`{name}` begins a statement of its own, and nothing parts it from `{}`", entry.word()),
    )
    .here("a new statement");
    if name == IN {
        let at = entry.terms.iter().position(|term| term.span == next.span);
        let environment = at.and_then(|at| entry.terms.get(at + 1)?.name()).unwrap_or("NAME");
        let moved = sources.text(Span { start: entry.word.span.start, end: between.start, ..next.span });
        // a statement of its own would say where all of the workload runs
        return diagnostic
            .note("it says in which environments the whole of it runs, not where one value holds")
            .help(format!(
                "to have it in {environment} alone, state it in the block of that environment, `environment {environment} {{ service NAME {{ {moved} }} }}`, and keep a `{}` here for other environments, if there are any; to run the whole workload nowhere else, put `;` before the `{IN}`",
                entry.word()
            ))
            .unsafe_fix(format!("put `;` before it: the whole workload runs in {environment} alone"), parted);
    }
    diagnostic.help("a line of its own, or `;` before it").fix("put `;` before it", parted)
}

/// `cpu 1,` before `memory 1Gi`: the comma makes one list of both.
fn comma(entry: &Statement, taken: &[(&Term, &Term)], sources: &SourceMap) -> Option<Diagnostic> {
    let (before, next) = taken.first()?;
    let edits: Vec<TextEdit> = taken.iter().filter_map(|(before, next)| without_comma(before, next, sources)).collect();
    let at = edits.first().map_or(before.span.after(), |edit| edit.span);
    Some(
        Diagnostic::new(
            &BVL0202,
            at,
            format!("a comma takes `{}` into the statement of `{}`", next.name().unwrap_or_default(), entry.word()),
        )
        .here("no comma ends a statement")
        .label(next.span, "begins a statement of its own")
        .help("remove the comma: a statement ends with its line, or with `;`")
        .fix("remove the comma", edits),
    )
}

/// The comma between two members taken out, or made a `;` where both are on one line.
fn without_comma(before: &Term, next: &Term, sources: &SourceMap) -> Option<TextEdit> {
    let gap = Span { start: before.span.end, end: next.span.start, ..before.span };
    let text = sources.text(gap);
    let at = text.find(',')?;
    let comma = sources.part(gap, at..at + 1);
    Some(TextEdit::replace(comma, if text.contains('\n') { "" } else { ";" }))
}
