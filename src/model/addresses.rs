//! At which addresses endpoints are, as far as the spec says it.
//!
//! Invariant: what is said here is what network policies are emitted with: an exception counts only inside a range that is wider.

use std::net::IpAddr;

use super::external::External;
use super::origin::{EndpointId, Origin};
use super::platform::Cni;
use super::{Endpoint, Model};
use crate::value::Cidr;

/// The addresses of an endpoint: an external's ranges; those of the nodes for a workload on the host network. No others are
/// known before the cluster hands them out.
#[derive(Debug, Clone, Copy)]
pub struct Addresses<'m> {
    ranges: &'m [Origin<Cidr>],
    except: &'m [Origin<Cidr>],
}

/// Addresses that are those of two endpoints.
#[derive(Debug, Clone, Copy)]
pub struct Common<'m> {
    /// Some of them.
    pub range: Cidr,
    /// The range of the first that holds them.
    pub one: &'m Origin<Cidr>,
    /// The range of the second that holds them.
    pub other: &'m Origin<Cidr>,
}

impl Model {
    /// The addresses of an endpoint.
    pub fn addresses(&self, id: EndpointId) -> Addresses<'_> {
        match self.endpoint(id) {
            Some(Endpoint::External(External { cidrs, except, tainted: false, .. })) => {
                Addresses { ranges: cidrs, except }
            }
            Some(Endpoint::Workload(workload)) if workload.is_on_host() => {
                Addresses { ranges: &self.platform.node_cidrs, except: &[] }
            }
            Some(Endpoint::External(_) | Endpoint::Workload(_)) | None => Addresses { ranges: &[], except: &[] },
        }
    }
}

impl Model {
    /// The addresses from which the pods of a workload have theirs, where a block of addresses is known to mean pods as well.
    /// Upstream's own implementation of policies asks whether the block holds the address and nothing else, a pod's too
    /// (kubernetes-sigs/kube-network-policies `pkg/networkpolicy/networkpolicy.go`, `evaluateIPBlocks`); a block on Cilium never
    /// matches a pod (cilium/cilium#9209).
    pub fn pod_addresses(&self, id: EndpointId) -> Addresses<'_> {
        let ranges = match (self.platform.cni.value, self.workload(id)) {
            (Cni::Any | Cni::Calico | Cni::AwsVpc, Some(workload)) if !workload.is_on_host() => {
                self.platform.pod_cidrs.as_slice()
            }
            (Cni::Any | Cni::Calico | Cni::AwsVpc | Cni::Cilium, _) => &[],
        };
        Addresses { ranges, except: &[] }
    }
}

impl<'m> Addresses<'m> {
    /// Whether the spec names none.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Whether an address is one of them.
    pub fn has(&self, address: IpAddr) -> bool {
        self.ranges.iter().any(|range| {
            range.value.contains_address(address)
                && !self.left_out_of(range.value).any(|except| except.contains_address(address))
        })
    }

    /// Some that are others' as well.
    pub fn common(&self, other: &Self) -> Option<Common<'m>> {
        self.all_common(other).next()
    }

    /// Some of each two ranges that have any in common.
    pub fn all_common<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = Common<'m>> + 'a {
        let pairs = self.ranges.iter().flat_map(|one| other.ranges.iter().map(move |other| (one, other)));
        pairs.filter_map(|(one, another)| {
            let inner = one.value.overlap(&another.value)?;
            let left_out = self.left_out_of(one.value).chain(other.left_out_of(another.value));
            let range = inner.first_outside(&left_out.collect::<Vec<_>>())?;
            Some(Common { range, one, other: another })
        })
    }

    /// Some of each range that has any in common with another one.
    pub fn common_with<'a>(&'a self, other: Cidr) -> impl Iterator<Item = (Cidr, &'m Origin<Cidr>)> + 'a {
        self.ranges.iter().filter_map(move |one| {
            let inner = one.value.overlap(&other)?;
            let range = inner.first_outside(&self.left_out_of(one.value).collect::<Vec<_>>())?;
            Some((range, one))
        })
    }

    /// What is left out of a range.
    fn left_out_of(&self, range: Cidr) -> impl Iterator<Item = Cidr> + use<'m> {
        self.except.iter().map(|except| except.value).filter(move |except| range.strictly_contains(except))
    }
}
