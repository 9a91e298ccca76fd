//! Secrets that External Secrets Operator copies from a store, as `secret`s of the services that read them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::given::{Parts, at, container, items, mount, text};
use super::spec::{Line, bare, quoted, seconds};
use crate::model::Secret;
use crate::value::go_duration::in_nanoseconds;
use crate::value::name::{secret_key, subdomain};
use crate::vocabulary::is_reserved;

/// A Secret that is copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Copied {
    /// What the `secret` is called.
    pub(super) short: String,
    /// The name of the Secret.
    object: String,
    /// The name of the store.
    store: String,
    /// Whether each namespace has a store of that name.
    is_namespaced: bool,
    /// The path in the store.
    path: String,
    /// How often the store is read, in seconds, where that is stated.
    refresh: Option<i64>,
    /// The keys, each with the property that fills it.
    keys: BTreeMap<String, Option<String>>,
}

/// The Secrets that a service reads as a whole, and of which a `secret` makes the same: `known` has every object of the
/// namespace that asks for one. One of another name than a `secret` gives would be made anew, and stays what it is.
pub(super) fn of_service(name: &str, parts: &Parts, known: &BTreeMap<String, Value>) -> Vec<Copied> {
    let sources = container(&parts.workload).map(|container| items(container, "envFrom")).unwrap_or_default();
    let variables = sources.iter().filter_map(|source| text(source, "secretRef.name"));
    let volumes = items(&parts.workload, "spec.template.spec.volumes").iter();
    let files = volumes.filter_map(|volume| text(volume, "secret.secretName"));
    let whole: BTreeSet<&str> = variables.chain(files).collect();
    // another Secret that is read by the name of a `secret` would be taken for that
    let is_free = |short: &str| !by_key(parts).any(|named| named == short);
    let read = |object: &str| {
        let short = object.strip_prefix(name)?.strip_prefix('-')?;
        let is_name = bare(short) == *short && !is_reserved(short) && is_free(short);
        let copied = read(short, object, known.get(object)?)?;
        (is_name && Secret::object_name(name, short) == object).then_some(copied)
    };
    whole.into_iter().filter_map(read).collect()
}

/// The names of Secrets of which a service or its scaler reads single keys.
fn by_key(parts: &Parts) -> impl Iterator<Item = &str> {
    let variables = container(&parts.workload).map(|container| items(container, "env")).unwrap_or_default();
    let variables = variables.iter().filter_map(|variable| text(variable, "valueFrom.secretKeyRef.name"));
    let shown = parts.authentications.values().flat_map(|shown| items(shown, "spec.secretTargetRef"));
    variables.chain(shown.filter_map(|secret| text(secret, "name")))
}

/// What an object asks for, where one `secret` can: keys of one path, and nothing that only the store or a template knows.
fn read(short: &str, object: &str, tree: &Value) -> Option<Copied> {
    let spec = tree.get("spec")?;
    let is_plain = ["dataFrom", "target.template", "target.manifest"].iter().all(|field| at(spec, field).is_none());
    let is_owned = text(spec, "target.creationPolicy").is_none_or(|policy| policy == "Owner");
    let data = items(spec, "data");
    let path = text(data.first()?, "remoteRef.key")?;
    let is_one = data.iter().all(|data| text(data, "remoteRef.key") == Some(path));
    let refresh = match text(spec, "refreshInterval") {
        Some(written) => Some(go_seconds(written).filter(|seconds| (1..=i64::from(i32::MAX)).contains(seconds))?),
        None => None,
    };
    let key = |data| {
        let property = text(data, "remoteRef.property").filter(|property| !property.trim().is_empty());
        let key = text(data, "secretKey").filter(|key| secret_key(key).is_ok())?;
        Some((key.to_owned(), property.map(str::to_owned)))
    };
    let keys: BTreeMap<String, Option<String>> = data.iter().map(key).collect::<Option<_>>()?;
    (is_plain && is_owned && is_one && !path.trim().is_empty()).then_some(Copied {
        short: short.to_owned(),
        object: object.to_owned(),
        store: text(spec, "secretStoreRef.name").filter(|store| subdomain(store).is_ok())?.to_owned(),
        is_namespaced: text(spec, "secretStoreRef.kind") != Some("ClusterSecretStore"),
        path: path.to_owned(),
        refresh,
        keys,
    })
}

/// Whole seconds of a duration as Go writes it: `1h30m0s`.
fn go_seconds(written: &str) -> Option<i64> {
    let nanoseconds = in_nanoseconds(written)?;
    nanoseconds.is_multiple_of(SECOND).then(|| i64::try_from(nanoseconds / SECOND).ok())?
}

/// A second in nanoseconds.
const SECOND: u64 = 1_000_000_000;

/// The `secret`s of a service.
pub(super) fn lines(parts: &Parts) -> Vec<Line> {
    let Some(container) = container(&parts.workload) else { return Vec::new() };
    let line = |copied: &Copied| {
        let mut volumes = items(&parts.workload, "spec.template.spec.volumes").iter();
        let volume = volumes.find(|volume| text(volume, "secret.secretName") == Some(&copied.object));
        let folder = volume.and_then(|volume| mount(container, text(volume, "name")?));
        let folder = folder.map(|path| format!(" at {}", quoted(path))).unwrap_or_default();
        let key = |(key, property): (&String, &Option<String>)| {
            Line::keyed("key", bare(key), property.as_deref().map(quoted).unwrap_or_default())
        };
        let refresh = copied.refresh.filter(|refresh| *refresh != 3600);
        let refresh = refresh.map(|refresh| Line::new("refresh", seconds(refresh)));
        let block = copied.keys.iter().map(key).chain(refresh).collect();
        // the word that a clause begins with is no name
        let store = if copied.store == "at" { quoted(&copied.store) } else { bare(&copied.store) };
        let from = format!("from {store} {}{folder}", quoted(&copied.path));
        Line::keyed("secret", copied.short.clone(), from).with(block)
    };
    parts.secrets.iter().map(line).collect()
}

/// How a service calls a Secret of that name.
pub(super) fn called(parts: &Parts, object: &str) -> String {
    let own = parts.secrets.iter().find(|copied| copied.object == object);
    own.map_or_else(|| quoted(object), |copied| copied.short.clone())
}

/// The stores that all of them come from. Of two kinds by one name the first is meant, and the list tells of the other.
pub(super) fn stores<'p>(all: impl Iterator<Item = &'p Parts>) -> Vec<Line> {
    let mut stores: BTreeMap<&str, bool> = BTreeMap::new();
    for copied in all.flat_map(|parts| &parts.secrets) {
        stores.entry(&copied.store).or_insert(copied.is_namespaced);
    }
    let line = |(store, is_namespaced)| {
        Line::keyed("secret-store", bare(store), if is_namespaced { "namespaced" } else { "" })
    };
    stores.into_iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::go_seconds;

    #[test]
    fn durations_are_read_as_go_writes_them() {
        let read = ["1h0m0s", "90s", "1h", "5m", "0", "1h30m15s", "0s", "1.5h", "10ms", "1", "h", "-1s", ""];
        let seconds = [3600, 90, 3600, 300].map(Some);
        let rest = [Some(0), Some(5415), Some(0), Some(5400), None, None, None, None, None];
        assert_eq!(read.map(go_seconds).as_slice(), [seconds.as_slice(), rest.as_slice()].concat());
    }
}
