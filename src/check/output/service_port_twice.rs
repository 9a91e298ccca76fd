//! A Service has each port once.

use std::collections::BTreeMap;

use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::{NamedPort, Workload};

crate::check! {
    /// ## What it means
    /// Two ports of a service have one number in the Service in front of it, and one protocol.
    ///
    /// ## Why it matters in the cluster
    /// The API server refuses the Service: whoever connects to that number could mean either.
    ///
    /// ## How to mend it
    /// Give one of them another `service-port`, or take it out where both are the same port of the pod.
    ///
    /// ```bvl bad in=service
    /// port admin 9000 service-port 8080 //~ BVL0907 "both 8080"
    /// ```
    /// ```bvl good in=service
    /// port admin 9000 service-port 8081
    /// ```
    /// TCP and UDP are counted each by itself:
    /// ```bvl good in=service
    /// port quic 8080 udp
    /// ```
    ///
    /// ## Source
    /// [`validation.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/apis/core/validation/validation.go), `ValidateService` (Kubernetes 1.36).
    BVL0907, "service-port-twice", Error(Refused), since "0.1.0" => run, reads ["port"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, _, environment) in cx.services() {
        let mut first: BTreeMap<_, &NamedPort> = BTreeMap::new();
        for port in workload.serving_ports() {
            let number = port.service_port();
            let Some(other) = first.get(&(number, port.protocol)) else {
                first.insert((number, port.protocol), port);
                continue;
            };
            let title = format!(
                "the ports {} and {} of {} are both {} in its Service",
                other.name.value, port.name.value, workload.name.value, number
            );
            let place = |port: &NamedPort| port.service_port.as_ref().map_or(port.number.span, |stated| stated.span);
            sink.report(
                finding(&BVL0907, workload, environment, place(port), title)
                    .here(format!("{} is {number} there{}", port.name.value, cx.from_layer(port.name.layer)))
                    .also(place(other), format!("{} is {number} there as well", other.name.value))
                    .note("the API server refuses a Service that has a number twice for one protocol")
                    .help(format!("give one of them another number there, such as `service-port {}`", free(workload))),
            );
        }
    }
}

/// The number behind the largest one that the Service has.
fn free(workload: &Workload) -> u16 {
    let taken = workload.serving_ports().map(|port| port.service_port().get());
    taken.max().and_then(|most| most.checked_add(1)).unwrap_or(80)
}
