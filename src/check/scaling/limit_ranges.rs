//! What `limit-range` of an environment asks of one resource, in one shape for cpu and memory.

use crate::model::Origin;
use crate::model::environment::{Bound, Environment};
use crate::value::{Cpu, Memory};

/// A range in the resource's smallest unit.
#[derive(Clone)]
pub(super) struct Range {
    /// The word that states it.
    pub(super) word: &'static str,
    /// Where it is stated.
    pub(super) stated: Origin<()>,
    /// The least that a container requests.
    pub(super) least: u64,
    /// The most that its limit is.
    pub(super) most: Option<u64>,
    /// How many times the request a limit may be.
    pub(super) ratio: Option<Origin<u32>>,
    /// Both ends as they are stated.
    pub(super) ends: [String; 2],
}

/// Why the API server takes no such range.
pub(super) enum Fault<'r> {
    /// It ends below its start.
    Falls,
    /// No limit may be as much as the request.
    RatioBelowOne(&'r Origin<u32>),
    /// The ratio is more than lies between the ends.
    RatioBeyondEnds {
        /// The ratio.
        ratio: &'r Origin<u32>,
        /// The end of the range.
        most: u64,
    },
}

/// The ranges of an environment.
pub(super) fn of_environment(environment: &Environment) -> impl Iterator<Item = Range> {
    let range = &environment.limit_range;
    let cpu = range.cpu.as_ref().map(|bound| in_units("cpu", bound, Cpu::millis));
    let memory = range.memory.as_ref().map(|bound| in_units("memory", bound, Memory::bytes));
    cpu.into_iter().chain(memory)
}

/// What a container is given that states nothing of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Given {
    /// The request.
    pub(super) request: u64,
    /// The limit, if it is given one.
    pub(super) limit: Option<u64>,
}

/// What a container of an environment is given that states nothing of `cpu` or `memory`, before any quota counts it: the most of
/// its range as its limit and as its request, and of a range without an end the least as its request (kubernetes
/// `pkg/apis/core/v1/defaults.go`, `SetDefaults_LimitRangeItem`, 1.36).
pub(super) fn given(environment: &Environment, word: &str) -> Option<Given> {
    let range = of_environment(environment).find(|range| range.word == word)?;
    let request = range.most.or(Some(range.least).filter(|least| *least > 0))?;
    Some(Given { request, limit: range.most })
}

/// The limit that a container of an environment is given which states none of `cpu` or `memory`: the most of its range, before any
/// quota counts it.
pub(super) fn given_limit(environment: &Environment, word: &str) -> Option<u64> {
    of_environment(environment).find(|range| range.word == word).and_then(|range| range.most)
}

fn in_units<T: Copy + std::fmt::Display>(word: &'static str, bound: &Bound<T>, units: fn(T) -> u64) -> Range {
    let Bound { range, ratio } = bound;
    Range {
        word,
        stated: range.map(|_| ()),
        least: units(range.value.request),
        most: range.value.limit.map(units),
        ratio: *ratio,
        ends: [range.value.request.to_string(), range.value.limit.map_or_else(String::new, |most| most.to_string())],
    }
}

impl Range {
    /// Why the API server takes no such range: `ValidateLimitRange`, of which the words of the language can break these rules.
    /// What containers get that state nothing follows from the ends, and is within them.
    pub(super) fn fault(&self) -> Option<Fault<'_>> {
        if self.most.is_some_and(|most| self.least > most) {
            return Some(Fault::Falls);
        }
        let ratio = self.ratio.as_ref()?;
        if ratio.value < 1 {
            return Some(Fault::RatioBelowOne(ratio));
        }
        // from nothing on any ratio is within the ends
        let most = self.most.filter(|_| self.least > 0)?;
        let is_beyond = u128::from(self.least) * u128::from(ratio.value) > u128::from(most);
        is_beyond.then_some(Fault::RatioBeyondEnds { ratio, most })
    }
}
