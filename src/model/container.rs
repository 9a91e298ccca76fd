//! A container of the pods that bvlc makes: a workload's own, and those that stand beside it.

use super::Shared;
use super::body::{Body, Decoder, Merged};
use super::codes;
use super::health::Health;
use super::origin::Origin;
use super::port::NamedPort;
use super::program::Program;
use super::resources::Resources;
use super::security::{Asked, Security};
use super::settings::{self, Command, Variable, VariableSource};
use super::text::Text;
use crate::diagnostic::Diagnostic;
use crate::source::{Span, TextEdit};
use crate::value::{Duration, Image, similar};

/// What every container has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Container {
    /// The container image; `None` only where its absence has been reported.
    pub image: Option<Shared<Origin<Image>>>,
    /// The program, where it is not the image's own.
    pub command: Option<Shared<Command>>,
    /// Its arguments, where they are not the image's own.
    pub args: Option<Shared<Command>>,
    /// Environment variables, in order of statement but for those that others before them are made of.
    pub variables: Shared<[Variable]>,
    /// What it asks for beyond what every container of bvlc's has.
    pub security: Option<Shared<Security>>,
}

/// A container beside the workload's own, in one pod with it: `init` and `sidecar`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Companion {
    /// When it runs.
    pub role: Role,
    /// Its name.
    pub name: Origin<String>,
    /// What it runs.
    pub container: Container,
    /// What it asks of its node.
    pub resources: Resources,
    /// The user that it runs as, where it is not that of the pod.
    pub user: Option<Origin<u32>>,
    /// How its health is asked.
    pub health: Option<Health>,
    /// How long a sidecar may take to stop once the workload's own container has.
    pub stops_within: Origin<Duration>,
}

/// When a container beside the workload's own runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// To its end, before the workload's own.
    Init,
    /// From before the workload's own starts until after it has stopped: an init container that is always restarted (KEP-753).
    Sidecar,
}

/// A container of a pod, with whatever is known of it.
#[derive(Debug, Clone, Copy)]
pub struct Contained<'a> {
    /// What it runs.
    pub container: &'a Container,
    /// What it is beside the workload's own; `None` for that.
    pub companion: Option<&'a Companion>,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Init, Self::Sidecar];

    /// The word that states one.
    pub fn word(self) -> &'static str {
        match self {
            Self::Init => "init",
            Self::Sidecar => "sidecar",
        }
    }
}

impl Container {
    /// Reads what every container has.
    pub fn decode(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Self {
        Self {
            image: decoder.within("image", |decoder| decoder.value(body, "image")).map(Shared::from),
            command: decoder.within("command", |decoder| settings::command(body, "command", decoder)).map(Shared::from),
            args: decoder.within("args", |decoder| settings::command(body, "args", decoder)).map(Shared::from),
            variables: decoder.within("env", |decoder| settings::variables(body, body, decoder)).into(),
            security: decoder.within("security", |decoder| Security::decode(body, decoder)).map(Shared::from),
        }
    }

    /// Holds what is equal in another environment's once.
    pub(super) fn share(&mut self, other: &Self) {
        Shared::share_stated(&mut self.image, other.image.as_ref());
        Shared::share_stated(&mut self.command, other.command.as_ref());
        Shared::share_stated(&mut self.args, other.args.as_ref());
        self.variables.share(&other.variables);
        Shared::share_stated(&mut self.security, other.security.as_ref());
    }

    /// The variables that are texts and may hold addresses, with their names.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &Origin<Text>)> {
        self.variables.iter().filter_map(|variable| match &variable.source {
            VariableSource::Value { text, .. } => Some((variable.name.value.as_str(), text)),
            VariableSource::Secret { .. } | VariableSource::Config { .. } => None,
        })
    }
}

impl Companion {
    /// Reads every `init` and `sidecar`, in order of statement: they start in it.
    pub(super) fn decode_all(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Vec<Self> {
        let mut companions: Vec<Self> = Vec::new();
        for entry in &body.entries {
            let Some(role) = Role::ALL.into_iter().find(|role| role.word() == entry.word.name) else { continue };
            let Some(found) = decoder.within(role.word(), |decoder| Self::decode(role, (body, entry), decoder)) else {
                continue;
            };
            // one of another role: that of its own is the same statement
            let other = companions.iter().find(|other| other.name.value == found.name.value);
            if let Some(other) = other {
                let title = format!("`{} {}` has the name of a {}", role.word(), found.name.value, other.role.word());
                let diagnostic = Diagnostic::new(&codes::BVL0205, found.name.span, title)
                    .here("named like another container of the pod")
                    .label(other.name.span, "the other")
                    .note("the API server refuses a pod with two containers of one name")
                    .help("write another name for one of them");
                // both could be read
                decoder.sink.report(diagnostic.environment(decoder.environment));
                continue;
            }
            companions.push(found);
        }
        companions
    }

    /// Reads one.
    fn decode(role: Role, (outer, entry): (&Body<'_>, &Merged<'_>), decoder: &mut Decoder<'_>) -> Option<Self> {
        let (term, part) = entry.term(0)?;
        let name = Origin::new(entry.key.clone().into_owned(), term.span, part.layer);
        let body = &entry.block;
        // what a class has not, whoever takes it over may state
        if body.get("image").is_none() && !decoder.environment.is_empty() {
            let meant = meant(role, outer, entry);
            let finding = imageless(role, &name, entry.span(term.span), &meant, term.span);
            decoder.sink.report(finding.environment(decoder.environment));
            if !meant.is_empty() {
                // it is that one, so that nothing else is missing
                return None;
            }
        }
        let container = Container {
            image: decoder.value(body, "image").map(Shared::from),
            command: settings::command(body, "command", decoder).map(Shared::from),
            args: settings::command(body, "args", decoder).map(Shared::from),
            variables: settings::variables(body, outer, decoder).into(),
            security: Security::decode(body, decoder).map(Shared::from),
        };
        Some(Self {
            role,
            name,
            container,
            resources: Resources::of_container(body, decoder),
            user: decoder.value(body, "user"),
            health: Health::decode(body, decoder),
            stops_within: decoder.value_or(body, "stops-within", Duration::ZERO),
        })
    }

    /// How messages call it: `init fetch of web`.
    pub fn called(&self, workload: &str) -> String {
        format!("{} {} of {workload}", self.role.word(), self.name.value)
    }
}

impl<'a> Contained<'a> {
    /// How messages call it, of a workload of this name: `web`, or `init fetch of web`.
    pub fn called(&self, workload: &str) -> String {
        self.companion.map_or_else(|| workload.to_owned(), |companion| companion.called(workload))
    }

    /// The user that it runs as, in a pod of this program.
    pub fn user(&self, program: &'a Program) -> &'a Origin<u32> {
        self.companion.and_then(|companion| companion.user.as_ref()).unwrap_or(&program.user)
    }

    /// All that takes a protection away from it.
    pub fn demands(&self) -> impl Iterator<Item = Asked<'a>> + use<'a> {
        self.container.security.as_deref().into_iter().flat_map(Security::demands)
    }

    /// Whether its processes may gain privileges.
    pub fn gains(&self) -> bool {
        self.container.security.as_deref().is_some_and(|security| security.privilege_escalation.is_some())
    }

    /// Whether it is the container that listens on a port of its pod.
    pub fn listens_on(&self, port: &NamedPort) -> bool {
        port.sidecar.as_deref() == self.companion.map(|companion| companion.name.value.as_str())
    }

    /// The user that it states itself, in a pod of this program.
    pub fn own_user(&self, program: &'a Program) -> Option<&'a Origin<u32>> {
        self.companion.map_or(Some(&program.user), |companion| companion.user.as_ref())
    }
}

/// The containers of which one was meant by the name of one that overlays alone state, and that has no image: those whose names are
/// near or go on from it.
fn meant<'b>(role: Role, outer: &'b Body<'_>, entry: &Merged<'_>) -> Vec<&'b str> {
    if !entry.stated.iter().all(|(layer, _)| layer.is_overlay()) {
        return Vec::new();
    }
    let others = || outer.all(role.word()).filter(|other| other.block.get("image").is_some()).map(|other| &*other.key);
    let near = similar::nearest(&entry.key, others());
    // short names differ by much of what they are
    let is_like = |other: &&str| other.starts_with(&*entry.key) || entry.key.starts_with(other);
    if near.is_empty() { others().filter(is_like).collect() } else { near }
}

/// A container of which nothing says what runs; `meant` are those that its name may have been meant for.
fn imageless(role: Role, name: &Origin<String>, at: Span, meant: &[&str], named: Span) -> Diagnostic {
    let finding = Diagnostic::new(&codes::BVL0210, at, format!("{} {} has no image", role.word(), name.value));
    if !meant.is_empty() {
        return finding
            .note("no layer beside the environment's states one of that name")
            .guess(meant, |meant| vec![TextEdit::replace(named, meant)])
            .help("name the one that is there; for one more add `image \"REGISTRY/NAME:TAG\"` to its block");
    }
    finding
        .here("nothing says what runs")
        .note("no layer states it: neither a class, nor the defaults, nor an environment")
        .help("add `image \"REGISTRY/NAME:TAG\"` to its block")
}
