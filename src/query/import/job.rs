//! A Job or `CronJob` in words: when it runs, how long and how often.

use serde_json::Value;

use super::given::{number, text};
use super::spec::{Line, quoted, seconds};
use crate::value::name::run_name;
use crate::value::{Cron, TimeZone};

/// Whether a kind is what a `job` makes.
pub(super) fn is_job(kind: &str) -> bool {
    matches!(kind, "Job" | "CronJob")
}

/// Why an object cannot be said as a `job`: its name leaves no room for a run's digits, or its schedule is no five fields.
pub(super) fn unsaid(name: &str, tree: &Value) -> Option<&'static str> {
    let schedule = text(tree, "spec.schedule");
    if run_name(name).is_err() {
        return Some("the name leaves no room for the digits of a run");
    }
    let is_read = schedule.is_none_or(|schedule| Cron::fields(schedule).is_some());
    (!is_read).then_some("the language has no word for its schedule, which is not minute, hour, day, month and weekday")
}

/// The object with its template where a Deployment has it.
pub(super) fn with_template(mut tree: Value) -> Value {
    let template = tree.pointer("/spec/jobTemplate/spec/template").cloned();
    if let (Some(template), Some(spec)) = (template, tree.get_mut("spec").and_then(Value::as_object_mut)) {
        spec.insert("template".to_owned(), template);
    }
    tree
}

/// The words that only a job has.
pub(super) fn words(tree: &Value) -> Vec<Line> {
    let is_scheduled = text(tree, "kind") == Some("CronJob");
    let run = if is_scheduled { "spec.jobTemplate.spec" } else { "spec" };
    let of = |field: &str| number(tree, &format!("{run}.{field}"));
    let mut lines = Vec::new();
    if is_scheduled {
        let cron = text(tree, "spec.schedule").and_then(Cron::fields);
        lines.extend(cron.map(|cron| Line::new("schedule", quoted(cron)).with(schedule(tree))));
    }
    lines.extend(of("activeDeadlineSeconds").map(|deadline| Line::new("deadline", seconds(deadline))));
    lines.extend(of("backoffLimit").filter(|tries| *tries != 6).map(|tries| Line::new("retries", tries.to_string())));
    lines.extend(of("ttlSecondsAfterFinished").map(|ttl| Line::new("ttl", seconds(ttl))));
    lines
}

fn schedule(tree: &Value) -> Vec<Line> {
    let mut block = Vec::new();
    let zone = text(tree, "spec.timeZone").filter(|zone| TimeZone::is_known(zone) && *zone != "UTC");
    block.extend(zone.map(|zone| Line::new("timezone", quoted(zone))));
    // Kubernetes lets runs meet where nothing is said
    let policy = match text(tree, "spec.concurrencyPolicy") {
        Some("Forbid") => None,
        Some("Replace") => Some("replace"),
        Some(_) | None => Some("allow"),
    };
    block.extend(policy.map(|policy| Line::new("concurrency", policy)));
    let late = number(tree, "spec.startingDeadlineSeconds").filter(|late| *late > 0);
    block.extend(late.map(|late| Line::new("starting-deadline", seconds(late))));
    for (field, word, default) in
        [("successfulJobsHistoryLimit", "succeeded-history", 3), ("failedJobsHistoryLimit", "failed-history", 1)]
    {
        let kept = number(tree, &format!("spec.{field}")).filter(|kept| *kept != default);
        block.extend(kept.map(|kept| Line::new(word, kept.to_string())));
    }
    let is_suspended = tree.pointer("/spec/suspend") == Some(&Value::Bool(true));
    block.extend(is_suspended.then(|| Line::new("suspend", "")));
    block
}
