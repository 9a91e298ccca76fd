//! What is at an address, as far as the objects of a cluster say: pods, nodes, Services.
//!
//! Invariant: an address that some object has is never taken for one outside of the cluster, of which no policy speaks.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use crate::object::Given;
use crate::object::api::core::v1::{Pod, Service};
use crate::verify::cluster::Cluster;

/// What is at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Located {
    /// A pod with a network of its own: the number of its object.
    Pod(usize),
    /// A node, and whatever is on its network.
    Node,
    /// A Service: the number of its object. Whoever asks there comes to its pods.
    Service(usize),
}

/// What is at each address.
#[derive(Debug, Default)]
pub(super) struct Addresses(BTreeMap<IpAddr, Vec<Located>>);

impl Addresses {
    pub(super) fn of(cluster: &Cluster<'_>) -> Self {
        let mut all = Self::default();
        let judged: BTreeSet<usize> = cluster.pods().iter().map(|pod| pod.at).collect();
        for (at, object) in cluster.iter() {
            if let Given::Pod(pod) = object {
                let is_judged = judged.contains(&at) || cluster.member_of(at).is_some();
                all.pod(pod, is_judged.then_some(at));
            } else if let Given::Service(service) = object {
                all.service(service, at);
            }
        }
        all
    }

    pub(super) fn at(&self, address: IpAddr) -> &[Located] {
        self.0.get(&address).map(Vec::as_slice).unwrap_or_default()
    }

    fn add(&mut self, addresses: impl IntoIterator<Item = impl AsRef<str>>, located: Located) {
        for address in addresses {
            // `None` of a Service without an address is none either
            let Ok(address) = address.as_ref().parse::<IpAddr>() else { continue };
            let known = self.0.entry(address.to_canonical()).or_default();
            if !known.contains(&located) {
                known.push(located);
            }
        }
    }

    fn pod(&mut self, pod: &Pod, judged: Option<usize>) {
        let Some(status) = &pod.status else { return };
        let nodes = status.host_ips.iter().flatten().map(|one| &one.ip).chain(&status.host_ip);
        self.add(nodes, Located::Node);
        let own = status.pod_ips.iter().flatten().map(|one| &one.ip).chain(&status.pod_ip);
        let on_host = pod.spec.as_ref().is_some_and(|spec| spec.host_network == Some(true));
        // the address of a pod that has ended is free for others
        match (on_host, judged) {
            (true, _) => self.add(own, Located::Node),
            (false, Some(at)) => self.add(own, Located::Pod(at)),
            (false, None) => {}
        }
    }

    fn service(&mut self, service: &Service, at: usize) {
        let Some(spec) = &service.spec else { return };
        let own = spec.cluster_ips.iter().flatten().chain(&spec.cluster_ip).chain(spec.external_ips.iter().flatten());
        self.add(own, Located::Service(at));
        let balancer = service.status.as_ref().and_then(|status| status.load_balancer.as_ref());
        let entries = balancer.and_then(|balancer| balancer.ingress.as_ref());
        self.add(entries.into_iter().flatten().filter_map(|entry| entry.ip.as_ref()), Located::Service(at));
    }
}
