//! A run by the clock ends some time.

use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::Concurrency;

crate::check! {
    /// ## What it means
    /// A scheduled job states no `deadline`, and a run that is due does not end the one before (`concurrency replace`).
    ///
    /// ## Why it matters in the cluster
    /// A run that hangs goes on for ever. With `concurrency forbid`, the default, no later run begins, and none of them fails, so
    /// that nobody is told. With `concurrency allow` hanging runs pile up, until the namespace is full.
    ///
    /// ## How to mend it
    /// State a `deadline` above what a run takes at the longest; or `concurrency replace`, where a new run may end the old one.
    ///
    /// ```bvl bad in=job
    /// schedule "0 3 * * *" //~ BVL0809 "keep every later one from"
    /// ```
    /// ```bvl good in=job
    /// schedule "0 3 * * *"
    /// deadline 2h
    /// ```
    /// ```bvl bad in=job
    /// schedule "*/5 * * * *" { concurrency allow } //~ BVL0809 "pile up"
    /// ```
    /// ```bvl good in=job
    /// schedule "*/5 * * * *" { concurrency replace }
    /// ```
    ///
    /// ## Source
    /// [Concurrency policy](https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#concurrency-policy) and
    /// [Job termination](https://kubernetes.io/docs/concepts/workloads/controllers/job/#job-termination-and-cleanup)
    /// (Kubernetes 1.33).
    BVL0809, "run-without-deadline", Warning, since "0.1.0" => run, reads ["deadline", "schedule"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, job, environment) in cx.jobs().filter(|(_, job, _)| job.deadline.is_none()) {
        let Some(schedule) = &job.schedule else { continue };
        let name = &workload.name.value;
        let (title, note) = match schedule.concurrency.value {
            Concurrency::Replace => continue,
            Concurrency::Forbid => (
                format!("a run of {name} that hangs would keep every later one from beginning"),
                if schedule.concurrency.is_built_in() {
                    "no run begins while another goes on, unless `concurrency` says otherwise; those that are left out do not fail, so nobody would be told"
                } else {
                    "with `concurrency forbid` no run begins while another goes on; those that are left out do not fail, so nobody would be told"
                },
            ),
            Concurrency::Allow => (
                format!("nothing ends a run of {name} that hangs, and later ones pile up beside it"),
                "each of them holds its cpu and memory, until the namespace or its nodes are full",
            ),
        };
        let mut found = finding(&BVL0809, workload, environment, schedule.cron.span, title)
            .here(format!("no `deadline` ends a run{}", cx.from_layer(schedule.cron.layer)));
        if !schedule.concurrency.is_built_in() {
            let stated = &schedule.concurrency;
            found = found.also(stated.span, format!("`{}`{}", stated.value, cx.from_layer(stated.layer)));
        }
        sink.report(found.note(note).help(format!(
            "state in {name} `deadline DURATION`, above what a run takes at the longest, such as `deadline 1h`; or `concurrency replace` in the braces of `schedule`, where a new run may end the old one"
        )));
    }
}
