//! How an object is found by the Prometheus that it is for.

use super::{Context, metadata};
use crate::graph::Watchers;
use crate::model::{EndpointId, Workload};
use crate::object::{Kind, ObjectMeta};

/// The metadata of an object of a workload for each of those who are told by it: with the labels by which one finds it.
pub(super) fn told(cx: &Context<'_>, workload: &Workload, kind: Kind, watchers: &[EndpointId]) -> Vec<ObjectMeta> {
    let told = watchers.iter().filter_map(|watcher| {
        let watcher = cx.model.workload(*watcher)?;
        let monitors = watcher.managed()?.monitors.as_ref()?;
        let name = Watchers::object_name(watchers, workload, watcher);
        let mut metadata = metadata::of_workload(cx, workload, kind, &name);
        metadata.labels.get_or_insert_default().extend(metadata::values(&monitors.labels));
        Some(metadata)
    });
    told.collect()
}
