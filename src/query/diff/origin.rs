//! Where a field comes from: the value of the spec that decides about it, or the line of the manifest.

use serde_json::Value;

use super::parts;
use super::side::{Key, Side};
use super::tree::{self, Path, Step};
use crate::model::{Container, Disruption, Job, Program, Schedule, Service, Workload};
use crate::source::Span;

/// The place of a field of an object; that of its declaration where no value of its own decides about it.
pub(super) fn of_field(side: &Side<'_>, key: &Key, tree: &Value, path: &Path) -> Option<Span> {
    if side.model().is_some() {
        let workload = side.workload(&key.namespace, &key.name);
        let stated = workload.and_then(|workload| stated(workload, &key.kind, path));
        return stated.or_else(|| side.place(key, tree));
    }
    side.field(key, &tree::locate(tree, path))
}

/// The statement that makes an object of a workload: that of a Service beside the one of its own name, else its declaration.
pub fn made(workload: &Workload, kind: &str, name: &str) -> Span {
    let stated = workload.services.iter().find(|service| kind == "Service" && service.name.value == name);
    stated.map_or(workload.name.span, |service| service.name.span)
}

/// The value that decides about a field of an object of a workload, for the fields that change most.
pub fn stated(workload: &Workload, kind: &str, path: &Path) -> Option<Span> {
    let text = path.to_string();
    if kind == "PodDisruptionBudget" {
        return match workload.disruption.as_ref()? {
            Disruption::MinAvailable(count) | Disruption::MaxUnavailable(count) => Some(count.span),
            Disruption::ByOperator(stated) | Disruption::None { stated, .. } => Some(stated.span),
        };
    }
    if kind == "Service" {
        return parts::port(workload, path);
    }
    let program = workload.program()?;
    if matches!(kind, "HorizontalPodAutoscaler" | "ScaledObject") || text == "spec.replicas" {
        return parts::scale(&workload.service()?.scaling, path);
    }
    if kind != workload.maker() {
        return None;
    }
    // what is of a container beside its own stands in the braces of that
    if path.0.contains(&Step::Key("initContainers".to_owned())) {
        return beside(program, path);
    }
    let shutdown = &program.shutdown;
    let resources = &workload.resources;
    let named = |ending: &str| text.ends_with(ending);
    let origin = if named(".image") {
        program.container.image.as_ref().map(|image| image.span)
    } else if named("terminationGracePeriodSeconds") {
        (!shutdown.grace.is_built_in()).then_some(shutdown.grace.span)
    } else if text.contains(".lifecycle.preStop") {
        (!shutdown.pre_stop.is_built_in()).then_some(shutdown.pre_stop.span)
    } else if text.contains(".resources.") && named(".cpu") {
        resources.cpu.as_ref().map(|cpu| cpu.amount.span)
    } else if text.contains(".resources.") && named(".memory") {
        resources.memory.as_ref().map(|memory| memory.amount.span)
    } else if text.contains(".resources.") && named("ephemeral-storage") {
        resources.ephemeral.as_ref().map(|ephemeral| ephemeral.amount.span)
    } else if text.contains("topologySpreadConstraints") {
        workload.service().and_then(|service| service.spread.as_ref()).map(|spread| spread.span)
    } else if text.contains(".command") {
        program.container.command.as_ref().and_then(|command| command.words.first()).map(|word| word.span)
    } else if text.contains(".args") {
        program.container.args.as_ref().and_then(|args| args.words.first()).map(|word| word.span)
    } else {
        None
    };
    let own = || match (workload.service(), workload.job()) {
        (Some(service), _) => rollout(service, &text),
        (None, Some(job)) => run(job, &text),
        (None, None) => None,
    };
    let probe = || workload.service().and_then(|service| parts::probe(service, path));
    let port = || parts::port(workload, path);
    origin.or_else(|| variable(program, path)).or_else(probe).or_else(port).or_else(own)
}

/// The statement of the container beside a workload's own that a path leads through, or of its variable.
fn beside(program: &Program, path: &Path) -> Option<Span> {
    let mut steps = path.0.iter().skip_while(|step| **step != Step::Key("initContainers".to_owned()));
    let Some(Step::Element(name)) = steps.nth(1) else { return None };
    let companion = program.companions.iter().find(|companion| companion.name.value == *name)?;
    let image = companion.container.image.as_ref().filter(|_| path.0.last() == Some(&Step::Key("image".to_owned())));
    let stated = stated_variable(&companion.container, path).or_else(|| image.map(|image| image.span));
    Some(stated.unwrap_or(companion.name.span))
}

/// The variable of a workload's own container that a path leads through.
fn variable(program: &Program, path: &Path) -> Option<Span> {
    let stated = stated_variable(&program.container, path);
    stated.or_else(|| parts::drain(&program.shutdown, variable_of(path)?, path))
}

fn stated_variable(container: &Container, path: &Path) -> Option<Span> {
    let name = variable_of(path)?;
    let found = container.variables.iter().find(|variable| variable.name.value == name);
    found.map(|variable| variable.name.span)
}

/// The name of the variable that a path leads through.
fn variable_of(path: &Path) -> Option<&str> {
    let mut steps = path.0.iter().skip_while(|step| !matches!(step, Step::Key(key) if key == "env"));
    let Some(Step::Element(name)) = steps.nth(1) else { return None };
    Some(name)
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
    } else if named("spec.schedule") {
        of_schedule(|schedule| Some(schedule.cron.span))
    } else {
        None
    }
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
