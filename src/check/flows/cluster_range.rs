//! An external is outside the cluster.

use crate::check::Context;
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::{External, Origin, Platform};
use crate::value::Cidr;

crate::check! {
    /// ## What it means
    /// The range of an external lies inside the pods', Services' or nodes' addresses that the platform states, or inside
    /// loopback or multicast addresses, and no reason is written.
    ///
    /// ## Why it matters in the cluster
    /// Address blocks are for what is outside. Pods come and go and change their addresses; a Service's address is
    /// rewritten before policies see it; and some network plugins never match a pod or node by its address. What is sent to a
    /// loopback address stays in the pod, and a multicast address is nobody's own.
    ///
    /// ## How to mend it
    /// Declare what runs there as `service` or `managed`, or write `because "..."`.
    ///
    /// ```bvl bad in=ranges
    /// external legacy { cidr 10.244.8.0/24; port api 8443 } //~ BVL0308 "10.244.8.0/24 are addresses of pods"
    /// allow app -> legacy.api
    /// ```
    /// ```bvl good in=ranges
    /// external legacy { cidr 10.244.8.0/24 because "the old cluster's pods keep their addresses"; port api 8443 }
    /// allow app -> legacy.api
    /// ```
    /// ```bvl good in=ranges
    /// external legacy { cidr 10.245.0.0/24; port api 8443 }
    /// allow app -> legacy.api
    /// ```
    /// ```bvl bad in=file
    /// external agent { cidr 127.0.0.1; port api 8125 } //~ BVL0308 "127.0.0.1/32 are loopback addresses"
    /// allow app -> agent.api
    /// ```
    /// ```bvl bad in=file
    /// external peers { cidr 224.0.0.0/4; port api 8125 } //~ BVL0308 "multicast"
    /// allow app -> peers.api
    /// ```
    /// ```bvl good in=file
    /// external peers { cidr 223.255.255.0/24; port api 8125 }
    /// allow app -> peers.api
    /// ```
    ///
    /// ## Source
    /// [Network Policies](https://kubernetes.io/docs/concepts/services-networking/network-policies/), "Behavior of to and
    /// from selectors" (Kubernetes 1.36); cilium/cilium issues 9209 and 20550. Loopback: RFC 1122 section 3.2.1.3 and RFC 4291 section 2.5.3;
    /// multicast: RFC 5771 and RFC 4291 section 2.7.
    BVL0308, "cluster-range", Error(Judgment), since "0.1.0" => run, reads ["cidr"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let ranges = ranges(&cx.model.platform);
    for external in cx.externals().filter(|external| external.because.is_none()) {
        for cidr in &external.cidrs {
            if let Some(special) = special(&cidr.value) {
                sink.report(nobodys(cx, external, cidr, &special));
                continue;
            }
            let Some((what, range)) = ranges.iter().find(|(_, range)| range.value.contains(&cidr.value)) else {
                continue;
            };
            let name = &external.name.value;
            sink.report(
                Diagnostic::new(&BVL0308, cidr.span, format!("{name} is external, but {} are addresses of {what}", cidr.value))
                    .here(format!("inside {}{}", range.value, cx.from_layer(cidr.layer)))
                    .label(range.span, format!("the addresses of {what}"))
                    .note("network policies see pods by their labels: a block of addresses inside the cluster matches by chance or never")
                    .help(format!("declare what runs there by its pods: `managed {name} {{ match \"app\" \"{name}\"; port NAME NUMBER }}` with the labels that `kubectl get pods --show-labels` shows; or, where the range is right, say why: `cidr {} because \"REASON\"`", cidr.value))
                    .environment(cx.model.environment_title(external.environment))
                    .about(name.clone()),
            );
        }
    }
}

/// Addresses at which nothing outside of a pod is.
struct Special {
    what: &'static str,
    note: &'static str,
    help: &'static str,
}

/// What kind of addresses a range holds, where all of them are of a kind at which no one else is.
fn special(cidr: &Cidr) -> Option<Special> {
    if cidr.is_loopback() {
        return Some(Special {
            what: "loopback addresses",
            note: "what is sent there stays in the pod, and no network policy sees it",
            help: "a program in the same pod needs no flow; one on the node is reached by the node's address",
        });
    }
    cidr.is_multicast().then_some(Special {
        what: "multicast addresses",
        note: "network policies are about connections to one host, and most network plugins carry no multicast at all",
        help: "name the addresses of those who answer",
    })
}

fn nobodys(cx: &Context<'_>, external: &External, cidr: &Origin<Cidr>, special: &Special) -> Diagnostic {
    let name = &external.name.value;
    let title = format!("{name} is external, but {} are {}", cidr.value, special.what);
    Diagnostic::new(&BVL0308, cidr.span, title)
        .here(format!("nobody outside is there{}", cx.from_layer(cidr.layer)))
        .note(special.note)
        .help(format!("{}; where the range is right, say why: `cidr {} because \"REASON\"`", special.help, cidr.value))
        .environment(cx.model.environment_title(external.environment))
        .about(name.clone())
}

/// The ranges of addresses inside the cluster, and whose they are.
pub(super) fn ranges(platform: &Platform) -> Vec<(&'static str, &Origin<Cidr>)> {
    let all = [("pods", &platform.pod_cidrs), ("Services", &platform.service_cidrs), ("nodes", &platform.node_cidrs)];
    all.into_iter().flat_map(|(what, cidrs)| cidrs.iter().map(move |cidr| (what, cidr))).collect()
}
