//! How a new version replaces the old one.

use super::body::{Body, Decoder};
use super::count::Count;
use super::origin::{Layer, Origin};
use super::stateful::ServiceKind;
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

    /// Reads `rollout`. Of a Deployment `surge` and `deadline` default to Kubernetes' own 25 % and 600 s, `unavailable` to none. A
    /// `StatefulSet` stops one pod and then starts it anew, and nothing says otherwise of it: what is stated for all services passes
    /// it by.
    pub fn decode(body: &Body<'_>, kind: &ServiceKind, decoder: &mut Decoder<'_>) -> Self {
        let empty = Body::default();
        let block = body.get("rollout").map_or(&empty, |entry| &entry.block);
        let (surge, unavailable) = match kind {
            ServiceKind::Deployment => (Count::Percent(Percent(25)), Count::Number(0)),
            ServiceKind::Stateful(_) => (Count::Number(0), Count::Number(1)),
        };
        let rollout = Self {
            surge: decoder.value_or(block, "surge", surge),
            unavailable: decoder.value_or(block, "unavailable", unavailable),
            min_ready: decoder.value_or(block, "min-ready", Duration::from_secs(0)),
            deadline: decoder.value_or(block, "deadline", Duration::from_secs(600)),
        };
        match kind {
            ServiceKind::Deployment => rollout,
            ServiceKind::Stateful(_) => Self {
                surge: its_own(rollout.surge, surge, decoder),
                unavailable: its_own(rollout.unavailable, unavailable, decoder),
                deadline: its_own(rollout.deadline, Duration::from_secs(600), decoder),
                ..rollout
            },
        }
    }
}

/// A value, unless it is stated for every service alike.
fn its_own<T>(value: Origin<T>, otherwise: T, decoder: &Decoder<'_>) -> Origin<T> {
    match value.layer {
        Layer::PlatformDefaults | Layer::EnvironmentDefaults(_) | Layer::OverlayAll(_) => decoder.built_in(otherwise),
        Layer::BuiltIn | Layer::Class(_) | Layer::Declaration | Layer::Overlay(_) => value,
    }
}
