//! No two ends have more ports between them than the network plugin can hold.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::graph::Target;
use crate::model::EndpointId;
use crate::model::platform::Cni;

/// So many pairs of port and protocol may stand in the rules for one address.
const MOST: usize = 24;

crate::check! {
    /// ## What it means
    /// Amazon's VPC CNI is the network plugin, and a workload may reach more than 24 ports of another end. The plugin turns
    /// every peer into addresses, and holds 24 pairs of port and protocol for each.
    ///
    /// ## Why it matters in the cluster
    /// The policy is taken and not enforced as written: what goes beyond is cut, or the whole policy is not applied.
    ///
    /// ## How to mend it
    /// Allow fewer ports, or use another network plugin.
    ///
    /// ```bvl bad in=ports
    /// cni aws-vpc
    /// }
    /// allow app -> wide.p1, wide.p2, wide.p3, wide.p4, wide.p5, wide.p6, wide.p7, wide.p8, wide.p9, wide.p10, wide.p11,
    ///   wide.p12, wide.p13, wide.p14, wide.p15, wide.p16, wide.p17, wide.p18, wide.p19, wide.p20, wide.p21, wide.p22,
    ///   wide.p23, wide.p24, wide.p25 //~^^ BVL0321 "25 ports of wide"
    /// class unused {
    /// ```
    /// ```bvl good in=ports
    /// cni aws-vpc
    /// }
    /// allow app -> wide.p1, wide.p2, wide.p3, wide.p4, wide.p5, wide.p6, wide.p7, wide.p8, wide.p9, wide.p10, wide.p11,
    ///   wide.p12, wide.p13, wide.p14, wide.p15, wide.p16, wide.p17, wide.p18, wide.p19, wide.p20, wide.p21, wide.p22,
    ///   wide.p23, wide.p24
    /// class unused {
    /// ```
    ///
    /// ## Source
    /// [Amazon EKS: limit pod traffic with Kubernetes network policies](https://docs.aws.amazon.com/eks/latest/userguide/cni-network-policy.html):
    /// at most 24 unique combinations of ports for each protocol.
    BVL0321, "too-many-ports", Error(Emitted), since "0.1.0" => run, looks Neighbors
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let cni = &cx.model.platform.cni;
    if cni.value != Cni::AwsVpc {
        return;
    }
    for (workload, environment) in cx.workloads() {
        let mut ports: BTreeMap<EndpointId, BTreeSet<_>> = BTreeMap::new();
        let mut places = BTreeMap::new();
        for flow in cx.graph.outgoing(workload.id) {
            let (Target::Port { endpoint, .. }, Some(port)) = (flow.target, flow.port(cx.model)) else { continue };
            ports.entry(endpoint).or_default().insert((port.number.value, port.protocol));
            if let Some(declared) = flow.declared(cx.model) {
                places.entry(endpoint).or_insert(declared.destination_span);
            }
        }
        for (endpoint, ports) in ports.into_iter().filter(|(_, ports)| ports.len() > MOST) {
            let (name, far) = (&workload.name.value, cx.name(endpoint, environment.id));
            let title = format!("{name} may reach {} ports of {far}, and the VPC CNI holds {MOST}", ports.len());
            let span = places.get(&endpoint).copied().unwrap_or(workload.name.span);
            sink.report(
                finding(&BVL0321, workload, environment, span, title)
                    .here("the first of these ports")
                    .also(cni.span, "the network plugin")
                    .note("the plugin turns every peer into addresses, and holds so many ports for each: what goes beyond is not enforced as written")
                    .help(format!("allow at most {MOST} ports from {name} to {far}, or let {far} serve what the others serve on fewer ports; a second flow or another name for the same addresses changes nothing")),
            );
        }
    }
}
