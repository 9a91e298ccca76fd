//! The sentence of a rule, and the condition of an expectation: what of its signs depends on what they touch, and what people write for them elsewhere.

use super::build::Context;
use super::codes::BVL0101;
use super::token::{Kind, Token};
use crate::diagnostic::Diagnostic;
use crate::source::TextEdit;
use crate::value::{Sign, Term, TermKind};

/// The word with which it begins.
pub(super) const WORD: &str = "for";

/// The word with which an expectation begins.
pub(super) const EXPECTATION: &str = "expect";

/// The word behind which a condition stands.
pub(super) const CONDITION: &str = "where";

/// The words that part a sentence, and those that join what holds.
const WORDS: [&str; 11] = ["in", "where", "require", "else", "and", "or", "not", "any", "all", "is", "contains"];

/// Signs of other languages, and what they are here.
const MEANT: [(&str, &str); 9] = [
    ("=", "=="),
    ("===", "=="),
    ("<>", "!="),
    ("!==", "!="),
    ("=<", "<="),
    ("=>", ">="),
    ("&&", "and"),
    ("||", "or"),
    ("!", "not"),
];

/// What a token is in a sentence that is a sign there or was meant for one, and what is wrong with it.
pub(super) fn sign(cx: &Context<'_>, before: Option<Token>, token: Token) -> Option<(TermKind, Option<Diagnostic>)> {
    let sound = |kind| Some((kind, None));
    if token.kind == Kind::Operator {
        return sound(TermKind::Sign(Sign::between(cx.slice(token))?));
    }
    if token.kind == Kind::Opening {
        let is_called = before.is_some_and(|before| calls(cx, before, token));
        return sound(TermKind::Sign(if is_called { Sign::Call } else { Sign::Open }));
    }
    if token.kind == Kind::Closing {
        return sound(TermKind::Sign(Sign::Close));
    }
    if token.kind == Kind::Colon {
        return sound(TermKind::Colon);
    }
    meant(cx, token).map(|(kind, mistake)| (kind, Some(mistake)))
}

/// Whether a parenthesis stands at once behind a name that it belongs to: a word of the sentence takes none.
fn calls(cx: &Context<'_>, before: Token, opening: Token) -> bool {
    before.kind == Kind::Name && before.end() == opening.start() && !WORDS.contains(&cx.slice(before))
}

/// Whether something stands behind a sign.
pub(super) fn goes_on(sign: &Term) -> bool {
    matches!(sign.kind, TermKind::Sign(sign) if sign != Sign::Close)
}

/// What a sign was meant for that is none of a sentence.
fn meant(cx: &Context<'_>, token: Token) -> Option<(TermKind, Diagnostic)> {
    if !matches!(token.kind, Kind::Equals | Kind::Odd | Kind::WrongArrow) {
        return None;
    }
    let (span, written) = (cx.place(token), cx.slice(token));
    let (_, meant) = MEANT.into_iter().find(|(sign, _)| *sign == written)?;
    let kind = Sign::between(meant).map_or_else(|| TermKind::Name(meant.into()), TermKind::Sign);
    let mistake = Diagnostic::new(&BVL0101, span, format!("in a condition `{written}` is written `{meant}`"))
        .here(format!("expected `{meant}`"))
        .fix(format!("write `{meant}`"), vec![TextEdit::replace(span, meant)]);
    Some((kind, mistake))
}
