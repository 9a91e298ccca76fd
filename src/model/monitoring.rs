//! What is read of metrics, and when somebody is told.

use super::body::{Body, Decoder};
use super::origin::Origin;
use super::{KeyedTexts, keyed_texts};
use crate::value::Duration;

/// `monitors { .. }`: the Prometheus Operator tells it what to scrape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Monitors {
    /// The statement.
    pub stated: Origin<()>,
    /// The labels by which it finds what it is told.
    pub labels: KeyedTexts,
}

impl Monitors {
    /// Reads the `monitors` of a managed workload.
    pub(super) fn decode(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        let entry = body.get("monitors")?;
        let stated = entry.origin()?;
        Some(Self { stated, labels: keyed_texts(&entry.block, "label", decoder) })
    }
}

/// `alerts DURATION [severity SEVERITY]`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alerts {
    /// For how long something does not hold until somebody is told; whole seconds.
    pub after: Origin<Duration>,
    /// How grave that is.
    pub severity: Severity,
}

/// How grave an alert is: the value of its label `severity`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Somebody is woken.
    Critical,
    /// Somebody looks at it on the next working day.
    Warning,
    /// It is there for whoever looks.
    Info,
}

impl Severity {
    /// As the spec and the label have it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

impl Alerts {
    /// Reads the `alerts` of a service or a job.
    pub(super) fn decode(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        let entry = body.get("alerts")?;
        let severity = entry.clause("severity").and_then(|part| decoder.word(part.terms.first()?, part));
        let severity = match severity.as_ref().map(|word| &*word.value) {
            Some("critical") => Severity::Critical,
            Some("info") => Severity::Info,
            Some(_) | None => Severity::Warning,
        };
        Some(Self { after: decoder.argument(entry, 0)?, severity })
    }
}
