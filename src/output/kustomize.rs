//! Objects as kustomize's bases and overlays: what environments have alike stands once, in a base for each workload.
//!
//! Invariants: what kustomize makes of an overlay is the plain output of its environment, object for object, by kind in
//! the order in which it can be applied. A base holds what all fixed environments that run its workload have alike, but for their
//! namespaces and their names; an overlay holds everything else, whole. An instance of an environment with parameters
//! leans on no base: it stays while later builds change them. What else was tried is told in
//! `docs/decisions/0009-kustomize.md`.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde::Serialize;

use super::layout::{escaped, rivals, stem};
use super::write::{Batch, Digest};
use super::{OutputFile, WriteError, yaml};
use crate::emit;
use crate::object::{Kind, Labels, Object, ObjectRef};

/// The folder of all bases, beside those of the environments.
pub const BASE: &str = "base";

/// The file by which kustomize knows a folder. No object has it: their files begin with a kind and a hyphen.
const FILE: &str = "kustomization.yaml";

/// What of each workload is alike in all fixed environments that run it.
#[derive(Debug, Default)]
pub struct Bases {
    /// By workload; what an object is called has no namespace.
    of: BTreeMap<String, BTreeMap<ObjectRef, Digest>>,
    /// By the folder of an environment.
    marks: BTreeMap<String, Marks>,
}

/// Labels and annotations that every object of an environment has, and not every object of every environment: the
/// environment's name, and what it states for all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Marks {
    labels: Labels,
    annotations: Labels,
}

impl Marks {
    fn on(object: &Object) -> Self {
        let metadata = object.metadata();
        Self {
            labels: metadata.labels.clone().unwrap_or_default(),
            annotations: metadata.annotations.clone().unwrap_or_default(),
        }
    }

    /// What all of them have.
    fn common(all: impl IntoIterator<Item = Self>) -> Self {
        let keep = |mut common: Self, other: Self| {
            common.labels.retain(|key, value| other.labels.get(key) == Some(value));
            common.annotations.retain(|key, value| other.annotations.get(key) == Some(value));
            common
        };
        all.into_iter().reduce(keep).unwrap_or_default()
    }

    /// An object without its namespace and these.
    fn take_from(&self, mut object: Object) -> Object {
        let metadata = object.metadata_mut();
        metadata.namespace = None;
        for (of_object, own) in [(&mut metadata.labels, &self.labels), (&mut metadata.annotations, &self.annotations)] {
            if let Some(of_object) = of_object {
                of_object.retain(|key, value| own.get(key) != Some(value));
            }
        }
        object
    }
}

/// An object of a workload, but for its environment.
struct Neutral {
    workload: String,
    called: ObjectRef,
    document: String,
}

impl Neutral {
    /// None of what an environment has by itself.
    fn of(object: &Object, marks: &Marks) -> Result<Option<Self>, WriteError> {
        let Some(workload) = emit::workload_of(object).map(str::to_owned) else { return Ok(None) };
        let neutral = marks.take_from(object.clone());
        Ok(Some(Self { workload, called: neutral.reference(), document: yaml::document(&neutral)? }))
    }

    /// Those of some objects.
    fn of_all(objects: &[Object], marks: &Marks) -> Vec<Result<Option<Self>, WriteError>> {
        objects.par_iter().map(|object| Self::of(object, marks)).collect()
    }

    fn content(&self) -> Digest {
        Digest::of(self.document.as_bytes())
    }
}

impl Bases {
    /// Those of fixed environments, of all of them, each with its folder and of its objects some at a time. They are
    /// made twice: what marks an environment is known when all of its objects have been seen.
    ///
    /// # Errors
    /// When the writer refuses an object; see [`WriteError`].
    pub fn of<E, I>(environments: impl Fn() -> E) -> Result<Self, WriteError>
    where
        E: IntoIterator<Item = (String, I)>,
        I: IntoIterator<Item = Vec<Object>>,
    {
        let marks = marks(environments());
        let mut of: BTreeMap<String, (usize, BTreeMap<ObjectRef, Digest>)> = BTreeMap::new();
        for (folder, batches) in environments() {
            let marks = marks.get(&folder).cloned().unwrap_or_default();
            let mut own: BTreeMap<String, BTreeMap<ObjectRef, Digest>> = BTreeMap::new();
            for neutral in batches.into_iter().flat_map(|objects| Neutral::of_all(&objects, &marks)) {
                let Some(neutral) = neutral? else { continue };
                let content = neutral.content();
                own.entry(neutral.workload).or_default().insert(neutral.called, content);
            }
            for (workload, objects) in own {
                if let Some((count, alike)) = of.get_mut(&workload) {
                    *count += 1;
                    alike.retain(|called, content| objects.get(called) == Some(content));
                } else {
                    of.insert(workload, (1, objects));
                }
            }
        }
        let shared = of.into_iter().filter(|(_, (count, alike))| *count > 1 && !alike.is_empty());
        Ok(Self { of: shared.map(|(workload, (_, alike))| (workload, alike)).collect(), marks })
    }

    /// The workload in whose base an object of an environment stands, if it stands in one.
    ///
    /// # Errors
    /// When another object of its name stands there: then these are not the bases of its environment.
    fn base_of(&self, object: &Object, folder: &str) -> Result<Option<&str>, WriteError> {
        let Some(marks) = self.marks.get(folder) else { return Ok(None) };
        let Some(neutral) = Neutral::of(object, marks)? else { return Ok(None) };
        let Some((workload, alike)) = self.of.get_key_value(&neutral.workload) else { return Ok(None) };
        match alike.get(&neutral.called) {
            None => Ok(None),
            Some(content) if *content == neutral.content() => Ok(Some(workload)),
            Some(_) => Err(WriteError::new(object, &"another one stands in its base")),
        }
    }

    /// The files of all bases, made of the objects of the same environments, which are made once more.
    pub fn files<'b, I>(
        &'b self,
        environments: impl IntoIterator<Item = (String, I)> + 'b,
    ) -> impl Iterator<Item = Batch> + 'b
    where
        I: IntoIterator<Item = Vec<Object>> + 'b,
    {
        let rivals = rivals();
        let mut written: BTreeSet<(&'b str, &'b ObjectRef)> = BTreeSet::new();
        let marked = environments.into_iter().flat_map(|(folder, batches)| {
            let marks = self.marks.get(&folder);
            batches.into_iter().filter_map(move |objects| Some((objects, marks?)))
        });
        let objects = marked.map(move |(objects, marks)| {
            let mut files = Vec::new();
            for neutral in Neutral::of_all(&objects, marks) {
                let Some(neutral) = neutral? else { continue };
                let Some((workload, alike)) = self.of.get_key_value(&neutral.workload) else { continue };
                let Some((called, _)) = alike.get_key_value(&neutral.called) else { continue };
                if written.insert((workload, called)) {
                    let path = format!("{}/{}", base_folder(workload), file_name(called, &rivals));
                    files.push(OutputFile { path, bytes: neutral.document.into_bytes() });
                }
            }
            Ok(files)
        });
        objects.chain(std::iter::once_with(|| self.kustomizations()))
    }

    fn kustomizations(&self) -> Batch {
        let rivals = rivals();
        let file = |(workload, alike): (&String, &BTreeMap<ObjectRef, Digest>)| {
            let resources = alike.keys().map(|called| file_name(called, &rivals)).collect();
            Kustomization::new(resources).file(&base_folder(workload))
        };
        self.of.iter().map(file).collect()
    }
}

/// What marks each environment, by its folder.
fn marks<I>(environments: impl IntoIterator<Item = (String, I)>) -> BTreeMap<String, Marks>
where
    I: IntoIterator<Item = Vec<Object>>,
{
    let of_environment = |(folder, batches): (String, I)| {
        let of_batch = |objects: Vec<Object>| Marks::common(objects.iter().map(Marks::on));
        (folder, Marks::common(batches.into_iter().filter(|objects| !objects.is_empty()).map(of_batch)))
    };
    let mut marks: BTreeMap<String, Marks> = environments.into_iter().map(of_environment).collect();
    let everywhere = Marks::common(marks.values().cloned());
    for own in marks.values_mut() {
        own.labels.retain(|key, _| !everywhere.labels.contains_key(key));
        own.annotations.retain(|key, _| !everywhere.annotations.contains_key(key));
    }
    marks
}

/// The objects of one environment as an overlay: those that stand in no base, and what says where the others are.
pub fn overlay<'b>(
    bases: Option<&'b Bases>,
    folder: String,
    namespace: String,
    batches: impl IntoIterator<Item = Vec<Object>> + 'b,
) -> impl Iterator<Item = Batch> + 'b {
    let mut batches = batches.into_iter();
    let mut overlay =
        Some(Overlay { folder, namespace, bases, used: BTreeSet::new(), own: BTreeSet::new(), rivals: rivals() });
    std::iter::from_fn(move || match batches.next() {
        Some(objects) => overlay.as_mut().map(|overlay| overlay.add(&objects)),
        None => overlay.take().map(Overlay::kustomization),
    })
}

/// An overlay in the making.
struct Overlay<'b> {
    folder: String,
    namespace: String,
    bases: Option<&'b Bases>,
    /// The workloads whose bases it leans on.
    used: BTreeSet<&'b str>,
    /// What it holds itself.
    own: BTreeSet<ObjectRef>,
    rivals: Vec<(Kind, String)>,
}

/// What becomes of one object.
enum Placed<'b> {
    In(&'b str),
    Own(ObjectRef, OutputFile),
}

impl<'b> Overlay<'b> {
    fn add(&mut self, objects: &[Object]) -> Batch {
        let place = |object: &Object| self.place(object);
        let placed: Vec<_> = objects.par_iter().map(place).collect();
        let mut files = Vec::new();
        for placed in placed {
            match placed? {
                Placed::In(workload) => drop(self.used.insert(workload)),
                Placed::Own(called, file) => {
                    self.own.insert(called);
                    files.push(file);
                }
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(files)
    }

    fn place(&self, object: &Object) -> Result<Placed<'b>, WriteError> {
        if let Some(bases) = self.bases
            && let Some(workload) = bases.base_of(object, &self.folder)?
        {
            return Ok(Placed::In(workload));
        }
        let called = object.reference();
        let path = format!("{}/{}", self.folder, file_name(&called, &self.rivals));
        Ok(Placed::Own(called, OutputFile { path, bytes: yaml::document(object)?.into_bytes() }))
    }

    fn kustomization(self) -> Batch {
        let Self { folder, namespace, bases, used, own, rivals } = self;
        let marks = bases.and_then(|bases| bases.marks.get(&folder)).filter(|_| !used.is_empty());
        let bases = used.iter().map(|workload| format!("../{}", base_folder(workload)));
        let own = own.iter().map(|called| file_name(called, &rivals));
        let mut kustomization = Kustomization::new(bases.chain(own).collect());
        if let Some(Marks { labels, annotations }) = marks {
            kustomization.namespace = Some(namespace);
            kustomization.labels = (!labels.is_empty()).then(|| vec![LabelPairs { pairs: labels.clone() }]);
            kustomization.transformers = if annotations.is_empty() { None } else { Some(vec![annotate(annotations)?]) };
        }
        kustomization.sort_options = Some(SortOptions::in_order());
        Ok(vec![kustomization.file(&folder)?])
    }
}

/// The folder of a workload's base.
fn base_folder(workload: &str) -> String {
    format!("{BASE}/{}", escaped(workload))
}

fn file_name(called: &ObjectRef, rivals: &[(Kind, String)]) -> String {
    format!("{}.yaml", stem(called, rivals))
}

/// What kustomize reads in a folder (`api/types/kustomization.go`, kustomize v5.5).
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Kustomization {
    api_version: &'static str,
    kind: &'static str,
    /// Sets the namespace of all that has one, and the name of what is one: no field of a selector.
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    /// Written on objects alone: neither on pods nor into selectors (`docs` of `labels`, kustomize v5.5).
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<Vec<LabelPairs>>,
    resources: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sort_options: Option<SortOptions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transformers: Option<Vec<String>>,
}

impl Kustomization {
    fn new(resources: Vec<String>) -> Self {
        Self {
            api_version: "kustomize.config.k8s.io/v1beta1",
            kind: "Kustomization",
            namespace: None,
            labels: None,
            resources,
            sort_options: None,
            transformers: None,
        }
    }

    fn file(&self, folder: &str) -> Result<OutputFile, WriteError> {
        yaml::file(format!("{folder}/{FILE}"), self)
    }
}

#[derive(Debug, Serialize)]
struct LabelPairs {
    pairs: Labels,
}

/// In which order kustomize writes objects: by kind, and those of one kind by name (`api/internal/builtins/
/// SortOrderTransformer.go`, kustomize v5.5). In an environment that is the order of a stream, but for what comes in a later wave:
/// kustomize knows no waves.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SortOptions {
    order: &'static str,
    legacy_sort_options: LegacySortOptions,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct LegacySortOptions {
    order_first: Vec<&'static str>,
    order_last: Vec<&'static str>,
}

impl SortOptions {
    fn in_order() -> Self {
        let order_first = Kind::ALL.map(Kind::as_str).into();
        Self { order: "legacy", legacy_sort_options: LegacySortOptions { order_first, order_last: Vec::new() } }
    }
}

/// The transformer that writes annotations on each object, and on nothing within it: `commonAnnotations` would write them
/// on pods as well, and restart them.
fn annotate(annotations: &Labels) -> Result<String, WriteError> {
    let transformer = AnnotationsTransformer {
        api_version: "builtin",
        kind: "AnnotationsTransformer",
        metadata: Named { name: "environment" },
        annotations: annotations.clone(),
        field_specs: vec![FieldSpec { path: "metadata/annotations", create: true }],
    };
    yaml::named("what an environment annotates", &transformer)
}

/// `api/internal/builtins/AnnotationsTransformer.go`, kustomize v5.5.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AnnotationsTransformer {
    api_version: &'static str,
    kind: &'static str,
    metadata: Named,
    annotations: Labels,
    field_specs: Vec<FieldSpec>,
}

#[derive(Debug, Serialize)]
struct Named {
    name: &'static str,
}

#[derive(Debug, Serialize)]
struct FieldSpec {
    path: &'static str,
    create: bool,
}

#[cfg(test)]
mod tests {
    use super::{Bases, overlay};
    use crate::object::{ConfigMap, Labels, Namespace, Object, meta};
    use crate::output::OutputFile;

    /// What an environment has by itself.
    fn namespace(environment: &str) -> Object {
        let annotations = annotations(&format!("environment {environment}"), environment);
        Namespace {
            metadata: meta(&format!("p-{environment}"), None, Labels::new(), annotations),
            ..Default::default()
        }
        .into()
    }

    /// An object of a workload, with some content.
    fn config(environment: &str, workload: &str, name: &str, content: &str) -> Object {
        let namespace = format!("p-{environment}");
        let annotations = annotations(&format!("service {workload}"), environment);
        ConfigMap {
            metadata: meta(name, Some(&namespace), Labels::new(), annotations),
            data: Some(Labels::from([("k".to_owned(), content.to_owned())])),
            ..ConfigMap::default()
        }
        .into()
    }

    fn annotations(declaration: &str, environment: &str) -> Labels {
        let entries = [("bvl.dev/declaration", declaration), ("bvl.dev/environment", environment)];
        entries.map(|(key, value)| (key.to_owned(), value.to_owned())).into()
    }

    fn paths(files: &[OutputFile]) -> Vec<&str> {
        files.iter().map(|file| file.path.as_str()).collect()
    }

    fn text<'f>(files: &'f [OutputFile], path: &str) -> &'f str {
        std::str::from_utf8(&files.iter().find(|file| file.path == path).unwrap().bytes).unwrap()
    }

    fn bases_of(environments: &[Vec<Object>]) -> (Bases, Vec<OutputFile>) {
        let batches = || {
            let folder =
                |objects: &[Object]| objects[0].metadata().annotations.as_ref().unwrap()["bvl.dev/environment"].clone();
            environments.iter().map(move |objects| (folder(objects), objects.chunks(2).map(<[Object]>::to_vec)))
        };
        let bases = Bases::of(batches).unwrap();
        let files = bases.files(batches()).flat_map(Result::unwrap).collect();
        (bases, files)
    }

    fn overlay_of(bases: Option<&Bases>, title: &str, objects: Vec<Object>) -> Vec<OutputFile> {
        overlay(bases, title.to_owned(), format!("p-{title}"), [objects]).flat_map(Result::unwrap).collect()
    }

    #[test]
    fn what_all_environments_have_alike_is_in_a_base_and_nothing_else_is() {
        let prod = vec![
            namespace("prod"),
            config("prod", "web", "alike", "1"),
            config("prod", "web", "other", "1"),
            config("prod", "web", "lone", "1"),
            config("prod", "only", "here", "1"),
        ];
        let dev = vec![namespace("dev"), config("dev", "web", "alike", "1"), config("dev", "web", "other", "2")];
        let tools = vec![namespace("tools")];
        let (bases, base) = bases_of(&[prod.clone(), dev, tools.clone()]);
        assert_eq!(paths(&base), ["base/web/config-map-alike.yaml", "base/web/kustomization.yaml"]);
        let alike = text(&base, "base/web/config-map-alike.yaml");
        assert!(!alike.contains("prod") && !alike.contains("namespace") && alike.contains("service web"), "{alike}");
        let overlay = overlay_of(Some(&bases), "prod", prod.clone());
        let own = ["config-map-here", "config-map-lone", "config-map-other", "namespace-p-prod", "kustomization"];
        assert_eq!(paths(&overlay), own.map(|stem| format!("prod/{stem}.yaml")));
        let kustomization = text(&overlay, "prod/kustomization.yaml");
        let expected =
            "\nnamespace: p-prod\nresources:\n- ../base/web\n- namespace-p-prod.yaml\n- config-map-here.yaml\n";
        assert!(kustomization.contains(expected), "{kustomization}");
        assert!(kustomization.contains("    bvl.dev/environment: prod\n"), "{kustomization}");
        // who leans on no base needs nothing set
        for files in [overlay_of(Some(&bases), "tools", tools), overlay_of(None, "prod", prod)] {
            let kustomization = text(&files, files.last().unwrap().path.as_str());
            let is_set = ["\nnamespace:", "\ntransformers:", "../base"].iter().any(|part| kustomization.contains(part));
            assert!(!is_set, "{kustomization}");
        }
    }

    #[test]
    fn what_an_environment_states_of_all_its_objects_is_set_by_its_overlay() {
        let labeled = |mut object: Object, value: &str| {
            object.metadata_mut().labels.get_or_insert_default().insert("stage".to_owned(), value.to_owned());
            object
        };
        let of = |name: &str, of_alike: &str| {
            let (alike, other) = (config(name, "web", "alike", "1"), config(name, "web", "other", name));
            vec![labeled(alike, of_alike), labeled(other, name)]
        };
        // on every object: set by each overlay; of one object otherwise: part of what differs
        for (of_dev, is_shared) in [("dev", true), ("x", false)] {
            let (bases, base) = bases_of(&[of("prod", "prod"), of("dev", of_dev)]);
            let overlay = overlay_of(Some(&bases), "prod", of("prod", "prod"));
            let kustomization = text(&overlay, "prod/kustomization.yaml");
            assert_eq!(paths(&base).contains(&"base/web/config-map-alike.yaml"), is_shared);
            assert_eq!(kustomization.contains("\nlabels:\n- pairs:\n    stage: prod\n"), is_shared, "{kustomization}");
        }
    }

    #[test]
    fn a_workload_of_one_environment_has_no_base() {
        let (_, base) = bases_of(&[vec![config("prod", "web", "c", "1")], vec![namespace("dev")]]);
        assert_eq!(paths(&base), <[&str; 0]>::default());
    }

    #[test]
    fn files_do_not_depend_on_the_order_of_environments_and_objects() {
        let of = |name: &str| {
            vec![config(name, "web", "b", "1"), config(name, "web", "a", "1"), config(name, "api", "c", "1")]
        };
        let (_, mut forward) = bases_of(&[of("prod"), of("dev")]);
        let mut reversed = [of("dev"), of("prod")];
        for objects in &mut reversed {
            objects.reverse();
        }
        let (_, mut backward) = bases_of(&reversed);
        for files in [&mut forward, &mut backward] {
            files.sort_by(|a, b| a.path.cmp(&b.path));
        }
        assert_eq!(forward, backward);
        assert_eq!(forward.len(), 5);
    }

    #[test]
    fn an_object_that_is_not_the_one_in_its_base_is_refused() {
        let (bases, _) = bases_of(&[vec![config("prod", "web", "c", "1")], vec![config("dev", "web", "c", "1")]]);
        let objects = vec![config("prod", "web", "c", "2")];
        let changed = overlay(Some(&bases), "prod".to_owned(), "p-prod".to_owned(), [objects]).next().unwrap();
        assert_eq!(
            changed.unwrap_err().to_string(),
            "ConfigMap p-prod/c cannot be written: another one stands in its base"
        );
    }
}
