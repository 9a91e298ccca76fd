//! What every object carries: labels, where it comes from, and when it is applied.
//!
//! Invariants: provenance stands on the objects' own metadata and never on pod templates, and names a declaration and
//! its file but no line: neither moving a line nor moving a file restarts a pod. The labels by which pods are selected
//! are never overridden.

use std::collections::BTreeSet;

use super::Context;
use crate::graph::written::{self, DECLARATION, ENVIRONMENT_WORD};
use crate::model::kept::MOST_ANNOTATIONS;
use crate::model::{KeyedTexts, Workload};
use crate::object::{Kind, Labels, Object, ObjectMeta, meta};
use crate::value::name::label_value;

/// Of objects that run something: the tag of its image.
pub const VERSION: &str = "app.kubernetes.io/version";
const MANAGED_BY: &str = "app.kubernetes.io/managed-by";

/// The labels that select the pods of a workload ([`Model::selector`](crate::model::Model::selector)).
pub(super) fn selector(cx: &Context<'_>, workload: &Workload) -> Labels {
    owned(cx.model.selector(workload)).collect()
}

/// The labels of a workload's pods ([`Model::pod_labels`](crate::model::Model::pod_labels)).
pub(super) fn pod_labels(cx: &Context<'_>, workload: &Workload) -> Labels {
    owned(cx.model.pod_labels(workload)).collect()
}

/// The metadata of an object of a workload.
pub(super) fn of_workload(cx: &Context<'_>, workload: &Workload, kind: Kind, name: &str) -> ObjectMeta {
    let mut labels = Labels::from([(MANAGED_BY.to_owned(), "bvlc".to_owned())]);
    if matches!(kind, Kind::Deployment | Kind::StatefulSet | Kind::Job | Kind::CronJob)
        && let Some(version) = version(workload)
    {
        labels.insert(VERSION.to_owned(), version);
    }
    labels.extend(owned(cx.model.object_labels(workload)));

    let mut annotations: Labels = owned(cx.graph.order(workload, kind)).collect();
    annotations.extend(stated_annotations(cx).chain(entries(&workload.annotations)));
    annotations.extend(owned(written::of_workload(workload, cx.environment, cx.sources.path(workload.name.span))));
    meta(name, Some(cx.environment.namespace_name()), labels, annotations)
}

/// The metadata of an object that an environment has by itself.
pub(super) fn of_environment(cx: &Context<'_>, kind: Kind, name: &str) -> ObjectMeta {
    let mut labels = Labels::from([(MANAGED_BY.to_owned(), "bvlc".to_owned())]);
    labels.extend(stated_labels(cx));
    let mut annotations: Labels = owned(written::order(kind)).collect();
    annotations.extend(stated_annotations(cx));
    annotations.extend(owned(written::of_environment(cx.environment, cx.sources.path(cx.environment.name.span))));
    let namespace = (kind != Kind::Namespace).then(|| cx.environment.namespace_name());
    meta(name, namespace, labels, annotations)
}

/// The labels of what is of no environment.
pub(super) fn own() -> Labels {
    Labels::from([(MANAGED_BY.to_owned(), "bvlc".to_owned())])
}

/// The name of the workload that an emitted object is of; none of what an environment has by itself.
pub fn workload_of(object: &Object) -> Option<&str> {
    let declaration = object.metadata().annotations.as_ref()?.get(DECLARATION)?;
    let (word, name) = declaration.split_once(' ')?;
    (word != ENVIRONMENT_WORD).then_some(name)
}

/// Adds an annotation of bvlc's own, which no spec states ([`crate::model::kept`]).
pub(super) fn annotate(metadata: &mut ObjectMeta, key: &str, value: String) {
    metadata.annotations.get_or_insert_default().insert(key.to_owned(), value);
}

/// So many lines at most: nobody reads more.
const MOST_LINES: usize = 100;

/// So many bytes of lines at most, and no more than an object has room for.
const MOST_BYTES: usize = 24 << 10;

/// Adds an annotation of one line for each reason, if there is any; `shown` says where those are that are too many.
pub(super) fn annotate_lines(metadata: &mut ObjectMeta, key: &str, lines: BTreeSet<String>, shown: &str) {
    if lines.is_empty() {
        return;
    }
    let taken: usize = metadata.annotations.iter().flatten().map(|(key, value)| key.len() + value.len()).sum();
    let room = MOST_ANNOTATIONS.saturating_sub(taken + key.len()).min(MOST_BYTES);
    let n_lines = lines.len();
    let whole: usize = lines.iter().map(|line| line.len() + 1).sum();
    let more = |n_more: usize| format!("and {n_more} more: {shown}");
    let is_whole = n_lines <= MOST_LINES && whole <= room + 1;
    let room = if is_whole { room + 1 } else { room.saturating_sub(more(n_lines).len()) };
    let mut size = 0;
    let has_room = |line: &String| {
        size += line.len() + 1;
        size <= room
    };
    let mut text: Vec<String> = lines.into_iter().take(MOST_LINES).take_while(has_room).collect();
    let n_more = n_lines - text.len();
    if n_more > 0 {
        text.push(more(n_more));
    }
    // an object of which the spec leaves less room has no reasons
    if is_whole || room > 0 {
        annotate(metadata, key, text.join("\n"));
    }
}

/// A text that is one line of an annotation.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The values without their origins.
pub(super) fn values(stated: &KeyedTexts) -> Labels {
    entries(stated).collect()
}

fn entries(stated: &KeyedTexts) -> impl Iterator<Item = (String, String)> {
    stated.iter().map(|(key, value)| (key.clone(), value.value.clone()))
}

fn stated_labels(cx: &Context<'_>) -> Labels {
    entries(&cx.model.platform.labels).chain(entries(&cx.environment.labels)).collect()
}

fn stated_annotations<'a>(cx: &Context<'a>) -> impl Iterator<Item = (String, String)> + use<'a> {
    entries(&cx.model.platform.annotations).chain(entries(&cx.environment.annotations))
}

/// The tag of the image, where it can be a label's value.
fn version(workload: &Workload) -> Option<String> {
    let tag = workload.program()?.container.image.as_ref()?.value.tag()?;
    label_value(tag).is_ok().then(|| tag.to_owned())
}

/// Entries as they are kept in an object.
pub(super) fn owned<'a, V: Into<String>>(
    entries: impl IntoIterator<Item = (&'a str, V)>,
) -> impl Iterator<Item = (String, String)> {
    entries.into_iter().map(|(key, value)| (key.to_owned(), value.into()))
}
