//! The spec that is written, as a tree of statements: what layers compare, and what the formatter prints.
//!
//! Invariants: a text of others is in the spec what it was in the manifest, whatever letters it has: it is [`quoted`], or it is
//! [`bare`] or an [`amount`], which are judged letter by letter. A statement is one statement: what holds a brace, the end of a line
//! or a comment outside of quotes is not written, and the comparison lists what it would have said.

use std::sync::Arc;

use crate::diagnostic::render::text::visible;
use crate::source::FileId;
use crate::syntax;
use crate::vocabulary::WITHOUT;

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
    pub(super) fn head(&self) -> String {
        let parts = [&self.word, &self.key, &self.rest].into_iter().filter(|part| !part.is_empty());
        parts.map(String::as_str).collect::<Vec<_>>().join(" ")
    }

    /// The same without the statements that would be more than one; `None` if it would itself.
    fn whole(&self) -> Option<Self> {
        let is_one = is_one(&self.head()) && !self.comment.contains(char::is_control);
        is_one.then(|| Self { block: self.block.iter().filter_map(Self::whole).collect(), ..self.clone() })
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
    let lines: Vec<Line> = lines.iter().filter_map(Line::whole).collect();
    let mut before: Option<&Line> = None;
    for line in &lines {
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

/// Whether a text is one statement, as far as its braces, and one that the language can say: no text of it holds a NUL.
fn is_one(head: &str) -> bool {
    let (mut is_quoted, mut letters) = (false, head.chars().peekable());
    while let Some(letter) = letters.next() {
        match letter {
            '"' => is_quoted = !is_quoted,
            '\\' if is_quoted => {
                let escaped: String = letters.next().into_iter().collect();
                if escaped == "u" && letters.clone().take(3).eq("{0}".chars()) {
                    return false;
                }
            }
            letter if letter.is_control() => return false,
            '/' if !is_quoted && letters.peek() == Some(&'/') => return false,
            '{' | '}' | ';' | '\\' | '#' if !is_quoted => return false,
            _ => {}
        }
    }
    !is_quoted
}

/// A number or a share as a manifest has it, bare; `None` where it is neither.
pub(super) fn amount(text: &str) -> Option<String> {
    let digits = text.strip_suffix('%').unwrap_or(text);
    (!digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit())).then(|| text.to_owned())
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
            // what turns the direction of writing shows a statement as another one
            other if visible(other) != other => out.extend([format!("\\u{{{:x}}}", u32::from(other))]),
            other => out.push(other),
        }
    }
    out
}

/// A name as it is written where a key stands: bare where it can be, and where it is not the language's own `without`.
pub(super) fn bare(name: &str) -> String {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
    let is_bare = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(fits)
        && !name.ends_with('-')
        && name != WITHOUT.name;
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
        assert_eq!([bare("LOG_LEVEL"), bare("a.b"), bare("1a")], ["LOG_LEVEL", "\"a.b\"", "\"1a\""]);
    }

    #[test]
    fn a_statement_is_one() {
        for head in ["env A \"}{;//\\\" \\n\"", "scale 1..2", "a -> b.c", "env A \"${b.c.host}\"", "x \"\\\\u{0}\""] {
            assert!(is_one(head), "{head}");
        }
        for head in ["a }", "a {", "a; b", "a // b", "a\nb", "a \"b", "x \"\\u{0}\"", "a \u{1b}"] {
            assert!(!is_one(head), "{head}");
        }
        let line = |rest: &str| Line::new("a", rest);
        let lines = [line("1").with(vec![line("2"), line("3 }")]), line("4\nb"), line("5").remark("x\ny")];
        assert_eq!(print("", &lines), "a 1 { a 2 }\n");
        assert_eq!(
            ["10", "5%", "", "%", "1 }", "-1"].map(|text| amount(text).is_some()),
            [true, true, false, false, false, false]
        );
        assert_eq!(quoted("\u{202e}x"), "\"\\u{202e}x\"");
    }

    #[test]
    fn durations_are_round() {
        let shown: Vec<String> = [5, 60, 90, 120, 600, 3600, 7200].into_iter().map(seconds).collect();
        assert_eq!(shown, ["5s", "60s", "90s", "2m", "10m", "60m", "2h"]);
    }
}
