//! Strings (`"/healthz"`) and bare words (`zone`).

use std::fmt::{self, Write};

use super::{FromTerm, Mismatch, Term, TermKind};

/// A bare word or path, for places that want a name: what it names is for the place to find out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Word(pub String);

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromTerm for String {
    const EXPECTED: &'static str = "a string such as `\"text\"`";

    fn from_term(term: &Term) -> Result<Self, Mismatch> {
        if let Some(text) = term.text() {
            return Ok(text.to_owned());
        }
        let mismatch = Mismatch::expected::<Self>(term);
        Err(match term.unquoted() {
            Some(text) => mismatch.help("a string stands in quotes").suggest(quoted(text)),
            None => mismatch,
        })
    }
}

/// A value that is written as a text, such as `"1.33"`: `read` takes what it is written as, and `near` what can only mean one of
/// them, with its quotes or without.
pub(super) fn from_text<T: FromTerm + fmt::Display>(
    term: &Term,
    read: impl Fn(&str) -> Option<T>,
    near: impl Fn(&str) -> Option<T>,
) -> Result<T, Mismatch> {
    let text = term.text();
    if let Some(value) = text.and_then(read) {
        return Ok(value);
    }
    let mismatch = match text {
        Some(text) => Mismatch::new(format!("expected {}, found `{}`", T::EXPECTED, quoted(text))),
        None => Mismatch::expected::<T>(term),
    };
    let meant = text.or_else(|| term.unquoted()).and_then(near);
    Err(meant.iter().fold(mismatch, |mismatch, value| mismatch.suggest(quoted(&value.to_string()))))
}

impl FromTerm for Word {
    const EXPECTED: &'static str = "a name";

    fn from_term(term: &Term) -> Result<Self, Mismatch> {
        if let Some(name) = term.name() {
            return Ok(Self(name.to_owned()));
        }
        let mismatch = Mismatch::expected::<Self>(term);
        let TermKind::Text(text) = &term.kind else { return Err(mismatch) };
        Err(if is_path(text, is_identifier) {
            mismatch.help("a name stands without quotes").suggest(&**text)
        } else {
            mismatch
        })
    }
}

/// Whether a text can stand without quotes where a name can: `NAME.PART`, with an environment's name and `/` before it.
pub fn is_path(text: &str, is_part: impl Fn(&str) -> bool) -> bool {
    let (environment, rest) = text.split_once('/').map_or((None, text), |(before, rest)| (Some(before), rest));
    environment.is_none_or(&is_part) && rest.split('.').all(is_part)
}

/// An ASCII letter, then letters, digits, `_` and `-`, the last of them no `-`.
fn is_identifier(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && !text.ends_with('-')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

/// The text as a string literal: in quotes, with the escapes that it needs.
pub fn quoted(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('"');
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' => literal.push_str("\\\""),
            '\\' => literal.push_str("\\\\"),
            '\n' => literal.push_str("\\n"),
            '\t' => literal.push_str("\\t"),
            '$' if rest.peek() == Some(&'{') => literal.push_str("\\$"),
            // Writing to a string cannot fail.
            c if c.is_control() => write!(literal, "\\u{{{:x}}}", u32::from(c)).unwrap_or_default(),
            c => literal.push(c),
        }
    }
    literal.push('"');
    literal
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::testing::{address, at, fault, name, number, text};

    #[test]
    fn strings_stand_in_quotes() {
        assert_eq!(String::from_term(&text("a b")), Ok("a b".to_owned()));
        for (term, message, suggestions) in [
            (name("zone"), "expected a string such as `\"text\"`, found the word `zone`", vec!["\"zone\""]),
            (number("1.33"), "expected a string such as `\"text\"`, found `1.33`", vec!["\"1.33\""]),
            (address("::1"), "expected a string such as `\"text\"`, found the address `::1`", vec!["\"::1\""]),
            (at(0, TermKind::Star), "expected a string such as `\"text\"`, found `*`", vec![]),
        ] {
            let mismatch = fault::<String>(&term);
            assert_eq!(
                (&*mismatch.message, mismatch.suggestions),
                (message, suggestions.into_iter().map(str::to_owned).collect())
            );
        }
    }

    #[test]
    fn words_stand_without() {
        assert_eq!(Word::from_term(&name("prod/web.http")), Ok(Word("prod/web.http".to_owned())));
        for (term, suggestions) in [
            (text("zone"), vec!["zone"]),
            (text("prod/web.http"), vec!["prod/web.http"]),
            (text("two words"), vec![]),
            (text("1a"), vec![]),
            (text("a-"), vec![]),
            (text(""), vec![]),
            (number("1"), vec![]),
        ] {
            assert_eq!(fault::<Word>(&term).suggestions, suggestions, "{term:?}");
        }
    }

    #[test]
    fn quotes_with_escapes() {
        for (text, literal) in [
            ("a", r#""a""#),
            ("a\"b\\c\nd\te", r#""a\"b\\c\nd\te""#),
            ("${x} $x $", r#""\${x} $x $""#),
            ("\u{7}é", r#""\u{7}é""#),
        ] {
            assert_eq!(quoted(text), literal);
        }
    }
}
