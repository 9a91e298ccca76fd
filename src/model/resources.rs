//! What a container asks of its node.

use super::body::{Body, Decoder};
use super::origin::Origin;
use crate::value::{Cpu, Memory, Requested};

/// Cpu, memory and disk of a workload's container.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Resources {
    /// Cpu.
    pub cpu: Option<Resource<Cpu>>,
    /// Memory.
    pub memory: Option<Resource<Memory>>,
    /// Local disk.
    pub ephemeral: Option<Resource<Memory>>,
}

/// Request and limit of one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource<T> {
    /// How much is requested and at most used; no limit where `..none` is written.
    pub amount: Origin<Requested<T>>,
    /// Why there is no limit.
    pub because: Option<Origin<String>>,
}

impl Resources {
    /// Reads `cpu`, `memory` and `ephemeral`.
    pub fn decode(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Self {
        Self {
            cpu: resource(body, "cpu", decoder),
            memory: resource(body, "memory", decoder),
            ephemeral: resource(body, "ephemeral", decoder),
        }
    }
}

fn resource<T>(body: &Body<'_>, word: &'static str, decoder: &mut Decoder<'_>) -> Option<Resource<T>>
where
    Requested<T>: crate::value::FromTerm,
{
    let entry = body.get(word)?;
    decoder.within(word, |decoder| {
        let amount = decoder.argument(entry, 0)?;
        Some(Resource { amount, because: decoder.because(entry) })
    })
}
