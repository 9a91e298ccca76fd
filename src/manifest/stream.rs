//! The objects of one file: documents taken apart, lists opened, known kinds typed.

use super::codes::{BVL1101, BVL1104};
use super::decode::{Misfit, Source};
use super::parse::documents;
use super::tree::{Node, Value};
use crate::diagnostic::{Diagnostic, Sink};
use crate::object::{FieldPath, Given};
use crate::source::{FileId, Span};

/// One object, typed, and the tree that it was read from.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// What it is.
    pub object: Given,
    /// Where its fields stand.
    pub tree: Node,
}

/// An object of a kind that is not judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// `monitoring.coreos.com/v1`, empty where it states none.
    pub api_version: String,
    /// `ServiceMonitor`, empty where it states none.
    pub kind: String,
    /// Where it stands.
    pub span: Span,
}

/// What a file holds.
#[derive(Debug, Default)]
pub struct Stream {
    /// The objects that can be judged.
    pub manifests: Vec<Manifest>,
    /// The others, left alone.
    pub unknown: Vec<Note>,
    /// The trees of the others, in the same order.
    pub untyped: Vec<Node>,
    /// What could not be read.
    pub sink: Sink,
}

/// Reads all documents of a file: YAML or JSON, any number of documents, lists of objects opened.
pub fn read(file: FileId, text: &str) -> Stream {
    let mut stream = Stream::default();
    let mut waiting: Vec<Node> = documents(file, text, &mut stream.sink);
    waiting.reverse();
    while let Some(document) = waiting.pop() {
        let kind = document.get("kind").and_then(Node::text).unwrap_or_default();
        let is_list = kind.ends_with("List");
        match document.entry("items").map(|entry| &entry.value.value) {
            Some(Value::List(items)) if is_list => waiting.extend(items.iter().rev().cloned()),
            _ => stream.take(document),
        }
    }
    stream
}

/// The fault of a file that is no text.
pub fn not_utf8(span: Span) -> Diagnostic {
    Diagnostic::new(&BVL1101, span, "this file is no UTF-8")
        .here("these bytes are no character")
        .note("YAML is read as UTF-8 by kubectl and by the API server")
        .help("store the file as UTF-8")
}

impl Stream {
    fn take(&mut self, tree: Node) {
        if tree.value == Value::Null {
            return;
        }
        let text = |key: &str| tree.get(key).and_then(Node::text).unwrap_or_default().to_owned();
        let (api_version, kind) = (text("apiVersion"), text("kind"));
        match Given::decode(&api_version, &kind, Source(&tree)) {
            None => {
                let span = tree.place(&FieldPath::default());
                self.unknown.push(Note { api_version, kind, span });
                self.untyped.push(tree);
            }
            Some(Ok(object)) => self.manifests.push(Manifest { object, tree }),
            Some(Err(misfit)) => self.sink.report(misfitting(&misfit, &kind, &tree)),
        }
    }
}

fn misfitting(misfit: &Misfit, kind: &str, tree: &Node) -> Diagnostic {
    let name = tree.get("metadata").and_then(|metadata| metadata.get("name")).and_then(Node::text).unwrap_or("?");
    let path = misfit.path.join(".").replace(".[", "[");
    let span = misfit.span.unwrap_or(tree.span);
    Diagnostic::new(&BVL1104, span, format!("{kind} {name}: `{path}` is {}", misfit.reason))
        .here("not of the type of this field")
        .note("the API server refuses the object; it is left out of everything else that is judged here")
        .help("put it in quotes if it is meant as text (`| quote` in a chart), or write a value of the type that belongs here")
}
