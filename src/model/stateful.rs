//! What pods keep when they are replaced: their names, and their volumes.
//!
//! Invariant: the kind of a service is said here once, and whoever makes, counts or judges something that differs between kinds asks
//! for it ([decision 17](../../docs/decisions/0017-kinds-of-workload.md)).

use std::fmt;

use super::body::{Body, Decoder, Merged};
use super::origin::Origin;
use crate::value::Memory;

/// Of which kind a service is, by the object that makes its pods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServiceKind {
    /// Pods that any other one can take the place of: a Deployment.
    Deployment,
    /// Pods that keep their names and their volumes: a `StatefulSet`.
    Stateful(Box<Stateful>),
}

/// `stateful { .. }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stateful {
    /// Where that is stated.
    pub stated: Origin<()>,
    /// In which order its pods start and stop.
    pub start: Origin<Start>,
    /// What becomes of the volumes of a pod that is scaled away.
    pub when_scaled: Origin<Retention>,
    /// What becomes of all of its volumes when the object is deleted.
    pub when_deleted: Origin<Retention>,
    /// The Service below which its pods have their names, where it is stated.
    pub service: Option<Origin<String>>,
}

/// In which order pods start and stop when they are scaled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// One by one, by number (`OrderedReady`).
    Ordered,
    /// All at once (`Parallel`).
    Parallel,
}

/// What becomes of volumes that no pod needs any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retention {
    /// They stay, with their data (`Retain`).
    Keep,
    /// They are deleted, with their data (`Delete`).
    Delete,
}

impl fmt::Display for Retention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Keep => "keep",
            Self::Delete => "delete",
        })
    }
}

/// `volume NAME PATH SIZE`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    /// Its name: the claim of the pod NAME-0 is called after it and the pod.
    pub name: Origin<String>,
    /// The folder.
    pub path: Origin<String>,
    /// How large it is.
    pub size: Origin<Memory>,
    /// The `StorageClass` that provides it, where one is stated.
    pub class: Option<Origin<String>>,
}

impl ServiceKind {
    /// Reads of which kind a service is.
    pub(super) fn decode(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Self {
        let Some((entry, stated)) = body.get("stateful").and_then(|entry| Some((entry, entry.origin()?))) else {
            return Self::Deployment;
        };
        let block = &entry.block;
        let parallel = block.get("parallel").and_then(Merged::origin);
        Self::Stateful(Box::new(Stateful {
            stated,
            start: parallel.map_or_else(|| decoder.built_in(Start::Ordered), |stated| stated.map(|()| Start::Parallel)),
            when_scaled: retention(block, "when-scaled", decoder),
            when_deleted: retention(block, "when-deleted", decoder),
            service: decoder.value(block, "service"),
        }))
    }

    /// What only a stateful service has.
    pub fn stateful(&self) -> Option<&Stateful> {
        match self {
            Self::Deployment => None,
            Self::Stateful(stateful) => Some(stateful),
        }
    }

    /// The kind of object that makes the pods.
    pub fn maker(&self) -> &'static str {
        match self {
            Self::Deployment => "Deployment",
            Self::Stateful(_) => "StatefulSet",
        }
    }
}

impl Stateful {
    /// The name of the Service below which the pods of a workload of this name have theirs, where none is stated.
    pub fn service_name(workload: &str) -> String {
        format!("{workload}-pods")
    }
}

fn retention(block: &Body<'_>, word: &str, decoder: &mut Decoder<'_>) -> Origin<Retention> {
    let Some(stated) = block.get(word).and_then(|entry| decoder.word_at(entry, 0)) else {
        return decoder.built_in(Retention::Keep);
    };
    let retention = if stated.value == "delete" { Retention::Delete } else { Retention::Keep };
    stated.map(|_| retention)
}

/// Reads every `volume`.
pub(super) fn volumes(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Vec<Volume> {
    let mut volumes = Vec::new();
    for entry in body.all("volume") {
        let Some((term, part)) = entry.term(0) else { continue };
        let name = Origin::new(entry.key.clone().into_owned(), term.span, part.layer);
        if let (Some(path), Some(size)) = (decoder.argument(entry, 1), decoder.argument(entry, 2)) {
            volumes.push(Volume { name, path, size, class: decoder.clause(entry, "class") });
        }
    }
    volumes
}
