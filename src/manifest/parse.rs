//! YAML text to trees; the only file that names the YAML parser ([decision 4](docs/decisions/0004-yaml-reader.md)). Documents
//! in the block style of tools are read by `block`, all others by the parser.
//!
//! Invariants: time and memory are linear in the text and the two limits; no recursion depends on the text; behind a
//! document that cannot be read, reading goes on at the next line that starts with `---`.

use std::collections::BTreeMap;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Span as ParserSpan, Tag, options};

use super::block;
use super::codes::{BVL1101, BVL1102, BVL1103};
use super::scalar::plain;
use super::tree::{Entry, Node, Value};
use crate::diagnostic::{Diagnostic, Sink};
use crate::source::{FileId, Span};

/// The deepest nesting that is read. The deepest field of a built-in kind lies at 16.
pub(super) const DEEPEST: usize = 128;
/// The most values that aliases may repeat in one file.
pub(super) const MOST_REPEATED: usize = 100_000;

/// The documents of a text, those that can be read.
pub(super) fn documents(file: FileId, text: &str, sink: &mut Sink) -> Vec<Node> {
    let mut reader = Reader { file, base: 0, repeated: 0, documents: Vec::new() };
    let mut known = block::documents(file, text).into_iter().peekable();
    while let Some(rest) = text.get(reader.base..) {
        while known.next_if(|document| document.start < reader.base).is_some() {}
        if let Some(document) = known.next_if(|document| document.start == reader.base && document.node.is_some()) {
            reader.documents.extend(document.node);
            reader.base = document.end;
            continue;
        }
        // objects of JSON may follow each other with nothing between, as `kubectl` takes them
        if let Some((object, length)) = first_of_several(rest) {
            // the braces are one document, so that it ends with the text
            if let Err(broken) = reader.run(object, sink) {
                sink.report(broken.diagnostic);
            }
            reader.base += length;
            continue;
        }
        match reader.run(rest, sink) {
            Ok(Ended::Text) => break,
            Ok(Ended::Document(next)) => reader.base = next,
            Err(broken) => {
                sink.report(broken.diagnostic);
                let Some(next) = next_document(text, broken.at.max(reader.base + 1)) else { break };
                reader.base = next;
            }
        }
    }
    reader.documents
}

/// One document as the parser alone reads it, from its place in a text; none where it finds a fault.
#[cfg(test)]
pub(super) fn by_parser(file: FileId, text: &str, place: std::ops::Range<usize>) -> Option<Node> {
    let mut reader = Reader { file, base: place.start, repeated: 0, documents: Vec::new() };
    let mut sink = Sink::default();
    reader.run(text.get(place)?, &mut sink).ok()?;
    let is_sound = sink.finish().is_empty() && reader.documents.len() == 1;
    reader.documents.pop().filter(|_| is_sound)
}

/// The object in braces that a text begins with, and its length, where another one follows it.
fn first_of_several(text: &str) -> Option<(&str, usize)> {
    let start = text.len() - text.trim_start().len();
    if !text.get(start..)?.starts_with('{') {
        return None;
    }
    let (mut depth, mut quote, mut is_escaped) = (0_usize, None, false);
    for (at, byte) in text.bytes().enumerate().skip(start) {
        match (quote, byte) {
            (Some(_), _) if is_escaped => is_escaped = false,
            (Some(b'"'), b'\\') => is_escaped = true,
            (Some(open), _) => quote = Some(open).filter(|open| *open != byte),
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'{' | b'[') => depth += 1,
            (None, b'}' | b']') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    let length = at + 1;
                    let is_another = text.get(length..)?.trim_start().starts_with('{');
                    return text.get(..length).filter(|_| is_another).map(|object| (object, length));
                }
            }
            (None, _) => {}
        }
    }
    None
}

/// Where the first line at or behind `from` that starts a document begins.
fn next_document(text: &str, from: usize) -> Option<usize> {
    let line = text.get(..from).map_or(0, |before| before.rfind('\n').map_or(0, |at| at + 1));
    let mut start = if line == from { from } else { from + text.get(from..)?.find('\n')? + 1 };
    loop {
        let rest = text.get(start..)?;
        if rest.starts_with("---") {
            return Some(start);
        }
        start += rest.find('\n')? + 1;
    }
}

/// How far the parser has read.
enum Ended {
    /// To the end of the text.
    Text,
    /// To the `---` of another document, and where that stands.
    Document(usize),
}

/// A fault that ends the reading of a document.
struct Broken {
    /// The byte from which the next document is looked for.
    at: usize,
    diagnostic: Diagnostic,
}

/// A list or map that is not closed yet.
struct Open {
    start: usize,
    anchor: usize,
    kind: Collection,
}

enum Collection {
    List(Vec<Node>),
    Map { entries: Vec<Entry>, seen: BTreeMap<Box<str>, Span>, key: Option<(Box<str>, Span)> },
}

struct Reader {
    file: FileId,
    /// Where the text of the parser begins within the file.
    base: usize,
    repeated: usize,
    documents: Vec<Node>,
}

impl Reader {
    /// Reads a document, and those behind it that no `---` begins.
    fn run(&mut self, text: &str, sink: &mut Sink) -> Result<Ended, Broken> {
        let options = options! { flow_nesting_limit: DEEPEST, block_nesting_limit: DEEPEST };
        let mut open: Vec<Open> = Vec::new();
        let mut anchors: BTreeMap<usize, Node> = BTreeMap::new();
        for next in Parser::new_from_str_with_options(text, options) {
            let (event, at) = next.map_err(|error| self.unreadable(&error))?;
            let (start, end) = self.range(&at);
            let span = Span::new(self.file, start, end);
            let (node, anchor) = match event {
                Event::Scalar(value, style, anchor, tag) => {
                    let value = scalar(&value, style, tag.as_deref());
                    (Node { span, value }, anchor)
                }
                Event::Alias(id) => (self.repeat(&anchors, id, span, open.len())?, 0),
                Event::SequenceStart(_, anchor, _) => {
                    Self::open(&mut open, Open { start, anchor, kind: Collection::List(Vec::new()) }, span)?;
                    continue;
                }
                Event::MappingStart(_, anchor, _) => {
                    let kind = Collection::Map { entries: Vec::new(), seen: BTreeMap::new(), key: None };
                    Self::open(&mut open, Open { start, anchor, kind }, span)?;
                    continue;
                }
                Event::SequenceEnd | Event::MappingEnd => {
                    let Some(closed) = open.pop() else { continue };
                    let span = Span::new(self.file, closed.start, end);
                    let value = match closed.kind {
                        Collection::List(items) => Value::List(items),
                        Collection::Map { entries, .. } => Value::Map(merged(entries)),
                    };
                    (Node { span, value }, closed.anchor)
                }
                Event::DocumentStart(..) => {
                    anchors.clear();
                    continue;
                }
                // a `...` is a part of the end, and what follows it needs no `---`
                Event::DocumentEnd
                    if start == end && start > self.base && text.get(start - self.base..).is_some_and(is_marked) =>
                {
                    return Ok(Ended::Document(start));
                }
                // other ends, comments and whatever the parser learns to tell are no values
                Event::StreamStart
                | Event::StreamEnd
                | Event::DocumentEnd
                | Event::Anchor(..)
                | Event::UnresolvedAlias(_)
                | _ => continue,
            };
            if anchor != 0 {
                anchors.insert(anchor, node.clone());
            }
            self.place(&mut open, node, sink);
        }
        Ok(Ended::Text)
    }

    /// Byte offsets in the file.
    fn range(&self, at: &ParserSpan) -> (usize, usize) {
        let range = at.byte_range().unwrap_or(0..0);
        (self.base + range.start, self.base + range.end)
    }

    fn unreadable(&self, error: &ScanError) -> Broken {
        let at = self.base + error.marker().byte_offset().unwrap_or(0);
        let reason = error.info();
        let place = Span::new(self.file, at, at);
        let diagnostic = if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
            too_deep(place)
        } else {
            let what = format!("this document cannot be read: {reason}");
            Diagnostic::new(&BVL1101, place, what)
                .here("what begins here is not whole")
                .note("nothing of the document is judged; those behind the next `---` are")
                .help("mend it here or in the lines that follow; in a chart it is most often a template whose lines lack `indent` or `nindent`")
        };
        Broken { at, diagnostic }
    }

    fn open(open: &mut Vec<Open>, new: Open, span: Span) -> Result<(), Broken> {
        if open.len() >= DEEPEST {
            return Err(Broken { at: new.start, diagnostic: too_deep(span) });
        }
        open.push(new);
        Ok(())
    }

    /// What an alias stands for.
    fn repeat(&mut self, anchors: &BTreeMap<usize, Node>, id: usize, span: Span, depth: usize) -> Result<Node, Broken> {
        let broken = |diagnostic| Broken { at: span.range().end, diagnostic };
        let Some(node) = anchors.get(&id) else {
            let diagnostic = Diagnostic::new(&BVL1101, span, "this alias stands within the value that it repeats");
            return Err(broken(diagnostic.here("it would never end")));
        };
        let (size, height) = measure(node);
        self.repeated += size;
        if self.repeated > MOST_REPEATED {
            let diagnostic =
                Diagnostic::new(&BVL1102, span, "the aliases of this file repeat more than 100,000 values")
                    .here("this one is above the limit")
                    .note("a value counts each time that an alias repeats it, and no more than 100,000 are read: aliases of aliases grow beyond any memory")
                    .help("use fewer aliases of aliases, or do not hand this file to `bvlc verify`");
            return Err(broken(diagnostic));
        }
        if depth + height > DEEPEST {
            return Err(broken(too_deep(span)));
        }
        Ok(node.clone())
    }

    /// Puts a value where it belongs.
    fn place(&mut self, open: &mut [Open], node: Node, sink: &mut Sink) {
        match open.last_mut().map(|open| &mut open.kind) {
            None => self.documents.push(node),
            Some(Collection::List(items)) => items.push(node),
            Some(Collection::Map { entries, seen, key }) => match key.take() {
                None => *key = Some((key_text(&node.value), node.span)),
                Some((name, span)) => {
                    if let Some(first) = seen.get(&name).filter(|_| *name != *"<<") {
                        sink.report(twice(&name, span, *first));
                        entries.retain(|entry| entry.key != name);
                    } else {
                        seen.insert(name.clone(), span);
                    }
                    entries.push(Entry { key: name, key_span: span, value: node });
                }
            },
        }
    }
}

/// Whether a document begins here.
fn is_marked(text: &str) -> bool {
    text.starts_with("---")
}

fn twice(name: &str, span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(&BVL1103, span, format!("the key `{name}` stands twice in one map"))
        .here("this one counts for most readers")
        .label(first, "this one is dropped")
        .note("`kubectl apply` refuses the object; other tools keep the last one without a word")
        .help("keep one of them")
}

fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::new(&BVL1102, span, format!("this document nests deeper than {DEEPEST} values"))
        .here("here it is too deep")
        .note(format!("no document is read below {DEEPEST}; the deepest field of Kubernetes' own kinds lies at 16"))
        .help("leave the file out")
}

/// Quotes and tags decide before looks do.
fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Value {
    let tag = tag.filter(|tag| tag.is_yaml_core_schema()).map(Tag::suffix);
    let is_text = tag.map_or(style != ScalarStyle::Plain, |tag| tag == "str");
    if is_text { Value::Text(text.into()) } else { plain(text) }
}

/// JSON has texts alone as keys: a number or a boolean becomes the text of it, as `sigs.k8s.io/yaml` does.
pub(super) fn key_text(value: &Value) -> Box<str> {
    match value {
        Value::Null => "null".into(),
        Value::Bool(truth) => truth.to_string().into(),
        Value::Integer(number) => number.to_string().into(),
        Value::Natural(number) => number.to_string().into(),
        Value::Float(number) => number.to_string().into(),
        Value::Text(text) => text.clone(),
        Value::List(_) | Value::Map(_) => "".into(),
    }
}

/// The entries with `<<` replaced by what it merges in, behind what the map itself says.
fn merged(mut entries: Vec<Entry>) -> Vec<Entry> {
    if !entries.iter().any(|entry| *entry.key == *"<<") {
        return entries;
    }
    let merges: Vec<Entry> = entries.extract_if(.., |entry| *entry.key == *"<<").collect();
    let mut known: std::collections::BTreeSet<Box<str>> = entries.iter().map(|entry| entry.key.clone()).collect();
    let mut take = |value: Value| {
        if let Value::Map(merged) = value {
            entries.extend(merged.into_iter().filter(|entry| known.insert(entry.key.clone())));
        }
    };
    for merge in merges {
        if let Value::List(items) = merge.value.value {
            for item in items {
                take(item.value);
            }
        } else {
            take(merge.value.value);
        }
    }
    entries
}

/// How many values a value holds, itself counted, and how many lie one in the other.
fn measure(node: &Node) -> (usize, usize) {
    let inner: Vec<(usize, usize)> = match &node.value {
        Value::List(items) => items.iter().map(measure).collect(),
        Value::Map(entries) => entries.iter().map(|entry| measure(&entry.value)).collect(),
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Natural(_) | Value::Float(_) | Value::Text(_) => {
            return (1, 0);
        }
    };
    let size = inner.iter().fold(1_usize, |sum, (size, _)| sum.saturating_add(*size));
    (size, 1 + inner.iter().map(|(_, height)| *height).max().unwrap_or(0))
}
