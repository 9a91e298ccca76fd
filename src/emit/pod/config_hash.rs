//! A digest of a service's configuration, and of where its secrets come from: what it reads may not change without its pods
//! being replaced.

use sha2::{Digest, Sha256};

use crate::emit::{Context, config_map, external_secret};
use crate::model::Service;

/// How many bytes of the digest are written: so many that no two configurations ever meet.
const LENGTH: usize = 16;

/// A digest of all configuration. Each part is preceded by its length, so that no two configurations read alike.
pub(super) fn of_service(cx: &Context<'_>, service: &Service) -> String {
    let mut digest = Sha256::new();
    let mut part = |text: &str| {
        digest.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
        digest.update(text);
    };
    for config in &*service.configs {
        let data = config_map::data(cx, config);
        part(&config.name.value);
        part(&data.len().to_string());
        for (key, value) in &data {
            part(key);
            part(value);
        }
    }
    for secret in &*service.secrets {
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
    let mut written = String::new();
    for byte in digest.finalize().iter().take(LENGTH) {
        written.extend([byte >> 4, byte & 0xf].map(|digit| char::from_digit(u32::from(digit), 16).unwrap_or('0')));
    }
    written
}
