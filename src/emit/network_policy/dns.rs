//! The cluster's DNS as a peer, in the shape that the platform declares ([`crate::model::own_services`]).

use super::peers::Peer;
use crate::emit::Context;
use crate::object::Labels;
use crate::value::Cidr;

/// Who answers.
pub(super) fn resolvers(cx: &Context<'_>) -> Vec<Peer> {
    let dns = &cx.model.platform.dns.value;
    let pods = dns
        .pods()
        .iter()
        .map(|pods| Peer::in_namespace(pods.namespace, Labels::from([(pods.key.to_owned(), pods.value.to_owned())])));
    let blocks = dns.addresses().iter().map(|address| Peer::block(Cidr::from(address.value)));
    pods.chain(blocks).collect()
}
