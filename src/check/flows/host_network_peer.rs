//! What runs on the nodes' own network is known by the nodes' addresses.

use super::asserted::label_flow;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;

crate::check! {
    /// ## What it means
    /// Flows begin or end at a workload that uses its nodes' network, and the platform does not state which addresses
    /// nodes have.
    ///
    /// ## Why it matters in the cluster
    /// Network plugins see such a pod as its node: no label of it is ever matched, so a policy that names it by labels
    /// lets nothing through.
    ///
    /// ## How to mend it
    /// State every address that nodes send from, tunnels included: `node-cidr 10.0.0.0/16`.
    ///
    /// ```bvl bad in=file
    /// environment tools { shared; namespace "shop-tools"; profile privileged because "the entry is on its nodes' network" }
    /// managed edge { //~ BVL0317 "edge runs on its nodes' network"
    ///   in tools; host-network; match "app" "edge"; port http 8000; disruption none because "one on every node"
    /// }
    /// allow edge -> app.http
    /// ```
    /// ```bvl good in=ranges
    /// environment tools { shared; namespace "shop-tools"; profile privileged because "the entry is on its nodes' network" }
    /// managed edge {
    ///   in tools; host-network; match "app" "edge"; port http 8000; disruption none because "one on every node"
    /// }
    /// allow edge -> app.http
    /// ```
    ///
    /// ## Source
    /// [Network Policies](https://kubernetes.io/docs/concepts/services-networking/network-policies/), "NetworkPolicy and
    /// `hostNetwork` pods" (Kubernetes 1.36).
    BVL0317, "host-network-peer", Error(Emitted), since "0.1.0" => run, looks Neighbors
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    if !cx.model.platform.node_cidrs.is_empty() {
        return;
    }
    for (workload, environment) in cx.workloads() {
        let Some(stated) = workload.managed().and_then(|managed| managed.host_network.as_ref()) else { continue };
        let Some(flow) = cx.graph.outgoing(workload.id).chain(cx.graph.incoming(workload.id)).next() else { continue };
        let name = &workload.name;
        let title = format!("{} runs on its nodes' network, but no `node-cidr` states their addresses", name.value);
        let diagnostic = finding(&BVL0317, workload, environment, name.span, title)
            .label(stated.span, "its pods use the addresses of their nodes")
            .note("no policy can name such a pod by its labels: network plugins see its node")
            .caused_by(cx.model.platform.name.span)
            .help("state in the platform block every range that nodes send from, that of tunnel interfaces (VXLAN, IP in IP) included: `node-cidr 10.0.0.0/16`; `kubectl get nodes -o wide` shows the addresses of nodes");
        sink.report(label_flow(cx, diagnostic, flow));
    }
}
