//! A workload that the platform deploys.

use super::body::{Body, Decoder};
use super::health::Health;
use super::origin::{EndpointId, Origin};
use super::rollout::Rollout;
use super::scaling::Scaling;
use super::secret::{self, Secret};
use super::settings::{self, Command, Config, Scratch, Variable, VariableSource};
use super::shutdown::Shutdown;
use super::text::Text;
use super::trigger::{Reference, reference};
use super::{KeyedTexts, Shared, keyed_texts};
use crate::value::Image;

/// What only a service has; what it shares with a managed workload is in [`super::Workload`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// The container image; `None` only where its absence has been reported.
    pub image: Option<Shared<Origin<Image>>>,
    /// Whether the image brings no programs but its own.
    pub shell_less: Option<Origin<()>>,
    /// The program, where it is not the image's own.
    pub command: Option<Shared<Command>>,
    /// Its arguments, where they are not the image's own.
    pub args: Option<Shared<Command>>,
    /// Environment variables, in order of statement but for those that others before them are made of.
    pub variables: Shared<[Variable]>,
    /// Configuration.
    pub configs: Shared<[Config]>,
    /// Secrets that are copied from a store.
    pub secrets: Shared<[Secret]>,
    /// Writable folders.
    pub scratches: Shared<[Scratch]>,
    /// The numeric user and group. Default 65532, the `nonroot` of common base images.
    pub user: Origin<u32>,
    /// How its health is asked.
    pub health: Option<Shared<Health>>,
    /// The path of its metrics, where it has some.
    pub metrics_path: Option<Origin<String>>,
    /// How many replicas.
    pub scaling: Scaling,
    /// How it stops.
    pub shutdown: Shutdown,
    /// How a new version replaces the old one.
    pub rollout: Rollout,
    /// Over what its replicas are spread.
    pub spread: Option<Origin<Spread>>,
    /// `spread none`, where that is stated.
    pub unspread: Option<Unspread>,
    /// What is rolled out before it.
    pub after: Vec<Reference>,
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
    /// The endpoints that its words name: by `after`, by `from` of a trigger, and by addresses in its settings.
    pub fn named(&self) -> impl Iterator<Item = EndpointId> {
        let triggers = self.scaling.auto().into_iter().flat_map(|auto| &auto.triggers);
        let references = self.after.iter().chain(triggers.filter_map(|trigger| trigger.from.as_ref()));
        let addresses = self.texts().flat_map(|(_, text)| text.value.addresses());
        references.map(|reference| reference.endpoint).chain(addresses.map(|address| address.endpoint))
    }

    /// The settings that are texts and may hold addresses, with their names.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &Origin<Text>)> {
        let variables = self.variables.iter().filter_map(|variable| match &variable.source {
            VariableSource::Value { text, .. } => Some((variable.name.value.as_str(), text)),
            VariableSource::Secret { .. } | VariableSource::Config { .. } => None,
        });
        let entries = self.configs.iter().flat_map(|config| &config.entries);
        variables.chain(entries.map(|(key, text)| (key.value.as_str(), text)))
    }

    /// The name of the Secret that this service, which bears the name `service`, reads as `named`: its own of that name, or
    /// whichever of the namespace is called so.
    pub fn secret_object(&self, service: &str, named: &str) -> String {
        let is_own = self.secrets.iter().any(|own| own.name.value == named);
        if is_own { Secret::object_name(service, named) } else { named.to_owned() }
    }

    /// Reads what only a service has.
    pub fn decode(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Self {
        let metrics_path = body.get("metrics").map(|entry| {
            let path = decoder.within("metrics", |decoder| decoder.argument(entry, 1));
            path.unwrap_or_else(|| decoder.built_in("/metrics".to_owned()))
        });
        Self {
            image: decoder.within("image", |decoder| decoder.value(body, "image")).map(Shared::from),
            shell_less: shell_less(body),
            command: decoder.within("command", |decoder| settings::command(body, "command", decoder)).map(Shared::from),
            args: decoder.within("args", |decoder| settings::command(body, "args", decoder)).map(Shared::from),
            variables: decoder.within("env", |decoder| settings::variables(body, decoder)).into(),
            configs: decoder.within("config", |decoder| settings::configs(body, decoder)).into(),
            secrets: decoder.within("secret", |decoder| secret::secrets(body, decoder)).into(),
            scratches: decoder.within("scratch", |decoder| settings::scratches(body, decoder)).into(),
            user: decoder.within("user", |decoder| decoder.value_or(body, "user", 65532)),
            health: decoder.within("health", |decoder| health(body, decoder)).map(Shared::from),
            metrics_path,
            scaling: decoder.within("scale", |decoder| Scaling::decode(body, decoder)),
            shutdown: decoder.within("shutdown", |decoder| Shutdown::decode(body, decoder)),
            rollout: decoder.within("rollout", |decoder| Rollout::decode(body, decoder)),
            spread: decoder.within("spread", |decoder| spread(body, decoder)),
            unspread: decoder.within("spread", |decoder| unspread(body, decoder)),
            after: decoder.within("after", |decoder| after(body, decoder)),
            selector: decoder.within("selector", |decoder| keyed_texts(body, "selector", decoder)).into(),
        }
    }

    /// Holds what is equal in another environment's once.
    pub(super) fn share(&mut self, other: &Self) {
        Shared::share_stated(&mut self.image, other.image.as_ref());
        Shared::share_stated(&mut self.command, other.command.as_ref());
        Shared::share_stated(&mut self.args, other.args.as_ref());
        self.variables.share(&other.variables);
        self.configs.share(&other.configs);
        self.secrets.share(&other.secrets);
        self.scratches.share(&other.scratches);
        Shared::share_stated(&mut self.health, other.health.as_ref());
        self.selector.share(&other.selector);
    }
}

fn shell_less(body: &Body<'_>) -> Option<Origin<()>> {
    let part = body.get("image")?.clause("shell-less")?;
    Some(Origin::new((), part.span, part.layer))
}

fn health(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Option<Health> {
    let entry = body.get("health")?;
    if entry.term(0).is_none() {
        // `resolve` has reported it
        decoder.tainted = true;
        return None;
    }
    decoder.tainted |= entry.block.entries.iter().any(|probe| probe.term(0).is_none());
    Health::decode(body, decoder)
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

fn after(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Vec<Reference> {
    let Some((term, _)) = body.get("after").and_then(|entry| entry.term(0)) else { return Vec::new() };
    term.members().iter().filter_map(|member| reference(member, decoder)).collect()
}
