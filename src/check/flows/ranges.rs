//! The ranges of an external: the `cidr` statement as it would be written, and whether anyone reaches what is there.

use crate::check::Context;
use crate::model::{EndpointId, External};

/// Whether flows begin at an external and none ends there: nobody reaches what has its addresses.
pub(super) fn begins_alone(cx: &Context<'_>, external: EndpointId) -> bool {
    cx.graph.incoming(external).next().is_none() && cx.graph.outgoing(external).next().is_some()
}

/// All ranges and exceptions of an external, `more` behind its exceptions, with the place of its reason:
/// `cidr 0.0.0.0/0 except 10.0.0.0/8 because ".."`.
pub(super) fn statement(external: &External, more: &str) -> String {
    let ranges: Vec<String> = external.cidrs.iter().map(|cidr| cidr.value.to_string()).collect();
    let mut excepted: Vec<String> = external.except.iter().map(|except| except.value.to_string()).collect();
    if !more.is_empty() {
        excepted.push(more.to_owned());
    }
    let except = if excepted.is_empty() { String::new() } else { format!(" except {}", excepted.join(", ")) };
    let because = if more.is_empty() || external.because.is_some() { " because \"REASON\"" } else { "" };
    format!("cidr {}{except}{because}", ranges.join(", "))
}
