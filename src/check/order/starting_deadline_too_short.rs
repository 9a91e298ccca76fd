//! A run may be so late that the controller can begin it.

use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::{Reach, Sink};
use crate::value::Duration;

/// How often the controller looks.
const LOOKS: Duration = Duration::from_secs(10);

crate::check! {
    /// ## What it means
    /// The `starting-deadline` of a schedule is below 10s.
    ///
    /// ## Why it matters in the cluster
    /// The controller looks at a CronJob every 10 seconds. By then a run that is due may be too late already, and is left out.
    ///
    /// ## How to mend it
    /// Give it 10s at least; some minutes let a run begin that fell into a restart of the control plane.
    ///
    /// ```bvl bad in=job
    /// deadline 1h
    /// schedule "0 3 * * *" { starting-deadline 9s } //~ BVL0806 "9s"
    /// ```
    /// ```bvl fixed fix=1 in=job
    /// deadline 1h
    /// schedule "0 3 * * *" { starting-deadline 10s }
    /// ```
    /// ```bvl good in=job
    /// deadline 1h
    /// schedule "0 3 * * *"
    /// ```
    ///
    /// ## Source
    /// [Starting deadline](https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#starting-deadline)
    /// (Kubernetes 1.33).
    BVL0806, "starting-deadline-too-short", Error(Judgment), since "0.1.0" => run, reads ["schedule"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, job, environment) in cx.jobs() {
        let Some(late) = job.schedule.as_ref().and_then(|schedule| schedule.starting_deadline) else { continue };
        if late.value >= LOOKS {
            continue;
        }
        let title = format!(
            "by its `starting-deadline` a run of {} may begin {} late, but the controller looks every {LOOKS} only",
            workload.name.value, late.value
        );
        sink.report(
            finding(&BVL0806, workload, environment, late.span, title)
                .here(format!("{} < {LOOKS}{}", late.value, cx.from_layer(late.layer)))
                .note("a run that is too late when the controller looks is left out, without a failure")
                .help(format!("state {LOOKS} at the least; with some minutes, `starting-deadline 5m`, a run begins as well that was due while the control plane restarted"))
                .choice_to(
                    Reach::AtLeast(LOOKS.millis()),
                    format!("raise it to {LOOKS}, the least that is enough"),
                    cx.replace(&late, LOOKS.to_string()),
                ),
        );
    }
}
