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
    /// Either these are stated to have both, or an external that is in a flow has addresses of the other family.
    ///
    /// ## Why it matters in the cluster
    /// The plugin ignores what a policy says of the other family. In an IPv4 cluster such a flow cannot come about; in
    /// an IPv6 cluster pods reach IPv4 addresses through their nodes, and no policy says which.
    ///
    /// ## How to mend it
    /// Name the external's addresses of the cluster's family and no others, state the ranges of pods and Services as the cluster
    /// has them, or use another network plugin. Where it is meant, as for a database that has IPv4 addresses only, say so with
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
    /// external ledger { cidr 10.70.0.0/24; port sql 5432 }
    /// allow app -> ledger.sql
    /// class unused {
    /// ```
    /// Of two families one is ignored, whichever the cluster has:
    /// ```bvl bad in=ports
    /// cni aws-vpc
    /// }
    /// external ledger { cidr 2001:db8:5::/64, 10.70.0.0/24; port sql 5432 } //~ BVL0327 "ledger has addresses of both families"
    /// allow app -> ledger.sql
    /// class unused {
    /// ```
    /// ```bvl good in=ports
    /// cni aws-vpc
    /// }
    /// external ledger { cidr 2001:db8:5::/64; port sql 5432 }
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
    if platform.cni.value != Cni::AwsVpc {
        return;
    }
    let own = match families(platform) {
        None => None,
        Some(Families { range, other: None }) => Some(range),
        // that the cluster has both is told by itself
        Some(Families { other: Some(_), .. }) => return,
    };
    for external in cx.externals() {
        let Some(first) = external.cidrs.first() else { continue };
        // those of the family of `first` are kept where nothing says which one is
        let kept = own.unwrap_or(first);
        let Some(ignored) = external.cidrs.iter().find(|cidr| !is_alike(cidr, kept)) else { continue };
        let mut flows = cx.graph.outgoing(external.id).chain(cx.graph.incoming(external.id));
        if flows.next().is_none() {
            continue;
        }
        let (name, has, keeps) = (&external.name.value, family(ignored), family(kept));
        let listed: Vec<String> =
            external.cidrs.iter().filter(|cidr| is_alike(cidr, kept)).map(|cidr| cidr.value.to_string()).collect();
        let (what, which) = match (listed.is_empty(), own) {
            (true, _) => (format!("{has} addresses alone"), keeps),
            (false, Some(_)) => ("addresses of both families".to_owned(), keeps),
            (false, None) => ("addresses of both families".to_owned(), "one of them"),
        };
        let why = if ignored.value.is_v4() {
            "in an IPv6 cluster pods reach IPv4 addresses through their nodes, and no policy says which"
        } else {
            "in an IPv4 cluster pods have no IPv6 address to send from"
        };
        let help = if listed.is_empty() {
            format!("name its {keeps} addresses: `cidr ADDRESS`")
        } else if own.is_some() {
            format!("leave the others out: `cidr {}`", listed.join(", "))
        } else {
            format!("leave out what the cluster does not have: `cidr {}` if it has {keeps}", listed.join(", "))
        };
        let mut diagnostic = Diagnostic::new(
            &BVL0327,
            ignored.span,
            format!("{name} has {what}, and the VPC CNI keeps policies of {which}"),
        )
        .here(format!("{has}{}", cx.from_layer(ignored.layer)));
        if let Some(range) = own {
            diagnostic = diagnostic.also(range.span, format!("the cluster's addresses are {keeps}"));
        } else {
            diagnostic = diagnostic.also(kept.span, format!("{keeps}{}", cx.from_layer(kept.layer)));
        }
        sink.report(
            diagnostic
                .also(platform.cni.span, "the network plugin")
                .note(format!("this plugin ignores what a policy says of the family that its pods do not have: {why}"))
                .help(format!("{help}; or, where it is meant so, say why outside of all blocks: `waive ignored-address-family on {name} because \"REASON\"`"))
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
    Some(Families { range, other: own.find(|other| !is_alike(other, range)) })
}

fn is_alike(one: &Origin<Cidr>, other: &Origin<Cidr>) -> bool {
    one.value.is_v4() == other.value.is_v4()
}

fn family(cidr: &Origin<Cidr>) -> &'static str {
    if cidr.value.is_v4() { "IPv4" } else { "IPv6" }
}
