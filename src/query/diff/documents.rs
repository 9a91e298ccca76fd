//! The documents of files, each under a key that names it on both sides.
//!
//! Invariant: no document is lost for want of a name: what the API server is to name has its prefix, what is no object has
//! the place of its file; what is stated twice is told.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use super::side::{CHART, Item, Key, clean, group, modern, undigested, value};
use crate::manifest::Node;
use crate::object::FieldPath;
use crate::source::{FileId, SourceFile, SourceMap, Span};

/// The folder beside objects in which `build` writes values of charts.
const VALUES: &str = "values";

/// What was met so far.
pub(super) struct Documents<'s> {
    sources: &'s SourceMap,
    /// The folder that all files are in.
    root: &'s Path,
    is_one_file: bool,
    objects: BTreeMap<Key, Item>,
    replaced: Vec<(Key, Span)>,
    /// The namespaces of the objects in each folder.
    homes: BTreeMap<&'s Path, BTreeSet<String>>,
    /// What is no object, by its file.
    others: Vec<(FileId, Node)>,
}

impl<'s> Documents<'s> {
    /// Nothing of these files yet.
    pub(super) fn of(sources: &'s SourceMap, files: &[FileId]) -> Self {
        let mut folders = files.iter().filter_map(|file| folder(sources, *file));
        let mut root = folders.next().unwrap_or(Path::new(""));
        for folder in folders {
            while !folder.starts_with(root) {
                let Some(above) = root.parent() else { break };
                root = above;
            }
        }
        Self {
            sources,
            root,
            is_one_file: files.len() == 1,
            objects: BTreeMap::new(),
            replaced: Vec::new(),
            homes: BTreeMap::new(),
            others: Vec::new(),
        }
    }

    /// Adds an object; in `namespace`, where what it states is not it.
    pub(super) fn insert(&mut self, file: FileId, node: Node, namespace: Option<&str>) -> Key {
        let mut tree = value(&node);
        let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        let metadata = tree.get("metadata");
        let stated = |field: &str| text(metadata.and_then(|metadata| metadata.get(field)));
        let (name, prefix) = (stated("name"), stated("generateName"));
        let mut key = Key {
            namespace: namespace.map_or_else(|| stated("namespace"), str::to_owned),
            name,
            kind: text(tree.get("kind")),
            group: group(&text(tree.get("apiVersion"))).to_owned(),
        };
        modern(&mut tree);
        clean(&mut tree);
        key.name = undigested(&mut tree).unwrap_or(key.name);
        if key.name.is_empty() {
            let is_free = |name: &String| !self.objects.contains_key(&Key { name: name.clone(), ..key.clone() });
            // each is made anew under a name of its own
            let mut names = std::iter::once(format!("{prefix}*")).chain((2..).map(|at| format!("{prefix}* {at}")));
            key.name = names.find(is_free).unwrap_or_default();
        }
        if let Some(folder) = folder(self.sources, file) {
            self.homes.entry(folder).or_default().insert(key.home().to_owned());
        }
        let item = Item { json: tree.to_string().into(), written: Some(node) };
        if let Some(before) = self.objects.insert(key.clone(), item).and_then(|item| item.written) {
            self.replaced.push((key.clone(), before.place(&FieldPath::default())));
        }
        key
    }

    /// Adds what is no object.
    pub(super) fn set_aside(&mut self, file: FileId, node: Node) {
        self.others.push((file, node));
    }

    /// Everything by its key, and what was replaced.
    pub(super) fn finish(mut self) -> (BTreeMap<Key, Item>, Vec<(Key, Span)>) {
        let mut counts: BTreeMap<FileId, usize> = BTreeMap::new();
        for (file, node) in std::mem::take(&mut self.others) {
            let count = counts.entry(file).or_default();
            *count += 1;
            let key = self.key_of(file, *count);
            let mut tree = value(&node);
            clean(&mut tree);
            self.objects.insert(key, Item { json: tree.to_string().into(), written: Some(node) });
        }
        (self.objects, self.replaced)
    }

    /// The key of the n-th document of a file that is no object: of what `build` writes as values for a chart that of a
    /// platform's own values, else where it stands.
    fn key_of(&self, file: FileId, n: usize) -> Key {
        let path = self.sources.get(file).map_or(Path::new(""), |file| Path::new(file.path()));
        if let Some(home) = self.home_of_values(path).filter(|_| n == 1) {
            let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
            return Key { namespace: home.to_owned(), name, kind: CHART.to_owned(), group: String::new() };
        }
        let place = path.strip_prefix(self.root).unwrap_or(path).to_string_lossy().replace('\\', "/");
        let name = match (self.is_one_file, n) {
            (true, _) => n.to_string(),
            (false, 1) => place,
            (false, _) => format!("{place} {n}"),
        };
        Key { namespace: String::new(), name, kind: String::new(), group: String::new() }
    }

    /// The namespace of the objects beside the folder of values that a file is in.
    fn home_of_values(&self, path: &Path) -> Option<&str> {
        let folder = path.parent().filter(|folder| folder.file_name().is_some_and(|name| name == VALUES))?;
        let homes = self.homes.get(folder.parent()?)?;
        let mut homes = homes.iter().filter(|home| !home.is_empty());
        homes.next().filter(|_| homes.next().is_none()).map(String::as_str)
    }
}

fn folder(sources: &SourceMap, file: FileId) -> Option<&Path> {
    sources.get(file).map(SourceFile::path).and_then(|path| Path::new(path).parent())
}
