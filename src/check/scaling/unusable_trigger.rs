//! A trigger says what it needs to be asked: targets above nothing, times that can come, replicas that may run.

use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::trigger::{RabbitmqMeasure, RedisMeasure, Trigger, TriggerKind};
use crate::model::{Autoscaling, Origin, ServiceForm, Workload};
use crate::source::Span;

crate::check! {
    /// ## What it means
    /// A trigger has a value with which it cannot work: a target of 0, more replicas for a time of day than may
    /// run, a window that begins when it ends, or a source that does not answer KEDA's question: at another port than the
    /// one for it, or with several members and no headless Service in front of them.
    ///
    /// ## Why it matters in the cluster
    /// KEDA reads these values only when it asks for the first time: the object is accepted, its condition says that it is
    /// not ready, and the service is never scaled.
    ///
    /// ## How to mend it
    /// A target is what one replica is to have: 1 or more. What runs at a time of day is within `scale`.
    ///
    /// ```bvl bad in=keda
    /// scale 1..5 {
    ///   on nats-jetstream from nats { stream "JOBS"; consumer "worker"; lag 0 } //~ BVL0520 "a lag of 0"
    /// }
    /// ```
    /// ```bvl good in=keda
    /// scale 1..5 {
    ///   on nats-jetstream from nats { stream "JOBS"; consumer "worker"; lag 1 }
    /// }
    /// ```
    /// ```bvl bad in=keda
    /// scale 1..5 {
    ///   on cron { timezone "UTC"; start "0 8 * * *"; end "0 18 * * *"; replicas 6 } //~ BVL0520 "at most 5 may run"
    /// }
    /// ```
    /// ```bvl bad in=keda
    /// scale 1..5 {
    ///   on cron { timezone "UTC"; start "0 8 * * *"; end "0 8 * * *"; replicas 5 } //~ BVL0520 "begins when it ends"
    /// }
    /// ```
    /// ```bvl good in=keda
    /// scale 1..5 {
    ///   on cron { timezone "UTC"; start "0 8 * * *"; end "1 8 * * *"; replicas 5 }
    /// }
    /// ```
    ///
    /// ```bvl bad in=keda
    /// scale 1..5 {
    ///   on nats-jetstream from nats.client { stream "JOBS"; consumer "worker"; lag 1 } //~ BVL0520 "nats at `client`"
    /// }
    /// ```
    /// ```bvl good in=keda
    /// scale 1..5 {
    ///   on nats-jetstream from nats.monitoring { stream "JOBS"; consumer "worker"; lag 1 }
    /// }
    /// ```
    ///
    /// The members of a NATS cluster are asked one by one, by their names below a headless Service:
    /// ```bvl bad in=keda
    /// scale 1..5 {
    ///   on nats-jetstream from bus { stream "JOBS"; consumer "worker"; lag 1 } //~ BVL0520 "no headless Service"
    /// }
    /// }
    /// managed bus {
    ///   replicas 3
    ///   match "app" "bus"
    ///   port monitoring 8222
    ///   service "bus" monitoring
    ///   trigger nats-jetstream monitoring
    /// }
    /// class unused {
    /// ```
    /// ```bvl good in=keda
    /// scale 1..5 {
    ///   on nats-jetstream from bus { stream "JOBS"; consumer "worker"; lag 1 }
    /// }
    /// }
    /// managed bus {
    ///   replicas 3
    ///   match "app" "bus"
    ///   port monitoring 8222
    ///   service "bus" monitoring
    ///   service "bus-headless" monitoring headless
    ///   trigger nats-jetstream monitoring
    /// }
    /// class unused {
    /// ```
    ///
    /// ## Source
    /// [`pkg/scalers`](https://github.com/kedacore/keda/tree/v2.20.2/pkg/scalers) (`nats_jetstream_scaler.go`, `cron_scaler.go`),
    /// KEDA 2.20; [`validation.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/apis/autoscaling/validation/validation.go),
    /// `validateMetricTarget`: "must be positive", Kubernetes 1.36.
    BVL0520, "unusable-trigger", Error(Stated), since "0.1.0" => run, reads ["scale"], looks Neighbors
}

/// What cannot be used, where, and why not.
struct Fault {
    span: Span,
    what: String,
    here: &'static str,
    /// Another place that makes it so, and what is to be seen there.
    beside: Option<(Span, String)>,
    note: &'static str,
    help: String,
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        let Some(auto) = service.scaling.auto() else { continue };
        for trigger in &auto.triggers {
            for fault in faults(&trigger.kind, auto).into_iter().chain(unanswered(cx, trigger)) {
                let word = trigger.kind.word();
                let title = format!("the trigger {word} of {} has {}", workload.name.value, fault.what);
                let mut diagnostic = finding(&BVL0520, workload, environment, fault.span, title)
                    .here(format!("{}{}", fault.here, cx.from_layer(trigger.stated.layer)))
                    .also(trigger.stated.span, "the trigger");
                if let Some((span, message)) = fault.beside {
                    diagnostic = diagnostic.also(span, message);
                }
                sink.report(diagnostic.note(fault.note).help(fault.help));
            }
        }
    }
}

fn faults(kind: &TriggerKind, auto: &Autoscaling) -> Vec<Fault> {
    let found = match kind {
        TriggerKind::Cpu(_) | TriggerKind::Memory(_) | TriggerKind::Keda { .. } => vec![],
        TriggerKind::Metric { target, .. } | TriggerKind::Prometheus { target, .. } => vec![zero_quantity(target)],
        TriggerKind::NatsJetstream { lag, .. } | TriggerKind::Kafka { lag, .. } => {
            vec![zero("lag", "waiting messages", lag)]
        }
        TriggerKind::Redis(RedisMeasure::Stream { lag, .. }) => vec![zero("lag", "waiting entries", lag)],
        TriggerKind::Rabbitmq { measure, .. } => vec![match measure {
            RabbitmqMeasure::Length(length) => zero("length", "waiting messages", length),
            RabbitmqMeasure::Rate(rate) => zero("rate", "messages a second", rate),
        }],
        TriggerKind::Redis(RedisMeasure::List { length, .. }) => vec![zero("length", "waiting entries", length)],
        TriggerKind::Cron { start, end, replicas, .. } => {
            vec![instant(start, end), above(replicas, auto)]
        }
    };
    found.into_iter().flatten().collect()
}

fn zero(word: &str, counted: &str, value: &Origin<u32>) -> Option<Fault> {
    (value.value == 0).then(|| {
        let help = format!("write how many {counted} one replica is to have: `{word} 100`, for example");
        nothing(value.span, format!("a {word} of 0"), help)
    })
}

fn zero_quantity(value: &Origin<String>) -> Option<Fault> {
    let digits = value.value.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let is_zero = !digits.is_empty() && digits.chars().all(|letter| matches!(letter, '0' | '.'));
    is_zero.then(|| {
        let help = "write how much of it one replica is to have, more than 0".to_owned();
        nothing(value.span, "a target of 0".to_owned(), help)
    })
}

fn nothing(span: Span, what: String, help: String) -> Fault {
    Fault {
        span,
        what,
        here: "the target for each replica",
        beside: None,
        note: "the target of an autoscaler is positive: it is refused, and the service is never scaled",
        help,
    }
}

/// The autoscaler that KEDA makes never goes above its maximum.
fn above(replicas: &Origin<u32>, auto: &Autoscaling) -> Option<Fault> {
    (replicas.value > auto.max.value).then(|| Fault {
        span: replicas.span,
        what: format!("{} replicas, and at most {} may run", replicas.value, auto.max.value),
        here: "above the largest number of `scale`",
        beside: None,
        note: "the autoscaler stops at its maximum: the rest would be missing at the time for which they are stated",
        help: format!(
            "state {} at most, or let `scale` go further: `scale {}..{}`",
            auto.max.value, auto.min.value, replicas.value
        ),
    })
}

fn instant(start: &Origin<String>, end: &Origin<String>) -> Option<Fault> {
    let is_same = start.value.split_whitespace().eq(end.value.split_whitespace());
    is_same.then(|| Fault {
        span: end.span,
        what: "a window that begins when it ends".to_owned(),
        here: "the same as `start`",
        beside: None,
        note: "KEDA refuses it: no time would lie within",
        help: "write an `end` other than the `start`".to_owned(),
    })
}

/// A NATS server answers what waits for a consumer at its monitoring port, over HTTP, and nowhere else; of several members
/// each is asked, by its own name.
fn unanswered(cx: &Context<'_>, trigger: &Trigger) -> Option<Fault> {
    let TriggerKind::NatsJetstream { .. } = trigger.kind else { return None };
    let from = trigger.from.as_ref()?;
    let source = cx.model.workload(from.endpoint)?;
    let marked = &source.managed()?.trigger_ports.get(trigger.kind.word())?.value;
    let Some(asked) = from.port.as_ref().filter(|asked| *asked != marked) else {
        return nameless(source, marked, from.span);
    };
    let name = &source.name.value;
    Some(Fault {
        span: from.span,
        what: format!("a source that does not answer: {name} at `{asked}`"),
        here: "no port for this question",
        beside: None,
        note: "KEDA asks the monitoring port over HTTP: at another one nothing answers, and the service is never scaled",
        help: format!("write `from {name}.{marked}`, or leave the port out: `from {name}`"),
    })
}

/// Of several members KEDA asks the one that leads, and puts its name before the Service's: only a headless Service names
/// its members (`getNATSJetStreamMonitoringNodeURLByNode`).
fn nameless(source: &Workload, port: &str, span: Span) -> Option<Fault> {
    let replicas = &source.managed()?.replicas;
    let names_members = source.services.iter().any(|service| {
        service.form == ServiceForm::Headless && service.ports.iter().any(|carried| carried.value == port)
    });
    let name = &source.name.value;
    (replicas.value > 1 && !names_members).then(|| Fault {
        span,
        what: format!("a source of {} members, and no headless Service leads to their port {name}.{port}", replicas.value),
        here: "its members are asked by their names",
        beside: Some((replicas.span, format!("so many members of {name}"))),
        note: "KEDA asks the leading member at MEMBER.SERVICE, and only a headless Service gives its members such names: nothing answers, and the service is never scaled",
        help: format!("state the headless Service that stands before {name} in the cluster: `service \"{name}-headless\" {port} headless`, by the name that `kubectl get services` shows with CLUSTER-IP None"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Layer;
    use crate::source::FileId;

    #[test]
    fn a_quantity_of_nothing_is_recognized() {
        for (written, expected) in [
            ("0", true),
            ("0.0", true),
            ("0m", true),
            ("0Ki", true),
            ("1", false),
            ("0.1", false),
            ("10", false),
            ("100m", false),
            ("m", false),
        ] {
            let value = Origin::new(written.to_owned(), Span::new(FileId::default(), 0, 0), Layer::Declaration);
            assert_eq!(zero_quantity(&value).is_some(), expected, "{written}");
        }
    }
}
