//! `NetworkPolicy`: who may reach a workload's pods, and whom they may reach.
//!
//! Invariants: a policy selects pods only where the deny is on and enforced, since any policy isolates what it selects;
//! elsewhere only the other end's half of a flow is emitted. Ports are numbers of pods, never of Services. No rule has
//! an empty list of peers or of ports: either would mean "all". The same flows give the same rules, in whatever order
//! they come: peers of the same ports share a rule, and both are sorted. What does not fit into one object stands in
//! several, which add up.

pub(super) mod default_deny;
mod dns;
mod peers;
mod reasons;

use std::collections::{BTreeMap, BTreeSet};

use self::peers::Peer;
use super::{Context, because, convert, metadata};
use crate::graph::{Flow, Seen, Source, Target};
use crate::model::{Protocol, Workload};
use crate::object::api::networking::v1::{
    NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec,
};
use crate::object::{Kind, Labels, NetworkPolicy, Object, int, selector};
use crate::value::{Cidr, Port};

/// A port of a pod.
type PodPort = (Port, Protocol);

/// The ports of each peer.
type Peers = BTreeMap<Peer, BTreeSet<PodPort>>;

/// So many peers stand in one policy. An API server takes objects of 1.5 MiB at most (`--max-request-bytes` of etcd 3.6, by
/// default), and `kubectl apply` keeps a copy among the annotations, which may have 256 KiB together
/// (`TotalAnnotationSizeLimitB` in apimachinery `pkg/api/validation/objectmeta.go`, 0.36). A peer takes some 200 bytes.
const MOST_PEERS: usize = 500;

/// The policy of a workload with its end of every flow, in several objects where it has very many; none for a workload without flows, which the default deny
/// covers, and none for pods on the host network, which policies do not see.
pub(super) fn emit(cx: &Context<'_>, workload: &Workload, objects: &mut Vec<Object>) {
    if !has_policy(cx, workload) {
        return;
    }
    let mut ingress = Peers::new();
    for flow in cx.graph.incoming(workload.id) {
        allow(&mut ingress, sources(cx, flow), &ports(cx, flow));
    }
    probes(cx, workload, &mut ingress);
    let mut egress = Peers::new();
    for flow in cx.graph.outgoing(workload.id) {
        allow(&mut egress, targets(cx, flow), &ports(cx, flow));
    }
    if ingress.is_empty() && egress.is_empty() {
        return;
    }
    let mut number = 1;
    while number == 1 || !(ingress.is_empty() && egress.is_empty()) {
        let own_ingress = first(&mut ingress, MOST_PEERS);
        let own_egress = first(&mut egress, MOST_PEERS - own_ingress.len());
        let spec = spec(metadata::selector(cx, workload), own_ingress, own_egress);
        // no workload is called so: names of workloads have no dot
        let name = workload.name.value.clone();
        let name = if number == 1 { name } else { format!("{name}.{number}") };
        let mut metadata = metadata::of_workload(cx, workload, Kind::NetworkPolicy, &name);
        if number == 1 {
            reasons::annotate(cx, workload, &mut metadata);
            because::annotate_policy(cx, workload, &mut metadata);
        }
        objects.push(NetworkPolicy { metadata, spec: Some(spec) }.into());
        number += 1;
    }
}

/// Takes out the first peers.
fn first(peers: &mut Peers, most: usize) -> Peers {
    let behind = peers.keys().nth(most).cloned();
    let rest = behind.map(|behind| peers.split_off(&behind)).unwrap_or_default();
    std::mem::replace(peers, rest)
}

fn spec(pods: Labels, ingress: Peers, egress: Peers) -> NetworkPolicySpec {
    let ingress = rules(ingress).map(|(from, ports)| NetworkPolicyIngressRule { from: Some(from), ports: Some(ports) });
    let egress = rules(egress).map(|(to, ports)| NetworkPolicyEgressRule { to: Some(to), ports: Some(ports) });
    let (ingress, egress): (Vec<_>, Vec<_>) = (ingress.collect(), egress.collect());
    NetworkPolicySpec {
        pod_selector: Some(selector(pods)),
        policy_types: Some(both_directions()),
        ingress: (!ingress.is_empty()).then_some(ingress),
        egress: (!egress.is_empty()).then_some(egress),
    }
}

/// Whether a policy of its own can decide about a workload's pods.
fn has_policy(cx: &Context<'_>, workload: &Workload) -> bool {
    let on_host = workload.is_on_host();
    cx.environment.is_denied() && !on_host && workload.is_selectable()
}

/// What lets a flow out of its source: the part of the rules of the source's policy that is about this flow; none where no
/// policy decides about that.
pub(super) fn leaving(cx: &Context<'_>, workload: &Workload, flow: &Flow) -> Vec<NetworkPolicyEgressRule> {
    let ports = ports(cx, flow);
    alone(cx, workload, targets(cx, flow), &ports)
        .map(|(to, ports)| NetworkPolicyEgressRule { to: Some(to), ports: Some(ports) })
        .collect()
}

/// What lets a flow into its target: the part of the rules of the target's policy that is about this flow; none where no
/// policy decides about that.
pub(super) fn entering(cx: &Context<'_>, workload: &Workload, flow: &Flow) -> Vec<NetworkPolicyIngressRule> {
    let ports = ports(cx, flow);
    alone(cx, workload, sources(cx, flow), &ports)
        .map(|(from, ports)| NetworkPolicyIngressRule { from: Some(from), ports: Some(ports) })
        .collect()
}

/// The rules that a policy would have for one flow.
fn alone(
    cx: &Context<'_>,
    workload: &Workload,
    peers: Vec<Peer>,
    ports: &[PodPort],
) -> impl Iterator<Item = (Vec<NetworkPolicyPeer>, Vec<NetworkPolicyPort>)> + use<> {
    let mut direction = Peers::new();
    if has_policy(cx, workload) {
        allow(&mut direction, peers, ports);
    }
    rules(direction)
}

/// Both directions, always written: without them a policy that has no egress rule would leave all egress open.
fn both_directions() -> Vec<String> {
    vec!["Ingress".to_owned(), "Egress".to_owned()]
}

fn allow(direction: &mut Peers, peers: Vec<Peer>, ports: &[PodPort]) {
    if ports.is_empty() {
        return;
    }
    for peer in peers {
        direction.entry(peer).or_default().extend(ports);
    }
}

/// The ports at which policies see a flow.
fn ports(cx: &Context<'_>, flow: &Flow) -> Vec<PodPort> {
    let tunnel = |number| Port::new(number).map(|port| (port, Protocol::Tcp));
    match flow.seen(cx.model) {
        Seen::Own => flow.ports(cx.model),
        Seen::Tunnel(number) => tunnel(number).into_iter().collect(),
        Seen::Either(number) => flow.ports(cx.model).into_iter().chain(tunnel(number)).collect(),
    }
}

/// What kubelets ask from addresses that a mesh gives them; from their nodes' own they are let in whatever policies say.
fn probes(cx: &Context<'_>, workload: &Workload, ingress: &mut Peers) {
    let (from, ports) = crate::graph::probes(cx.model, workload);
    let peers = from.iter().filter_map(|range| Cidr::parse(range).ok()).map(Peer::block).collect();
    let ports: Vec<PodPort> = ports.into_iter().filter_map(Port::new).map(|port| (port, Protocol::Tcp)).collect();
    allow(ingress, peers, &ports);
}

fn sources(cx: &Context<'_>, flow: &Flow) -> Vec<Peer> {
    match flow.source {
        Source::Endpoint(endpoint) => peers::of_endpoint(cx, endpoint),
        Source::KubernetesApi => peers::of_api_server(cx),
    }
}

fn targets(cx: &Context<'_>, flow: &Flow) -> Vec<Peer> {
    match flow.target {
        Target::Port { endpoint, .. } => peers::of_endpoint(cx, endpoint),
        Target::Dns => dns::resolvers(cx),
        Target::KubernetesApi => peers::of_api_server(cx),
    }
}

/// Peers by the ports that they share.
fn rules(peers: Peers) -> impl Iterator<Item = (Vec<NetworkPolicyPeer>, Vec<NetworkPolicyPort>)> {
    let mut rules: BTreeMap<BTreeSet<PodPort>, Vec<NetworkPolicyPeer>> = BTreeMap::new();
    for (peer, ports) in peers {
        rules.entry(ports).or_default().push(peer.into());
    }
    rules.into_iter().map(|(ports, peers)| (peers, ports.into_iter().map(port).collect()))
}

fn port((number, protocol): PodPort) -> NetworkPolicyPort {
    NetworkPolicyPort {
        port: Some(int(convert::count(u32::from(number.get())))),
        protocol: Some(protocol.name().to_owned()),
        end_port: None,
    }
}
