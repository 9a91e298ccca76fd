//! How many pods a workload has, at least and at most, rollouts included.

use crate::check::Context;
use crate::check::mend::Edits;
use crate::check::prose::counted;
use crate::diagnostic::Diagnostic;
use crate::model::budget::Budget;
use crate::model::{Concurrency, Count, Disruption, Job, Layer, Origin, Scaling, Service, Workload, WorkloadKind};
use crate::value::Duration;

/// The smallest number of pods while it runs at all, at least 1; nothing where it is stated to have none. Of a range that ends
/// below its start, which is named by itself, it is the larger number: what is wrong with that is wrong whichever was meant.
pub(in crate::check) fn floor(workload: &Workload) -> Option<Origin<u32>> {
    let least = match &workload.kind {
        WorkloadKind::Service(service) => match &service.scaling {
            Scaling::Fixed(replicas) => *replicas,
            Scaling::Auto(auto) if auto.max.value == 0 => return None,
            Scaling::Auto(auto) => auto.min.map(|min| min.max(1)),
        },
        // nothing is kept of what runs to completion
        WorkloadKind::Job(_) => return None,
        WorkloadKind::Managed(managed) => managed.replicas,
    };
    (least.value > 0).then_some(least)
}

/// [`floor`] where it is known: how many pods an operator or a chart runs is only where the user says so.
pub(in crate::check) fn known_floor(cx: &Context<'_>, workload: &Workload) -> Option<Origin<u32>> {
    let is_service = workload.service().is_some();
    floor(workload).filter(|floor| is_service || (!floor.is_built_in() && cx.is_users(floor.span)))
}

/// What to say where [`floor`] comes from.
pub(in crate::check) fn floor_label(cx: &Context<'_>, workload: &Workload, floor: Origin<u32>) -> String {
    let word = word(workload);
    if floor.is_built_in() {
        return format!("{}, so there is 1 replica", cx.unstated(workload, word));
    }
    let auto = workload.service().and_then(|service| service.scaling.auto());
    if auto.is_some_and(|auto| auto.min.value == 0) {
        return format!(
            "`{word}` keeps none while there is no work, and 1 replica from then on{}",
            cx.from_layer(floor.layer)
        );
    }
    format!("`{word}` keeps {} at the least{}", counted(floor.value, "replica"), cx.from_layer(floor.layer))
}

/// Says what makes a finding about a number of pods one with others: that nobody states it, for all of whom that holds; and of one
/// workload that each of its layers states another one, where all of them are its own.
pub(in crate::check) fn one_cause(
    cx: &Context<'_>,
    workload: &Workload,
    stated: &Origin<u32>,
    found: Diagnostic,
) -> Diagnostic {
    match stated.layer {
        Layer::BuiltIn => found.caused_by(cx.model.platform.name.span),
        Layer::Declaration | Layer::Overlay(_) => found.caused_by(workload.name.span),
        // what others take over is one value
        Layer::PlatformDefaults | Layer::EnvironmentDefaults(_) | Layer::Class(_) | Layer::OverlayAll(_) => found,
    }
}

/// The word of [`floor`] where nobody states it, to show who took it away.
pub(in crate::check) fn unstated(workload: &Workload, floor: Origin<u32>) -> &'static [&'static str] {
    match (floor.is_built_in(), word(workload)) {
        (false, _) => &[],
        (true, "scale") => &["scale"],
        (true, _) => &["replicas"],
    }
}

/// The word that says how many replicas there are.
pub(in crate::check) fn word(workload: &Workload) -> &'static str {
    if workload.service().is_some() { "scale" } else { "replicas" }
}

/// At least so many; where members decide by majority an odd number of them, of which their budget keeps a majority and lets one
/// go, if there is one.
pub(in crate::check) fn fitting(workload: &Workload, least: u32) -> Option<u32> {
    let is_quorum = workload.quorum().is_some();
    let least = if is_quorum && least.is_multiple_of(2) { least.saturating_add(1) } else { least };
    Some(least).filter(|least| keeps_majority(workload, *least))
}

/// Whether so many members that decide by majority keep it under their budget, and one of them can go. True where nothing is
/// decided by majority, and where an operator makes the budget.
pub(in crate::check) fn keeps_majority(workload: &Workload, members: u32) -> bool {
    let is_quorum = workload.quorum().is_some();
    let stay = match &workload.disruption {
        _ if !is_quorum || members < 3 => return true,
        Some(Disruption::None { .. }) => return false,
        stated => Budget::of(stated.as_ref()).map(|budget| budget.stay(members)),
    };
    stay.is_none_or(|stay| (u64::from(members / 2 + 1)..u64::from(members)).contains(&stay))
}

/// Whether what the spec says is how many there will be: true of a service, and of a managed workload whose chart is given the
/// number. Of another one the spec repeats what is so elsewhere: a number that is false makes a budget that no drain gets past.
pub(in crate::check) fn are_ours(workload: &Workload) -> bool {
    workload.managed().is_none_or(|managed| managed.takes_replicas)
}

/// How to have so many pods: `keep 2 replicas`, and of what the spec does not scale where that is done.
pub(in crate::check) fn keep(workload: &Workload, to: u32) -> String {
    if are_ours(workload) { format!("keep {to} replicas") } else { elsewhere(workload, &to.to_string()) }
}

/// How to have one of two numbers of pods.
pub(in crate::check) fn run(workload: &Workload, one: u32, other: u32) -> String {
    let either = format!("{one} or {other}");
    if are_ours(workload) { format!("run {either}") } else { elsewhere(workload, &either) }
}

fn elsewhere(workload: &Workload, to: &str) -> String {
    format!(
        "let the operator or chart of {} run {to} first, and write the number after `replicas` then, which says how many there are and does not change it",
        workload.name.value
    )
}

/// Keeps at least `to` replicas, where it is the spec that says how many there are.
pub(in crate::check) fn raise(cx: &Context<'_>, workload: &Workload, to: u32) -> Edits {
    match &workload.kind {
        WorkloadKind::Service(service) => match &service.scaling {
            Scaling::Fixed(replicas) if replicas.is_built_in() => {
                cx.state_word(workload, "scale", &format!("scale {to}"))
            }
            Scaling::Fixed(replicas) => cx.replace(replicas, to.to_string()),
            Scaling::Auto(auto) => cx.replace(&auto.min, format!("{to}..{}", auto.max.value.max(to))),
        },
        WorkloadKind::Job(_) => None,
        WorkloadKind::Managed(managed) if !managed.takes_replicas => None,
        WorkloadKind::Managed(managed) if managed.replicas.is_built_in() => {
            cx.state_word(workload, "replicas", &format!("replicas {to}"))
        }
        WorkloadKind::Managed(managed) => cx.replace(&managed.replicas, to.to_string()),
    }
}

/// What the terms in sums of pods mean, where there are such.
pub(super) fn notes(all: impl IntoIterator<Item = Pods>) -> Vec<&'static str> {
    let all: Vec<Pods> = all.into_iter().collect();
    surge_note(all.iter().copied()).into_iter().chain(meeting_notes(all)).collect()
}

/// What `surge` in sums of pods means, where there is one: how much it is by itself is news only where nobody states it.
pub(super) fn surge_note(all: impl IntoIterator<Item = Pods>) -> Option<&'static str> {
    let surging: Vec<Pods> = all.into_iter().filter(|pods| pods.surge > 0).collect();
    if surging.iter().any(|pods| pods.surge_by == SurgeBy::Default) {
        return Some(
            "surge: what a rollout adds to the replicas, 25% of them rounded up unless `surge` in `rollout` says otherwise",
        );
    }
    (!surging.is_empty()).then_some("surge: what a rollout adds to the replicas, as `surge` in `rollout` says")
}

/// Why a job counts with two pods, where one does.
pub(super) fn meeting_notes(all: impl IntoIterator<Item = Pods>) -> impl Iterator<Item = &'static str> {
    let met: Vec<Concurrency> = all.into_iter().filter_map(|pods| pods.meeting).collect();
    let told = [
        (
            Concurrency::Allow,
            "of a job with `concurrency allow` two runs are counted; more of them meet where one takes long enough",
        ),
        (
            Concurrency::Replace,
            "of a job with `concurrency replace` two runs are counted: one that is ended counts until its pod is gone",
        ),
    ];
    told.into_iter().filter(move |(concurrency, _)| met.contains(concurrency)).map(|(_, note)| note)
}

/// Who says how many pods a rollout adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum SurgeBy {
    /// Nobody.
    #[default]
    Default,
    /// The spec.
    Spec,
}

/// How many pods are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// The smallest numbers of replicas.
    Least,
    /// The largest.
    Most,
    /// The largest, and those that a rollout has replaced and that are still stopping.
    Stopping,
}

/// Pods of a workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Pods {
    /// Those that are wanted.
    pub(super) replicas: u32,
    /// What a rollout adds to them.
    pub(super) surge: u64,
    /// Who says so.
    pub(super) surge_by: SurgeBy,
    /// Those that it has replaced and that are still stopping.
    pub(super) stopping: u64,
    /// Of a job that two runs are counted of: what lets them meet.
    pub(super) meeting: Option<Concurrency>,
}

impl Pods {
    /// All of them.
    pub(super) fn all(self) -> u64 {
        u64::from(self.replicas).saturating_add(self.surge).saturating_add(self.stopping)
    }

    /// `20`, `(20 + 5 surge)`, `(20 + 5 surge + 10 stopping)`
    pub(super) fn sum(self) -> String {
        match (self.surge, self.stopping) {
            (0, 0) => self.replicas.to_string(),
            (surge, 0) => format!("({} + {surge} surge)", self.replicas),
            (surge, stopping) => format!("({} + {surge} surge + {stopping} stopping)", self.replicas),
        }
    }
}

/// Replicas, and what a rollout adds to them. Operators and charts replace pods one by one.
pub(super) fn pods(workload: &Workload, extent: Extent) -> Pods {
    let service = match &workload.kind {
        WorkloadKind::Managed(managed) => return Pods { replicas: managed.replicas.value, ..Pods::default() },
        WorkloadKind::Job(job) => return of_job(job, extent),
        WorkloadKind::Service(service) => service,
    };
    let (min, max) = (service.scaling.min().value, service.scaling.max().value);
    let replicas = match extent {
        Extent::Least => min.min(max),
        Extent::Most | Extent::Stopping => min.max(max),
    };
    let stopping = if extent == Extent::Stopping { stopping(service, replicas) } else { 0 };
    let surge_by = if service.rollout.surge.is_built_in() { SurgeBy::Default } else { SurgeBy::Spec };
    Pods { replicas, surge: surge(service, replicas), surge_by, stopping, meeting: None }
}

/// The pods of a job while it runs: one, and once all have grown two where runs may meet, be it that the one before is still being
/// ended. A job that is suspended has none.
fn of_job(job: &Job, extent: Extent) -> Pods {
    let concurrency = match &job.schedule {
        Some(schedule) if schedule.suspend.is_some() => return Pods::default(),
        Some(schedule) => schedule.concurrency.value,
        None => Concurrency::Forbid,
    };
    match (concurrency, extent) {
        (Concurrency::Forbid, _) | (_, Extent::Least) => Pods { replicas: 1, ..Pods::default() },
        (Concurrency::Allow | Concurrency::Replace, Extent::Most | Extent::Stopping) => {
            Pods { replicas: 2, meeting: Some(concurrency), ..Pods::default() }
        }
    }
}

/// How long a replica takes to start, where that is stated.
pub(in crate::check) fn start(service: &Service) -> Option<&Origin<Duration>> {
    let health = service.health.as_ref()?;
    health.start.as_ref().and_then(|start| start.within.as_ref()).or(health.starts_within.as_ref())
}

/// How many replaced pods are still charged at once, where it is stated how long a replica takes to start: a rollout
/// replaces as many as it may add and miss, time and again. A pod is charged until it is gone, or twice its grace has
/// passed (kubernetes `pkg/quota/v1/evaluator/core/pods.go`, `QuotaV1Pod`, 1.36).
fn stopping(service: &Service, replicas: u32) -> u64 {
    let Some(start) = start(service) else { return 0 };
    let step = (start.value + service.rollout.min_ready.value).millis().max(1);
    let missing = match service.rollout.unavailable.value {
        Count::Number(number) => number.into(),
        Count::Percent(percent) => u64::from(replicas) * u64::from(percent.0) / 100,
    };
    let added = surge(service, replicas);
    let batch = added.saturating_add(missing).max(1);
    let charged = service.program.shutdown.grace.value.millis().saturating_mul(2);
    // one rollout has all old pods and all new ones at the most: what is stopping is no longer among those that run
    let most = u64::from(replicas).saturating_sub(added);
    if charged <= step { 0 } else { batch.saturating_mul(charged.div_ceil(step)).min(most) }
}

/// How many pods a rollout of `replicas` adds: a percentage rounds up, and there are never more new pods than replicas
/// (kubernetes `pkg/controller/deployment/util/deployment_util.go`, `ResolveFenceposts` and `NewRSNewReplicas`, 1.36).
pub(super) fn surge(service: &Service, replicas: u32) -> u64 {
    if replicas == 0 { 0 } else { service.rollout.surge.value.of(replicas).min(replicas.into()) }
}
