//! What of a service is reached from outside, and what lets requests in.

use std::borrow::Cow;

use super::body::{Body, Decoder, Merged};
use super::origin::Origin;
use super::trigger::{Reference, reference};
use super::{Endpoint, Environment, Model};
use crate::value::{Duration, Exposed};

/// `expose HOST[/PATH] [PORT] [via ENTRY] { .. }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exposure {
    /// The host and the path, at the word's argument.
    pub address: Origin<Exposed>,
    /// The port, where it is named.
    pub port: Option<Origin<String>>,
    /// What lets requests in, where it is named.
    pub via: Option<Reference>,
    /// The certificate of the host.
    pub tls: Option<Tls>,
    /// How long the entry waits for an answer.
    pub timeout: Option<Origin<Duration>>,
    /// Whether requests for this very path are meant alone.
    pub exact: Option<Origin<()>>,
}

/// `tls ..`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// The statement.
    pub stated: Origin<()>,
    /// Where the certificate comes from.
    pub certificate: Certificate,
}

/// Where a certificate comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Certificate {
    /// A Secret of that name, which is there.
    Secret(Origin<String>),
    /// The Issuer of that name, of the service's own namespace.
    Issuer(Origin<String>),
    /// The `ClusterIssuer` of that name.
    ClusterIssuer(Origin<String>),
    /// There is none, for this reason; `None` where none is stated.
    None(Option<Origin<String>>),
}

impl Certificate {
    /// The name by which it is found.
    pub fn name(&self) -> Option<&Origin<String>> {
        match self {
            Self::Secret(name) | Self::Issuer(name) | Self::ClusterIssuer(name) => Some(name),
            Self::None(_) => None,
        }
    }

    /// Whether cert-manager asks for it.
    pub fn is_issued(&self) -> bool {
        matches!(self, Self::Issuer(_) | Self::ClusterIssuer(_))
    }

    /// Whether it is the same one, wherever it is stated.
    pub fn is_as(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
            && self.name().map(|name| &name.value) == other.name().map(|name| &name.value)
    }

    /// As it is stated: `secret "shop-tls"`.
    pub fn written(&self) -> String {
        let named = |word: &str, name: &str| format!("{word} {}", crate::value::text::quoted(name));
        match self {
            Self::Secret(name) => named("secret", &name.value),
            Self::Issuer(name) => named("issuer", &name.value),
            Self::ClusterIssuer(name) => named("cluster-issuer", &name.value),
            Self::None(_) => "none".to_owned(),
        }
    }
}

impl Exposure {
    /// The name of the object that an exposure of a host makes.
    pub fn object_name(service: &str, entry: &str, host: &str) -> String {
        format!("{service}.{entry}.{}", host_in_name(host))
    }

    /// What [`object_name`](Self::object_name) calls the entry in a name; `None` in one that it does not make of the others.
    pub fn entry_in<'n>(name: &'n str, service: &str, host: &str) -> Option<&'n str> {
        let behind = name.strip_prefix(service)?.strip_prefix('.')?;
        behind.strip_suffix(&*host_in_name(host))?.strip_suffix('.')
    }

    /// The name of the Secret that holds the certificate of a host that cert-manager asks for, for an entry.
    pub fn certificate_name(entry: &str, host: &str) -> String {
        format!("{entry}.{}-tls", host_in_name(host))
    }

    /// As it is stated, but for its braces: `expose "shop.example" http`.
    pub fn written(&self) -> String {
        let port = self.port.as_ref().map_or_else(String::new, |port| format!(" {}", port.value));
        format!("expose {}{port}", crate::value::quoted(&self.address.value.to_string()))
    }
}

/// A host as it stands in names of objects, which take no `*`.
pub fn host_in_name(host: &str) -> Cow<'_, str> {
    match host.strip_prefix('*') {
        Some(behind) => Cow::Owned(format!("any{behind}")),
        None => Cow::Borrowed(host),
    }
}

/// `entry ..`: what a managed workload or an external lets requests in by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The statement.
    pub stated: Origin<()>,
    /// By which objects.
    pub by: EntryKind,
}

/// The objects by which an entry knows what it lets in to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryKind {
    /// Ingresses of a class.
    Ingress {
        /// The name of the class.
        class: Origin<String>,
        /// The annotation that says how long to wait, in seconds.
        timeout_annotation: Option<Origin<String>>,
    },
    /// Routes that belong to a Gateway.
    Gateway {
        /// Its name.
        name: Origin<String>,
        /// Its namespace, where that is not the one of its pods.
        namespace: Option<Origin<String>>,
        /// The listener.
        listener: Option<Origin<String>>,
    },
}

/// The namespace of the Gateway that an entry runs for: the one that it states, else that of its pods; of an external, that of
/// the environment which it is seen from.
pub fn namespace_of<'a>(model: &'a Model, entry: &Endpoint, stated: Option<&'a Origin<String>>) -> &'a str {
    let beside = || model.environment(entry.environment()).map_or("", Environment::namespace_name);
    stated.map_or_else(beside, |stated| &stated.value)
}

/// Reads every `expose` of a service.
pub(super) fn decode(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Vec<Exposure> {
    body.all("expose").filter_map(|entry| exposure(entry, decoder)).collect()
}

fn exposure(entry: &Merged<'_>, decoder: &mut Decoder<'_>) -> Option<Exposure> {
    let via = entry.clause("via").and_then(|part| reference(part.terms.first()?, part, decoder));
    let port = entry.term(1).and_then(|(term, part)| decoder.word(term, part));
    let tls = entry.block.get("tls").and_then(|stated| tls(stated, decoder));
    let timeout = decoder.value(&entry.block, "timeout");
    let exact = entry.block.flag("exact");
    Some(Exposure { address: decoder.argument(entry, 0)?, port, via, tls, timeout, exact })
}

fn tls(entry: &Merged<'_>, decoder: &mut Decoder<'_>) -> Option<Tls> {
    let stated = entry.origin()?;
    let variant = entry.variant?.name;
    if variant == "none" {
        return Some(Tls { stated, certificate: Certificate::None(decoder.because(entry)) });
    }
    let name = decoder.word_at(entry, 0)?;
    let certificate = match variant {
        "secret" => Certificate::Secret(name),
        "issuer" => Certificate::Issuer(name),
        "cluster-issuer" => Certificate::ClusterIssuer(name),
        _ => return None,
    };
    Some(Tls { stated, certificate })
}

/// Reads `entry` of a managed workload or an external.
pub(super) fn entry(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Option<Entry> {
    let stated = body.get("entry")?;
    let name = decoder.word_at(stated, 0)?;
    let mut clause = |word: &str| {
        let part = stated.clause(word)?;
        decoder.word(part.terms.first()?, part)
    };
    let by = match stated.variant?.name {
        "ingress" => EntryKind::Ingress { class: name, timeout_annotation: clause("timeout-annotation") },
        "gateway" => EntryKind::Gateway { name, namespace: clause("namespace"), listener: clause("listener") },
        _ => return None,
    };
    Some(Entry { stated: stated.origin()?, by })
}
