//! A schedule has a day on which it is due.

use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::value::quoted;

crate::check! {
    /// ## What it means
    /// The day of a job's `schedule` is one that none of its months has, and no weekday is named beside it.
    ///
    /// ## Why it matters in the cluster
    /// The CronJob is accepted, and no run ever begins. Nothing says so: there is no run that could fail.
    ///
    /// ## How to mend it
    /// Name a day that the months have. The last day of each month cannot be said: take the first of the next one.
    ///
    /// ```bvl bad in=job
    /// deadline 1h
    /// schedule "0 3 30 2 *" //~ BVL0805 "day 30"
    /// ```
    /// ```bvl good in=job
    /// deadline 1h
    /// schedule "0 3 29 2 *"
    /// ```
    /// ```bvl bad in=job
    /// deadline 1h
    /// schedule "0 3 31 4,jun,9-11/2 *" //~ BVL0805 "never due"
    /// ```
    /// Where a weekday is named as well, either of the two is enough:
    /// ```bvl good in=job
    /// deadline 1h
    /// schedule "0 3 31 2 mon"
    /// ```
    ///
    /// ## Source
    /// [robfig/cron](https://github.com/robfig/cron/blob/v3.0.1/spec.go) v3.0.1, `dayMatches` and `Next`, which gives up after five
    /// years; it is what the CronJob controller asks.
    BVL0805, "schedule-never-fires", Error(Judgment), since "0.1.0" => run, reads ["schedule"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, job, environment) in cx.jobs() {
        let Some(schedule) = &job.schedule else { continue };
        let Some(missing) = schedule.cron.value.missing_day() else { continue };
        let next = schedule.cron.value.on_first_of_next();
        let next = next.map(|next| {
            format!("; for the last day of a month run on the first of the next: `schedule {}`", quoted(&next))
        });
        let title = format!("{} is never due: its schedule names day {} {missing}", workload.name.value, missing.day);
        sink.report(
            finding(&BVL0805, workload, environment, schedule.cron.span, title)
                .here(format!("none of its months has this day{}", cx.from_layer(schedule.cron.layer)))
                .note("the CronJob would be accepted and never begin a run, and nothing would say so")
                .help(format!(
                    "the five fields are minute, hour, day, month and weekday; name a day that the months have, or leave the day `*`{}",
                    next.unwrap_or_default()
                )),
        );
    }
}
