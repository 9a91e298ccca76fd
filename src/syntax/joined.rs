//! Text of which a part stands outside of its quotes, as a shell joins it: `"registry.example/web":1.4.2`, `"http://"${api.http.host}`,
//! `--level=debug`.
//!
//! Invariant: what is joined touches, and holds a string or a `=` as well as something else; the word of a statement is no part of it.

use std::ops::Range;

use super::dollars::in_quotes;
use super::mistake::{FOREIGN_QUOTES, between_quotes};
use super::parser::tokens_of;
use super::quotes::LONGEST;
use super::token::{Kind, Token};

/// A text in parts, by its places in the text around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// All of it.
    pub whole: Range<usize>,
    /// Its first part.
    pub first: Range<usize>,
    /// It as one string, in quotes.
    pub text: String,
    /// Whether some of it stands in quotes.
    pub has_string: bool,
}

/// Whether some of a text stands in quotes, whichever.
pub fn holds_quotes(text: &str) -> bool {
    text.contains('"') || text.contains(FOREIGN_QUOTES)
}

/// The text in parts that holds a place in a line, which is no longer than such lines are.
pub fn joined(text: &str, at: usize) -> Option<Joined> {
    let (before, behind) = text.as_bytes().split_at_checked(at)?;
    let is_newline = |byte: &u8| *byte == b'\n';
    // neither end is looked for further away than a line may be long
    let start = before.iter().rev().take(LONGEST).position(is_newline).map_or(at.saturating_sub(LONGEST), |n| at - n);
    let end = at + behind.iter().take(LONGEST).position(is_newline).unwrap_or(behind.len().min(LONGEST));
    if end - start > LONGEST {
        return None;
    }
    let tokens = tokens_of(text, start, end);
    let chain = touching(&tokens, at)?;
    let (first, last) = (chain.first()?, chain.last()?);
    // what begins a statement is its word, or the key of a map
    let begins = tokens.iter().any(|token| token.kind == Kind::Statement && token.start() == first.start());
    let is_string = |token: &Token| matches!(token.kind, Kind::String | Kind::ForeignQuotes);
    let (has_string, is_whole) = (chain.iter().any(is_string), chain.iter().all(is_string));
    // a sign joins as well
    let joins = has_string || chain.iter().any(|token| token.kind == Kind::Equals);
    let is_torn = chain.iter().any(|token| token.kind == Kind::ForeignQuotes) && holds_apostrophe(text, &tokens, chain);
    if begins || !joins || is_whole || is_torn || chain.len() < 2 {
        return None;
    }
    let mut whole = String::from("\"");
    for run in chain.chunk_by(|one, next| is_string(one) == is_string(next)) {
        if run.iter().all(is_string) {
            for string in run {
                whole.push_str(said(text.get(string.range())?)?);
            }
        } else {
            let (first, last) = (run.first()?, run.last()?);
            let quoted = in_quotes(text.get(first.start()..last.end())?)?;
            whole.push_str(said(&quoted)?);
        }
    }
    whole.push('"');
    Some(Joined { whole: first.start()..last.end(), first: first.range(), text: whole, has_string })
}

/// The tokens that touch each other around a place.
fn touching(tokens: &[Token], at: usize) -> Option<&[Token]> {
    let is_part = |token: &Token| token.is_part_of_text();
    let mut runs = tokens.chunk_by(|one, next| is_part(one) && is_part(next) && one.end() == next.start());
    runs.find(|run| {
        let holds = |(first, last): (&Token, &Token)| is_part(first) && first.start() <= at && at < last.end();
        run.first().zip(run.last()).is_some_and(holds)
    })
}

/// Whether a quotation mark is likely an apostrophe: it stands by itself in the line, or between letters.
fn holds_apostrophe(text: &str, tokens: &[Token], chain: &[Token]) -> bool {
    let slice = |token: &Token| text.get(token.range()).unwrap_or_default();
    let is_alone = |token: &Token| token.kind == Kind::Odd && slice(token).contains(FOREIGN_QUOTES);
    let is_letter = |c: char| c.is_alphabetic();
    let is_between = |pair: &[Token]| {
        let [quoted, behind] = pair else { return false };
        quoted.kind == Kind::ForeignQuotes
            && slice(quoted).trim_end_matches(FOREIGN_QUOTES).ends_with(is_letter)
            && slice(behind).starts_with(is_letter)
    };
    tokens.iter().any(is_alone) || chain.windows(2).any(is_between)
}

/// What stands between the quotes of a part. What `'` are around is nothing else than it says, and may want a sign before its signs.
fn said(quoted: &str) -> Option<&str> {
    let inner = between_quotes(quoted);
    let is_plain = quoted.starts_with('"') || !inner.contains(['"', '\\', '$']);
    is_plain.then_some(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text that holds a mark, `^` before it.
    fn of(marked: &str) -> Option<String> {
        let at = marked.find('^').unwrap_or_default();
        joined(&marked.replacen('^', "", 1), at).map(|joined| joined.text)
    }

    #[test]
    fn parts_that_touch_are_one_text() {
        let is = |marked: &str, text: &str| assert_eq!(of(marked).as_deref(), Some(text), "{marked}");
        is("a {\n  image \"r.e/web\"^:1.4.2\n}", "\"r.e/web:1.4.2\"");
        is("env K \"http://${b.host}\":^${b.port}/x", "\"http://${b.host}:${b.port}/x\"");
        is("env K ^http://\"${b.host}\"", "\"http://${b.host}\"");
        is("image 'r.e/web'^:1.4.2", "\"r.e/web:1.4.2\"");
        is("image \"r.e/web\"^:$version", "\"r.e/web:${version}\"");
        is("args [\"--listen\", \"0.0.0.0\"^:8080]", "\"0.0.0.0:8080\"");
    }

    #[test]
    fn others_are_not() {
        for marked in [
            "\"key\"^: 5",
            "\"key\"^:5",
            "a { \"key\"^:5 }",
            "image \"a\" ^b:5",
            "image ^b:5",
            "args \"a\",^b:5",
            "image \"a\"^:${b + c}",
            "image \"a\"^\"b\"",
            "env X '^it's'",
            "env X '^it's honey'",
            "env X '^it's",
            "env X \u{2018}^it\u{2019}s\u{2019}",
            "env X 'http://'^api':8080'",
        ] {
            assert_eq!(of(marked), None, "{marked}");
        }
    }
}
