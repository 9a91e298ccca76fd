//! What runs in the pods that bvlc makes, be it for a service or for a job: its image, its settings and how it stops.

use std::collections::BTreeSet;

use super::Shared;
use super::body::{Body, Decoder};
use super::container::{Companion, Contained, Container, Role};
use super::origin::{EndpointId, Origin};
use super::secret::{self, Secret};
use super::settings::{self, Config, Scratch};
use super::shutdown::Shutdown;
use super::stateful::{self, Volume};
use super::text::Text;
use super::trigger::{Reference, reference};
use crate::value::Duration;

/// What a service and a job have in common, and what only bvlc's own pods have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// The workload's own container.
    pub container: Container,
    /// Whether its image brings no programs but its own.
    pub shell_less: Option<Origin<()>>,
    /// Those beside it, in the order in which they start.
    pub companions: Shared<[Companion]>,
    /// Configuration.
    pub configs: Shared<[Config]>,
    /// Secrets that are copied from a store.
    pub secrets: Shared<[Secret]>,
    /// Writable folders.
    pub scratches: Shared<[Scratch]>,
    /// Writable folders that outlive its pods.
    pub volumes: Shared<[Volume]>,
    /// The numeric user of its pods, and the group where no other is stated. Default 65532, the `nonroot` of common base images.
    pub user: Origin<u32>,
    /// How it stops.
    pub shutdown: Shutdown,
    /// What is rolled out, or has run, before it.
    pub after: Vec<Reference>,
}

impl Program {
    /// The scratch folders with the names of their volumes, which follow from their paths: `scratch-var-cache` for
    /// `/var/cache`. A number is put behind a name that another folder or a volume has.
    pub fn scratch_volumes(&self) -> impl Iterator<Item = (String, &Scratch)> {
        let mut taken: BTreeSet<String> = self.volumes.iter().map(|volume| volume.name.value.clone()).collect();
        self.scratches.iter().map(move |scratch| {
            let name = scratch_name(&scratch.path.value, &taken);
            taken.insert(name.clone());
            (name, scratch)
        })
    }

    /// The endpoints that its words name: by `after`, and by addresses in its settings.
    pub fn named(&self) -> impl Iterator<Item = EndpointId> {
        let addresses = self.texts().flat_map(|(_, text)| text.value.addresses());
        self.after.iter().map(|reference| reference.endpoint).chain(addresses.map(|address| address.endpoint))
    }

    /// Its containers: those beside its own in the order in which they start, and its own, which starts last.
    pub fn containers(&self) -> impl Iterator<Item = Contained<'_>> {
        let beside = self.companions.iter();
        let beside = beside.map(|beside| Contained { container: &beside.container, companion: Some(beside) });
        beside.chain(std::iter::once(self.own()))
    }

    /// The workload's own container.
    pub fn own(&self) -> Contained<'_> {
        Contained { container: &self.container, companion: None }
    }

    /// Its own `config` of this name.
    pub fn config(&self, name: &str) -> Option<&Config> {
        self.configs.iter().find(|own| own.name.value == name)
    }

    /// Its own `secret` of this name.
    pub fn secret(&self, name: &str) -> Option<&Secret> {
        self.secrets.iter().find(|own| own.name.value == name)
    }

    /// Its sidecars, in the order in which they start.
    pub fn sidecars(&self) -> impl DoubleEndedIterator<Item = &Companion> {
        self.companions.iter().filter(|companion| companion.role == Role::Sidecar)
    }

    /// Its sidecars in the order in which they stop: the one that started last is the first.
    pub fn stopping_sidecars(&self) -> impl Iterator<Item = &Companion> {
        self.sidecars().rev()
    }

    /// What its pod takes to stop: what its own container does, and behind that what each sidecar does, one after the other, by one
    /// clock (`terminationOrdering` in kubernetes `pkg/kubelet/kuberuntime/kuberuntime_termination_order.go`, 1.33).
    pub fn stops_in(&self) -> Duration {
        self.sidecars().fold(self.shutdown.needed(), |sum, sidecar| sum + sidecar.stops_within.value)
    }

    /// The settings that are texts and may hold addresses, with their names.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &Origin<Text>)> {
        let beside = self.companions.iter().flat_map(|companion| companion.container.texts());
        let entries = self.configs.iter().flat_map(|config| &config.entries);
        self.container.texts().chain(entries.map(|(key, text)| (key.value.as_str(), text))).chain(beside)
    }

    /// The name of the Secret that this program, of the workload named `workload`, reads as `named`: its own of that name, or
    /// whichever of the namespace is called so.
    pub fn secret_object(&self, workload: &str, named: &str) -> String {
        if self.secret(named).is_some() { Secret::object_name(workload, named) } else { named.to_owned() }
    }

    /// The name of the `ConfigMap` that it reads as `named`, likewise.
    pub fn config_object(&self, workload: &str, named: &str) -> String {
        if self.config(named).is_some() { Config::object_name(workload, named) } else { named.to_owned() }
    }

    /// Reads what a service and a job have in common.
    pub fn decode(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Self {
        Self {
            container: Container::decode(body, decoder),
            shell_less: shell_less(body),
            companions: Companion::decode_all(body, decoder).into(),
            configs: decoder.within("config", |decoder| settings::configs(body, decoder)).into(),
            secrets: decoder.within("secret", |decoder| secret::secrets(body, decoder)).into(),
            scratches: decoder.within("scratch", |decoder| settings::scratches(body, decoder)).into(),
            volumes: decoder.within("volume", |decoder| stateful::volumes(body, decoder)).into(),
            user: decoder.within("user", |decoder| decoder.value_or(body, "user", 65532)),
            shutdown: decoder.within("shutdown", |decoder| Shutdown::decode(body, decoder)),
            after: decoder.within("after", |decoder| after(body, decoder)),
        }
    }

    /// Holds what is equal in another environment's once.
    pub(super) fn share(&mut self, other: &Self) {
        self.container.share(&other.container);
        self.companions.share(&other.companions);
        self.configs.share(&other.configs);
        self.secrets.share(&other.secrets);
        self.scratches.share(&other.scratches);
        self.volumes.share(&other.volumes);
    }
}

fn shell_less(body: &Body<'_>) -> Option<Origin<()>> {
    let part = body.get("image")?.clause("shell-less")?;
    Some(Origin::new((), part.span, part.layer))
}

fn after(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Vec<Reference> {
    let Some((term, part)) = body.get("after").and_then(|entry| entry.term(0)) else { return Vec::new() };
    term.members().iter().filter_map(|member| reference(member, part, decoder)).collect()
}

/// What a volume's name may be long: a DNS label.
const LONGEST: usize = 63;

fn scratch_name(path: &str, taken: &BTreeSet<String>) -> String {
    let mut name = "scratch".to_owned();
    for part in path.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|part| !part.is_empty()) {
        name.push('-');
        name.push_str(&part.to_ascii_lowercase());
    }
    // Only ASCII was taken over, so that this cuts between characters.
    name.truncate(LONGEST - 4);
    let name = name.trim_end_matches('-').to_owned();
    let numbered = (2_usize..).map(|number| format!("{name}-{number}"));
    std::iter::once(name.clone()).chain(numbered).find(|name| !taken.contains(name)).unwrap_or(name)
}
