//! What is typed to change how a service stops, in words.
//!
//! Invariant: whoever types what is said here is told of nothing that comes of it: a grace that has to grow is named with what
//! makes it, and one for which the platform's `drain-limit` leaves no room is never asked for without that.

use super::stopping::{Change, SHORTEST_PRE_STOP, SPARE, Stopping, whole};
use super::{entry_outlasts_pre_stop, timed, traffic};
use crate::check::Context;
use crate::check::mend::Mend;
use crate::check::prose::listed;
use crate::diagnostic::Diagnostic;
use crate::model::shutdown::Shutdown;
use crate::model::{Layer, Origin};
use crate::value::Duration;

/// How parts of a shutdown are changed.
pub(super) enum Typed {
    /// By this statement: `shutdown { drain 26s; grace 33s }`.
    Statement(String),
    /// By none that would be accepted; how there is room for it, to follow `or `.
    Room(String),
}

/// How much shorter parts of a shutdown may be.
pub(super) struct Shrinking {
    /// All of them together.
    pub(super) room: Duration,
    /// What keeps each that cannot be as short as one likes.
    least: Vec<String>,
}

impl Shrinking {
    fn keep(&mut self, word: &str, value: Duration, least: Duration, why: &str) {
        self.room = self.room + value.saturating_sub(least);
        self.least.push(format!("no {word} below {least}, {why}"));
    }

    /// What it says of the shortest that parts may be, to follow what says that they are to be shorter.
    pub(super) fn least(&self) -> String {
        if self.least.is_empty() { String::new() } else { format!(" ({})", self.least.join("; ")) }
    }
}

impl Stopping<'_> {
    /// How parts are changed; `grace` is what it becomes with them, as [`Stopping::set_parts`] says.
    pub(super) fn typed(&self, cx: &Context<'_>, changes: &[Change<'_>], grace: Option<Duration>) -> Typed {
        let parts = || changes.iter().map(|(word, _, value)| format!("{word} {value}"));
        let state = |grace: Option<Duration>| {
            let stated: Vec<String> = parts().chain(grace.map(|grace| format!("grace {grace}"))).collect();
            format!("shutdown {{ {} }}", stated.join("; "))
        };
        let (Some(enough), Some(limit)) = (grace, exceeded(cx, grace)) else {
            return Typed::Statement(state(grace));
        };
        let short = enough.saturating_sub(limit.value);
        let rest = self.shrinking(cx, changes);
        let raised = format!(
            "keep it off nodes that wait for {} only (`drain-limit`), raise that to {enough} and state `{}`",
            limit.value,
            state(grace)
        );
        let least = rest.least();
        Typed::Room(if short <= rest.room {
            let stated = state(Some(limit.value).filter(|limit| *limit > self.grace()));
            format!("shorten the rest of its shutdown by {short} in all{least} and state `{stated}`; or {raised}")
        } else if least.is_empty() {
            raised
        } else {
            format!("{raised}: the rest of its shutdown cannot be {short} shorter{least}")
        })
    }

    /// How much shorter the parts that are not changed may be so that no other finding comes of it.
    pub(super) fn shrinking(&self, cx: &Context<'_>, changes: &[Change<'_>]) -> Shrinking {
        let is_kept = |word: &str| !changes.iter().any(|(changed, ..)| *changed == word);
        let Shutdown { drain, finish, .. } = self.shutdown;
        let sidecars = self.needed.saturating_sub(self.shutdown.needed());
        let mut shrinking = Shrinking { room: sidecars, least: Vec::new() };
        if is_kept("finish") {
            shrinking.room = shrinking.room + finish.value;
        }
        if is_kept("pre-stop") && !self.pre_stop.is_zero() {
            let seen_from = self.workload.environment;
            let entry = entry_outlasts_pre_stop::longest(cx, self.workload);
            match entry.filter(|entry| entry.takes() >= SHORTEST_PRE_STOP) {
                Some(entry) => {
                    let why = format!("while {} sends it new connections", cx.name(entry.id, seen_from));
                    shrinking.keep("pre-stop", self.pre_stop, entry.takes(), &why);
                }
                None if traffic(cx, self.workload).is_some() => {
                    shrinking.keep(
                        "pre-stop",
                        self.pre_stop,
                        SHORTEST_PRE_STOP,
                        "in which others learn that a pod goes",
                    );
                }
                None => shrinking.room = shrinking.room + self.pre_stop,
            }
        }
        if is_kept("drain") && !drain.value.is_zero() {
            match timed::longest_timeout(cx, self.workload) {
                Duration::ZERO => shrinking.room = shrinking.room + drain.value,
                longest => shrinking.keep("drain", drain.value, longest, "for which its callers wait"),
            }
        }
        shrinking
    }

    /// Shows the limit that a grace exceeds, and says which of the parts that are changed are stated where a statement in the
    /// service's own block does not reach.
    pub(super) fn bounded(
        &self,
        cx: &Context<'_>,
        diagnostic: Diagnostic,
        changes: &[Change<'_>],
        grace: Option<Duration>,
    ) -> Diagnostic {
        let own = changes.iter().map(|(word, origin, _)| (*word, origin.layer));
        let words = own.chain(grace.map(|_| ("grace", self.shutdown.grace.layer)));
        let stronger = words.filter(|(_, layer)| *layer > Layer::Declaration);
        let diagnostic = stronger.fold(diagnostic, |diagnostic, (word, layer)| {
            let layer = cx.model.layer_name(layer);
            diagnostic
                .note(format!("what {layer} states of its {word} is stronger than its block: raise it there as well"))
        });
        match exceeded(cx, grace) {
            Some(limit) => diagnostic.also(limit.span, format!("no node waits longer than {} for a pod", limit.value)),
            None => diagnostic,
        }
    }

    /// How all of it gets room, by more of it or by less of what is `longest`, and the limit where that is in the way.
    pub(super) fn with_room(&self, cx: &Context<'_>, diagnostic: Diagnostic, longest: &str) -> Diagnostic {
        let (enough, through_names) = (whole(self.needed + SPARE), self.through_names(cx));
        let Some(limit) = exceeded(cx, Some(enough)) else {
            return diagnostic.help(format!("{}, or shorten {longest}{through_names}", self.raised()));
        };
        let (short, grace) = (enough.saturating_sub(limit.value), self.grace());
        let then = match grace.cmp(&limit.value) {
            std::cmp::Ordering::Less => format!(" and raise grace to {}", limit.value),
            std::cmp::Ordering::Equal => String::new(),
            std::cmp::Ordering::Greater => format!(" and lower grace to {}", limit.value),
        };
        let all = self.shrinking(cx, &[]);
        let needs = format!(
            "it needs {}, and a drain of its node waits for {} only (`drain-limit`)",
            self.with_spare(),
            limit.value
        );
        let raised = format!("raise `drain-limit` and grace to {enough}{through_names}");
        let least = all.least();
        diagnostic.also(limit.span, format!("no node waits longer than {} for a pod", limit.value)).help(
            if short <= all.room {
                format!(
                    "shorten pre-stop, drain or finish by {short} in all{least}{then}: {needs}; or keep it off such nodes and {raised}"
                )
            } else {
                format!("{needs}: keep it off such nodes and {raised}; it cannot be {short} shorter{least}")
            },
        )
    }
}

/// `pre-stop to 3s and grace to 25s`
pub(super) fn raised_to(changes: &[Change<'_>], grace: Option<Duration>) -> String {
    let parts = changes.iter().map(|(word, _, value)| format!("{word} to {value}"));
    listed(&parts.chain(grace.map(|grace| format!("grace to {grace}"))).collect::<Vec<_>>())
}

/// The platform's `drain-limit`, where a grace exceeds it.
fn exceeded<'c>(cx: &Context<'c>, grace: Option<Duration>) -> Option<&'c Origin<Duration>> {
    cx.model.platform.drain_limit.as_ref().filter(|limit| grace.is_some_and(|grace| grace > limit.value))
}
