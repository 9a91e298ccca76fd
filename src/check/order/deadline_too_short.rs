//! A rollout has time to succeed.

use crate::check::mend::{Edits, Mend};
use crate::check::{Context, finding};
use crate::diagnostic::{Ground, Reach, Sink};
use crate::model::rollout::Rollout;
use crate::model::{Origin, Service};
use crate::source::Span;
use crate::value::Duration;

crate::check! {
    /// ## What it means
    /// The rollout's `deadline` is not above the time that a replica may take to start (`within` of its start probe) and
    /// then must stay ready (`min-ready`).
    ///
    /// ## Why it matters in the cluster
    /// A rollout that makes no progress until the deadline is reported as failed, and delivery tools stop there. Here one
    /// that goes well would be. A deadline that is not above `min-ready` is refused by the API server, and stays an error
    /// whatever `severity` says.
    ///
    /// ## How to mend it
    /// Raise `deadline`, with room for pulling the image; or lower `min-ready`.
    ///
    /// ```bvl bad in=rollout
    /// min-ready 60s; deadline 60s //~ BVL0804 "60s"
    /// ```
    /// ```bvl fixed fix=1 in=rollout
    /// min-ready 60s; deadline 61s
    /// ```
    /// ```bvl fixed fix=2 in=rollout
    /// min-ready 59s; deadline 60s
    /// ```
    /// A start that may take long counts:
    /// ```bvl bad in=service
    /// health { start "/healthz" within 9m }
    /// rollout { min-ready 1m } //~ BVL0804 "540s to start + 60s min-ready = 10m"
    /// ```
    /// ```bvl good in=service
    /// health { start "/healthz" within 9m }
    /// rollout { min-ready 59s }
    /// ```
    ///
    /// ## Source
    /// [Progress deadline](https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#progress-deadline-seconds)
    /// and `pkg/apis/apps/validation/validation.go`, `ValidateDeploymentSpec` (Kubernetes 1.33).
    BVL0804, "deadline-too-short", Error(Judgment), since "0.1.0" => run, reads ["health", "rollout"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        let Rollout { min_ready, deadline, .. } = &service.rollout;
        let within = within(service);
        let start = whole(within.map_or(Duration::ZERO, |within| within.value));
        let needed = start + whole(min_ready.value);
        if service.rollout.outlasts(start) {
            continue;
        }
        let name = &workload.name.value;
        let sum = if start.is_zero() {
            needed.to_string()
        } else {
            format!("{start} to start + {} min-ready = {needed}", min_ready.value)
        };
        let title = format!(
            "a replica of {name} may take {sum} until it counts as available, but the rollout fails after {}",
            deadline.value
        );
        let mut diagnostic = finding(&BVL0804, workload, environment, span(service), title);
        if !deadline.is_built_in() {
            diagnostic = diagnostic
                .also(deadline.span, format!("fails after {}{}", deadline.value, cx.from_layer(deadline.layer)));
        }
        if !min_ready.is_built_in() {
            diagnostic = diagnostic
                .also(min_ready.span, format!("ready for {}{}", min_ready.value, cx.from_layer(min_ready.layer)));
        }
        if let Some(within) = within {
            diagnostic =
                diagnostic.also(within.span, format!("starts within {}{}", within.value, cx.from_layer(within.layer)));
        }
        if whole(deadline.value) <= whole(min_ready.value) {
            diagnostic = diagnostic
                .on_ground(Ground::Refused)
                .note("the API server refuses a deadline that is not above `min-ready`");
        }
        let enough = needed + Duration::from_secs(1);
        diagnostic = diagnostic
            .note("a rollout that goes well would be reported as failed, and delivery tools stop there")
            .help(format!("raise deadline above {needed} by what scheduling and pulling the image take; Kubernetes' own default is 10m"))
            .choice_to(
                Reach::AtLeast(enough.millis()),
                format!("raise deadline to {enough}, the least that is enough"),
                raised(cx, &service.rollout, enough),
            );
        let limit = whole(deadline.value).saturating_sub(start).saturating_sub(Duration::from_secs(1));
        if !limit.is_zero() {
            diagnostic = diagnostic.choice_to(
                Reach::AtMost(limit.millis()),
                format!("lower min-ready to {limit}"),
                cx.replace(min_ready, limit.to_string()),
            );
        }
        sink.report(diagnostic);
    }
}

fn within(service: &Service) -> Option<&Origin<Duration>> {
    let health = service.health.as_ref()?;
    health.start.as_ref().and_then(|start| start.within.as_ref()).or(health.starts_within.as_ref())
}

/// The deadline, else what it is too short for.
fn span(service: &Service) -> Span {
    let Rollout { min_ready, deadline, .. } = &service.rollout;
    let stated = [Some(deadline), Some(min_ready), within(service)].into_iter().flatten();
    stated.into_iter().find(|origin| !origin.is_built_in()).unwrap_or(deadline).span
}

/// Writes the deadline where it is stated, else behind `min-ready`.
fn raised(cx: &Context<'_>, rollout: &Rollout, deadline: Duration) -> Edits {
    if rollout.deadline.is_built_in() {
        return cx.append(&rollout.min_ready, format!("; deadline {deadline}"));
    }
    cx.replace(&rollout.deadline, deadline.to_string())
}

/// In whole seconds, as the cluster counts.
fn whole(duration: Duration) -> Duration {
    Duration::from_secs(duration.secs())
}
