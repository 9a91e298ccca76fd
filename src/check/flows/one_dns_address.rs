//! A cache of names on every node is reached at both of its addresses.

use crate::check::Context;
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::platform::Dns;

crate::check! {
    /// ## What it means
    /// `dns node-local` states one address. The cache listens at two on every node: its own, and the cluster DNS address that
    /// it answers for.
    ///
    /// ## Why it matters in the cluster
    /// Packets to the cluster DNS address end at the node and are translated to no pod, so that the policy for the pods of
    /// the cluster DNS does not let them pass: no name would be resolved.
    ///
    /// ## How to mend it
    /// State both: `dns node-local 169.254.20.10, 10.96.0.10`.
    ///
    /// ```bvl bad in=platform
    /// kubernetes "1.33"; dns node-local 169.254.20.10 //~ BVL0323 "169.254.20.10"
    /// api-server 10.40.0.0/28 6443
    /// ```
    /// ```bvl good in=platform
    /// kubernetes "1.33"; dns node-local 169.254.20.10, 10.96.0.10
    /// api-server 10.40.0.0/28 6443
    /// ```
    ///
    /// ## Source
    /// [NodeLocal DNSCache](https://github.com/kubernetes/kubernetes/blob/v1.36.2/cluster/addons/dns/nodelocaldns/README.md): with
    /// iptables it binds both addresses, Kubernetes 1.36.
    BVL0323, "one-dns-address", Error(Emitted), since "0.1.0" => run
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let dns = &cx.model.platform.dns;
    let Dns::NodeLocal(addresses) = &dns.value else { return };
    let [only] = addresses.as_slice() else { return };
    let title = format!("NodeLocal DNSCache is stated to answer at {} only", only.value);
    sink.report(
        Diagnostic::new(&BVL0323, only.span, title)
            .here("its own address, or the cluster DNS address that it answers for")
            .note("NodeLocal DNSCache answers on the node for the cluster DNS address too, and no policy for the DNS pods lets such questions pass")
            .help(format!("state both, its own and the cluster DNS address: `dns node-local {}, ADDRESS`; `kubectl get service kube-dns -n kube-system` shows the cluster DNS address, `kubectl get configmap node-local-dns -n kube-system -o yaml` its own", only.value)),
    );
}
