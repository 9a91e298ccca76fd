//! What the API server refuses of a policy of a namespace.
//!
//! Source: `ValidateNetworkPolicy` and what it calls, kubernetes `pkg/apis/networking/validation/validation.go`,
//! `ValidateLabelSelector` of apimachinery `pkg/apis/meta/v1/validation/validation.go`, and `ValidateObjectMeta`, v1.36. Invariant:
//! each rule is judged by itself, for both directions whichever of them is isolated, so that one run names all there is.

use std::fmt::Display;

use super::blocks::{Block, Misfit};
use super::policy::Direction;
use super::ports::Transport;
use crate::object::api::networking::v1::{IPBlock, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort};
use crate::object::{FieldPath, IntOrString, LabelSelector};
use crate::value::Port;
use crate::value::name::{label_key, label_value, port_name, subdomain};
use crate::verify::metadata;
use crate::verify::select::Operator;

/// Each part that is refused, and what is wrong with it; none for a policy that is stored.
pub(super) fn refused(policy: &NetworkPolicy) -> Vec<(FieldPath, String)> {
    let mut review = Review { refused: metadata::of(&policy.metadata, subdomain) };
    let Some(spec) = &policy.spec else { return review.refused };
    if let Some(selector) = &spec.pod_selector {
        review.selector(selector, &FieldPath::of("spec.podSelector"));
    }
    for (at, rule) in spec.ingress.iter().flatten().enumerate() {
        review.rule(Direction::Ingress, at, rule.from.as_deref(), rule.ports.as_deref());
    }
    for (at, rule) in spec.egress.iter().flatten().enumerate() {
        review.rule(Direction::Egress, at, rule.to.as_deref(), rule.ports.as_deref());
    }
    review.types(spec.policy_types.as_deref().unwrap_or_default());
    review.refused
}

fn no_cidr(stated: &str) -> String {
    format!("`{stated}` is no CIDR, which is an address and a prefix of /0 to /32, for IPv6 to /128")
}

struct Review {
    refused: Vec<(FieldPath, String)>,
}

impl Review {
    fn refuse(&mut self, path: FieldPath, what: impl Into<String>) {
        self.refused.push((path, what.into()));
    }

    /// Refuses what a rule of names finds fault with.
    fn unless(&mut self, judged: Result<(), impl Display>, path: impl FnOnce() -> FieldPath, what: &str, text: &str) {
        metadata::unless(&mut self.refused, judged, path, what, text);
    }

    fn selector(&mut self, selector: &LabelSelector, path: &FieldPath) {
        metadata::labels(&mut self.refused, selector.match_labels.as_ref(), &path.at("matchLabels"));
        for (at, stated) in selector.match_expressions.iter().flatten().enumerate() {
            let path = path.at("matchExpressions").index(at);
            let values = stated.values.as_deref().unwrap_or_default();
            self.unless(label_key(&stated.key), || path.at("key"), "the label", &stated.key);
            if Operator::read(&stated.operator, !values.is_empty()).is_none() {
                let what = match stated.operator.as_str() {
                    "In" | "NotIn" => format!("the operator {} stands without values", stated.operator),
                    "Exists" | "DoesNotExist" => format!("the operator {} takes no values", stated.operator),
                    other => format!("there is no operator `{other}`: In, NotIn, Exists, DoesNotExist"),
                };
                self.refuse(path.at("operator"), what);
            }
            for (at, value) in values.iter().enumerate() {
                self.unless(label_value(value), || path.at("values").index(at), "the value of a label", value);
            }
        }
    }

    fn rule(
        &mut self,
        direction: Direction,
        at: usize,
        peers: Option<&[NetworkPolicyPeer]>,
        ports: Option<&[NetworkPolicyPort]>,
    ) {
        let path = direction.rule_path(at);
        for (item, port) in ports.unwrap_or_default().iter().enumerate() {
            self.port(port, &path.at("ports").index(item));
        }
        for (item, peer) in peers.unwrap_or_default().iter().enumerate() {
            self.peer(peer, &path.at(direction.peers()).index(item));
        }
    }

    fn port(&mut self, port: &NetworkPolicyPort, path: &FieldPath) {
        if Transport::parse(port.protocol.as_deref()).is_none() {
            let name = port.protocol.as_deref().unwrap_or_default();
            self.refuse(path.at("protocol"), format!("there is no protocol `{name}`: TCP, UDP, SCTP"));
        }
        let is_port = |number: i32| Port::of(number).is_some();
        let no_port = |number: i32| format!("{number} is no port, which is {}", Port::NUMBERS);
        match (&port.port, port.end_port) {
            (None, Some(end)) => self.refuse(path.at("endPort"), format!("endPort {end} stands without a port")),
            (None, None) => {}
            (Some(IntOrString::Int(first)), end) => {
                if !is_port(*first) {
                    self.refuse(path.at("port"), no_port(*first));
                }
                if let Some(end) = end.filter(|end| !is_port(*end)) {
                    self.refuse(path.at("endPort"), no_port(end));
                } else if let Some(end) = end.filter(|end| end < first) {
                    self.refuse(path.at("endPort"), format!("endPort {end} is below the port {first}"));
                }
            }
            (Some(IntOrString::String(name)), end) => {
                if let Some(end) = end {
                    self.refuse(path.at("endPort"), format!("endPort {end} stands beside the name of a port"));
                }
                self.unless(port_name(name), || path.at("port"), "the name of a port", name);
            }
        }
    }

    fn peer(&mut self, peer: &NetworkPolicyPeer, path: &FieldPath) {
        let selectors = [("podSelector", &peer.pod_selector), ("namespaceSelector", &peer.namespace_selector)];
        for (field, selector) in selectors {
            if let Some(selector) = selector {
                self.selector(selector, &path.at(field));
            }
        }
        let has_selector = peer.pod_selector.is_some() || peer.namespace_selector.is_some();
        match &peer.ip_block {
            None if !has_selector => self.refuse(path.clone(), "a peer names nobody"),
            None => {}
            Some(block) => {
                self.block(block, &path.at("ipBlock"));
                if has_selector {
                    self.refuse(path.at("ipBlock"), "a peer has an ipBlock beside selectors");
                }
            }
        }
    }

    fn block(&mut self, block: &IPBlock, path: &FieldPath) {
        let whole = Block::parse(&block.cidr);
        if whole.is_none() {
            self.refuse(path.at("cidr"), no_cidr(&block.cidr));
        }
        for (at, stated) in block.except.iter().flatten().enumerate() {
            let path = || path.at("except").index(at);
            let Some(inner) = Block::parse(stated) else {
                self.refuse(path(), no_cidr(stated));
                continue;
            };
            // "must be a strict subset of `cidr`"
            let what = match whole.and_then(|whole| whole.misfit(&inner)) {
                None => continue,
                Some(Misfit::Whole) => format!("`{stated}` excepts all of its cidr, so that nothing is left of it"),
                Some(Misfit::Outside) => format!("`{stated}` is not within its cidr, `{}`", block.cidr),
                Some(Misfit::Shorter) => format!("`{stated}` has a shorter prefix than its cidr, `{}`", block.cidr),
            };
            self.refuse(path(), what);
        }
    }

    fn types(&mut self, types: &[String]) {
        if types.len() > Direction::BOTH.len() {
            let what = format!("policyTypes has {} entries, and two is the most", types.len());
            self.refuse(FieldPath::of("spec.policyTypes"), what);
            return;
        }
        let is_known = |name: &&String| Direction::BOTH.iter().any(|direction| direction.name() == name.as_str());
        for (at, unknown) in types.iter().enumerate().filter(|(_, name)| !is_known(name)) {
            let path = FieldPath::of("spec.policyTypes").index(at);
            self.refuse(path, format!("policyTypes holds `{unknown}`: Ingress, Egress"));
        }
    }
}
