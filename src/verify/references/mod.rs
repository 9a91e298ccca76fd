//! What else in a set of objects contradicts itself or names what is not there.

pub mod backends;
mod bindings;
mod counts;
pub mod mentions;
mod ranges;
pub mod refused;
mod required;
mod rollouts;
pub mod scalers;
mod scopes;
pub mod selectors;
pub mod services;
pub mod stopping;
pub mod sums;
pub mod targets;
pub mod twice;

use super::cluster::Cluster;
use super::finding::Finding;
use crate::diagnostic::Code;

/// Every code of this part.
pub fn codes() -> impl Iterator<Item = &'static Code> {
    let of_pods = [selectors::CODES, services::CODES, scalers::CODES, sums::CODES, stopping::CODES];
    let of_objects = [mentions::CODES, twice::CODES, targets::CODES, refused::CODES, backends::CODES];
    of_pods.into_iter().chain(of_objects).flatten().copied()
}

/// All of them over one cluster.
pub fn judge(cluster: &Cluster<'_>) -> Vec<Finding> {
    let mut found = selectors::judge(cluster);
    found.extend(services::judge(cluster));
    found.extend(scalers::judge(cluster));
    found.extend(sums::judge(cluster));
    found.extend(stopping::judge(cluster));
    found.extend(mentions::judge(cluster));
    found.extend(bindings::judge(cluster));
    found.extend(twice::judge(cluster));
    found.extend(targets::judge(cluster));
    found.extend(refused::judge(cluster));
    found.extend(required::judge(cluster));
    found.extend(ranges::judge(cluster));
    found.extend(rollouts::judge(cluster));
    found.extend(backends::judge(cluster));
    found
}
