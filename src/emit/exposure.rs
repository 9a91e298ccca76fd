//! What a service exposes, host by host: each host is an object of its own, an Ingress or an `HTTPRoute`, by what lets requests in.
//!
//! Invariant: the name of such an object says the service, the entry and the host, so that none takes another's place.

use std::collections::BTreeMap;

use super::{Context, http_route, ingress};
use crate::model::{Entry, EntryKind, Exposure, Workload};
use crate::object::Object;

/// What a service exposes of one host through one entry.
pub(super) struct Exposing<'a> {
    /// The host.
    pub(super) host: &'a str,
    /// What lets requests in.
    pub(super) entry: &'a Workload,
    /// What it lets them in by.
    pub(super) by: &'a Entry,
    /// The paths, in order.
    pub(super) exposures: Vec<&'a Exposure>,
}

impl Exposing<'_> {
    /// The name of its object.
    pub(super) fn object_name(&self, workload: &Workload) -> String {
        Exposure::object_name(&workload.name.value, &self.entry.name.value, self.host)
    }
}

/// The object of each host at which a workload is reached from outside.
pub(super) fn emit(cx: &Context<'_>, workload: &Workload, objects: &mut Vec<Object>) {
    objects.extend(hosts(cx, workload).into_iter().map(|host| match &host.by.by {
        EntryKind::Ingress { class, timeout_annotation } => {
            ingress::of_host(cx, workload, &host, (class, timeout_annotation.as_ref()))
        }
        EntryKind::Gateway { name, namespace, listener } => {
            http_route::of_host(cx, workload, &host, (name, namespace.as_ref(), listener.as_ref()))
        }
    }));
}

fn hosts<'a>(cx: &Context<'a>, workload: &'a Workload) -> Vec<Exposing<'a>> {
    let mut hosts: BTreeMap<_, Exposing<'a>> = BTreeMap::new();
    for (exposure, entry, by) in cx.graph.exposed(cx.model, workload) {
        let host = exposure.address.value.host.as_str();
        let found =
            hosts.entry((host, entry.id)).or_insert_with(|| Exposing { host, entry, by, exposures: Vec::new() });
        found.exposures.push(exposure);
    }
    let mut hosts: Vec<Exposing<'a>> = hosts.into_values().collect();
    for host in &mut hosts {
        host.exposures.sort_by_key(|exposure| (&exposure.address.value.path, exposure.exact.is_none()));
    }
    hosts
}
