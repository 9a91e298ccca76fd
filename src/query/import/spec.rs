//! The spec that is written, as a tree of statements: what layers compare, and what the formatter prints.
//!
//! Invariant: a text of others is in the spec what it was in the manifest, whatever letters it has.

use std::sync::Arc;

use crate::source::FileId;
use crate::syntax;

/// A statement.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Line {
    /// Its word: `env`.
    pub(super) word: String,
    /// What it is merged by, as written: the first argument of a word that stands once for each key.
    pub(super) key: String,
    /// What follows.
    pub(super) rest: String,
    /// What stands in its braces.
    pub(super) block: Vec<Self>,
    /// What is said above it.
    pub(super) comment: String,
    /// What it is merged by, where that is not its key: the name of a trigger.
    pub(super) alias: String,
}

impl Line {
    /// A word that stands once, and what follows it.
    pub(super) fn new(word: &str, rest: impl Into<String>) -> Self {
        Self { word: word.to_owned(), rest: rest.into(), ..Self::default() }
    }

    /// A word that stands once for each key.
    pub(super) fn keyed(word: &str, key: impl Into<String>, rest: impl Into<String>) -> Self {
        Self { word: word.to_owned(), key: key.into(), rest: rest.into(), ..Self::default() }
    }

    /// The same with these statements in its braces.
    pub(super) fn with(self, block: Vec<Self>) -> Self {
        Self { block, ..self }
    }

    /// The same with a comment above it.
    pub(super) fn remark(self, comment: impl Into<String>) -> Self {
        Self { comment: comment.into(), ..self }
    }

    /// The same, merged by this name.
    pub(super) fn by(self, alias: impl Into<String>) -> Self {
        Self { alias: alias.into(), ..self }
    }

    /// What is merged with it.
    pub(super) fn id(&self) -> (&str, &str) {
        (&self.word, if self.alias.is_empty() { &self.key } else { &self.alias })
    }

    /// Word, key and what follows, without the braces.
    fn head(&self) -> String {
        let parts = [&self.word, &self.key, &self.rest].into_iter().filter(|part| !part.is_empty());
        parts.map(String::as_str).collect::<Vec<_>>().join(" ")
    }

    /// On one line, where it can be.
    fn flat(&self) -> Option<String> {
        if !self.comment.is_empty() {
            return None;
        }
        if self.block.is_empty() {
            return Some(self.head());
        }
        let is_simple = |line: &Self| line.block.iter().all(|inner| inner.block.is_empty());
        if self.block.len() > 4 || !self.block.iter().all(is_simple) {
            return None;
        }
        let parts: Option<Vec<String>> = self.block.iter().map(Self::flat).collect();
        let text = format!("{} {{ {} }}", self.head(), parts?.join("; "));
        (text.len() <= WIDTH).then_some(text)
    }

    fn write(&self, out: &mut String, level: usize) {
        let space = "  ".repeat(level);
        if !self.comment.is_empty() {
            out.extend([format!("{space}// {}\n", self.comment)]);
        }
        // a declaration is read line by line, what is in it at a glance
        let flat = Self { comment: String::new(), ..self.clone() }.flat().filter(|_| level > 0 || self.block.len() < 3);
        if let Some(text) = flat {
            out.extend([&space, text.as_str(), "\n"]);
            return;
        }
        out.extend([&space, self.head().as_str(), " {\n"]);
        for line in &self.block {
            line.write(out, level + 1);
        }
        out.extend([&space, "}\n"]);
    }
}

/// How long a statement on one line may be.
const WIDTH: usize = 84;

/// The text of a file: its statements, blank lines between declarations, in the one style.
pub(super) fn print(comment: &str, lines: &[Line]) -> String {
    let mut out = String::new();
    if !comment.is_empty() {
        out.extend([format!("// {comment}\n")]);
    }
    let mut before: Option<&Line> = None;
    for line in lines {
        // flows, waivers and files stand together
        let is_apart =
            before.is_some_and(|before| before.word != line.word || !before.block.is_empty() || !line.block.is_empty());
        if is_apart {
            out.push('\n');
        }
        line.write(&mut out, 0);
        before = Some(line);
    }
    let text: Arc<str> = out.into();
    syntax::format(&syntax::parse(FileId::default(), &text)).unwrap_or_else(|| text.to_string())
}

/// A text in quotes.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// A text as it stands between quotes.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | '"' | '$' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            other if other.is_control() => out.extend([format!("\\u{{{:x}}}", u32::from(other))]),
            other => out.push(other),
        }
    }
    out
}

/// A name as it is written where a key stands: bare where it can be.
pub(super) fn bare(name: &str) -> String {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
    let is_bare =
        name.starts_with(|first: char| first.is_ascii_alphabetic()) && name.chars().all(fits) && !name.ends_with('-');
    if is_bare { name.to_owned() } else { quoted(name) }
}

/// Seconds as a duration.
pub(super) fn seconds(amount: i64) -> String {
    match amount {
        amount if amount >= 7200 && amount % 3600 == 0 => format!("{}h", amount / 3600),
        amount if amount >= 120 && amount % 60 == 0 => format!("{}m", amount / 60),
        amount => format!("{amount}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_keep_their_letters() {
        assert_eq!(quoted("a\"b\\c$d\n\u{7}"), "\"a\\\"b\\\\c\\$d\\n\\u{7}\"");
        assert_eq!(
            (bare("LOG_LEVEL"), bare("a.b"), bare("1a")),
            ("LOG_LEVEL".into(), "\"a.b\"".into(), "\"1a\"".into())
        );
    }

    #[test]
    fn durations_are_round() {
        let shown: Vec<String> = [5, 60, 90, 120, 600, 3600, 7200].into_iter().map(seconds).collect();
        assert_eq!(shown, ["5s", "60s", "90s", "2m", "10m", "60m", "2h"]);
    }
}
