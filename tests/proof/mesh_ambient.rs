//! Breaks of what holds for pods whose proxies are on their nodes: the label, and from where kubelets ask.

use bvlc::object::api::networking::v1::NetworkPolicyIngressRule;

use crate::mesh::{Edit, once, template};
use crate::mesh_tunnel::policy;

/// From where kubelets ask.
const PROBES: &str = "169.254.7.127/32";

/// What is broken beside what Istio is told.
pub(crate) const ON_NODES: &[(&str, Edit)] = &[
    ("no proxy of the node", |o, n| {
        let labels = template(o)?.metadata.as_mut()?.labels.as_mut()?;
        once(n, labels.remove("istio.io/dataplane-mode").map(drop))
    }),
    ("kept out of the node's proxy", |o, n| {
        let labels = template(o)?.metadata.as_mut()?.labels.as_mut()?;
        once(n, labels.get_mut("istio.io/dataplane-mode").map(|label| "none".clone_into(label)))
    }),
    ("a proxy of its own beside it", |o, n| {
        let labels = template(o)?.metadata.as_mut()?.labels.as_mut()?;
        labels.contains_key("istio.io/dataplane-mode").then_some(())?;
        labels.insert("sidecar.istio.io/inject".to_owned(), "true".to_owned());
        once(n, Some(()))
    }),
    ("kubelets are closed out", |o, n| {
        let rules = policy(o)?.ingress.as_mut()?;
        let at = rules.iter().position(asks_health)?;
        rules.remove(at);
        once(n, Some(()))
    }),
    ("kubelets ask at every port", |o, n| {
        let rules = policy(o)?.ingress.as_mut()?;
        once(n, rules.iter_mut().find(|rule| asks_health(rule))?.ports.take().map(drop))
    }),
    ("kubelets ask from everywhere", |o, n| {
        let rules = policy(o)?.ingress.as_mut()?;
        let from = rules.iter_mut().find(|rule| asks_health(rule))?.from.as_mut()?;
        let block = from.iter_mut().filter_map(|peer| peer.ip_block.as_mut()).find(|block| block.cidr == PROBES)?;
        "0.0.0.0/0".clone_into(&mut block.cidr);
        once(n, Some(()))
    }),
    ("kubelets ask from another address", |o, n| {
        let rules = policy(o)?.ingress.as_mut()?;
        let from = rules.iter_mut().find(|rule| asks_health(rule))?.from.as_mut()?;
        let block = from.iter_mut().filter_map(|peer| peer.ip_block.as_mut()).find(|block| block.cidr == PROBES)?;
        "169.254.7.128/32".clone_into(&mut block.cidr);
        once(n, Some(()))
    }),
];

fn asks_health(rule: &NetworkPolicyIngressRule) -> bool {
    let blocks = rule.from.iter().flatten().filter_map(|peer| peer.ip_block.as_ref());
    blocks.map(|block| block.cidr.as_str()).any(|cidr| cidr == PROBES)
}
