//! Secrets that External Secrets Operator copies from a store outside the cluster.
//!
//! Invariant: no value of a secret is ever known here, only where it is kept.

use super::body::{Body, Decoder, Merged, spelling};
use super::codes::BVL0210;
use super::incomplete;
use super::origin::Origin;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::value::Duration;

/// `secret-store NAME`: a store by the name of the object that tells External Secrets Operator how to read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretStore {
    /// The name of the object.
    pub name: Origin<String>,
    /// Which kind of object it is.
    pub scope: StoreScope,
}

/// For whom an object is that describes a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreScope {
    /// One for all namespaces: `ClusterSecretStore`.
    Cluster,
    /// One in each namespace: `SecretStore`.
    Namespace,
}

impl SecretStore {
    /// Reads every `secret-store` of a platform.
    pub(super) fn decode_all(body: &Body<'_>) -> Vec<Self> {
        let mut stores = Vec::new();
        for entry in body.all("secret-store") {
            let Some((term, part)) = entry.term(0) else { continue };
            let name = Origin::new(entry.key.clone().into_owned(), term.span, part.layer);
            let scope = if entry.has("namespaced") { StoreScope::Namespace } else { StoreScope::Cluster };
            stores.push(Self { name, scope });
        }
        stores
    }
}

/// `secret NAME from STORE PATH { .. }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// Its name within the service.
    pub name: Origin<String>,
    /// The name of the store.
    pub store: Origin<String>,
    /// Its path in the store.
    pub path: Origin<String>,
    /// The folder in which its keys are files; environment variables where there is none.
    pub mount: Option<Origin<String>>,
    /// How often the store is read again.
    pub refresh: Origin<Duration>,
    /// Its keys, in order of name.
    pub keys: Vec<SecretKey>,
}

/// `key KEY [PROPERTY]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretKey {
    /// The key of the Secret.
    pub name: Origin<String>,
    /// The property at the path that fills it; everything at the path where there is none.
    pub property: Option<Origin<String>>,
}

impl Secret {
    /// The name of the objects that a `secret` of this name of a service makes.
    pub fn object_name(service: &str, secret: &str) -> String {
        format!("{service}-{secret}")
    }

    /// The name of the volume by which a `secret` of this name is mounted.
    pub fn volume_name(secret: &str) -> String {
        format!("secret-{secret}")
    }

    /// Whether it has a key of that name.
    pub fn has_key(&self, key: &str) -> bool {
        self.keys.iter().any(|known| known.name.value == key)
    }
}

/// The default of `refresh`, which is that of External Secrets Operator too.
const HOUR: Duration = Duration::from_secs(3600);

/// Reads every `secret` of a service.
pub(super) fn secrets(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Vec<Secret> {
    body.all("secret").filter_map(|entry| secret(entry, decoder)).collect()
}

fn secret(entry: &Merged<'_>, decoder: &mut Decoder<'_>) -> Option<Secret> {
    let (term, part) = entry.term(0)?;
    let name = Origin::new(entry.key.clone().into_owned(), term.span, part.layer);
    let at = entry.span(term.span);
    // what a class has not, whoever takes it over may state
    let is_whole = !decoder.environment.is_empty();
    let Some(from) = entry.clause("from") else {
        if is_whole {
            let lacks = incomplete(entry, at, "the store and the path that it comes from");
            decoder.report(
                match entry.word.makes {
                    Some(made) => lacks.help(made.ways(entry.word.name, &entry.key)),
                    None => lacks,
                }
                .note("`secret` copies a secret of a store; a Secret that is there already needs none, `env` reads it by name"),
            );
        }
        return None;
    };
    let [store, path] = from.terms else {
        // `resolve` has reported it
        decoder.tainted = true;
        return None;
    };
    let store = Origin::new(spelling(&*decoder.close(store, from)?).into_owned(), store.span, from.layer);
    let path = decoder.read(path, from)?;
    let mount = decoder.clause(entry, "at");
    let refresh = decoder.value_or(&entry.block, "refresh", HOUR);
    let mut keys: Vec<SecretKey> = entry.block.all("key").filter_map(|key| secret_key(key, decoder)).collect();
    if keys.is_empty() && is_whole && !decoder.tainted {
        // all of it is read: what else is wrong with it, or beside it, is told as well
        decoder.sink.report(no_key(&entry.key, at).environment(decoder.environment));
    }
    keys.sort_by(|a, b| a.name.value.cmp(&b.name.value));
    Some(Secret { name, store, path, mount, refresh, keys })
}

fn secret_key(entry: &Merged<'_>, decoder: &mut Decoder<'_>) -> Option<SecretKey> {
    let (term, part) = entry.term(0)?;
    let name = Origin::new(entry.key.clone().into_owned(), term.span, part.layer);
    Some(SecretKey { name, property: decoder.argument(entry, 1) })
}

/// What is said of a secret that takes nothing (`validateExternalSecret` in external-secrets
/// `apis/externalsecrets/v1/externalsecret_validator.go`, v2.0).
fn no_key(name: &str, at: Span) -> Diagnostic {
    Diagnostic::new(&BVL0210, at, format!("`secret {name}` names no key, so that it would be empty"))
        .here("no `key` in any layer")
        .note("External Secrets Operator refuses an ExternalSecret that asks for nothing")
        .help("add each key that the program needs: `key API_TOKEN \"token\"`, the property of the store behind it")
}
