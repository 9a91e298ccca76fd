//! Where the network plugin keeps policies of one family of addresses, what flows name is of that family.

use crate::check::Context;
use crate::check::mend::Mend;
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::platform::Cni;
use crate::model::{Origin, Platform};
use crate::value::Cidr;

crate::check! {
    /// ## What it means
    /// Amazon's VPC CNI keeps policies of one family of addresses, IPv4 or IPv6, which is that of the cluster's pods and Services.
    /// Either these are stated to have both, or all addresses of an external that is in a flow are of the other family.
    ///
    /// ## Why it matters in the cluster
    /// The plugin ignores what a policy says of the other family. In an IPv4 cluster such a flow cannot come about; in
    /// an IPv6 cluster pods reach IPv4 addresses through their nodes, and no policy says which.
    ///
    /// ## How to mend it
    /// Name the external's addresses of the cluster's family as well, state the ranges of pods and Services as the cluster has
    /// them, or use another network plugin. Where it is meant, as for a database that has IPv4 addresses only, say so with
    /// `waive ignored-address-family on NAME because ".."`.
    ///
    /// ```bvl bad in=ports
    /// cni aws-vpc
    /// pod-cidr 10.244.0.0/16
    /// }
    /// external ledger { cidr 2001:db8:5::/64; port sql 5432 } //~ BVL0327 "ledger has IPv6 addresses alone"
    /// allow app -> ledger.sql
    /// class unused {
    /// ```
    /// ```bvl good in=ports
    /// cni aws-vpc
    /// pod-cidr 10.244.0.0/16
    /// }
    /// external ledger { cidr 2001:db8:5::/64, 10.70.0.0/24; port sql 5432 }
    /// allow app -> ledger.sql
    /// class unused {
    /// ```
    /// ```bvl bad in=ports
    /// cni aws-vpc
    /// service-cidr fd00:1::/108
    /// }
    /// external ledger { cidr 10.70.0.0/24; port sql 5432 } //~ BVL0327 "ledger has IPv4 addresses alone"
    /// allow app -> ledger.sql
    /// class unused {
    /// ```
    /// An external in no flow needs no policy:
    /// ```bvl good in=ports
    /// cni aws-vpc
    /// pod-cidr 10.244.0.0/16
    /// }
    /// external ledger { cidr 2001:db8:5::/64; port sql 5432 }
    /// class unused {
    /// ```
    /// ```bvl bad in=ports
    /// cni aws-vpc
    /// pod-cidr 10.244.0.0/16, fd00:2::/64 //~ BVL0327 "for pods of both families"
    /// }
    /// class unused {
    /// ```
    /// ```bvl good in=ports
    /// cni calico
    /// pod-cidr 10.244.0.0/16, fd00:2::/64
    /// }
    /// class unused {
    /// ```
    ///
    /// ## Source
    /// Amazon EKS: [limit pod traffic with Kubernetes network policies](https://docs.aws.amazon.com/eks/latest/userguide/cni-network-policy.html),
    /// policies apply to one family, and rules of the other are ignored;
    /// [IPv6 addresses](https://docs.aws.amazon.com/eks/latest/userguide/cni-ipv6.html), pods and Services have one family.
    BVL0327, "ignored-address-family", Warning, since "0.1.0" => run, looks Neighbors, whole cluster
}

/// Judges the externals that are in a flow.
fn run(cx: &Context<'_>, sink: &mut Sink) {
    let platform = &cx.model.platform;
    let Some(Families { range, other: None }) = families(platform) else { return };
    for external in cx.externals() {
        let Some(first) = external.cidrs.first() else { continue };
        let is_other = external.cidrs.iter().all(|cidr| cidr.value.is_v4() != range.value.is_v4());
        let mut flows = cx.graph.outgoing(external.id).chain(cx.graph.incoming(external.id));
        if !is_other || flows.next().is_none() {
            continue;
        }
        let (name, has, keeps) = (&external.name.value, family(first), family(range));
        let title = format!("{name} has {has} addresses alone, and the VPC CNI keeps policies of {keeps}");
        let what = if first.value.is_v4() {
            format!("pods reach {has} addresses through their nodes, and no policy says which")
        } else {
            format!("pods have no {has} address to send from")
        };
        sink.report(
            Diagnostic::new(&BVL0327, first.span, title)
                .here(format!("{has}{}", cx.from_layer(first.layer)))
                .also(range.span, format!("the cluster's addresses are {keeps}"))
                .also(platform.cni.span, "the network plugin")
                .note(format!("this plugin ignores what a policy says of the family that its pods do not have: {what}"))
                .help(format!("name its {keeps} addresses as well: `cidr {}, ADDRESS`; or, where it is meant so, say why outside of all blocks: `waive ignored-address-family on {name} because \"REASON\"`", first.value))
                .environment(cx.model.environment_title(external.environment))
                .about(name.clone()),
        );
    }
}

/// Judges the addresses of the cluster.
fn cluster(cx: &Context<'_>, sink: &mut Sink) {
    let platform = &cx.model.platform;
    let Some(Families { range, other: Some(other) }) = families(platform) else { return };
    sink.report(
        Diagnostic::new(&BVL0327, other.span, "the VPC CNI does not keep policies for pods of both families of addresses")
            .here(format!("{}, which is {}", other.value, family(other)))
            .also(range.span, format!("{}, which is {}", range.value, family(range)))
            .also(platform.cni.span, "the network plugin")
            .note("this plugin gives pods and Services addresses of one family, and ignores what a policy says of the other one")
            .help("state the addresses of the family that the cluster has: `kubectl get service kubernetes -n default` shows one of them"),
    );
}

/// Of which families pods and Services are, where that is stated and the plugin keeps one alone.
struct Families<'p> {
    range: &'p Origin<Cidr>,
    /// The first of the other family.
    other: Option<&'p Origin<Cidr>>,
}

fn families(platform: &Platform) -> Option<Families<'_>> {
    if platform.cni.value != Cni::AwsVpc {
        return None;
    }
    // nodes have both in an IPv6 cluster
    let mut own = platform.pod_cidrs.iter().chain(&platform.service_cidrs);
    let range = own.next()?;
    Some(Families { range, other: own.find(|other| other.value.is_v4() != range.value.is_v4()) })
}

fn family(cidr: &Origin<Cidr>) -> &'static str {
    if cidr.value.is_v4() { "IPv4" } else { "IPv6" }
}
