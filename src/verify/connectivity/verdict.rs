//! What all tiers together say of a connection at one of its ends: the policies of the cluster before those of namespaces,
//! these, and those of the cluster after them.
//!
//! Source: `apis/v1alpha2/clusternetworkpolicy_types.go` (kubernetes-sigs/network-policy-api v0.2.0), `Tier`, `Priority` and
//! `Action`. Invariant: every port is in at most one of what is accepted, denied and left open, but that rules of namespaces
//! may accept the same; what is in none is denied, since the pods are isolated.

use super::index::{ClassId, NamespaceId};
use super::policy::{Action, Direction, Tier};
use super::ports::Ports;
use super::{Allowance, Connectivity, End};

/// Someone at the other end, as a rule may speak of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whom {
    /// This one.
    End(End),
    /// A pod of a namespace that policies see, and that no rule names by its labels, its ports or its addresses.
    PodOf(NamespaceId),
    /// Any other such pod, whose namespace no rule names either, or one on the host network.
    Anyone,
}

/// What is decided about the connections between two ends, at one of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    /// The rules that let them pass.
    pub accepted: Vec<Allowance>,
    /// The rules that drop them.
    pub denied: Vec<Allowance>,
    /// The rules of the cluster that leave them to the next tier, whatever comes of it there.
    pub passed: Vec<Allowance>,
    /// The ports about which nobody says anything, so that they pass.
    pub open: Ports,
}

impl Verdict {
    /// The ports at which they pass.
    pub fn passing(&self) -> Ports {
        let mut ports = self.open.clone();
        for accepted in &self.accepted {
            ports.add(&accepted.ports);
        }
        ports
    }
}

/// The ports that nobody has decided about.
struct Left(Ports);

impl Connectivity<'_> {
    /// What is decided at a class about connections to (or from) another end.
    pub fn verdict(&self, class: ClassId, direction: Direction, peer: End) -> Verdict {
        self.decided(class, direction, Whom::End(peer))
    }

    /// The same about someone who need not be known.
    ///
    /// "v1.NetworkPolicy always makes a final decision for selected pods. Further evaluation only happens for Pods not
    /// selected by a v1.NetworkPolicy." "If a given connection wasn't allowed or denied by any of the tiers, the default
    /// kubernetes policy is applied, which says that all pods can communicate with each other."
    pub(super) fn decided(&self, class: ClassId, direction: Direction, whom: Whom) -> Verdict {
        let (mut verdict, mut left) = (Verdict::default(), Left(Ports::all()));
        self.tier(Tier::Admin, (class, direction, whom), &mut left, &mut verdict);
        if self.is_isolated(class, direction) {
            let stated = self.isolating(class, direction);
            for (_, mut one) in stated.flat_map(|policy| self.speaking(policy, class, direction, whom)) {
                one.ports = one.ports.and(&left.0);
                verdict.accepted.extend((!one.ports.is_empty()).then_some(one));
            }
            return verdict;
        }
        self.tier(Tier::Baseline, (class, direction, whom), &mut left, &mut verdict);
        verdict.open = left.0;
        verdict
    }

    /// Asks the rules of a tier in turn: the first that speaks of a connection decides, and what is passed on is left to
    /// the next tier.
    fn tier(
        &self,
        tier: Tier,
        (class, direction, whom): (ClassId, Direction, Whom),
        left: &mut Left,
        verdict: &mut Verdict,
    ) {
        let mut passed_on = Ports::NONE;
        let is_of = |policy: &usize| self.traffic.turn(*policy).is_some_and(|(own, _)| own == tier);
        for policy in self.governing(class, direction).filter(is_of) {
            for (action, mut one) in self.speaking(policy, class, direction, whom) {
                one.ports = one.ports.and(&left.0);
                if one.ports.is_empty() {
                    continue;
                }
                left.0 = left.0.without(&one.ports);
                match action {
                    Action::Accept => verdict.accepted.push(one),
                    Action::Deny => verdict.denied.push(one),
                    Action::Pass => {
                        passed_on.add(&one.ports);
                        verdict.passed.push(one);
                    }
                }
            }
        }
        left.0.add(&passed_on);
    }
}
