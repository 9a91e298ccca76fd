//! What a service exposes, host by host: each host is an object of its own, an Ingress or an `HTTPRoute`, by what lets requests in.
//!
//! Invariant: the name of such an object says the service, the entry and the host, so that none takes another's place.

use std::collections::BTreeMap;

use super::Context;
use crate::model::{Entry, Exposure, Workload};

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

/// The hosts at which a workload is reached from outside.
pub(super) fn hosts<'a>(cx: &Context<'a>, workload: &'a Workload) -> Vec<Exposing<'a>> {
    let Some(service) = workload.service().filter(|service| !service.exposures.is_empty()) else { return Vec::new() };
    let mut hosts: BTreeMap<_, Exposing<'a>> = BTreeMap::new();
    for (index, exposure) in service.exposures.iter().enumerate() {
        let entry = cx.graph.implied.entries.get(&(workload.id, index)).and_then(|entry| cx.model.workload(*entry));
        let Some((entry, by)) = entry.and_then(|entry| Some((entry, entry.managed()?.entry.as_ref()?))) else {
            continue;
        };
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
