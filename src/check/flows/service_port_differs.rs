//! Where the network plugin asks for it, a Service has its container's port.

use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::platform::Cni;
use crate::model::{NamedPort, Origin, ServiceForm, Workload};
use crate::source::TextEdit;
use crate::value::Port;
use crate::value::text::quoted;

crate::check! {
    /// ## What it means
    /// Amazon's VPC CNI is the network plugin, and a `service-port` is another number than the one on which the container listens.
    ///
    /// ## Why it matters in the cluster
    /// The plugin judges what a pod sends before the address of the Service becomes that of a pod. A policy names the
    /// container's port, and which port of which Service that is the plugin has to find out; Amazon asks for the same number
    /// on both sides. Where it does not find it, the connection is cut although the policy allows it.
    ///
    /// ## How to mend it
    /// Take `service-port` out, and let others connect to the container's port; `NAME.PORT.port` in a setting follows by itself. Or
    /// let the container listen on the number of the Service. If your version of the plugin is known to carry it, say so:
    /// `waive service-port-differs on NAME because ".."`, or `severity service-port-differs warn because ".."` for all.
    ///
    /// ```bvl bad in=ports
    /// cni aws-vpc
    /// }
    /// service edge is base { port web 9000 service-port 9443 } //~ BVL0326 "others reach web of edge on 9443, and it listens on 9000"
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
    /// the port of a Service must be that of the container.
    /// [`endpoints.go`](https://github.com/aws/amazon-network-policy-controller-k8s/blob/03e22b50e25900da44665bd4a76474812cf62ccf/pkg/resolvers/endpoints.go),
    /// `getMatchingServiceClusterIPs`: egress is judged before the address is rewritten, and a Service without a matching port is left out;
    /// aws/amazon-network-policy-controller-k8s#194.
    BVL0326, "service-port-differs", Error(Judgment), since "0.1.0" => run, reads ["port", "service"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let cni = &cx.model.platform.cni;
    if cni.value != Cni::AwsVpc {
        return;
    }
    for (workload, _, environment) in cx.services() {
        for port in &*workload.ports {
            let Some(stated) = port.service_port.as_ref().filter(|stated| stated.value != port.number.value) else {
                continue;
            };
            let Some(service) = carrier(workload, port) else { continue };
            let (name, of, listens) = (&port.name.value, &workload.name.value, port.number.value);
            let title = format!("others reach {name} of {of} on {}, and it listens on {listens}", stated.value);
            let both = both(cx, workload, (port, stated));
            let or = if both.is_some() { format!(", or let it listen on {}", stated.value) } else { String::new() };
            sink.report(
                finding(&BVL0326, workload, environment, stated.span, title)
                    .here(format!("the port of the Service {}{}", quoted(service), cx.from_layer(stated.layer)))
                    .also(port.number.span, format!("the container's port{}", cx.from_layer(port.number.layer)))
                    .also(cni.span, "the network plugin")
                    .note("this plugin judges what a pod sends before a Service's address becomes a pod's, and Amazon asks for one number on both sides: a connection whose Service it cannot match to the policy is cut")
                    .help(format!("take `service-port` out, so that others connect to {listens}{or}"))
                    .choice(format!("let others connect to {listens}"), cx.take_clause("service-port", stated))
                    .choice(format!("let it listen on {}", stated.value), both),
            );
        }
    }
}

/// The first Service with a number of its own in which a port is; a headless one leads to the pods' own ports.
fn carrier<'w>(workload: &'w Workload, port: &NamedPort) -> Option<&'w str> {
    if workload.has_own_service() && workload.serving_ports().any(|serving| serving.name.value == port.name.value) {
        return Some(&workload.name.value);
    }
    let stated = workload.services.iter().find(|service| {
        service.form == ServiceForm::Clustered && service.ports.iter().any(|carried| carried.value == port.name.value)
    });
    stated.map(|service| service.name.value.as_str())
}

/// Lets a container listen on the number of its Service, where its process may and no other port of it is there.
fn both(cx: &Context<'_>, workload: &Workload, (port, stated): (&NamedPort, &Origin<Port>)) -> Option<Vec<TextEdit>> {
    let is_free = workload.ports.iter().all(|other| other.number.value != stated.value);
    let can = is_free && stated.value.get() >= 1024 && stated.layer == port.number.layer;
    let edits =
        can.then(|| [cx.replace(&port.number, stated.value.to_string()), cx.take_clause("service-port", stated)])?;
    edits.into_iter().collect::<Option<Vec<_>>>().map(|edits| edits.concat())
}
