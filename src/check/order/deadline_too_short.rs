//! A rollout has time to succeed.

use crate::check::mend::{Edits, Mend};
use crate::check::{Context, finding};
use crate::diagnostic::{Reach, Sink};
use crate::model::health::Probe;
use crate::model::rollout::Rollout;
use crate::model::{Origin, Service};
use crate::source::Span;
use crate::value::Duration;

crate::check! {
    /// ## What it means
    /// The rollout's `deadline` is not above the time that a replica may take to start and then must stay ready (`min-ready`).
    /// It may take to start what is stated (`within` of its start probe, or `starts-within`), or else as long as its start probe
    /// lets it: until the failure that kills, `after` and a period for each `fail` but the first.
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
    /// So does one that is stated by failures, here (61 - 1) x 10s:
    /// ```bvl bad in=service
    /// health { start "/healthz" every 10s fail 61 } //~ BVL0804 "app may take 0s + 60 x 10s = 10m until"
    /// ```
    /// ```bvl good in=service
    /// health { start "/healthz" every 10s fail 60 }
    /// ```
    /// ```bvl bad in=service
    /// health { start "/healthz" after 20s every 10s fail 54 }
    /// rollout { min-ready 50s } //~ BVL0804 "20s + 53 x 10s to start + 50s min-ready = 10m"
    /// ```
    /// ```bvl good in=service
    /// health { start "/healthz" after 20s every 10s fail 54 }
    /// rollout { min-ready 49s }
    /// ```
    ///
    /// ## Source
    /// [Progress deadline](https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#progress-deadline-seconds)
    /// and `pkg/apis/apps/validation/validation.go`, `ValidateDeploymentSpec` (Kubernetes 1.33); for a start probe
    /// [`worker.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/kubelet/prober/worker.go).
    BVL0804, "deadline-too-short", Error(Judgment, Refused), since "0.1.0" => run, reads ["health", "rollout"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        let Rollout { min_ready, deadline, .. } = &service.rollout;
        let takes = Start::of(service);
        let start = whole(takes.time());
        let needed = start + whole(min_ready.value);
        // a StatefulSet has no deadline
        if service.rollout.outlasts(start) || service.stateful().is_some() {
            continue;
        }
        let name = &workload.name.value;
        let sum = match (takes, min_ready.value.is_zero()) {
            (Start::Failures(probe), true) => format!("{} = {needed}", failures(probe)),
            (Start::Failures(probe), false) => {
                format!("{} to start + {} min-ready = {needed}", failures(probe), min_ready.value)
            }
            (Start::Stated(_), _) => format!("{start} to start + {} min-ready = {needed}", min_ready.value),
            (Start::Unstated, _) => needed.to_string(),
        };
        let title = format!(
            "a replica of {name} may take {sum} until it counts as available, but the rollout fails after {}",
            deadline.value
        );
        let mut diagnostic = finding(&BVL0804, workload, environment, span(service, takes), title);
        if !deadline.is_built_in() {
            diagnostic = diagnostic
                .also(deadline.span, format!("fails after {}{}", deadline.value, cx.from_layer(deadline.layer)));
        }
        if !min_ready.is_built_in() {
            diagnostic = diagnostic
                .also(min_ready.span, format!("ready for {}{}", min_ready.value, cx.from_layer(min_ready.layer)));
        }
        for number in takes.numbers() {
            diagnostic = diagnostic.also(number.span, cx.supplied(&number));
        }
        if whole(deadline.value) <= whole(min_ready.value) {
            diagnostic = diagnostic.gravely().note("the API server refuses a deadline that is not above `min-ready`");
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

/// What says how long a replica may take to start.
#[derive(Clone, Copy)]
enum Start<'s> {
    /// A time that is stated.
    Stated(&'s Origin<Duration>),
    /// The failures of the start probe: they kill it only then.
    Failures(&'s Probe),
    Unstated,
}

impl<'s> Start<'s> {
    fn of(service: &'s Service) -> Self {
        let Some(health) = service.health.as_ref() else { return Self::Unstated };
        let within = health.start.as_ref().and_then(|start| start.within.as_ref()).or(health.starts_within.as_ref());
        match (within, &health.start) {
            (Some(within), _) => Self::Stated(within),
            (None, Some(probe)) => Self::Failures(probe),
            (None, None) => Self::Unstated,
        }
    }

    fn time(self) -> Duration {
        match self {
            Self::Stated(within) => within.value,
            Self::Failures(probe) => probe.earliest_failure(),
            Self::Unstated => Duration::ZERO,
        }
    }

    /// The numbers that are written, with their words.
    fn numbers(self) -> Vec<Origin<String>> {
        let all = match self {
            Self::Stated(within) => vec![within.map(|within| format!("starts within {within}"))],
            Self::Failures(Probe { after, every, fail, .. }) => vec![
                fail.map(|fail| format!("fail {fail}")),
                every.map(|every| format!("every {every}")),
                after.map(|after| format!("after {after}")),
            ],
            Self::Unstated => Vec::new(),
        };
        all.into_iter().filter(|number| !number.is_built_in()).collect()
    }
}

/// `20s + 53 x 10s`
fn failures(probe: &Probe) -> String {
    format!("{} + {} x {}", probe.after.value, probe.failures().saturating_sub(1), probe.every.value)
}

/// The deadline, else what it is too short for.
fn span(service: &Service, takes: Start<'_>) -> Span {
    let Rollout { min_ready, deadline, .. } = &service.rollout;
    let stated = [deadline, min_ready].into_iter().find(|origin| !origin.is_built_in()).map(|origin| origin.span);
    stated.or_else(|| takes.numbers().first().map(|number| number.span)).unwrap_or(deadline.span)
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
