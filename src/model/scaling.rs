//! What makes a service larger and smaller.

use super::body::{Body, Decoder, Merged};
use super::codes::BVL0202;
use super::count::Count;
use super::origin::Origin;
use super::trigger::Trigger;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::value::{Bounds, Duration};

/// How many replicas a service has, and who decides it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scaling {
    /// A fixed number.
    Fixed(Origin<u32>),
    /// Between two numbers, moved by triggers.
    Auto(Box<Autoscaling>),
}

/// `scale MIN..MAX { .. }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Autoscaling {
    /// The smallest number.
    pub min: Origin<u32>,
    /// The largest number.
    pub max: Origin<u32>,
    /// What moves it.
    pub triggers: Vec<Trigger>,
    /// How fast it may grow.
    pub up: Option<Behavior>,
    /// How fast it may shrink.
    pub down: Option<Behavior>,
    /// Replicas while no trigger is active (KEDA).
    pub idle: Option<Origin<u32>>,
    /// Replicas while the source does not answer (KEDA).
    pub fallback: Option<Fallback>,
    /// How often KEDA asks.
    pub poll: Option<Origin<Duration>>,
    /// How long KEDA waits before it scales to idle or zero.
    pub cooldown: Option<Origin<Duration>>,
}

/// How fast the number may change in one direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behavior {
    /// How long past recommendations are held against a change.
    pub window: Option<Origin<Duration>>,
    /// How much may change in a time.
    pub steps: Vec<Step>,
}

/// `by AMOUNT every DURATION`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// How much.
    pub amount: Origin<Count>,
    /// In how long. Default 15 s, as that of Kubernetes' own policies (autoscaling/v2 defaults).
    pub every: Origin<Duration>,
}

/// Replicas while a source does not answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fallback {
    /// How many.
    pub replicas: Origin<u32>,
    /// After how many failures.
    pub failures: Origin<u32>,
}

impl Scaling {
    /// Reads `scale`: `N` drops inherited triggers, `MIN..MAX` keeps them. Default 1.
    pub fn decode(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Self {
        let Some(entry) = body.get("scale") else { return Self::Fixed(decoder.built_in(1)) };
        let Some((term, part)) = entry.term(0) else {
            // how many was meant to be said in its braces, where that could not be read
            if decoder.unread.touches(&["scale"]) {
                decoder.unread.word("scale");
            }
            return Self::Fixed(decoder.built_in(1));
        };
        let Some(bounds) = decoder.read::<Bounds<u32>>(term, part) else {
            return Self::Fixed(decoder.built_in(1));
        };
        let is_range =
            decoder.close(term, part).is_some_and(|term| matches!(term.kind, crate::value::TermKind::Range(_)));
        if !is_range {
            // where both stand in one statement, and what the number is can be seen there, that has been judged
            let is_beside = |first: &Merged<'_>| {
                term.is_closed() && first.origin().is_some_and(|origin| origin.layer == part.layer)
            };
            if let Some(first) = entry.block.entries.first().filter(|first| !is_beside(first)) {
                let stated = first.span(term.span);
                decoder.report(unmoved(bounds.value.low, term.span, first.word.name, stated));
            }
            return Self::Fixed(bounds.map(|bounds| bounds.low));
        }
        Self::Auto(Box::new(
            decoder.within_block("scale", |decoder| Autoscaling::decode(bounds, &entry.block, decoder)),
        ))
    }

    /// The smallest number of replicas that is kept (0 where it may scale to zero).
    pub fn min(&self) -> &Origin<u32> {
        match self {
            Self::Fixed(replicas) => replicas,
            Self::Auto(auto) => &auto.min,
        }
    }

    /// The largest number of replicas.
    pub fn max(&self) -> &Origin<u32> {
        match self {
            Self::Fixed(replicas) => replicas,
            Self::Auto(auto) => &auto.max,
        }
    }

    /// The autoscaling, where there is one.
    pub fn auto(&self) -> Option<&Autoscaling> {
        match self {
            Self::Fixed(_) => None,
            Self::Auto(auto) => Some(auto),
        }
    }
}

/// What is said of a fixed number of replicas and of what would move it: what weaker layers than the number state is dropped
/// by it, so that what is left stands beside it or is stronger.
pub fn unmoved(replicas: u32, number: Span, word: &str, stated: Span) -> Diagnostic {
    let title = format!("`scale {replicas}` is a fixed number, and `{word}` would move nothing");
    Diagnostic::new(&BVL0202, stated, title)
        .here("what moves the number of replicas")
        .label(number, "a number that nothing moves")
        .note("no autoscaler is made for a fixed number")
        .help(format!(
            "write the fewest and the most, `scale {replicas}..{} {{ .. }}`, or take out what stands in the braces",
            replicas.max(1).saturating_mul(3)
        ))
}

impl Autoscaling {
    /// Whether KEDA is needed: some trigger is not one that a `HorizontalPodAutoscaler` knows by itself.
    pub fn needs_keda(&self) -> bool {
        self.triggers.iter().any(|trigger| trigger.kind.is_keda())
    }
}

impl Autoscaling {
    fn decode(bounds: Origin<Bounds<u32>>, block: &Body<'_>, decoder: &mut Decoder<'_>) -> Self {
        let mut triggers = Vec::new();
        for trigger in block.all("on") {
            triggers.extend(Trigger::decode(trigger, decoder));
        }
        // there are few, and they are large
        triggers.shrink_to_fit();
        Self {
            min: bounds.map(|bounds| bounds.low),
            max: bounds.map(|bounds| bounds.high),
            triggers,
            up: block.get("up").map(|up| Behavior::decode(up, decoder)),
            down: block.get("down").map(|down| Behavior::decode(down, decoder)),
            idle: decoder.value(block, "idle"),
            fallback: block.get("fallback").and_then(|fallback| Fallback::decode(fallback, decoder)),
            poll: decoder.value(block, "poll"),
            cooldown: decoder.value(block, "cooldown"),
        }
    }
}

impl Behavior {
    fn decode(entry: &Merged<'_>, decoder: &mut Decoder<'_>) -> Self {
        let mut steps = Vec::new();
        for step in entry.block.all("by") {
            if let Some(amount) = decoder.argument(step, 0) {
                let every = decoder.clause(step, "every").unwrap_or_else(|| decoder.built_in(Duration::from_secs(15)));
                steps.push(Step { amount, every });
            }
        }
        Self { window: decoder.value(&entry.block, "window"), steps }
    }
}

impl Fallback {
    fn decode(entry: &Merged<'_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        let replicas = decoder.argument(entry, 0)?;
        Some(Self { replicas, failures: decoder.clause(entry, "after").unwrap_or_else(|| decoder.built_in(3)) })
    }
}
