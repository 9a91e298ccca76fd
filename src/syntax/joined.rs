//! Text of which a part stands outside of its quotes, as a shell joins it: `"registry.example/web":1.4.2`, `"http://"${api.http.host}`,
//! `--level=debug`.
//!
//! Invariant: what is joined touches, and holds a string or a `=` as well as something else; the word of a statement is no part of it.

use super::dollars::in_quotes;
use super::parser::tokens_of;
use super::token::{Kind, Token};
use crate::source::Span;

/// A text in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// All of it.
    pub span: Span,
    /// Its first part.
    pub first: Span,
    /// It as one string, in quotes.
    pub text: String,
    /// Whether some of it stands in quotes.
    pub has_string: bool,
}

/// The text in parts that holds a place in a line.
pub fn joined(text: &str, place: Span) -> Option<Joined> {
    let at = place.range().start;
    let start = text.get(..at)?.rfind('\n').map_or(0, |newline| newline + 1);
    let end = text.get(at..)?.find('\n').map_or(text.len(), |newline| at + newline);
    let tokens = tokens_of(text, start, end);
    let chain = touching(&tokens, at)?;
    let (first, last) = (chain.first()?, chain.last()?);
    // what begins a statement is its word, or the key of a map
    let begins = tokens.iter().any(|token| token.kind == Kind::Statement && token.start() == first.start());
    let is_string = |token: &Token| matches!(token.kind, Kind::String | Kind::ForeignQuotes);
    let (has_string, is_whole) = (chain.iter().any(is_string), chain.iter().all(is_string));
    // a sign joins as well
    let joins = has_string || chain.iter().any(|token| token.kind == Kind::Equals);
    // a mark of its own in the line is an apostrophe, or ends a text that holds one
    let is_mark =
        |token: &Token| token.kind == Kind::Odd && text.get(token.range()).is_some_and(|own| own.contains('\''));
    let is_torn = chain.iter().any(|token| token.kind == Kind::ForeignQuotes) && tokens.iter().any(is_mark);
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
    Some(Joined {
        span: Span::new(place.file, first.start(), last.end()),
        first: Span::new(place.file, first.start(), first.end()),
        text: whole,
        has_string,
    })
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

/// What stands between quotes.
fn said(quoted: &str) -> Option<&str> {
    let mut inner = quoted.chars();
    inner.next().and(inner.next_back()).map(|_| inner.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    /// The text that holds a mark, `^` before it.
    fn of(marked: &str) -> Option<String> {
        let at = marked.find('^').unwrap_or_default();
        let place = Span::new(FileId::default(), at, at + 1);
        joined(&marked.replacen('^', "", 1), place).map(|joined| joined.text)
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
            "env X 'http://'^api':8080'",
        ] {
            assert_eq!(of(marked), None, "{marked}");
        }
    }
}
