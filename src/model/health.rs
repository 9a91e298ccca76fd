//! How a service's health is asked.

use super::body::{Body, Decoder, Merged};
use super::origin::Origin;
use crate::value::{Duration, Port};

/// The probes of a service, all on one port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// The port that answers.
    pub port: Origin<Port>,
    /// Restarts the container when it fails.
    pub live: Option<Probe>,
    /// Takes the pod out of its Service when it fails.
    pub ready: Option<Probe>,
    /// Holds the other two back until it succeeds.
    pub start: Option<Probe>,
    /// How long starting may take.
    pub starts_within: Option<Origin<Duration>>,
}

/// One probe. Unstated numbers are the API's own defaults: 0s, 10s, 1s and 3 (Kubernetes 1.33, core/v1 `Probe`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// The path that is asked with GET.
    pub path: Origin<String>,
    /// Delay before the first question.
    pub after: Origin<Duration>,
    /// Time between questions.
    pub every: Origin<Duration>,
    /// Time for an answer.
    pub timeout: Origin<Duration>,
    /// Failures in a row that count.
    pub fail: Origin<u32>,
    /// The time that starting may take, for the start probe.
    pub within: Option<Origin<Duration>>,
}

impl Probe {
    /// How many failures in a row count. Where `within` is stated: as many as it takes for the last of them to come no
    /// sooner, the first question coming as soon as `after` has passed (Kubernetes 1.33, `pkg/kubelet/prober/worker.go`).
    pub fn failures(&self) -> u32 {
        match &self.within {
            Some(within) => {
                let every = self.every.value.millis().max(1);
                let rest = within.value.saturating_sub(self.after.value).millis();
                u32::try_from(rest.div_ceil(every)).unwrap_or(u32::MAX).saturating_add(1)
            }
            None => self.fail.value,
        }
    }

    /// The shortest time from the start of a container to the failure that counts: the first question comes as soon as `after`
    /// has passed, each further one a period later (Kubernetes 1.33, `pkg/kubelet/prober/worker.go`).
    pub fn earliest_failure(&self) -> Duration {
        self.after.value + self.every.value * self.failures().saturating_sub(1)
    }
}

impl Health {
    /// Reads `health`. `None` where there is no port, hence nothing to ask.
    pub fn decode(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        let entry = body.get("health")?;
        // `resolve` has reported what lacks its port or its path
        if entry.term(0).is_none() {
            decoder.tainted = true;
            return None;
        }
        decoder.tainted |= entry.block.entries.iter().any(|probe| probe.term(0).is_none());
        let port = decoder.argument(entry, 0)?;
        let mut probe = |word: &str| entry.block.get(word).and_then(|probe| Probe::decode(probe, decoder));
        let (live, ready, start) = (probe("live"), probe("ready"), probe("start"));
        Some(Self { port, live, ready, start, starts_within: decoder.value(&entry.block, "starts-within") })
    }
}

impl Probe {
    fn decode(entry: &Merged<'_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        let path = decoder.argument(entry, 0)?;
        let seconds = |decoder: &Decoder<'_>, n| decoder.built_in(Duration::from_secs(n));
        Some(Self {
            path,
            after: decoder.clause(entry, "after").unwrap_or_else(|| seconds(decoder, 0)),
            every: decoder.clause(entry, "every").unwrap_or_else(|| seconds(decoder, 10)),
            timeout: decoder.clause(entry, "timeout").unwrap_or_else(|| seconds(decoder, 1)),
            fail: decoder.clause(entry, "fail").unwrap_or_else(|| decoder.built_in(3)),
            within: decoder.clause(entry, "within"),
        })
    }
}
