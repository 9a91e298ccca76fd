//! The probes of services, and how their numbers are changed.

use crate::check::Context;
use crate::check::mend::Edits;
use crate::model::health::{Health, Probe};
use crate::model::{Environment, Origin, Workload};
use crate::value::Duration;

/// A probe of a service.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) workload: &'a Workload,
    pub(super) environment: &'a Environment,
    pub(super) health: &'a Health,
    /// The word that states it.
    pub(super) word: &'static str,
    pub(super) probe: &'a Probe,
}

/// Every probe of every service.
pub(super) fn all<'a>(cx: &Context<'a>) -> impl Iterator<Item = Asked<'a>> {
    cx.services().flat_map(|(workload, service, environment)| {
        let health = service.health.as_ref();
        health.into_iter().flat_map(move |health| {
            [("live", &health.live), ("ready", &health.ready), ("start", &health.start)].into_iter().filter_map(
                move |(word, probe)| Some(Asked { workload, environment, health, word, probe: probe.as_ref()? }),
            )
        })
    })
}

/// Whether all its numbers are what the cluster takes them for: zero would be replaced by a default there.
pub(super) fn is_plain(probe: &Probe) -> bool {
    !probe.every.value.is_zero() && !probe.timeout.value.is_zero() && probe.fail.value > 0
}

/// The longest time from a hang to the failure that counts: a question was answered just before it
/// (Kubernetes 1.33, `pkg/kubelet/prober/worker.go`).
pub(super) fn slowest(probe: &Probe) -> Duration {
    probe.every.value * probe.failures() + probe.timeout.value
}

/// `3 x 10s + 1s timeout = 31s`
pub(super) fn sum(probe: &Probe) -> String {
    format!("{} x {} + {} timeout = {}", probe.failures(), probe.every.value, probe.timeout.value, slowest(probe))
}

/// The largest whole number of seconds between questions with which a hang is noticed within `limit`, and no answer takes
/// longer than that.
pub(super) fn every_within(probe: &Probe, limit: Duration) -> Option<Duration> {
    let rest = limit.saturating_sub(probe.timeout.value).millis() / 1000;
    let every = Duration::from_secs(rest / u64::from(probe.failures().max(1)));
    (!every.is_zero() && every >= probe.timeout.value && limit >= probe.timeout.value).then_some(every)
}

/// The largest number of failures with which a hang is noticed within `limit`.
pub(super) fn failures_within(probe: &Probe, limit: Duration) -> Option<u32> {
    let rest = limit.saturating_sub(probe.timeout.value).millis();
    let failures = u32::try_from(rest.checked_div(probe.every.value.millis())?).unwrap_or(u32::MAX);
    (failures > 0 && limit >= probe.timeout.value).then_some(failures)
}

/// Writes a number of a probe where it is stated, else behind its path.
pub(super) fn set<T>(cx: &Context<'_>, probe: &Probe, clause: &str, stated: &Origin<T>, value: &str) -> Edits {
    if stated.is_built_in() { cx.append(&probe.path, format!(" {clause} {value}")) } else { cx.replace(stated, value) }
}
