//! What is left for another analyzer: clusters as manifests, with what passes at some ports.

use std::collections::BTreeSet;

use bvlc::object::{LabelSelector, Labels, Object};
use bvlc::verify::connectivity::{Connectivity, End, Transport};
use serde_json::{Value, json};

use crate::clusters::World;
use crate::places::{blocks, ports};
use crate::platforms::{example, manifests};

/// What passes between all pods and these addresses, at these ports.
pub(crate) fn answers(name: &str, world: &World, addresses: &[String], probes: &[(Transport, u16)]) -> Value {
    let traffic = world.traffic();
    let connectivity = Connectivity::of(&traffic);
    let called = |at: usize| format!("{}/{}", world.pods[at].namespace, world.pods[at].name);
    let pods = (0..world.pods.len()).map(|at| (called(at), End::Pod(connectivity.class_of(at).unwrap())));
    let outside = addresses.iter().map(|address| (address.clone(), End::Address(address.parse().unwrap())));
    let ends: Vec<(String, End)> = pods.chain(outside).collect();
    let mut passing = Vec::new();
    for (source, from) in &ends {
        for (destination, to) in &ends {
            // a pod cannot block access to itself, whatever policies say (kubernetes/website
            // `content/en/docs/concepts/services-networking/network-policies.md`, since 1.21); the analyzer's pods stand for workloads, of which
            // two pods are policed. What is between addresses is nobody's
            if source == destination || matches!((from, to), (End::Address(_), End::Address(_))) {
                continue;
            }
            let ports = connectivity.passes(*from, *to);
            let at =
                probes.iter().map(|(protocol, port)| json!([protocol.name(), port, ports.contains(*protocol, *port)]));
            passing.push(json!({ "from": source, "to": destination, "at": at.collect::<Vec<_>>() }));
        }
    }
    json!({ "name": name, "manifests": world.manifests(), "passing": passing })
}

/// An example as it is built: the pods of its Deployments, one for each other selector that a policy names, a stranger in
/// each namespace; and the addresses on both sides of each end of each block.
pub(crate) fn of_example(name: &str) -> Value {
    let manifests = manifests(&example(name));
    let mut world = World::default();
    let (mut addresses, mut probes) = (BTreeSet::new(), BTreeSet::from([(Transport::Tcp, 22)]));
    for mut object in manifests.environments.into_iter().flat_map(|built| built.objects) {
        for block in blocks(&mut object) {
            for cidr in std::iter::once(&block.cidr).chain(block.except.iter().flatten()) {
                addresses.extend(around(cidr));
            }
        }
        for port in ports(&mut object) {
            let written = serde_json::to_value(&*port).unwrap();
            let protocol = Transport::parse(written["protocol"].as_str()).unwrap();
            probes.insert((protocol, u16::try_from(written["port"].as_u64().unwrap()).unwrap()));
        }
        match object {
            Object::Namespace(mut namespace) => {
                let name = namespace.metadata.name.clone().unwrap();
                let labels = namespace.metadata.labels.get_or_insert_default();
                labels.insert("kubernetes.io/metadata.name".to_owned(), name.clone());
                world.namespaces.push(*namespace);
                world = world.pod(&format!("{name}/stranger"), &["stranger=true"], json!({ "containers": [] }));
            }
            Object::NetworkPolicy(policy) => world.policies.push(*policy),
            Object::Deployment(deployment) => {
                let path = format!("{}/{}", deployment.metadata.namespace.unwrap(), deployment.metadata.name.unwrap());
                let template = deployment.spec.unwrap().template;
                world = world.pod(&path, &[], json!({ "containers": [] }));
                world.pods.last_mut().unwrap().template = template;
            }
            _ => {}
        }
    }
    let world = with_selected(world);
    let addresses: Vec<String> = addresses.into_iter().collect();
    answers(name, &world, &addresses, &probes.into_iter().collect::<Vec<_>>())
}

/// Pods for the selectors of policies that no pod of their namespace matches: managed workloads, and the cluster's DNS.
fn with_selected(mut world: World) -> World {
    let mut wanted: BTreeSet<(String, Labels)> = BTreeSet::new();
    let equal = |selector: &LabelSelector| selector.match_labels.clone().unwrap_or_default();
    for policy in &world.policies {
        let (own, spec) = (policy.metadata.namespace.clone().unwrap(), policy.spec.clone().unwrap());
        wanted.insert((own.clone(), equal(&spec.pod_selector.unwrap())));
        let from = spec.ingress.into_iter().flatten().flat_map(|rule| rule.from.unwrap_or_default());
        let to = spec.egress.into_iter().flatten().flat_map(|rule| rule.to.unwrap_or_default());
        for peer in from.chain(to) {
            let Some(pods) = peer.pod_selector else { continue };
            let spaces = peer.namespace_selector.map(|selector| equal(&selector));
            match spaces.as_ref().and_then(|labels| labels.get("kubernetes.io/metadata.name")) {
                Some(name) => drop(wanted.insert((name.clone(), equal(&pods)))),
                None if spaces.is_none() => drop(wanted.insert((own.clone(), equal(&pods)))),
                None => {}
            }
        }
    }
    for (at, (namespace, labels)) in wanted.into_iter().enumerate() {
        let carries = |pod: &crate::clusters::Member| {
            let own = pod.template.metadata.as_ref().and_then(|metadata| metadata.labels.clone()).unwrap_or_default();
            pod.namespace == namespace && labels.iter().all(|(key, value)| own.get(key) == Some(value))
        };
        if labels.is_empty() || world.pods.iter().any(carries) {
            continue;
        }
        if !world.namespaces.iter().any(|one| one.metadata.name.as_ref() == Some(&namespace)) {
            world = world.namespace(&namespace, &[&format!("kubernetes.io/metadata.name={namespace}")]);
        }
        let pairs: Vec<String> = labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let pairs: Vec<&str> = pairs.iter().map(String::as_str).collect();
        world = world.pod(&format!("{namespace}/selected-{at}"), &pairs, json!({ "containers": [] }));
    }
    world
}

/// The first and the last address of a range of IPv4, and those beside them.
fn around(cidr: &str) -> Vec<String> {
    let (address, prefix) = cidr.split_once('/').unwrap();
    let Ok(address) = address.parse::<std::net::Ipv4Addr>() else { return vec![address.to_owned()] };
    let first = u64::from(address.to_bits());
    let last = first + (1_u64 << (32 - prefix.parse::<u32>().unwrap())) - 1;
    let inside = [first.checked_sub(1), Some(first), Some(last), Some(last + 1)];
    let inside = inside.into_iter().flatten().filter_map(|number| u32::try_from(number).ok());
    inside.map(|number| std::net::Ipv4Addr::from_bits(number).to_string()).collect()
}
