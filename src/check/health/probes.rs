//! The probes of services, and how their numbers are changed.

use crate::check::Context;
use crate::check::mend::{Edits, Mend};
use crate::diagnostic::Diagnostic;
use crate::model::health::{Health, Probe};
use crate::model::{Companion, Environment, Origin, Service, Workload};
use crate::value::Duration;

/// What the API's own defaults come to: 3 x 10 s + 1 s.
pub(super) const USUAL: Duration = Duration::from_secs(31);

/// A probe of a service.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) workload: &'a Workload,
    pub(super) environment: &'a Environment,
    pub(super) health: &'a Health,
    /// The sidecar that is asked, where it is not the service's own container.
    pub(super) sidecar: Option<&'a Companion>,
    /// The word that states it.
    pub(super) word: &'static str,
    pub(super) probe: &'a Probe,
}

/// How the health of a container is asked, and of which sidecar, where it is not the service's own.
type Container<'a> = (Option<&'a Companion>, &'a Health);

/// How the health of every container of every service is asked.
pub(super) fn healths<'a>(
    cx: &Context<'a>,
) -> impl Iterator<Item = (&'a Workload, &'a Service, &'a Environment, Container<'a>)> {
    cx.services().flat_map(|(workload, service, environment)| {
        service.healths().map(move |container| (workload, service, environment, container))
    })
}

/// Every probe of every service.
pub(super) fn all<'a>(cx: &Context<'a>) -> impl Iterator<Item = Asked<'a>> {
    healths(cx).flat_map(|(workload, _, environment, (sidecar, health))| {
        [("live", &health.live), ("ready", &health.ready), ("start", &health.start)].into_iter().filter_map(
            move |(word, probe)| Some(Asked { workload, environment, health, sidecar, word, probe: probe.as_ref()? }),
        )
    })
}

/// How messages call a container whose health is asked.
pub(super) fn called(workload: &Workload, sidecar: Option<&Companion>) -> String {
    let name = &workload.name.value;
    sidecar.map_or_else(|| name.clone(), |sidecar| sidecar.called(name))
}

impl Asked<'_> {
    /// How messages call what is asked.
    pub(super) fn called(&self) -> String {
        called(self.workload, self.sidecar)
    }
}

/// Whether all its numbers are what the cluster takes them for: zero would be replaced by a default there.
pub(super) fn is_plain(probe: &Probe) -> bool {
    !probe.every.value.is_zero() && !probe.timeout.value.is_zero() && probe.fail.value > 0
}

/// Whether no check of probes would speak of a service's health with this probe in the place of the one of that word.
pub(super) fn is_sound(health: &Health, word: &str, probe: &Probe) -> bool {
    let [live, ready, start] = [("live", &health.live), ("ready", &health.ready), ("start", &health.start)]
        .map(|(other, stated)| if other == word { Some(probe) } else { stated.as_ref() });
    let kills = start.or(live).zip(health.starts_within);
    let kills_early = kills.is_some_and(|(kills, starts)| kills.earliest_failure() < starts.value);
    let hangs = ready.map_or(Duration::ZERO, slowest);
    let is_restarted_first = live.is_some_and(|live| slowest(live) < hangs);
    probe.timeout.value <= probe.every.value && !kills_early && !is_restarted_first && hangs <= USUAL
}

/// The readiness probe of a service with no answer waited for beyond the next question, where it is, and where that alone
/// leaves nothing to say of its health.
pub(super) fn capped_ready(health: &Health) -> Option<Probe> {
    let ready = health.ready.as_ref().filter(|ready| is_plain(ready) && ready.timeout.value > ready.every.value)?;
    let mut capped = ready.clone();
    capped.timeout.value = ready.every.value;
    is_sound(health, "ready", &capped).then_some(capped)
}

/// Mends a readiness probe by its timeout, where that is the one number to blame.
pub(super) fn capped(cx: &Context<'_>, health: &Health, diagnostic: Diagnostic) -> Diagnostic {
    let Some((ready, capped)) = health.ready.as_ref().zip(capped_ready(health)) else { return diagnostic };
    let (every, edits) = (capped.timeout.value, capped.timeout.value.to_string());
    let edits = set(cx, ready, "timeout", &ready.timeout, &edits);
    let waits = format!("waits {} for an answer, but asks every {every}", ready.timeout.value);
    let diagnostic = if ready.timeout.is_built_in() { diagnostic } else { diagnostic.also(ready.timeout.span, waits) };
    diagnostic.choice(format!("wait {every} for an answer"), edits)
}

/// The longest time from a hang to the failure that counts: a question was answered just before it
/// (Kubernetes 1.33, `pkg/kubelet/prober/worker.go`).
pub(super) fn slowest(probe: &Probe) -> Duration {
    probe.every.value * probe.failures() + probe.timeout.value
}

/// What is worked out of a probe's numbers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sum {
    /// [`slowest`].
    Slowest,
    /// When it may kill at the earliest.
    Earliest,
}

/// The stated numbers that a sum is made of, each as it is written and with what supplied it.
fn stated(probe: &Probe, sum: Sum) -> Vec<Origin<String>> {
    let show = |word: &str, origin: &Origin<Duration>| origin.map(|value| format!("{word} {value}"));
    let mut numbers = vec![show("every", &probe.every)];
    match &probe.within {
        Some(within) => numbers.push(show("within", within)),
        None => numbers.push(probe.fail.map(|fail| format!("fail {fail}"))),
    }
    if sum == Sum::Slowest {
        numbers.push(show("timeout", &probe.timeout));
    }
    // where failures are counted by `within`, the time before the first question comes off it
    if sum == Sum::Earliest || probe.within.is_some() {
        numbers.push(show("after", &probe.after));
    }
    numbers.retain(|number| !number.is_built_in());
    numbers
}

/// What supplied a probe with all its numbers, to follow it in a label; nothing where they come from several layers.
pub(super) fn from_layer(cx: &Context<'_>, probe: &Probe, sum: Sum) -> String {
    let layer = probe.path.layer;
    if stated(probe, sum).iter().all(|number| number.layer == layer) { cx.from_layer(layer) } else { String::new() }
}

/// Points at the numbers that another layer supplied than the one that states the probe.
pub(super) fn supplied(cx: &Context<'_>, probe: &Probe, sum: Sum, diagnostic: Diagnostic) -> Diagnostic {
    let others = stated(probe, sum).into_iter().filter(|number| number.layer != probe.path.layer);
    others.fold(diagnostic, |diagnostic, number| diagnostic.also(number.span, cx.supplied(&number)))
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
