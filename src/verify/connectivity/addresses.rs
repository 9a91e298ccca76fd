//! IP addresses as numbers, ranges of them, and what each address may do.
//!
//! Invariant: [`AddressPorts`] is sorted, its ranges do not overlap, neighbors with equal ports are one range, and no
//! range has no port: two of them are equal if and only if they allow the same to every single address.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::blocks::Block;
use super::ports::Ports;

/// The two kinds of addresses, which never contain each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// IPv4
    V4,
    /// IPv6
    V6,
}

impl Family {
    const fn bits(self) -> u32 {
        match self {
            Self::V4 => 32,
            Self::V6 => 128,
        }
    }
}

/// Neighboring addresses of one family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressRange {
    /// Their family.
    pub family: Family,
    /// The lowest of them, as a number.
    pub first: u128,
    /// The highest of them, as a number.
    pub last: u128,
}

/// An address as a number. An IPv4 address in IPv6 form is the IPv4 address, as it is to Go's `net`.
fn numbered(address: IpAddr) -> (Family, u128) {
    match address.to_canonical() {
        IpAddr::V4(address) => (Family::V4, u128::from(address.to_bits())),
        IpAddr::V6(address) => (Family::V6, address.to_bits()),
    }
}

fn written(family: Family, number: u128) -> IpAddr {
    match family {
        Family::V4 => IpAddr::V4(Ipv4Addr::from_bits(u32::try_from(number).unwrap_or(u32::MAX))),
        Family::V6 => IpAddr::V6(Ipv6Addr::from_bits(number)),
    }
}

impl AddressRange {
    /// All addresses there are.
    pub const WORLD: [Self; 2] = [
        Self { family: Family::V4, first: 0, last: u32::MAX as u128 },
        Self { family: Family::V6, first: 0, last: u128::MAX },
    ];

    /// Whether some address is in both.
    pub fn meets(&self, other: &Self) -> bool {
        self.family == other.family && self.first <= other.last && other.first <= self.last
    }

    /// One address.
    pub fn one(address: IpAddr) -> Self {
        let (family, number) = numbered(address);
        Self { family, first: number, last: number }
    }

    /// The range of a `cidr` of an `ipBlock`, as the API server reads it; `None` for what is none.
    pub fn parse(cidr: &str) -> Option<Self> {
        Block::parse(cidr).map(|block| block.range)
    }

    /// Whether an address is in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        let (family, number) = numbered(address);
        family == self.family && (self.first..=self.last).contains(&number)
    }

    /// Whether all of another range is in it.
    pub fn holds(&self, other: &Self) -> bool {
        self.family == other.family && self.first <= other.first && other.last <= self.last
    }

    /// The lowest address.
    pub fn first(&self) -> IpAddr {
        written(self.family, self.first)
    }

    /// The highest address.
    pub fn last(&self) -> IpAddr {
        written(self.family, self.last)
    }

    /// What is left of it without others.
    #[must_use]
    pub fn without(self, others: &[Self]) -> Vec<Self> {
        let mut left = vec![self];
        for other in others {
            left = left.into_iter().flat_map(|range| range.minus(other)).flatten().collect();
        }
        left
    }

    /// The world in pieces, so that each of these ranges is some of them and no piece is in one by halves.
    pub(super) fn pieces(ranges: impl IntoIterator<Item = Self>) -> Vec<Self> {
        let mut starts: Vec<(Family, u128)> = Self::WORLD.iter().map(|range| (range.family, range.first)).collect();
        for range in ranges {
            starts.push((range.family, range.first));
            let is_end = Self::WORLD.iter().any(|world| (world.family, world.last) == (range.family, range.last));
            starts.extend(range.last.checked_add(1).filter(|_| !is_end).map(|above| (range.family, above)));
        }
        starts.sort_unstable();
        starts.dedup();
        let ends = starts.iter().skip(1).map(Some).chain([None]);
        let last = |family: Family, next: Option<&(Family, u128)>| match next {
            Some(&(other, above)) if other == family => above - 1,
            Some(_) | None => Self::WORLD.iter().find(|world| world.family == family).map_or(0, |world| world.last),
        };
        starts
            .iter()
            .zip(ends)
            .map(|(&(family, first), next)| Self { family, first, last: last(family, next) })
            .collect()
    }

    fn minus(self, other: &Self) -> [Option<Self>; 2] {
        if self.family != other.family || other.last < self.first || other.first > self.last {
            return [Some(self), None];
        }
        let below = (other.first > self.first).then(|| Self { last: other.first - 1, ..self });
        let above = (other.last < self.last).then(|| Self { first: other.last + 1, ..self });
        [below, above]
    }
}

/// `10.0.0.0/24` where the range is one, else `10.0.0.1 to 10.0.0.9`.
impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            return self.first().fmt(f);
        }
        let hosts = self.last - self.first;
        let is_block = (hosts & hosts.wrapping_add(1)) == 0 && (self.first & hosts) == 0;
        if is_block {
            write!(f, "{}/{}", self.first(), self.family.bits() - hosts.count_ones())
        } else {
            write!(f, "{} to {}", self.first(), self.last())
        }
    }
}

/// Which ports each address of the world may use, or be reached at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AddressPorts(Vec<(AddressRange, Ports)>);

impl AddressPorts {
    /// The union of what each of these ranges may do.
    pub fn collect(mut allowed: Vec<(AddressRange, Ports)>) -> Self {
        allowed.retain(|(_, ports)| !ports.is_empty());
        allowed.sort();
        let mut map = Self::default();
        let mut cuts: Vec<(Family, u128)> = Vec::with_capacity(allowed.len() * 2);
        for (range, _) in &allowed {
            cuts.push((range.family, range.first));
            if let Some(above) = range.last.checked_add(1) {
                cuts.push((range.family, above));
            }
        }
        cuts.sort_unstable();
        cuts.dedup();
        let mut next = allowed.iter().peekable();
        let mut active: Vec<&(AddressRange, Ports)> = Vec::new();
        for (at, &(family, first)) in cuts.iter().enumerate() {
            active.retain(|(range, _)| range.family == family && range.last >= first);
            while let Some(entry) = next.next_if(|(range, _)| (range.family, range.first) <= (family, first)) {
                active.push(entry);
            }
            let mut ports = Ports::NONE;
            for (_, own) in &active {
                ports.add(own);
            }
            let last = match cuts.get(at + 1) {
                Some(&(next, above)) if next == family => above - 1,
                Some(_) | None => active.iter().map(|(range, _)| range.last).max().unwrap_or(first),
            };
            map.push(AddressRange { family, first, last }, ports);
        }
        map
    }

    /// Adds a range above all others.
    fn push(&mut self, range: AddressRange, ports: Ports) {
        if ports.is_empty() {
            return;
        }
        if let Some((last, own)) = self.0.last_mut()
            && last.family == range.family
            && last.last.checked_add(1) == Some(range.first)
            && *own == ports
        {
            last.last = range.last;
            return;
        }
        self.0.push((range, ports));
    }

    /// The ranges, sorted, with their ports.
    pub fn ranges(&self) -> &[(AddressRange, Ports)] {
        &self.0
    }

    /// Whether no address may do anything.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What one address may do.
    pub fn at(&self, address: IpAddr) -> Ports {
        let found = self.0.iter().find(|(range, _)| range.contains(address));
        found.map_or(Ports::NONE, |(_, ports)| ports.clone())
    }

    /// What these allow that others do not.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        let mut left = Vec::new();
        for (range, ports) in &self.0 {
            let meets = |(taken, _): &&(AddressRange, Ports)| {
                taken.family == range.family && taken.first <= range.last && taken.last >= range.first
            };
            let others: Vec<&(AddressRange, Ports)> = other.0.iter().filter(meets).collect();
            for (taken, their) in &others {
                let (first, last) = (range.first.max(taken.first), range.last.min(taken.last));
                left.push((AddressRange { first, last, ..*range }, ports.without(their)));
            }
            let taken: Vec<AddressRange> = others.iter().map(|(taken, _)| *taken).collect();
            left.extend(range.without(&taken).into_iter().map(|range| (range, ports.clone())));
        }
        Self::collect(left)
    }
}

#[cfg(test)]
mod tests {
    use super::{AddressPorts, AddressRange};
    use crate::verify::connectivity::ports::{Ports, Transport};

    fn range(cidr: &str) -> AddressRange {
        AddressRange::parse(cidr).unwrap()
    }

    fn tcp(port: u16) -> Ports {
        Ports::one(Transport::Tcp, port)
    }

    fn map(entries: &[(&str, u16)]) -> AddressPorts {
        AddressPorts::collect(entries.iter().map(|(cidr, port)| (range(cidr), tcp(*port))).collect())
    }

    #[test]
    fn what_is_left_has_both_sides_of_each_hole() {
        let left = range("10.0.0.0/30").without(&[range("10.0.0.1/32"), range("fd00::/8")]);
        assert_eq!(left.iter().map(ToString::to_string).collect::<Vec<_>>(), ["10.0.0.0", "10.0.0.2/31"]);
        assert_eq!(range("10.0.0.0/30").without(&[range("10.0.0.0/8")]), []);
        assert_eq!(range("0.0.0.0/0").without(&[range("255.255.255.255/32")]).len(), 1);
        assert_eq!(range("::/0").without(&[range("::/1")])[0].to_string(), "8000::/1");
    }

    #[test]
    fn equal_worlds_are_equal_values() {
        assert_eq!(map(&[("10.0.0.0/9", 1), ("10.128.0.0/9", 1)]), map(&[("10.0.0.0/8", 1)]));
        assert_eq!(map(&[("10.0.0.0/8", 1), ("10.1.0.0/16", 1)]), map(&[("10.0.0.0/8", 1)]));
        assert_ne!(map(&[("10.0.0.0/8", 1), ("10.1.0.0/16", 2)]), map(&[("10.0.0.0/8", 1)]));
        assert_ne!(map(&[("10.0.0.0/8", 1)]), map(&[("10.0.0.0/8", 2)]));
        assert_eq!(map(&[("::/0", 1), ("0.0.0.0/0", 1)]), map(&[("0.0.0.0/0", 1), ("::/0", 1)]));
        assert_eq!(map(&[]), AddressPorts::default());
    }

    #[test]
    fn each_address_has_the_ports_of_all_its_ranges() {
        let map = map(&[("10.0.0.0/8", 1), ("10.1.0.0/16", 2), ("::/0", 3)]);
        let mut both = tcp(1);
        both.add(&tcp(2));
        for (address, ports) in [
            ("9.255.255.255", Ports::NONE),
            ("10.0.0.0", tcp(1)),
            ("10.0.255.255", tcp(1)),
            ("10.1.0.0", both.clone()),
            ("10.1.255.255", both),
            ("10.2.0.0", tcp(1)),
            ("10.255.255.255", tcp(1)),
            ("11.0.0.0", Ports::NONE),
            ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", tcp(3)),
        ] {
            assert_eq!(map.at(address.parse().unwrap()), ports, "{address}");
        }
    }

    #[test]
    fn without() {
        let (a, b) = (map(&[("10.0.0.0/8", 1)]), map(&[("10.1.0.0/16", 1)]));
        assert_eq!(b.without(&a), AddressPorts::default());
        assert_eq!(a.without(&b).at("10.1.0.0".parse().unwrap()), Ports::NONE);
        assert_eq!(a.without(&b).at("10.0.255.255".parse().unwrap()), tcp(1));
        assert_eq!(a.without(&AddressPorts::default()), a);
    }
}
