//! Where the platform gives health a port of its own, no traffic goes to it.

use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::{Origin, Protocol};
use crate::value::Port;

crate::check! {
    /// ## What it means
    /// The platform's defaults state a port for health, and a service answers both its probes and its traffic on one port.
    ///
    /// ## Why it matters in the cluster
    /// Everyone who may use the port may ask the health endpoints, and a port that is busy with traffic answers probes
    /// late: the kubelet restarts what is only loaded.
    ///
    /// ## How to mend it
    /// Take the platform's health port, or another for the traffic.
    ///
    /// ```bvl bad in=service
    /// health 8080 { live "/healthz" } //~ BVL0709 "8080"
    /// ```
    /// ```bvl fixed fix=1 in=service
    /// health 8081 { live "/healthz" }
    /// ```
    /// Any port of its own will do:
    /// ```bvl good in=service
    /// health 8082 { live "/healthz" }
    /// ```
    ///
    /// ## Source
    /// bvlc's own rule.
    BVL0709, "shared-health-port", Error(Judgment), since "0.1.0" => run, reads ["health", "port", "sidecar"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let Some(default) = &cx.model.platform.health_port else { return };
    for (workload, service, environment) in cx.services() {
        let Some(health) = &service.health else { continue };
        let is_shared = |number: &Origin<Port>| number.value == health.port.value;
        // where a sidecar listens its own container cannot: that is said by itself
        let own = workload.serving_ports().filter(|port| port.sidecar.is_none());
        let mut serving = own.filter(|port| port.protocol == Protocol::Tcp);
        let Some(port) = serving.find(|port| is_shared(&port.number)) else { continue };
        let (name, number) = (&workload.name.value, health.port.value);
        let title = format!("{name} answers probes and the traffic of its port {} both on {number}", port.name.value);
        let mut diagnostic = finding(&BVL0709, workload, environment, health.port.span, title)
            .here(format!("health on {number}{}", cx.from_layer(health.port.layer)))
            .also(port.number.span, format!("port {} on {number}{}", port.name.value, cx.from_layer(port.number.layer)))
            .note("a port that is busy with traffic answers probes late: the kubelet restarts what is only loaded");
        let is_free = workload.serving_ports().all(|port| port.number.value != default.value);
        diagnostic = if is_free {
            diagnostic
                .also(default.span, format!("the platform's health port is {}", default.value))
                .help(format!("let the program answer probes on {}, the platform's health port, and state `health {}`; where it cannot, `waive shared-health-port on {name} because \"REASON\"`", default.value, default.value))
                .choice(
                    format!("take port {} for health", default.value),
                    cx.replace(&health.port, default.value.to_string()),
                )
        } else {
            diagnostic.help("take another port for the traffic")
        };
        sink.report(diagnostic);
    }
}
