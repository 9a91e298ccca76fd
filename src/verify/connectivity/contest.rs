//! Where two policies of the cluster of one tier and priority say different things of the same connection.
//!
//! "If two (or more) policies in the same tier with the same priority could match a connection, then the implementation can
//! apply any of the matching policies" (`apis/v1alpha2/clusternetworkpolicy_types.go`, kubernetes-sigs/network-policy-api
//! v0.2.0, `Priority`). Invariant: only what both decide about some connection, and not alike, is found.

use std::collections::BTreeMap;

use super::addresses::AddressRange;
use super::index::ClassId;
use super::policy::{Action, Direction, Tier};
use super::ports::Ports;
use super::verdict::Whom;
use super::{Connectivity, End};

/// So many pods of two policies are looked at: what differs for none of them is no slip.
const LOOKED_AT: usize = 100;

/// Two policies between which no order is stated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contest {
    /// Both, by index.
    pub policies: [usize; 2],
    /// Which way the connection goes.
    pub direction: Direction,
    /// Pods of whose connections they say different things.
    pub class: ClassId,
    /// Where.
    pub ports: Ports,
    /// What each does.
    pub actions: [Action; 2],
    /// The rule of each, by its number.
    pub rules: [usize; 2],
}

impl Connectivity<'_> {
    /// Neighbors in order among the policies of each tier and priority that are at odds.
    pub fn contests(&self) -> Vec<Contest> {
        let mut equal: BTreeMap<(Tier, u16), Vec<usize>> = BTreeMap::new();
        for policy in 0..self.traffic.policies.len() {
            if let Some(turn) = self.traffic.turn(policy) {
                equal.entry(turn).or_default().push(policy);
            }
        }
        let neighbors = equal.values().flat_map(|policies| policies.iter().zip(policies.iter().skip(1)));
        let both = neighbors.flat_map(|(a, b)| Direction::BOTH.map(|direction| (*a, *b, direction)));
        both.filter_map(|(a, b, direction)| self.contest(a, b, direction)).collect()
    }

    fn contest(&self, a: usize, b: usize, direction: Direction) -> Option<Contest> {
        let of_b = self.subjects(b);
        let shared = self.subjects(a).into_iter().filter(|class| of_b.binary_search(class).is_ok());
        for class in shared.take(LOOKED_AT) {
            let (namespaces, pods, ranges) = self.told_apart(class, direction);
            let pods = pods.into_iter().map(|pod| Whom::End(End::Pod(pod)));
            let pieces = AddressRange::pieces(ranges).into_iter();
            let addresses = pieces.map(|range| Whom::End(End::Address(range.first())));
            for whom in namespaces.into_iter().map(Whom::PodOf).chain(pods).chain(addresses) {
                let (said, other) = (self.said(a, class, direction, whom), self.said(b, class, direction, whom));
                for (action, rule, ports) in &said {
                    for (against, with, theirs) in other.iter().filter(|(against, ..)| against != action) {
                        let ports = ports.and(theirs);
                        if !ports.is_empty() {
                            let (actions, rules) = ([*action, *against], [*rule, *with]);
                            return Some(Contest { policies: [a, b], direction, class, ports, actions, rules });
                        }
                    }
                }
            }
        }
        None
    }

    /// What one policy decides about a connection, its rules in turn.
    fn said(&self, policy: usize, class: ClassId, direction: Direction, whom: Whom) -> Vec<(Action, usize, Ports)> {
        let mut left = Ports::all();
        let rules = self.speaking(policy, class, direction, whom).filter_map(|(action, one)| {
            let ports = one.ports.and(&left);
            left = left.without(&ports);
            (!ports.is_empty()).then_some((action, one.rule, ports))
        });
        rules.collect()
    }
}
