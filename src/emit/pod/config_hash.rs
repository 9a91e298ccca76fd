//! A digest of a service's configuration, and of where its secrets come from: what it reads may not change without its pods
//! being replaced.

use crate::emit::digest::Digest;
use crate::emit::{Context, config_map, external_secret};
use crate::graph::written::CONFIG_HASH_DIGITS;
use crate::model::Program;

/// A digest of all configuration.
pub(super) fn of_program(cx: &Context<'_>, program: &Program) -> String {
    let mut digest = Digest::default();
    let mut part = |text: &str| digest.part(text);
    for config in &*program.configs {
        let data = config_map::data(cx, config);
        part(&config.name.value);
        part(&data.len().to_string());
        for (key, value) in &data {
            part(key);
            part(value);
        }
    }
    for secret in &*program.secrets {
        let store = external_secret::store(cx, secret);
        for text in [&secret.name.value, &store.kind, &store.name, &secret.path.value] {
            part(text);
        }
        part(&secret.keys.len().to_string());
        for key in &secret.keys {
            part(&key.name.value);
            part(if key.property.is_some() { "property" } else { "all" });
            part(key.property.as_ref().map_or("", |property| &property.value));
        }
    }
    digest.written(CONFIG_HASH_DIGITS / 2)
}
