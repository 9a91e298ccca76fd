//! Every retry of a job can begin before its deadline.

use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::{Reach, Sink};
use crate::model::Job;
use crate::value::Duration;

crate::check! {
    /// ## What it means
    /// The pauses before the stated `retries` of a job take as long as its `deadline`, or longer: 10s before the first, and twice
    /// as long before each next one, 10m at most.
    ///
    /// ## Why it matters in the cluster
    /// The deadline counts all tries together. It ends the run in a pause, even if each try failed at once: the last retries
    /// are stated, and never happen.
    ///
    /// ## How to mend it
    /// Raise `deadline` above the pauses by what the tries themselves take, or state fewer `retries`.
    ///
    /// ```bvl bad in=job
    /// retries 3; deadline 70s //~ BVL0807 "10s + 20s + 40s = 70s"
    /// ```
    /// ```bvl fixed fix=1 in=job
    /// retries 2; deadline 70s
    /// ```
    /// ```bvl fixed fix=2 in=job
    /// retries 3; deadline 71s
    /// ```
    /// Where `retries` is not stated, the deadline alone is meant to end it:
    /// ```bvl good in=job
    /// deadline 70s
    /// ```
    ///
    /// ## Source
    /// [`getRemainingTimeForFailuresCount`](https://github.com/kubernetes/kubernetes/blob/v1.33.0/pkg/controller/job/backoff_utils.go)
    /// and `DefaultJobPodFailureBackOff` in `pkg/controller/job/job_controller.go` (Kubernetes 1.33).
    BVL0807, "retries-exceed-deadline", Warning, since "0.1.0" => run, reads ["retries", "deadline"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, job, environment) in cx.jobs() {
        let Some(deadline) = job.deadline.filter(|_| !job.retries.is_built_in()) else { continue };
        let (retries, pauses) = (job.retries, Job::pauses(job.retries.value));
        if pauses < deadline.value {
            continue;
        }
        let (name, n) = (&workload.name.value, retries.value);
        let fewer = (0..n).rev().find(|fewer| Job::pauses(*fewer) < deadline.value).unwrap_or(0);
        let lost = n - fewer;
        let last = if lost == 1 { "the last retry".to_owned() } else { format!("the last {lost} retries") };
        let title = format!(
            "{last} of {name} can never begin: the pauses before them take {}, and the run ends after {}",
            sum(n),
            deadline.value
        );
        let title = if lost == 1 { title.replace("before them", "before it") } else { title };
        let enough = pauses + Duration::from_secs(1);
        sink.report(
            finding(&BVL0807, workload, environment, retries.span, title)
                .here(format!("{n} {}{}", if n == 1 { "retry" } else { "retries" }, cx.from_layer(retries.layer)))
                .also(deadline.span, format!("all tries together{}", cx.from_layer(deadline.layer)))
                .note("Kubernetes waits 10s before the first retry and twice as long before each next one, 10m at most")
                .help("raise deadline above the pauses by what the tries themselves take, or state fewer retries")
                .choice_to(
                    Reach::AtMost(fewer.into()),
                    format!("write `retries {fewer}`"),
                    cx.replace(&retries, fewer.to_string()),
                )
                .choice_to(
                    Reach::AtLeast(enough.millis()),
                    format!("raise deadline to {enough}, enough where each try fails at once"),
                    cx.replace(&deadline, enough.to_string()),
                ),
        );
    }
}

/// `10s + 20s + 40s = 70s`, and of many the first and the last.
fn sum(retries: u32) -> String {
    let total = Job::pauses(retries);
    let pause = |number: u32| Job::pause(number).to_string();
    match retries {
        0 | 1 => total.to_string(),
        2..=4 => format!("{} = {total}", (1..=retries).map(pause).collect::<Vec<_>>().join(" + ")),
        _ => format!("{} + {} + .. + {} = {total}", pause(1), pause(2), pause(retries)),
    }
}
