//! Annotations that are more than an object may have, as `kubernetes_name` reports them.

use std::collections::BTreeMap;

use crate::check::{Context, finding};
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::model::kept::MOST_ANNOTATIONS;
use crate::model::{Environment, KeyedTexts, Origin};
use crate::source::Span;

/// Reports workloads that state too many beside those of everything.
pub(super) fn of_workloads(cx: &Context<'_>, code: &'static Code, sink: &mut Sink) {
    for (workload, environment) in cx.workloads() {
        let (platform, own) = (&cx.model.platform.annotations, &environment.annotations);
        // what everything has is told of by itself
        if workload.annotations.is_empty() || size(&merged(&[platform, own])) > MOST_ANNOTATIONS {
            continue;
        }
        let stated = [platform, own, &workload.annotations];
        let name = &workload.name.value;
        let found = |place, title| finding(code, workload, environment, place, title);
        judge(cx, &stated, &format!("an object of {name}"), found, sink);
    }
}

/// Reports what the platform and an environment state for all objects.
pub(super) fn of_everything(cx: &Context<'_>, code: &'static Code, sink: &mut Sink) {
    for environment in cx.environments() {
        let stated = [&cx.model.platform.annotations, &environment.annotations];
        let found = |place, title| of_environment(code, environment, place, title);
        judge(cx, &stated, &format!("each object of {}", environment.title), found, sink);
    }
}

fn of_environment(code: &'static Code, environment: &Environment, place: Span, title: String) -> Diagnostic {
    Diagnostic::new(code, place, title).environment(environment.title.clone()).about(environment.name.value.clone())
}

/// Reports annotations that are too many together, at the largest; `of` is what would have them.
fn judge(
    cx: &Context<'_>,
    stated: &[&KeyedTexts],
    of: &str,
    found: impl Fn(Span, String) -> Diagnostic,
    sink: &mut Sink,
) {
    let all = merged(stated);
    let size = size(&all);
    let largest = all.into_values().min_by_key(|text| std::cmp::Reverse(text.value.len()));
    let Some(largest) = largest.filter(|_| size > MOST_ANNOTATIONS) else { return };
    let title = format!("{of} would have {size} bytes of annotations, and may have {MOST_ANNOTATIONS} of the spec's");
    sink.report(
        found(largest.span, title)
            .here(format!("{} bytes of them{}", largest.value.len(), cx.from_layer(largest.layer)))
            .note("the API server refuses an object of which keys and values of all annotations have more than 256 KiB together; 64 KiB of these are for what bvlc itself writes there")
            .help("put what is this large into a `config`, or into a file of the image or a volume"),
    );
}

/// How many bytes the keys and the values have together, of which the last of a key counts.
fn size(merged: &BTreeMap<&str, &Origin<String>>) -> usize {
    merged.iter().map(|(key, text)| key.len() + text.value.len()).sum()
}

fn merged<'s>(stated: &[&'s KeyedTexts]) -> BTreeMap<&'s str, &'s Origin<String>> {
    stated.iter().flat_map(|texts| texts.iter()).map(|(key, text)| (key.as_str(), text)).collect()
}
