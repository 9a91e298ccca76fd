//! What was meant where an address range is written in another way: as its ends, with a netmask, or with a part of its numbers.

use std::net::{IpAddr, Ipv4Addr};

use super::Cidr;

/// What was meant for an address range.
pub struct Meant {
    /// What is said of it.
    pub title: String,
    /// What is said of its place.
    pub here: &'static str,
    /// How it is written.
    pub help: String,
    /// What is written for it, where that is clear.
    pub written: Option<String>,
}

/// How many numbers an IPv4 address has.
const NUMBERS: usize = 4;

/// What was meant by a text in the place of an address range.
pub fn meant(text: &str) -> Option<Meant> {
    let joined = text.split_once(['-', '~', '–', '—']).map(|(low, high)| (low.trim(), high.trim()));
    match joined {
        Some((low, high)) => between(low, high).or_else(|| two_ranges(low, high)),
        None => with_mask(text).or_else(|| begun(text)),
    }
}

/// `10.14.0.0-10.14.0.255` and `10.14.0.0-255`.
fn between(low: &str, high: &str) -> Option<Meant> {
    let first: IpAddr = low.parse().ok()?;
    let last: IpAddr = high.parse().ok().or_else(|| {
        let (IpAddr::V4(first), Some(last)) = (first, number(high)) else { return None };
        let [one, two, three, _] = first.octets();
        Some(IpAddr::V4(Ipv4Addr::new(one, two, three, last)))
    })?;
    let (help, written) = Cidr::written(low, &last.to_string());
    let title = format!("an address range is written with a prefix length: `{low}` to `{last}` is none");
    Some(Meant { title, here: "its first and its last address", help, written })
}

/// `10.10.0.0/16 - 10.10.4.0/24`: one range without another, or one and another.
fn two_ranges(low: &str, high: &str) -> Option<Meant> {
    let (first, second) = (Cidr::parse(low).ok()?, Cidr::parse(high).ok()?);
    let (title, written) = if first.strictly_contains(&second) {
        ("what is left out of an address range stands behind `except`", format!("{low} except {high}"))
    } else {
        ("address ranges stand with commas between them", format!("{low}, {high}"))
    };
    Some(Meant {
        title: title.to_owned(),
        here: "two address ranges",
        help: format!("write `{written}`"),
        written: Some(written),
    })
}

/// `10.1.7.0/255.255.255.0`, and a mask of the other bits, `10.1.7.0/0.0.0.255`.
fn with_mask(text: &str) -> Option<Meant> {
    let (address, mask) = text.split_once('/')?;
    let (address, mask): (Ipv4Addr, Ipv4Addr) = (address.parse().ok()?, mask.parse().ok()?);
    let bits = mask.to_bits();
    let is_prefix = |bits: u32| bits.leading_ones() == bits.count_ones();
    let length = [bits, !bits].into_iter().find(|bits| is_prefix(*bits))?.leading_ones();
    let written = Cidr::around(IpAddr::V4(address), u8::try_from(length).ok()?)?.to_string();
    Some(Meant {
        title: format!("an address range is written with a prefix length, and `{mask}` is a netmask"),
        here: "a netmask in place of a prefix length",
        help: format!("write `{written}`"),
        written: Some(written),
    })
}

/// `10.1.6`, `10.1.6.*` and `10.1/16`: the first of the numbers.
fn begun(text: &str) -> Option<Meant> {
    let (numbers, prefix) = match text.split_once('/') {
        Some((numbers, prefix)) => (numbers, Some(prefix)),
        None => (text, None),
    };
    let parts: Vec<&str> = numbers.split('.').collect();
    let known: Vec<u8> = parts.iter().map_while(|part| number(part)).collect();
    let (begins, ends) = (known.len(), parts.get(known.len()..).unwrap_or_default());
    let is_open = ends.iter().all(|part| matches!(*part, "*" | "x" | "X" | ""));
    if !(1..NUMBERS).contains(&begins) || parts.len() > NUMBERS || !is_open {
        return None;
    }
    let own = match prefix {
        Some(prefix) => number(prefix)?,
        None => u8::try_from(begins * 8).ok()?,
    };
    let mut octets = [0; NUMBERS];
    octets.iter_mut().zip(&known).for_each(|(octet, number)| *octet = *number);
    let written = Cidr::around(IpAddr::from(octets), own)?.to_string();
    let title = if ends.is_empty() {
        format!("`{text}` is no address: it has {begins} of {NUMBERS} numbers")
    } else {
        format!("`{text}` is no address: its last numbers are not there")
    };
    let help = match prefix {
        Some(_) => format!("write `{written}`"),
        None => format!("write `{written}` if all addresses that begin so are meant"),
    };
    Some(Meant { title, here: "the beginning of an address", help, written: Some(written) })
}

/// A number of an IPv4 address, without leading zeros.
fn number(text: &str) -> Option<u8> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|_| is_plain)
}

#[cfg(test)]
mod tests {
    use super::meant;

    #[test]
    fn what_is_written_in_another_way_is_a_range() {
        for (text, expected) in [
            ("10.14.3.0-255", Some("10.14.3.0/24")),
            ("10.14.3.0 - 10.14.3.127", Some("10.14.3.0/25")),
            ("10.14.3.1-9", None),
            ("10.1.7.0/255.255.255.0", Some("10.1.7.0/24")),
            ("10.1.7.9/0.0.0.255", Some("10.1.7.0/24")),
            ("10.1.7.9/255.255.255.255", Some("10.1.7.9/32")),
            ("10.10.0.0/16-10.10.4.0/24", Some("10.10.0.0/16 except 10.10.4.0/24")),
            ("10.10.0.0/16 - 10.11.4.0/24", Some("10.10.0.0/16, 10.11.4.0/24")),
            ("10.1.6", Some("10.1.6.0/24")),
            ("10.1.*", Some("10.1.0.0/16")),
            ("10.1.5.*", Some("10.1.5.0/24")),
            ("10.1/12", Some("10.0.0.0/12")),
        ] {
            let written = meant(text).and_then(|meant| meant.written);
            assert_eq!(written.as_deref(), expected, "{text}");
        }
        for text in
            ["10.1.7.0/255.0.255.0", "10.1.300", "10.01.6", "10.1.6.0.*", "*.1.6", "10.1/33", "web-api", "1.4.2-rc"]
        {
            assert!(meant(text).is_none(), "{text}");
        }
    }
}
