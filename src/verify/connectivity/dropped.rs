//! What the policies of the cluster drop at one class, rule by rule, and whom a rule before has kept from it.
//!
//! Source: `apis/v1alpha2/clusternetworkpolicy_types.go` (kubernetes-sigs/network-policy-api v0.2.0), `Action`: what is
//! accepted is decided, and what is passed on is left to the next tier. Invariant: whoever a rule speaks of is dropped by it, by
//! one that is asked before it, or is spared.

use std::collections::{BTreeMap, BTreeSet};

use super::addresses::AddressRange;
use super::index::ClassId;
use super::policy::{Action, Direction};
use super::ports::Ports;
use super::verdict::{Verdict, Whom};
use super::{Allowance, Connectivity, End};

/// A rule of a policy of the cluster that drops something at a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropping {
    /// The policy, the number of the rule there, and the ports at which anyone is dropped by it.
    pub rule: Allowance,
    /// The names of ports that it states beside them.
    pub port_names: Vec<String>,
    /// The rules that are asked before it and keep some of whom it speaks of from it, each with the ports at which they do.
    pub spared: Vec<Allowance>,
}

/// A rule by its policy and its number there.
type Numbers = (usize, usize);

/// What is dropped at a class, and what is spared of what would be.
#[derive(Default)]
struct Dropped {
    by: BTreeMap<Numbers, Ports>,
    /// By the rule that would drop it, then by the one that keeps it.
    spared: BTreeMap<Numbers, BTreeMap<Numbers, Ports>>,
}

impl Connectivity<'_> {
    /// The rules of policies of the cluster that drop something at a class, in the order in which they are asked. A rule about
    /// which those before it leave nothing drops nothing.
    pub fn dropping(&self, class: ClassId, direction: Direction) -> Vec<Dropping> {
        let tables = &self.traffic.tables;
        let mut dropped = self.dropped(class, direction);
        let mut found = Vec::new();
        for policy in self.governing(class, direction) {
            for (at, read) in self.rules(policy, direction).enumerate() {
                let Some(ports) = dropped.by.remove(&(policy, at)) else { continue };
                let names = tables.rule_ports.get(read.ports).into_iter().flat_map(|ports| &ports.names);
                let names: BTreeSet<&str> = names.map(|(_, name)| tables.names.str(*name)).collect();
                let spared = dropped.spared.remove(&(policy, at)).unwrap_or_default().into_iter();
                // at ports where it drops nobody nothing is claimed of anyone
                let spared = spared.map(|((policy, rule), kept)| Allowance { policy, rule, ports: kept.and(&ports) });
                found.push(Dropping {
                    spared: spared.filter(|one| !one.ports.is_empty()).collect(),
                    rule: Allowance { policy, rule: at, ports },
                    port_names: names.into_iter().map(str::to_owned).collect(),
                });
            }
        }
        found
    }

    fn dropped(&self, class: ClassId, direction: Direction) -> Dropped {
        let (namespaces, pods, ranges) = self.told_apart(class, direction);
        let ends = pods.into_iter().map(End::Pod);
        let ends = ends.chain(AddressRange::pieces(ranges).into_iter().map(|range| End::Address(range.first())));
        let mut dropped = Dropped::default();
        for whom in ends.map(Whom::End).chain(namespaces.into_iter().map(Whom::PodOf)).chain([Whom::Anyone]) {
            let verdict = self.decided(class, direction, whom);
            self.spare((class, direction, whom), &verdict, &mut dropped.spared);
            for denied in verdict.denied {
                dropped.by.entry((denied.policy, denied.rule)).or_default().add(&denied.ports);
            }
        }
        dropped
    }

    /// Adds what is spared of someone's connections.
    fn spare(
        &self,
        (class, direction, whom): (ClassId, Direction, Whom),
        verdict: &Verdict,
        spared: &mut BTreeMap<Numbers, BTreeMap<Numbers, Ports>>,
    ) {
        let tier = |policy: usize| self.traffic.turn(policy).map(|(tier, _)| tier);
        for policy in self.governing(class, direction) {
            let own = tier(policy);
            // what is decided after a rule has nothing in common with it, but for what was passed on to another tier
            let accepted = verdict.accepted.iter().filter(|one| tier(one.policy).is_some_and(|one| Some(one) <= own));
            let passed = verdict.passed.iter().filter(|one| tier(one.policy) == own);
            let kept: Vec<&Allowance> = accepted.chain(passed).collect();
            if kept.is_empty() {
                continue;
            }
            let speaking = self.speaking(policy, class, direction, whom);
            for (_, stated) in speaking.filter(|(action, _)| *action == Action::Deny) {
                for one in &kept {
                    let both = one.ports.and(&stated.ports);
                    if !both.is_empty() {
                        let by_rule = spared.entry((stated.policy, stated.rule)).or_default();
                        by_rule.entry((one.policy, one.rule)).or_default().add(&both);
                    }
                }
            }
        }
    }
}
