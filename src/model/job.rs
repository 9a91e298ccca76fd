//! A workload that runs to completion: once for each content that it has, or by the clock.

use super::body::{Body, Decoder};
use super::origin::Origin;
use super::program::Program;
use crate::value::{Cron, Duration, TimeZone};

/// What only a job has; what it shares with other workloads is in [`super::Workload`], with services in [`Program`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// What runs in its pod.
    pub program: Program,
    /// When it runs, where that is by the clock.
    pub schedule: Option<Schedule>,
    /// How long a run may take, all its tries together.
    pub deadline: Option<Origin<Duration>>,
    /// How often it is tried again. Default 6, as Kubernetes' own.
    pub retries: Origin<u32>,
    /// How long a run is kept after its end.
    pub ttl: Option<Origin<Duration>>,
}

/// `schedule CRON { .. }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// When it runs.
    pub cron: Origin<Cron>,
    /// Where that is the time. Default UTC, wherever the cluster's controllers run.
    pub timezone: Origin<TimeZone>,
    /// What becomes of a run that is due while the one before still goes on. Default `forbid`.
    pub concurrency: Origin<Concurrency>,
    /// How much later than its time a run may begin.
    pub starting_deadline: Option<Origin<Duration>>,
    /// How many runs that succeeded are kept. Default 3, as Kubernetes' own.
    pub succeeded_history: Origin<u32>,
    /// How many runs that failed are kept. Default 1, as Kubernetes' own.
    pub failed_history: Origin<u32>,
    /// That no run is begun.
    pub suspend: Option<Origin<()>>,
}

/// What becomes of a run that is due while the one before still goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Concurrency {
    /// It is left out.
    Forbid,
    /// The one before is ended for it.
    Replace,
    /// Both go on.
    Allow,
}

impl Concurrency {
    /// As the spec has it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Forbid => "forbid",
            Self::Replace => "replace",
            Self::Allow => "allow",
        }
    }
}

impl std::fmt::Display for Concurrency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

impl Job {
    /// How often it is tried again where nobody states it (kubernetes `pkg/apis/batch/v1/defaults.go`, 1.33).
    pub const RETRIES: u32 = 6;

    /// How many digits of a digest stand behind the name of a Job that is made once for each content.
    pub const DIGITS: usize = 10;

    /// The name of the job of which an object of this name is the Job; `None` where no digest stands behind it.
    pub fn of_object(object: &str) -> Option<&str> {
        let (name, digest) = object.rsplit_once('-')?;
        (digest.len() == Self::DIGITS && digest.bytes().all(|digit| digit.is_ascii_hexdigit())).then_some(name)
    }

    /// Reads what only a job has.
    pub fn decode(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Self {
        Self {
            program: Program::decode(body, decoder),
            schedule: decoder.within("schedule", |decoder| Schedule::decode(body, decoder)),
            deadline: decoder.within("deadline", |decoder| decoder.value(body, "deadline")),
            retries: decoder.within("retries", |decoder| decoder.value_or(body, "retries", Self::RETRIES)),
            ttl: decoder.within("ttl", |decoder| decoder.value(body, "ttl")),
        }
    }

    /// What is wrong with a flow to a job of this name, wherever it is asked for.
    pub fn uncalled(name: &str) -> String {
        format!("{name} is a job, and nobody calls a job: it listens on no port")
    }

    /// Whether it runs by the clock.
    pub fn is_scheduled(&self) -> bool {
        self.schedule.is_some()
    }

    /// How long is waited before a retry, the first being 1: 10s, and twice as long each time, 10m at most
    /// (`getRemainingTimeForFailuresCount` in kubernetes `pkg/controller/job/backoff_utils.go`, 1.33).
    pub fn pause(retry: u32) -> Duration {
        let doubled = 10_u64.saturating_mul(1 << retry.saturating_sub(1).min(6));
        Duration::from_secs(doubled.min(600))
    }

    /// How long is waited before so many retries, together.
    pub fn pauses(retries: u32) -> Duration {
        let growing = (1..=retries.min(7)).map(Self::pause).fold(Duration::ZERO, |sum, pause| sum + pause);
        let longest = u64::from(retries.saturating_sub(7));
        growing + Duration::from_secs(longest.saturating_mul(600))
    }

    /// Holds what is equal in another environment's once.
    pub(super) fn share(&mut self, other: &Self) {
        self.program.share(&other.program);
    }
}

impl Schedule {
    fn decode(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        let block = &body.get("schedule")?.block;
        let cron = decoder.value(body, "schedule")?;
        Some(Self {
            cron,
            timezone: decoder.value_or(block, "timezone", TimeZone::utc()),
            concurrency: concurrency(block, decoder),
            starting_deadline: decoder.value(block, "starting-deadline"),
            succeeded_history: decoder.value_or(block, "succeeded-history", 3),
            failed_history: decoder.value_or(block, "failed-history", 1),
            suspend: block.get("suspend").and_then(super::body::Merged::origin),
        })
    }
}

fn concurrency(block: &Body<'_>, decoder: &mut Decoder<'_>) -> Origin<Concurrency> {
    let stated = block.get("concurrency").and_then(|entry| decoder.word_at(entry, 0));
    let Some(word) = stated else { return decoder.built_in(Concurrency::Forbid) };
    let concurrency = match &*word.value {
        "replace" => Concurrency::Replace,
        "allow" => Concurrency::Allow,
        _ => Concurrency::Forbid,
    };
    word.map(|_| concurrency)
}

#[cfg(test)]
mod tests {
    use super::{Duration, Job};

    #[test]
    fn pauses_double_up_to_ten_minutes() {
        let seconds = Duration::from_secs;
        assert_eq!([1, 2, 3, 6, 7, 8, 99].map(Job::pause), [10, 20, 40, 320, 600, 600, 600].map(seconds));
        for retries in 0..40 {
            let sum = (1..=retries).map(Job::pause).fold(Duration::ZERO, |sum, pause| sum + pause);
            assert_eq!(Job::pauses(retries), sum, "{retries}");
        }
    }
}
