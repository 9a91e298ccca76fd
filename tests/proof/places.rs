//! The places of an object where it can be broken.

use bvlc::object::api::core::v1::{Container, ContainerPort, PodTemplateSpec, ServicePort, ServiceSpec};
use bvlc::object::api::networking::v1::{
    IPBlock, NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec,
};
use bvlc::object::{LabelSelector, Labels, Object};

pub(crate) fn policy(object: &mut Object) -> Option<&mut NetworkPolicySpec> {
    match object {
        Object::NetworkPolicy(policy) => policy.spec.as_mut(),
        _ => None,
    }
}

pub(crate) fn service(object: &mut Object) -> Option<&mut ServiceSpec> {
    match object {
        Object::Service(service) => service.spec.as_mut(),
        _ => None,
    }
}

pub(crate) fn template(object: &mut Object) -> Option<&mut PodTemplateSpec> {
    match object {
        Object::Deployment(deployment) => deployment.spec.as_mut().map(|spec| &mut spec.template),
        _ => None,
    }
}

pub(crate) fn containers(object: &mut Object) -> Vec<&mut Container> {
    let spec = template(object).and_then(|template| template.spec.as_mut());
    spec.map(|spec| spec.containers.iter_mut().collect()).unwrap_or_default()
}

pub(crate) fn container_ports(object: &mut Object) -> Vec<&mut ContainerPort> {
    containers(object).into_iter().flat_map(|container| container.ports.iter_mut().flatten()).collect()
}

pub(crate) fn service_ports(object: &mut Object) -> Vec<&mut ServicePort> {
    service(object).map(|spec| spec.ports.iter_mut().flatten().collect()).unwrap_or_default()
}

/// The keys by which a Deployment's pods are selected.
pub(crate) fn selected_by(object: &Object) -> Vec<String> {
    let Object::Deployment(deployment) = object else { return Vec::new() };
    let selector = deployment.spec.as_ref().and_then(|spec| spec.selector.match_labels.as_ref());
    selector.map(|labels| labels.keys().cloned().collect()).unwrap_or_default()
}

pub(crate) fn egress(object: &mut Object) -> Option<&mut Vec<NetworkPolicyEgressRule>> {
    policy(object)?.egress.as_mut()
}

pub(crate) fn ingress(object: &mut Object) -> Option<&mut Vec<NetworkPolicyIngressRule>> {
    policy(object)?.ingress.as_mut()
}

/// The lists of peers of all rules.
pub(crate) fn peer_lists(object: &mut Object) -> Vec<&mut Option<Vec<NetworkPolicyPeer>>> {
    let Some(spec) = policy(object) else { return Vec::new() };
    let from = spec.ingress.iter_mut().flatten().map(|rule| &mut rule.from);
    from.chain(spec.egress.iter_mut().flatten().map(|rule| &mut rule.to)).collect()
}

/// The lists of ports of all rules.
pub(crate) fn port_lists(object: &mut Object) -> Vec<&mut Option<Vec<NetworkPolicyPort>>> {
    let Some(spec) = policy(object) else { return Vec::new() };
    let ingress = spec.ingress.iter_mut().flatten().map(|rule| &mut rule.ports);
    ingress.chain(spec.egress.iter_mut().flatten().map(|rule| &mut rule.ports)).collect()
}

pub(crate) fn peers(object: &mut Object) -> Vec<&mut NetworkPolicyPeer> {
    peer_lists(object).into_iter().flatten().flatten().collect()
}

pub(crate) fn ports(object: &mut Object) -> Vec<&mut NetworkPolicyPort> {
    port_lists(object).into_iter().flatten().flatten().collect()
}

pub(crate) fn blocks(object: &mut Object) -> Vec<&mut IPBlock> {
    peers(object).into_iter().filter_map(|peer| peer.ip_block.as_mut()).collect()
}

/// Peers of another namespace.
pub(crate) fn far_peers(object: &mut Object) -> Vec<&mut NetworkPolicyPeer> {
    peers(object).into_iter().filter(|peer| peer.namespace_selector.is_some()).collect()
}

/// Peers of pods.
pub(crate) fn pod_peers(object: &mut Object) -> Vec<&mut NetworkPolicyPeer> {
    peers(object).into_iter().filter(|peer| peer.pod_selector.is_some()).collect()
}

/// The selectors of peers' pods.
pub(crate) fn peer_selectors(object: &mut Object) -> Vec<&mut LabelSelector> {
    peers(object).into_iter().filter_map(|peer| peer.pod_selector.as_mut()).collect()
}

/// The selectors of peers' namespaces.
pub(crate) fn space_selectors(object: &mut Object) -> Vec<&mut LabelSelector> {
    peers(object).into_iter().filter_map(|peer| peer.namespace_selector.as_mut()).collect()
}

/// Changes the labels of a selector.
pub(crate) fn labels(selector: &mut LabelSelector) -> &mut Labels {
    selector.match_labels.get_or_insert_default()
}
