//! A trigger says what it needs to be asked: targets above nothing, times that can come, replicas that may run.

use std::borrow::Cow;

use super::min_above_max;
use crate::check::mend::Mend;
use crate::check::prose::counted;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::trigger::{RabbitmqMeasure, RedisMeasure, Trigger, TriggerKind};
use crate::model::{Autoscaling, Origin, ServiceForm, Workload};
use crate::source::Span;
use crate::value::cron::Cron;

crate::check! {
    /// ## What it means
    /// A trigger has a value with which it cannot work: a target of 0, more replicas for a time of day than may
    /// run or no more than run at all times, a window that begins when it ends or at a time that never comes, or a source that does not answer KEDA's question: at another port than the
    /// one for it, with several members and no headless Service in front of them, or a service of which nothing says that it is
    /// such a server.
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
    /// scale 3..5 {
    ///   on cron { timezone "UTC"; start "0 8 * * *"; end "0 18 * * *"; replicas 3 } //~ BVL0520 "3 run at all times"
    /// }
    /// ```
    /// ```bvl good in=keda
    /// scale 3..5 {
    ///   on cron { timezone "UTC"; start "0 8 * * *"; end "0 18 * * *"; replicas 4 }
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
    /// Two texts may say one time, and a time may never come:
    /// ```bvl bad in=keda
    /// scale 1..5 {
    ///   on cron { timezone "UTC"; start "0 8 * * 1-5"; end "00 8 * * MON-FRI"; replicas 5 } //~ BVL0520 "begins when it ends"
    /// }
    /// ```
    /// ```bvl bad in=keda
    /// scale 1..5 {
    ///   on cron { timezone "UTC"; start "0 8 30 2 *"; end "0 18 28 2 *"; replicas 5 } //~ BVL0520 "start never comes"
    /// }
    /// ```
    /// ```bvl bad in=keda
    /// scale 1..5 {
    ///   on cron { timezone "UTC"; start "0 8 28 2 *"; end "0 18 30 2 *"; replicas 5 } //~ BVL0520 "end never comes"
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
    /// A service is taken for a server of that kind only where a port of it is named:
    /// ```bvl bad in=keda
    /// scale 1..5 {
    ///   on nats-jetstream from caller { stream "JOBS"; consumer "worker"; lag 1 } //~ BVL0520 "nothing says that it answers: caller"
    /// }
    /// ```
    /// ```bvl good in=keda
    /// scale 1..5 {
    ///   on nats-jetstream from caller.http { stream "JOBS"; consumer "worker"; lag 1 }
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
    /// KEDA 2.20, and [`spec.go`](https://github.com/robfig/cron/blob/v3.0.1/spec.go) of robfig/cron v3.0.1, by which it reads times;
    /// [`validation.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/apis/autoscaling/validation/validation.go),
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
    note: Cow<'static, str>,
    help: String,
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        let Some(auto) = service.scaling.auto() else { continue };
        // numbers that are no range are told as that
        let range = Some(auto).filter(|_| !min_above_max::is_told(cx, workload, environment));
        for trigger in &auto.triggers {
            let asked = own_service(cx, trigger).or_else(|| unanswered(cx, trigger));
            for fault in faults(&trigger.kind, range).into_iter().chain(asked) {
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

fn faults(kind: &TriggerKind, range: Option<&Autoscaling>) -> Vec<Fault> {
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
            vec![
                never(start, end, replicas).or_else(|| instant(start, end)),
                range.and_then(|auto| above(replicas, auto).or_else(|| below(replicas, auto))),
            ]
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
        note: "the target of an autoscaler is positive: it is refused, and the service is never scaled".into(),
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
        note: "the autoscaler stops at its maximum: the rest would be missing at the time for which they are stated"
            .into(),
        help: format!(
            "state {} at most, or let `scale` go further: `scale {}..{}`",
            auto.max.value, auto.min.value, replicas.value
        ),
    })
}

/// So many run at all times: a window for no more changes nothing. One that wakes from `idle`, or from none, brings the smallest
/// number.
fn below(replicas: &Origin<u32>, auto: &Autoscaling) -> Option<Fault> {
    let min = auto.min.value;
    let is_idle = replicas.value <= min && min > 0 && auto.idle.is_none();
    is_idle.then(|| Fault {
        span: replicas.span,
        what: format!("{} for its window, and {} run at all times", counted(replicas.value, "replica"), auto.min.value),
        here: "no more than the smallest number of `scale`",
        beside: Some((auto.min.span, format!("at least {}", auto.min.value))),
        note: "of all triggers the one that asks for the most counts, and never fewer than the minimum run: the window would change nothing".into(),
        help: format!(
            "state more than {min}, or let `scale` begin lower: `scale {}..{}`",
            replicas.value.saturating_sub(1),
            auto.max.value
        ),
    })
}

/// A time that never comes is the zero time to KEDA, before all others (robfig/cron v3.0.1 `spec.go`, `Next`): where the window
/// begins then, it is open always, and where it ends then, never (`GetMetricsAndActivity`).
fn never(start: &Origin<String>, end: &Origin<String>, replicas: &Origin<u32>) -> Option<Fault> {
    let missing = |time: &Origin<String>| Cron(time.value.clone()).missing_day();
    let (at_start, at_end) = (missing(start), missing(end));
    let (word, span, day) = match (&at_start, &at_end) {
        (Some(day), _) => ("start", start.span, day),
        (None, Some(day)) => ("end", end.span, day),
        (None, None) => return None,
    };
    let note = if at_start.is_some() {
        format!(
            "KEDA takes a start that never comes for one that is past: the window would be open at all times, with {}",
            counted(replicas.value, "replica")
        )
    } else {
        format!(
            "KEDA takes an end that never comes for one that is past: the window would never be open, and its {} never run",
            counted(replicas.value, "replica")
        )
    };
    let also = at_start.is_some() && at_end.is_some();
    Some(Fault {
        span,
        what: format!("a window whose {word} never comes: it names day {} {day}", day.day),
        here: "none of its months has this day",
        beside: also.then(|| (end.span, "this never comes either".to_owned())),
        note: note.into(),
        help: "the five fields are minute, hour, day, month and weekday; name a day that the months have, or leave the day `*`".to_owned(),
    })
}

/// Two times that come at once, however each is written: KEDA refuses equal texts, and takes others.
fn instant(start: &Origin<String>, end: &Origin<String>) -> Option<Fault> {
    let is_same = Cron(start.value.clone()).is_due_with(&Cron(end.value.clone()));
    is_same.then(|| Fault {
        span: end.span,
        what: "a window that begins when it ends".to_owned(),
        here: "the same as `start`",
        beside: None,
        note: if start.value == end.value {
            "KEDA refuses it: no time would lie within".into()
        } else {
            "KEDA compares the texts and takes it: the next end is never behind the next start, and the window would be open at all times".into()
        },
        help: "write an `end` other than the `start`".to_owned(),
    })
}

/// A service of the platform's own is a server that a trigger asks only where that is said: by the name of the port that answers.
fn own_service(cx: &Context<'_>, trigger: &Trigger) -> Option<Fault> {
    let from = trigger.from.as_ref().filter(|from| from.port.is_none())?;
    let source = cx.model.workload(from.endpoint).filter(|source| source.service().is_some())?;
    // who serves the metrics of pods is known by what it provides
    if !trigger.kind.needs_source() || matches!(trigger.kind, TriggerKind::Metric { .. }) {
        return None;
    }
    let name = &source.name.value;
    let port = source.serving_ports().next().map_or("PORT", |port| &port.name.value);
    Some(Fault {
        span: from.span,
        what: format!("a source of which nothing says that it answers: {name}, a service"),
        here: "no server that others run",
        beside: Some((source.name.span, format!("{name} is declared here"))),
        note: format!(
            "KEDA asks what a `{}` server knows, and a service answers that only if it runs one: where it does not, the trigger never moves anything",
            trigger.kind.word()
        )
        .into(),
        help: format!(
            "name the server that is to be asked, `from SERVER`, and declare it where it is not, as a `managed` workload or an `external`; if {name} runs such a server, name the port that answers: `from {name}.{port}`"
        ),
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
    // that there is none of that name is said already
    source.ports.iter().find(|port| port.name.value == *asked)?;
    let name = &source.name.value;
    Some(Fault {
        span: from.span,
        what: format!("a source that does not answer: {name} at `{asked}`"),
        here: "no port for this question",
        beside: None,
        note:
            "KEDA asks the monitoring port over HTTP: at another one nothing answers, and the service is never scaled"
                .into(),
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
        note: "KEDA asks the leading member at MEMBER.SERVICE, and only a headless Service gives its members such names: nothing answers, and the service is never scaled".into(),
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
