//! A node is drained for at least as long as its pods may take to stop.

use std::collections::BTreeSet;

use super::stopping::{self, SPARE, Stopping, Written};
use crate::check::mend::Mend;
use crate::check::prose::listed;
use crate::check::{Context, finding};
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::shutdown::Shutdown;

const WHY: &str = "when a node is taken away, a pod that takes longer is killed in the middle of its work";

crate::check! {
    /// ## What it means
    /// The `grace` of a service or a job is longer than the platform's `drain-limit`: the longest time that a drain of a node waits for
    /// one pod.
    ///
    /// ## Why it matters in the cluster
    /// When a node is taken away, its pods are killed after the limit, whatever they were promised. The cluster autoscaler
    /// waits 10 minutes unless it is told otherwise, an EC2 spot node is gone 2 minutes after its notice, and a spot node of GKE gives
    /// its pods 15 seconds after theirs, unless it is configured to wait for longer, up to 120 seconds.
    ///
    /// ## How to mend it
    /// Shorten what the service does while it stops, or keep it off such nodes and raise the limit.
    ///
    /// ```bvl bad in=platform
    /// kubernetes "1.33"; drain-limit 29s //~ BVL0718 "app and caller take up to 30s to stop"
    /// api-server 10.40.0.0/28 6443
    /// ```
    /// ```bvl good in=platform
    /// kubernetes "1.33"; drain-limit 30s
    /// api-server 10.40.0.0/28 6443
    /// ```
    /// ```bvl bad in=spot
    /// service batch is base { shutdown { grace 180s; finish 60s } } //~ BVL0718 "180s"
    /// allow batch -> app.http
    /// ```
    /// ```bvl fixed in=spot fix=1
    /// service batch is base { shutdown { grace 120s; finish 60s } }
    /// allow batch -> app.http
    /// ```
    ///
    /// ## Source
    /// [Cluster autoscaler FAQ](https://github.com/kubernetes/autoscaler/blob/0024f2540ecebb95ac72ceb28da995f1f7bc0491/cluster-autoscaler/FAQ.md),
    /// `max-graceful-termination-sec`: 600 s; [spot interruption notices](https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html):
    /// two minutes; [Spot VMs in GKE](https://docs.cloud.google.com/kubernetes-engine/docs/concepts/spot-vms): of 30 s the
    /// first 15 are for pods, by default.
    BVL0718, "grace-exceeds-drain-limit", Error(Judgment), since "0.1.0" => run, looks Neighbors, whole whole
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let Some(limit) = &cx.model.platform.drain_limit else { return };
    for (workload, program, environment) in cx.programs() {
        let stopping = Stopping::of(workload, program);
        let grace = &stopping.shutdown.grace;
        if grace.value <= limit.value || grace.is_built_in() {
            continue;
        }
        let needed = stopping::whole(stopping.needed + SPARE);
        let title = format!(
            "{} takes up to {} to stop, but a drain of its node waits for {} only",
            workload.name.value, grace.value, limit.value
        );
        let diagnostic = finding(&BVL0718, workload, environment, grace.span, title)
            .here(format!("{} of grace{}", grace.value, cx.from_layer(grace.layer)))
            .also(limit.span, format!("pods are killed after {}", limit.value))
            .note(stopping.needs())
            .note(WHY);
        sink.report(if needed <= limit.value {
            let Written { edits, place } = stopping.set_grace(cx, limit.value);
            diagnostic
                .help(format!("a grace of {} is enough", limit.value))
                .choice(format!("lower grace to {}{place}", limit.value), edits)
        } else {
            let (short, rest) = (needed.saturating_sub(limit.value), stopping.shrinking(cx, &[]));
            let least = rest.least();
            let raised = format!("keep it off such nodes and raise `drain-limit` to {}", grace.value.max(needed));
            diagnostic.help(if short <= rest.room {
                format!(
                    "shorten pre-stop, drain or finish by {short} in all{least}, and lower grace to {}; or {raised}",
                    limit.value
                )
            } else {
                format!("{raised}; it cannot be {short} shorter{least}")
            })
        });
    }
}

/// Those that state no grace, once for all of them.
fn whole(cx: &Context<'_>, sink: &mut Sink) {
    let grace = Shutdown::GRACE;
    let Some(limit) = cx.model.platform.drain_limit.as_ref().filter(|limit| grace > limit.value) else { return };
    let unstated = || cx.programs().filter(|(_, program, _)| program.shutdown.grace.is_built_in());
    let names: BTreeSet<&str> = unstated().map(|(workload, ..)| workload.name.value.as_str()).collect();
    let titles: BTreeSet<&str> = unstated().map(|(.., environment)| environment.title.as_str()).collect();
    if names.is_empty() {
        return;
    }
    let in_defaults = format!(
        "`shutdown {{ grace {} }}` in the `defaults` of the platform block, which holds where no class or service states a grace",
        limit.value
    );
    // the platform's defaults are those of services
    let jobs = unstated().filter(|(workload, ..)| workload.job().is_some());
    let jobs: BTreeSet<&str> = jobs.map(|(workload, ..)| workload.name.value.as_str()).collect();
    let in_jobs =
        format!("`shutdown {{ grace {} }}` in the block of {}", limit.value, listed(&jobs.iter().collect::<Vec<_>>()));
    let stated = match (jobs.is_empty(), jobs.len() == names.len()) {
        (true, _) => in_defaults,
        (false, true) => format!("{in_jobs}: the `defaults` of the platform hold for services alone"),
        (false, false) => format!("{in_defaults}, and {in_jobs}, since the `defaults` hold for services alone"),
    };
    // what does not fit in a grace has to be shorter first
    let needed = unstated().map(|(workload, program, _)| Stopping::of(workload, program).needed + SPARE);
    let needed = stopping::whole(needed.max().unwrap_or(SPARE));
    let help = if needed <= limit.value {
        format!("state {stated}; or raise `drain-limit` to {grace}, if the drain of these nodes does wait so long")
    } else {
        format!(
            "shorten pre-stop, drain and finish of those that need up to {needed} by {} in all, and then state {stated}; or keep them off such nodes and raise `drain-limit` to {}",
            needed.saturating_sub(limit.value),
            grace.max(needed)
        )
    };
    let listed = listed(&names.iter().collect::<Vec<_>>());
    let take = if names.len() == 1 { "takes" } else { "take" };
    let title = format!("{listed} {take} up to {grace} to stop, but a drain of a node waits for {} only", limit.value);
    let mut diagnostic = Diagnostic::new(&BVL0718, limit.span, title)
        .here(format!("pods are killed after {}", limit.value))
        .note(format!("no `grace` is stated, so it is {grace}"))
        .note(WHY)
        .help(help);
    diagnostic.environments = titles.into_iter().map(str::to_owned).collect();
    diagnostic.subjects = names.into_iter().map(str::to_owned).collect();
    sink.report(diagnostic);
}
