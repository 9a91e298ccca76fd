//! `after` orders what is rolled out together.

use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::Job;

crate::check! {
    /// ## What it means
    /// `after` names a managed workload, a scheduled job, or something of another environment.
    ///
    /// ## Why it matters in the cluster
    /// An operator or a chart rolls out what is managed, each environment is rolled out by itself, and a scheduled job runs when
    /// its time has come. The statement documents what the service needs, but orders nothing: its readiness does the waiting.
    /// Where it names a job it is a warning: whoever comes after a job counts on what the job has done.
    ///
    /// ## How to mend it
    /// Nothing, where it is meant as documentation. What has to be done first is a job without `schedule`, in the same environment.
    ///
    /// ```bvl bad in=flow
    /// service report is base { after store } //~ BVL0803 "orders nothing"
    /// allow report -> store.sql
    /// ```
    /// ```bvl good in=flow
    /// service report is base { after app }
    /// allow report -> store.sql
    /// ```
    ///
    /// ## Source
    /// The language's own: `after` orders what bvlc emits.
    BVL0803, "orders-nothing", Hint, since "0.1.0" => run, looks Neighbors
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, program, environment) in cx.programs() {
        for reference in &program.after {
            let Some(awaited) = cx.model.workload(reference.endpoint) else { continue };
            let is_scheduled = awaited.job().is_some_and(Job::is_scheduled);
            let who = if awaited.managed().is_some() {
                "its operator or chart rolls it out"
            } else if is_scheduled {
                "it runs by the clock, and is never done"
            } else if awaited.environment != environment.id {
                "it is rolled out with its own environment"
            } else {
                continue;
            };
            let name = &workload.name.value;
            let far = cx.name(awaited.id, environment.id);
            let found = finding(
                &BVL0803,
                workload,
                environment,
                reference.span,
                format!("`after {far}` orders nothing: {who}"),
            )
            .here("changes nothing")
            .label(awaited.name.span, "declared here");
            sink.report(if awaited.job().is_some() {
                let instead = if is_scheduled {
                    format!("what has to be done before {name} is a job without `schedule`")
                } else {
                    format!("what has to be done before {name} is a job of the same environment")
                };
                found
                    .warning()
                    .note(format!("{name} begins without waiting: what {far} does may not be done by then"))
                    .help(format!("take `after {far}` out; {instead}"))
            } else {
                let waiting = if workload.job().is_some() {
                    format!("{name} begins without waiting")
                } else {
                    format!("{name} is rolled out without waiting; its readiness shows whether it reaches {far}")
                };
                found.note(waiting).help(format!("take `after {far}` out, or leave it for readers: this is a hint"))
            });
        }
    }
}
