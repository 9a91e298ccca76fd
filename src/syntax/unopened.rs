//! A statement in one line with its block, of which the `{` is missing: `service api image "a:1"; port http 8080 }`; and the
//! arguments of a class of which the `(` is: `is sized low = 1)`.
//!
//! The head of a declaration has a form of its own, so that what stands behind it is the block's. Of any other word it is
//! not known how many values it takes; then the statement is reported and not judged.

use super::build::Context;
use super::token::{Kind, Token};

/// Whether a `}` stands in the line of a statement that closes no `{` of that line. `tokens` are those from the statement on.
#[expect(clippy::wildcard_enum_match_arm, reason = "braces alone count")]
pub(super) fn closes_more(text: &str, tokens: &[Token]) -> bool {
    let Some(start) = tokens.first().map(|token| token.start()) else { return false };
    let mut depth = 0_usize;
    for token in tokens {
        let line = text.get(start..token.start()).unwrap_or_default();
        match token.kind {
            _ if line.contains('\n') => return false,
            Kind::Open => depth += 1,
            Kind::Close if depth == 0 => return true,
            Kind::Close => depth -= 1,
            _ => {}
        }
    }
    false
}

/// Of the tokens of a statement, how many make the head of a declaration.
pub(super) fn head(text: &str, tokens: &[Token]) -> Option<usize> {
    let written = |token: &Token| text.get(token.range()).unwrap_or_default();
    let first = tokens.first().filter(|first| first.kind == Kind::Name)?;
    let last = match written(first) {
        "allow" | "never" => {
            let arrow = tokens.iter().position(|token| matches!(token.kind, Kind::Arrow | Kind::PathArrow))?;
            list_end(tokens, arrow + 1)?
        }
        "service" | "class" | "job" | "managed" | "environment" | "external" | "platform" => {
            let name = list_end(tokens, 1)?;
            let is_class = tokens.get(name).filter(|token| written(token) == "is");
            is_class.and_then(|_| list_end(tokens, name + 1)).unwrap_or(name)
        }
        _ => return None,
    };
    Some(last)
}

/// Where a list of names ends that begins with the token number `from`, with the arguments of each.
fn list_end(tokens: &[Token], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        tokens.get(at).filter(|token| matches!(token.kind, Kind::Name | Kind::Star))?;
        at += 1;
        if let Some(group) = tokens.get(at).filter(|token| token.kind == Kind::Parens) {
            let inner = tokens.get(at..).unwrap_or_default();
            at += inner.partition_point(|inner| inner.start() < group.end());
        }
        if tokens.get(at).is_none_or(|token| token.kind != Kind::Comma) {
            return Some(at);
        }
        at += 1;
    }
}

/// The arguments of a class of which the `(` is missing, `is sized low = 1)`: their first token, and the `)`.
pub(super) fn arguments(cx: &Context<'_>, tokens: &[Token]) -> Option<(Token, Token)> {
    let close = tokens.iter().position(|token| token.kind == Kind::StrayClose && cx.slice(*token) == ")")?;
    let begins = |at: usize| {
        let [before, class, parameter, equals] = tokens.get(at..at + 4)? else { return None };
        let is_in_list = before.kind == Kind::Comma || before.kind == Kind::Name && cx.slice(*before) == "is";
        let is_argument =
            class.kind == Kind::Name && parameter.kind == Kind::Name && equals.kind == Kind::Equals && at + 3 < close;
        (is_in_list && is_argument).then_some(*parameter)
    };
    let first = (0..close).find_map(begins)?;
    Some((first, *tokens.get(close)?))
}

/// A name that may hold the `(` which a `)` lacks: a sign follows it as inside of parentheses, `weblow = 1)` for `web(low = 1)`.
pub(super) fn joined(cx: &Context<'_>, tokens: &[Token], close: Token) -> Option<Token> {
    let before = tokens.iter().take_while(|token| token.start() < close.start());
    let mut pairs = before.clone().zip(before.skip(1));
    let is_joined =
        |(name, sign): &(&Token, &Token)| name.kind == Kind::Name && matches!(sign.kind, Kind::Equals | Kind::Colon);
    pairs.find(is_joined).map(|(name, _)| *name).filter(|_| cx.slice(close) == ")")
}
