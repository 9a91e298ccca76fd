//! What a service exposes, host by host.

use std::collections::BTreeMap;

use super::FlowGraph;
use crate::model::{Certificate, Endpoint, Entry, EntryKind, Exposure, Model, Workload};
use crate::object::{CLUSTER_ISSUER, ISSUER};

/// What a service exposes of one host through one entry.
pub struct Exposing<'a> {
    /// The host.
    pub host: &'a str,
    /// What lets requests in.
    pub entry: &'a Endpoint,
    /// What it lets them in by.
    pub by: &'a Entry,
    /// The paths, in order.
    pub exposures: Vec<&'a Exposure>,
}

impl Exposing<'_> {
    /// The name of its object.
    pub fn object_name(&self, workload: &Workload) -> String {
        Exposure::object_name(&workload.name.value, &self.entry.name().value, self.host)
    }

    /// The certificate of the host.
    pub fn certificate(&self) -> Option<&Certificate> {
        self.exposures.iter().find_map(|exposure| exposure.tls.as_ref()).map(|tls| &tls.certificate)
    }

    /// The annotations by which whoever serves its Ingress is told of a certificate and a timeout; an `HTTPRoute` has none.
    pub fn annotations(&self) -> Vec<(String, String)> {
        let EntryKind::Ingress { class: _, timeout_annotation } = &self.by.by else { return Vec::new() };
        let issuer = match self.certificate() {
            Some(Certificate::Issuer(issuer)) => Some((ISSUER.to_owned(), issuer.value.clone())),
            Some(Certificate::ClusterIssuer(issuer)) => Some((CLUSTER_ISSUER.to_owned(), issuer.value.clone())),
            Some(Certificate::Secret(_) | Certificate::None(_)) | None => None,
        };
        let timeout = self.exposures.iter().find_map(|exposure| exposure.timeout.as_ref());
        let timeout = timeout_annotation.as_ref().zip(timeout);
        let timeout = timeout.map(|(key, timeout)| (key.value.clone(), timeout.value.secs().to_string()));
        issuer.into_iter().chain(timeout).collect()
    }
}

impl FlowGraph {
    /// Each host at which a workload is reached from outside, each an object of its own: an Ingress or an `HTTPRoute`, by what lets
    /// requests in.
    pub fn hosts<'a>(&'a self, model: &'a Model, workload: &'a Workload) -> Vec<Exposing<'a>> {
        let mut hosts: BTreeMap<_, Exposing<'a>> = BTreeMap::new();
        for (exposure, entry, by) in self.exposed(model, workload) {
            let host = exposure.address.value.host.as_str();
            let found =
                hosts.entry((host, entry.id())).or_insert_with(|| Exposing { host, entry, by, exposures: Vec::new() });
            found.exposures.push(exposure);
        }
        let mut hosts: Vec<Exposing<'a>> = hosts.into_values().collect();
        for host in &mut hosts {
            host.exposures.sort_by_key(|exposure| (&exposure.address.value.path, exposure.exact.is_none()));
        }
        hosts
    }
}
