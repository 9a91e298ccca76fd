//! A YAML document as a tree: every value and every key with its place.

use crate::object::{FieldPath, Step};
use crate::source::Span;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where it stands; of a value that an alias repeats, where the anchor stands.
    pub span: Span,
    /// What it is.
    pub value: Value,
}

/// What a value is, as `kubectl` reads it.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`, `~`, or nothing.
    Null,
    /// `true`, `yes`, `on`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A whole number above those.
    Natural(u64),
    /// A number with a fraction.
    Float(f64),
    /// A text.
    Text(Box<str>),
    /// A list.
    List(Vec<Node>),
    /// A map in the order in which it is written.
    Map(Vec<Entry>),
}

/// A key of a map and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: Box<str>,
    /// Where the key stands.
    pub key_span: Span,
    /// Its value.
    pub value: Node,
}

impl Value {
    /// What it is called in messages.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Integer(_) | Self::Natural(_) => "a whole number",
            Self::Float(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
        }
    }
}

impl Node {
    /// The entry of a map.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        let Value::Map(entries) = &self.value else { return None };
        entries.iter().find(|entry| *entry.key == *key)
    }

    /// The value of a key of a map.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The text, where it is one.
    pub fn text(&self) -> Option<&str> {
        if let Value::Text(text) = &self.value { Some(text) } else { None }
    }

    /// The name of an object; `?` where it states none.
    pub fn name(&self) -> &str {
        self.get("metadata").and_then(|metadata| metadata.get("name")).and_then(Self::text).unwrap_or("?")
    }

    /// The value of a field; `None` where it is not written.
    pub fn at(&self, path: &FieldPath) -> Option<&Self> {
        path.steps().iter().try_fold(self, |node, step| match step {
            Step::Field(name) => node.get(name),
            Step::Key(key) => node.get(key),
            Step::Index(index) => {
                let Value::List(items) = &node.value else { return None };
                items.get(*index)
            }
        })
    }

    /// Where a field is written: its key and what stands beside it on that line. Where it is not written, the place of
    /// the innermost thing around it that is.
    pub fn place(&self, path: &FieldPath) -> Span {
        let mut node = self;
        let mut place = self.start();
        for step in path.steps() {
            match step {
                Step::Field(name) => {
                    let Some(entry) = node.entry(name) else { return place };
                    (place, node) = (entry.place(), &entry.value);
                }
                Step::Key(key) => {
                    let Some(entry) = node.entry(key) else { return place };
                    (place, node) = (entry.place(), &entry.value);
                }
                Step::Index(index) => {
                    let Value::List(items) = &node.value else { return place };
                    let Some(item) = items.get(*index) else { return place };
                    (place, node) = (item.start(), item);
                }
            }
        }
        place
    }

    /// What stands first in it: a whole scalar, the first entry of a map or list.
    fn start(&self) -> Span {
        match &self.value {
            Value::List(items) => items.first().map_or(self.span, Self::start),
            // the entry that says what it is about, where there is one
            Value::Map(entries) => {
                let named = entries.iter().find(|entry| *entry.key == *"kind" || *entry.key == *"name");
                named.or(entries.first()).map_or(self.span, Entry::place)
            }
            Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Natural(_) | Value::Float(_) | Value::Text(_) => {
                self.span
            }
        }
    }
}

impl Entry {
    /// Key and value where the value is a scalar that stands behind its key; else the key.
    fn place(&self) -> Span {
        match &self.value.value {
            Value::Bool(_) | Value::Integer(_) | Value::Natural(_) | Value::Float(_) | Value::Text(_)
                if self.key_span.end <= self.value.span.start =>
            {
                self.key_span.to(self.value.span)
            }
            Value::Null
            | Value::List(_)
            | Value::Map(_)
            | Value::Bool(_)
            | Value::Integer(_)
            | Value::Natural(_)
            | Value::Float(_)
            | Value::Text(_) => self.key_span,
        }
    }
}
