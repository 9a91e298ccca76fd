//! What a string says: escapes replaced, `${..}` taken out, the indentation of a text block removed.
//!
//! A text block (`"""`) that begins with a line break does not hold that line break, and where its closing `"""` stands
//! alone on a line not the last one either. The white space that all its lines share, the closing one's included, is
//! indentation and no part of the text; a line of white space only is an empty line. Line breaks are `\n`.

use super::build::Context;
use super::mistake;
use super::token::{Kind, Token};
use crate::source::Span;
use crate::value::{TemplatePart, TermKind};

/// What a string or text block says, and whether it could be read whole.
pub(super) fn read(cx: &mut Context<'_>, token: Token) -> (TermKind, bool) {
    let quotes = if matches!(token.kind, Kind::TextBlock | Kind::HalfBlock) { 3 } else { 1 };
    let (mut start, mut end) = (token.start() + quotes, token.end().saturating_sub(quotes));
    if token.kind == Kind::HalfString {
        let has_first = is_opened(cx.slice(token));
        start = token.start() + usize::from(has_first);
        end = token.end() - usize::from(!has_first);
    }
    if token.kind == Kind::HalfBlock {
        let whole = cx.slice(token);
        start = token.start() + (whole.len() - whole.trim_start_matches('"').len()).min(quotes);
        end = token.end() - (whole.len() - whole.trim_end_matches('"').len()).min(quotes);
    }
    let content = cx.text.get(start..end).unwrap_or_default();
    let mut reader = Reader {
        cx,
        parts: Vec::new(),
        text: String::with_capacity(content.len()),
        escapes: Vec::new(),
        holes: Vec::new(),
    };
    if quotes == 1 {
        reader.take(content, start);
    } else {
        for (number, (line, at)) in lines(content).into_iter().enumerate() {
            if number > 0 {
                reader.text.push('\n');
            }
            reader.take(line, start + at);
        }
    }
    reader.finish()
}

/// What a character behind a `\` stands for, if it is one of those that stand for another by themselves.
pub(super) const fn escaped(c: char) -> Option<char> {
    match c {
        '"' | '\\' | '$' => Some(c),
        'n' => Some('\n'),
        't' => Some('\t'),
        _ => None,
    }
}

/// Whether a string that lacks one of its quotes has the first.
pub(super) fn is_opened(half: &str) -> bool {
    half.starts_with('"')
}

/// The lines of a text block that belong to its text, without indentation, with their offset in `content`.
pub(super) fn lines(content: &str) -> Vec<(&str, usize)> {
    let mut at = 0;
    let mut lines: Vec<(&str, usize)> = Vec::new();
    for line in content.split('\n') {
        lines.push((line.strip_suffix('\r').unwrap_or(line), at));
        at += line.len() + 1;
    }
    let indentation = indentation(content);
    let count = lines.len();
    let dropped = |number: usize, line: &str| count > 1 && (number == 0 || number + 1 == count) && is_blank(line);
    let kept = lines.into_iter().enumerate().filter(|(number, (line, _))| !dropped(*number, line));
    kept.map(|(number, (line, at))| {
        if number == 0 {
            (line, at)
        } else if is_blank(line) {
            ("", at)
        } else {
            (line.get(indentation..).unwrap_or_default(), at + indentation)
        }
    })
    .collect()
}

/// How many bytes of white space begin every line of a text block but the first.
pub(super) fn indentation(content: &str) -> usize {
    let last = content.matches('\n').count();
    let mut shared: Option<&str> = None;
    for (number, line) in content.split('\n').enumerate().skip(1) {
        if is_blank(line) && number != last {
            continue;
        }
        let space = line.get(..line.len() - line.trim_start_matches([' ', '\t']).len()).unwrap_or_default();
        shared = Some(shared.map_or(space, |known| common_prefix(known, space)));
    }
    shared.map_or(0, str::len)
}

fn is_blank(line: &str) -> bool {
    line.trim_matches([' ', '\t', '\r']).is_empty()
}

fn common_prefix<'t>(left: &'t str, right: &str) -> &'t str {
    let same = left.bytes().zip(right.bytes()).take_while(|(left, right)| left == right).count();
    left.get(..same).unwrap_or_default()
}

struct Reader<'c, 't> {
    cx: &'c mut Context<'t>,
    parts: Vec<TemplatePart>,
    text: String,
    escapes: Vec<Span>,
    holes: Vec<Span>,
}

impl Reader<'_, '_> {
    fn take(&mut self, piece: &str, offset: usize) {
        let mut at = 0;
        while let Some(rest) = piece.get(at..) {
            let special = rest.find(['\\', '$']).unwrap_or(rest.len());
            self.text.push_str(rest.get(..special).unwrap_or_default());
            let Some(found) = rest.get(special..).filter(|found| !found.is_empty()) else { return };
            let from = offset + at + special;
            let length = if found.starts_with('\\') { self.escape(found, from) } else { self.dollar(found, from) };
            at += special + length;
        }
    }

    /// Reads the escape that `found` begins with, and says how long it is.
    fn escape(&mut self, found: &str, from: usize) -> usize {
        let mut chars = found.chars().skip(1);
        let next = chars.next();
        if let Some(plain) = next.and_then(escaped) {
            self.text.push(plain);
            return 2;
        }
        if let Some(rest) = found.strip_prefix("\\u{") {
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_hexdigit()).len();
            let number = rest
                .get(..digits)
                .filter(|_| digits <= 6 && rest.get(digits..).is_some_and(|rest| rest.starts_with('}')));
            if let Some(c) = number.and_then(|number| u32::from_str_radix(number, 16).ok()).and_then(char::from_u32)
                && c != '\0'
            {
                self.text.push(c);
                return digits + 4;
            }
        }
        // A number that is no character is shown whole; anything else is a stray backslash.
        let whole = found.find('}').filter(|end| {
            let number = found.get(3..*end).unwrap_or_default();
            found.starts_with("\\u{") && !number.is_empty() && number.chars().all(|c| c.is_ascii_hexdigit())
        });
        let length = whole.map_or(1 + next.map_or(0, char::len_utf8), |end| end + 1);
        self.escapes.push(self.cx.span(from, from + length));
        self.text.push_str(found.get(..length).unwrap_or_default());
        length
    }

    /// Reads what follows a `$`, and says how long it is.
    fn dollar(&mut self, found: &str, from: usize) -> usize {
        let Some(rest) = found.strip_prefix("${") else {
            self.text.push('$');
            return 1;
        };
        let length = rest.find(['}', '$', '{', '\\']).unwrap_or(rest.len());
        let path = rest.get(..length).unwrap_or_default();
        let closed = rest.get(length..).is_some_and(|rest| rest.starts_with('}'));
        if closed && is_path(path) {
            if !self.text.is_empty() {
                self.parts.push(TemplatePart::Text(std::mem::take(&mut self.text).into()));
            }
            self.parts.push(TemplatePart::Path(path.into(), self.cx.span(from + 2, from + 2 + length)));
        } else {
            self.holes.push(self.cx.span(from, from + 2 + length + usize::from(closed)));
            self.text.push_str("${");
            return 2;
        }
        length + 3
    }

    fn finish(mut self) -> (TermKind, bool) {
        let whole = self.escapes.is_empty() && self.holes.is_empty();
        if !self.escapes.is_empty() {
            let mistake = mistake::unknown_escape(self.cx, &self.escapes);
            self.cx.errors.extend(mistake);
        }
        if !self.holes.is_empty() {
            let mistake = mistake::unreadable_interpolation(self.cx, &self.holes);
            self.cx.errors.extend(mistake);
        }
        let kind = if self.parts.is_empty() {
            TermKind::Text(self.text.into())
        } else {
            if !self.text.is_empty() {
                self.parts.push(TemplatePart::Text(self.text.into()));
            }
            TermKind::Template(self.parts.into())
        };
        (kind, whole)
    }
}

/// Whether `text` is what a bare word or path looks like: `a`, `a.b`, `env/a.b`.
pub(super) fn is_path(text: &str) -> bool {
    let (head, tail) = text.split_once('/').map_or((None, text), |(head, tail)| (Some(head), tail));
    head.is_none_or(is_word) && tail.split('.').all(is_word)
}

/// Whether `text` is one bare word.
pub fn is_word(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && !text.ends_with('-')
}
