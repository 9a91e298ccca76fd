//! IP addresses and address ranges: `10.0.0.1`, `10.0.0.0/8`, `fd00::/8`. The only file that names ipnet.

use std::fmt;
use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Subnets, Ipv6Subnets};

use super::number::unquoted;
use super::{FromTerm, Mismatch, Term, TermKind};

/// An address range. It has no host bits set, and is written in its canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cidr(IpNet);

/// One IP address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(pub IpAddr);

impl Address {
    /// Whether it is one that only a link knows: `169.254.0.0/16` and `fe80::/10` (RFC 3927, RFC 4291).
    pub fn is_link_local(&self) -> bool {
        match self.0 {
            IpAddr::V4(address) => address.is_link_local(),
            IpAddr::V6(address) => address.is_unicast_link_local(),
        }
    }
}

impl Cidr {
    /// Reads `10.0.0.0/8`; a bare address is the range of it alone.
    ///
    /// # Errors
    /// Host bits beyond the prefix, leading zeros and IPv4 addresses in IPv6 form are refused: Kubernetes does so in
    /// new objects from 1.36 on and took them in silence before (feature gate `StrictIPCIDRValidation`, KEP-4858;
    /// apimachinery `pkg/util/validation/ip.go`).
    pub fn parse(text: &str) -> Result<Self, Mismatch> {
        let Some((address, prefix)) = text.split_once('/') else {
            return address(text).map(Self::from);
        };
        let ip = address_of(text, address)?;
        let longest = IpNet::from(ip).max_prefix_len();
        let length = prefix.parse::<u8>().ok().filter(|_| prefix.bytes().all(|byte| byte.is_ascii_digit()));
        let net = length.and_then(|length| IpNet::new(ip, length).ok()).ok_or_else(|| {
            Mismatch::new(format!("`/{prefix}` is no prefix length: it is 0 to {longest} for `{address}`"))
        })?;
        if prefix.len() > 1 && prefix.starts_with('0') {
            return Err(leading_zeros(text).suggest(format!("{ip}/{}", net.prefix_len())));
        }
        let network = net.trunc();
        if network != net {
            return Err(Mismatch::new(format!("`{text}` has bits set beyond its prefix; its range is `{network}`"))
                .help("Kubernetes refuses such a range from 1.36 on, and reads it as the whole range before")
                .suggest(network.to_string()));
        }
        Ok(Self(net))
    }

    /// The range of that prefix length in which an address is.
    pub fn around(address: IpAddr, length: u8) -> Option<Self> {
        IpNet::new(address, length).ok().map(Self::new)
    }

    /// The range that `net` lies in, host bits cleared.
    pub fn new(net: IpNet) -> Self {
        Self(net.trunc())
    }

    /// Whether every address of `other` is in this range.
    pub fn contains(&self, other: &Self) -> bool {
        self.0.contains(&other.0)
    }

    /// Whether the address is in this range.
    pub fn contains_address(&self, address: IpAddr) -> bool {
        self.0.contains(&address)
    }

    /// Whether every address of `other` is in this range, and others too.
    pub fn strictly_contains(&self, other: &Self) -> bool {
        self != other && self.contains(other)
    }

    /// Whether any address is in both ranges.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.overlap(other).is_some()
    }

    /// The addresses that are in both ranges: the narrower of the two, since ranges lie within each other or apart.
    pub fn overlap(&self, other: &Self) -> Option<Self> {
        if self.contains(other) { Some(*other) } else { other.contains(self).then_some(*self) }
    }

    /// The first of its addresses that none of `left_out` has, with as many that follow as make a range.
    pub fn first_outside(&self, left_out: &[Self]) -> Option<Self> {
        // those that have some of its addresses, but not all
        let mut within = Vec::new();
        for range in left_out {
            if range.contains(self) {
                return None;
            }
            if self.contains(range) {
                within.push(*range);
            }
        }
        if within.is_empty() {
            return Some(*self);
        }
        let longer = self.0.prefix_len().saturating_add(1);
        self.0.subnets(longer).ok()?.find_map(|half| Self(half).first_outside(&within))
    }

    /// Whether it is every address of its family: `0.0.0.0/0` or `::/0`.
    pub fn is_world(&self) -> bool {
        self.0.prefix_len() == 0
    }

    /// Whether all of its addresses are loopback ones: `127.0.0.0/8`, `::1`.
    pub fn is_loopback(&self) -> bool {
        match self.0 {
            IpNet::V4(net) => net.network().is_loopback() && net.broadcast().is_loopback(),
            IpNet::V6(net) => net.network().is_loopback() && net.broadcast().is_loopback(),
        }
    }

    /// Whether all of its addresses are multicast ones: `224.0.0.0/4`, `ff00::/8`.
    pub fn is_multicast(&self) -> bool {
        match self.0 {
            IpNet::V4(net) => net.network().is_multicast() && net.broadcast().is_multicast(),
            IpNet::V6(net) => net.network().is_multicast() && net.broadcast().is_multicast(),
        }
    }

    /// The fewest ranges that hold the same addresses.
    pub fn merged<'a>(ranges: impl IntoIterator<Item = &'a Self>) -> Vec<Self> {
        let ranges: Vec<IpNet> = ranges.into_iter().map(|range| range.0).collect();
        IpNet::aggregate(&ranges).into_iter().map(Self).collect()
    }

    /// The fewest ranges that have just the addresses from one to another one; none where these are none, are not in order, or
    /// of two families.
    pub fn spanning(first: &str, last: &str) -> Vec<Self> {
        match (first.parse(), last.parse()) {
            (Ok(IpAddr::V4(first)), Ok(IpAddr::V4(last))) if first <= last => {
                Ipv4Subnets::new(first, last, 0).map(|net| Self(net.into())).collect()
            }
            (Ok(IpAddr::V6(first)), Ok(IpAddr::V6(last))) if first <= last => {
                Ipv6Subnets::new(first, last, 0).map(|net| Self(net.into())).collect()
            }
            (Ok(_) | Err(_), Ok(_) | Err(_)) => Vec::new(),
        }
    }

    /// How `first..last` is written as ranges, to stand as a help, and alone where it is one.
    pub fn written(first: &str, last: &str) -> (String, Option<String>) {
        /// So many are written out.
        const MOST: usize = 8;
        let ranges: Vec<String> = Self::spanning(first, last).iter().map(Self::to_string).collect();
        match ranges.as_slice() {
            [only] => (
                format!("an address range is its first address and a prefix length: write `{only}`"),
                Some(only.clone()),
            ),
            [] => ("an address range is its first address and a prefix length: `10.30.0.0/24`".to_owned(), None),
            several if several.len() <= MOST => {
                (format!("no one prefix has just these addresses: write `{}`", several.join(", ")), None)
            }
            several => (
                format!(
                    "no one prefix has just these addresses: it takes {} ranges, so write the one that is meant, such as `10.30.0.0/24`",
                    several.len()
                ),
                None,
            ),
        }
    }

    /// The address, if the range is of one alone.
    pub fn single(&self) -> Option<IpAddr> {
        (self.0.prefix_len() == self.0.max_prefix_len()).then(|| self.0.addr())
    }

    /// How many addresses it has; the most that can be counted where there are more.
    pub fn count(&self) -> u128 {
        let bits = u32::from(self.0.max_prefix_len() - self.0.prefix_len());
        1_u128.checked_shl(bits).unwrap_or(u128::MAX)
    }

    /// Whether it is of IPv4.
    pub fn is_v4(&self) -> bool {
        self.0.addr().is_ipv4()
    }

    /// Whether it is of IPv6.
    pub fn is_v6(&self) -> bool {
        self.0.addr().is_ipv6()
    }
}

impl From<Address> for Cidr {
    fn from(Address(ip): Address) -> Self {
        Self(IpNet::from(ip))
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromTerm for Cidr {
    const EXPECTED: &'static str = "an address range such as `10.0.0.0/8`";

    fn from_term(term: &Term) -> Result<Self, Mismatch> {
        if let TermKind::Range(ends) = &term.kind
            && let (TermKind::Address(first), TermKind::Address(last)) = (&ends.0.kind, &ends.1.kind)
        {
            let (help, only) = Self::written(first, last);
            let title = format!("an address range is written with a prefix length: `{first}` to `{last}` is none");
            let mismatch = Mismatch::new(title).help(help);
            return Err(only.into_iter().fold(mismatch, Mismatch::suggest));
        }
        let TermKind::Address(text) = &term.kind else { return Err(unquoted::<Self>(term, TermKind::Address)) };
        Self::parse(text)
    }
}

impl FromTerm for Address {
    const EXPECTED: &'static str = "an IP address such as `10.0.0.1`";

    fn from_term(term: &Term) -> Result<Self, Mismatch> {
        let TermKind::Address(text) = &term.kind else { return Err(unquoted::<Self>(term, TermKind::Address)) };
        if !text.contains('/') {
            return address(text);
        }
        let mismatch = Mismatch::new(format!("expected {}, found the range `{text}`", Self::EXPECTED));
        Err(match Cidr::parse(text).ok().and_then(|cidr| cidr.single()) {
            Some(ip) => mismatch.suggest(ip.to_string()),
            None => mismatch,
        })
    }
}

fn address(text: &str) -> Result<Address, Mismatch> {
    address_of(text, text).map(Address)
}

/// The address in `part` of the literal `text`, as strict as `netip.ParseAddr` and without IPv4 in IPv6 form.
fn address_of(text: &str, part: &str) -> Result<IpAddr, Mismatch> {
    match part.parse::<IpAddr>() {
        Ok(IpAddr::V6(v6)) if v6.to_ipv4_mapped().is_some() => {
            let mismatch = Mismatch::new(format!("`{text}` is an IPv4 address in IPv6 form"))
                .help("Kubernetes refuses this form from 1.36 on; write the IPv4 address");
            // With a prefix, what was meant is not as plain.
            let plain = v6.to_ipv4_mapped().filter(|_| text == part);
            Err(plain.iter().fold(mismatch, |mismatch, v4| mismatch.suggest(v4.to_string())))
        }
        Ok(ip) => Ok(ip),
        Err(_) if part.split('.').map(unpadded).collect::<Vec<_>>().join(".").parse::<IpAddr>().is_ok() => {
            Err(leading_zeros(text))
        }
        Err(_) => Err(Mismatch::new(format!("`{text}` is no IP address"))),
    }
}

fn leading_zeros(text: &str) -> Mismatch {
    Mismatch::new(format!("`{text}` has leading zeros"))
        .help("some programs read such a number as octal; Kubernetes refuses it from 1.36 on")
}

/// A decimal number without its leading zeros.
fn unpadded(number: &str) -> &str {
    let bare = number.trim_start_matches('0');
    if bare.is_empty() && !number.is_empty() { "0" } else { bare }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::testing;
    use crate::value::testing::{fault, name, number, text};

    fn cidr(text: &str) -> Cidr {
        Cidr::from_term(&testing::address(text)).unwrap()
    }

    #[test]
    fn reads_ranges() {
        for (written, shown) in [
            ("10.0.0.0/8", "10.0.0.0/8"),
            ("10.0.0.1", "10.0.0.1/32"),
            ("10.0.0.1/32", "10.0.0.1/32"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("FD00:0::/8", "fd00::/8"),
            ("::1", "::1/128"),
        ] {
            assert_eq!(cidr(written).to_string(), shown);
        }
    }

    #[test]
    fn refuses_with_what_could_stand_there() {
        let cases: [(&str, &str, &[&str]); 11] = [
            ("10.0.0.1/8", "`10.0.0.1/8` has bits set beyond its prefix; its range is `10.0.0.0/8`", &["10.0.0.0/8"]),
            ("fd00::1/64", "`fd00::1/64` has bits set beyond its prefix; its range is `fd00::/64`", &["fd00::/64"]),
            ("10.0.0.0/33", "`/33` is no prefix length: it is 0 to 32 for `10.0.0.0`", &[]),
            ("fd00::/129", "`/129` is no prefix length: it is 0 to 128 for `fd00::`", &[]),
            ("10.0.0.0/", "`/` is no prefix length: it is 0 to 32 for `10.0.0.0`", &[]),
            ("10.0.0.0/+8", "`/+8` is no prefix length: it is 0 to 32 for `10.0.0.0`", &[]),
            ("10.0.0.0/08", "`10.0.0.0/08` has leading zeros", &["10.0.0.0/8"]),
            ("010.0.0.0/8", "`010.0.0.0/8` has leading zeros", &[]),
            ("300.0.0.0/8", "`300.0.0.0/8` is no IP address", &[]),
            ("::ffff:10.0.0.1", "`::ffff:10.0.0.1` is an IPv4 address in IPv6 form", &["10.0.0.1"]),
            ("::ffff:10.0.0.0/104", "`::ffff:10.0.0.0/104` is an IPv4 address in IPv6 form", &[]),
        ];
        for (written, message, suggestions) in cases {
            let mismatch = fault::<Cidr>(&testing::address(written));
            assert_eq!(mismatch.message, message);
            assert_eq!(mismatch.suggestions, suggestions, "{message}");
        }
        assert_eq!(fault::<Cidr>(&text("10.0.0.0/8")).suggestions, ["10.0.0.0/8"]);
        for term in [number("10"), name("world"), text("world")] {
            assert!(fault::<Cidr>(&term).suggestions.is_empty());
        }
    }

    #[test]
    fn first_and_last_addresses_are_ranges() {
        for (first, last, expected) in [
            ("10.14.0.0", "10.14.0.255", vec!["10.14.0.0/24"]),
            ("10.14.0.1", "10.14.0.1", vec!["10.14.0.1/32"]),
            ("10.14.0.1", "10.14.0.4", vec!["10.14.0.1/32", "10.14.0.2/31", "10.14.0.4/32"]),
            ("0.0.0.0", "255.255.255.255", vec!["0.0.0.0/0"]),
            ("fd00::", "fd00::ffff", vec!["fd00::/112"]),
            ("10.14.0.255", "10.14.0.0", vec![]),
            ("10.14.0.0", "fd00::", vec![]),
            ("10.14.0", "10.14.0.255", vec![]),
        ] {
            let expected: Vec<Cidr> = expected.into_iter().map(cidr).collect();
            assert_eq!(Cidr::spanning(first, last), expected, "{first} to {last}");
        }
        let (help, only) = Cidr::written("10.0.0.1", "10.0.255.254");
        assert!(help.contains("it takes 30 ranges") && only.is_none(), "{help}");
    }

    #[test]
    fn reads_addresses() {
        assert_eq!(Address::from_term(&testing::address("10.0.0.1")).unwrap().to_string(), "10.0.0.1");
        for (term, suggestions) in [
            (testing::address("10.0.0.1/32"), vec!["10.0.0.1"]),
            (testing::address("10.0.0.0/8"), vec![]),
            (testing::address("10.0.0.01"), vec![]),
            (text("::1"), vec!["::1"]),
        ] {
            assert_eq!(fault::<Address>(&term).suggestions, suggestions, "{term:?}");
        }
    }

    #[test]
    fn compares_ranges() {
        //                         contains, strictly, overlaps
        for (a, b, expected) in [
            ("10.0.0.0/8", "10.1.0.0/16", [true, true, true]),
            ("10.1.0.0/16", "10.0.0.0/8", [false, false, true]),
            ("10.0.0.0/8", "10.0.0.0/8", [true, false, true]),
            ("10.0.0.0/8", "11.0.0.0/8", [false, false, false]),
            ("0.0.0.0/0", "::/0", [false, false, false]),
        ] {
            let (a, b) = (cidr(a), cidr(b));
            assert_eq!([a.contains(&b), a.strictly_contains(&b), a.overlaps(&b)], expected, "{a} {b}");
        }
        for (a, b, overlap) in [
            ("10.0.0.0/8", "10.1.0.0/16", Some("10.1.0.0/16")),
            ("10.1.0.0/16", "10.0.0.0/8", Some("10.1.0.0/16")),
            ("10.1.2.3", "10.1.2.3", Some("10.1.2.3/32")),
            ("10.1.2.2", "10.1.2.3", None),
            ("0.0.0.0/0", "::/0", None),
        ] {
            assert_eq!(cidr(a).overlap(&cidr(b)), overlap.map(cidr), "{a} {b}");
        }
        for (range, left_out, first) in [
            ("10.0.0.0/30", vec![], Some("10.0.0.0/30")),
            ("10.0.0.0/30", vec!["10.0.0.0/31"], Some("10.0.0.2/31")),
            ("10.0.0.0/30", vec!["10.0.0.0/31", "10.0.0.2"], Some("10.0.0.3/32")),
            ("10.0.0.0/30", vec!["10.0.0.0/31", "10.0.0.2/31"], None),
            ("10.0.0.0/30", vec!["10.0.0.0/8"], None),
            ("10.0.0.0/30", vec!["10.0.0.4/30", "::/0"], Some("10.0.0.0/30")),
            ("0.0.0.0/0", vec!["0.0.0.0/1", "128.0.0.0/2", "192.0.0.0/3"], Some("224.0.0.0/3")),
            ("10.0.0.0", vec!["10.0.0.1"], Some("10.0.0.0/32")),
            ("::/0", vec!["::/1"], Some("8000::/1")),
        ] {
            let left_out: Vec<Cidr> = left_out.into_iter().map(cidr).collect();
            assert_eq!(cidr(range).first_outside(&left_out), first.map(cidr), "{range} without {left_out:?}");
        }
        let address = "10.1.2.3".parse().unwrap();
        assert_eq!([cidr("10.0.0.0/8"), cidr("::/0")].map(|range| range.contains_address(address)), [true, false]);
        assert_eq!(
            [cidr("0.0.0.0/0"), cidr("::/0"), cidr("0.0.0.0/1")].map(|range| range.is_world()),
            [true, true, false]
        );
        assert_eq!([cidr("10.1.2.3"), cidr("10.1.2.2/31")].map(|range| range.single()), [Some(address), None]);
        assert_eq!([cidr("::/0").is_v6(), cidr("::/0").is_v4(), cidr("10.1.2.3").is_v4()], [true, false, true]);
        assert_eq!(Cidr::new("10.1.2.3/8".parse().unwrap()), cidr("10.0.0.0/8"));
    }

    #[test]
    fn addresses_are_counted() {
        for (range, expected) in
            [("10.0.0.1/32", 1), ("10.30.0.0/24", 256), ("0.0.0.0/0", 1 << 32), ("::/0", u128::MAX)]
        {
            assert_eq!(cidr(range).count(), expected, "{range}");
        }
    }
}
