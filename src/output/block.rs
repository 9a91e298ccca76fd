//! Tokens as YAML in block style, laid out as the YAML writer does it, some ten times as fast.
//!
//! Nearly every text of a manifest is a word, a name, a path or an amount, which needs no quotes in any version of YAML.
//! Those are known here by a narrow rule, and so are lines below a key, as annotations hold them; every other text is the
//! YAML writer's to write, and where it has to do with the layout (control characters, lists of lists, lines that begin
//! with white space) so is the whole document.
//!
//! Invariant: what is written here is byte for byte what the YAML writer would write.

use super::tokens::{Token, Tokens};

/// How the YAML writer writes a text on one line, if it does.
pub(super) struct Quoting {
    /// As a value.
    pub(super) value: fn(&str) -> Option<String>,
    /// As a key.
    pub(super) key: fn(&str) -> Option<String>,
}

/// The document; `None` where it is the YAML writer's to write.
pub(super) fn write(tokens: &Tokens, quoting: &Quoting) -> Option<String> {
    let Some(Token::Map(count @ 1..)) = tokens.get(0) else { return None };
    let out = String::with_capacity(3 * tokens.weight());
    let mut writer = Writer { tokens, quoting, at: 1, out };
    writer.entries(count, 0)?;
    Some(writer.out)
}

struct Writer<'t> {
    tokens: &'t Tokens,
    quoting: &'t Quoting,
    at: usize,
    out: String,
}

impl Writer<'_> {
    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at);
        self.at += 1;
        token
    }

    /// Keys and values at a column, where the line stands already.
    fn entries(&mut self, count: usize, column: usize) -> Option<()> {
        for idx in 0..count {
            if idx > 0 {
                self.indent(column);
            }
            let Some(Token::Text(from, to)) = self.next() else { return None };
            let key = self.tokens.text(from, to);
            if is_plain_key(key) {
                self.out.push_str(key);
            } else {
                self.out.push_str(&(self.quoting.key)(key)?);
            }
            self.out.push(':');
            self.value(column)?;
        }
        Some(())
    }

    /// What follows a key that stands at a column.
    fn value(&mut self, column: usize) -> Option<()> {
        match self.next()? {
            Token::Map(count @ 1..) => {
                self.out.push('\n');
                self.indent(column + 2);
                self.entries(count, column + 2)
            }
            Token::List(count @ 1..) => {
                self.out.push('\n');
                for _ in 0..count {
                    self.indent(column);
                    self.out.push_str("- ");
                    self.member(column + 2)?;
                }
                Some(())
            }
            Token::Text(from, to) if is_plain_lines(self.tokens.text(from, to)) => {
                self.out.push_str(" |-\n");
                for line in self.tokens.text(from, to).split('\n') {
                    self.indent(column + 2);
                    self.out.push_str(line);
                    self.out.push('\n');
                }
                Some(())
            }
            scalar @ (Token::Map(0)
            | Token::List(0)
            | Token::Text(..)
            | Token::Number(_)
            | Token::Flag(_)
            | Token::Null) => {
                self.out.push(' ');
                self.scalar(scalar)
            }
        }
    }

    /// What follows a dash, at a column.
    fn member(&mut self, column: usize) -> Option<()> {
        match self.next()? {
            Token::Map(count @ 1..) => self.entries(count, column),
            Token::List(_) => None,
            scalar @ (Token::Map(0) | Token::Text(..) | Token::Number(_) | Token::Flag(_) | Token::Null) => {
                self.scalar(scalar)
            }
        }
    }

    fn scalar(&mut self, token: Token) -> Option<()> {
        match token {
            Token::Text(from, to) => {
                let text = self.tokens.text(from, to);
                if is_plain_value(text) {
                    self.out.push_str(text);
                } else {
                    self.out.push_str(&(self.quoting.value)(text)?);
                }
            }
            Token::Number(number) => self.out.push_str(&number.to_string()),
            Token::Flag(true) => self.out.push_str("true"),
            Token::Flag(false) => self.out.push_str("false"),
            Token::Null => self.out.push_str("null"),
            Token::Map(_) => self.out.push_str("{}"),
            Token::List(_) => self.out.push_str("[]"),
        }
        self.out.push('\n');
        Some(())
    }

    fn indent(&mut self, column: usize) {
        match SPACES.get(..column) {
            Some(spaces) => self.out.push_str(spaces),
            None => self.out.extend(std::iter::repeat_n(' ', column)),
        }
    }
}

/// As deep as manifests go, and deeper.
const SPACES: &str = "                                                                ";

/// Words that some version of YAML reads as something else than a text: those of its core schema, and of YAML 1.1
/// (<https://yaml.org/type/bool.html>, <https://yaml.org/type/null.html>), and of readers that take numbers without dots.
const READ_AS_ELSE: [&str; 13] =
    ["true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf", "infinity", "nil"];

/// Whether a text begins with a letter or a slash, holds only letters, digits, `-`, `_`, `.` and `/`, and is no word that
/// means something else: no reader takes it for anything but a text.
fn is_plain_key(text: &str) -> bool {
    let begins = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'/');
    begins && text.bytes().all(is_harmless) && !is_read_as_else(text)
}

fn is_harmless(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/')
}

fn is_read_as_else(text: &str) -> bool {
    text.len() <= 8 && READ_AS_ELSE.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether a text is like a key, possibly several words of such a kind, or an amount with its unit.
fn is_plain_value(text: &str) -> bool {
    let Some(first) = text.bytes().next() else { return false };
    if first.is_ascii_digit() {
        return is_amount(text);
    }
    if !(first.is_ascii_alphabetic() || first == b'/') {
        return false;
    }
    // a colon is one only within a word: `registry.example/web:1.4.2`
    let mut before = first;
    for byte in text.bytes().skip(1) {
        let fits = is_harmless(byte) || matches!(byte, b' ' | b':') && before != b':' && before != b' ';
        if !fits || (byte == b' ' && before == b':') {
            return false;
        }
        before = byte;
    }
    !matches!(before, b' ' | b':') && !is_read_as_else(text)
}

/// Whether a text is several lines, each of which begins with a letter and holds only what can be seen, and spaces
/// within: a literal block holds them as they are.
fn is_plain_lines(text: &str) -> bool {
    let is_plain = |line: &str| {
        let begins = line.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
        begins && !line.ends_with(' ') && line.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
    };
    text.contains('\n') && text.split('\n').all(is_plain)
}

/// Whether a text is a number with the suffix of an amount, or a CIDR of the fourth version.
fn is_amount(text: &str) -> bool {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
    match unit {
        "m" | "k" | "M" | "G" | "T" | "Ki" | "Mi" | "Gi" | "Ti" | "%" | "s" => true,
        _ => text.contains('/') && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'/')),
    }
}
