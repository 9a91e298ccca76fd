//! What pods send to is of a family of addresses that they have, and of the one that the network plugin keeps policies of.

use crate::check::Context;
use crate::check::mend::Mend;
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::platform::{Cni, Dns};
use crate::model::{External, Origin, Platform};
use crate::source::Span;
use crate::value::{Cidr, quoted};

crate::check! {
    /// ## What it means
    /// Amazon's VPC CNI enforces policies for one family of addresses, IPv4 or IPv6, which is that of the cluster's pods and Services.
    /// Either these are stated to have both, or an external that is in a flow has addresses of the other family; or nothing says
    /// which family the cluster has, and flows name externals of either.
    ///
    /// Whatever the plugin: `pod-cidr` says that pods have addresses of one family, and the cluster's DNS, its Services or its API
    /// server are stated to be at addresses of the other one alone.
    ///
    /// ## Why it matters in the cluster
    /// The plugin ignores what a policy says of the other family. In an IPv4 cluster pods have no IPv6 address, and such a flow
    /// never comes about. In an IPv6 cluster pods reach IPv4 addresses through another interface, to which the plugin applies
    /// no policy: every pod reaches them, allowed or not. That is so unless the plugin is told otherwise, by `ENABLE_V4_EGRESS`
    /// and `ENABLE_V6_EGRESS`: by default the first is true, the second is not.
    ///
    /// A pod without an address of a family sends nothing to addresses of it: no name is looked up at them, and the API is
    /// not asked.
    ///
    /// ## How to mend it
    /// Name the external's addresses of the cluster's family and no others, state the ranges of pods and Services as the cluster
    /// has them, both families where pods have both, or use another network plugin. Where it is meant, as for a database that has IPv4 addresses only, say so with
    /// `waive ignored-address-family on NAME because ".."`.
    ///
    /// ```bvl bad in=platform
    /// kubernetes "1.33"
    /// cni aws-vpc
    /// pod-cidr 10.244.0.0/16
    /// }
    /// external ledger { cidr 2001:db8:5::/64; port sql 5432 } //~ BVL0327 "ledger has IPv6 addresses only"
    /// allow app -> ledger.sql
    /// class unused {
    /// ```
    /// ```bvl good in=platform
    /// kubernetes "1.33"
    /// cni aws-vpc
    /// pod-cidr 10.244.0.0/16
    /// }
    /// external ledger { cidr 10.70.0.0/24; port sql 5432 }
    /// allow app -> ledger.sql
    /// class unused {
    /// ```
    /// Of two families one is ignored, whichever the cluster has:
    /// ```bvl bad in=platform
    /// kubernetes "1.33"
    /// cni aws-vpc
    /// }
    /// external ledger { cidr 2001:db8:5::/64, 10.70.0.0/24; port sql 5432 } //~ BVL0327 "ledger has IPv4 and IPv6 addresses"
    /// allow app -> ledger.sql
    /// class unused {
    /// ```
    /// ```bvl good in=platform
    /// kubernetes "1.33"
    /// cni aws-vpc
    /// }
    /// external ledger { cidr 2001:db8:5::/64; port sql 5432 }
    /// allow app -> ledger.sql
    /// class unused {
    /// ```
    /// ```bvl bad in=platform
    /// kubernetes "1.33"
    /// cni aws-vpc
    /// service-cidr fd00:1::/108
    /// }
    /// external ledger { cidr 10.70.0.0/24; port sql 5432 } //~ BVL0327 "ledger has IPv4 addresses only"
    /// allow app -> ledger.sql
    /// class unused {
    /// ```
    /// One that calls is not reached at all, and each of its ranges is told:
    /// ```bvl bad in=platform
    /// kubernetes "1.33"
    /// cni aws-vpc
    /// pod-cidr 10.244.0.0/16
    /// }
    /// external ledger { cidr 2001:db8:5::/64, 2001:db8:6::/64 } //~ BVL0327 "ledger has IPv6 addresses only"
    /// allow ledger -> app.http
    /// class unused {
    /// ```
    /// An external in no flow needs no policy:
    /// ```bvl good in=platform
    /// kubernetes "1.33"
    /// cni aws-vpc
    /// pod-cidr 10.244.0.0/16
    /// }
    /// external ledger { cidr 2001:db8:5::/64; port sql 5432 }
    /// class unused {
    /// ```
    /// ```bvl bad in=platform
    /// kubernetes "1.33"
    /// cni aws-vpc
    /// pod-cidr 10.244.0.0/16, fd00:2::/64 //~ BVL0327 "stated to have IPv4 and IPv6"
    /// }
    /// class unused {
    /// ```
    /// ```bvl good in=platform
    /// kubernetes "1.33"
    /// cni calico
    /// pod-cidr 10.244.0.0/16, fd00:2::/64
    /// }
    /// class unused {
    /// ```
    /// Where the API server is says of which family the cluster is, too:
    /// ```bvl bad in=platform
    /// kubernetes "1.33"
    /// cni aws-vpc
    /// api-server 10.40.0.0/28 6443
    /// }
    /// external ledger { cidr 2001:db8:5::/64; port sql 5432 } //~ BVL0327 "ledger has IPv6 addresses only"
    /// allow app -> ledger.sql
    /// class unused {
    /// ```
    /// Where nothing says it, one of two externals is wrong:
    /// ```bvl bad in=platform
    /// kubernetes "1.33"
    /// cni aws-vpc
    /// }
    /// external ledger { cidr 2001:db8:5::/64; port sql 5432 } //~ BVL0327 "archive has IPv4 addresses only, ledger IPv6"
    /// external archive { cidr 10.70.0.0/24; port sql 5432 }
    /// allow app -> ledger.sql, archive.sql
    /// class unused {
    /// ```
    /// ```bvl good in=platform
    /// kubernetes "1.33"
    /// cni aws-vpc
    /// }
    /// external ledger { cidr 10.71.0.0/24; port sql 5432 }
    /// external archive { cidr 10.70.0.0/24; port sql 5432 }
    /// allow app -> ledger.sql, archive.sql
    /// class unused {
    /// ```
    /// Whatever the plugin, pods reach what has an address of their family:
    /// ```bvl bad in=platform
    /// kubernetes "1.33"
    /// pod-cidr 10.244.0.0/16
    /// dns addresses fd00:1::a //~ BVL0327 "names are looked up at fd00:1::a"
    /// }
    /// class unused {
    /// ```
    /// ```bvl good in=platform
    /// kubernetes "1.33"
    /// pod-cidr 10.244.0.0/16
    /// dns addresses fd00:1::a, 10.96.0.10
    /// }
    /// class unused {
    /// ```
    /// ```bvl good in=platform
    /// kubernetes "1.33"
    /// pod-cidr 10.244.0.0/16, fd00:2::/64
    /// dns addresses fd00:1::a
    /// }
    /// class unused {
    /// ```
    /// ```bvl bad in=platform
    /// kubernetes "1.33"
    /// pod-cidr 10.244.0.0/16
    /// api-server fd00:9::/64 6443 //~ BVL0327 "the Kubernetes API is at fd00:9::/64"
    /// }
    /// class unused {
    /// ```
    /// ```bvl bad in=platform
    /// kubernetes "1.33"
    /// pod-cidr fd00:2::/64
    /// service-cidr 10.96.0.0/12 //~ BVL0327 "Services are at 10.96.0.0/12"
    /// }
    /// class unused {
    /// ```
    ///
    /// ## Source
    /// Amazon EKS: [limit pod traffic with Kubernetes network policies](https://docs.aws.amazon.com/eks/latest/userguide/cni-network-policy.html),
    /// policies apply to one family, rules of the other are ignored, and only a pod's first interface has policies, not the one by
    /// which a pod with IPv6 reaches IPv4;
    /// [IPv6 addresses](https://docs.aws.amazon.com/eks/latest/userguide/cni-ipv6.html), pods and Services have one family;
    /// amazon-vpc-cni-k8s, [`README.md`](https://github.com/aws/amazon-vpc-cni-k8s/blob/v1.23.0/README.md), `ENABLE_V4_EGRESS`, `ENABLE_V6_EGRESS`.
    /// Kubernetes: [IPv4/IPv6 dual-stack](https://kubernetes.io/docs/concepts/services-networking/dual-stack/), pods and Services have
    /// one family or both; that the API server's addresses are of the family of its Service is asked by
    /// `validatePublicIPServiceClusterIPRangeIPFamilies` in
    /// [`validation.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/cmd/kube-apiserver/app/options/validation.go).
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
    match families(platform) {
        Some(Families { range, other: Some(other) }) => {
            let title = "the cluster is stated to have IPv4 and IPv6, and the VPC CNI gives it one of them";
            sink.report(
                Diagnostic::new(&BVL0327, other.span, title)
                    .here(family(other))
                    .also(range.span, family(range))
                    .also(platform.cni.span, "the network plugin")
                    .note("this plugin gives pods and Services addresses of one family, and ignores what a policy says of the other one")
                    .help("keep the family of the address that `kubectl get service kubernetes -n default` shows under CLUSTER-IP, and take what is of the other one out"),
            );
        }
        Some(Families { other: None, .. }) => {}
        None => either(cx, sink),
    }
    out_of_reach(platform, sink);
}

/// Judges externals of which each has addresses of one family, where the plugin keeps one and nothing says which.
fn either(cx: &Context<'_>, sink: &mut Sink) {
    let platform = &cx.model.platform;
    if platform.cni.value != Cni::AwsVpc {
        return;
    }
    let is_in_flow = |external: &&External| {
        cx.graph.incoming(external.id).next().is_some() || cx.graph.outgoing(external.id).next().is_some()
    };
    // one that has both is told by itself
    let of_one = |external: &&External| match external.cidrs.as_slice() {
        [first, rest @ ..] => rest.iter().all(|cidr| is_alike(cidr, first)),
        [] => false,
    };
    let mut four: Option<(&External, &Origin<Cidr>)> = None;
    let mut six: Option<(&External, &Origin<Cidr>)> = None;
    for external in cx.externals().filter(of_one).filter(is_in_flow) {
        let Some(cidr) = external.cidrs.first() else { continue };
        let first = if cidr.value.is_v4() { &mut four } else { &mut six };
        first.get_or_insert((external, cidr));
    }
    let (Some((one, of_four)), Some((other, of_six))) = (four, six) else { return };
    let is_called = |external: &External| cx.graph.incoming(external.id).next().is_some();
    let (first, second) = (&one.name.value, &other.name.value);
    let title = format!(
        "{first} has IPv4 addresses only, {second} IPv6, and the VPC CNI enforces policies for one of the two families"
    );
    sink.report(
        Diagnostic::new(&BVL0327, of_six.span, title)
            .here(format!("IPv6{}", cx.from_layer(of_six.layer)))
            .also(of_four.span, format!("IPv4{}", cx.from_layer(of_four.layer)))
            .also(platform.cni.span, "the network plugin")
            .note(format!(
                "this plugin ignores what a policy says of the family that its pods do not have: {}; {}; which family this cluster has is not stated",
                comes_of(of_six, is_called(other)),
                comes_of(of_four, is_called(one))
            ))
            .help("state the addresses of pods, `pod-cidr RANGE`: their family is that of the CLUSTER-IP that `kubectl get service kubernetes -n default` shows; then name addresses of that family for the other external as well")
            .environment(cx.model.environment_title(other.environment))
            .about(second.clone())
            .about(first.clone()),
    );
}

/// Judges what every pod asks: one that has addresses of one family reaches none of the other.
fn out_of_reach(platform: &Platform, sink: &mut Sink) {
    let Some(own) = platform.pod_cidrs.first() else { return };
    if !platform.pod_cidrs.iter().all(|range| is_alike(range, own)) {
        return;
    }
    // of this plugin the families of Services and of the API server are judged together with that of pods
    let is_judged = platform.cni.value == Cni::AwsVpc;
    let services =
        platform.service_cidrs.iter().map(|range| (range.value.to_string(), range.value.is_v4(), range.span));
    let api = platform.api_server.iter().flat_map(|api| &api.cidrs);
    let api = api.map(|range| (range.value.to_string(), range.value.is_v4(), range.span));
    let resolvers = match &platform.dns.value {
        Dns::Addresses { addresses, .. } | Dns::NodeLocal(addresses) => addresses.as_slice(),
        Dns::KubeDns | Dns::LocalRedirect | Dns::Openshift => &[],
    };
    let names = resolvers.iter().map(|address| (address.value.0.to_string(), address.value.0.is_ipv4(), address.span));
    let is_v4 = own.value.is_v4();
    let mut judge = |all: Vec<(String, bool, Span)>, [what, none, shown]: [&str; 3]| {
        let Some((text, _, span)) = all.first().filter(|_| all.iter().all(|(_, other, _)| *other != is_v4)) else {
            return;
        };
        let (has, lacks) = if is_v4 { ("IPv4", "IPv6") } else { ("IPv6", "IPv4") };
        let ranges: Vec<String> = platform.pod_cidrs.iter().map(|range| range.value.to_string()).collect();
        sink.report(
            Diagnostic::new(&BVL0327, *span, format!("pods have {has} addresses only, and {what} {text}"))
                .here(lacks)
                .also(own.span, format!("the addresses of pods: {has}"))
                .note(format!("a pod sends nothing to addresses of a family of which it has none itself: {none}"))
                .help(format!(
                    "name {has} addresses ({shown}); or, if pods have {lacks} addresses as well, state their range, too: `pod-cidr {}, RANGE`",
                    ranges.join(", ")
                )),
        );
    };
    if !is_judged {
        judge(
            services.collect(),
            ["Services are at", "none could reach a Service", "`kubectl get service kubernetes -n default` shows one"],
        );
        judge(
            api.collect(),
            [
                "the Kubernetes API is at",
                "none could ask the API",
                "`kubectl get endpointslice -n default -l kubernetes.io/service-name=kubernetes` shows them",
            ],
        );
    }
    // in an IPv6 cluster of this plugin pods reach IPv4 addresses past every policy
    if !is_judged || is_v4 {
        judge(
            names.collect(),
            ["names are looked up at", "none could look up a name", "`/etc/resolv.conf` of a pod shows them"],
        );
    }
}

/// Of which families pods, Services and the API server, which is behind one, are, where that is stated and the plugin keeps one alone.
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
    let api = platform.api_server.iter().flat_map(|api| &api.cidrs);
    let mut own = platform.pod_cidrs.iter().chain(&platform.service_cidrs).chain(api);
    let range = own.next()?;
    Some(Families { range, other: own.find(|other| !is_alike(other, range)) })
}

fn is_alike(one: &Origin<Cidr>, other: &Origin<Cidr>) -> bool {
    one.value.is_v4() == other.value.is_v4()
}

fn family(cidr: &Origin<Cidr>) -> &'static str {
    if cidr.value.is_v4() { "IPv4" } else { "IPv6" }
}
