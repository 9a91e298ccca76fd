//! How a service stops.

use super::body::{Body, Decoder};
use super::origin::Origin;
use crate::value::Duration;

/// Pre-stop, drain and finish run one after the other, all within grace; the clock starts before pre-stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shutdown {
    /// After this the pod is killed. Default 30s, as Kubernetes' own.
    pub grace: Origin<Duration>,
    /// Time to keep serving before TERM.
    pub pre_stop: Origin<Duration>,
    /// Time for requests in flight.
    pub drain: Origin<Duration>,
    /// Time for work in hand.
    pub finish: Origin<Duration>,
    /// The variable that tells the program its drain time.
    pub drain_env: Option<Origin<String>>,
}

impl Shutdown {
    /// The grace where none is stated, as Kubernetes' own (Kubernetes 1.33, core/v1 defaults).
    pub const GRACE: Duration = Duration::from_secs(30);

    /// Pre-stop as the kubelet counts it, in whole seconds (Kubernetes 1.33,
    /// `pkg/kubelet/kuberuntime/kuberuntime_container.go`, `killContainer`).
    pub fn counted_pre_stop(&self) -> Duration {
        Duration::from_secs(self.pre_stop.value.secs())
    }

    /// What pre-stop, drain and finish take together: they run one after the other.
    pub fn needed(&self) -> Duration {
        self.counted_pre_stop() + self.drain.value + self.finish.value
    }

    /// Reads `shutdown`.
    pub fn decode(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Self {
        let empty = Body::default();
        let block = body.get("shutdown").map_or(&empty, |entry| &entry.block);
        let drain_env = block.get("drain-env").and_then(|entry| entry.term(0)).and_then(|(term, part)| {
            let closed = decoder.close(term, part)?;
            Some(Origin::new(super::body::spelling(&closed).into_owned(), term.span, part.layer))
        });
        Self {
            grace: decoder.value_or(block, "grace", Self::GRACE),
            pre_stop: decoder.value_or(block, "pre-stop", Duration::from_secs(0)),
            drain: decoder.value_or(block, "drain", Duration::from_secs(0)),
            finish: decoder.value_or(block, "finish", Duration::from_secs(0)),
            drain_env,
        }
    }
}
