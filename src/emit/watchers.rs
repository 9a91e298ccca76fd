//! How an object is found by the Prometheus that it is for.

use super::{Context, metadata};
use crate::model::{EndpointId, Workload};
use crate::object::{Kind, ObjectMeta};

/// The metadata of an object of a workload for each of those who are told by it: with the labels by which one finds it. With
/// several of them each has its own, whose name holds theirs behind a dot, which no name of a workload has.
pub(super) fn told(cx: &Context<'_>, workload: &Workload, kind: Kind, watchers: &[EndpointId]) -> Vec<ObjectMeta> {
    let told = watchers.iter().filter_map(|watcher| {
        let watcher = cx.model.workload(*watcher)?;
        let monitors = watcher.managed()?.monitors.as_ref()?;
        let name = &workload.name.value;
        let name = if watchers.len() == 1 { name.clone() } else { format!("{name}.{}", watcher.name.value) };
        let mut metadata = metadata::of_workload(cx, workload, kind, &name);
        metadata.labels.get_or_insert_default().extend(metadata::values(&monitors.labels));
        Some(metadata)
    });
    told.collect()
}
