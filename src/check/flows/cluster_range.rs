//! An external is outside the cluster.

use crate::check::Context;
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::{Origin, Platform};
use crate::value::Cidr;

crate::check! {
    /// ## What it means
    /// The range of an external lies inside the pods', Services' or nodes' addresses that the platform states, and no
    /// reason is written.
    ///
    /// ## Why it matters in the cluster
    /// Address blocks are for what is outside. Pods come and go and change their addresses; a Service's address is
    /// rewritten before policies see it; and some network plugins never match a pod or node by its address.
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
    ///
    /// ## Source
    /// [Network Policies](https://kubernetes.io/docs/concepts/services-networking/network-policies/), "Behavior of to and
    /// from selectors" (Kubernetes 1.36); cilium/cilium issues 9209 and 20550.
    BVL0308, "cluster-range", Error(Judgment), since "0.1.0" => run, looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let ranges = ranges(&cx.model.platform);
    for external in cx.externals().filter(|external| external.because.is_none()) {
        for cidr in &external.cidrs {
            let Some((what, range)) = ranges.iter().find(|(_, range)| range.value.contains(&cidr.value)) else {
                continue;
            };
            let name = &external.name.value;
            sink.report(
                Diagnostic::new(&BVL0308, cidr.span, format!("{name} is external, but {} are addresses of {what}", cidr.value))
                    .here(format!("inside {}{}", range.value, cx.from_layer(cidr.layer)))
                    .label(range.span, format!("the addresses of {what}"))
                    .note("network policies see pods by their labels: a block of addresses inside the cluster matches by chance or never")
                    .help(format!("declare what runs there by its pods: `managed {name} {{ match \"app\" \"{name}\"; port .. }}` with the labels that `kubectl get pods --show-labels` shows; or, where the range is right, say why: `cidr {} because \"..\"`", cidr.value))
                    .environment(cx.model.environment_title(external.environment))
                    .about(name.clone()),
            );
        }
    }
}

fn ranges(platform: &Platform) -> Vec<(&'static str, &Origin<Cidr>)> {
    let all = [("pods", &platform.pod_cidrs), ("Services", &platform.service_cidrs), ("nodes", &platform.node_cidrs)];
    all.into_iter().flat_map(|(what, cidrs)| cidrs.iter().map(move |cidr| (what, cidr))).collect()
}
