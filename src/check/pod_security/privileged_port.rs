//! A service listens where a process without privileges may.

use std::collections::BTreeSet;

use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::platform::Cni;
use crate::model::security::Security;
use crate::model::{Contained, PortUse, Program, Workload};
use crate::source::TextEdit;

crate::check! {
    /// ## What it means
    /// A service listens on a port below 1024.
    ///
    /// ## Why it matters in the cluster
    /// The kernel asks for the capability `NET_BIND_SERVICE` there, and a service's pod drops all capabilities, those of root
    /// too: its process cannot bind the port and does not start. A container runtime may open these ports to all, by the sysctl
    /// `net.ipv4.ip_unprivileged_port_start`: containerd 2 does by default, CRI-O does not. A spec that relies on it ends with the next
    /// kind of node. Adding the capability, `security { capability NET_BIND_SERVICE }`,
    /// helps root alone, and a program whose file has it where `privilege-escalation` is stated. What a file of an image has no spec
    /// says: there BVL0416 shows the port, and asks that somebody who knows accepts it.
    ///
    /// ## How to mend it
    /// Listen on 1024 or above; `service-port` keeps the number that others use. Under `cni aws-vpc` both have to be the same
    /// number, and others use the new one.
    ///
    /// ```bvl bad in=service
    /// port web 443 //~ BVL0408 "app listens on 443"
    /// ```
    /// ```bvl fixed fix=1 in=service
    /// port web 8443 service-port 443
    /// ```
    /// ```bvl bad in=service
    /// port web 1023 //~ BVL0408
    /// ```
    /// ```bvl good in=service
    /// port web 1024
    /// ```
    /// ```bvl bad in=file
    /// environment old { shared; namespace "shop-old"; profile baseline because "a proxy runs as root" }
    /// service proxy is base { in old; port web 443; security { capability NET_BIND_SERVICE because "it binds 443" } } //~ BVL0408 "proxy listens on 443"
    /// service edge is base { in old; port web 443; user 0; security { capability NET_BIND_SERVICE because "it binds 443" } }
    /// allow caller -> proxy.web, edge.web
    /// waive added-capability on proxy because "a test"
    /// waive added-capability on edge because "a test"
    /// ```
    /// ```bvl good in=file
    /// environment old { shared; namespace "shop-old"; profile baseline because "the file of haproxy has the capability" }
    /// service proxy is base {
    ///   in old
    ///   port web 443
    ///   security {
    ///     capability NET_BIND_SERVICE because "it binds 443"
    ///     privilege-escalation because "the file of haproxy has the capability"
    ///   }
    /// }
    /// allow caller -> proxy.web
    /// waive added-capability on proxy because "its file has it: setcap in the Dockerfile"
    /// ```
    /// One number under a name is one mistake, whatever it is for:
    /// ```bvl bad in=file
    /// let low = 443
    /// service edge is base { port web $low; metrics $low "/metrics" } //~ BVL0408 platform.bvl:27
    /// managed scraper { match "app" "scraper"; provides scrape; disruption none because "it restarts at once" }
    /// allow caller -> edge.web
    /// ```
    /// ```bvl bad in=ports
    /// cni aws-vpc
    /// }
    /// service edge is base { port web 443 } //~ BVL0408 "edge listens on 443"
    /// allow caller -> edge.web
    /// class unused {
    /// ```
    /// ```bvl fixed fix=1 in=ports
    /// cni aws-vpc
    /// }
    /// service edge is base { port web 8443 }
    /// allow caller -> edge.web
    /// class unused {
    /// ```
    ///
    /// ## Source
    /// [capabilities(7)](https://man7.org/linux/man-pages/man7/capabilities.7.html): a file's capability is its process's where it is in the
    /// bounding set, which is what the pod adds, and no_new_privs is not set (Linux 6.12);
    /// [Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/), `NET_BIND_SERVICE`;
    /// [containerd 9348](https://github.com/containerd/containerd/pull/9348), `EnableUnprivilegedPorts` (containerd 2.0), and
    /// [kubernetes 102612](https://github.com/kubernetes/kubernetes/issues/102612);
    /// kubernetes/enhancements 2763: ambient capabilities are provisional (Kubernetes 1.36).
    /// [Amazon EKS: limit pod traffic with Kubernetes network policies](https://docs.aws.amazon.com/eks/latest/userguide/cni-network-policy.html):
    /// the port of a Service is that of the container.
    BVL0408, "privileged-port", Error(Judgment), since "0.1.0" => run, reads ["user", "security"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    // the plugin enforces policies only where a Service leads to its own number
    let is_same = cx.model.platform.cni.value == Cni::AwsVpc;
    for (workload, service, environment) in cx.services() {
        let mut named: Vec<&str> = Vec::new();
        for port in workload.ports.iter().filter(|port| port.number.value.get() < 1024) {
            let listens = service.program.containers().find(|contained| contained.listens_on(port));
            let is_known = |contained: &Contained<'_>| {
                contained.companion.is_none_or(|companion| !workload.unread.touches(&[companion.role.word()]))
            };
            let Some(contained) = listens.filter(is_known) else { continue };
            let adds = contained.container.security.as_deref().is_some_and(adds_capability);
            if adds && may_use_it(contained, &service.program) {
                continue;
            }
            let note = if adds {
                "the kernel asks for NET_BIND_SERVICE there, and the one that the pod adds helps root alone: the program does not start"
            } else {
                "the kernel asks for a capability there, and the pod drops it, whichever user it runs as: the program does not start, unless the container runtime of every node opens such ports to all (containerd 2 does, CRI-O does not)"
            };
            // what is written once and named by several ports is one mistake
            let written = cx.sources.text(port.number.span);
            if written.contains('$') && named.contains(&written) {
                continue;
            }
            named.push(written);
            let (name, number) = (contained.called(&workload.name.value), port.number.value);
            let free = free(workload, number.get());
            let text = match (port.usage, &port.service_port) {
                (PortUse::Serving, None) if !is_same => format!("{free} service-port {number}"),
                (PortUse::Serving | PortUse::Health | PortUse::Metrics, _) => free.to_string(),
            };
            let edits = cx.replace(&port.number, text.clone());
            let is_free = port.number.layer == port.name.layer && !(is_same && port.service_port.is_some());
            let edits: Option<Vec<TextEdit>> = edits.filter(|_| is_free);
            let mut diagnostic = finding(
                &BVL0408,
                workload,
                environment,
                port.number.span,
                format!("{name} listens on {number}, and its process may not bind a port below 1024"),
            )
            .here(format!("below 1024{}", cx.from_layer(port.number.layer)))
            .note(note)
            .help(format!("let it listen on a port from 1024 on: `{text}`"))
            .choice(format!("let it listen on {text}"), edits);
            let others =
                workload.ports.iter().map(|other| other.number.span).filter(|other| *other != port.number.span);
            for other in others.filter(|other| written.contains('$') && cx.sources.text(*other) == written) {
                diagnostic = diagnostic.aside(other, "here too");
            }
            sink.report(diagnostic);
        }
    }
}

fn adds_capability(security: &Security) -> bool {
    security.capabilities.iter().any(|added| added.name.value.name() == "NET_BIND_SERVICE")
}

/// Whether a capability that is added may be the process's: root's is, and that of a file where privileges may be gained.
fn may_use_it(contained: Contained<'_>, program: &Program) -> bool {
    contained.user(program).value == 0 || contained.gains()
}

/// A port from 1024 on that the workload does not use, easy to recognize: 80 becomes 8080, 443 becomes 8443.
fn free(workload: &Workload, number: u16) -> u16 {
    let used: BTreeSet<u16> = workload.ports.iter().map(|port| port.number.value.get()).collect();
    let wanted = if number == 80 { 8080 } else { 8000 + number };
    (wanted..=u16::MAX).find(|port| !used.contains(port)).unwrap_or(wanted)
}
