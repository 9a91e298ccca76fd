//! The `cidr` and the `except` of an `ipBlock`, as they are written and as they are read.
//!
//! Sources: `ParseCIDRSloppy`, by which the API server reads both, is Go's `ParseCIDR` before 1.17 (k8s.io/utils
//! `internal/third_party/forked/golang/net/ip.go`); `parseCIDR` in apimachinery `pkg/util/validation/ip.go`, v0.36, is what it
//! refuses beside that of new policies, from 1.36 on (the gate `StrictIPCIDRValidation`, KEP 4858).
//! Invariant: the range holds the addresses that Go's `IPNet.Contains` says yes to.

use std::net::{IpAddr, Ipv6Addr};

use super::addresses::{AddressRange, Family};

/// A range of addresses as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// The addresses.
    pub range: AddressRange,
    /// The length of its prefix, as it is written.
    prefix: u32,
    /// Why not every program reads the same of it.
    pub doubt: Option<Doubt>,
}

/// Why programs read a range differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// A number has leading zeros: it is decimal to Go before 1.17, octal to the C library, and nothing to Go since.
    LeadingZeros,
    /// It is an IPv4 address in IPv6 form.
    Mapped,
    /// Bits behind the prefix are set: it may be the range, or the one address, which is this.
    HostBits(IpAddr),
}

/// How an `except` is not a part of its `cidr`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Misfit {
    /// It is all of it.
    Whole,
    /// It has addresses that the `cidr` has not.
    Outside,
    /// It is a part of it, and has a shorter prefix.
    Shorter,
}

impl Block {
    /// Reads it; `None` for what no version of the API server takes.
    pub fn parse(cidr: &str) -> Option<Self> {
        let (address, length) = cidr.split_once('/')?;
        let prefix = length.parse::<u32>().ok().filter(|_| length.bytes().all(|byte| byte.is_ascii_digit()))?;
        let exact = address.parse::<IpAddr>().ok();
        let stated = exact.or_else(|| without_zeros(address))?;
        let range = AddressRange::masked(stated, prefix)?;
        let is_mapped = matches!(stated, IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some());
        let doubt = if exact.is_none() || (length.len() > 1 && length.starts_with('0')) {
            Some(Doubt::LeadingZeros)
        } else if is_mapped {
            Some(Doubt::Mapped)
        } else {
            (range.first() != stated).then_some(Doubt::HostBits(stated))
        };
        Some(Self { range, prefix, doubt })
    }

    /// How it is written so that every program reads the same.
    pub fn plain(&self) -> String {
        let (range, text) = (&self.range, self.range.to_string());
        match range.family {
            _ if range.first != range.last => text,
            Family::V4 => text + "/32",
            Family::V6 => text + "/128",
        }
    }

    /// What keeps `inner` from being excepted: `!cidrIPNet.Contains(exceptCIDR.IP) || cidrMaskLen >= exceptMaskLen`, of the
    /// lengths that are written (`ValidateIPBlock`, kubernetes `pkg/apis/networking/validation/validation.go`, v1.36).
    pub(super) fn misfit(&self, inner: &Self) -> Option<Misfit> {
        if !self.range.contains(inner.range.first()) {
            return Some(Misfit::Outside);
        }
        (self.prefix >= inner.prefix).then(|| match self.range.holds(&inner.range) {
            _ if self.range == inner.range => Misfit::Whole,
            true => Misfit::Shorter,
            false => Misfit::Outside,
        })
    }
}

/// An address of which numbers have leading zeros.
fn without_zeros(address: &str) -> Option<IpAddr> {
    let is_mark = |c: char| c == '.' || c == ':';
    let pieces = address.split_inclusive(is_mark).map(|piece| {
        let number = piece.trim_end_matches(is_mark);
        let bare = number.trim_start_matches('0');
        let end = piece.get(number.len()..).unwrap_or_default();
        // of zeros alone one stays
        format!("{}{bare}{end}", if bare.is_empty() && !number.is_empty() { "0" } else { "" })
    });
    pieces.collect::<String>().parse().ok()
}

impl AddressRange {
    /// The addresses that begin like this one. An IPv4 address in IPv6 form is the IPv4 address as long as the prefix holds the
    /// bits that say so.
    fn masked(address: IpAddr, prefix: u32) -> Option<Self> {
        const FORM: u32 = 96;
        let (address, prefix) = match address {
            IpAddr::V6(v6) if prefix >= FORM => match v6.to_ipv4_mapped() {
                Some(v4) => (IpAddr::V4(v4), prefix - FORM),
                None => (address, prefix),
            },
            IpAddr::V4(_) | IpAddr::V6(_) => (address, prefix),
        };
        let (family, number, bits) = match address {
            IpAddr::V4(v4) => (Family::V4, u128::from(v4.to_bits()), u32::BITS),
            IpAddr::V6(v6) => (Family::V6, Ipv6Addr::to_bits(v6), u128::BITS),
        };
        let free = bits.checked_sub(prefix)?;
        let hosts = if free == u128::BITS { u128::MAX } else { (1_u128 << free) - 1 };
        Some(Self { family, first: number & !hosts, last: number | hosts })
    }
}

#[cfg(test)]
mod tests {
    use super::{Block, Doubt, Misfit};

    fn block(cidr: &str) -> Block {
        Block::parse(cidr).unwrap()
    }

    #[test]
    fn reads_what_the_api_server_takes() {
        let one = Doubt::HostBits("10.1.2.3".parse().unwrap());
        for (written, plain, doubt) in [
            ("10.0.0.0/8", "10.0.0.0/8", None),
            ("10.0.0.1/32", "10.0.0.1/32", None),
            ("0.0.0.0/0", "0.0.0.0/0", None),
            ("::/0", "::/0", None),
            ("FD00:0::/8", "fd00::/8", None),
            ("fd00:0000::1/128", "fd00::1/128", None),
            ("10.1.2.3/8", "10.0.0.0/8", Some(one)),
            ("010.0.0.0/8", "10.0.0.0/8", Some(Doubt::LeadingZeros)),
            ("10.00.0.0/8", "10.0.0.0/8", Some(Doubt::LeadingZeros)),
            ("10.0.0.0/08", "10.0.0.0/8", Some(Doubt::LeadingZeros)),
            ("0fd00::/8", "fd00::/8", Some(Doubt::LeadingZeros)),
            ("::ffff:010.0.0.0/104", "10.0.0.0/8", Some(Doubt::LeadingZeros)),
            ("::ffff:10.0.0.0/104", "10.0.0.0/8", Some(Doubt::Mapped)),
            ("::ffff:10.0.0.1/128", "10.0.0.1/32", Some(Doubt::Mapped)),
            // the prefix does not hold all of `::ffff:`
            ("::ffff:10.0.0.0/90", "::ffc0:0:0/90", Some(Doubt::Mapped)),
        ] {
            let read = block(written);
            assert_eq!((read.plain().as_str(), read.doubt), (plain, doubt), "{written}");
        }
        for refused in
            ["10.0.0.0", "10.0.0.0/33", "10.0.0/8", "fd00::/129", "10.0.0.0/+8", "x/8", "10..0.0/8", "fe80::1%a/64"]
        {
            assert_eq!(Block::parse(refused), None, "{refused}");
        }
    }

    #[test]
    fn an_exception_is_a_part_with_a_longer_prefix() {
        for (whole, inner, misfit) in [
            ("10.0.0.0/8", "10.1.0.0/16", None),
            ("10.0.0.0/8", "10.0.0.0/8", Some(Misfit::Whole)),
            ("10.0.0.0/8", "10.0.0.0/7", Some(Misfit::Outside)),
            ("10.0.0.0/8", "11.0.0.0/16", Some(Misfit::Outside)),
            ("::/0", "10.0.0.0/8", Some(Misfit::Outside)),
            // the lengths are compared as they are written
            ("10.0.0.0/8", "::ffff:10.1.0.0/112", None),
            ("10.0.0.0/8", "::ffff:10.0.0.0/104", None),
            ("::ffff:10.0.0.0/104", "10.1.0.0/16", Some(Misfit::Shorter)),
        ] {
            assert_eq!(block(whole).misfit(&block(inner)), misfit, "{whole} without {inner}");
        }
    }
}
