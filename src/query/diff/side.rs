//! One of the two things that are compared: a platform with what it emits, or manifests alone.
//!
//! Invariants: an object is there once, under its kind, namespace and name; what the API server alone writes (status, uids,
//! managed fields) is left out, and so are the objects that its controllers make by themselves; no object is left out for its kind.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Number, Value, json};

use super::documents::Documents;
use super::made::{self, Made};
use super::origin;
use crate::analyze::Checked;
use crate::compile::{Compilation, Disproof, Manifests, compile, compile_with_examples};
use crate::diagnostic::{Diagnostic, Sink};
use crate::emit::{self, ArgoCd};
use crate::manifest::{self, Manifest, Node};
use crate::model::environment::Instance;
use crate::model::{EndpointId, Job, Model, Workload};
use crate::object::argo_cd::{Resource, Spec};
use crate::object::{FieldPath, Given, Kind, Object};
use crate::query::defaults::Author;
use crate::source::{FileId, SourceFile, SourceMap, Span};
use crate::verify::cluster::Cluster;

/// What names an object: the group of its API, for two kinds may have one name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::query) struct Key {
    /// Its namespace; empty for what belongs to the cluster.
    pub(in crate::query) namespace: String,
    /// Its name.
    pub(in crate::query) name: String,
    /// Its kind.
    pub(in crate::query) kind: String,
    /// `apps`; empty for the core API.
    pub(in crate::query) group: String,
}

/// An object.
#[derive(Debug)]
pub(in crate::query) struct Item {
    /// It, as JSON: a platform's objects weigh many times as much as trees.
    pub(super) json: Box<str>,
    /// Where it is written, if it is.
    pub(super) written: Option<Node>,
}

impl Item {
    /// Who wrote it.
    pub(super) fn author(&self) -> Author {
        let metadata = self.written.as_ref().and_then(|tree| tree.get("metadata"));
        let has = |field: &str| metadata.is_some_and(|metadata| metadata.get(field).is_some());
        if has("uid") || has("resourceVersion") { Author::Cluster } else { Author::Manifest }
    }
}

/// What decides about traffic.
#[derive(Debug)]
pub(in crate::query) enum Evidence<'a> {
    /// A platform, and what of its objects says something about traffic.
    Platform(Checked<'a>, Box<Manifests>),
    /// Objects alone.
    Objects {
        /// All of them.
        objects: Vec<Given>,
        /// The namespace of those that state none.
        namespace: String,
    },
}

/// A platform or manifests.
#[derive(Debug)]
pub struct Side<'a> {
    /// Its files.
    pub sources: &'a SourceMap,
    pub(in crate::query) objects: BTreeMap<Key, Item>,
    /// The environment of each namespace, as the user names it.
    pub(in crate::query) environments: BTreeMap<String, String>,
    /// The declarations of parametrised environments that an example stands in for, by its namespace.
    pub(in crate::query) examples: BTreeMap<String, String>,
    /// The documents that are no objects: those without a `kind`, values of charts most often, and what tells kustomize.
    pub(in crate::query) strange: Vec<Span>,
    /// Objects that a later one of the same name replaces, as `kubectl apply` would.
    pub(in crate::query) replaced: Vec<(Key, Span)>,
    /// The policies of kinds that are not read.
    pub(in crate::query) unread: BTreeSet<Key>,
    /// What operators made of other objects, which is neither new nor gone.
    pub(in crate::query) by_operators: BTreeSet<Key>,
    /// The workloads of a platform by namespace and name.
    workloads: BTreeMap<(String, String), EndpointId>,
    pub(in crate::query) traffic: Evidence<'a>,
}

/// The annotation that says which declaration an object comes from.
const DECLARATION: &str = "bvl.dev/declaration";
/// The group of what Argo CD is told with.
const ARGO_CD: &str = "argoproj.io";
/// The kind under which values for a chart are compared.
pub(in crate::query) const CHART: &str = "ChartValues";

impl<'a> Side<'a> {
    /// A platform: what it emits for the environments that were asked for, proven.
    ///
    /// # Errors
    /// Where what is emitted does not do what the spec says, which is a mistake of bvlc.
    pub fn of_platform(checked: Checked<'a>) -> Result<Self, Disproof> {
        Self::of_compilation(checked, &compile(&checked))
    }

    /// The same, to be compared with another platform: where nothing was asked for, parametrised environments are there with
    /// their examples, and what Argo CD is told with.
    ///
    /// # Errors
    /// Where what is emitted does not do what the spec says, which is a mistake of bvlc.
    pub fn of_platform_with_examples(checked: Checked<'a>) -> Result<Self, Disproof> {
        let mut side = Self::of_compilation(checked, &compile_with_examples(&checked))?;
        if checked.analysis().inputs.environments.is_empty() {
            side.tell_argo_cd(checked.model());
        }
        Ok(side)
    }

    /// Adds what Argo CD is told with of the objects that are there.
    fn tell_argo_cd(&mut self, model: &Model) {
        let is_there = |kind: &Kind| self.objects.keys().any(|key| key.kind == kind.as_str());
        let kinds: BTreeSet<Kind> = Kind::ALL.into_iter().filter(is_there).collect();
        let Some(ArgoCd { project, applications, application_sets }) = emit::argo_cd(model, &kinds) else { return };
        self.objects.extend([told(&project)]);
        self.objects.extend(applications.iter().map(told));
        self.objects.extend(application_sets.iter().map(told));
    }

    fn of_compilation(checked: Checked<'a>, compilation: &Compilation<'a>) -> Result<Self, Disproof> {
        let model = checked.model();
        let mut objects = BTreeMap::new();
        let titled = model.environments.iter();
        let environments = titled.map(|one| (one.namespace_name().to_owned(), one.title.clone())).collect();
        let examples = model.environments.iter().filter(|one| one.instance == Instance::Example);
        let examples = examples.map(|one| (one.namespace_name().to_owned(), one.name.value.clone())).collect();
        for emitted in compilation.environments() {
            let environment = model.environment(emitted.environment);
            let namespace = environment.map_or("", |environment| environment.namespace_name()).to_owned();
            for (name, values) in &emitted.values {
                let key = Key {
                    namespace: namespace.clone(),
                    name: name.clone(),
                    kind: CHART.to_owned(),
                    group: String::new(),
                };
                let mut value = serde_json::to_value(values).unwrap_or_default();
                clean(&mut value);
                objects.insert(key, Item { json: value.to_string().into(), written: None });
            }
            for object in emitted.flatten() {
                let mut value = serde_json::to_value(&object).unwrap_or_default();
                clean(&mut value);
                let mut key = key_of(&object);
                key.name = undigested(&mut value).unwrap_or(key.name);
                objects.insert(key, Item { json: value.to_string().into(), written: None });
            }
        }
        let workloads = model.workloads().filter_map(|workload| {
            let namespace = model.environment(workload.environment)?.namespace_name();
            Some(((namespace.to_owned(), workload.name.value.clone()), workload.id))
        });
        let workloads = workloads.collect();
        let (_, manifests) = compilation.prove_seen()?;
        let sources = checked.analysis().sources();
        Ok(Self {
            sources,
            objects,
            environments,
            examples,
            strange: Vec::new(),
            replaced: Vec::new(),
            unread: BTreeSet::new(),
            by_operators: BTreeSet::new(),
            workloads,
            traffic: Evidence::Platform(checked, Box::new(manifests)),
        })
    }

    /// The objects of files. Those that state no namespace are in `namespace`. What could not be read is said beside
    /// them.
    pub fn of_manifests(sources: &'a SourceMap, files: &[FileId], namespace: &str) -> (Self, Vec<Diagnostic>) {
        let mut sink = Sink::default();
        let (mut documents, mut given, mut strange) = (Documents::of(sources, files), Vec::new(), Vec::new());
        let mut unread = BTreeSet::new();
        for file in files {
            let stream = manifest::read(*file, sources.get(*file).map_or("", SourceFile::text));
            sink.absorb(stream.sink);
            for Manifest { mut object, tree } in stream.manifests {
                let own = if object.is_of_the_cluster() {
                    String::new()
                } else {
                    object.metadata().namespace.clone().unwrap_or_else(|| namespace.to_owned())
                };
                let key = documents.insert(*file, tree, Some(&own));
                // one that the API server is to name has a name of its own here
                object.metadata_mut().name.get_or_insert(key.name);
                given.push(object);
            }
            for (note, tree) in stream.unknown.iter().zip(stream.untyped) {
                // what tells kustomize is read by no API server
                if note.kind.is_empty() || note.api_version.starts_with("kustomize.config.k8s.io/") {
                    strange.push(note.span);
                    documents.set_aside(*file, tree);
                    continue;
                }
                let key = documents.insert(*file, tree, None);
                if note.is_policy() {
                    unread.insert(key);
                }
            }
        }
        let (mut objects, replaced) = documents.finish();
        let Made { by_cluster, by_operators } = made::made(&objects);
        objects.retain(|key, _| !by_cluster.contains(key));
        let traffic = Evidence::Objects { objects: given, namespace: namespace.to_owned() };
        let side = Self {
            sources,
            objects,
            environments: BTreeMap::new(),
            examples: BTreeMap::new(),
            strange,
            replaced,
            unread,
            by_operators,
            workloads: BTreeMap::new(),
            traffic,
        };
        (side, sink.finish())
    }

    /// The environments of a platform as the user names them, the namespaces of manifests.
    pub fn places(&self) -> Vec<String> {
        let titled =
            |namespace: &str| self.environments.get(namespace).cloned().unwrap_or_else(|| namespace.to_owned());
        let mut places: Vec<String> = self.namespaces().into_iter().map(titled).collect();
        places.sort();
        places.dedup();
        places
    }

    /// The platform's model, where it is one.
    pub(in crate::query) fn model(&self) -> Option<&'a Model> {
        match &self.traffic {
            Evidence::Platform(checked, _) => Some(checked.model()),
            Evidence::Objects { .. } => None,
        }
    }

    /// An object as a tree.
    pub(in crate::query) fn tree(&self, key: &Key) -> Value {
        let item = self.objects.get(key);
        item.and_then(|item| serde_json::from_str(&item.json).ok()).unwrap_or_default()
    }

    /// Whether the text of an object holds another, so that it is worth reading.
    pub(in crate::query) fn mentions(&self, key: &Key, text: &str) -> bool {
        self.objects.get(key).is_some_and(|item| item.json.contains(text))
    }

    /// Whether an object is the same text as another.
    pub(in crate::query) fn is_same(&self, key: &Key, other: &Side<'_>, its: &Key) -> bool {
        let (own, its_own) = (self.objects.get(key), other.objects.get(its));
        key == its && own.map(|item| &item.json) == its_own.map(|item| &item.json)
    }

    /// The namespaces that objects are in.
    pub(in crate::query) fn namespaces(&self) -> Vec<&str> {
        let mut namespaces: Vec<&str> = self.objects.keys().map(Key::home).collect();
        namespaces.retain(|namespace| !namespace.is_empty());
        namespaces.sort_unstable();
        namespaces.dedup();
        namespaces
    }

    /// Where an object comes from: its declaration, or the text that it is.
    pub(in crate::query) fn place(&self, key: &Key, tree: &Value) -> Option<Span> {
        if let Some(written) = self.objects.get(key).and_then(|item| item.written.as_ref()) {
            return Some(written.place(&FieldPath::default()));
        }
        let model = self.model()?;
        if key.group == ARGO_CD {
            return model.platform.delivery.as_ref().map(|delivery| delivery.stated.span);
        }
        let declared = declaration(tree);
        let (word, name) = declared.as_deref().and_then(|text| text.split_once(' '))?;
        if word == "environment" {
            let mut environments = model.environments.iter();
            return environments.find(|one| one.namespace_name() == key.home()).map(|one| one.name.span);
        }
        self.workload(key.home(), name).map(|workload| origin::made(workload, &key.kind, &key.name))
    }

    /// Who wrote an object: one that was read from a cluster has fields that the API server gave it.
    pub(in crate::query) fn author(&self, key: &Key) -> Author {
        self.objects.get(key).map_or(Author::Manifest, Item::author)
    }

    /// A workload of a platform.
    pub(in crate::query) fn workload(&self, namespace: &str, name: &str) -> Option<&'a Workload> {
        let id = self.workloads.get(&(namespace.to_owned(), name.to_owned()))?;
        self.model()?.workload(*id)
    }

    /// Where a field of an object is written.
    pub(in crate::query) fn field(&self, key: &Key, path: &FieldPath) -> Option<Span> {
        let written = self.objects.get(key)?.written.as_ref()?;
        Some(written.place(path))
    }
}

impl Key {
    /// What names a typed object of manifests.
    pub(in crate::query) fn of_given(cluster: &Cluster<'_>, object: &Given) -> Self {
        Self {
            namespace: cluster.namespace_of(object).to_owned(),
            name: name_of(object).to_owned(),
            kind: object.kind().to_owned(),
            group: group(object.api_version()).to_owned(),
        }
    }

    /// Whether it is a Job, be it that of a `job` or another.
    pub(super) fn is_job(&self) -> bool {
        self.kind == "Job"
    }

    /// The namespace that it is in, or that it is.
    pub(in crate::query) fn home(&self) -> &str {
        if self.kind == "Namespace" && self.namespace.is_empty() { &self.name } else { &self.namespace }
    }
}

/// The declaration that an object comes from: `service web`.
pub(in crate::query) fn declaration(tree: &Value) -> Option<String> {
    Some(tree.get("metadata")?.get("annotations")?.get(DECLARATION)?.as_str()?.to_owned())
}

/// A resource of Argo CD's.
fn told<S: Spec>(resource: &Resource<S>) -> (Key, Item)
where
    Resource<S>: serde::Serialize,
{
    let key = Key {
        namespace: resource.metadata.namespace.clone().unwrap_or_default(),
        name: resource.metadata.name.clone().unwrap_or_default(),
        kind: S::KIND.to_owned(),
        group: ARGO_CD.to_owned(),
    };
    let mut value = serde_json::to_value(resource).unwrap_or_default();
    clean(&mut value);
    (key, Item { json: value.to_string().into(), written: None })
}

fn key_of(object: &Object) -> Key {
    Key {
        namespace: object.namespace().unwrap_or_default().to_owned(),
        name: object.name().to_owned(),
        kind: object.kind().as_str().to_owned(),
        group: group(object.api_version()).to_owned(),
    }
}

/// Takes the digest off the name of a Job that a `job` makes, which is one thing whatever it runs; its name then.
pub(in crate::query) fn undigested(tree: &mut Value) -> Option<String> {
    if tree.get("kind").and_then(Value::as_str) != Some("Job") {
        return None;
    }
    let declared = declaration(tree)?;
    let metadata = tree.get_mut("metadata")?.as_object_mut()?;
    let name = of_job(&declared, metadata.get("name")?.as_str()?)?.to_owned();
    metadata.insert("name".to_owned(), Value::String(name.clone()));
    Some(name)
}

/// The name of a `job` by the declaration and the name of what may be its Job.
fn of_job<'d>(declared: &'d str, name: &str) -> Option<&'d str> {
    let own = declared.strip_prefix("job ")?;
    (Job::of_object(name)? == own).then_some(own)
}

/// The name of an object, which is that of the `job` for its Job.
pub(in crate::query) fn name_of(object: &Given) -> &str {
    let annotations = object.metadata().annotations.as_ref();
    let declared = annotations.filter(|_| matches!(object, Given::Job(_))).and_then(|all| all.get(DECLARATION));
    declared.and_then(|declared| of_job(declared, object.name())).unwrap_or_else(|| object.name())
}

/// The group of a version of an API: `apps` of `apps/v1`; empty for the core API.
pub(super) fn group(api_version: &str) -> &str {
    api_version.rsplit_once('/').map_or("", |(group, _)| group)
}

/// An autoscaler of `autoscaling/v1` as the API server stores it; see `object::Given::decode`.
pub(super) fn modern(tree: &mut Value) {
    let is = |field: &str, value: &str| tree.get(field).and_then(Value::as_str) == Some(value);
    if !is("apiVersion", "autoscaling/v1") || !is("kind", "HorizontalPodAutoscaler") {
        return;
    }
    let Some(map) = tree.as_object_mut() else { return };
    map.insert("apiVersion".to_owned(), "autoscaling/v2".into());
    let Some(spec) = map.get_mut("spec").and_then(Value::as_object_mut) else { return };
    if let Some(share) = spec.remove("targetCPUUtilizationPercentage") {
        let target = json!({ "type": "Utilization", "averageUtilization": share });
        let metric = json!({ "type": "Resource", "resource": { "name": "cpu", "target": target } });
        spec.insert("metrics".to_owned(), json!([metric]));
    }
}

/// What the API server writes and nobody states.
const OF_THE_SERVER: [&str; 6] =
    ["uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink"];

pub(super) fn clean(tree: &mut Value) {
    // keys have no order, and equal objects are to be equal texts
    tree.sort_all_objects();
    let Some(map) = tree.as_object_mut() else { return };
    map.remove("status");
    if let Some(metadata) = map.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.retain(|key, _| !OF_THE_SERVER.contains(&key.as_str()));
        // whoever states none means the default one, which the key names
        metadata.remove("namespace");
    }
    // `ResetFieldsFor`: nobody else states them (kubernetes `pkg/registry/core/namespace/strategy.go`, 1.33)
    if map.get("kind").and_then(Value::as_str) == Some("Namespace")
        && let Some(spec) = map.get_mut("spec").and_then(Value::as_object_mut)
    {
        spec.remove("finalizers");
        if spec.is_empty() {
            map.remove("spec");
        }
    }
}

/// The tree without places. It nests no deeper than the reader allows.
pub(super) fn value(node: &Node) -> Value {
    match &node.value {
        manifest::Value::Null => Value::Null,
        manifest::Value::Bool(truth) => Value::Bool(*truth),
        manifest::Value::Integer(number) => Value::Number((*number).into()),
        manifest::Value::Natural(number) => Value::Number((*number).into()),
        manifest::Value::Float(number) => Number::from_f64(*number).map_or(Value::Null, Value::Number),
        manifest::Value::Text(text) => Value::String(text.to_string()),
        manifest::Value::List(items) => Value::Array(items.iter().map(value).collect()),
        manifest::Value::Map(entries) => {
            let entries = entries.iter().filter(|entry| entry.value.value != manifest::Value::Null);
            Value::Object(entries.map(|entry| (entry.key.to_string(), value(&entry.value))).collect::<Map<_, _>>())
        }
    }
}
