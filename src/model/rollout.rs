//! How a new version replaces the old one.

use super::body::{Body, Decoder};
use super::count::Count;
use super::origin::Origin;
use crate::value::{Duration, Percent};

/// The rollout of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollout {
    /// Replicas beyond the number wanted; a percentage rounds up.
    pub surge: Origin<Count>,
    /// Replicas that may be missing; a percentage rounds down.
    pub unavailable: Origin<Count>,
    /// Time that a replica must stay ready to count.
    pub min_ready: Origin<Duration>,
    /// Time without progress after which the rollout is reported as failed.
    pub deadline: Origin<Duration>,
}

impl Rollout {
    /// Whether a replica that takes `start` to start counts before the deadline: in whole seconds, as the cluster counts.
    pub fn outlasts(&self, start: Duration) -> bool {
        self.deadline.value.secs() > start.secs() + self.min_ready.value.secs()
    }

    /// Reads `rollout`. `surge` and `deadline` default to Kubernetes' own 25 % and 600 s, `unavailable` to none.
    pub fn decode(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Self {
        let empty = Body::default();
        let block = body.get("rollout").map_or(&empty, |entry| &entry.block);
        Self {
            surge: decoder.value_or(block, "surge", Count::Percent(Percent(25))),
            unavailable: decoder.value_or(block, "unavailable", Count::Number(0)),
            min_ready: decoder.value_or(block, "min-ready", Duration::from_secs(0)),
            deadline: decoder.value_or(block, "deadline", Duration::from_secs(600)),
        }
    }
}
