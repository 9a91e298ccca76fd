//! Who is given an address may reach what is there.

use super::addresses::addresses;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::EndpointId;
use crate::model::text::Address;

crate::check! {
    /// ## What it means
    /// A setting of a service names the address of something that no flow lets the service reach.
    ///
    /// ## Why it matters in the cluster
    /// The program gets the address, connects, and waits until it gives up: the deny drops its packets without an answer.
    ///
    /// ## How to mend it
    /// Allow the flow, or take the setting out.
    ///
    /// ```bvl bad in=flow
    /// service report is base {
    ///   env DATABASE_HOST store.sql.host //~ BVL0315 "no flow lets report reach store"
    /// }
    /// allow report -> app.http
    /// ```
    /// ```bvl good in=flow
    /// service report is base {
    ///   env DATABASE_HOST store.sql.host
    /// }
    /// allow report -> store.sql
    /// ```
    /// Its own address needs no flow:
    /// ```bvl good in=service
    /// env PUBLIC_HOST app.host
    /// ```
    ///
    /// ## Source
    /// The language's own: an address counts as a use of the flow that it needs.
    BVL0315, "address-without-flow", Error, since "0.1.0" => run, judges Missing
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        for (setting, address) in addresses(service) {
            let Some(target) = cx.model.endpoint(address.endpoint) else { continue };
            if target.id() == workload.id || target.tainted() || is_reached(cx, workload.id, address) {
                continue;
            }
            let (name, far) = (&workload.name.value, cx.name(target.id(), environment.id));
            let port = match &address.port {
                Some(port) if target.ports().iter().all(|known| known.name.value != *port) => continue,
                Some(port) => format!(" at {port}"),
                None => String::new(),
            };
            let flow = match (&address.port, target.ports()) {
                (Some(port), _) => format!("allow {name} -> {far}.{port}"),
                (None, [only]) => format!("allow {name} -> {far}.{}", only.name.value),
                (None, _) => format!("allow {name} -> {far}.PORT"),
            };
            let title = format!("{setting} names {far}, but no flow lets {name} reach {far}{port}");
            sink.report(
                finding(&BVL0315, workload, environment, address.span, title)
                    .here("an address that it cannot reach")
                    .label(target.name().span, format!("{} declared here", target.word()))
                    .note("connections would time out: the deny drops packets without an answer")
                    .help(format!("add `{flow}`, or take the setting out"))
                    .about(format!("{name} -> {}", target.name().value)),
            );
        }
    }
}

/// Whether a flow leads to the port that the address names, or to any where it names none. Two names may stand for one
/// port, so numbers are compared.
fn is_reached(cx: &Context<'_>, source: EndpointId, address: &Address) -> bool {
    let number = |name: &str| {
        let ports = cx.model.endpoint(address.endpoint)?.ports();
        ports.iter().find(|port| port.name.value == name).map(|port| port.number.value)
    };
    cx.graph.outgoing(source).filter(|flow| flow.target_endpoint() == Some(address.endpoint)).any(|flow| match &address
        .port
    {
        None => true,
        Some(port) => flow.port(cx.model).map(|port| port.number.value) == number(port),
    })
}
