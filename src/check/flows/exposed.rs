//! What services expose, as several checks read it.

use crate::check::Context;
use crate::model::exposure::namespace_of;
use crate::model::{Endpoint, Entry, EntryKind, Environment, Exposure, Workload};

/// What a service exposes, and what lets requests in to it.
#[derive(Clone, Copy)]
pub(super) struct Exposed<'a> {
    pub(super) workload: &'a Workload,
    pub(super) environment: &'a Environment,
    pub(super) exposure: &'a Exposure,
    /// What lets requests in.
    pub(super) entry: &'a Endpoint,
    /// What it lets them in by.
    pub(super) by: &'a Entry,
}

/// What lets requests in as those know it that serve it: two workloads that serve one class serve the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Told<'a> {
    /// Ingresses of a class.
    Ingress(&'a str),
    /// A listener of a Gateway in a namespace.
    Gateway(&'a str, &'a str, Option<&'a str>),
}

impl<'a> Exposed<'a> {
    /// What it is told by.
    pub(super) fn told(&self, cx: &Context<'a>) -> Told<'a> {
        match &self.by.by {
            EntryKind::Ingress { class, .. } => Told::Ingress(&class.value),
            EntryKind::Gateway { name, namespace, listener } => {
                let namespace = namespace_of(cx.model, self.entry, namespace.as_ref());
                Told::Gateway(&name.value, namespace, listener.as_ref().map(|listener| listener.value.as_str()))
            }
        }
    }
}

/// All that is exposed by the services that are judged, of which it is known what lets requests in.
pub(super) fn all<'a>(cx: &'a Context<'a>) -> impl Iterator<Item = Exposed<'a>> {
    cx.services().flat_map(move |(workload, _, environment)| {
        let exposed = cx.graph.exposed(cx.model, workload);
        exposed.map(move |(exposure, entry, by)| Exposed { workload, environment, exposure, entry, by })
    })
}
