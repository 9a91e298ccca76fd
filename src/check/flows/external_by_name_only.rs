//! An external has an address that a network policy can name.

use crate::check::Context;
use crate::diagnostic::{Diagnostic, Sink};

crate::check! {
    /// ## What it means
    /// An external states no `cidr`. A NetworkPolicy, which is what bvlc emits whatever the network plugin, cannot match
    /// host names.
    ///
    /// ## Why it matters in the cluster
    /// A NetworkPolicy names what is outside by addresses alone. Without any the flow cannot be allowed, and under the
    /// deny it is cut.
    ///
    /// ## How to mend it
    /// State the addresses behind the name. Where they change, a fixed proxy or a private endpoint in front of it has some
    /// that do not.
    ///
    /// ```bvl bad in=file
    /// external objects { host "objects.shop.internal"; port s3 443 } //~ BVL0309 "objects has no address"
    /// allow app -> objects.s3
    /// ```
    /// ```bvl good in=file
    /// external objects { cidr 10.30.0.0/24; host "objects.shop.internal"; port s3 443 }
    /// allow app -> objects.s3
    /// ```
    ///
    /// Cilium's own policies know host names, and a NetworkPolicy on Cilium does not:
    /// ```bvl bad in=platform
    /// kubernetes "1.33"; cni cilium
    /// api-server 10.40.0.0/28 6443
    /// }
    /// external objects { host "objects.shop.internal"; port s3 443 } //~ BVL0309
    /// allow app -> objects.s3
    /// class unused {
    /// ```
    ///
    /// ## Source
    /// [NetworkPolicyPeer](https://github.com/kubernetes/api/blob/v0.36.2/networking/v1/types.go) knows `ipBlock` and
    /// selectors only (Kubernetes 1.36).
    BVL0309, "external-by-name-only", Error(Emitted), since "0.1.0" => run, reads ["cidr", "host"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for external in cx.externals().filter(|external| external.cidrs.is_empty()) {
        let name = &external.name;
        let what = if external.host.is_some() { ", only a host name" } else { "" };
        let title = format!("{} has no address{what}", name.value);
        let diagnostic = Diagnostic::new(&BVL0309, name.span, title).here("states no `cidr`");
        let shown = match &external.host {
            Some(host) => format!("; `nslookup {}` shows those of today", host.value),
            None => String::new(),
        };
        let diagnostic = match &external.host {
            Some(host) => {
                diagnostic.label(host.span, format!("no network policy knows names{}", cx.from_layer(host.layer)))
            }
            None => diagnostic,
        };
        sink.report(
            diagnostic
                .note(
                    "a NetworkPolicy names what is outside the cluster by addresses alone, so flows to it would be cut",
                )
                .help(format!("state its own addresses, beside `host` where there is one: `cidr 10.30.0.0/24`{shown}"))
                .environment(cx.model.environment_title(external.environment))
                .about(name.value.clone()),
        );
    }
}
