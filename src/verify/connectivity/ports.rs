//! Sets of ports, by protocol, as ranges: no set is ever spelled out port by port.
//!
//! Invariant: the ranges are sorted, and no two of one protocol overlap or touch, so that equal sets are equal values.

use std::fmt;

/// The transports that a policy can speak of (kubernetes/api `core/v1/types.go`, 0.33: `Protocol`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// TCP
    Tcp,
    /// UDP
    Udp,
    /// SCTP
    Sctp,
}

impl Transport {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Tcp, Self::Udp, Self::Sctp];

    /// As Kubernetes writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
            Self::Sctp => "SCTP",
        }
    }

    /// The transport of that name, TCP where none is given: "if not specified, this field defaults to TCP"
    /// (kubernetes/api `networking/v1/types.go`, 0.33, `NetworkPolicyPort`). `None` for a name that the API refuses.
    pub fn parse(name: Option<&str>) -> Option<Self> {
        let Some(name) = name else { return Some(Self::Tcp) };
        Self::ALL.into_iter().find(|transport| transport.name() == name)
    }
}

/// Neighboring ports of one protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortRange {
    /// Their protocol.
    pub transport: Transport,
    /// The lowest of them.
    pub first: u16,
    /// The highest of them.
    pub last: u16,
}

/// A set of ports.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub struct Ports(Vec<PortRange>);

impl Ports {
    /// No port.
    pub const NONE: Self = Self(Vec::new());

    /// Every port of every protocol.
    pub fn all() -> Self {
        Self(Transport::ALL.map(|transport| PortRange { transport, first: 1, last: u16::MAX }).to_vec())
    }

    /// Every port of one protocol.
    pub fn every(transport: Transport) -> Self {
        Self::range(transport, 1, u16::MAX)
    }

    /// One port.
    pub fn one(transport: Transport, port: u16) -> Self {
        Self::range(transport, port, port)
    }

    /// The ports from `first` to `last`, both included; none where `last` is below `first`.
    pub fn range(transport: Transport, first: u16, last: u16) -> Self {
        if first > last { Self::NONE } else { Self(vec![PortRange { transport, first, last }]) }
    }

    /// The ranges, sorted.
    pub fn ranges(&self) -> &[PortRange] {
        &self.0
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a port is in it.
    pub fn contains(&self, transport: Transport, port: u16) -> bool {
        self.0.iter().any(|range| range.transport == transport && (range.first..=range.last).contains(&port))
    }

    /// Adds the ports of another set.
    pub fn add(&mut self, other: &Self) {
        if other.is_empty() || self == other {
            return;
        }
        if self.is_empty() {
            self.0.clone_from(&other.0);
            return;
        }
        let mut all = std::mem::take(&mut self.0);
        all.extend(&other.0);
        all.sort_unstable();
        for range in all {
            match self.0.last_mut() {
                Some(last)
                    if last.transport == range.transport && u32::from(range.first) <= u32::from(last.last) + 1 =>
                {
                    last.last = last.last.max(range.last);
                }
                Some(_) | None => self.0.push(range),
            }
        }
    }

    /// The ports that are in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let mut both = Vec::new();
        for a in &self.0 {
            for b in other.0.iter().filter(|b| b.transport == a.transport) {
                let (first, last) = (a.first.max(b.first), a.last.min(b.last));
                if first <= last {
                    both.push(PortRange { transport: a.transport, first, last });
                }
            }
        }
        both.sort_unstable();
        Self(both)
    }

    /// The ports that are not in `other`.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        let mut left = Vec::new();
        for range in &self.0 {
            let mut next = u32::from(range.first);
            for taken in other.0.iter().filter(|taken| taken.transport == range.transport) {
                let (first, last) = (u32::from(taken.first), u32::from(taken.last));
                if last < next || first > u32::from(range.last) {
                    continue;
                }
                push(&mut left, range.transport, next, first.saturating_sub(1));
                next = last + 1;
            }
            push(&mut left, range.transport, next, u32::from(range.last));
        }
        Self(left)
    }
}

fn push(ranges: &mut Vec<PortRange>, transport: Transport, first: u32, last: u32) {
    if first <= last
        && let (Ok(first), Ok(last)) = (u16::try_from(first), u16::try_from(last))
    {
        ranges.push(PortRange { transport, first, last });
    }
}

impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.first, self.last) {
            (1, u16::MAX) => write!(f, "any port/{}", self.transport.name()),
            (first, last) if first == last => write!(f, "{first}/{}", self.transport.name()),
            (first, last) => write!(f, "{first}-{last}/{}", self.transport.name()),
        }
    }
}

/// `8080/TCP, 53/UDP`.
impl fmt::Display for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::all() {
            return f.write_str("any port");
        }
        for (index, range) in self.0.iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            write!(f, "{comma}{range}")?;
        }
        if self.is_empty() { f.write_str("no port") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Ports, Transport};

    fn tcp(ranges: &[(u16, u16)]) -> Ports {
        let mut ports = Ports::NONE;
        for &(first, last) in ranges {
            ports.add(&Ports::range(Transport::Tcp, first, last));
        }
        ports
    }

    #[test]
    fn equal_sets_are_equal_values() {
        assert_eq!(tcp(&[(1, 10), (11, 20)]), tcp(&[(1, 20)]));
        assert_eq!(tcp(&[(5, 20), (1, 7)]), tcp(&[(1, 20)]));
        assert_ne!(tcp(&[(1, 10), (12, 20)]), tcp(&[(1, 20)]));
        assert_eq!(tcp(&[(9, 8)]), Ports::NONE);
        assert_eq!(tcp(&[(1, 65534), (65535, 65535)]), Ports::every(Transport::Tcp));
        let mut every = Ports::NONE;
        for transport in Transport::ALL {
            every.add(&Ports::every(transport));
        }
        assert_eq!(every, Ports::all());
    }

    #[test]
    fn both_and_without() {
        let (a, b) = (tcp(&[(1, 10), (20, 30)]), tcp(&[(5, 25)]));
        assert_eq!(a.and(&b), tcp(&[(5, 10), (20, 25)]));
        assert_eq!(a.without(&b), tcp(&[(1, 4), (26, 30)]));
        assert_eq!(b.without(&a), tcp(&[(11, 19)]));
        assert_eq!(a.without(&Ports::all()), Ports::NONE);
        assert_eq!(
            Ports::all().without(&Ports::every(Transport::Udp)).and(&Ports::one(Transport::Udp, 53)),
            Ports::NONE
        );
        assert_eq!(tcp(&[(1, 65535)]).without(&tcp(&[(65535, 65535)])), tcp(&[(1, 65534)]));
    }

    #[test]
    fn reads_well() {
        let mut ports = tcp(&[(8000, 8010), (80, 80)]);
        ports.add(&Ports::one(Transport::Udp, 53));
        assert_eq!(ports.to_string(), "80/TCP, 8000-8010/TCP, 53/UDP");
        assert_eq!(Ports::all().to_string(), "any port");
        assert_eq!(Ports::every(Transport::Sctp).to_string(), "any port/SCTP");
        assert_eq!(Ports::NONE.to_string(), "no port");
        assert!(ports.contains(Transport::Tcp, 8010) && !ports.contains(Transport::Udp, 8010));
    }
}
