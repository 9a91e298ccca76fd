//! Where the network plugin keeps policies of one family of addresses, what flows name is of that family.

use crate::check::Context;
use crate::check::mend::Mend;
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::platform::Cni;
use crate::model::{External, Origin, Platform};
use crate::value::{Cidr, quoted};

crate::check! {
    /// ## What it means
    /// Amazon's VPC CNI enforces policies for one family of addresses, IPv4 or IPv6, which is that of the cluster's pods and Services.
    /// Either these are stated to have both, or an external that is in a flow has addresses of the other family.
    ///
    /// ## Why it matters in the cluster
    /// The plugin ignores what a policy says of the other family. In an IPv4 cluster pods have no IPv6 address, and such a flow
    /// never comes about. In an IPv6 cluster pods reach IPv4 addresses through another interface, to which the plugin applies
    /// no policy: every pod reaches them, allowed or not. That is so unless the plugin is told otherwise, by `ENABLE_V4_EGRESS`
    /// and `ENABLE_V6_EGRESS`: by default the first is true, the second is not.
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
    /// external ledger { cidr 2001:db8:5::/64; port sql 5432 } //~ BVL0327 "ledger has IPv6 addresses only"
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
    /// external ledger { cidr 2001:db8:5::/64, 10.70.0.0/24; port sql 5432 } //~ BVL0327 "ledger has IPv4 and IPv6 addresses"
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
    /// external ledger { cidr 10.70.0.0/24; port sql 5432 } //~ BVL0327 "ledger has IPv4 addresses only"
    /// allow app -> ledger.sql
    /// class unused {
    /// ```
    /// One that calls is not reached at all, and each of its ranges is told:
    /// ```bvl bad in=ports
    /// cni aws-vpc
    /// pod-cidr 10.244.0.0/16
    /// }
    /// external ledger { cidr 2001:db8:5::/64, 2001:db8:6::/64 } //~ BVL0327 "ledger has IPv6 addresses only"
    /// allow ledger -> app.http
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
    /// pod-cidr 10.244.0.0/16, fd00:2::/64 //~ BVL0327 "stated to have IPv4 and IPv6"
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
    /// policies apply to one family, rules of the other are ignored, and only a pod's first interface has policies, not the one by
    /// which a pod with IPv6 reaches IPv4;
    /// [IPv6 addresses](https://docs.aws.amazon.com/eks/latest/userguide/cni-ipv6.html), pods and Services have one family;
    /// amazon-vpc-cni-k8s, [`README.md`](https://github.com/aws/amazon-vpc-cni-k8s/blob/master/README.md), `ENABLE_V4_EGRESS`, `ENABLE_V6_EGRESS`.
    BVL0327, "ignored-address-family", Warning, since "0.1.0" => run, reads ["cidr"], looks Neighbors, whole cluster
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
        let (alike, others): (Vec<&Origin<Cidr>>, Vec<&Origin<Cidr>>) =
            external.cidrs.iter().partition(|cidr| is_alike(cidr, kept));
        let Some(ignored) = others.first() else { continue };
        let is_called = cx.graph.incoming(external.id).next().is_some();
        if !is_called && cx.graph.outgoing(external.id).next().is_none() {
            continue;
        }
        let (name, has, keeps) = (&external.name.value, family(ignored), family(kept));
        let what =
            if alike.is_empty() { format!("{has} addresses only") } else { "IPv4 and IPv6 addresses".to_owned() };
        let which = match own {
            Some(_) => format!("{keeps} only in this cluster"),
            None => "one of the two only".to_owned(),
        };
        let title = format!("{name} has {what}, and the VPC CNI enforces policies for {which}");
        let mut found = Diagnostic::new(&BVL0327, ignored.span, title);
        for cidr in &others {
            found = found.also(cidr.span, format!("{has}{}", cx.from_layer(cidr.layer)));
        }
        found = match own {
            Some(range) => found.also(range.span, format!("the cluster's addresses are {keeps}")),
            None => found.also(kept.span, format!("{keeps}{}", cx.from_layer(kept.layer))),
        };
        let why = match own {
            Some(_) => comes_of(ignored, is_called).to_owned(),
            None => format!(
                "{}; {}; which family this cluster has is not stated",
                comes_of(ignored, is_called),
                comes_of(kept, is_called)
            ),
        };
        let help = match (alike.is_empty(), own) {
            (true, _) => format!("name its {keeps} addresses: `cidr ADDRESS`"),
            (false, Some(_)) => format!("leave the others out: {}", stating(external, kept)),
            (false, None) => format!(
                "leave out the family that the cluster does not have: {} if the CLUSTER-IP of `kubectl get service kubernetes -n default` is {keeps}, {} if it is {has}; and state it with `pod-cidr`",
                stating(external, kept),
                stating(external, ignored)
            ),
        };
        sink.report(
            found
                .also(platform.cni.span, "the network plugin")
                .note(format!("this plugin ignores what a policy says of the family that its pods do not have: {why}"))
                .help(format!("{help}; or, where it is meant so, say why outside of all blocks: `waive ignored-address-family on {name} because \"REASON\"`"))
                .environment(cx.model.environment_title(external.environment))
                .about(name.clone()),
        );
    }
}

/// What comes of a flow with an address of the family that the cluster does not have: one that pods begin, or one that
/// begins outside.
fn comes_of(ignored: &Origin<Cidr>, is_called: bool) -> &'static str {
    match (ignored.value.is_v4(), is_called) {
        (true, true) => "in an IPv6 cluster pods reach IPv4 addresses past every policy, each pod, allowed or not",
        (true, false) => "in an IPv6 cluster pods have no IPv4 address to be called at",
        (false, true) => "in an IPv4 cluster pods have no IPv6 address to send from, and the flow never comes about",
        (false, false) => {
            "in an IPv4 cluster pods have no IPv6 address to be called at, and the flow never comes about"
        }
    }
}

/// The statement of an external's addresses with those of one family alone, and all else that it says of them: without its
/// exceptions it would let more pass.
fn stating(external: &External, kept: &Origin<Cidr>) -> String {
    let alike = |cidrs: &[Origin<Cidr>]| {
        let alike = cidrs.iter().filter(|cidr| is_alike(cidr, kept));
        alike.map(|cidr| cidr.value.to_string()).collect::<Vec<_>>().join(", ")
    };
    let except = alike(&external.except);
    let except = if except.is_empty() { except } else { format!(" except {except}") };
    let because = external.because.as_ref().map(|because| format!(" because {}", quoted(&because.value)));
    format!("`cidr {}{except}{}`", alike(&external.cidrs), because.unwrap_or_default())
}

/// Judges the addresses of the cluster.
fn cluster(cx: &Context<'_>, sink: &mut Sink) {
    let platform = &cx.model.platform;
    let Some(Families { range, other: Some(other) }) = families(platform) else { return };
    let title = "the cluster is stated to have IPv4 and IPv6, and the VPC CNI gives it one of them";
    sink.report(
        Diagnostic::new(&BVL0327, other.span, title)
            .here(family(other))
            .also(range.span, family(range))
            .also(platform.cni.span, "the network plugin")
            .note("this plugin gives pods and Services addresses of one family, and ignores what a policy says of the other one")
            .help("keep the family of the address that `kubectl get service kubernetes -n default` shows under CLUSTER-IP, and take the other range out"),
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
