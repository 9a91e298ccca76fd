//! What runs in the pods that bvlc makes, be it for a service or for a job: its image, its settings and how it stops.

use std::collections::BTreeSet;

use super::Shared;
use super::body::{Body, Decoder};
use super::origin::{EndpointId, Origin};
use super::secret::{self, Secret};
use super::security::Security;
use super::settings::{self, Command, Config, Scratch, Variable, VariableSource};
use super::shutdown::Shutdown;
use super::text::Text;
use super::trigger::{Reference, reference};
use crate::value::Image;

/// What a service and a job have in common, and what only bvlc's own pods have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
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
    /// The numeric user, and the group where no other is stated. Default 65532, the `nonroot` of common base images.
    pub user: Origin<u32>,
    /// What its pods ask for beyond what every pod of bvlc's has.
    pub security: Option<Shared<Security>>,
    /// How it stops.
    pub shutdown: Shutdown,
    /// What is rolled out, or has run, before it.
    pub after: Vec<Reference>,
}

impl Program {
    /// The scratch folders with the names of their volumes, which follow from their paths: `scratch-var-cache` for
    /// `/var/cache`. A number is put behind a name that another folder has.
    pub fn scratch_volumes(&self) -> impl Iterator<Item = (String, &Scratch)> {
        let mut taken = BTreeSet::new();
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

    /// The settings that are texts and may hold addresses, with their names.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &Origin<Text>)> {
        let variables = self.variables.iter().filter_map(|variable| match &variable.source {
            VariableSource::Value { text, .. } => Some((variable.name.value.as_str(), text)),
            VariableSource::Secret { .. } | VariableSource::Config { .. } => None,
        });
        let entries = self.configs.iter().flat_map(|config| &config.entries);
        variables.chain(entries.map(|(key, text)| (key.value.as_str(), text)))
    }

    /// The name of the Secret that this program, of the workload named `workload`, reads as `named`: its own of that name, or
    /// whichever of the namespace is called so.
    pub fn secret_object(&self, workload: &str, named: &str) -> String {
        let is_own = self.secrets.iter().any(|own| own.name.value == named);
        if is_own { Secret::object_name(workload, named) } else { named.to_owned() }
    }

    /// Reads what a service and a job have in common.
    pub fn decode(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Self {
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
            security: decoder.within("security", |decoder| Security::decode(body, decoder)).map(Shared::from),
            shutdown: decoder.within("shutdown", |decoder| Shutdown::decode(body, decoder)),
            after: decoder.within("after", |decoder| after(body, decoder)),
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
        Shared::share_stated(&mut self.security, other.security.as_ref());
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
