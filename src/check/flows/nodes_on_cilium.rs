//! Where policies name nodes by their addresses, the network plugin matches nodes by addresses.

use super::asserted::is_judged_at_source;
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::{Diagnostic, Sink};
use crate::graph::{Flow, Source, Target};
use crate::model::platform::{Cni, Dns};
use crate::source::Span;

crate::check! {
    /// ## What it means
    /// Cilium is the network plugin, and a flow has nodes at one of its ends: a workload on its nodes' network, a cache of
    /// names on every node, or a Kubernetes API whose addresses are nodes'. A NetworkPolicy can only name nodes by addresses.
    ///
    /// ## Why it matters in the cluster
    /// Cilium gives nodes an identity of their own, and an `ipBlock` does not match them unless its
    /// `policy-cidr-match-mode` holds `nodes`. Under the deny the flow is cut.
    ///
    /// ## How to mend it
    /// Set `policy-cidr-match-mode: nodes` in Cilium's configuration and say so, with a waiver:
    /// `waive nodes-on-cilium on NAME because ".."`. Or take the workload off its nodes' network. Where a Local Redirect Policy
    /// leads questions of names to the cache's pods, as Cilium has NodeLocal DNSCache set up, say so: `dns local-redirect`.
    ///
    /// ```bvl bad in=platform
    /// kubernetes "1.33"; cni cilium
    /// node-cidr 10.0.0.0/16
    /// api-server 10.40.0.0/28 6443
    /// }
    /// environment system { shared; namespace "shop-system"; profile privileged because "the entry is on its nodes' network" }
    /// managed edge { in system; match "app" "edge"; host-network; disruption none because "one on every node" } //~ BVL0320 "edge"
    /// allow edge -> app.http
    /// group ends app, caller
    /// class unused {
    /// ```
    /// ```bvl good in=platform
    /// kubernetes "1.33"; cni calico
    /// node-cidr 10.0.0.0/16
    /// api-server 10.40.0.0/28 6443
    /// }
    /// environment system { shared; namespace "shop-system"; profile privileged because "the entry is on its nodes' network" }
    /// managed edge { in system; match "app" "edge"; host-network; disruption none because "one on every node" }
    /// allow edge -> app.http
    /// group ends app, caller
    /// class unused {
    /// ```
    /// ```bvl bad in=platform
    /// kubernetes "1.33"; cni cilium
    /// dns node-local 169.254.20.10, 10.96.0.10 //~ BVL0320 "NodeLocal DNSCache"
    /// ```
    /// ```bvl good in=platform
    /// kubernetes "1.33"; cni cilium
    /// dns local-redirect
    /// ```
    ///
    /// ## Source
    /// [Cilium: CIDR-based policies](https://docs.cilium.io/en/stable/security/policy/language/#ip-cidr-based):
    /// `policy-cidr-match-mode`; cilium/cilium#20550, and #18644 of the cache's addresses.
    /// [Cilium: Local Redirect Policy](https://docs.cilium.io/en/stable/network/kubernetes/local-redirect-policy/),
    /// "Node-local DNS cache".
    BVL0320, "nodes-on-cilium", Error(Emitted), since "0.1.0" => run
}

/// Why.
const IDENTITY: &str = "Cilium knows nodes by an identity of their own: an `ipBlock` matches none unless its `policy-cidr-match-mode` holds `nodes`";

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let platform = &cx.model.platform;
    if platform.cni.value != Cni::Cilium {
        return;
    }
    cache(cx, sink);
    if platform.node_cidrs.is_empty() {
        return;
    }
    for (workload, environment) in cx.workloads() {
        let Some(stated) = workload.managed().and_then(|managed| managed.host_network) else { continue };
        if cx.graph.outgoing(workload.id).chain(cx.graph.incoming(workload.id)).next().is_none() {
            continue;
        }
        let name = &workload.name;
        let title = format!("Cilium does not match {} by the addresses of its nodes", name.value);
        let help = format!(
            "{}; or take `host-network` out where it does not need the network of its nodes",
            set_mode(&name.value)
        );
        sink.report(
            finding(&BVL0320, workload, environment, name.span, title)
                .here("its flows would be cut where the other end is denied")
                .also(stated.span, format!("its pods use the addresses of their nodes{}", cx.from_layer(stated.layer)))
                .also(platform.cni.span, "the network plugin")
                .note(IDENTITY)
                .help(help),
        );
    }
    let Some(api) = &platform.api_server else { return };
    let is_nodes = |cidr: &&crate::model::Origin<crate::value::Cidr>| {
        platform.node_cidrs.iter().any(|nodes| nodes.value.overlaps(&cidr.value))
    };
    let asks = |flow: &&Flow| flow.target == Target::KubernetesApi || flow.source == Source::KubernetesApi;
    let (Some(cidr), Some(_)) = (api.cidrs.iter().find(is_nodes), cx.graph.flows.iter().find(asks)) else { return };
    sink.report(
        unmatched(cx, cidr.span, "Cilium does not match the Kubernetes API by the addresses of its nodes")
            .here("addresses of nodes")
            .help(set_mode("kubernetes-api"))
            .about("kubernetes-api"),
    );
}

/// A finding on addresses that the platform states.
fn unmatched(cx: &Context<'_>, place: Span, title: &str) -> Diagnostic {
    Diagnostic::new(&BVL0320, place, title).also(cx.model.platform.cni.span, "the network plugin").note(IDENTITY)
}

/// How Cilium is told to match nodes by their addresses, and bvlc that it is.
fn set_mode(subject: &str) -> String {
    format!(
        "set that mode in Cilium's configuration and say so outside of all blocks: `waive nodes-on-cilium on {subject} because \"REASON\"`"
    )
}

/// The cache of names listens at addresses of its node.
fn cache(cx: &Context<'_>, sink: &mut Sink) {
    let platform = &cx.model.platform;
    let Dns::NodeLocal(addresses) = &platform.dns.value else { return };
    let asks = |flow: &&Flow| flow.target == Target::Dns && is_judged_at_source(cx, flow);
    let (Some(first), Some(_)) = (addresses.first(), cx.graph.flows.iter().find(asks)) else { return };
    let name = &platform.name.value;
    sink.report(
        unmatched(cx, first.span, "Cilium does not match NodeLocal DNSCache by its addresses")
            .here("each node listens there itself")
            .note("no name would be resolved where pods are denied")
            .help(format!("with a Local Redirect Policy, which leads questions to the cache's pods, write `dns local-redirect`; or {}", set_mode(name)))
            .choice("write `dns local-redirect`, where a Local Redirect Policy leads to the cache's pods", cx.replace(&platform.dns, "dns local-redirect"))
            .about(name),
    );
}
