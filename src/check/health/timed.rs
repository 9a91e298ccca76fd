//! Flows that state how long a caller waits.

use std::collections::BTreeMap;

use crate::check::Context;
use crate::model::flow::FlowTerms;
use crate::model::{DeclaredFlow, EndpointId, Origin, Workload};
use crate::source::Span;
use crate::value::Duration;

/// A declared flow with a timeout.
#[derive(Clone, Copy)]
pub(super) struct Timed<'a> {
    pub(super) flow: &'a DeclaredFlow,
    pub(super) terms: &'a FlowTerms,
    pub(super) timeout: &'a Origin<Duration>,
}

impl<'a> Timed<'a> {
    fn of(flow: &'a DeclaredFlow) -> Option<Self> {
        let terms = flow.terms.as_deref()?;
        Some(Self { flow, terms, timeout: terms.timeout.as_ref()? })
    }

    /// The name of the port that is called.
    pub(super) fn port(&self, cx: &Context<'a>) -> &'a str {
        let target = cx.model.endpoint(self.flow.destination);
        let port = target.and_then(|target| target.ports().get(usize::from(self.flow.port)));
        port.map_or("PORT", |port| port.name.value.as_str())
    }

    /// How often it is tried.
    pub(super) fn tries(&self) -> u32 {
        self.terms.retries.as_ref().map_or(0, |retries| retries.value).saturating_add(1)
    }

    /// How long the caller waits, all in all.
    pub(super) fn wait(&self) -> Duration {
        self.timeout.value * self.tries()
    }
}

/// The flows to one callee that share their timeout's statement, by that statement.
pub(super) type Groups<'a> = BTreeMap<Span, Vec<Timed<'a>>>;

/// Whether what is judged of an endpoint could be read.
pub(super) fn is_sound(cx: &Context<'_>, id: EndpointId) -> bool {
    cx.model.endpoint(id).is_some_and(|endpoint| !endpoint.lacks(&["shutdown", "port"]))
}

/// The flows to an endpoint that state a timeout and whose ends could be read.
pub(super) fn groups<'a>(cx: &Context<'a>, callee: EndpointId) -> Groups<'a> {
    let mut groups = Groups::new();
    if is_sound(cx, callee) {
        for timed in incoming(cx, callee).filter(|timed| is_sound(cx, timed.flow.source)) {
            groups.entry(timed.timeout.span).or_default().push(timed);
        }
    }
    groups
}

/// The longest time that a caller waits for one answer of a workload.
pub(super) fn longest_timeout(cx: &Context<'_>, workload: &Workload) -> Duration {
    let exposures = workload.service().into_iter().flat_map(|service| &*service.exposures);
    let from_outside = exposures.filter_map(|exposure| exposure.timeout.as_ref()).map(|timeout| timeout.value);
    incoming(cx, workload.id).map(|timed| timed.timeout.value).chain(from_outside).max().unwrap_or(Duration::ZERO)
}

/// The flows to an endpoint that state a timeout.
pub(super) fn incoming<'a>(cx: &Context<'a>, endpoint: EndpointId) -> impl Iterator<Item = Timed<'a>> {
    cx.stated_to(endpoint).filter_map(Timed::of)
}

/// What a workload waits for while it answers: the longest wait, and the second longest.
#[derive(Clone, Copy)]
pub(super) struct Waits<'a> {
    pub(super) longest: Timed<'a>,
    pub(super) second: Duration,
}

/// The flows by which an endpoint asks others while it answers and that state a timeout.
fn asking<'a>(cx: &Context<'a>, endpoint: EndpointId) -> impl Iterator<Item = Timed<'a>> {
    let others = |timed: &Timed<'a>| timed.terms.background.is_none() && timed.flow.source != timed.flow.destination;
    cx.stated_from(endpoint).filter_map(Timed::of).filter(others)
}

/// The waits of an endpoint that asks others while it answers, where both ends could be read.
pub(super) fn waits<'a>(cx: &Context<'a>, endpoint: EndpointId) -> Option<Waits<'a>> {
    let sound = |timed: &Timed<'a>| is_sound(cx, endpoint) && is_sound(cx, timed.flow.destination);
    let mut waits: Option<Waits<'a>> = None;
    for timed in asking(cx, endpoint).filter(sound) {
        let known = waits.get_or_insert(Waits { longest: timed, second: Duration::ZERO });
        if timed.wait() > known.longest.wait() {
            *known = Waits { longest: timed, second: known.longest.wait() };
        } else if timed.flow != known.longest.flow {
            known.second = known.second.max(timed.wait());
        }
    }
    waits
}

/// How long an endpoint waits for others at the most, whoever they are: what its flows say, and nothing of their other ends.
pub(super) fn longest_wait(cx: &Context<'_>, endpoint: EndpointId) -> Duration {
    asking(cx, endpoint).map(|timed| timed.wait()).max().unwrap_or(Duration::ZERO)
}

/// The names of the callers, each once, as seen from the callee's environment.
pub(super) fn callers(cx: &Context<'_>, group: &[Timed<'_>]) -> Vec<String> {
    let mut names = Vec::new();
    for timed in group {
        let seen_from = cx.model.endpoint(timed.flow.destination).map(crate::model::Endpoint::environment);
        let name = cx.name(timed.flow.source, seen_from.unwrap_or(timed.flow.environment));
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}
