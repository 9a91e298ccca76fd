//! Annotations that are more than an object may have, as `kubernetes_name` reports them.
//!
//! Source: `ValidateAnnotationsSize` in apimachinery `pkg/api/validation/objectmeta.go` (0.36), which counts the keys and the values of an
//! object, and of a pod template by itself.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::{Context, finding};
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::graph::written::{self, CONFIG_HASH, CONFIG_HASH_DIGITS};
use crate::model::kept::MOST_ANNOTATIONS;
use crate::model::{Environment, KeyedTexts, Origin, Workload};
use crate::object::Kind;
use crate::source::Span;

/// Beside less that is stated, what is written by itself is never too much: no text of a spec is longer than 64 KiB, and an object has two
/// of them at the most, an issuer's name and the key of a timeout.
const WORTH_COUNTING: usize = MOST_ANNOTATIONS / 4;

/// What one object would have.
struct Object<'a> {
    stated: BTreeMap<&'a str, &'a Origin<String>>,
    own: BTreeMap<String, usize>,
}

/// Reports every object that has too many: those of an environment, and of each workload.
pub(super) fn of_everything(cx: &Context<'_>, code: &'static Code, sink: &mut Sink) {
    let mut told = BTreeSet::new();
    for environment in cx.environments() {
        let of = format!("an object of {}", environment.title);
        let found = |place, title| {
            let found = Diagnostic::new(code, place, title).environment(environment.title.clone());
            found.about(environment.name.value.clone())
        };
        if let Some(finding) = judge(cx, &by_itself(cx, environment), &of, found) {
            told.insert(environment.id);
            sink.report(finding);
        }
    }
    // what all objects have is told of by itself
    for (workload, environment) in cx.workloads().filter(|(_, environment)| !told.contains(&environment.id)) {
        let stated = [&cx.model.platform.annotations, &environment.annotations, &workload.annotations];
        let n_stated: usize =
            stated.iter().flat_map(|texts| texts.iter()).map(|(key, text)| key.len() + text.value.len()).sum();
        if n_stated < WORTH_COUNTING {
            continue;
        }
        let of = format!("an object of {}", workload.name.value);
        let largest = objects(cx, workload, environment).into_iter().max_by_key(Object::size);
        let found = |place, title| finding(code, workload, environment, place, title);
        if let Some(finding) = largest.and_then(|object| judge(cx, &object, &of, found)) {
            sink.report(finding);
        }
    }
}

/// The largest of what an environment has by itself: its Namespace, or else the policy that denies.
fn by_itself<'a>(cx: &Context<'a>, environment: &'a Environment) -> Object<'a> {
    let is_made = environment.namespace.as_ref().is_some_and(|namespace| namespace.existing.is_none());
    let (kind, more) =
        if is_made { (Kind::Namespace, written::of_namespace(environment)) } else { (Kind::NetworkPolicy, Vec::new()) };
    let origin = written::of_environment(environment, cx.sources.path(environment.name.span));
    Object::new(
        &[&cx.model.platform.annotations, &environment.annotations],
        owned(written::order(kind).into_iter().chain(origin).chain(more)),
    )
}

/// The largest objects of a workload, one of each kind that has something of its own, and its pods.
fn objects<'a>(cx: &Context<'a>, workload: &'a Workload, environment: &'a Environment) -> Vec<Object<'a>> {
    let stated = [&cx.model.platform.annotations, &environment.annotations, &workload.annotations];
    let origin = written::of_workload(workload, environment, cx.sources.path(workload.name.span));
    let of_kind = |kind, more: Vec<(String, String)>| {
        let own = cx.graph.order(workload, kind).into_iter().chain(origin.clone());
        Object::new(&stated, owned(own).chain(more))
    };
    let Some(program) = workload.program() else { return vec![of_kind(Kind::NetworkPolicy, Vec::new())] };
    let mut objects: Vec<Object<'a>> =
        [Kind::ServiceAccount, Kind::Deployment].into_iter().map(|kind| of_kind(kind, Vec::new())).collect();
    if workload.service().is_some_and(|service| service.scaling.auto().is_some()) {
        objects.push(of_kind(Kind::HorizontalPodAutoscaler, Vec::new()));
    }
    let hosts = cx.graph.hosts(cx.model, workload);
    objects.extend(hosts.iter().map(|host| of_kind(Kind::Ingress, host.annotations())));
    // what its spec states takes the place of what follows from it, but for the digest
    let of_pods = written::of_pods(workload).into_iter().filter(|(key, _)| !workload.annotations.contains_key(key));
    let is_configured = !(program.configs.is_empty() && program.secrets.is_empty());
    let hash = is_configured.then(|| (CONFIG_HASH, "0".repeat(CONFIG_HASH_DIGITS)));
    let of_mesh = written::of_mesh(cx.model, cx.graph, workload);
    objects.push(Object::new(&[&workload.annotations], owned(of_pods.chain(hash).chain(of_mesh))));
    objects
}

fn owned(entries: impl Iterator<Item = written::Entry>) -> impl Iterator<Item = (String, String)> {
    entries.map(|(key, value)| (key.to_owned(), value))
}

impl<'a> Object<'a> {
    /// Of what is stated the last of a key counts, and what is written takes its place.
    fn new(stated: &[&'a KeyedTexts], own: impl Iterator<Item = (String, String)>) -> Self {
        let own: BTreeMap<String, usize> = own.map(|(key, value)| (key, value.len())).collect();
        let stated = stated.iter().flat_map(|texts| texts.iter()).map(|(key, text)| (key.as_str(), text));
        Self { stated: stated.filter(|(key, _)| !own.contains_key(*key)).collect(), own }
    }

    /// What the API server counts.
    fn size(&self) -> usize {
        self.stated.iter().map(|(key, text)| key.len() + text.value.len()).sum::<usize>() + self.n_own()
    }

    fn n_own(&self) -> usize {
        self.own.iter().map(|(key, length)| key.len() + length).sum()
    }
}

/// What is found of an object, at the largest of its annotations; `of` says what would have them.
fn judge(
    cx: &Context<'_>,
    object: &Object<'_>,
    of: &str,
    found: impl FnOnce(Span, String) -> Diagnostic,
) -> Option<Diagnostic> {
    let size = object.size();
    let largest = object.stated.values().min_by_key(|text| std::cmp::Reverse(text.value.len()));
    let largest = largest.filter(|_| size > MOST_ANNOTATIONS)?;
    let title = format!("{of} would have {size} bytes of annotations, and may have {MOST_ANNOTATIONS}");
    let own = object.n_own();
    let note = format!(
        "the API server refuses an object of which keys and values of all annotations have more than 256 KiB together; {own} bytes of these say where it comes from and what tools do with it"
    );
    Some(
        found(largest.span, title)
            .here(format!("{} bytes of them{}", largest.value.len(), cx.from_layer(largest.layer)))
            .note(note)
            .help("put what is this large into a `config`, or into a file of the image or a volume"),
    )
}
