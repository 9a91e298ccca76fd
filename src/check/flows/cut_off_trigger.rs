//! KEDA may reach whatever a trigger has it ask.

use crate::check::mend::Mend as _;
use crate::check::{Context, finding};
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::text::Text;
use crate::model::trigger::{Trigger, TriggerKind};
use crate::model::{Environment, External, Workload};
use crate::value::name::dns_label;

crate::check! {
    /// ## What it means
    /// KEDA asks someone over the network for what a trigger measures, and the trigger has no `from` that says whom. From
    /// `from` alone KEDA's flow follows, and where KEDA runs what no flow allows is denied.
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
    ///   on keda "aws-sqs-queue" { //~ BVL0325 "no `from` says whom"
    ///     queueURL "https://sqs.eu-central-1.amazonaws.com/1/jobs"
    ///     awsRegion "eu-central-1"
    ///   }
    /// }
    /// ```
    /// ```bvl good
    /// use std.keda
    /// platform shop { api-server 10.40.0.0/28 6443 }
    /// environment test { namespace "shop-test" }
    /// managed keda is keda.operator
    /// external sqs { cidr 10.92.0.0/28; port https 443 }
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
    for unnamed in &cx.graph.implied.unnamed_sources {
        let Some(workload) = cx.model.workload(unnamed.workload).filter(|workload| cx.is_read(workload)) else {
            continue;
        };
        let auto = workload.service().and_then(|service| service.scaling.auto());
        let Some(trigger) = auto.and_then(|auto| auto.triggers.get(unnamed.trigger)) else { continue };
        let mut kedas = unnamed.kedas.iter().filter_map(|keda| cx.model.workload(*keda));
        let cut_off = kedas.find(|keda| is_cut_off(cx, keda));
        if let (Some(keda), Some(environment)) = (cut_off, cx.model.environment(workload.environment))
            && let Some(found) = told(cx, (workload, environment), trigger, keda)
        {
            sink.report(found);
        }
    }
}

/// Whether a KEDA reaches nobody but those whom triggers name: no `allow` of its own opens a way to what it asks.
fn is_cut_off(cx: &Context<'_>, keda: &Workload) -> bool {
    let is_denied = cx.model.environment(keda.environment).is_some_and(Environment::is_denied);
    // no policy selects what is on the network of its nodes
    let on_host = keda.managed().is_some_and(|managed| managed.host_network.is_some());
    let is_known = !keda.tainted && is_denied && !on_host;
    is_known && cx.stated_from(keda.id).all(|flow| flow.destination == keda.id)
}

fn told(
    cx: &Context<'_>,
    (workload, environment): (&Workload, &Environment),
    trigger: &Trigger,
    keda: &Workload,
) -> Option<Diagnostic> {
    let TriggerKind::Keda { kind, metadata } = &trigger.kind else { return None };
    let (name, kind_name, asks) = (&workload.name.value, &kind.value, cx.name(keda.id, environment.id));
    let title = format!("no flow lets {asks} ask for the trigger {kind_name} of {name}: no `from` says whom");
    let found = finding(&BVL0325, workload, environment, trigger.stated.span, title)
            .here(format!("asked over the network, and has no `from`{}", cx.from_layer(trigger.stated.layer)))
            .also(keda.name.span, format!("{asks} is denied whatever no flow allows"))
            .note(format!(
                "KEDA's flow to what a trigger asks follows from its `from`: without it there is none, no answer comes, and {name} does not scale by this trigger"
            ));
    Some(match named(cx, environment, metadata.values()) {
        Some(named) => found
            .help(format!("name it: `on keda \"{kind_name}\" from {named} {{ .. }}`"))
            .choice(format!("write `from {named}`"), cx.append(kind, format!(" from {named}"))),
        None => found.help(declared(cx, kind_name, metadata.values())),
    })
}

/// Whom the values of a trigger speak of, as `from` names them: by an address, or by the host of an external.
fn named<'t>(
    cx: &Context<'_>,
    environment: &Environment,
    values: impl Iterator<Item = &'t Text> + Clone,
) -> Option<String> {
    if let Some(address) = values.clone().flat_map(Text::addresses).next() {
        let name = cx.name(address.endpoint, environment.id);
        return Some(address.port.as_ref().map_or_else(|| name.clone(), |port| format!("{name}.{port}")));
    }
    let host = values.filter_map(Text::plain).find_map(Url::read)?.host;
    let is_meant = |external: &&External| {
        external.environment == environment.id && external.host.as_ref().is_some_and(|known| known.value == host)
    };
    let external = cx.model.externals().find(is_meant)?;
    let [_] = external.ports.as_slice() else { return None };
    Some(external.name.value.clone())
}

/// What to declare, as far as the values of a trigger say it.
fn declared<'t>(cx: &Context<'_>, kind: &str, mut values: impl Iterator<Item = &'t Text>) -> String {
    let url = values.find_map(|value| Url::read(value.plain()?));
    let host = url.as_ref().map(|url| url.host);
    let first = host.and_then(|host| host.split('.').next()).unwrap_or_default();
    let is_free = |name: &str| cx.model.endpoints().all(|endpoint| endpoint.name().value != name);
    let is_name = first.starts_with(|c: char| c.is_ascii_lowercase()) && dns_label(first).is_ok() && is_free(first);
    let name = if is_name { first } else { "source" };
    let (port, number) = url.as_ref().map_or(("api", None), |url| (url.scheme, url.port));
    let number = number.map_or_else(|| "PORT".to_owned(), |number| number.to_string());
    let whose = host.map_or_else(|| "its addresses".to_owned(), |host| format!("the addresses of {host}"));
    format!(
        "declare what it asks, with {whose}: `external {name} {{ cidr ADDRESSES; port {port} {number} }}`, and name that in the trigger: `on keda \"{kind}\" from {name} {{ .. }}`; a workload of the platform is named the same way"
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
