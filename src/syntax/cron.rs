//! A cron expression that lacks its quotes: its fields are numbers and stars, so that each would be a value by itself.
//!
//! Invariant: what is taken for one has five fields or more, a star among them, and nothing behind it.

use std::borrow::Cow;

use super::build::Context;
use super::codes::BVL0115;
use super::token::{Kind, Token};
use crate::diagnostic::Diagnostic;
use crate::source::{Span, TextEdit};

/// The fields of an expression.
const FIELDS: usize = 5;

/// Where one stands behind the word of a statement, to the end of its line.
pub(super) fn unquoted(cx: &Context<'_>, tokens: &[Token]) -> Option<Span> {
    // nearly no statement has either
    if !tokens.iter().any(|token| matches!(token.kind, Kind::Star | Kind::Odd)) {
        return None;
    }
    let from = tokens.first()?.end();
    let text = without_comments(cx, tokens, from)?;
    let line = text.lines().next()?.trim_end();
    let mut fields: Vec<&str> =
        line.rsplit([' ', '\t']).filter(|field| !field.is_empty()).take_while(|field| is_field(field)).collect();
    while fields.last().is_some_and(|field| !field.starts_with(|first: char| first.is_ascii_digit() || first == '*')) {
        fields.pop();
    }
    let first = fields.last().filter(|_| fields.len() >= FIELDS && fields.iter().any(|field| field.contains('*')))?;
    let at = first.as_ptr().addr().saturating_sub(line.as_ptr().addr());
    Some(cx.span(from + at, from + line.len()))
}

/// What stands behind the word, without the comments that end it. One between values is no field, and ends what is one.
fn without_comments<'a>(cx: &Context<'a>, tokens: &[Token], from: usize) -> Option<Cow<'a, str>> {
    let is_comment = |token: &&Token| {
        matches!(
            token.kind,
            Kind::DocComment | Kind::LineComment | Kind::BlockComment | Kind::UnclosedComment | Kind::HashComment
        )
    };
    let last = tokens.iter().rfind(|token| !is_comment(token))?;
    let text = cx.text.get(from..last.end().max(from))?;
    let mut bytes = Cow::Borrowed(text.as_bytes());
    for comment in tokens.iter().filter(is_comment) {
        if let Some(within) = comment.start().checked_sub(from)
            && let Some(covered) = text.get(within..comment.end().saturating_sub(from))
        {
            bytes.to_mut().get_mut(within..within + covered.len())?.fill(b'#');
        }
    }
    match bytes {
        Cow::Borrowed(_) => Some(Cow::Borrowed(text)),
        Cow::Owned(bytes) => String::from_utf8(bytes).ok().map(Cow::Owned),
    }
}

fn is_field(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"*/,-?".contains(&byte))
}

/// What is said of it.
pub(super) fn mistake(cx: &Context<'_>, span: Span, word: Option<&str>) -> Diagnostic {
    let quoted = format!("\"{}\"", cx.text.get(span.range()).unwrap_or_default());
    let written = word.map_or_else(|| quoted.clone(), |word| format!("{word} {quoted}"));
    Diagnostic::new(&BVL0115, span, "a cron expression stands in quotes, all of its fields in one string")
        .here("text without quotes")
        .help(format!("write `{written}`"))
        .fix("put it in quotes", vec![TextEdit::replace(span, quoted)])
}
