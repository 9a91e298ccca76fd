//! How long a service or a job takes to stop, and how that is changed.
//!
//! Invariant: time counts as the kubelet does it: one clock for pre-stop and the rest, pre-stop in whole seconds
//! (Kubernetes 1.33, `pkg/kubelet/kuberuntime/kuberuntime_container.go`, `killContainer`).

use crate::check::Context;
use crate::check::health::timed;
use crate::check::mend::{Edits, Mend};
use crate::diagnostic::{Diagnostic, Reach};
use crate::model::constants::Use;
use crate::model::shutdown::Shutdown;
use crate::model::{ClassId, Companion, Layer, Origin, Program, Removed, Workload};
use crate::source::Span;
use crate::value::{Duration, KubernetesVersion};

/// What a program is left to exit in.
pub(super) const SPARE: Duration = Duration::from_secs(2);

/// The shortest pre-stop for which others learn in time that a pod goes: changes of endpoints take some seconds to reach
/// every node.
pub(super) const SHORTEST_PRE_STOP: Duration = Duration::from_secs(3);

/// The first version that has the `sleep` action of a pre-stop hook without being asked to.
pub(in crate::check) const SLEEP_ACTION: KubernetesVersion = KubernetesVersion::new(30);

/// The shutdown of a service or a job.
#[derive(Clone, Copy)]
pub(super) struct Stopping<'a> {
    pub(super) workload: &'a Workload,
    pub(super) shutdown: &'a Shutdown,
    program: &'a Program,
    /// Pre-stop as the cluster counts it.
    pub(super) pre_stop: Duration,
    /// All three parts, and what its sidecars take behind them.
    pub(super) needed: Duration,
}

/// A word of `shutdown`, what it is now, and what it becomes.
pub(super) type Change<'a> = (&'static str, &'a Origin<Duration>, Duration);

/// Whom a change is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum For {
    /// The service alone: others that take the same values over are right with them.
    This,
    /// All that take the same values over: they are wrong for each of them.
    AllThatInherit,
    /// All that take over what this layer states: it is wrong for each of them, whatever else one of them states.
    AllThatTake(Layer),
    /// All that state none either, whatever they state beside it: where nobody states it, it is missing for each of them.
    AllWithout,
}

/// What a change writes.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// The edits, where they can be made.
    pub(super) edits: Edits,
    /// Where others see it as well, to follow what is done: ` in the platform's defaults`.
    pub(super) place: String,
}

impl<'a> Stopping<'a> {
    pub(super) fn of(workload: &'a Workload, program: &'a Program) -> Self {
        let shutdown = &program.shutdown;
        Self { workload, shutdown, program, pre_stop: shutdown.counted_pre_stop(), needed: program.stops_in() }
    }

    pub(super) fn grace(&self) -> Duration {
        self.shutdown.grace.value
    }

    /// Whether pre-stop alone takes all there is.
    pub(super) fn is_filled_by_pre_stop(&self) -> bool {
        self.pre_stop >= self.grace()
    }

    /// `5s pre-stop + 30s drain`: what is neither stated nor there is left out.
    fn parts(&self) -> String {
        let Shutdown { drain, finish, .. } = self.shutdown;
        let parts = [
            ("pre-stop", self.pre_stop, &self.shutdown.pre_stop),
            ("drain", drain.value, drain),
            ("finish", finish.value, finish),
        ];
        let counted = parts.into_iter().filter(|(_, value, stated)| !value.is_zero() || !stated.is_built_in());
        let own = counted.map(|(word, value, _)| format!("{value} {word}"));
        let sidecars =
            self.sidecars().map(|sidecar| format!("{} sidecar {}", sidecar.stops_within.value, sidecar.name.value));
        own.chain(sidecars).collect::<Vec<_>>().join(" + ")
    }

    /// Those that take time to stop, in the order in which they do.
    fn sidecars(&self) -> impl Iterator<Item = &'a Companion> {
        self.program.stopping_sidecars().filter(|sidecar| !sidecar.stops_within.value.is_zero())
    }

    /// `5s pre-stop + 30s drain = 35s`
    pub(super) fn sum(&self) -> String {
        let parts = self.parts();
        if parts.contains(" + ") { format!("{parts} = {}", self.needed) } else { parts }
    }

    /// `5s pre-stop + 30s drain + 2s to exit = 37s`
    pub(super) fn with_spare(&self) -> String {
        let parts = self.parts();
        if parts.is_empty() {
            return format!("{SPARE} to exit");
        }
        format!("{parts} + {SPARE} to exit = {}", whole(self.needed + SPARE))
    }

    /// What of its grace it needs, in a sentence.
    pub(super) fn needs(&self) -> String {
        let (grace, needed) = (self.grace(), self.with_spare());
        if self.parts().is_empty() {
            format!("of its {grace} it needs {needed}: no pre-stop, drain or finish is stated")
        } else {
            format!("of its {grace} it needs {needed}")
        }
    }

    /// How grace is raised: `raise grace to 5s pre-stop + 30s drain + 2s to exit = 37s (the 2s are what bvlc leaves a program)`.
    pub(super) fn raised(&self) -> String {
        format!("raise grace to {} (the {SPARE} are what bvlc leaves a program)", self.with_spare())
    }

    /// Where the values are changed that come through a name; a label stands there. (The number of its line would not do: what
    /// is found here is kept while lines are added elsewhere.)
    pub(super) fn through_names(&self, cx: &Context<'_>) -> String {
        let Shutdown { grace, pre_stop, drain, finish, .. } = self.shutdown;
        let subjects = [self.workload.name.value.clone()];
        let parts = [("grace", grace), ("pre-stop", pre_stop), ("drain", drain), ("finish", finish)];
        let told = parts.into_iter().filter(|(_, part)| !part.is_built_in()).filter_map(|(word, part)| {
            let text = cx.sources.text(part.span);
            let name = text.strip_prefix('$')?;
            let used = Use { at: part.span, environment: Some(self.workload.environment), subjects: &subjects };
            let place = cx.model.constants.place(name, used)?;
            Some(match (cx.is_users(place), cx.is_parameter(part)) {
                (false, _) => format!("; {word} is `{text}`, which is given from outside, as by `--set {name}=..`"),
                (true, true) => format!("; {word} is `{text}`, a parameter of its class: whoever takes the class over gives it, and changes it there"),
                (true, false) => {
                    format!("; {word} is `{text}`: another value of `{name}` holds for all that use it")
                }
            })
        });
        told.collect()
    }

    pub(super) fn set_grace(&self, cx: &Context<'_>, grace: Duration) -> Written {
        self.set(cx, For::AllThatInherit, &[("grace", &self.shutdown.grace, grace)])
    }

    /// Where the sum is to be looked at: what stands nearest to the declaration of all without which it would fit, and of that the
    /// longest part; or else grace. Of classes none is nearer than another.
    pub(super) fn span(&self) -> Span {
        self.cause().0
    }

    /// The place at which the sum is to be looked at, and the layer that states what stands there.
    fn cause(&self) -> (Span, Layer) {
        let Shutdown { grace, pre_stop, drain, finish, .. } = self.shutdown;
        let near = |part: &Origin<Duration>| match part.layer {
            Layer::Class(_) => Layer::Class(ClassId(0)),
            own @ (Layer::BuiltIn
            | Layer::PlatformDefaults
            | Layer::EnvironmentDefaults(_)
            | Layer::Declaration
            | Layer::OverlayAll(_)
            | Layer::Overlay(_)) => own,
        };
        let parts = [pre_stop, finish, drain].into_iter().chain(self.sidecars().map(|sidecar| &sidecar.stops_within));
        let stated = parts.filter(|part| !part.is_built_in() && near(part) > near(grace));
        let mut nearest: Vec<&Origin<Duration>> = stated.collect();
        nearest.sort_by_key(|part| std::cmp::Reverse((near(part), part.value)));
        // what stands nearer, and without which it would not fit either, is not what is wrong
        let mut left = self.needed;
        for of_layer in nearest.chunk_by(|one, other| near(one) == near(other)) {
            left = of_layer.iter().fold(left, |left, part| left.saturating_sub(part.value));
            if left + SPARE <= grace.value {
                let longest = of_layer.first();
                return longest.map_or((grace.span, grace.layer), |longest| (longest.span, longest.layer));
            }
        }
        // what stands beside grace does not fit either, so that all who take that over have the same mistake
        (grace.span, grace.layer)
    }

    /// Shows every part with what supplied it.
    pub(super) fn labeled(&self, cx: &Context<'_>, mut diagnostic: Diagnostic) -> Diagnostic {
        let Shutdown { grace, pre_stop, drain, finish, .. } = self.shutdown;
        let killed = format!("killed after {}{}", grace.value, cx.from_layer(grace.layer));
        diagnostic = diagnostic.also(grace.span, killed);
        for (word, part) in [("pre-stop", pre_stop), ("drain", drain), ("finish", finish)] {
            if !part.is_built_in() && !part.value.is_zero() {
                diagnostic =
                    diagnostic.also(part.span, format!("{} of {word}{}", part.value, cx.from_layer(part.layer)));
            }
        }
        for sidecar in self.sidecars() {
            let (name, stops) = (&sidecar.name.value, &sidecar.stops_within);
            let takes = format!("{} of sidecar {name}{}", stops.value, cx.from_layer(stops.layer));
            diagnostic = diagnostic.also(stops.span, takes);
        }
        diagnostic
    }

    /// Makes room by the smallest grace that leaves time to exit, or by the largest drain that does.
    pub(super) fn mended(&self, cx: &Context<'_>, diagnostic: Diagnostic) -> Diagnostic {
        let Shutdown { grace, drain, finish, .. } = self.shutdown;
        let enough = whole(self.needed + SPARE);
        let inherited = Some(self.cause().1).filter(|cause| *cause < Layer::Declaration);
        let inherited = inherited.map(|cause| For::AllThatTake(cause.min(self.deciding())));
        let whom = inherited.unwrap_or(For::AllThatInherit);
        let Written { edits, place } = self.set(cx, whom, &[("grace", grace, enough)]);
        let reach = Reach::AtLeast(enough.millis());
        let raised = diagnostic.choice_to(reach, format!("raise grace to {enough}{place}"), edits);
        let sidecars = self.needed.saturating_sub(self.shutdown.needed());
        let others = self.pre_stop + finish.value + sidecars + SPARE;
        let left = Duration::from_secs(grace.value.saturating_sub(others).millis() / 1000);
        if left.is_zero() || left < timed::longest_timeout(cx, self.workload) {
            return raised;
        }
        let own = || if self.deciding() >= Layer::Declaration { For::This } else { For::AllThatInherit };
        let Written { edits, place } = self.set(cx, inherited.unwrap_or_else(own), &[("drain", drain, left)]);
        raised.choice_to(Reach::AtMost(left.millis()), format!("lower drain to {left}{place}"), edits)
    }

    /// The edits that change parts, and grace with them where they would not fit with time to exit.
    pub(super) fn set_parts(&self, cx: &Context<'_>, whom: For, changes: &[Change<'a>]) -> (Written, Option<Duration>) {
        let counted = |(word, origin, _): &Change<'_>| if *word == "pre-stop" { self.pre_stop } else { origin.value };
        let kept = changes.iter().fold(self.needed, |needed, change| needed.saturating_sub(counted(change)));
        let enough = whole(changes.iter().fold(kept, |needed, (_, _, after)| needed + *after) + SPARE);
        if enough <= self.grace() {
            return (self.set(cx, whom, changes), None);
        }
        // how much grace is enough depends on what each states
        let whom = match whom {
            For::This => For::This,
            For::AllThatTake(layer) => For::AllThatTake(layer),
            For::AllThatInherit | For::AllWithout => For::AllThatInherit,
        };
        let mut changes = changes.to_vec();
        changes.push(("grace", &self.shutdown.grace, enough));
        (self.set(cx, whom, &changes), Some(enough))
    }

    /// The strongest layer that states a part: the one that makes the sum what it is.
    fn deciding(&self) -> Layer {
        let Shutdown { grace, pre_stop, drain, finish, .. } = self.shutdown;
        [grace, pre_stop, drain, finish].into_iter().map(|part| part.layer).max().unwrap_or(Layer::BuiltIn)
    }

    /// The strongest of the user's classes that states a part.
    pub(super) fn class(&self, cx: &Context<'_>) -> Option<Span> {
        let Shutdown { grace, pre_stop, drain, finish, .. } = self.shutdown;
        let stated = [grace, pre_stop, drain, finish].into_iter().filter(|part| cx.is_users(part.span));
        let classes = stated.filter_map(|part| match part.layer {
            Layer::Class(id) => Some(id),
            Layer::BuiltIn
            | Layer::PlatformDefaults
            | Layer::EnvironmentDefaults(_)
            | Layer::Declaration
            | Layer::OverlayAll(_)
            | Layer::Overlay(_) => None,
        });
        cx.model.classes.get(classes.max()?.0 as usize).map(|class| class.span)
    }

    /// Whether a value is changed where it stands: not where a stronger layer makes this service another case than those
    /// that take the value over as well.
    fn is_changed_in_place(&self, cx: &Context<'_>, whom: For, origin: &Origin<Duration>) -> bool {
        let is_meant = is_near(origin.layer)
            || match whom {
                For::This => false,
                For::AllThatInherit | For::AllWithout => self.deciding() <= origin.layer,
                For::AllThatTake(layer) => layer <= origin.layer,
            };
        is_meant && !origin.is_built_in() && cx.is_users(origin.span)
    }

    /// Writes values where they are stated for all that need them or by a class, else into its own `shutdown`.
    fn set(&self, cx: &Context<'_>, whom: For, changes: &[Change<'_>]) -> Written {
        let limit = cx.model.platform.drain_limit.map(|limit| limit.value);
        let outlasts = |(word, _, value): &Change<'_>| *word == "grace" && limit.is_some_and(|limit| *value > limit);
        if changes.iter().any(outlasts) {
            return Written::default();
        }
        self.written(cx, whom, changes).unwrap_or_default()
    }

    fn written(&self, cx: &Context<'_>, whom: For, changes: &[Change<'_>]) -> Option<Written> {
        let mut edits = Vec::new();
        let mut new = Vec::new();
        let mut weakest = None;
        // what an overlay takes away is stated in the place of its `without`
        let mut whole: Option<(&Removed, Vec<String>)> = None;
        for (word, origin, value) in changes {
            let path = format!("shutdown {word}");
            let removed = self.workload.removed(&path).filter(|removed| removed.by.layer > Layer::Declaration);
            if let Some(removed) = removed.filter(|_| origin.is_built_in()) {
                if removed.named == path {
                    edits.extend(cx.replace(&removed.by, format!("{word} {value}"))?);
                } else {
                    whole.get_or_insert_with(|| (removed, Vec::new())).1.push(format!("{word} {value}"));
                }
            } else if self.is_changed_in_place(cx, whom, origin) {
                // what a class is given is stated by whoever gives it
                let layer = if cx.is_parameter(origin) { Layer::Declaration } else { origin.layer };
                weakest = weakest.into_iter().chain([layer]).min();
                edits.extend(cx.replace(origin, value.to_string())?);
            } else {
                new.push(format!("{word} {value}"));
            }
        }
        if let Some((removed, statements)) = whole {
            edits.extend(cx.replace(&removed.by, format!("shutdown {{ {} }}", statements.join("; ")))?);
        }
        if !new.is_empty() {
            let (layer, stated) = self.state(cx, whom, &new.join("; "));
            weakest = weakest.into_iter().chain([layer]).min();
            edits.extend(stated?);
        }
        let is_inherited = |layer: &Layer| *layer < Layer::Declaration;
        let place = weakest.filter(is_inherited).map(|layer| format!(" in {}", cx.model.layer_name(layer)));
        Some(Written { edits: Some(edits), place: place.unwrap_or_default() })
    }

    /// Writes statements into the `shutdown` of the declaration, of the overlay that has one, or of the layer that makes the
    /// sum what it is for all that inherit from it.
    fn state(&self, cx: &Context<'_>, whom: For, statements: &str) -> (Layer, Edits) {
        let Shutdown { grace, pre_stop, drain, finish, drain_env } = self.shutdown;
        let variable = drain_env.as_ref().map(|variable| Origin::new((), variable.span, variable.layer));
        let parts = [grace, pre_stop, drain, finish].map(|part| Origin::new((), part.span, part.layer));
        let deciding = self.deciding();
        let (own, shared): (Vec<_>, Vec<_>) =
            parts.into_iter().chain(variable).partition(|part| part.layer >= Layer::Declaration);
        let own = own.into_iter().min_by_key(|part| (part.layer, part.span));
        let shared = shared.into_iter().filter(|part| !part.is_built_in() && cx.is_users(part.span));
        let neighbor = match whom {
            For::This => own,
            For::AllThatInherit => {
                own.or_else(|| shared.filter(|part| part.layer == deciding).max_by_key(|part| part.span))
            }
            For::AllThatTake(layer) => shared.filter(|part| part.layer == layer).max_by_key(|part| part.span).or(own),
            For::AllWithout => shared.max_by_key(|part| (part.layer, part.span)).or(own),
        };
        match neighbor {
            Some(neighbor) => (neighbor.layer, cx.append(&neighbor, format!("; {statements}"))),
            None => (Layer::Declaration, cx.state(self.workload, &format!("shutdown {{ {statements} }}"))),
        }
    }
}

/// Whether a layer speaks of few workloads, so that its value may be mended in place.
pub(super) fn is_near(layer: Layer) -> bool {
    !matches!(layer, Layer::BuiltIn | Layer::PlatformDefaults | Layer::EnvironmentDefaults(_))
}

/// In whole seconds, as the cluster counts.
pub(super) fn whole(duration: Duration) -> Duration {
    Duration::from_secs(duration.secs())
}
