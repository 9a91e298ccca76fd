//! What comes at the busiest time is met within the largest number of replicas.

use crate::check::mend::Mend;
use crate::check::prose::counted;
use crate::check::{Context, finding};
use crate::diagnostic::{Reach, Sink};
use crate::model::Origin;
use crate::model::trigger::{RabbitmqMeasure, Trigger, TriggerKind};
use crate::source::Span;
use crate::value::quantity::{Rounding, in_thousandths};

crate::check! {
    /// ## What it means
    /// A trigger states what comes at the busiest time (`peak`), and for that more replicas are needed than `scale` allows.
    /// Where messages wait, `handles` says how many of them one replica handles in a minute; where the target itself is
    /// what one replica is to take (`rate`, a metric, a query), the target says it.
    ///
    /// ## Why it matters in the cluster
    /// The autoscaler stops at the largest number. Fewer messages are handled than arrive: the lag never comes to its
    /// target, and grows until the busiest time is over.
    ///
    /// ## How to mend it
    /// Allow more replicas, or let one handle more.
    ///
    /// ```bvl bad in=keda
    /// scale 1..20 {
    ///   on nats-jetstream from nats { //~ BVL0527 "6001 / 300 = 21 replicas"
    ///     stream "JOBS"; consumer "jobs"; lag 10
    ///     peak 6001; handles 300
    ///   }
    /// }
    /// ```
    /// ```bvl fixed in=keda fix=1
    /// scale 1..21 {
    ///   on nats-jetstream from nats {
    ///     stream "JOBS"; consumer "jobs"; lag 10
    ///     peak 6001; handles 300
    ///   }
    /// }
    /// ```
    /// ```bvl good in=keda
    /// scale 1..20 {
    ///   on nats-jetstream from nats {
    ///     stream "JOBS"; consumer "jobs"; lag 10
    ///     peak 6000; handles 300
    ///   }
    /// }
    /// ```
    ///
    /// Without `peak`, or without `handles` where messages wait, nothing is said.
    /// ```bvl good in=keda
    /// scale 1..2 { on nats-jetstream from nats { stream "JOBS"; consumer "jobs"; lag 10; peak 6000 } }
    /// ```
    ///
    /// ## Source
    /// [Horizontal Pod Autoscaling](https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/):
    /// the number is the sum divided by the target, rounded up, and at most `maxReplicas` (Kubernetes 1.36).
    BVL0527, "demand-above-max", Warning, since "0.1.0" => run, reads ["scale"], looks Endpoint
}

/// How many replicas a trigger asks for at the busiest time.
struct Demand {
    /// `None` where no number is enough.
    replicas: Option<u64>,
    /// How that comes about: `6000 / 300 = 20 replicas`
    sum: String,
    /// Where the busiest time is stated.
    peak: Span,
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        let Some(auto) = service.scaling.auto() else { continue };
        let max = auto.max;
        // a range that is turned round is named by itself
        if auto.min.value > max.value {
            continue;
        }
        for trigger in &auto.triggers {
            let Some(demand) =
                demand(trigger).filter(|demand| demand.replicas.is_none_or(|replicas| replicas > max.value.into()))
            else {
                continue;
            };
            let name = &workload.name.value;
            let title = format!("{name} needs {} at its busiest time, and has at most {}", demand.sum, max.value);
            let diagnostic = finding(&BVL0527, workload, environment, trigger.stated.span, title)
                .here(format!("asks for {}{}", demand.sum, cx.from_layer(trigger.stated.layer)))
                .also(demand.peak, "the busiest time")
                .also(max.span, format!("{} at the most{}", counted(max.value, "replica"), cx.from_layer(max.layer)))
                .note("the autoscaler stops there: what waits grows until the busiest time is over");
            sink.report(match demand.replicas {
                Some(needed) => {
                    diagnostic.help(format!("allow {needed} replicas, or let one of them take more")).choice_to(
                        Reach::AtLeast(needed),
                        format!("allow {needed} replicas"),
                        cx.replace(&max, format!("{}..{needed}", auto.min.value)),
                    )
                }
                None => diagnostic.help("state how many messages one replica handles in a minute"),
            });
        }
    }
}

/// What a trigger asks for, where that is stated; a target of nothing is named by itself.
fn demand(trigger: &Trigger) -> Option<Demand> {
    let handled =
        |trigger: &Trigger| trigger.handles.map(|handles| (u64::from(handles.value) * 1000, handles.value.to_string()));
    let (of_one, shown) = match &trigger.kind {
        // how many a `cron` wants at once is judged where triggers are
        TriggerKind::Cpu(_) | TriggerKind::Memory(_) | TriggerKind::Keda { .. } | TriggerKind::Cron { .. } => {
            return None;
        }
        TriggerKind::Metric { target, .. } | TriggerKind::Prometheus { target, .. } => {
            (u64::try_from(in_thousandths(&target.value, Rounding::Exact)?).ok()?, target.value.clone())
        }
        TriggerKind::Rabbitmq { measure: RabbitmqMeasure::Rate(rate), .. } => {
            (u64::from(rate.value) * 60 * 1000, format!("(60 x {})", rate.value))
        }
        TriggerKind::NatsJetstream { .. }
        | TriggerKind::Kafka { .. }
        | TriggerKind::Rabbitmq { measure: RabbitmqMeasure::Length(_), .. }
        | TriggerKind::Redis(_) => handled(trigger)?,
    };
    let peak: Origin<u32> = trigger.peak?;
    if of_one == 0 && trigger.handles.is_some_and(|handles| handles.value == 0) {
        let sum = "more replicas than there can be, since one handles 0 messages".to_owned();
        return Some(Demand { replicas: None, sum, peak: peak.span });
    }
    let replicas = (u64::from(peak.value) * 1000).checked_add(of_one.checked_sub(1)?)? / of_one;
    let is_exact = (u64::from(peak.value) * 1000).is_multiple_of(of_one);
    let rounded = if is_exact { "" } else { " (rounded up)" };
    let sum = format!("{} / {shown} = {}{rounded}", peak.value, counted(replicas, "replica"));
    Some(Demand { replicas: Some(replicas), sum, peak: peak.span })
}
