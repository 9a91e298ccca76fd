//! Statements that a help shows: as they are written, and none that would be refused where it says.
//!
//! Invariant: what [`is_taken`] passes is read without an error of its shape in that block, at every depth.

use std::sync::Arc;

use crate::diagnostic::Sink;
use crate::source::FileId;
use crate::syntax::{Statement, parse};
use crate::value::{TemplatePart, Term, TermKind, quoted};
use crate::vocabulary::{self, Block, Split, Word};

use super::shape::closed_block;
use super::slips::not_made;
use super::statement::{clauses, statement};

/// Whether a block takes a text as its statements.
pub(super) fn is_taken(text: &str, block: &'static Block) -> bool {
    let tree = parse(FileId::default(), &Arc::from(text));
    let mut statements = tree.statements().peekable();
    tree.errors.is_empty() && statements.peek().is_some() && statements.all(|entry| fits(entry, block))
}

/// Whether a block has a place for a statement and all that its braces hold.
fn fits(entry: &Statement, block: &'static Block) -> bool {
    let Some(word) = block.word_at(&entry.word) else { return false };
    let split = vocabulary::split(word, &entry.terms);
    let inner = split.variant.and_then(|variant| variant.block).or(word.block);
    let holds = |inner: &'static Block| entry.statements().all(|entry| fits(entry, inner));
    // nothing but its braces says anything
    let is_bare = entry.terms.is_empty() && entry.block.is_none() && says_within(word);
    let mut misfits = Sink::default();
    head(entry, &split, &mut misfits);
    !entry.broken && !is_bare && misfits.is_empty() && (entry.block.is_none() || inner.is_some_and(holds))
}

/// Whether a word says nothing but what its braces hold.
fn says_within(word: &Word) -> bool {
    word.block.is_some() && word.args.is_empty() && word.clauses.is_empty() && word.variants.is_empty()
}

/// Judges what stands before the braces.
fn head(entry: &Statement, split: &Split<'_>, sink: &mut Sink) {
    // the ends of flows have a grammar of their own
    if split.word.name == "allow" {
        clauses(split, None, sink);
    } else {
        statement(entry, split, None, sink);
    }
    closed_block(entry, split).into_iter().chain(not_made(entry, split)).for_each(|finding| sink.report(finding));
}

/// A statement on one line, with its braces.
pub(super) fn written(entry: &Statement) -> String {
    let line = line(entry);
    let Some(_) = entry.block else { return line };
    let inner: Vec<String> = entry.statements().map(written).collect();
    if inner.is_empty() { format!("{line} {{ }}") } else { format!("{line} {{ {} }}", inner.join("; ")) }
}

/// A statement without its braces.
pub(super) fn line(entry: &Statement) -> String {
    terms(std::iter::once(&entry.word).chain(&entry.terms), " ")
}

fn terms<'t>(terms: impl IntoIterator<Item = &'t Term>, between: &str) -> String {
    terms.into_iter().map(term).collect::<Vec<_>>().join(between)
}

fn term(of: &Term) -> String {
    match &of.kind {
        TermKind::Name(text) | TermKind::Number(text) | TermKind::Address(text) => text.to_string(),
        TermKind::Text(text) => quoted(text),
        TermKind::Variable(name) => format!("${name}"),
        TermKind::Template(parts) => {
            let part = |part: &TemplatePart| match part {
                TemplatePart::Text(text) => {
                    let quoted = quoted(text);
                    quoted.get(1..quoted.len() - 1).unwrap_or_default().to_owned()
                }
                TemplatePart::Path(path, _) => format!("${{{path}}}"),
            };
            format!("\"{}\"", parts.iter().map(part).collect::<String>())
        }
        TermKind::Range(ends) => format!("{}..{}", term(&ends.0), term(&ends.1)),
        TermKind::List(members) => terms(members, ", "),
        TermKind::Call(call) => {
            let parts: Vec<String> = call.parts.iter().map(|part| terms(part, " ")).collect();
            format!("{}({})", call.name, parts.join(", "))
        }
        TermKind::Star => "*".to_owned(),
        TermKind::Arrow => "->".to_owned(),
        TermKind::PathArrow => "~>".to_owned(),
        TermKind::Equals => "=".to_owned(),
        TermKind::Colon => ":".to_owned(),
        TermKind::Sign(sign) => sign.written().to_owned(),
        TermKind::Bad => String::new(),
    }
}
