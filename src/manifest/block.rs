//! Documents as tools write them, in block style with each scalar on its line, read without the parser.
//!
//! Invariants: what is read here is what the parser makes of it, place by place (`tests.rs` compares them); whatever this
//! reader is not sure of it leaves to the parser. Time is linear in the text, and nesting is bounded.

use std::cmp::Ordering;

use memchr::memchr;
use rayon::prelude::*;

use super::parse::key_text;
use super::scalar::plain;
use super::tree::{Entry, Node, Value};
use crate::source::{FileId, Span};

/// What nests deeper is the parser's.
const DEEPEST: usize = 64;
/// So many keys are compared pair by pair; more of them are sorted.
const FEW: usize = 16;

/// A document and where it stands: from its `---`, or the beginning of the text, to the next one's.
pub(super) struct Document {
    /// Where it begins.
    pub(super) start: usize,
    /// Where the next one begins, or the text ends.
    pub(super) end: usize,
    /// What it says; none where that is for the parser to tell.
    pub(super) node: Option<Node>,
}

/// The documents of a text, in order.
pub(super) fn documents(file: FileId, text: &str) -> Vec<Document> {
    let starts = starts(text);
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let places: Vec<(usize, usize)> = starts.iter().copied().zip(ends).collect();
    let read = |(start, end)| Document { start, end, node: Lines::over(file, text, end).document(start) };
    places.into_par_iter().map(read).collect()
}

/// Where documents begin: at the beginning, and at each line that is a `---` by itself or with something behind it.
fn starts(text: &str) -> Vec<usize> {
    let mut starts = vec![0];
    let mut line = 0;
    loop {
        let rest = text.get(line..).unwrap_or_default();
        if line > 0
            && rest.starts_with("---")
            && matches!(rest.as_bytes().get(3), None | Some(b' ' | b'\t' | b'\r' | b'\n'))
        {
            starts.push(line);
        }
        match memchr(b'\n', rest.as_bytes()) {
            Some(length) => line += length + 1,
            None => return starts,
        }
    }
}

/// How a list stands to the key that it is the value of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Indented {
    /// Deeper than its key.
    Deeper,
    /// In the column of its key.
    Level,
}

/// The lines of one document and the place that is read next.
struct Lines<'t> {
    file: FileId,
    text: &'t str,
    bytes: &'t [u8],
    /// What is read next.
    at: usize,
    /// Its column; none behind the last line.
    column: Option<usize>,
    /// Entries of the maps that are still open, the innermost last: each map is made once its length is known.
    entries: Vec<Entry>,
    /// Items of the lists that are still open, likewise.
    items: Vec<Node>,
}

impl<'t> Lines<'t> {
    fn over(file: FileId, text: &'t str, end: usize) -> Self {
        let text = text.get(..end).unwrap_or_default();
        Self { file, text, bytes: text.as_bytes(), at: 0, column: None, entries: Vec::new(), items: Vec::new() }
    }

    fn document(mut self, start: usize) -> Option<Node> {
        let is_marked = self.text.get(start..)?.starts_with("---");
        if is_marked && self.byte(start + 3) != Some(b'\n') {
            return None;
        }
        self.advance(if is_marked { start + 4 } else { start })?;
        if self.column != Some(0) {
            return None;
        }
        let node = self.mapping(0, 0)?;
        self.column.is_none().then_some(node)
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, start, end)
    }

    /// Goes to what stands first on the next line that says anything, the one that begins at `line` included.
    fn advance(&mut self, mut line: usize) -> Option<()> {
        loop {
            let rest = self.bytes.get(line..).unwrap_or_default();
            let column = rest.iter().take_while(|byte| **byte == b' ').count();
            match rest.get(column) {
                None => {
                    (self.at, self.column) = (self.bytes.len(), None);
                    return Some(());
                }
                Some(b'\n') => line += column + 1,
                Some(b'#') => line = self.line_end(line + column) + 1,
                // the end of a document by itself, or a directive
                Some(b'.' | b'%') if column == 0 => return None,
                Some(_) => {
                    (self.at, self.column) = (line + column, Some(column));
                    return Some(());
                }
            }
        }
    }

    /// Where the line of a place ends.
    fn line_end(&self, at: usize) -> usize {
        let rest = self.bytes.get(at..).unwrap_or_default();
        memchr(b'\n', rest).map_or(self.bytes.len(), |length| at + length)
    }

    /// Whether an item of a list begins here.
    fn is_item(&self) -> bool {
        self.byte(self.at) == Some(b'-') && matches!(self.byte(self.at + 1), None | Some(b' ' | b'\n'))
    }

    fn block(&mut self, column: usize, depth: usize) -> Option<Node> {
        if self.is_item() { self.list(column, Indented::Deeper, depth) } else { self.mapping(column, depth) }
    }

    fn mapping(&mut self, column: usize, depth: usize) -> Option<Node> {
        if depth > DEEPEST {
            return None;
        }
        let (start, outer) = (self.at, self.entries.len());
        loop {
            let (key, colon) = self.key()?;
            let key_span = self.span(self.at, colon);
            let value = match self.byte(colon + 1) {
                None | Some(b'\n') => {
                    self.advance(colon + 2)?;
                    match self.column.cmp(&Some(column)) {
                        Ordering::Greater => self.block(self.column?, depth + 1)?,
                        Ordering::Equal if self.is_item() => self.list(column, Indented::Level, depth + 1)?,
                        Ordering::Equal | Ordering::Less => Node { span: self.span(colon, colon), value: Value::Null },
                    }
                }
                Some(_) => {
                    self.at = colon + 2;
                    self.scalar(column)?
                }
            };
            self.entries.push(Entry { key, key_span, value });
            match self.column.cmp(&Some(column)) {
                Ordering::Less => break,
                Ordering::Equal if !self.is_item() => {}
                Ordering::Equal | Ordering::Greater => return None,
            }
        }
        let entries = self.entries.split_off(outer);
        are_distinct(&entries).then(|| Node { span: self.span(start, self.at), value: Value::Map(entries) })
    }

    fn list(&mut self, column: usize, indented: Indented, depth: usize) -> Option<Node> {
        if depth > DEEPEST {
            return None;
        }
        // where the parser says that a list begins which stands in the column of its key
        let start = if indented == Indented::Level { self.at + 2 } else { self.at };
        let outer = self.items.len();
        loop {
            if self.byte(self.at + 1) != Some(b' ') {
                return None;
            }
            (self.at, self.column) = (self.at + 2, Some(column + 2));
            let item = if self.is_item() {
                self.list(column + 2, Indented::Deeper, depth + 1)?
            } else if self.colon().is_some() {
                self.mapping(column + 2, depth + 1)?
            } else {
                self.scalar(column)?
            };
            self.items.push(item);
            match self.column.cmp(&Some(column)) {
                Ordering::Less => break,
                Ordering::Equal if self.is_item() => {}
                Ordering::Equal if indented == Indented::Level => break,
                Ordering::Equal | Ordering::Greater => return None,
            }
        }
        let items = self.items.split_off(outer);
        Some(Node { span: self.span(start, self.at), value: Value::List(items) })
    }

    /// The key that stands here, and the place of the colon behind it.
    fn key(&self) -> Option<(Box<str>, usize)> {
        let colon = self.colon()?;
        let written = self.text.get(self.at..colon)?;
        if let Some(quoted) = written.strip_prefix(['"', '\'']) {
            return Some((quoted.get(..quoted.len().checked_sub(1)?)?.into(), colon));
        }
        let key = match plain(written) {
            Value::Text(text) => text,
            other @ (Value::Null
            | Value::Bool(_)
            | Value::Integer(_)
            | Value::Natural(_)
            | Value::Float(_)
            | Value::List(_)
            | Value::Map(_)) => key_text(&other),
        };
        Some((key, colon))
    }

    /// The colon behind the key that stands here, if one does.
    fn colon(&self) -> Option<usize> {
        let colon = match self.byte(self.at)? {
            b'"' | b'\'' => self.closed()?,
            first if first.is_ascii_alphanumeric() || b"_/.".contains(&first) => {
                let rest = self.bytes.get(self.at..)?;
                self.at + rest.iter().position(|byte| !is_of_key(*byte))?
            }
            _ => return None,
        };
        let is_key = self.byte(colon)? == b':' && matches!(self.byte(colon + 1), None | Some(b' ' | b'\n'));
        is_key.then_some(colon)
    }

    /// What follows the quotes that open here, where nothing between them needs to be decoded.
    fn closed(&self) -> Option<usize> {
        let quote = self.byte(self.at)?;
        let rest = self.bytes.get(self.at + 1..)?;
        let length = rest.iter().position(|byte| *byte == quote || *byte == b'\\' || !is_printable(*byte))?;
        let behind = self.at + length + 2;
        (self.byte(behind - 1)? == quote && self.byte(behind) != Some(quote)).then_some(behind)
    }

    /// A value that ends with its line, of a key or an item in a column.
    fn scalar(&mut self, column: usize) -> Option<Node> {
        let (start, end) = (self.at, self.line_end(self.at));
        let written = self.text.get(start..end)?;
        let value = match self.byte(start)? {
            b'"' | b'\'' => {
                let inner = written.get(1..written.len().checked_sub(1)?);
                Value::Text(inner.filter(|_| self.closed() == Some(end))?.into())
            }
            b'{' if written == "{}" => Value::Map(Vec::new()),
            b'[' if written == "[]" => Value::List(Vec::new()),
            b'|' if matches!(written, "|" | "|-") => return self.literal(column, end + 1, written),
            _ if is_plain(written.as_bytes()) => plain(written),
            _ => return None,
        };
        self.advance(end + 1)?;
        // what stands deeper goes on with the scalar
        let node = Node { span: self.span(start, end), value };
        (self.column <= Some(column)).then_some(node)
    }
}

impl Lines<'_> {
    /// A text of several lines, the first of which begins at `line`, below its key or item in a column.
    fn literal(&mut self, column: usize, mut line: usize, written: &str) -> Option<Node> {
        let spaces = |line: usize| {
            let rest = self.bytes.get(line..).unwrap_or_default();
            rest.iter().take_while(|byte| **byte == b' ').count()
        };
        let indent = spaces(line);
        if indent <= column || matches!(self.byte(line + indent), None | Some(b'\n')) {
            return None;
        }
        let start = line + indent;
        let (mut content, mut breaks) = (String::new(), 0);
        let end = loop {
            let own = spaces(line);
            match self.byte(line + own) {
                None if own == 0 => break line,
                Some(b'\n') if own == 0 => (line, breaks) = (line + 1, breaks + 1),
                None | Some(b'\n') => return None,
                Some(_) if own < indent => break line + own,
                Some(_) => {
                    let end = self.line_end(line);
                    let one = self.text.get(line + indent..end)?;
                    if end == self.bytes.len() || !one.bytes().all(is_printable) {
                        return None;
                    }
                    content.extend(std::iter::repeat_n('\n', breaks));
                    content.push_str(one);
                    (line, breaks) = (end + 1, 1);
                }
            }
        };
        if written == "|" {
            content.push('\n');
        }
        self.advance(line)?;
        let node = Node { span: self.span(start, end), value: Value::Text(content.into()) };
        (self.column <= Some(column)).then_some(node)
    }
}

/// Whether a key without quotes may have this behind its first byte, as far as this reader goes.
fn is_of_key(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'-'..=b'9' | b'_')
}

fn is_printable(byte: u8) -> bool {
    (b' '..=b'~').contains(&byte)
}

/// Whether the rest of a line is one scalar without quotes, and nothing else.
fn is_plain(written: &[u8]) -> bool {
    let is_begun = match written {
        [b'-', second, ..] => *second != b' ',
        [first, ..] => first.is_ascii_alphanumeric() || b"_/.+$(<=~".contains(first),
        [] => false,
    };
    let mut before = b'x';
    let is_sound = |byte: &u8| {
        let is_sound = is_printable(*byte) && !(before == b' ' && *byte == b'#') && !(before == b':' && *byte == b' ');
        before = *byte;
        is_sound
    };
    is_begun && written.iter().all(is_sound) && !matches!(written.last(), Some(b' ' | b':'))
}

fn are_distinct(entries: &[Entry]) -> bool {
    if entries.len() <= FEW {
        let mut rest = entries;
        while let Some((first, others)) = rest.split_first() {
            if others.iter().any(|other| other.key == first.key) {
                return false;
            }
            rest = others;
        }
        return true;
    }
    let mut keys: Vec<&str> = entries.iter().map(|entry| &*entry.key).collect();
    keys.sort_unstable();
    keys.is_sorted_by(|one, next| one < next)
}
