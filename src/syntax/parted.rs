//! A `;` within parentheses or brackets, where commas part what stands there: `class sized(cpu: cpu; memory: memory)`.
//!
//! Invariant: what is read has its commas, and its places are those of the text.

use super::build::Context;
use super::codes::BVL0120;
use super::parser::tokens_of;
use super::quotes::LONGEST;
use super::token::{Kind, Token};
use crate::diagnostic::Diagnostic;
use crate::source::TextEdit;

/// A statement whose parts are parted by `;`.
pub(super) struct Parted {
    /// Its tokens, as if commas stood there.
    pub(super) tokens: Vec<Token>,
    /// How many tokens it takes behind those of its first part.
    pub(super) n_taken: usize,
    semicolons: Vec<Token>,
}

/// The statement that begins with some tokens, of which the last opens what is never closed, if it is closed behind a `;` in its
/// line.
pub(super) fn of(text: &str, (statement, inner): (Token, &[Token]), next: &[Token]) -> Option<Parted> {
    let opens = |token: &Token| token.kind == Kind::UnclosedGroup;
    if next.first()?.kind != Kind::End || !inner.iter().any(opens) {
        return None;
    }
    let rest = text.as_bytes().get(statement.end()..)?;
    let length = rest.iter().take(LONGEST).position(|byte| *byte == b'\n').unwrap_or(LONGEST);
    let line_end = statement.end() + length;
    let in_line = next.iter().take_while(|token| token.start() < line_end);
    let mut before = in_line.take_while(|token| !matches!(token.kind, Kind::Open | Kind::Close));
    let (mut end, mut semicolons) = (0, Vec::new());
    before.find(|token| {
        if token.kind == Kind::End {
            semicolons.push(**token);
        } else {
            end = end.max(token.end());
        }
        token.kind == Kind::StrayClose
    })?;
    let start = statement.start();
    let mut commas = text.get(start..end)?.to_owned();
    for semicolon in &semicolons {
        let at = semicolon.start() - start;
        commas.replace_range(at..=at, ",");
    }
    let back = |token: Token| Token::new(token.kind, start + token.start(), start + token.end());
    let tokens: Vec<Token> = tokens_of(&commas, 0, commas.len()).into_iter().map(back).collect();
    let is_odd = |token: &Token| matches!(token.kind, Kind::UnclosedGroup | Kind::StrayClose);
    let is_one = tokens.first().is_some_and(|first| first.kind == Kind::Statement && first.end() == end);
    let n_taken = next.partition_point(|token| token.start() < end);
    (is_one && !tokens.iter().any(is_odd)).then_some(Parted { tokens, n_taken, semicolons })
}

/// What is said of it.
pub(super) fn mistake(cx: &Context<'_>, parted: &Parted) -> Option<Diagnostic> {
    let first = parted.semicolons.first()?;
    let edits = parted.semicolons.iter().map(|semicolon| TextEdit::replace(cx.place(*semicolon), ","));
    Some(
        Diagnostic::new(&BVL0120, cx.place(*first), "no `;` parts what stands in parentheses or brackets")
            .here("expected `,`")
            .help("what stands there is separated by commas: `(a = 1, b = 2)`")
            .fix("write commas", edits.collect()),
    )
}
