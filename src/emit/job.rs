//! `Job` and `CronJob`: what runs to completion, once for each content or by the clock.
//!
//! The template of a Job cannot be changed (`ValidateJobSpecUpdate` in kubernetes `pkg/apis/batch/validation/validation.go`,
//! 1.33). So a Job bears a digest of its template behind its name: another template is another Job, which runs, and the same one
//! is the Job that has run ([decision 10](../../docs/decisions/0010-jobs-by-content.md)).

use super::digest::Digest;
use super::{Context, because, convert, metadata, pod};
use crate::model::{Concurrency, Job, Schedule, Workload};
use crate::object::api::batch::v1::{CronJobSpec, JobSpec, JobTemplateSpec};
use crate::object::api::core::v1::PodTemplateSpec;
use crate::object::{self, CronJob, Kind, Object, ObjectMeta};

/// The Job of a job, or the `CronJob` that makes one again and again.
pub(super) fn emit(cx: &Context<'_>, workload: &Workload, objects: &mut Vec<Object>) {
    let Some(job) = workload.job() else { return };
    let name = &workload.name.value;
    let spec = spec(cx, workload, job);
    objects.push(if let Some(schedule) = &job.schedule {
        let metadata = bearing(cx, workload, Kind::CronJob, name);
        CronJob { metadata, spec: Some(scheduled(schedule, spec)), status: None }.into()
    } else {
        let name = format!("{name}-{}", digest(&spec.template));
        let metadata = bearing(cx, workload, Kind::Job, &name);
        object::Job { metadata, spec: Some(spec), status: None }.into()
    });
}

fn bearing(cx: &Context<'_>, workload: &Workload, kind: Kind, name: &str) -> ObjectMeta {
    let mut metadata = metadata::of_workload(cx, workload, kind, name);
    because::annotate_maker(cx, workload, &mut metadata);
    metadata
}

fn spec(cx: &Context<'_>, workload: &Workload, job: &Job) -> JobSpec {
    JobSpec {
        active_deadline_seconds: job.deadline.map(|deadline| convert::long_seconds(deadline.value)),
        backoff_limit: Some(convert::count(job.retries.value)),
        ttl_seconds_after_finished: job.ttl.map(|ttl| convert::seconds(ttl.value)),
        template: pod::of_job(cx, workload, job),
        ..JobSpec::default()
    }
}

fn scheduled(schedule: &Schedule, spec: JobSpec) -> CronJobSpec {
    let policy = match schedule.concurrency.value {
        Concurrency::Forbid => "Forbid",
        Concurrency::Replace => "Replace",
        Concurrency::Allow => "Allow",
    };
    CronJobSpec {
        concurrency_policy: Some(policy.to_owned()),
        failed_jobs_history_limit: Some(convert::count(schedule.failed_history.value)),
        job_template: JobTemplateSpec { metadata: None, spec: Some(spec) },
        schedule: schedule.cron.value.0.clone(),
        starting_deadline_seconds: schedule.starting_deadline.map(|late| convert::long_seconds(late.value)),
        successful_jobs_history_limit: Some(convert::count(schedule.succeeded_history.value)),
        suspend: Some(schedule.suspend.is_some()),
        time_zone: Some(schedule.timezone.value.0.clone()),
    }
}

/// A digest of all that cannot be changed.
fn digest(template: &PodTemplateSpec) -> String {
    // a template of strings and numbers always has a form in JSON
    let written = serde_json::to_vec(template).unwrap_or_default();
    let mut digest = Digest::default();
    digest.part(&written);
    digest.written(Job::DIGITS / 2)
}
