//! Where each object goes: a folder an environment, a file an object; or all of them in one stream.
//!
//! Invariants: no two objects get one path, whatever they are called; a path leads nowhere but below its folder; the
//! path of an object changes only when another object comes to claim the same one. Files are sorted by path; a stream
//! is in the order in which it can be applied.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::{WriteError, json, yaml};
use crate::compile::Proven;
use crate::object::{Object, ObjectRef};

/// What becomes of one environment.
#[derive(Debug, Clone, Copy)]
struct EnvironmentOutput<'a> {
    /// The folder that its files go to; unlike that of any other environment.
    folder: &'a str,
    /// Its objects, no two with the same reference.
    objects: &'a [Object],
}

/// The environments of what was proven.
fn environments(proven: &Proven) -> Vec<EnvironmentOutput<'_>> {
    let environments = proven.manifests().environments.iter();
    environments.map(|built| EnvironmentOutput { folder: &built.folder, objects: &built.objects }).collect()
}

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

/// Every object as a file of its own, sorted by path.
///
/// # Errors
/// When a writer refuses an object; see [`WriteError`].
pub fn files(proven: &Proven, format: Format) -> Result<Vec<OutputFile>, WriteError> {
    files_of(&environments(proven), format)
}

fn files_of(environments: &[EnvironmentOutput<'_>], format: Format) -> Result<Vec<OutputFile>, WriteError> {
    let mut places: Vec<(String, &Object)> = environments
        .iter()
        .flat_map(|environment| {
            let stems = stems(environment.objects);
            let path = move |stem| format!("{}/{stem}.{}", environment.folder, format.extension());
            stems.into_iter().map(path).zip(environment.objects)
        })
        .collect();
    places.sort_by(|(a, _), (b, _)| a.cmp(b));
    let objects: Vec<&Object> = places.iter().map(|&(_, object)| object).collect();
    let documents = documents(&objects, format)?;
    let file = |((path, _), document): (_, String)| OutputFile { path, bytes: document.into_bytes() };
    Ok(places.into_iter().zip(documents).map(file).collect())
}

/// Every object of every environment in one text, in the order in which it can be applied: all namespaces first, all
/// autoscalers last.
///
/// # Errors
/// When a writer refuses an object; see [`WriteError`].
pub fn stream(proven: &Proven, format: Format) -> Result<String, WriteError> {
    stream_of(&environments(proven), format)
}

fn stream_of(environments: &[EnvironmentOutput<'_>], format: Format) -> Result<String, WriteError> {
    let mut objects: Vec<&Object> = environments.iter().flat_map(|environment| environment.objects).collect();
    objects.sort_by(|a, b| a.apply_key().cmp(&b.apply_key()));
    let documents = documents(&objects, format)?;
    Ok(match format {
        Format::Yaml => yaml::stream(&documents),
        Format::Json => json::list(&documents),
    })
}

/// The documents, on all threads, in the order of the objects. Of several errors the first in that order is reported.
fn documents(objects: &[&Object], format: Format) -> Result<Vec<String>, WriteError> {
    let documents: Vec<_> = objects.par_iter().map(|object| format.document(object)).collect();
    documents.into_iter().collect()
}

/// The file names of the objects of one folder, without their endings: `network-policy-web`. Where several objects
/// come to the same one (a Service `account-web` and a `ServiceAccount` `web`, or one name in two namespaces) each of
/// them is called by its kind, namespace and name in full. No name in Kubernetes has the `_` that parts these.
fn stems(objects: &[Object]) -> Vec<String> {
    let short = |object: &Object| format!("{}-{}", object.kind().kebab(), escaped(object.name()));
    let mut claims: BTreeMap<String, usize> = BTreeMap::new();
    for object in objects {
        *claims.entry(short(object)).or_default() += 1;
    }
    let stem = |object: &Object| {
        let short = short(object);
        if claims.get(&short).is_some_and(|&n_claims| n_claims > 1) { full(&object.reference()) } else { short }
    };
    objects.iter().map(stem).collect()
}

fn full(ObjectRef { kind, namespace, name }: &ObjectRef) -> String {
    let namespace = escaped(namespace.as_deref().unwrap_or_default());
    format!("{}__{namespace}__{}", kind.kebab(), escaped(name))
}

/// A name as part of a file name. Names that Kubernetes accepts are already fit (lower case letters, digits, `-` and
/// `.`); any other byte is written as `_` and two hexadecimal digits, so that no name can lead out of its folder.
fn escaped(name: &str) -> String {
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
    use super::{EnvironmentOutput, Format, OutputFile, files_of, stream_of};
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
        let objects = objects(spelled);
        let environment = EnvironmentOutput { folder: "prod", objects: &objects };
        files_of(&[environment], Format::Yaml).unwrap().into_iter().map(|file| file.path).collect()
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
    fn objects_that_claim_one_name_are_called_in_full() {
        assert_eq!(
            paths(&["Service p/account-web", "ServiceAccount p/web", "ServiceAccount p/api"]),
            ["prod/service-account-api.yaml", "prod/service-account__p__web.yaml", "prod/service__p__account-web.yaml",]
        );
        assert_eq!(
            paths(&["ConfigMap a/x", "ConfigMap b/x"]),
            ["prod/config-map__a__x.yaml", "prod/config-map__b__x.yaml"]
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
        let (other, empty) = (objects(&["Namespace q"]), Vec::new());
        let render = |given: &[Object], format| {
            let all = [("prod", given), ("dev", other.as_slice()), ("none", empty.as_slice())];
            files_of(&all.map(|(folder, objects)| EnvironmentOutput { folder, objects }), format).unwrap()
        };
        for format in [Format::Yaml, Format::Json] {
            let forward = render(&given, format);
            assert!(forward.is_sorted_by_key(|OutputFile { path, .. }| path));
            assert!(forward.iter().all(|file| file.path.ends_with(format.extension())));
            assert_eq!(forward.len(), 5);
            given.reverse();
            assert_eq!(render(&given, format), forward);
        }
    }

    #[test]
    fn a_stream_can_be_applied_from_top_to_bottom() {
        let (prod, dev) = (objects(&["Deployment p/web", "Namespace p"]), objects(&["Service d/web", "Namespace d"]));
        let all = [("prod", prod.as_slice()), ("dev", dev.as_slice())];
        let all = all.map(|(folder, objects)| EnvironmentOutput { folder, objects });
        let text = stream_of(&all, Format::Yaml).unwrap();
        let head = |kind: &str, version: &str| format!("apiVersion: {version}\nkind: {kind}\nmetadata:\n  name: ");
        let expected = [
            format!("{}d\n", head("Namespace", "v1")),
            format!("{}p\n", head("Namespace", "v1")),
            format!("{}web\n  namespace: d\n", head("Service", "v1")),
            format!("{}web\n  namespace: p\n", head("Deployment", "apps/v1")),
        ];
        assert_eq!(text, expected.join("---\n"));
        let list: serde_json::Value = serde_json::from_str(&stream_of(&all, Format::Json).unwrap()).unwrap();
        let kinds: Vec<_> =
            list["items"].as_array().unwrap().iter().map(|item| item["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["Namespace", "Namespace", "Service", "Deployment"]);
    }
}
