//! Files of others as the objects of one cluster, every field with its place.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::diagnostic::{Diagnostic, Sink};
use crate::manifest::codes::BVL1105;
use crate::manifest::{self, Manifest, Node, Note, Value};
use crate::object::{FieldPath, Given};
use crate::source::{FileId, SourceFile, SourceMap, Span};
use crate::verify::cluster::LeftOut;
use crate::verify::finding::Place;

/// What was read.
#[derive(Debug, Default)]
pub struct Objects {
    /// The objects that can be judged, in the order of the files.
    pub objects: Vec<Given>,
    /// Where the fields of each stand.
    trees: Vec<Node>,
    /// What was left alone.
    pub unknown: Vec<Note>,
    /// What does not fit its types.
    pub left_out: Vec<LeftOut>,
    /// What could not be read.
    pub broken: Vec<Diagnostic>,
    /// Where the keys stand that no type has.
    strays: BTreeSet<Span>,
}

/// Reads files. One that cannot be read does not hide the others.
pub fn read(sources: &SourceMap, files: &[FileId]) -> Objects {
    let read = |id: &FileId| manifest::read(*id, sources.get(*id).map_or("", SourceFile::text));
    let streams: Vec<manifest::Stream> = files.par_iter().map(read).collect();
    let (mut all, mut sink) = (Objects::default(), Sink::default());
    for stream in streams {
        sink.absorb(stream.sink);
        all.unknown.extend(stream.unknown);
        all.left_out.extend(stream.misfits.iter().map(|(note, tree)| left_out(note, tree)));
        for Manifest { object, tree } in stream.manifests {
            all.objects.push(object);
            all.trees.push(tree);
        }
    }
    all.broken = sink.finish();
    let strays = all.broken.iter().filter(|found| found.code == &BVL1105);
    all.strays = strays.filter_map(Diagnostic::span).collect();
    all
}

/// What is known of an object that does not fit its types.
fn left_out(note: &Note, tree: &Node) -> LeftOut {
    let at = |path: &'static str| tree.at(&FieldPath::of(path));
    let paths = ["spec.template.metadata.labels", "spec.jobTemplate.spec.template.metadata.labels"];
    let stated = if note.kind == "Pod" { at("metadata.labels") } else { paths.into_iter().find_map(at) };
    let labels = match stated.map(|node| &node.value) {
        Some(Value::Map(entries)) => {
            entries.iter().map(|entry| Some((entry.key.to_string(), entry.value.text()?.to_owned()))).collect()
        }
        _ => None,
    };
    LeftOut { kind: note.kind.clone(), namespace: note.namespace.clone(), name: note.name.clone(), labels }
}

impl Objects {
    /// Where a field stands; `None` for an object that is not among them.
    pub fn place(&self, place: &Place) -> Option<Span> {
        Some(self.trees.get(place.object)?.place(&place.path))
    }

    /// Whether a field is there that its type does not have, right at that place: what is found there besides comes of it.
    pub(super) fn is_astray(&self, place: &Place) -> bool {
        let node = self.trees.get(place.object).and_then(|tree| tree.at(&place.path));
        let Some(Value::Map(entries)) = node.map(|node| &node.value) else { return false };
        entries.iter().any(|entry| self.strays.contains(&entry.key_span))
    }

    /// The policies of kinds that are not read: what they let pass, or deny, is in no answer.
    pub fn unread(&self) -> impl Iterator<Item = &Note> {
        self.unknown.iter().filter(|note| note.is_policy())
    }

    /// Where an object stands.
    pub fn whole(&self, object: usize) -> Option<Span> {
        self.place(&Place::new(object, FieldPath::default()))
    }
}
