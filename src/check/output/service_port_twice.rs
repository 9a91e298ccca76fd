//! A Service has each port once.

use std::collections::BTreeMap;

use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::{Environment, NamedPort, NamedService, Origin, PortUse, Workload};
use crate::source::Span;
use crate::value::text::quoted;

crate::check! {
    /// ## What it means
    /// Two ports of a service have one number in a Service in front of it, and one protocol.
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
    /// A Service that is stated has its ports once as well:
    /// ```bvl bad in=service
    /// service "app-api" http, http //~ BVL0907 "names the port http twice"
    /// ```
    /// ```bvl bad in=service
    /// port probes 9000 service-port 8081
    /// service "app-probes" probes, health //~ BVL0907 "probes and health of app are both 8081"
    /// ```
    /// ```bvl good in=service
    /// port probes 9000 service-port 8082
    /// service "app-probes" probes, health
    /// ```
    ///
    /// So are those that a managed workload is said to have:
    /// ```bvl bad in=file
    /// managed store { match "app" "store"; port api 9200; service "store" api, api } //~ BVL0907 "names the port api twice"
    /// allow app -> store.api
    /// ```
    /// ```bvl good in=file
    /// managed store { match "app" "store"; port api 9200; port peers 9300; service "store" api, peers; service "store-h" api, peers headless }
    /// allow app -> store.api
    /// ```
    ///
    /// ## Source
    /// [`validation.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/apis/core/validation/validation.go), `ValidateService` (Kubernetes 1.36).
    BVL0907, "service-port-twice", Error(Refused), since "0.1.0" => run, reads ["port", "health", "metrics", "service", "sidecar"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, environment) in cx.workloads() {
        // whoever deploys what is managed states what the Services of its name carry
        if workload.managed().is_none() {
            own(cx, (workload, environment), sink);
        }
        for service in &*workload.services {
            stated(cx, (workload, environment), service, sink);
        }
    }
}

/// Judges the Service of its own name.
fn own(cx: &Context<'_>, (workload, environment): (&Workload, &Environment), sink: &mut Sink) {
    let mut first: BTreeMap<_, &NamedPort> = BTreeMap::new();
    for port in workload.serving_ports() {
        let number = port.service_port();
        let Some(other) = first.get(&(number, port.protocol)) else {
            first.insert((number, port.protocol), port);
            continue;
        };
        // two containers cannot listen there: that is said by itself
        if port.sidecar != other.sidecar && port.is_at(other) {
            continue;
        }
        let title = format!(
            "the ports {} and {} of {} are both {} in its Service",
            other.name.value, port.name.value, workload.name.value, number
        );
        sink.report(
            finding(&BVL0907, workload, environment, place(port), title)
                .here(format!("{} is {number} there{}", port.name.value, cx.from_layer(port.name.layer)))
                .also(place(other), format!("{} is {number} there as well", other.name.value))
                .note(REFUSED)
                .help(format!("give one of them another number there, such as `service-port {}`", free(workload))),
        );
    }
}

/// Judges a Service that is stated. What two serving ports have in common is said of the one of its own name.
fn stated(
    cx: &Context<'_>,
    (workload, environment): (&Workload, &Environment),
    service: &NamedService,
    sink: &mut Sink,
) {
    let (name, of) = (quoted(&service.name.value), &workload.name.value);
    let mut first: BTreeMap<_, (&NamedPort, &Origin<String>)> = BTreeMap::new();
    for carried in &service.ports {
        let Some(port) = workload.port(&carried.value) else { continue };
        let number = port.port_of(service.form);
        let Some((other, before)) = first.insert((number, port.protocol), (port, carried)) else { continue };
        if port.name.value == other.name.value {
            let title = format!("the Service {name} of {of} names the port {} twice", carried.value);
            sink.report(
                finding(&BVL0907, workload, environment, carried.span, title)
                    .here(format!("a second time{}", cx.from_layer(carried.layer)))
                    .also(before.span, "the first time")
                    .note(REFUSED)
                    .help("take one of them out"),
            );
        } else if !is_told(other, port) {
            let (one, two) = (&other.name.value, &port.name.value);
            let title = format!("the ports {one} and {two} of {of} are both {number} in its Service {name}");
            sink.report(
                finding(&BVL0907, workload, environment, carried.span, title)
                    .here(format!("{two} is {number} there{}", cx.from_layer(carried.layer)))
                    .also(before.span, format!("{one} is {number} there as well"))
                    .note(REFUSED)
                    .help(format!(
                        "take one of them out, or state a Service of its own for it: `service \"NAME\" {two}`"
                    )),
            );
        }
    }
}

/// Whether two ports have one number in the Service of the workload's own name.
fn is_told(one: &NamedPort, other: &NamedPort) -> bool {
    let are_in_it = [one, other].iter().all(|port| port.usage == PortUse::Serving);
    are_in_it && one.service_port() == other.service_port()
}

const REFUSED: &str = "the API server refuses a Service that has a number twice for one protocol";

/// Where its number in a Service is stated.
fn place(port: &NamedPort) -> Span {
    port.service_port.as_ref().map_or(port.number.span, |stated| stated.span)
}

/// The number behind the largest one that the Service has.
fn free(workload: &Workload) -> u16 {
    let taken = workload.serving_ports().map(|port| port.service_port().get());
    taken.max().and_then(|most| most.checked_add(1)).unwrap_or(80)
}
