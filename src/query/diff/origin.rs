//! Where a field comes from: the value of the spec that decides about it, or the line of the manifest.

use serde_json::Value;

use super::side::{Key, Side};
use super::tree::{self, Path};
use super::{parts, pods};
use crate::emit;
use crate::model::settings::Config;
use crate::model::trigger::{Auth, Trigger};
use crate::model::{Disruption, Job, Program, Schedule, Secret, Service, Workload};
use crate::source::Span;

/// The place of a field of an object; that of its declaration where no value of its own decides about it.
pub(super) fn of_field(side: &Side<'_>, key: &Key, tree: &Value, path: &Path) -> Option<Span> {
    if side.model().is_some() {
        let workload = side.workload(&key.namespace, &key.name);
        let stated = workload.and_then(|workload| stated(workload, (&key.kind, &key.name), path));
        return stated.or_else(|| side.place(key, tree));
    }
    side.field(key, &tree::locate(tree, path))
}

/// The statement that makes an object of a workload: that of a Service beside the one of its own name, of metrics or alerts, else
/// its declaration.
pub fn made(workload: &Workload, kind: &str, name: &str) -> Span {
    let stated = match kind {
        "Service" => {
            let stated = workload.services.iter().find(|service| service.name.value == name);
            stated.map(|own| own.name.span).or_else(|| names_pods(workload, name))
        }
        "PodMonitor" => metrics_port(workload),
        "PrometheusRule" => workload.alerts.map(|alerts| alerts.after.span),
        _ => None,
    };
    stated.unwrap_or(workload.name.span)
}

/// What states the Service of that name that is there to name pods.
fn names_pods(workload: &Workload, name: &str) -> Option<Span> {
    let stateful = workload.stateful().filter(|_| workload.own_pods_service().is_some_and(|own| own == name))?;
    Some(stateful.service.as_ref().map_or(stateful.stated.span, |stated| stated.span))
}

/// The value that decides about a field of an object of a workload: what the workload itself states.
pub fn stated(workload: &Workload, (kind, name): (&str, &str), path: &Path) -> Option<Span> {
    if kind == "PodDisruptionBudget" {
        let is_count = matches!(parts::last(path), "minAvailable" | "maxUnavailable");
        return match workload.disruption.as_ref()? {
            Disruption::MinAvailable(count) | Disruption::MaxUnavailable(count) => is_count.then_some(count.span),
            Disruption::ByOperator(_) | Disruption::None { .. } => None,
        };
    }
    if kind == "Service" {
        let headless = || workload.services.iter().find(|service| service.name.value == name);
        let form = || headless().filter(|_| parts::last(path) == "clusterIP").map(|service| service.name.span);
        return parts::port(workload, path).or_else(form);
    }
    let program = workload.program()?;
    let scales = matches!(kind, "HorizontalPodAutoscaler" | "ScaledObject");
    if scales || path.to_string() == "spec.replicas" {
        return parts::scale(&workload.service()?.scaling, path);
    }
    match kind {
        "PodMonitor" => return metrics(workload, path),
        "PrometheusRule" => return workload.alerts.map(|alerts| alerts.after.span),
        "TriggerAuthentication" => return authentication(workload, name, path),
        "ExternalSecret" => return secret(&workload.name.value, program, name, path),
        "ConfigMap" => return config(&workload.name.value, program, name, path),
        _ if kind != workload.maker() => return None,
        _ => {}
    }
    if parts::leads_through(path, "template") && !parts::leads_through(path, "metadata") {
        let field = pods::field(workload, program, path);
        if field.is_some() {
            return field;
        }
    }
    let text = path.to_string();
    match (workload.service(), workload.job()) {
        (Some(service), _) => rollout(service, &text).or_else(|| kept(service, path)),
        (None, Some(job)) => run(job, &text),
        (None, None) => None,
    }
}

/// What decides about where a Prometheus reads metrics.
fn metrics(workload: &Workload, path: &Path) -> Option<Span> {
    match parts::last(path) {
        "path" => parts::place(workload.service()?.metrics_path.as_ref()?).or_else(|| metrics_port(workload)),
        "port" | "portNumber" => metrics_port(workload),
        _ => None,
    }
}

fn metrics_port(workload: &Workload) -> Option<Span> {
    workload.metrics_port().map(|port| port.number.span)
}

/// What decides about a field of the object that holds what KEDA presents for a trigger.
fn authentication(workload: &Workload, name: &str, path: &Path) -> Option<Span> {
    let mut triggers = workload.service()?.scaling.auto()?.triggers.iter();
    let is_its = |trigger: &&Trigger| !trigger.auth.is_empty() && emit::authentication_name(workload, trigger) == name;
    let trigger = triggers.find(is_its)?;
    let element = parts::element(path, "secretTargetRef")?;
    let auth = match (element.parse::<usize>(), trigger.auth.as_slice()) {
        (Ok(at), all) => all.get(at)?,
        (Err(_), [one]) => one,
        (Err(_), all) => {
            let names = |auth: &&Auth| trigger.parameter(auth) == element || auth.secret.value == element;
            all.iter().find(names)?
        }
    };
    match parts::last(path) {
        "key" => Some(auth.key.span),
        "name" => Some(auth.secret.span),
        "parameter" => Some(auth.parameter.as_ref().map_or(trigger.stated.span, |stated| stated.span)),
        _ => None,
    }
}

/// What decides about a key of a `ConfigMap`.
fn config(of: &str, program: &Program, name: &str, path: &Path) -> Option<Span> {
    let mut configs = program.configs.iter();
    let config = configs.find(|config| Config::object_name(of, &config.name.value) == name)?;
    let key = Some(parts::last(path)).filter(|_| parts::leads_through(path, "data"))?;
    config.entries.iter().find(|(known, _)| known.value == key).map(|(known, _)| known.span)
}

/// What decides about a field of the object that copies a secret from its store.
fn secret(of: &str, program: &Program, name: &str, path: &Path) -> Option<Span> {
    let mut secrets = program.secrets.iter();
    let secret = secrets.find(|secret| Secret::object_name(of, &secret.name.value) == name)?;
    let key = || secret.keys.get(parts::element(path, "data")?.parse::<usize>().ok()?);
    match parts::last(path) {
        "refreshInterval" => parts::place(&secret.refresh),
        "secretKey" => Some(key()?.name.span),
        "property" => key()?.property.as_ref().map(|property| property.span),
        "key" => Some(secret.path.span),
        "kind" | "name" if parts::leads_through(path, "secretStoreRef") => Some(secret.store.span),
        "name" if parts::leads_through(path, "target") => Some(secret.name.span),
        _ => None,
    }
}

/// What a job says of its runs.
fn run(job: &Job, path: &str) -> Option<Span> {
    let schedule = job.schedule.as_ref();
    let of_schedule = |span: fn(&Schedule) -> Option<Span>| schedule.and_then(span);
    let named = |ending: &str| path.ends_with(ending);
    if named("activeDeadlineSeconds") {
        job.deadline.map(|deadline| deadline.span)
    } else if named("backoffLimit") {
        (!job.retries.is_built_in()).then_some(job.retries.span)
    } else if named("ttlSecondsAfterFinished") {
        job.ttl.map(|ttl| ttl.span)
    } else if named("spec.startingDeadlineSeconds") {
        of_schedule(|schedule| schedule.starting_deadline.map(|late| late.span))
    } else if named("spec.suspend") {
        of_schedule(|schedule| schedule.suspend.map(|stated| stated.span))
    } else if named("spec.concurrencyPolicy") {
        of_schedule(|schedule| (!schedule.concurrency.is_built_in()).then_some(schedule.concurrency.span))
    } else if named("spec.timeZone") {
        of_schedule(|schedule| (!schedule.timezone.is_built_in()).then_some(schedule.timezone.span))
    } else if named("spec.successfulJobsHistoryLimit") {
        of_schedule(|schedule| parts::place(&schedule.succeeded_history))
    } else if named("spec.failedJobsHistoryLimit") {
        of_schedule(|schedule| parts::place(&schedule.failed_history))
    } else if named("spec.schedule") {
        of_schedule(|schedule| Some(schedule.cron.span))
    } else {
        None
    }
}

/// What says which names and volumes pods keep.
fn kept(service: &Service, path: &Path) -> Option<Span> {
    let stateful = service.stateful()?;
    if let Some(element) = parts::element(path, "volumeClaimTemplates") {
        let volumes = &service.program.volumes;
        let at = element.parse::<usize>().ok();
        let volume = volumes.iter().enumerate().find(|(n, volume)| Some(*n) == at || volume.name.value == element)?.1;
        return Some(match parts::last(path) {
            "storage" => volume.size.span,
            "storageClassName" => volume.class.as_ref().map_or(volume.name.span, |class| class.span),
            _ => volume.name.span,
        });
    }
    match parts::last(path) {
        "podManagementPolicy" => parts::place(&stateful.start),
        "whenDeleted" => parts::place(&stateful.when_deleted),
        "whenScaled" => parts::place(&stateful.when_scaled),
        "serviceName" => stateful.service.as_ref().map(|service| service.span),
        _ => None,
    }
    .or(Some(stateful.stated.span).filter(|_| parts::last(path) == "kind"))
}

fn rollout(service: &Service, path: &str) -> Option<Span> {
    let rollout = &service.rollout;
    let (span, is_built_in) = if path.ends_with("maxSurge") {
        (rollout.surge.span, rollout.surge.is_built_in())
    } else if path.ends_with("rollingUpdate.maxUnavailable") {
        (rollout.unavailable.span, rollout.unavailable.is_built_in())
    } else if path.ends_with("minReadySeconds") {
        (rollout.min_ready.span, rollout.min_ready.is_built_in())
    } else if path.ends_with("progressDeadlineSeconds") {
        (rollout.deadline.span, rollout.deadline.is_built_in())
    } else {
        return None;
    };
    (!is_built_in).then_some(span)
}
