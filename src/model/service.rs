//! A workload that the platform deploys.

use super::body::{Body, Decoder};
use super::container::{Companion, Role};
use super::exposure::{self, Exposure};
use super::health::Health;
use super::origin::Origin;
use super::program::Program;
use super::rollout::Rollout;
use super::scaling::Scaling;
use super::stateful::{ServiceKind, Stateful};
use super::{KeyedTexts, Shared, keyed_texts};

/// What only a service has; what it shares with a managed workload is in [`super::Workload`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Of which kind it is.
    pub kind: ServiceKind,
    /// Whether its members need a majority of themselves.
    pub quorum: Option<Origin<()>>,
    /// What runs in its pods.
    pub program: Program,
    /// What of it is reached from outside.
    pub exposures: Shared<[Exposure]>,
    /// How its health is asked.
    pub health: Option<Shared<Health>>,
    /// The path of its metrics, where it has some.
    pub metrics_path: Option<Origin<String>>,
    /// How many replicas.
    pub scaling: Scaling,
    /// How a new version replaces the old one.
    pub rollout: Rollout,
    /// Over what its replicas are spread.
    pub spread: Option<Origin<Spread>>,
    /// `spread none`, where that is stated.
    pub unspread: Option<Unspread>,
    /// The labels that select its pods, where they are not bvlc's own.
    pub selector: Shared<KeyedTexts>,
}

/// Over what replicas are spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spread {
    /// The widest domain.
    pub over: SpreadOver,
    /// What becomes of a replica that would make it uneven.
    pub firmness: Firmness,
}

/// The statement that replicas may stand together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unspread {
    /// The statement.
    pub stated: Origin<()>,
    /// Why they may.
    pub because: Option<Origin<String>>,
}

/// The domains that replicas can be spread over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpreadOver {
    /// Zones, and nodes within.
    Zone,
    /// Nodes.
    Node,
}

/// How firm a spread is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Firmness {
    /// It is scheduled elsewhere (`ScheduleAnyway`).
    Soft,
    /// It is not scheduled (`DoNotSchedule`).
    Hard,
}

impl Service {
    /// Reads what only a service has.
    pub fn decode(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Self {
        let own = body.get("metrics").map(|entry| ("metrics", entry));
        let sidecars = body.all(Role::Sidecar.word());
        let beside = sidecars.filter_map(|sidecar| Some((Role::Sidecar.word(), sidecar.block.get("metrics")?)));
        let metrics_path = own.into_iter().chain(beside).next().map(|(word, entry)| {
            let path = decoder.within(word, |decoder| decoder.argument(entry, 1));
            path.unwrap_or_else(|| decoder.built_in("/metrics".to_owned()))
        });
        let kind = decoder.within("stateful", |decoder| ServiceKind::decode(body, decoder));
        Self {
            quorum: body.flag("quorum"),
            program: Program::decode(body, decoder),
            exposures: decoder.within("expose", |decoder| exposure::decode(body, decoder)).into(),
            health: decoder.within("health", |decoder| Health::decode(body, decoder)).map(Shared::from),
            metrics_path,
            scaling: decoder.within("scale", |decoder| Scaling::decode(body, decoder)),
            rollout: decoder.within("rollout", |decoder| Rollout::decode(body, &kind, decoder)),
            spread: decoder.within("spread", |decoder| spread(body, decoder)),
            unspread: decoder.within("spread", |decoder| unspread(body, decoder)),
            selector: decoder.within("selector", |decoder| keyed_texts(body, "selector", decoder)).into(),
            kind,
        }
    }

    /// What only a stateful one has.
    pub fn stateful(&self) -> Option<&Stateful> {
        self.kind.stateful()
    }

    /// How the health of its own container and of each sidecar is asked.
    pub fn healths(&self) -> impl Iterator<Item = (Option<&Companion>, &Health)> {
        let own = self.health.as_deref().map(|health| (None, health));
        let sidecars = self.program.sidecars().filter_map(|sidecar| Some((Some(sidecar), sidecar.health.as_ref()?)));
        own.into_iter().chain(sidecars)
    }

    /// Holds what is equal in another environment's once.
    pub(super) fn share(&mut self, other: &Self) {
        self.program.share(&other.program);
        self.exposures.share(&other.exposures);
        Shared::share_stated(&mut self.health, other.health.as_ref());
        self.selector.share(&other.selector);
    }
}

fn spread(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Option<Origin<Spread>> {
    let entry = body.get("spread")?;
    let word = decoder.word_at(entry, 0)?;
    let over = match &*word.value {
        "zone" => SpreadOver::Zone,
        "node" => SpreadOver::Node,
        _ => return None,
    };
    let firmness = if entry.has("hard") { Firmness::Hard } else { Firmness::Soft };
    Some(word.map(|_| Spread { over, firmness }))
}

fn unspread(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Option<Unspread> {
    let entry = body.get("spread")?;
    let word = decoder.word_at(entry, 0)?;
    let stated = entry.origin().filter(|_| word.value == "none")?;
    Some(Unspread { stated, because: decoder.because(entry) })
}
