//! The objects of one file: documents taken apart, lists opened, known kinds typed.

use rayon::prelude::*;

use super::codes::{BVL1101, BVL1104};
use super::decode::{Misfit, Source, Strays};
use super::parse::documents;
use super::stray;
use super::tree::{Entry, Node, Value};
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
    /// The namespace that it states, if it states one.
    pub namespace: Option<String>,
    /// Its name; `?` where it states none.
    pub name: String,
    /// Where it stands.
    pub span: Span,
}

/// How the kinds end whose objects say what may pass: `CiliumNetworkPolicy`, `GlobalNetworkPolicy`, `AdminNetworkPolicy`.
const POLICY: &str = "NetworkPolicy";

impl Note {
    /// Whether it says what may pass, in words that are not read here.
    pub fn is_policy(&self) -> bool {
        self.kind.ends_with(POLICY)
    }

    /// Whether it is an object, as far as its kind and name say.
    pub fn is_object(&self) -> bool {
        !self.kind.is_empty() && self.name != "?"
    }

    /// What it is called: `CiliumNetworkPolicy shop/web`.
    pub fn title(&self) -> String {
        let home = self.namespace.as_ref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
        format!("{} {home}{}", self.kind, self.name)
    }
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
    /// Those that do not fit their types, each with its tree.
    pub misfits: Vec<(Note, Node)>,
    /// What could not be read.
    pub sink: Sink,
}

/// Reads all documents of a file: YAML or JSON, any number of documents, lists of objects opened.
pub fn read(file: FileId, text: &str) -> Stream {
    let mut stream = Stream::default();
    let mut waiting: Vec<Node> = documents(file, text, &mut stream.sink);
    waiting.reverse();
    let mut trees = Vec::with_capacity(waiting.len());
    while let Some(document) = waiting.pop() {
        match opened(document) {
            Ok(items) => waiting.extend(items.into_iter().rev()),
            Err(tree) if tree.value == Value::Null => {}
            Err(tree) => trees.push(tree),
        }
    }
    let typed: Vec<Typed> = trees.into_par_iter().map(Typed::of).collect();
    for typed in typed {
        match typed {
            Typed::Known(manifest, strays) => {
                stream.manifests.push(*manifest);
                for stray in strays {
                    stream.sink.report(stray);
                }
            }
            Typed::Unknown(note, tree) => {
                stream.unknown.push(note);
                stream.untyped.push(tree);
            }
            Typed::Misfitting(diagnostic, note, tree) => {
                stream.sink.report(*diagnostic);
                stream.misfits.push((note, tree));
            }
        }
    }
    stream
}

/// The items of a list of objects; a document that is none as it is. Those of a typed list (`PodList`) state neither kind nor
/// version, as the API server sends them: they have those of the list.
fn opened(mut document: Node) -> Result<Vec<Node>, Node> {
    let kind = document.entry("kind").filter(|entry| entry.value.text().is_some_and(|kind| kind.ends_with("List")));
    let Some(kind) = kind.cloned() else { return Err(document) };
    let version = document.entry("apiVersion").cloned();
    let Value::Map(entries) = &mut document.value else { return Err(document) };
    let items = entries.iter_mut().find(|entry| *entry.key == *"items");
    let mut items = match items.map(|entry| &mut entry.value.value) {
        Some(Value::List(items)) => std::mem::take(items),
        _ => return Err(document),
    };
    let of_items = kind.value.text().and_then(|kind| kind.strip_suffix("List")).filter(|kind| !kind.is_empty());
    if let Some(of_items) = of_items {
        let value = Node { span: kind.value.span, value: Value::Text(of_items.into()) };
        let kind = Entry { value, ..kind.clone() };
        for item in &mut items {
            let Value::Map(entries) = &mut item.value else { continue };
            for stated in [Some(&kind), version.as_ref()].into_iter().flatten() {
                if entries.iter().all(|entry| entry.key != stated.key) {
                    entries.push(stated.clone());
                }
            }
        }
    }
    Ok(items)
}

/// What a tree is.
enum Typed {
    /// And the fields that it has not.
    Known(Box<Manifest>, Vec<Diagnostic>),
    Unknown(Note, Node),
    Misfitting(Box<Diagnostic>, Note, Node),
}

/// The fault of a file that is no text.
pub fn not_utf8(span: Span) -> Diagnostic {
    Diagnostic::new(&BVL1101, span, "this file is no UTF-8")
        .here("these bytes are no character")
        .note("YAML is read as UTF-8 by kubectl and by the API server")
        .help("store the file as UTF-8")
}

impl Typed {
    fn of(tree: Node) -> Self {
        let text = |key: &str| tree.get(key).and_then(Node::text).unwrap_or_default();
        let (api_version, kind) = (text("apiVersion"), text("kind"));
        let strays = Strays::default();
        match Given::decode(api_version, kind, Source::of(&tree, &strays)) {
            None => Self::Unknown(note(&tree), tree),
            Some(Ok(object)) => {
                let strays = stray::told(&strays.into_inner(), &tree);
                Self::Known(Box::new(Manifest { object, tree }), strays)
            }
            Some(Err(misfit)) => Self::Misfitting(Box::new(misfitting(&misfit, kind, &tree)), note(&tree), tree),
        }
    }
}

/// What an object is, whatever its fields are.
fn note(tree: &Node) -> Note {
    let text = |key: &str| tree.get(key).and_then(Node::text).unwrap_or_default();
    let namespace = tree.get("metadata").and_then(|metadata| metadata.get("namespace")).and_then(Node::text);
    Note {
        api_version: text("apiVersion").to_owned(),
        kind: text("kind").to_owned(),
        namespace: namespace.map(str::to_owned),
        name: tree.name().to_owned(),
        span: tree.place(&FieldPath::default()),
    }
}

fn misfitting(misfit: &Misfit, kind: &str, tree: &Node) -> Diagnostic {
    let name = tree.name();
    let path = misfit.path.join(".").replace(".[", "[");
    let span = misfit.span.unwrap_or(tree.span);
    Diagnostic::new(&BVL1104, span, format!("{kind} {name}: `{path}` is {}", misfit.reason))
        .here("not of the type of this field")
        .note("the API server refuses the object; it is left out of everything else that is judged here")
        .help("put it in quotes if it is meant as text (`| quote` in a chart), or write a value of the type that belongs here")
}
