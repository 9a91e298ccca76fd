//! Which flows an address has part in, by what the spec says of addresses.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use super::endpoint::Unknown;
use crate::graph::{Flow, Source, Target};
use crate::model::{EndpointId, Model, OwnService};
use crate::value::{Cidr, Port};

/// An address, and the port beside it.
pub type Address = (IpAddr, Option<u16>);

/// An address: `10.1.2.3`, `10.1.2.3:443`, `fd00::1`, `[fd00::1]`, `[fd00::1]:443`; `None` for a name.
pub fn address(text: &str) -> Option<Address> {
    let in_brackets = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let alone = match in_brackets {
        Some(inner) => inner.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
        None => text.parse::<IpAddr>().ok(),
    };
    if let Some(address) = alone {
        return Some((address.to_canonical(), None));
    }
    let socket = text.parse::<SocketAddr>().ok()?;
    Some((socket.ip().to_canonical(), Some(socket.port())))
}

/// A protocol that is asked for behind a port: `web.53/UDP`, `10.1.2.3:53/UDP`; and what stands before it. A name has no
/// capitals, so that nothing else is meant.
pub fn protocol(text: &str) -> (&str, Option<&'static str>) {
    let found = text.rsplit_once('/').and_then(|(before, last)| {
        let known = ["TCP", "UDP", "SCTP"].into_iter().find(|known| *known == last)?;
        Some((before, Some(known)))
    });
    found.unwrap_or((text, None))
}

/// Whether a text can only be meant as an address: no name of the language begins or is written like this.
pub fn is_meant_as_address(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit() || first == '[') || text.contains("::")
}

/// That a text is none, though meant as one.
pub fn no_address(text: &str) -> Unknown {
    match text.split_once('/').filter(|_| Cidr::parse(text).is_ok()) {
        Some((first, _)) => {
            let what = "one address is asked for, and not a range:".to_owned();
            Unknown { what, name: text.to_owned(), near: Some(first.to_owned()) }
        }
        None => Unknown::new("there is no address, alone or with a port up to 65535, that is written", text, []),
    }
}

/// Whether a flow leads to an address.
pub(super) fn is_target(model: &Model, flow: &Flow, address: IpAddr) -> bool {
    match flow.target {
        Target::Port { endpoint, .. } => has(model, endpoint, address),
        Target::Dns => model.is_own_at(OwnService::Dns, address),
        Target::KubernetesApi => model.is_own_at(OwnService::KubernetesApi, address),
    }
}

/// Whether a flow comes from an address.
pub(super) fn is_source(model: &Model, flow: &Flow, address: IpAddr) -> bool {
    match flow.source {
        Source::Endpoint(endpoint) => has(model, endpoint, address),
        Source::KubernetesApi => model.is_own_at(OwnService::KubernetesApi, address),
    }
}

/// The port that a flow asks at addresses.
pub(super) fn port(model: &Model, flow: &Flow) -> Option<u16> {
    match flow.target {
        Target::Port { .. } => flow.port(model).map(|port| port.number.value.get()),
        Target::Dns => model.platform.dns.value.port().map(Port::get),
        Target::KubernetesApi => model.platform.api_server.as_ref().map(|server| server.port.value.get()),
    }
}

/// Whether an endpoint is at an address.
pub(super) fn has(model: &Model, endpoint: EndpointId, address: IpAddr) -> bool {
    model.addresses(endpoint).has(address)
}

#[cfg(test)]
mod tests {
    use super::{address, is_meant_as_address, no_address, protocol};

    #[test]
    fn a_protocol_is_told_from_a_name() {
        for (text, before, found) in [
            ("web.53/UDP", "web.53", Some("UDP")),
            ("shop/web.http/TCP", "shop/web.http", Some("TCP")),
            ("[fd00::1]:53/SCTP", "[fd00::1]:53", Some("SCTP")),
            ("shop/tcp", "shop/tcp", None),
            ("10.0.0.0/8", "10.0.0.0/8", None),
            ("web", "web", None),
        ] {
            assert_eq!(protocol(text), (before, found), "{text}");
        }
    }

    #[test]
    fn addresses_are_told_from_names() {
        for (text, ip, port) in [
            ("10.1.2.3", "10.1.2.3", None),
            ("10.1.2.3:443", "10.1.2.3", Some(443)),
            ("fd00::1", "fd00::1", None),
            ("[fd00::1]", "fd00::1", None),
            ("[fd00::1]:53", "fd00::1", Some(53)),
            ("::ffff:10.0.0.1", "10.0.0.1", None),
        ] {
            assert_eq!(address(text), Some((ip.parse().unwrap(), port)), "{text}");
        }
        let near = |text: &str| no_address(text).near;
        assert_eq!(
            (near("10.0.0.0/8"), near("10.0.0.0/64"), near("10.0.0")),
            (Some("10.0.0.0".to_owned()), None, None)
        );
        for name in ["web", "web.http", "prod/web", "10.1.2", "10.1.2.3/8", "10.1.2.3:99999", ""] {
            assert_eq!(address(name), None, "{name}");
        }
        for text in
            ["10.1.2.3:99999", "10.1.2.300", "10.1.2.0/24:80", "[fd00::1]:x", "fd00::x", "[fd00::1", "[10.0.0.1]"]
        {
            assert!(address(text).is_none() && is_meant_as_address(text), "{text}");
        }
        for name in ["web", "web.http", "prod/web", "preview(pr=42)/web.http", "a-1.b", ""] {
            assert!(!is_meant_as_address(name), "{name}");
        }
    }
}
