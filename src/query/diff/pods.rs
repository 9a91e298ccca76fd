//! Where the fields of a pod come from: its containers, its volumes, what it may do.
//!
//! Invariant: a field leads to the very value that decides about it, in the block of the container that it is of; one that no
//! statement decides about has no place.

use super::parts;
use super::tree::{Path, Step};
use crate::model::secret::Secret;
use crate::model::security::{Seccomp, Security};
use crate::model::settings::{Command, Config, Variable, VariableSource};
use crate::model::{Companion, Container, Origin, Program, Role, Workload};
use crate::source::Span;

/// What decides about a field of a pod.
pub(super) fn field(workload: &Workload, program: &Program, path: &Path) -> Option<Span> {
    if let Some(name) = parts::element(path, "initContainers") {
        return beside(workload, program.companions.iter().find(|companion| companion.name.value == name)?, path);
    }
    if let Some(name) = parts::element(path, "volumes") {
        return volume(program, name, path);
    }
    if parts::element(path, "containers").is_some() {
        return own(workload, program, path);
    }
    let security = program.container.security.as_deref();
    let shutdown = &program.shutdown;
    match parts::last(path) {
        "terminationGracePeriodSeconds" => parts::place(&shutdown.grace),
        "serviceAccountName" => Some(workload.name.span),
        "runAsUser" | "runAsNonRoot" => parts::place(&program.user),
        "runAsGroup" => group(security.and_then(|security| security.group.as_ref()), &program.user),
        "fsGroup" => group(security.and_then(|security| security.files_group.as_ref()), &program.user),
        _ if parts::leads_through(path, "seccompProfile") => seccomp(security?),
        _ if parts::leads_through(path, "topologySpreadConstraints") => {
            workload.service()?.spread.as_ref().map(|spread| spread.span)
        }
        _ => None,
    }
}

fn group(stated: Option<&Origin<u32>>, user: &Origin<u32>) -> Option<Span> {
    parts::place(stated.unwrap_or(user))
}

fn seccomp(security: &Security) -> Option<Span> {
    match security.seccomp.as_ref()? {
        Seccomp::Unconfined(weakening) => Some(weakening.stated.span),
        Seccomp::Localhost(profile) => Some(profile.span),
    }
}

/// What decides about a field of a workload's own container.
fn own(workload: &Workload, program: &Program, path: &Path) -> Option<Span> {
    if parts::leads_through(path, "preStop") {
        return parts::place(&program.shutdown.pre_stop);
    }
    if let Some(name) = parts::element(path, "volumeMounts") {
        return volume(program, name, path);
    }
    if let Some(at) = parts::element(path, "envFrom") {
        return from(program, at.parse().ok()?);
    }
    let amounts = &workload.resources;
    let resources = || match resource(path)? {
        "cpu" => amounts.cpu.as_ref().map(|cpu| cpu.amount.span),
        "memory" => amounts.memory.as_ref().map(|memory| memory.amount.span),
        _ => amounts.ephemeral.as_ref().map(|ephemeral| ephemeral.amount.span),
    };
    let told = || parts::drain(&program.shutdown, parts::element(path, "env")?, path);
    let named = || is_name(path).then_some(workload.name.span);
    container(&program.container, path)
        .or_else(resources)
        .or_else(told)
        .or_else(|| parts::probe(workload.service()?.health.as_ref()?, path))
        .or_else(|| parts::port(workload, path))
        .or_else(named)
}

/// What decides about a field of a container beside it.
fn beside(workload: &Workload, companion: &Companion, path: &Path) -> Option<Span> {
    if let Some(name) = parts::element(path, "volumeMounts") {
        return volume(workload.program()?, name, path);
    }
    let amounts = &companion.resources;
    let resources = || match resource(path)? {
        "cpu" => amounts.cpu.as_ref().map(|cpu| cpu.amount.span),
        "memory" => amounts.memory.as_ref().map(|memory| memory.amount.span),
        _ => amounts.ephemeral.as_ref().map(|ephemeral| ephemeral.amount.span),
    };
    let user = || match parts::last(path) {
        "runAsUser" | "runAsNonRoot" | "runAsGroup" => companion.user.as_ref().and_then(parts::place),
        _ => None,
    };
    let named = || match companion.role {
        _ if is_name(path) => Some(companion.name.span),
        Role::Sidecar => (parts::last(path) == "restartPolicy").then_some(companion.name.span),
        Role::Init => None,
    };
    let asked = || {
        let health = companion.health.as_ref().filter(|_| parts::leads_through(path, "ports"))?;
        parts::place(&health.port)
    };
    container(&companion.container, path)
        .or_else(resources)
        .or_else(user)
        .or_else(|| parts::probe(companion.health.as_ref()?, path))
        .or_else(|| parts::port(workload, path))
        .or_else(asked)
        .or_else(named)
}

/// Whether a path leads to the name of a container itself.
fn is_name(path: &Path) -> bool {
    let above = path.0.len().checked_sub(3).and_then(|at| path.0.get(at));
    let is_container = matches!(above, Some(Step::Key(key)) if key == "containers" || key == "initContainers");
    is_container && parts::last(path) == "name"
}

/// The resource of which a path speaks.
fn resource(path: &Path) -> Option<&str> {
    let is_amount = parts::leads_through(path, "requests") || parts::leads_through(path, "limits");
    Some(parts::last(path)).filter(|name| is_amount && !name.is_empty())
}

/// What decides about what every container has.
fn container(container: &Container, path: &Path) -> Option<Span> {
    let word = |stated: &Command, list: &str| {
        let at = parts::element(path, list).and_then(|at| at.parse().ok()).unwrap_or(0);
        stated.words.get::<usize>(at).map(|word| word.span)
    };
    if let Some(name) = parts::element(path, "env") {
        let stated = container.variables.iter().find(|variable| variable.name.value == name)?;
        return Some(variable(stated, path));
    }
    if parts::last(path) == "image" {
        return container.image.as_ref().map(|image| image.span);
    }
    if parts::leads_through(path, "command") {
        return word(container.command.as_deref()?, "command");
    }
    if parts::leads_through(path, "args") {
        return word(container.args.as_deref()?, "args");
    }
    let security = container.security.as_deref()?;
    match parts::last(path) {
        "allowPrivilegeEscalation" => security.privilege_escalation.as_ref().map(|stated| stated.stated.span),
        "readOnlyRootFilesystem" => security.writable_root.as_ref().map(|stated| stated.stated.span),
        "runAsGroup" => security.group.as_ref().map(|group| group.span),
        _ if parts::leads_through(path, "seccompProfile") => seccomp(security),
        _ => {
            let at: usize = parts::element(path, "add")?.parse().ok()?;
            security.capabilities.get(at).map(|added| added.name.span)
        }
    }
}

/// What decides about a field of a variable.
fn variable(variable: &Variable, path: &Path) -> Span {
    let (of, key) = match &variable.source {
        VariableSource::Value { text, expansion: _ } => (text.span, text.span),
        VariableSource::Secret { secret, key } => (secret.span, key.span),
        VariableSource::Config { config, key } => (config.span, key.span),
    };
    let is_source = parts::leads_through(path, "valueFrom");
    match parts::last(path) {
        "value" | "key" => key,
        "name" if is_source => of,
        _ => variable.name.span,
    }
}

/// What decides about a field of a volume, or of where it is mounted.
fn volume(program: &Program, name: &str, path: &Path) -> Option<Span> {
    let scratch = program.scratch_volumes().find(|(volume, scratch)| volume == name || scratch.path.value == name);
    if let Some((_, scratch)) = scratch {
        let is_size = parts::last(path) == "sizeLimit";
        return Some(if is_size { scratch.size.span } else { scratch.path.span });
    }
    let volume = program.volumes.iter().find(|volume| volume.name.value == name || volume.path.value == name);
    if let Some(volume) = volume {
        return Some(if parts::last(path) == "mountPath" { volume.path.span } else { volume.name.span });
    }
    let is_its = |volume: String, mount: Option<&Origin<String>>| {
        volume == name || mount.is_some_and(|mount| mount.value == name)
    };
    let configs = program.configs.iter().map(|own| (Config::volume_name(&own.name.value), &own.name, &own.mount));
    let secrets = program.secrets.iter().map(|own| (Secret::volume_name(&own.name.value), &own.name, &own.mount));
    let (_, name, mount) = configs.chain(secrets).find(|(volume, _, mount)| is_its(volume.clone(), mount.as_ref()))?;
    let mount = mount.as_ref().filter(|_| parts::last(path) == "mountPath");
    Some(mount.map_or(name.span, |mount| mount.span))
}

/// The configuration all of whose keys are variables, by its number.
fn from(program: &Program, at: usize) -> Option<Span> {
    let configs = program.configs.iter().filter(|config| config.mount.is_none()).map(|config| config.name.span);
    let secrets = program.secrets.iter().filter(|secret| secret.mount.is_none()).map(|secret| secret.name.span);
    configs.chain(secrets).nth(at)
}
