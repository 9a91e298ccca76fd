//! Where the fields of scaling, probes and ports come from: each has a statement of its own.
//!
//! Invariant: an element of a list is known by its name or by its number, as the one who asks has it.

use super::tree::{Path, Step};
use crate::model::health::{Health, Probe};
use crate::model::scaling::Behavior;
use crate::model::shutdown::Shutdown;
use crate::model::trigger::{Trigger, TriggerKind};
use crate::model::{Autoscaling, Origin, Scaling, Workload};
use crate::source::Span;

/// The place of a value that somebody stated.
pub(super) fn place<T>(origin: &Origin<T>) -> Option<Span> {
    (!origin.is_built_in()).then_some(origin.span)
}

/// The last key of a path.
pub(super) fn last(path: &Path) -> &str {
    let key = path.0.last().and_then(|step| match step {
        Step::Key(key) => Some(key.as_str()),
        Step::Element(_) => None,
    });
    key.unwrap_or_default()
}

/// What names the element of a list through which a path leads.
pub(super) fn element<'p>(path: &'p Path, list: &str) -> Option<&'p str> {
    let mut behind = path.0.iter().skip_while(|step| !matches!(step, Step::Key(key) if key == list));
    match behind.nth(1) {
        Some(Step::Element(name)) => Some(name),
        Some(Step::Key(_)) | None => None,
    }
}

/// Whether a path leads through a key.
pub(super) fn leads_through(path: &Path, key: &str) -> bool {
    path.0.iter().any(|step| matches!(step, Step::Key(known) if known == key))
}

/// What decides about a field of an autoscaler or about the number of replicas.
pub(super) fn scale(scaling: &Scaling, path: &Path) -> Option<Span> {
    let bound = match last(path) {
        "minReplicas" | "minReplicaCount" | "replicas" => Some(scaling.min()),
        "maxReplicas" | "maxReplicaCount" => Some(scaling.max()),
        _ => None,
    };
    let Scaling::Auto(auto) = scaling else { return bound.and_then(place) };
    if leads_through(path, "fallback") {
        let fallback = auto.fallback.as_ref()?;
        return place(if last(path) == "failureThreshold" { &fallback.failures } else { &fallback.replicas });
    }
    if let Some(bound) = bound {
        return place(bound);
    }
    match last(path) {
        "pollingInterval" => auto.poll.as_ref().and_then(place),
        "cooldownPeriod" => auto.cooldown.as_ref().and_then(place),
        "idleReplicaCount" => auto.idle.as_ref().and_then(place),
        _ if leads_through(path, "scaleUp") => behavior(auto.up.as_ref()?, path),
        _ if leads_through(path, "scaleDown") => behavior(auto.down.as_ref()?, path),
        key => {
            let trigger = trigger(auto, path)?;
            Some(target(trigger, key).unwrap_or(trigger.stated.span))
        }
    }
}

fn behavior(behavior: &Behavior, path: &Path) -> Option<Span> {
    if last(path) == "stabilizationWindowSeconds" {
        return behavior.window.as_ref().and_then(place);
    }
    let step = behavior.steps.get(element(path, "policies")?.parse::<usize>().ok()?)?;
    if last(path) == "periodSeconds" { place(&step.every) } else { place(&step.amount) }
}

/// The trigger of which a field speaks. A `HorizontalPodAutoscaler` has cpu last.
fn trigger<'s>(auto: &'s Autoscaling, path: &Path) -> Option<&'s Trigger> {
    let is_of = |trigger: &Trigger, name: &str| matches!(name, "cpu" | "memory") && trigger.kind.word() == name;
    let triggers = || auto.triggers.iter();
    if let Some(name) = element(path, "metrics") {
        let mut others =
            triggers().filter(|known| !is_of(known, "cpu")).chain(triggers().filter(|known| is_of(known, "cpu")));
        return match name.parse::<usize>() {
            Ok(at) => others.nth(at),
            Err(_) => triggers().find(|known| is_of(known, name)),
        };
    }
    let name = element(path, "triggers")?;
    let named = triggers().find(|known| known.name.as_ref().is_some_and(|own| own.value == name));
    let at = || name.split(' ').next().and_then(|number| number.parse::<usize>().ok());
    named.or_else(|| triggers().filter(|known| !matches!(known.kind, TriggerKind::Metric { .. })).nth(at()?))
}

/// The value that a field of a trigger has, where it is one of the trigger's own.
fn target(trigger: &Trigger, key: &str) -> Option<Span> {
    match &trigger.kind {
        TriggerKind::Cpu(share) | TriggerKind::Memory(share) => {
            matches!(key, "averageUtilization" | "value").then_some(share.span)
        }
        TriggerKind::Metric { name, target } => match key {
            "averageValue" => Some(target.span),
            "name" => Some(name.span),
            _ => None,
        },
        TriggerKind::Prometheus { query, target } => match key {
            "threshold" => Some(target.span),
            "query" => Some(query.span),
            _ => None,
        },
        TriggerKind::NatsJetstream { .. }
        | TriggerKind::Kafka { .. }
        | TriggerKind::Rabbitmq { .. }
        | TriggerKind::Redis(_)
        | TriggerKind::Cron { .. }
        | TriggerKind::Keda { .. } => None,
    }
}

/// What decides about a field of a probe.
pub(super) fn probe(health: &Health, path: &Path) -> Option<Span> {
    let probes = [("livenessProbe", &health.live), ("readinessProbe", &health.ready), ("startupProbe", &health.start)];
    let probe: &Probe =
        probes.into_iter().find(|(key, _)| leads_through(path, key)).and_then(|(_, probe)| probe.as_ref())?;
    match last(path) {
        "port" => place(&health.port),
        "initialDelaySeconds" => place(&probe.after),
        "periodSeconds" => place(&probe.every),
        "timeoutSeconds" => place(&probe.timeout),
        "failureThreshold" => probe.within.as_ref().map_or_else(|| place(&probe.fail), place),
        _ => place(&probe.path),
    }
}

/// What decides about a field of a port of a container or Service, which is known by its name or its number.
pub(super) fn port(workload: &Workload, path: &Path) -> Option<Span> {
    let wanted = element(path, "ports")?;
    let number = wanted.split('/').next().unwrap_or(wanted);
    let port = workload.ports.iter().find(|port| {
        let is_numbered = |known: crate::value::Port| known.get().to_string() == number;
        port.name.value == wanted || is_numbered(port.number.value) || is_numbered(port.service_port())
    })?;
    match (last(path), &port.service_port) {
        ("port", Some(service_port)) => place(service_port),
        ("port" | "containerPort", _) => place(&port.number),
        _ => place(&port.name),
    }
}

/// What decides about the variable that tells a program how long it may drain.
pub(super) fn drain(shutdown: &Shutdown, name: &str, path: &Path) -> Option<Span> {
    let own = shutdown.drain_env.as_ref().filter(|own| own.value == name)?;
    if last(path) == "value" { place(&shutdown.drain) } else { place(own) }
}
