//! Where each object goes: a folder an environment, a file an object; or all of them in one stream.
//!
//! Invariants: no two objects of one namespace get one path, whatever they are called; a path follows from its object
//! alone and leads nowhere but below its folder. A stream is in the order in which it can be applied.

use rayon::prelude::*;

use super::{WriteError, json, yaml};
use crate::compile::Proven;
use crate::object::{Kind, Object, ObjectRef};

/// The form of the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// YAML that every reader of Kubernetes manifests reads alike.
    #[default]
    Yaml,
    /// JSON.
    Json,
}

impl Format {
    /// The ending of file names, without its dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Yaml => "yaml",
            Self::Json => "json",
        }
    }

    fn document(self, object: &Object) -> Result<String, WriteError> {
        match self {
            Self::Yaml => yaml::document(object),
            Self::Json => json::document(object),
        }
    }
}

/// One file, ready to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputFile {
    /// Where, below the folder of all output, with `/` between folders.
    pub path: String,
    /// What.
    pub bytes: Vec<u8>,
}

/// The objects of one environment as files, each one of its own, as many at a time as are given. An object is gone as
/// soon as its bytes are there.
#[derive(Debug)]
pub struct Files<I> {
    folder: String,
    format: Format,
    batches: I,
}

/// The objects of one environment, no two with the same reference, as files in its folder.
pub fn files<I: IntoIterator<Item = Vec<Object>>>(folder: &str, batches: I, format: Format) -> Files<I::IntoIter> {
    Files { folder: folder.to_owned(), format, batches: batches.into_iter() }
}

impl<I: Iterator<Item = Vec<Object>>> Iterator for Files<I> {
    /// Some files, sorted by path, or the first object that its writer refuses.
    type Item = Result<Vec<OutputFile>, WriteError>;

    fn next(&mut self) -> Option<Self::Item> {
        let objects = self.batches.next()?;
        let (folder, format) = (&self.folder, self.format);
        let rivals = rivals();
        let path = |object: &Object| format!("{folder}/{}.{}", stem(&object.reference(), &rivals), format.extension());
        let mut places: Vec<(String, Object)> = objects.into_iter().map(|object| (path(&object), object)).collect();
        places.sort_by(|(a, _), (b, _)| a.cmp(b));
        let file = |(path, object): (String, Object)| {
            format.document(&object).map(|document| OutputFile { path, bytes: document.into_bytes() })
        };
        let files: Vec<_> = places.into_par_iter().map(file).collect();
        // of several errors the first by path is reported
        Some(files.into_iter().collect())
    }
}

/// Every object of every environment in one text, in the order in which it can be applied: all namespaces first, all
/// autoscalers last.
#[derive(Debug)]
pub struct Stream {
    format: Format,
    documents: Vec<(Place, String)>,
}

/// Where a document stands in a stream; see [`Object::apply_key`].
type Place = (i32, Option<Box<str>>, Kind, Box<str>);

impl Stream {
    /// A stream of no objects yet.
    pub fn new(format: Format) -> Self {
        Self { format, documents: Vec::new() }
    }

    /// Takes objects in, of any environment.
    ///
    /// # Errors
    /// When a writer refuses an object; see [`WriteError`].
    pub fn add(&mut self, objects: &[Object]) -> Result<(), WriteError> {
        let place = |object: &Object| {
            let (wave, namespace, kind, name) = object.apply_key();
            (wave, namespace.map(Box::from), kind, Box::from(name))
        };
        let documents: Vec<_> = objects
            .par_iter()
            .map(|object| self.format.document(object).map(|document| (place(object), document)))
            .collect();
        for document in documents {
            self.documents.push(document?);
        }
        Ok(())
    }

    /// The text, piece by piece, once what it holds is proven.
    pub fn pieces(self, _: &Proven) -> impl Iterator<Item = String> {
        self.texts()
    }

    /// The text, piece by piece.
    pub(super) fn texts(mut self) -> impl Iterator<Item = String> {
        self.documents.sort_by(|(a, _), (b, _)| a.cmp(b));
        let format = self.format;
        let head = (format == Format::Json).then(|| json::LIST_BEGINS.to_owned());
        let foot = (format == Format::Json).then(|| json::list_ends(self.documents.len()).to_owned());
        let documents = self.documents.into_iter().enumerate().map(move |(idx, (_, document))| match format {
            Format::Yaml if idx == 0 => document,
            Format::Yaml => format!("{}{document}", yaml::BETWEEN),
            Format::Json => json::list_member(&document, idx),
        });
        head.into_iter().chain(documents).chain(foot)
    }
}

/// The file name of an object, without its ending: `network-policy-web`. Where an object of another kind could come to
/// the same one (a Service `account-web` and a `ServiceAccount` `web`) it is called by its kind, namespace and name in
/// full. No name in Kubernetes has the `_` that parts these. Objects of one kind and name in two namespaces never share a
/// folder: an environment has one namespace.
pub(super) fn stem(object: &ObjectRef, rivals: &[(Kind, String)]) -> String {
    let ObjectRef { kind, namespace: _, name } = object;
    let is_ambiguous = rivals.iter().any(|(rival, start)| rival == kind && name.starts_with(start.as_str()));
    if is_ambiguous { full(object) } else { format!("{}-{}", kind.kebab(), escaped(name)) }
}

/// Kinds with what their objects' names begin with where another kind could claim their files: Service and `account-`.
pub(super) fn rivals() -> Vec<(Kind, String)> {
    let pairs = Kind::ALL.iter().flat_map(|kind| Kind::ALL.iter().map(move |other| (kind, other.kebab())));
    let rest = |kind: &Kind, other: &str| Some(format!("{}-", other.strip_prefix(kind.kebab())?.strip_prefix('-')?));
    pairs.filter_map(|(kind, other)| Some((*kind, rest(kind, other)?))).collect()
}

fn full(ObjectRef { kind, namespace, name }: &ObjectRef) -> String {
    let namespace = escaped(namespace.as_deref().unwrap_or_default());
    format!("{}__{namespace}__{}", kind.kebab(), escaped(name))
}

/// A name as part of a file name. Names that Kubernetes accepts are already fit (lower case letters, digits, `-` and
/// `.`); any other byte is written as `_` and two hexadecimal digits, so that no name can lead out of its folder.
pub(super) fn escaped(name: &str) -> String {
    let mut escaped = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.') {
            escaped.push(char::from(byte));
        } else {
            escaped.extend(['_', hexadecimal(byte >> 4), hexadecimal(byte & 0xf)]);
        }
    }
    escaped
}

fn hexadecimal(digit: u8) -> char {
    char::from_digit(u32::from(digit), 16).unwrap_or('0')
}

#[cfg(test)]
mod tests {
    use super::{Format, OutputFile, Stream, files};
    use crate::object::{ConfigMap, Deployment, Labels, Namespace, Object, Service, ServiceAccount, meta};

    /// An object of a kind, from `kind namespace/name` or `kind name`.
    fn object(spelled: &str) -> Object {
        let (kind, path) = spelled.split_once(' ').unwrap();
        let (namespace, name) = path.split_once('/').map_or((None, path), |(namespace, name)| (Some(namespace), name));
        let metadata = meta(name, namespace, Labels::new(), Labels::new());
        match kind {
            "Namespace" => Namespace { metadata, ..Default::default() }.into(),
            "Service" => Service { metadata, ..Default::default() }.into(),
            "ServiceAccount" => ServiceAccount { metadata, ..Default::default() }.into(),
            "ConfigMap" => ConfigMap { metadata, ..Default::default() }.into(),
            "Deployment" => Deployment { metadata, ..Default::default() }.into(),
            other => panic!("{other}"),
        }
    }

    fn objects(spelled: &[&str]) -> Vec<Object> {
        spelled.iter().map(|spelled| object(spelled)).collect()
    }

    fn paths(spelled: &[&str]) -> Vec<String> {
        rendered(objects(spelled), Format::Yaml).into_iter().map(|file| file.path).collect()
    }

    fn rendered(objects: Vec<Object>, format: Format) -> Vec<OutputFile> {
        files("prod", [objects], format).flat_map(Result::unwrap).collect()
    }

    fn streamed(environments: &[&[Object]], format: Format) -> String {
        let mut stream = Stream::new(format);
        for objects in environments {
            stream.add(objects).unwrap();
        }
        stream.texts().collect()
    }

    #[test]
    fn a_file_is_called_by_kind_and_name() {
        let spelled = ["ServiceAccount p/web", "Namespace p", "Deployment p/web", "Service p/web.v1"];
        let expected = [
            "prod/deployment-web.yaml",
            "prod/namespace-p.yaml",
            "prod/service-account-web.yaml",
            "prod/service-web.v1.yaml",
        ];
        assert_eq!(paths(&spelled), expected);
    }

    #[test]
    fn an_object_whose_name_another_kind_could_claim_is_called_in_full() {
        assert_eq!(
            paths(&["Service p/account-web", "ServiceAccount p/web", "Service p/accounts", "Service p/account"]),
            [
                "prod/service-account-web.yaml",
                "prod/service-account.yaml",
                "prod/service-accounts.yaml",
                "prod/service__p__account-web.yaml",
            ]
        );
    }

    #[test]
    fn no_name_leads_out_of_its_folder() {
        assert_eq!(
            paths(&["ConfigMap a/../../x", "ConfigMap a/X_\\é"]),
            ["prod/config-map-.._2f.._2fx.yaml", "prod/config-map-_58_5f_5c_c3_a9.yaml"]
        );
    }

    #[test]
    fn files_do_not_depend_on_the_order_of_objects() {
        let mut given = objects(&["Namespace p", "Service p/account-web", "ServiceAccount p/web", "Deployment p/web"]);
        for format in [Format::Yaml, Format::Json] {
            let forward = rendered(given.clone(), format);
            assert!(forward.is_sorted_by_key(|OutputFile { path, .. }| path));
            assert!(forward.iter().all(|file| file.path.ends_with(format.extension())));
            assert_eq!(forward.len(), 4);
            given.reverse();
            assert_eq!(rendered(given.clone(), format), forward);
        }
    }

    #[test]
    fn files_come_as_their_objects_do() {
        let batches = [objects(&["Service p/b", "Service p/a"]), Vec::new(), objects(&["Namespace p"])];
        let sizes: Vec<usize> = files("prod", batches, Format::Yaml).map(|batch| batch.unwrap().len()).collect();
        assert_eq!(sizes, [2, 0, 1]);
    }

    #[test]
    fn a_stream_can_be_applied_from_top_to_bottom() {
        let (prod, dev) = (objects(&["Deployment p/web", "Namespace p"]), objects(&["Service d/web", "Namespace d"]));
        let all = [prod.as_slice(), dev.as_slice()];
        let text = streamed(&all, Format::Yaml);
        let head = |kind: &str, version: &str| format!("apiVersion: {version}\nkind: {kind}\nmetadata:\n  name: ");
        let expected = [
            format!("{}d\n", head("Namespace", "v1")),
            format!("{}p\n", head("Namespace", "v1")),
            format!("{}web\n  namespace: d\n", head("Service", "v1")),
            format!("{}web\n  namespace: p\n", head("Deployment", "apps/v1")),
        ];
        assert_eq!(text, expected.join("---\n"));
        let list: serde_json::Value = serde_json::from_str(&streamed(&all, Format::Json)).unwrap();
        let kinds: Vec<_> =
            list["items"].as_array().unwrap().iter().map(|item| item["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["Namespace", "Namespace", "Service", "Deployment"]);
    }
}
