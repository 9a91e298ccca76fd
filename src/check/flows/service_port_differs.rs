//! Where the network plugin asks for it, a Service has its container's port.

use super::asserted::is_judged_at_source;
use crate::check::mend::Mend;
use crate::check::prose::listed_few;
use crate::check::{Context, finding};
use crate::diagnostic::{Diagnostic, Sink};
use crate::graph::Target;
use crate::model::platform::Cni;
use crate::model::{NamedPort, Origin, ServiceForm, Workload, port as ports};
use crate::source::TextEdit;
use crate::value::Port;
use crate::value::text::quoted;

crate::check! {
    /// ## What it means
    /// Amazon's VPC CNI is the network plugin, pods connect to a Service, and its `service-port` is another number than the one
    /// on which the container listens. It is the same whether bvlc makes the Service or a chart or an operator does.
    ///
    /// ## Why it matters in the cluster
    /// The plugin judges what a pod sends before the address of the Service becomes that of a pod. A policy names the
    /// container's port, and which port of which Service that is the plugin has to find out; Amazon asks for the same number
    /// on both sides. Where it does not find it, the connection is cut although the policy allows it.
    ///
    /// ## How to mend it
    /// Take `service-port` out, and let others connect to the container's port; `NAME.PORT.port` in a setting follows by itself. Or
    /// let the container listen on the number of the Service. The Service of a managed workload gets the container's number in
    /// the values of its chart. If your version of the plugin is known to carry it, say so:
    /// `waive service-port-differs on NAME because ".."`, or `severity service-port-differs warn because ".."` for all.
    ///
    /// ```bvl bad in=ports
    /// cni aws-vpc
    /// }
    /// service edge is base { port web 9000 service-port 9443 } //~ BVL0326 "the Service edge has web on 9443, its container on 9000"
    /// allow caller -> edge.web
    /// class unused {
    /// ```
    /// ```bvl fixed fix=1 in=ports
    /// cni aws-vpc
    /// }
    /// service edge is base { port web 9000 }
    /// allow caller -> edge.web
    /// class unused {
    /// ```
    /// ```bvl fixed fix=2 in=ports
    /// cni aws-vpc
    /// }
    /// service edge is base { port web 9443 }
    /// allow caller -> edge.web
    /// class unused {
    /// ```
    /// ```bvl bad in=ports
    /// cni aws-vpc
    /// }
    /// managed box { port web 9000 service-port 9443; match "app" "box"; disruption none because "it is a cache" } //~ BVL0326 "the Service box has web on 9443"
    /// allow caller -> box.web
    /// class unused {
    /// ```
    /// ```bvl good in=ports
    /// cni aws-vpc
    /// }
    /// managed box { port web 9000 service-port 9000; match "app" "box"; disruption none because "it is a cache" }
    /// allow caller -> box.web
    /// class unused {
    /// ```
    /// Where no pod connects to the Service, no policy names it:
    /// ```bvl good in=ports
    /// cni aws-vpc
    /// }
    /// service edge is base { port web 9000 service-port 9443 }
    /// allow edge -> app.http
    /// class unused {
    /// ```
    /// Nor where the environment of whoever connects denies nothing:
    /// ```bvl good in=ports
    /// cni aws-vpc
    /// }
    /// environment tools { shared; namespace "shop-tools"; default-deny off because "it is being moved" }
    /// managed probe { in tools; match "app" "probe"; disruption none because "it is a probe" }
    /// service edge is base { port web 9000 service-port 9443 }
    /// allow probe -> edge.web
    /// class unused {
    /// ```
    /// The same number is no difference, and other plugins judge the port of the pod:
    /// ```bvl good in=ports
    /// cni aws-vpc
    /// }
    /// service edge is base { port web 9000 service-port 9000 }
    /// allow caller -> edge.web
    /// class unused {
    /// ```
    /// ```bvl good in=ports
    /// cni calico
    /// }
    /// service edge is base { port web 9000 service-port 9443 }
    /// allow caller -> edge.web
    /// class unused {
    /// ```
    ///
    /// ## Source
    /// [Amazon EKS: limit pod traffic with Kubernetes network policies](https://docs.aws.amazon.com/eks/latest/userguide/cni-network-policy.html):
    /// the port of any Service must be that of the container.
    /// [`endpoints.go`](https://github.com/aws/amazon-network-policy-controller-k8s/blob/03e22b50e25900da44665bd4a76474812cf62ccf/pkg/resolvers/endpoints.go),
    /// `getMatchingServiceClusterIPs`: egress is judged before the address is rewritten, and a Service without a matching port is left out;
    /// aws/amazon-network-policy-controller-k8s#194.
    BVL0326, "service-port-differs", Error(Judgment), since "0.1.0" => run, reads ["port", "service", "sidecar"], looks Neighbors
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let cni = &cx.model.platform.cni;
    if cni.value != Cni::AwsVpc {
        return;
    }
    for (workload, environment) in cx.workloads() {
        for port in &*workload.ports {
            let Some(stated) = port.service_port.as_ref().filter(|stated| stated.value != port.number.value) else {
                continue;
            };
            let services = carriers(workload, port);
            if services.is_empty() || !is_called(cx, workload, port) {
                continue;
            }
            let (name, of, listens) = (&port.name.value, &workload.name.value, port.number.value);
            let (the, has) = if services.len() == 1 { ("the Service", "has") } else { ("the Services", "have") };
            let title = format!(
                "{the} {} {has} {name} on {}, its container on {listens}, and the VPC CNI wants one number for both",
                listed_few(&services),
                stated.value
            );
            // what the standard library states is told where it is taken over
            let place = if cx.is_users(stated.span) { stated.span } else { workload.name.span };
            let found = finding(&BVL0326, workload, environment, place, title);
            let found = if place == stated.span {
                found
            } else {
                found.here(format!("takes its port over{}", cx.from_layer(stated.layer)))
            };
            let found = found
                .also(stated.span, format!("the port of {the} {}{}", listed_few(&services.iter().map(|service| quoted(service)).collect::<Vec<_>>()), cx.from_layer(stated.layer)))
                .also(port.number.span, format!("the container's port{}", cx.from_layer(port.number.layer)))
                .also(cni.span, "the network plugin")
                .note("this plugin judges what a pod sends before a Service's address becomes a pod's, and Amazon asks for one number on both sides: a connection whose Service it cannot match to the policy is cut");
            let waive = format!(
                "where your version of the plugin is known to carry it, `waive service-port-differs on {of} because \"REASON\"`"
            );
            sink.report(if workload.service().is_some() {
                mended(cx, found, workload, (port, stated), &waive)
            } else {
                let then = if cx.is_users(stated.span) {
                    "take `service-port` out".to_owned()
                } else {
                    format!("state `port {name} {listens} service-port {listens}`")
                };
                found.help(format!(
                    "have the chart or operator that makes the Service put it on {listens}, and then {then}; {waive}"
                ))
            });
        }
    }
}

/// Says how the Service and the container that bvlc makes get one number.
fn mended(
    cx: &Context<'_>,
    found: Diagnostic,
    workload: &Workload,
    (port, stated): (&NamedPort, &Origin<Port>),
    waive: &str,
) -> Diagnostic {
    let (name, listens, served) = (&port.name.value, port.number.value, stated.value);
    let both = both(cx, workload, (port, stated));
    let or = match &both {
        Some(_) => format!("; or have the program listen on {served}, `port {name} {served}`"),
        None if served.get() < 1024 => format!("; {served} itself is below 1024, where only root may listen"),
        None if workload.ports.iter().any(|other| other.number.value == served) => {
            format!("; another port of {} listens on {served} already", workload.name.value)
        }
        None => String::new(),
    };
    found
        .help(format!("take `service-port` out: callers then connect to {listens}, also those that have {served} written in a string{or}; {waive}"))
        .choice(format!("take `service-port {served}` out: callers connect to {listens}"), cx.take_clause("service-port", stated))
        .choice(format!("write `port {name} {served}`, on which the program must then listen"), both)
}

/// Whether a pod connects to a port of which policies judge what it sends: the Kubernetes API server and what is outside of the
/// cluster begin beyond all of them.
fn is_called(cx: &Context<'_>, workload: &Workload, port: &NamedPort) -> bool {
    let place = ports::place(&workload.ports, &port.name.value);
    cx.graph.incoming(workload.id).any(|flow| {
        let is_there = matches!(flow.target, Target::Port { port, .. } if Some(usize::from(port)) == place);
        is_there && is_judged_at_source(cx, flow)
    })
}

/// The Services with a number of their own in which a port is; a headless one leads to the pods' own ports. What makes
/// the pods of a managed workload makes a Service of its name, unless it is stated what is.
fn carriers<'w>(workload: &'w Workload, port: &NamedPort) -> Vec<&'w str> {
    let is_unstated = workload.managed().is_some() && workload.services.is_empty();
    let is_serving = || workload.serving_ports().any(|serving| serving.name.value == port.name.value);
    let has_own = workload.has_own_service() && workload.own_form() == ServiceForm::Clustered;
    let own = ((has_own || is_unstated) && is_serving()).then_some(workload.name.value.as_str());
    let stated = workload.services.iter().filter(|service| {
        service.form == ServiceForm::Clustered && service.ports.iter().any(|carried| carried.value == port.name.value)
    });
    own.into_iter().chain(stated.map(|service| service.name.value.as_str())).collect()
}

/// Lets a container listen on the number of its Service, where its process may and no other port of it is there.
fn both(cx: &Context<'_>, workload: &Workload, (port, stated): (&NamedPort, &Origin<Port>)) -> Option<Vec<TextEdit>> {
    let is_free = workload.ports.iter().all(|other| other.number.value != stated.value);
    let can = is_free && stated.value.get() >= 1024 && stated.layer == port.number.layer;
    let edits =
        can.then(|| [cx.replace(&port.number, stated.value.to_string()), cx.take_clause("service-port", stated)])?;
    edits.into_iter().collect::<Option<Vec<_>>>().map(|edits| edits.concat())
}
