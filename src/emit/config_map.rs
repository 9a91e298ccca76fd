//! `ConfigMap`: a `config` of a service.

use super::{Context, address, metadata};
use crate::model::Workload;
use crate::model::settings::Config;
use crate::object::{ConfigMap, Kind, Labels, Object};

/// One for each `config`. Its name stays the same when it changes: what rolls the pods is the hash on their template.
pub(super) fn emit(cx: &Context<'_>, workload: &Workload, objects: &mut Vec<Object>) {
    let Some(program) = workload.program() else { return };
    for config in &*program.configs {
        let metadata = metadata::of_workload(cx, workload, Kind::ConfigMap, &name(workload, &config.name.value));
        objects.push(ConfigMap { metadata, data: Some(data(cx, config)), ..ConfigMap::default() }.into());
    }
}

/// The name of the object that a `config` makes.
pub(super) fn name(workload: &Workload, config: &str) -> String {
    Config::object_name(&workload.name.value, config)
}

/// What it holds.
pub(super) fn data(cx: &Context<'_>, config: &Config) -> Labels {
    config.entries.iter().map(|(key, text)| (key.value.clone(), address::render(cx, &text.value))).collect()
}
