//! KEDA may reach whatever a trigger has it ask.

use std::cell::LazyCell;
use std::collections::BTreeMap;

use crate::check::mend::Mend as _;
use crate::check::{Context, finding};
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::text::Text;
use crate::model::trigger::{Trigger, TriggerKind};
use crate::model::{Endpoint, EndpointId, Environment, EnvironmentId, External, Origin, Workload};
use crate::value::name::dns_label;

crate::check! {
    /// ## What it means
    /// KEDA asks someone over the network for what a trigger measures, and the trigger has no `from` that says whom. From
    /// `from` alone KEDA's flow follows, and where KEDA runs what no flow allows is denied.
    ///
    /// A flow of KEDA's that leads there all the same, an `allow` or one of another trigger, is enough. Whom a trigger asks is
    /// known by an address in its values, or by a URL with the `host` of an external. Where its values name nobody who is
    /// declared, any `allow` of KEDA's to somebody who may be meant is taken to lead there: of an external that states another
    /// `host` it is known that it does not.
    ///
    /// ## Why it matters in the cluster
    /// The question is never answered. KEDA reports the trigger as failing, the autoscaler has no value for it, and the
    /// service does not scale by it.
    ///
    /// ## How to mend it
    /// Declare what is asked, if it is not yet declared, and name it with `from`.
    ///
    /// ```bvl bad in=keda
    /// scale 1..5 {
    ///   on keda "aws-sqs-queue" { //~ BVL0325 "it has no `from`"
    ///     queueURL "https://sqs.eu-central-1.amazonaws.com/1/jobs"
    ///     awsRegion "eu-central-1"
    ///   }
    /// }
    /// ```
    /// An address in the trigger is no flow; the same name behind `from` makes one:
    /// ```bvl bad in=keda
    /// scale 1..5 {
    ///   on keda "etcd" { endpoints "${nats.client.host}:${nats.client.port}"; watchKey "jobs"; value "5" } //~ BVL0325
    /// }
    /// ```
    /// ```bvl fixed fix=1 in=keda
    /// scale 1..5 {
    ///   on keda "etcd" from nats.client { endpoints "${nats.client.host}:${nats.client.port}"; watchKey "jobs"; value "5" }
    /// }
    /// ```
    /// A flow that leads elsewhere does not help:
    /// ```bvl bad
    /// use std.keda
    /// platform shop { api-server 10.40.0.0/28 6443 }
    /// environment test { namespace "shop-test" }
    /// managed keda is keda.operator
    /// external sqs { cidr 10.92.0.0/28; host "sqs.eu-central-1.amazonaws.com"; port https 443 }
    /// external mail { cidr 10.93.0.0/28; host "mail.example"; port https 443 }
    /// service worker {
    ///   image "registry.example/worker:1.0"
    ///   cpu 100m..500m
    ///   memory 128Mi..256Mi
    ///   health 8081 { live "/healthz"; ready "/readyz" }
    ///   shutdown { pre-stop 5s; drain 20s }
    ///   disruption max-unavailable 1
    ///   scale 1..5 {
    ///     on keda "aws-sqs-queue" { queueURL "https://sqs.eu-central-1.amazonaws.com/1/jobs"; awsRegion "eu-central-1" } //~ BVL0325
    ///   }
    /// }
    /// allow worker -> sqs.https
    /// allow keda -> mail.https
    /// ```
    /// ```bvl fixed fix=1
    /// use std.keda
    /// platform shop { api-server 10.40.0.0/28 6443 }
    /// environment test { namespace "shop-test" }
    /// managed keda is keda.operator
    /// external sqs { cidr 10.92.0.0/28; host "sqs.eu-central-1.amazonaws.com"; port https 443 }
    /// external mail { cidr 10.93.0.0/28; host "mail.example"; port https 443 }
    /// service worker {
    ///   image "registry.example/worker:1.0"
    ///   cpu 100m..500m
    ///   memory 128Mi..256Mi
    ///   health 8081 { live "/healthz"; ready "/readyz" }
    ///   shutdown { pre-stop 5s; drain 20s }
    ///   disruption max-unavailable 1
    ///   scale 1..5 {
    ///     on keda "aws-sqs-queue" from sqs { queueURL "https://sqs.eu-central-1.amazonaws.com/1/jobs"; awsRegion "eu-central-1" }
    ///   }
    /// }
    /// allow worker -> sqs.https
    /// allow keda -> mail.https
    /// ```
    /// What reads the clock, or asks the Kubernetes API alone, needs no flow beside that which KEDA has:
    /// ```bvl good in=keda
    /// scale 1..5 {
    ///   on keda "kubernetes-workload" { podSelector "app=caller"; value "2" }
    /// }
    /// ```
    ///
    /// ## Source
    /// [`pkg/scalers`](https://github.com/kedacore/keda/tree/v2.20.2/pkg/scalers), KEDA 2.20: `cron_scaler.go` reads the clock,
    /// `kubernetes_workload_scaler.go` and `kubernetes_resource_scaler.go` ask the API server, `cpu_memory_scaler.go` leaves the
    /// question to the autoscaler; all others open connections of their own.
    BVL0325, "cut-off-trigger", Warning, since "0.1.0" => run, reads ["scale"], judges Missing
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    // a statement that could not be read may allow it
    if cx.model.unread_flows || cx.model.unknown_ends {
        return;
    }
    let hosts = LazyCell::new(|| hosts(cx));
    for unnamed in &cx.graph.implied.unnamed_sources {
        let Some(workload) = cx.model.workload(unnamed.workload).filter(|workload| cx.is_read(workload)) else {
            continue;
        };
        let auto = workload.service().and_then(|service| service.scaling.auto());
        let Some(trigger) = auto.and_then(|auto| auto.triggers.get(unnamed.trigger)) else { continue };
        let TriggerKind::Keda { kind, metadata } = &trigger.kind else { continue };
        let Some(environment) = cx.model.environment(workload.environment) else { continue };
        let kedas = unnamed.kedas.iter().filter_map(|keda| cx.model.workload(*keda));
        let mut kedas = kedas.filter(|keda| is_confined(cx, keda)).peekable();
        if kedas.peek().is_none() {
            continue;
        }
        let asked = Asked::read(&hosts, environment, metadata.values().map(|text| &text.value));
        if let Some(keda) = kedas.find(|keda| !asked.is_reached(cx, keda)) {
            sink.report(told(cx, (workload, environment), (trigger, kind), (keda, &asked)));
        }
    }
}

/// The externals that state a `host`, by that and by their environment.
type Hosts<'m> = BTreeMap<(EnvironmentId, &'m str), &'m External>;

fn hosts<'m>(cx: &Context<'m>) -> Hosts<'m> {
    let mut hosts = Hosts::new();
    for endpoint in cx.model.endpoints() {
        if let Endpoint::External(external) = endpoint
            && let Some(host) = &external.host
        {
            hosts.entry((external.environment, host.value.as_str())).or_insert(external);
        }
    }
    hosts
}

/// Whether it is known that a KEDA reaches nobody but those to whom a flow leads.
fn is_confined(cx: &Context<'_>, keda: &Workload) -> bool {
    let is_denied = cx.model.environment(keda.environment).is_some_and(Environment::is_denied);
    // no policy selects what is on the network of its nodes
    let on_host = keda.is_on_host();
    !keda.tainted && is_denied && !on_host
}

/// Whom a trigger asks, as far as its values say it.
enum Asked<'t> {
    /// Somebody who is declared.
    Declared { endpoint: EndpointId, port: Port<'t> },
    /// Whoever answers at a URL: nobody states that host.
    Url(Url<'t>),
    /// Nobody can tell.
    Unknown,
}

/// Which port of somebody who is declared is asked.
enum Port<'t> {
    Named(&'t str),
    Only,
    /// One of several, or of none.
    Open,
}

impl<'t> Asked<'t> {
    fn read(hosts: &Hosts<'t>, environment: &Environment, values: impl Iterator<Item = &'t Text> + Clone) -> Self {
        if let Some(address) = values.clone().flat_map(Text::addresses).next() {
            let port = address.port.as_deref().map_or(Port::Open, Port::Named);
            return Self::Declared { endpoint: address.endpoint, port };
        }
        let Some(url) = values.filter_map(Text::plain).find_map(Url::read) else { return Self::Unknown };
        let Some(external) = hosts.get(&(environment.id, url.host)) else { return Self::Url(url) };
        let mut numbered = external.ports.iter().filter(|port| Some(port.number.value.get()) == url.port);
        let port = match (external.ports.as_slice(), numbered.next()) {
            ([_], _) => Port::Only,
            (_, Some(port)) => Port::Named(&port.name.value),
            (_, None) => Port::Open,
        };
        Self::Declared { endpoint: external.id, port }
    }

    /// Whether a flow of a KEDA leads there, or may do so.
    fn is_reached(&self, cx: &Context<'_>, keda: &Workload) -> bool {
        match self {
            Self::Declared { endpoint, port } => {
                let asked = cx.model.endpoint(*endpoint);
                let mut there = cx.graph.outgoing(keda.id).filter(|flow| {
                    let target = flow.target_endpoint().and_then(|target| cx.model.endpoint(target));
                    target.zip(asked).is_some_and(|(target, asked)| is_same(target, asked))
                });
                there.any(|flow| match port {
                    Port::Named(name) => flow.port(cx.model).is_some_and(|port| port.name.value == *name),
                    Port::Only | Port::Open => true,
                })
            }
            Self::Url(_) | Self::Unknown => {
                let others = cx.stated_from(keda.id).filter(|flow| flow.destination != keda.id);
                others.filter_map(|flow| cx.model.endpoint(flow.destination)).any(|other| self.may_be(other))
            }
        }
    }

    /// Whether somebody may be whom a trigger asks that names nobody who is declared.
    fn may_be(&self, endpoint: &Endpoint) -> bool {
        let Self::Url(url) = self else { return true };
        match endpoint {
            Endpoint::External(external) => external.host.is_none(),
            Endpoint::Workload(workload) => {
                let first = url.first();
                workload.name.value == first || workload.services.iter().any(|service| service.name.value == first)
            }
        }
    }
}

/// Whether two are one. Where a flow leads to an external it does so as the environment of its source knows that.
fn is_same(one: &Endpoint, other: &Endpoint) -> bool {
    match (one, other) {
        (Endpoint::External(one), Endpoint::External(other)) => one.name.value == other.name.value,
        _ => one.id() == other.id(),
    }
}

fn told(
    cx: &Context<'_>,
    (workload, environment): (&Workload, &Environment),
    (trigger, kind): (&Trigger, &Origin<String>),
    (keda, asked): (&Workload, &Asked<'_>),
) -> Diagnostic {
    let (name, kind_name, asks) = (&workload.name.value, &kind.value, cx.name(keda.id, environment.id));
    let title = format!(
        "{asks} cannot reach what the trigger {kind_name} of {name} asks: it has no `from`, so no flow leads there"
    );
    let found = finding(&BVL0325, workload, environment, trigger.stated.span, title)
        .here(format!("asked over the network, and has no `from`{}", cx.from_layer(trigger.stated.layer)))
        .also(keda.name.span, format!("{asks} reaches only those to whom a flow leads"))
        .note(format!(
            "KEDA's flow to what a trigger asks follows from its `from`: without it no answer comes, and {name} does not scale by this trigger"
        ));
    let Asked::Declared { endpoint, port } = asked else {
        return found.note(ADDRESSES).help(declared(cx, kind_name, asked));
    };
    let place = cx.name(*endpoint, environment.id);
    let from = match port {
        Port::Named(port) => format!("{place}.{port}"),
        Port::Only | Port::Open => place,
    };
    found
        .help(format!("name it: `on keda \"{kind_name}\" from {from} {{ .. }}`"))
        .choice(format!("write `from {from}`"), cx.append(kind, format!(" from {from}")))
}

/// Which addresses those of a service of a cloud are.
const ADDRESSES: &str = "ADDRESSES, one range or several (`A, B`), are those at which the cluster reaches it: the subnets of a private endpoint, or the ranges that its provider publishes; a look-up of its name shows only those of the moment";

/// What to declare, as far as the values of a trigger say it.
fn declared(cx: &Context<'_>, kind: &str, asked: &Asked<'_>) -> String {
    let url = match asked {
        Asked::Url(url) => Some(url),
        Asked::Declared { .. } | Asked::Unknown => None,
    };
    let first = url.map(Url::first).unwrap_or_default();
    let is_free = |name: &str| cx.model.endpoints().all(|endpoint| endpoint.name().value != name);
    let is_name = first.starts_with(|c: char| c.is_ascii_lowercase()) && dns_label(first).is_ok() && is_free(first);
    let name = if is_name { first } else { "source" };
    let (port, number) = url.map_or(("api", None), |url| (url.scheme, url.port));
    let number = number.map_or_else(|| "PORT".to_owned(), |number| number.to_string());
    let host = url.map_or_else(String::new, |url| format!("host \"{}\"; ", url.host));
    let or = if url.is_some() { "" } else { "; a workload of the platform needs no `external`: `from WORKLOAD`" };
    format!(
        "outside of all blocks: `external {name} {{ cidr ADDRESSES; {host}port {port} {number} }}`, and in the trigger: `on keda \"{kind}\" from {name} {{ .. }}`{or}"
    )
}

/// What a value of a trigger says of whom to ask, where it is an address as browsers take it.
#[derive(Debug, PartialEq, Eq)]
struct Url<'t> {
    scheme: &'t str,
    host: &'t str,
    port: Option<u16>,
}

impl<'t> Url<'t> {
    /// The first part of the host.
    fn first(&self) -> &'t str {
        self.host.split('.').next().unwrap_or(self.host)
    }

    fn read(text: &'t str) -> Option<Self> {
        let (scheme, behind) = text.split_once("://")?;
        let authority = behind.split(['/', '?', '#']).next().unwrap_or(behind);
        let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
        let (host, port) = match place.split_once(':') {
            Some((host, port)) => (host, Some(port.parse().ok()?)),
            None => (
                place,
                match scheme {
                    "https" => Some(443),
                    "http" => Some(80),
                    _ => None,
                },
            ),
        };
        let is_host = !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'));
        (is_host && dns_label(scheme).is_ok()).then_some(Self { scheme, host, port })
    }
}

#[cfg(test)]
mod tests {
    use super::Url;

    #[test]
    fn whom_to_ask_is_read_of_an_address() {
        for (text, expected) in [
            ("https://sqs.example/1/jobs", Some(("https", "sqs.example", Some(443)))),
            ("http://queue.example:8080?x=1", Some(("http", "queue.example", Some(8080)))),
            ("http://queue", Some(("http", "queue", Some(80)))),
            ("amqp://user:word@mq.example/vhost", Some(("amqp", "mq.example", None))),
            ("https://[::1]/jobs", None),
            ("https://queue:many/", None),
            ("https:///jobs", None),
            ("queue.example:443", None),
            ("", None),
        ] {
            let expected = expected.map(|(scheme, host, port)| Url { scheme, host, port });
            assert_eq!(Url::read(text), expected, "{text}");
        }
    }
}
