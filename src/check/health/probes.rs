//! The probes of services, and how their numbers are changed.

use super::stopping::{Written, is_near};
use crate::check::Context;
use crate::check::mend::Mend;
use crate::diagnostic::{Diagnostic, Reach};
use crate::model::health::{Health, Probe};
use crate::model::{Companion, Environment, Layer, Origin, Service, Workload};
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
pub(super) type Container<'a> = (Option<&'a Companion>, &'a Health);

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

/// The readiness probe of a service with no answer waited for beyond the next question, nor so long that it is slow, where it is,
/// and where that alone leaves nothing to say of its health.
pub(super) fn capped_ready(health: &Health) -> Option<Probe> {
    let ready = health.ready.as_ref().filter(|ready| is_plain(ready) && ready.timeout.value > ready.every.value)?;
    let mut capped = ready.clone();
    let soonest = health.live.as_ref().map_or(USUAL, |live| slowest(live).min(USUAL));
    let left = soonest.saturating_sub(ready.every.value * ready.failures());
    // what is waited for is written in whole seconds
    let left = Duration::from_secs(left.millis() / 1000);
    capped.timeout.value = if left.is_zero() { ready.every.value } else { left.min(ready.every.value) };
    is_sound(health, "ready", &capped).then_some(capped)
}

/// The liveness probe of a service that is asked no more often than it is answered, where it is asked so, and where that alone
/// leaves nothing to say of its health.
pub(super) fn spaced_live(health: &Health) -> Option<Probe> {
    let live = health.live.as_ref().filter(|live| is_plain(live) && live.timeout.value > live.every.value)?;
    // where both overlap themselves these are two mistakes
    if health.ready.as_ref().is_some_and(|ready| ready.timeout.value > ready.every.value) {
        return None;
    }
    let mut spaced = live.clone();
    spaced.every.value = live.timeout.value;
    is_sound(health, "live", &spaced).then_some(spaced)
}

/// Mends a liveness probe by how often it is asked, where that is the one number to blame.
pub(super) fn spaced(cx: &Context<'_>, change: Change<'_>, diagnostic: Diagnostic) -> Diagnostic {
    let health = change.health;
    let Some((live, spaced)) = health.live.as_ref().zip(spaced_live(health)) else { return diagnostic };
    let every = spaced.every.value;
    let Written { edits, place } = change.set(cx, ("live", live), ("every", &live.every), &every.to_string());
    let asks = format!("asks every {}, but waits {every} for an answer", live.every.value);
    let diagnostic = if live.every.is_built_in() { diagnostic } else { diagnostic.also(live.every.span, asks) };
    diagnostic.choice_to(Reach::AtLeast(every.millis()), format!("ask for liveness every {every}{place}"), edits)
}

/// Mends a readiness probe by its timeout, where that is the one number to blame.
pub(super) fn capped(cx: &Context<'_>, change: Change<'_>, diagnostic: Diagnostic) -> Diagnostic {
    let health = change.health;
    let Some((ready, capped)) = health.ready.as_ref().zip(capped_ready(health)) else { return diagnostic };
    let waited = capped.timeout.value;
    let Written { edits, place } = change.set(cx, ("ready", ready), ("timeout", &ready.timeout), &waited.to_string());
    let waits = format!("waits {} for an answer, but asks every {}", ready.timeout.value, ready.every.value);
    let diagnostic = if ready.timeout.is_built_in() { diagnostic } else { diagnostic.also(ready.timeout.span, waits) };
    diagnostic.choice(format!("wait {waited} for an answer{place}"), edits)
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

/// How the numbers of probes are changed: where they are stated, if that is wrong for all who take it over; what is wrong by what a
/// service states beside it, in that service alone.
#[derive(Clone, Copy)]
pub(super) struct Change<'a> {
    health: &'a Health,
    /// The strongest layer of what makes it wrong.
    deciding: Layer,
}

impl<'a> Change<'a> {
    /// What is wrong is made of these sums, and of values of these layers.
    pub(super) fn of(health: &'a Health, sums: &[(&Probe, Sum)], others: &[Layer]) -> Self {
        let of_sum = |(probe, sum): &(&Probe, Sum)| {
            let numbers = stated(probe, *sum);
            // what is asked with numbers that nobody states is as wrong as whoever asks it
            let asks = (numbers.len() < numbers_of(probe, *sum)).then_some(probe.path.layer);
            numbers.iter().map(|number| number.layer).chain(asks).max().unwrap_or(Layer::BuiltIn)
        };
        let deciding = sums.iter().map(of_sum).chain(others.iter().copied()).max().unwrap_or(Layer::BuiltIn);
        Self { health, deciding }
    }

    /// Writes a number of a probe, which `word` states.
    pub(super) fn set<T>(
        &self,
        cx: &Context<'_>,
        (word, probe): (&str, &Probe),
        (clause, number): (&str, &Origin<T>),
        value: &str,
    ) -> Written {
        let is_in_place = |layer: Layer| is_near(layer) || self.deciding <= layer;
        if number.is_built_in() && is_in_place(probe.path.layer) {
            let edits = cx.append(&probe.path, format!(" {clause} {value}"));
            return Written { edits, place: place(cx, &probe.path) };
        }
        if !number.is_built_in() && is_in_place(number.layer) {
            return Written { edits: cx.replace(number, value), place: place(cx, number) };
        }
        let Health { live, ready, start, starts_within, .. } = self.health;
        let last = |parts: Vec<Origin<()>>| {
            let own = parts.into_iter().filter(|part| part.layer == self.deciding);
            own.max_by_key(|part| (part.span.file, part.span.end))
        };
        let beside = || {
            let probes = [live, ready, start].into_iter().flatten().flat_map(parts);
            last(probes.chain(starts_within.map(|starts| starts.map(|_| ()))).collect())
        };
        let (part, statement) = match last(parts(probe)) {
            Some(part) => (Some(part), format!(" {clause} {value}")),
            None => (beside(), format!("; {word} {clause} {value}")),
        };
        let Some(part) = part else { return Written::default() };
        Written { edits: cx.append(&part, statement), place: place(cx, &part) }
    }
}

/// How many numbers a sum is made of.
fn numbers_of(probe: &Probe, sum: Sum) -> usize {
    let asked = 2 + usize::from(sum == Sum::Slowest);
    asked + usize::from(sum == Sum::Earliest || probe.within.is_some())
}

/// All that a probe states.
fn parts(probe: &Probe) -> Vec<Origin<()>> {
    let Probe { path, after, every, timeout, fail, within } = probe;
    let times = [after, every, timeout].into_iter().chain(within).map(|time| time.map(|_| ()));
    let mut parts: Vec<Origin<()>> = times.chain([fail.map(|_| ()), path.as_ref().map(|_| ())]).collect();
    parts.retain(|part| !part.is_built_in());
    parts
}

/// Where others see a change of a value as well, to follow what is done: ` in the platform's defaults`.
pub(super) fn place<T>(cx: &Context<'_>, changed: &Origin<T>) -> String {
    let is_shared = changed.layer < Layer::Declaration || matches!(changed.layer, Layer::OverlayAll(_));
    // what a class is given is stated by whoever gives it
    let is_shared = is_shared && !changed.is_built_in() && !cx.is_parameter(changed);
    if is_shared { format!(" in {}", cx.model.layer_name(changed.layer)) } else { String::new() }
}
