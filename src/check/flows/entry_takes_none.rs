//! What is said of what a service exposes is something that its entry can be told.

use std::collections::BTreeMap;

use super::exposed::{self, Exposed};
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::{Certificate, EndpointId, EntryKind, Exposure, Origin, Protocol};
use crate::value::Duration;
use crate::value::name::subdomain;
use crate::value::quoted;

crate::check! {
    /// ## What it means
    /// What is exposed states a certificate where the entry runs for a Gateway, whose listener has it; or a timeout where the
    /// Ingress of the host cannot say it, or would say another one; or the port is one of UDP; or the host is too long for
    /// the name of an object, or shares that with another.
    ///
    /// ## Why it matters in the cluster
    /// It would be lost without a word: a route holds no certificate, an Ingress no timeout but in an annotation that only one kind of
    /// controller reads, for all its paths. And neither carries UDP.
    ///
    /// ## How to mend it
    /// Take it out, and state it where it is read: the certificate at the Gateway's listener, the timeout where the `entry` names the
    /// annotation of its controller, `entry ingress "CLASS" timeout-annotation "KEY"`.
    ///
    /// No fix takes a certificate out without being asked: the listener stands in no spec, so whether it has one is not known here, and
    /// without it the host would be served in plain text with nothing left that says otherwise. `tls none` asks for nothing, and is
    /// taken out.
    ///
    /// ```bvl bad in=file
    /// managed door { match "app" "door"; entry gateway "public"; disruption none because "it restarts at once" }
    /// service shop is base { expose "shop.example" { tls secret "shop-tls" } } //~ BVL0332 "the Gateway's listener has the certificate of shop.example, and a route takes none"
    /// ```
    /// ```bvl fixed fix=1 in=file
    /// managed door { match "app" "door"; entry gateway "public"; disruption none because "it restarts at once" }
    /// service shop is base { expose "shop.example" }
    /// ```
    /// ```bvl bad in=file
    /// managed door { match "app" "door"; entry gateway "public"; disruption none because "it restarts at once" }
    /// service shop is base { expose "shop.example" { timeout 10s; tls none because "the mesh sees to it" } } //~ BVL0332 "a route cannot say `tls none`"
    /// ```
    /// ```bvl fixed in=file
    /// managed door { match "app" "door"; entry gateway "public"; disruption none because "it restarts at once" }
    /// service shop is base { expose "shop.example" { timeout 10s } }
    /// ```
    /// ```bvl bad in=file
    /// managed door { match "app" "door"; entry ingress "traefik"; disruption none because "it restarts at once" }
    /// service shop is base { expose "shop.example" { timeout 10s; tls secret "shop-tls" } } //~ BVL0332 "an Ingress has no timeout"
    /// ```
    /// ```bvl good in=file
    /// managed door { match "app" "door"; entry gateway "public"; disruption none because "it restarts at once" }
    /// service shop is base { expose "shop.example" { timeout 10s } }
    /// ```
    /// ```bvl good in=file
    /// managed door { match "app" "door"; entry ingress "nginx" timeout-annotation "nginx.ingress.kubernetes.io/proxy-read-timeout"; disruption none because "it restarts at once" }
    /// service shop is base { expose "shop.example" { timeout 10s; tls secret "shop-tls" } }
    /// ```
    /// Of one host an Ingress says one:
    /// ```bvl bad in=file
    /// managed door { match "app" "door"; entry ingress "nginx" timeout-annotation "nginx.ingress.kubernetes.io/proxy-read-timeout"; disruption none because "it restarts at once" }
    /// service shop is base {
    ///   expose "shop.example" { timeout 10s; tls secret "shop-tls" }
    ///   expose "shop.example/slow" { timeout 20s; tls secret "shop-tls" } //~ BVL0332 "the Ingress of shop.example says one timeout, 10s or 20s"
    /// }
    /// ```
    /// ```bvl bad in=file
    /// managed door { match "app" "door"; entry ingress "nginx" timeout-annotation "nginx.ingress.kubernetes.io/proxy-read-timeout"; disruption none because "it restarts at once" }
    /// service shop is base {
    ///   expose "shop.example" { tls secret "shop-tls" }
    ///   expose "shop.example/ping" { timeout 1s; tls secret "shop-tls" } //~ BVL0332 "its controller's own or 1s"
    /// }
    /// ```
    /// Objects are named by service, entry and host, and `any` stands in a name for `*`:
    /// ```bvl bad in=file
    /// managed door { match "app" "door"; entry gateway "public"; disruption none because "it restarts at once" }
    /// service shop is base {
    ///   expose "*.shop.example"
    ///   expose "any.shop.example" //~ BVL0332 "both become the object"
    /// }
    /// ```
    ///
    /// ## Source
    /// [Ingress](https://kubernetes.io/docs/reference/kubernetes-api/service-resources/ingress-v1/) (Kubernetes 1.36);
    /// [HTTPRoute](https://gateway-api.sigs.k8s.io/reference/spec/#httproutespec) (Gateway API 1.5).
    BVL0332, "entry-takes-none", Error(Judgment, Refused), since "0.1.0" => run, reads ["port", "sidecar"], looks Neighbors
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    // of a service, a host and an entry, the first timeout
    let mut timeouts: BTreeMap<(EndpointId, EndpointId, &str), Exposed<'_>> = BTreeMap::new();
    let mut objects: BTreeMap<(EndpointId, EndpointId, String), &Exposure> = BTreeMap::new();
    for exposed in exposed::all(cx) {
        let Exposed { workload, environment, exposure, entry, by } = exposed;
        let (host, entry_name) = (&exposure.address.value.host, cx.name(entry.id(), environment.id));
        let at = |span, title: String| finding(&BVL0332, workload, environment, span, title);
        if let (EntryKind::Gateway { name, .. }, Some(tls)) = (&by.by, &exposure.tls) {
            let title = match tls.certificate {
                Certificate::None(_) => {
                    format!(
                        "whether {host} comes by TLS is said at the Gateway's listener, and a route cannot say `tls none`"
                    )
                }
                Certificate::Secret(_) | Certificate::Issuer(_) | Certificate::ClusterIssuer(_) => {
                    format!("the Gateway's listener has the certificate of {host}, and a route takes none")
                }
            };
            let found = at(tls.stated.span, title)
                .here("would be lost")
                .also(by.stated.span, format!("{entry_name} runs for the Gateway {}", name.value));
            let (taken, listener) = (cx.take_out_within(tls.stated.span), &name.value);
            sink.report(match tls.certificate {
                // it asks for nothing, so that nothing is missed
                Certificate::None(_) => found
                    .help(format!(
                        "take `tls` out: a listener of the Gateway {listener} takes {host} by HTTP or by HTTPS"
                    ))
                    .safely("take `tls none` out", taken),
                Certificate::Secret(_) | Certificate::Issuer(_) | Certificate::ClusterIssuer(_) => found
                    .help(format!("take `tls` out, and have a listener of the Gateway {listener} take {host} by HTTPS"))
                    .choice(format!("take `tls` out: a listener of {listener} has the certificate"), taken),
            });
        }
        match (&by.by, &exposure.timeout) {
            (EntryKind::Ingress { class, timeout_annotation: None }, Some(timeout)) => {
                let title =
                    format!("an Ingress has no timeout, and no annotation is known that tells {entry_name} one");
                sink.report(
                    at(timeout.span, title)
                        .here("would be lost")
                        .also(by.stated.span, format!("serves Ingresses of the class {}", class.value))
                        .help(format!(
                            "name the annotation by which its controller is told a timeout in seconds, `entry ingress {} timeout-annotation \"KEY\"`, or take `timeout` out",
                            quoted(&class.value)
                        )),
                );
            }
            (EntryKind::Ingress { timeout_annotation: Some(_), .. }, _) => {
                let first = timeouts.entry((workload.id, entry.id(), host)).or_insert(exposed).exposure;
                two_timeouts(&exposed, first, sink);
            }
            (EntryKind::Gateway { .. }, _) | (EntryKind::Ingress { .. }, None) => {}
        }
        names(exposed, &mut objects, sink);
        if let Some(port) = workload.exposed_port(exposure).filter(|port| port.protocol == Protocol::Udp) {
            let title = format!(
                "{} is exposed at {host} by its port {}, which takes UDP",
                workload.name.value, port.name.value
            );
            sink.report(
                at(exposure.port.as_ref().map_or(exposure.address.span, |port| port.span), title)
                    .here("an entry brings requests by TCP")
                    .also(port.number.span, "a port of UDP")
                    .help("name a port that takes TCP"),
            );
        }
    }
}

/// That the Ingress of a host is told one timeout, where two paths state two, or one of them none.
fn two_timeouts(exposed: &Exposed<'_>, first: &Exposure, sink: &mut Sink) {
    let (one, other) = (&first.timeout, &exposed.exposure.timeout);
    let value = |timeout: &Option<Origin<Duration>>| timeout.as_ref().map(|timeout| timeout.value);
    if value(one) == value(other) {
        return;
    }
    let said = |timeout: &Option<Origin<Duration>>| {
        value(timeout).map_or_else(|| "its controller's own".to_owned(), |timeout| timeout.to_string())
    };
    let place = |exposure: &Exposure| exposure.timeout.as_ref().map_or(exposure.address.span, |timeout| timeout.span);
    let host = &exposed.exposure.address.value.host;
    let title = format!("the Ingress of {host} says one timeout, {} or {}", said(one), said(other));
    sink.report(
        finding(&BVL0332, exposed.workload, exposed.environment, place(exposed.exposure), title)
            .here(format!("{} here", said(other)))
            .also(place(first), format!("{} here", said(one)))
            .note("it stands in an annotation, which is about all paths of the Ingress; how long a controller waits by itself is its own setting")
            .help("state one timeout at all of them, or none; or let another service answer at one of the paths, since each service has an Ingress, and so a timeout, of its own"),
    );
}

/// That the objects of a host have names that Kubernetes takes, and of their own.
fn names<'a>(
    Exposed { workload, environment, exposure, entry, .. }: Exposed<'a>,
    objects: &mut BTreeMap<(EndpointId, EndpointId, String), &'a Exposure>,
    sink: &mut Sink,
) {
    let host = &exposure.address.value.host;
    let object = Exposure::object_name(&workload.name.value, &entry.name().value, host);
    let at = |title: String| finding(&BVL0332, workload, environment, exposure.address.span, title).gravely();
    let is_issued = exposure.tls.as_ref().is_some_and(|tls| tls.certificate.is_issued());
    let secret = is_issued.then(|| Exposure::certificate_name(&entry.name().value, host));
    for name in [Some(&object), secret.as_ref()].into_iter().flatten() {
        if let Err(fault) = subdomain(name) {
            let title = format!("the host {host} makes the name {}, which {fault}", quoted(name));
            sink.report(
                at(title)
                    .here("not accepted by Kubernetes")
                    .note("the API server refuses the object")
                    .help("shorten the host, or the names of the service and its entry"),
            );
            return;
        }
    }
    let first = *objects.entry((workload.id, entry.id(), object.clone())).or_insert(exposure);
    if first.address.value.host != *host {
        let title = format!("{} and {host} both become the object {}", first.address.value.host, quoted(&object));
        sink.report(
            at(title)
                .also(first.address.span, "the other")
                .note("in the name of an object `any` stands for `*`, and the cluster keeps the one that is applied last")
                .help("take the longer one out, since `*` stands for its host as well; or let another service answer at one of the two"),
        );
    }
}
