//! The ports of a rule as it states them, and those that pods declare under the names that it uses.

use std::collections::{BTreeMap, BTreeSet};

use crate::object::{IntOrString, NetworkPolicy};
use crate::verify::connectivity::{Direction, PodOf, Ports as Passed, Transport};

/// Whether a protocol is UDP; `None` for one that the language does not have.
pub(super) fn is_udp(transport: Transport) -> Option<bool> {
    match transport {
        Transport::Tcp => Some(false),
        Transport::Udp => Some(true),
        Transport::Sctp => None,
    }
}

/// The ports that pods declare under a name.
pub(super) struct Declared(BTreeMap<(String, Transport), BTreeSet<u16>>);

impl Declared {
    /// Those of a pod.
    pub(super) fn of(pod: PodOf<'_>) -> Self {
        let mut declared: BTreeMap<_, BTreeSet<u16>> = BTreeMap::new();
        for port in pod.ports() {
            if let Some(name) = port.name {
                declared.entry((name.into_owned(), port.transport)).or_default().insert(port.number);
            }
        }
        Self(declared)
    }
}

/// The ports of one rule, as it states them.
#[derive(Debug, Clone, Default)]
pub(super) struct StatedPorts {
    /// Lowest, highest, and whether they are UDP; empty where the rule states none, or none that is a number.
    pub(super) ranges: Vec<(u16, u16, bool)>,
    /// Those that it names.
    named: Vec<(String, Transport)>,
    /// Whether the rule is about all ports.
    pub(super) is_everything: bool,
}

impl StatedPorts {
    /// Those of a rule of a policy.
    pub(super) fn of(policy: &NetworkPolicy, direction: Direction, rule: usize) -> Self {
        let spec = policy.spec.as_ref();
        let stated = match direction {
            Direction::Ingress => {
                spec.and_then(|spec| spec.ingress.as_ref()?.get(rule)).and_then(|rule| rule.ports.as_deref())
            }
            Direction::Egress => {
                spec.and_then(|spec| spec.egress.as_ref()?.get(rule)).and_then(|rule| rule.ports.as_deref())
            }
        };
        let stated = stated.unwrap_or_default();
        let mut ports = Self { is_everything: stated.is_empty(), ..Self::default() };
        for port in stated {
            let Some(transport) = Transport::parse(port.protocol.as_deref()) else { continue };
            let Some(udp) = is_udp(transport) else { continue };
            let (first, last) = match (&port.port, port.end_port) {
                (None, _) => (1, u16::MAX),
                (Some(IntOrString::Int(first)), last) => {
                    let Ok(first) = u16::try_from(*first) else { continue };
                    (first, last.and_then(|last| u16::try_from(last).ok()).unwrap_or(first))
                }
                (Some(IntOrString::String(name)), _) => {
                    ports.named.push((name.clone(), transport));
                    continue;
                }
            };
            ports.ranges.push((first, last, udp));
        }
        ports
    }

    /// Whether it is about this port alone.
    pub(super) fn is_only(&self, port: u16) -> bool {
        !self.ranges.is_empty()
            && self.named.is_empty()
            && self.ranges.iter().all(|range| (range.0, range.1) == (port, port))
    }

    /// Those that are no range, and whether they are UDP.
    pub(super) fn single(&self) -> impl Iterator<Item = (u16, bool)> {
        self.ranges.iter().filter(|(first, last, _)| first == last).map(|(first, _, udp)| (*first, *udp))
    }

    /// What passes to pods that declare these.
    pub(super) fn passed(&self, declared: &Declared) -> Passed {
        if self.is_everything {
            return Passed::all();
        }
        let mut ports = Passed::NONE;
        for (first, last, udp) in &self.ranges {
            let transport = if *udp { Transport::Udp } else { Transport::Tcp };
            ports.add(&Passed::range(transport, *first, *last));
        }
        for name in &self.named {
            for number in declared.0.get(name).into_iter().flatten() {
                ports.add(&Passed::one(name.1, *number));
            }
        }
        ports
    }
}
