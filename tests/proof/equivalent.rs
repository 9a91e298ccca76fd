//! Edits that change nothing: when that is so, judged from the objects alone, by definitions that share no code with
//! what is tested.

use std::collections::BTreeSet;

use bvlc::object::api::networking::v1::{NetworkPolicyPort, NetworkPolicySpec};
use bvlc::object::{IntOrString, LabelSelector, Namespace, Object};

/// Whether an object of an environment's means the same before and after an edit.
pub(crate) type Same = fn(&[Object], &Object, &Object) -> bool;

/// When an edit that is proven changes nothing, and why. One that none of these speaks of has to be caught.
pub(crate) const EQUIVALENT: &[(&str, Same)] = &[
    (
        "rules, peers and ports are unions; the protocol is TCP where none is given; a range is its numbers (NetworkPolicySpec)",
        |_, before, after| {
            let (Some(before), Some(after)) = (spec(before), spec(after)) else { return false };
            before.pod_selector == after.pod_selector
                && before.policy_types == after.policy_types
                && allowed(before) == allowed(after)
        },
    ),
    (
        "without policyTypes, both are meant where there are egress rules (SetDefaults_NetworkPolicy)",
        |_, before, after| {
            let (Some(before), Some(after)) = (spec(before), spec(after)) else { return false };
            let types = Some(["Ingress".to_owned(), "Egress".to_owned()].to_vec());
            let is_default = before.policy_types == types && after.policy_types.is_none();
            let rest = NetworkPolicySpec { policy_types: types, ..after.clone() };
            is_default && before.egress.as_ref().is_some_and(|rules| !rules.is_empty()) && *before == rest
        },
    ),
    (
        "a direction without rules is isolated by the default deny, whatever else selects the pods",
        |objects, before, after| {
            let (Some(before), Some(after)) = (spec(before), spec(after)) else { return false };
            let everything = LabelSelector::default();
            let denies = |object: &Object| {
                spec(object).is_some_and(|spec| {
                    spec.pod_selector.as_ref() == Some(&everything)
                        && spec.policy_types.as_ref().is_some_and(|types| types.len() == 2)
                })
            };
            let is_idle = |direction: &str| match direction {
                "Ingress" => before.ingress.is_none(),
                _ => before.egress.is_none(),
            };
            let lost: Vec<&str> = ["Ingress", "Egress"].into_iter().filter(|one| !isolates(after, one)).collect();
            let rest = NetworkPolicySpec { policy_types: before.policy_types.clone(), ..after.clone() };
            before.pod_selector.as_ref() != Some(&everything)
                && *before == rest
                && lost.iter().all(|direction| is_idle(direction))
                && objects.iter().any(denies)
        },
    ),
    (
        "a pod selector that is absent selects all pods, as the empty one does (NetworkPolicySpec)",
        |_, before, after| {
            let (Some(before), Some(after)) = (spec(before), spec(after)) else { return false };
            let filled = |spec: &NetworkPolicySpec| NetworkPolicySpec {
                pod_selector: Some(spec.pod_selector.clone().unwrap_or_default()),
                ..spec.clone()
            };
            filled(before) == filled(after)
        },
    ),
    (
        "a container port's name that no Service and no policy asks for decides about no traffic",
        |objects, before, after| {
            let (before, after) = (port_names(before), port_names(after));
            let changed: BTreeSet<&String> = before.symmetric_difference(&after).collect();
            !changed.is_empty() && objects.iter().all(|object| asked(object).is_disjoint(&changed))
        },
    ),
    (
        "a namespace's label that no policy of what is built selects by decides nothing; for others see the test below",
        |objects, before, after| {
            let (Object::Namespace(before), Object::Namespace(after)) = (before, after) else { return false };
            let labels = |namespace: &Namespace| -> BTreeSet<(String, String)> {
                namespace.metadata.labels.clone().unwrap_or_default().into_iter().collect()
            };
            let (before, after) = (labels(before), labels(after));
            let changed: BTreeSet<&String> = before.symmetric_difference(&after).map(|(key, _)| key).collect();
            let selecting: Vec<String> = objects.iter().filter_map(spec).flat_map(namespace_selectors).collect();
            !changed.is_empty() && changed.iter().all(|key| selecting.iter().all(|text| !text.contains(key.as_str())))
        },
    ),
];

fn spec(object: &Object) -> Option<&NetworkPolicySpec> {
    match object {
        Object::NetworkPolicy(policy) => policy.spec.as_ref(),
        _ => None,
    }
}

/// How a policy selects namespaces.
fn namespace_selectors(spec: &NetworkPolicySpec) -> Vec<String> {
    let ingress = spec.ingress.iter().flatten().flat_map(|rule| rule.from.iter().flatten());
    let egress = spec.egress.iter().flatten().flat_map(|rule| rule.to.iter().flatten());
    let selectors = ingress.chain(egress).filter_map(|peer| peer.namespace_selector.as_ref());
    selectors.map(|selector| serde_json::to_string(selector).unwrap()).collect()
}

/// Whether a policy isolates a direction.
fn isolates(spec: &NetworkPolicySpec, direction: &str) -> bool {
    match &spec.policy_types {
        Some(types) if !types.is_empty() => types.iter().any(|one| one == direction),
        _ => direction == "Ingress" || spec.egress.as_ref().is_some_and(|rules| !rules.is_empty()),
    }
}

/// What a policy allows, each peer with each number of each port, written out.
fn allowed(spec: &NetworkPolicySpec) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let ingress = spec.ingress.iter().flatten().map(|rule| ("from", &rule.from, &rule.ports));
    let egress = spec.egress.iter().flatten().map(|rule| ("to", &rule.to, &rule.ports));
    for (direction, peers, ports) in ingress.chain(egress) {
        let peers: Vec<String> = peers.iter().flatten().map(|peer| serde_json::to_string(peer).unwrap()).collect();
        let ports: Vec<String> = ports.iter().flatten().flat_map(numbers).collect();
        let everything = ["everything".to_owned()];
        for peer in if peers.is_empty() { &everything[..] } else { &peers } {
            for port in if ports.is_empty() { &everything[..] } else { &ports } {
                all.insert(format!("{direction} {peer} {port}"));
            }
        }
    }
    all
}

fn numbers(port: &NetworkPolicyPort) -> Vec<String> {
    let protocol = port.protocol.as_deref().unwrap_or("TCP");
    match &port.port {
        None => vec![protocol.to_owned()],
        Some(IntOrString::String(name)) => vec![format!("{protocol}/{name}")],
        Some(IntOrString::Int(first)) => {
            (*first..=port.end_port.unwrap_or(*first)).map(|number| format!("{protocol}/{number}")).collect()
        }
    }
}

/// The names that the containers of a Deployment give their ports.
fn port_names(object: &Object) -> BTreeSet<String> {
    let Object::Deployment(deployment) = object else { return BTreeSet::new() };
    let pod = deployment.spec.as_ref().and_then(|spec| spec.template.spec.as_ref());
    let ports = pod.iter().flat_map(|pod| &pod.containers).flat_map(|container| container.ports.iter().flatten());
    ports.filter_map(|port| port.name.clone()).collect()
}

/// The names of ports that a Service or a policy asks for.
fn asked(object: &Object) -> BTreeSet<&String> {
    match object {
        Object::Service(service) => {
            let ports = service.spec.iter().flat_map(|spec| spec.ports.iter().flatten());
            ports.filter_map(|port| named(port.target_port.as_ref())).collect()
        }
        Object::NetworkPolicy(policy) => {
            let spec = policy.spec.iter();
            let ingress = spec.clone().flat_map(|spec| spec.ingress.iter().flatten()).map(|rule| &rule.ports);
            let egress = spec.flat_map(|spec| spec.egress.iter().flatten()).map(|rule| &rule.ports);
            ingress.chain(egress).flatten().flatten().filter_map(|port| named(port.port.as_ref())).collect()
        }
        _ => BTreeSet::new(),
    }
}

fn named(port: Option<&IntOrString>) -> Option<&String> {
    match port {
        Some(IntOrString::String(name)) => Some(name),
        Some(IntOrString::Int(_)) | None => None,
    }
}
