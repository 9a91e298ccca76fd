//! Health is best asked on a port of its own.

use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::{Protocol, Workload};

/// Where programs often answer probes.
const USUAL: u16 = 8081;

crate::check! {
    /// ## What it means
    /// A service answers both its probes and its traffic on one port.
    ///
    /// ## Why it matters in the cluster
    /// It works, and is common. But everyone who may use the port may ask the health endpoints, and a port that is busy
    /// with traffic answers probes late.
    ///
    /// ## How to mend it
    /// Where the program can, give health a port of its own; platform `defaults` can state it for all services.
    ///
    /// ```bvl bad
    /// platform shop {
    ///   kubernetes "1.33"
    ///   api-server 10.40.0.0/28 6443
    /// }
    /// environment test { namespace "shop-test" }
    /// service app {
    ///   image "registry.example/app:1.0"
    ///   port http 8080
    ///   cpu 100m..500m
    ///   memory 128Mi..256Mi
    ///   scale 2
    ///   shutdown { pre-stop 5s; drain 20s }
    ///   health 8080 { live "/healthz"; ready "/readyz" every 5s } //~ BVL0710 "8080"
    /// }
    /// allow app -> app.http
    /// ```
    /// ```bvl good in=service
    /// health 8082 { live "/healthz" }
    /// ```
    ///
    /// ## Source
    /// bvlc's own rule.
    BVL0710, "health-on-serving-port", Hint, since "0.1.0" => run, reads ["health", "port", "sidecar"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    if cx.model.platform.health_port.is_some() {
        return;
    }
    for (workload, service, environment) in cx.services() {
        let Some(health) = &service.health else { continue };
        let number = health.port.value;
        let own = workload.serving_ports().filter(|port| port.sidecar.is_none());
        let mut serving = own.filter(|port| port.protocol == Protocol::Tcp);
        let Some(port) = serving.find(|port| port.number.value == number) else { continue };
        let title = format!(
            "{} answers probes and the traffic of its port {} both on {number}",
            workload.name.value, port.name.value
        );
        sink.report(
            finding(&BVL0710, workload, environment, health.port.span, title)
                .here(format!("health on {number}{}", cx.from_layer(health.port.layer)))
                .also(port.number.span, format!("port {} on {number}", port.name.value))
                .note("a port that is busy with traffic answers probes late")
                .help(format!("where the program can answer probes on a port of its own, state that one: `health {}`; where it cannot, leave this hint aside", free(workload))),
        );
    }
}

/// A port that the workload does not use.
fn free(workload: &Workload) -> u16 {
    let is_used = |number: &u16| workload.ports.iter().any(|port| port.number.value.get() == *number);
    (USUAL..u16::MAX).find(|number| !is_used(number)).unwrap_or(USUAL)
}
