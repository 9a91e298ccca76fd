//! Triggers as KEDA reads them.
//!
//! Invariant: a parameter that an authentication supplies does not stand in the metadata as well. Types and keys are
//! those of kedacore/keda v2.20 `pkg/scalers/*_scaler.go`; every value there is a string.

use super::quantity::decimal;
use crate::emit::address::{self, Reached};
use crate::emit::{Context, scaling};
use crate::model::trigger::{RabbitmqMeasure, RedisMeasure, Trigger, TriggerKind};
use crate::model::{Autoscaling, Workload};
use crate::object::{AuthenticationRef, Labels, MetricType, ScaleTrigger};

/// The triggers of a service that KEDA scales. A metric of the pods is no trigger of KEDA's: the checks refuse it beside
/// one that is.
pub(in crate::emit) fn of_scaling(cx: &Context<'_>, workload: &Workload, scaling: &Autoscaling) -> Vec<ScaleTrigger> {
    let triggers = scaling.triggers.iter().enumerate();
    triggers.filter_map(|(index, trigger)| one(cx, workload, index, trigger)).collect()
}

fn one(cx: &Context<'_>, workload: &Workload, index: usize, trigger: &Trigger) -> Option<ScaleTrigger> {
    let (type_, pairs) = metadata(cx, workload, index, trigger)?;
    let supplied: Vec<String> = trigger.auth.iter().map(|auth| trigger.parameter(auth).to_owned()).collect();
    let mut metadata: Labels = pairs.into_iter().filter(|(key, _)| !supplied.contains(key)).collect();
    if let TriggerKind::Prometheus { .. } = trigger.kind
        && let Some(modes) = prometheus_modes(&supplied)
    {
        metadata.insert("authModes".to_owned(), modes);
    }
    let is_utilization = matches!(trigger.kind, TriggerKind::Cpu(_) | TriggerKind::Memory(_));
    let authentication = || AuthenticationRef { name: scaling::authentication_name(workload, trigger) };
    Some(ScaleTrigger {
        r#type: type_,
        name: trigger.name.as_ref().map(|name| name.value.clone()),
        metric_type: is_utilization.then_some(MetricType::Utilization),
        metadata,
        authentication_ref: (!trigger.auth.is_empty()).then(authentication),
    })
}

type Pairs = Vec<(String, String)>;

fn metadata(cx: &Context<'_>, workload: &Workload, index: usize, trigger: &Trigger) -> Option<(String, Pairs)> {
    let source = || source(cx, workload, index);
    let (type_, pairs): (&str, Vec<(&str, String)>) = match &trigger.kind {
        TriggerKind::Metric { .. } => return None,
        TriggerKind::Keda { kind, metadata } => {
            let pairs = metadata.iter().map(|(key, text)| (key.clone(), address::render(cx, &text.value)));
            return Some((kind.value.clone(), pairs.collect()));
        }
        TriggerKind::Cpu(share) => ("cpu", vec![("value", share.value.0.to_string())]),
        TriggerKind::Memory(share) => ("memory", vec![("value", share.value.0.to_string())]),
        TriggerKind::Prometheus { query, target } => (
            "prometheus",
            vec![
                ("serverAddress", format!("http://{}", source()?.joined())),
                ("query", query.value.clone()),
                ("threshold", decimal(&target.value)),
            ],
        ),
        TriggerKind::NatsJetstream { stream, consumer, lag, account } => (
            "nats-jetstream",
            vec![
                ("natsServerMonitoringEndpoint", source()?.joined()),
                ("account", account.as_ref().map_or("$G", |account| &account.value).to_owned()),
                ("stream", stream.value.clone()),
                ("consumer", consumer.value.clone()),
                ("lagThreshold", lag.value.to_string()),
            ],
        ),
        TriggerKind::Kafka { topic, consumer, lag } => (
            "kafka",
            vec![
                ("bootstrapServers", source()?.joined()),
                ("topic", topic.value.clone()),
                ("consumerGroup", consumer.value.clone()),
                ("lagThreshold", lag.value.to_string()),
            ],
        ),
        TriggerKind::Rabbitmq { queue, measure, vhost } => {
            let (mode, value) = match measure {
                RabbitmqMeasure::Length(length) => ("QueueLength", length.value),
                RabbitmqMeasure::Rate(rate) => ("MessageRate", rate.value),
            };
            let has_host = trigger.auth.iter().any(|auth| trigger.parameter(auth) == "host");
            let mut pairs =
                vec![("queueName", queue.value.clone()), ("mode", mode.to_owned()), ("value", value.to_string())];
            // Without a host of its own the Secret's URI names the virtual host; with one, somebody has to.
            let vhost = vhost.as_ref().map(|vhost| vhost.value.clone());
            pairs.extend(vhost.or_else(|| (!has_host).then(|| "/".to_owned())).map(|vhost| ("vhostName", vhost)));
            if !has_host {
                pairs.push(("host", rabbitmq_host(measure, &source()?)));
            }
            ("rabbitmq", pairs)
        }
        TriggerKind::Redis(RedisMeasure::List { list, length }) => (
            "redis",
            vec![
                ("address", source()?.joined()),
                ("listName", list.value.clone()),
                ("listLength", length.value.to_string()),
            ],
        ),
        TriggerKind::Redis(RedisMeasure::Stream { stream, consumer, lag }) => (
            "redis-streams",
            vec![
                ("address", source()?.joined()),
                ("stream", stream.value.clone()),
                ("consumerGroup", consumer.value.clone()),
                ("lagCount", lag.value.to_string()),
                // KEDA reads the lag only where this stands beside it; 0 is its default elsewhere.
                ("activationLagCount", "0".to_owned()),
            ],
        ),
        TriggerKind::Cron { timezone, start, end, replicas } => (
            "cron",
            vec![
                ("timezone", timezone.value.clone()),
                ("start", start.value.clone()),
                ("end", end.value.clone()),
                ("desiredReplicas", replicas.value.to_string()),
            ],
        ),
    };
    Some((type_.to_owned(), pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()))
}

/// Where the trigger's source is asked: at the port that the flow to it allows.
fn source(cx: &Context<'_>, workload: &Workload, index: usize) -> Option<Reached> {
    let source = cx.graph.implied.trigger_sources.get(&(workload.id, index))?;
    let asked = cx.model.workload(source.endpoint)?;
    let port = asked.ports.get(usize::from(source.port)).map(|port| port.name.value.as_str());
    address::reach_members(cx, asked, port)
}

/// Rates are known to the management interface alone, which speaks HTTP.
fn rabbitmq_host(measure: &RabbitmqMeasure, source: &Reached) -> String {
    let scheme = match measure {
        RabbitmqMeasure::Length(_) if source.port.is_none_or(|port| port.get() != 15672) => "amqp",
        RabbitmqMeasure::Length(_) | RabbitmqMeasure::Rate(_) => "http",
    };
    format!("{scheme}://{}/", source.joined())
}

/// KEDA presents nothing to Prometheus unless it is told in which ways.
fn prometheus_modes(supplied: &[String]) -> Option<String> {
    let modes = [
        ("bearer", ["bearerToken"].as_slice()),
        ("basic", &["username", "password"]),
        ("tls", &["cert", "key"]),
        ("custom", &["customAuthHeader", "customAuthValue"]),
    ];
    let named = modes.into_iter().filter(|(_, parameters)| {
        parameters.iter().any(|parameter| supplied.iter().any(|supplied| supplied == parameter))
    });
    let named: Vec<&str> = named.map(|(mode, _)| mode).collect();
    (!named.is_empty()).then(|| named.join(","))
}
