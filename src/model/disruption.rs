//! How many replicas stay while nodes are drained.

use super::body::{Body, Decoder};
use super::count::Count;
use super::origin::Origin;

/// The disruption budget that a spec states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disruption {
    /// At least so many stay.
    MinAvailable(Origin<Count>),
    /// At most so many go.
    MaxUnavailable(Origin<Count>),
    /// Its operator or chart makes the budget.
    ByOperator(Origin<()>),
    /// None, and why.
    None {
        /// Where that is stated.
        stated: Origin<()>,
        /// Why.
        because: Option<Origin<String>>,
    },
}

impl Disruption {
    /// Reads `disruption`; `None` where nobody states it.
    pub fn decode(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        let entry = body.get("disruption")?;
        let stated = entry.origin()?;
        match entry.variant?.name {
            "min-available" => decoder.argument(entry, 0).map(Self::MinAvailable),
            "max-unavailable" => decoder.argument(entry, 0).map(Self::MaxUnavailable),
            "by-operator" => Some(Self::ByOperator(stated)),
            _ => Some(Self::None { stated, because: decoder.because(entry) }),
        }
    }
}
