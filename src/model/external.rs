//! Something outside the cluster.

use super::body::{Body, Decoder};
use super::exposure::{self, Entry};
use super::origin::{EndpointId, EnvironmentId, Origin};
use super::port::{self, NamedPort};
use super::unread::Unread;
use crate::value::{Cidr, Duration, HostName};

/// An external in one environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct External {
    /// Its own id.
    pub id: EndpointId,
    /// The environment whose view of it this is.
    pub environment: EnvironmentId,
    /// Its name.
    pub name: Origin<String>,
    /// Its addresses.
    pub cidrs: Vec<Origin<Cidr>>,
    /// Ranges inside that are left out.
    pub except: Vec<Origin<Cidr>>,
    /// Why its addresses are as wide as they are.
    pub because: Option<Origin<String>>,
    /// The name under which it is reached.
    pub host: Option<Origin<String>>,
    /// What it lets requests in by: a load balancer that sends them to pods by their own addresses.
    pub entry: Option<Entry>,
    /// How many connections it takes from all callers together.
    pub connections: Option<Origin<u32>>,
    /// How long it goes on sending new connections to a pod that is going.
    pub deregister: Option<Origin<Duration>>,
    /// Its ports.
    pub ports: Vec<NamedPort>,
    /// Whether something of it could not be read.
    pub tainted: bool,
    /// The words of it that could not.
    pub unread: Unread,
}

impl External {
    /// Reads an external.
    pub fn decode(
        id: EndpointId,
        environment: EnvironmentId,
        name: Origin<String>,
        body: &Body<'_>,
        decoder: &mut Decoder<'_>,
    ) -> Self {
        let mut external = Self {
            id,
            environment,
            name,
            cidrs: Vec::new(),
            except: Vec::new(),
            because: None,
            host: decoder.value::<HostName>(body, "host").map(|host| host.map(|host| host.0)),
            entry: exposure::entry(body, decoder),
            connections: decoder.value(body, "connections"),
            deregister: decoder.value(body, "deregister"),
            ports: port::decode(body, decoder),
            tainted: false,
            unread: Unread::default(),
        };
        if let Some(entry) = body.get("cidr") {
            if let Some((term, part)) = entry.term(0) {
                external.cidrs = decoder.list(term, part);
            }
            if let Some(part) = entry.clause("except") {
                external.except = part.terms.iter().flat_map(|term| decoder.list(term, part)).collect();
            }
            external.because = decoder.because(entry);
        }
        external.unread = decoder.unread();
        external.tainted = !external.unread.is_empty();
        external
    }
}
