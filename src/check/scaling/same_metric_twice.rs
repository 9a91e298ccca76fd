//! No two triggers of a service measure the same.

use std::collections::BTreeMap;

use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::trigger::{RabbitmqMeasure, RedisMeasure, Trigger, TriggerKind};
use crate::model::{EndpointId, Workload};

crate::check! {
    /// ## What it means
    /// Two triggers of one service ask the same source for the same number.
    ///
    /// ## Why it matters in the cluster
    /// The largest answer counts, so only the lower of the two targets ever decides; the other one reads as if it did.
    ///
    /// ## How to mend it
    /// Keep one.
    ///
    /// ```bvl bad in=keda
    /// scale 1..5 {
    ///   on nats-jetstream from nats { stream "JOBS"; consumer "worker"; lag 100 }
    ///   on nats-jetstream from nats as again { stream "JOBS"; consumer "worker"; lag 50 } //~ BVL0508 "measures the same"
    /// }
    /// ```
    /// ```bvl good in=keda
    /// scale 1..5 {
    ///   on nats-jetstream from nats { stream "JOBS"; consumer "worker"; lag 100 }
    ///   on nats-jetstream from nats as mails { stream "JOBS"; consumer "mailer"; lag 50 }
    /// }
    /// ```
    ///
    /// ## Source
    /// [Horizontal Pod Autoscaling](https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/), "Scaling on
    /// multiple metrics", Kubernetes 1.36.
    BVL0508, "same-metric-twice", Error(Judgment), since "0.1.0" => run, reads ["scale"], looks Neighbors
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        let triggers = service.scaling.auto().map(|auto| auto.triggers.as_slice()).unwrap_or_default();
        let mut known: BTreeMap<Measured<'_>, &Trigger> = BTreeMap::new();
        for (index, trigger) in triggers.iter().enumerate() {
            let Some(measured) = measured(cx, workload, index, trigger) else { continue };
            let Some(first) = known.get(&measured) else {
                known.insert(measured, trigger);
                continue;
            };
            let word = trigger.kind.word();
            let title =
                format!("the trigger {} of {} measures the same as another one", named(trigger), workload.name.value);
            sink.report(
                finding(&BVL0508, workload, environment, trigger.stated.span, title)
                    .here(format!("measures the same{}", cx.from_layer(trigger.stated.layer)))
                    .also(first.stated.span, format!("as this one{}", cx.from_layer(first.stated.layer)))
                    .note("an autoscaler takes the largest number of replicas that a trigger asks for: of two targets for one metric only the lower ever decides")
                    .help(format!("keep one `on {word}`, the one with the lower target: it decides already")),
            );
        }
    }
}

fn named(trigger: &Trigger) -> String {
    match &trigger.name {
        Some(name) => format!("`{}`", name.value),
        None => format!("`{}`", trigger.kind.word()),
    }
}

/// Who is asked, the kind of measure, and what tells it from others of that kind.
type Measured<'a> = (Option<EndpointId>, &'a str, Vec<&'a str>);

fn measured<'a>(cx: &Context<'_>, workload: &Workload, index: usize, trigger: &'a Trigger) -> Option<Measured<'a>> {
    let asked = cx.graph.implied.trigger_sources.get(&(workload.id, index)).map(|source| source.endpoint);
    let source = asked.or_else(|| trigger.from.as_ref().map(|from| from.endpoint));
    let optional = |text: &'a Option<crate::model::Origin<String>>, default: &'a str| {
        text.as_ref().map_or(default, |text| text.value.as_str())
    };
    Some(match &trigger.kind {
        TriggerKind::Cpu(_) => (None, "cpu", vec![]),
        TriggerKind::Memory(_) => (None, "memory", vec![]),
        TriggerKind::Metric { name, .. } => (source, "metric", vec![&name.value]),
        TriggerKind::Prometheus { query, .. } => (source, "prometheus", vec![&query.value]),
        TriggerKind::NatsJetstream { stream, consumer, account, .. } => {
            (source, "nats-jetstream", vec![&stream.value, &consumer.value, optional(account, "$G")])
        }
        TriggerKind::Kafka { topic, consumer, .. } => (source, "kafka", vec![&topic.value, &consumer.value]),
        TriggerKind::Rabbitmq { queue, measure, vhost } => {
            let measure = match measure {
                RabbitmqMeasure::Length(_) => "length",
                RabbitmqMeasure::Rate(_) => "rate",
            };
            (source, "rabbitmq", vec![&queue.value, measure, optional(vhost, "/")])
        }
        TriggerKind::Redis(RedisMeasure::List { list, .. }) => (source, "redis", vec![&list.value]),
        TriggerKind::Redis(RedisMeasure::Stream { stream, consumer, .. }) => {
            (source, "redis-streams", vec![&stream.value, &consumer.value])
        }
        TriggerKind::Cron { timezone, start, end, .. } => {
            (None, "cron", vec![&timezone.value, &start.value, &end.value])
        }
        // cpu and memory measure the pods whatever else is stated; of other types only the same keys are surely the same
        TriggerKind::Keda { kind, .. } if matches!(kind.value.as_str(), "cpu" | "memory") => {
            (None, &kind.value, vec![])
        }
        TriggerKind::Keda { kind, metadata } => {
            let mut pairs = Vec::new();
            for (key, text) in metadata {
                pairs.extend([key.as_str(), text.value.plain()?]);
            }
            (source, &kind.value, pairs)
        }
    })
}
