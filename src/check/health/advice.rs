//! What is typed to change how a service stops, in words.
//!
//! Invariant: whoever types what is said here is told of nothing that comes of it: a grace that has to grow is named with what
//! makes it, and one for which the platform's `drain-limit` leaves no room is never asked for without that.

use super::stopping::{Change, SPARE, Stopping, whole};
use crate::check::Context;
use crate::check::mend::Mend;
use crate::check::prose::listed;
use crate::diagnostic::Diagnostic;
use crate::model::{Layer, Origin};
use crate::value::Duration;

/// How parts of a shutdown are changed.
pub(super) enum Typed {
    /// By this statement: `shutdown { drain 26s; grace 33s }`.
    Statement(String),
    /// By none that would be accepted; how there is room for it, to follow `or `.
    Room(String),
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
        let changed = changes.iter().fold(SPARE, |sum, (_, _, value)| sum + *value);
        let rest = enough.saturating_sub(changed);
        let raised = format!(
            "keep it off nodes that wait for {} only (`drain-limit`), raise that to {enough} and state `{}`",
            limit.value,
            state(grace)
        );
        Typed::Room(if short < rest {
            let stated = state(Some(limit.value).filter(|limit| *limit > self.grace()));
            format!("shorten the rest of its shutdown by {short} in all and state `{stated}`; or {raised}")
        } else {
            raised
        })
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
        diagnostic.also(limit.span, format!("no node waits longer than {} for a pod", limit.value)).help(format!(
            "shorten pre-stop, drain or finish by {short} in all{then}: it needs {}, and a drain of its node waits for {} only (`drain-limit`); or keep it off such nodes and raise `drain-limit` and grace to {enough}{through_names}",
            self.with_spare(),
            limit.value
        ))
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
