//! A cache of names on every node is reached at both of its addresses.

use std::collections::BTreeSet;

use crate::check::Context;
use crate::check::prose::listed;
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::platform::Dns;
use crate::value::Address;

crate::check! {
    /// ## What it means
    /// `dns node-local` states one address, or none but link-local ones, of which none is that of a Service. The cache listens at two on every node: its own, and the cluster DNS address that
    /// it answers for.
    ///
    /// ## Why it matters in the cluster
    /// Packets to the cluster DNS address end at the node and are translated to no pod, so that the policy for the pods of
    /// the cluster DNS does not let them pass: no name would be resolved.
    ///
    /// ## How to mend it
    /// State both: `dns node-local 169.254.20.10, 10.96.0.10`.
    ///
    /// Where kube-proxy runs in IPVS mode the cache cannot listen at the cluster DNS address, and the kubelet's `--cluster-dns` names the cache's
    /// own: pods ask there alone. A spec does not say in which mode kube-proxy runs, so say who answers: `dns addresses 169.254.20.10`.
    /// Both addresses of `node-local` are right there too: what is sent to the cluster DNS address is translated to its pods, which the policy lets
    /// pass anyway.
    ///
    /// ```bvl bad in=platform
    /// kubernetes "1.33"; dns node-local 169.254.20.10 //~ BVL0323 "169.254.20.10"
    /// api-server 10.40.0.0/28 6443
    /// ```
    /// ```bvl bad in=platform
    /// kubernetes "1.33"; dns node-local 169.254.20.10, 169.254.20.11 //~ BVL0323 "169.254.20.10 and 169.254.20.11 only"
    /// api-server 10.40.0.0/28 6443
    /// ```
    /// ```bvl good in=platform
    /// kubernetes "1.33"; dns node-local 169.254.20.10, 10.96.0.10
    /// api-server 10.40.0.0/28 6443
    /// ```
    /// ```bvl good in=platform
    /// kubernetes "1.33"; dns addresses 169.254.20.10
    /// api-server 10.40.0.0/28 6443
    /// ```
    ///
    /// ## Source
    /// [NodeLocal DNSCache](https://github.com/kubernetes/kubernetes/blob/v1.36.2/cluster/addons/dns/nodelocaldns/README.md), Kubernetes 1.36, and
    /// ["Using NodeLocal DNSCache"](https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/), "Configuration": with iptables it binds
    /// both addresses, with IPVS its own alone. IPVS is deprecated since Kubernetes 1.35 (kubernetes/enhancements 5495).
    BVL0323, "one-dns-address", Error(Emitted), since "0.1.0" => run
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let dns = &cx.model.platform.dns;
    let Dns::NodeLocal(addresses) = &dns.value else { return };
    let Some(first) = addresses.first() else { return };
    let stated: BTreeSet<Address> = addresses.iter().map(|address| address.value).collect();
    if Dns::is_node_local(&stated) {
        return;
    }
    let is_own = stated.iter().all(Address::is_link_local);
    let stated: BTreeSet<String> = stated.iter().map(Address::to_string).collect();
    let stated: Vec<String> = stated.into_iter().collect();
    let own = listed(&stated);
    let title = format!("NodeLocal DNSCache is stated to answer at {own} only");
    let here = match (is_own, stated.len()) {
        (true, 1) => "its own address",
        (true, _) => "its own addresses, of the link",
        (false, _) => "its own address, or the cluster DNS address that it answers for",
    };
    let help = if is_own {
        format!(
            "state the cluster DNS address as well: `dns node-local {0}, ADDRESS`; `kubectl get service kube-dns -n kube-system` shows it; where kube-proxy runs in IPVS mode pods ask the cache's own alone: `dns addresses {0}`",
            stated.join(", ")
        )
    } else {
        format!(
            "state both, its own and the cluster DNS address: `dns node-local {own}, ADDRESS`; `kubectl get service kube-dns -n kube-system` shows the cluster DNS address, `kubectl get configmap node-local-dns -n kube-system -o yaml` its own"
        )
    };
    sink.report(
        Diagnostic::new(&BVL0323, first.span, title)
            .here(here)
            .note("NodeLocal DNSCache answers on the node for the cluster DNS address too, and no policy for the DNS pods lets such questions pass")
            .help(help),
    );
}
