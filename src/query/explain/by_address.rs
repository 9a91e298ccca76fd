//! What passes between pods by addresses that are stated for somebody else.

use super::flow::{Case, End, Reason, port_in_words, range_in_words};
use crate::graph::Opened;
use crate::model::NamedPort;

impl<'a> Case<'a> {
    /// The ports at which pods of the source reach pods of the target by addresses that are stated for somebody else, and why.
    pub(super) fn by_address(self, port: Option<&'a NamedPort>) -> Vec<(String, Vec<Reason>)> {
        let (Some(source), Some(target)) = (self.from.endpoint(), self.to.endpoint()) else { return Vec::new() };
        let ways = self.graph.by_address(self.model, source, target);
        let ways = ways.filter(|way| port.is_none_or(|port| port == way.port) && self.is_asked(way.port));
        ways.map(|way| {
            let ((flow, common), other) = match way.opened {
                Opened::Out(half) => (half, half.0.target_endpoint()),
                Opened::In(half, _) => (half, half.0.source_endpoint()),
            };
            let with = other.map(|other| self.name(End::Endpoint(other))).unwrap_or_default();
            let addresses = range_in_words(common.range);
            let reason = |place| Reason::Shared { with: with.clone(), addresses: addresses.clone(), place };
            (port_in_words(way.port), self.places(flow).into_iter().map(reason).collect())
        })
        .collect()
    }
}
