//! A service's surroundings: environment variables, configuration, writable folders.

use super::body::{Body, Decoder, Merged, spelling};
use super::codes::{BVL0204, BVL0210, BVL0219};
use super::expansion;
use super::origin::{Layer, Origin};
use super::removed::Removed;
use super::text::Text;
use crate::diagnostic::Diagnostic;
use crate::source::{Span, TextEdit};
use crate::value::name::{subdomain, suggest_label};
use crate::value::{Memory, quoted, similar};

/// An environment variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: Origin<String>,
    /// Where its value comes from.
    pub source: VariableSource,
}

/// Where the value of a variable comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VariableSource {
    /// A text, possibly with addresses.
    Value {
        /// The text.
        text: Origin<Text>,
        /// Whether `$(NAME)` in it is for Kubernetes.
        expansion: Expansion,
    },
    /// A key of an existing Secret.
    Secret {
        /// The Secret.
        secret: Origin<String>,
        /// Its key.
        key: Origin<String>,
    },
    /// A key of a `ConfigMap`, the service's own or an existing one.
    Config {
        /// The `ConfigMap`, or the name of a `config`.
        config: Origin<String>,
        /// Its key.
        key: Origin<String>,
    },
}

/// What becomes of `$(NAME)` in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expansion {
    /// It stays what it is: written so that Kubernetes leaves it alone.
    Literal,
    /// Kubernetes puts the value of another variable there.
    Kubernetes,
}

/// `config NAME { .. }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Its name within the service.
    pub name: Origin<String>,
    /// The folder in which its keys are files; environment variables where there is none.
    pub mount: Option<Origin<String>>,
    /// Keys and values, in order of key.
    pub entries: Vec<(Origin<String>, Origin<Text>)>,
}

impl Config {
    /// The name of the object that a `config` of this name of a service makes.
    pub fn object_name(service: &str, config: &str) -> String {
        format!("{service}-{config}")
    }

    /// Whether it has a key of that name.
    pub fn has_key(&self, key: &str) -> bool {
        self.entries.iter().any(|(known, _)| known.value == key)
    }

    /// The name of the volume by which a `config` of this name is mounted.
    pub fn volume_name(config: &str) -> String {
        format!("config-{config}")
    }
}

/// `scratch PATH SIZE`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scratch {
    /// The folder.
    pub path: Origin<String>,
    /// How large it may grow.
    pub size: Origin<Memory>,
    /// Where it is kept.
    pub medium: Medium,
}

/// Where a scratch folder is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Medium {
    /// On the node's disk.
    Disk,
    /// In memory, against the memory limit.
    Memory,
}

/// A program's words: `command` or `args`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// The words.
    pub words: Vec<Origin<String>>,
    /// Whether `$(NAME)` in them is for Kubernetes.
    pub expansion: Expansion,
}

/// Reads every `env` of a container, each behind those that it is made of. Each `config` stands in the `outer` body, the workload's.
pub fn variables(body: &Body<'_>, outer: &Body<'_>, decoder: &mut Decoder<'_>) -> Vec<Variable> {
    let mut variables = Vec::new();
    for entry in body.all("env") {
        let Some((key, part)) = entry.term(0) else { continue };
        let name = Origin::new(entry.key.clone().into_owned(), key.span, part.layer);
        let pair = |decoder: &mut Decoder<'_>, clause: &str| {
            let part = entry.clause(clause)?;
            let name = part.terms.first()?;
            let name = Origin::new(spelling(&*decoder.close(name, part)?).into_owned(), name.span, part.layer);
            let key = decoder.read::<String>(part.terms.get(1)?, part)?;
            Some((name, key))
        };
        // what a class has not, whoever takes it over may state
        let finding = if decoder.environment.is_empty() {
            None
        } else {
            no_config(outer, entry, decoder).or_else(|| no_key(outer, entry))
        };
        let source = if let Some(finding) = finding {
            decoder.report(finding);
            None
        } else if entry.has("secret") {
            pair(decoder, "secret").map(|(secret, key)| VariableSource::Secret { secret, key })
        } else if entry.has("config") {
            pair(decoder, "config").map(|(config, key)| VariableSource::Config { config, key })
        } else if let Some((term, part)) = entry.term(1) {
            decoder
                .text(term, part)
                .map(|text| VariableSource::Value { text, expansion: of_kubernetes(entry.has("expand")) })
        } else {
            let span = entry.span(key.span);
            decoder.report(super::incomplete(entry, span, "its value"));
            None
        };
        variables.extend(source.map(|source| Variable { name, source }));
    }
    expansion::ordered(variables)
}

/// What is wrong with a variable that names, without quotes, a `config` which its workload has not: what others make stands in
/// quotes, as of a `secret`.
fn no_config(body: &Body<'_>, variable: &Merged<'_>, decoder: &Decoder<'_>) -> Option<Diagnostic> {
    let part = variable.clause("config").filter(|_| !variable.has("secret"))?;
    let [term, key] = part.terms else { return None };
    // what a variable or a text stands for is a full name
    let is_bare = term.is_closed() && term.text().is_none() && !spelling(term).is_empty();
    if !is_bare || decoder.unread.touches(&["config"]) {
        return None;
    }
    let (name, at, reader) = (spelling(term), term.span, &variable.key);
    let known = || body.all("config").map(|config| &*config.key);
    if known().any(|known| known == name) {
        return None;
    }
    // what no ConfigMap can be called is written as one could be
    let fitting = suggest_label(&name).filter(|_| subdomain(&name).is_err());
    let fitting = fitting.as_deref().unwrap_or(&name);
    let full = quoted(fitting);
    let title = format!("`env {reader}` reads `config {name}`, and there is no config of that name here");
    let finding = Diagnostic::new(&BVL0204, at, title).here("no `config` beside it");
    let is_shared = match part.layer {
        Layer::Declaration | Layer::Overlay(_) => false,
        Layer::BuiltIn
        | Layer::PlatformDefaults
        | Layer::EnvironmentDefaults(_)
        | Layer::Class(_)
        | Layer::OverlayAll(_) => !decoder.environment.is_empty(),
    };
    // others that take the same over may have one
    let finding = if is_shared { finding.aside(decoder.declared, format!("has no `config {name}`")) } else { finding };
    let finding = finding.note("without quotes a name is that of one of the workload's own configs");
    let theirs = format!("a ConfigMap that others make stands in quotes, with its full name: {full}");
    if let Some(removed) = Removed::last(&body.removed, &format!("config {name}")) {
        return Some(
            finding
                .label(removed.by.span, format!("takes `config {name}` away"))
                .help(format!("leave it in, or take `env {reader}` out there as well, which reads it; {theirs}")),
        );
    }
    let near = similar::nearest(&name, known());
    let key = part.scope.close(key).map_or_else(|_| "KEY".to_owned(), |key| spelling(&key).into_owned());
    let finding = finding
        .guess(&near, |near| vec![TextEdit::replace(at, near)])
        .help(format!("{theirs}; or let it be one of its own: `config {fitting} {{ {key} \"TEXT\" }}`"));
    Some(finding.unsafe_fix(format!("write {full}"), vec![TextEdit::replace(at, full)]))
}

/// Why a key matters that there is not.
const NOT_STARTED: &str = "a container whose variable names a key that its ConfigMap has not is not started";

/// What is wrong with a variable that names a key which a `config` of this service has not. A `ConfigMap` of a name that is no
/// `config` here is an existing one, whose keys nobody knows: [`no_config`].
fn no_key(body: &Body<'_>, variable: &Merged<'_>) -> Option<Diagnostic> {
    let part = variable.clause("config").filter(|_| !variable.has("secret"))?;
    let [name, key] = part.terms else { return None };
    let (name, at) = (part.scope.close(name).ok()?, key.span);
    let key = part.scope.close(key).ok()?;
    let (name, key) = (spelling(&name), spelling(&key));
    let config = body.all("config").find(|config| config.key == name)?;
    let keys = || config.block.entries.iter().map(|entry| &*entry.key);
    if key.is_empty() || keys().any(|known| known == key) {
        return None;
    }
    let finding = Diagnostic::new(&BVL0204, at, format!("config `{name}` has no key `{key}`"));
    if let Some(removed) = Removed::last(&config.block.removed, &key) {
        let reader = &variable.key;
        return Some(
            finding
                .label(removed.by.span, format!("takes `{key}` away"))
                .note(NOT_STARTED)
                .help(format!("leave it in, or take `env {reader}` out there as well, which reads it")),
        );
    }
    let finding = finding.label(config.span(at), "its keys stand here").note(NOT_STARTED);
    let near = similar::nearest(&key, keys());
    if !near.is_empty() {
        return Some(finding.guess(&near, |near| vec![TextEdit::replace(at, quoted(near))]));
    }
    let keys: Vec<String> = keys().map(|known| format!("`{known}`")).collect();
    let keys = if keys.is_empty() { "it has none".to_owned() } else { format!("its keys: {}", keys.join(", ")) };
    Some(finding.help(format!("{keys}; add `{key} \"TEXT\"` to its block, or name one of these")))
}

/// Reads every `config`.
pub fn configs(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Vec<Config> {
    let mut configs = Vec::new();
    for entry in body.all("config") {
        let Some((term, part)) = entry.term(0) else { continue };
        let name = Origin::new(entry.key.clone().into_owned(), term.span, part.layer);
        let mount = decoder.clause(entry, "at");
        let mut entries = Vec::new();
        for key in &entry.block.entries {
            let Some((value, part)) = key.term(0) else {
                let title = format!("`{}` in `config {}` has no value", key.key, entry.key);
                let finding = Diagnostic::new(&BVL0210, key.span(term.span), title).here("a key alone");
                let note = "without a value it would be left out of the ConfigMap, and what reads it would miss it";
                let help = format!("give it one, which may be empty: `{} \"\"`", key.key);
                decoder.report(finding.note(note).help(help));
                continue;
            };
            if let Some(text) = decoder.text(value, part) {
                entries.push((Origin::new(key.key.clone().into_owned(), key.span(value.span), part.layer), text));
            }
        }
        if let Some(finding) = too_large(entry, term.span, &entries) {
            decoder.report(finding);
        }
        entries.sort_by(|a, b| a.0.value.cmp(&b.0.value));
        configs.push(Config { name, mount, entries });
    }
    configs
}

/// What the values of a `ConfigMap` may have together, in bytes, its keys not counted (`MaxSecretSize` and
/// `ValidateConfigMap` in kubernetes `pkg/apis/core/validation/validation.go`, 1.36).
const MOST_VALUES: usize = 1 << 20;

/// What is said of values that no `ConfigMap` holds. Addresses are not known yet, and are short.
fn too_large(entry: &Merged<'_>, at: Span, entries: &[(Origin<String>, Origin<Text>)]) -> Option<Diagnostic> {
    let size: usize = entries.iter().map(|(_, text)| text.value.fixed_size()).sum();
    (size > MOST_VALUES).then(|| {
        let title = format!(
            "the values of `config {}` have {size} bytes together, and a ConfigMap has {MOST_VALUES} at most",
            entry.key
        );
        Diagnostic::new(&BVL0219, entry.span(at), title)
            .here("more than 1 MiB")
            .note("the API server refuses the object")
            .help("make several of it, or put what is this large into a file of the image or a volume")
    })
}

/// Reads every `scratch`.
pub fn scratches(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Vec<Scratch> {
    let mut scratches = Vec::new();
    for entry in body.all("scratch") {
        if let (Some(path), Some(size)) = (decoder.argument(entry, 0), decoder.argument(entry, 1)) {
            let medium = if entry.has("in-memory") { Medium::Memory } else { Medium::Disk };
            scratches.push(Scratch { path, size, medium });
        }
    }
    scratches
}

/// Reads `command` or `args`.
pub fn command(body: &Body<'_>, word: &str, decoder: &mut Decoder<'_>) -> Option<Command> {
    let entry = body.get(word)?;
    let (term, part) = entry.term(0)?;
    let words = decoder.list(term, part);
    Some(Command { words, expansion: of_kubernetes(entry.has("expand")) })
}

fn of_kubernetes(stated: bool) -> Expansion {
    if stated { Expansion::Kubernetes } else { Expansion::Literal }
}
