//! Volumes: configuration and secrets that are mounted, and scratch folders.

use std::collections::BTreeSet;

use crate::emit::config_map;
use crate::model::secret::Secret;
use crate::model::settings::{Config, Medium, Scratch};
use crate::model::{Program, Workload};
use crate::object::api::core::v1::{
    ConfigMapVolumeSource, EmptyDirVolumeSource, SecretVolumeSource, Volume, VolumeMount,
};
use crate::object::quantity;

/// What a volume's name may be long: a DNS label.
const LONGEST: usize = 63;

/// The volumes of a service's pod.
pub(super) fn volumes(workload: &Workload, program: &Program) -> Option<Vec<Volume>> {
    let mounted = program.configs.iter().filter(|config| config.mount.is_some());
    let configs = mounted.map(|config| Volume {
        name: Config::volume_name(&config.name.value),
        config_map: Some(ConfigMapVolumeSource {
            name: config_map::name(workload, &config.name.value),
            ..ConfigMapVolumeSource::default()
        }),
        ..Volume::default()
    });
    let secrets = program.secrets.iter().filter(|secret| secret.mount.is_some()).map(|secret| Volume {
        name: Secret::volume_name(&secret.name.value),
        secret: Some(SecretVolumeSource {
            secret_name: Some(Secret::object_name(&workload.name.value, &secret.name.value)),
            ..SecretVolumeSource::default()
        }),
        ..Volume::default()
    });
    let scratches = scratches(program).map(|(name, scratch)| Volume {
        name,
        empty_dir: Some(EmptyDirVolumeSource {
            medium: (scratch.medium == Medium::Memory).then(|| "Memory".to_owned()),
            size_limit: Some(quantity(scratch.size.value.kubernetes())),
        }),
        ..Volume::default()
    });
    let volumes: Vec<Volume> = configs.chain(secrets).chain(scratches).collect();
    (!volumes.is_empty()).then_some(volumes)
}

/// Where the container sees them.
pub(super) fn mounts(program: &Program) -> Option<Vec<VolumeMount>> {
    let configs = program.configs.iter().map(|config| (Config::volume_name(&config.name.value), config.mount.as_ref()));
    let secrets = program.secrets.iter().map(|secret| (Secret::volume_name(&secret.name.value), secret.mount.as_ref()));
    let read = configs.chain(secrets).filter_map(|(name, mount)| {
        let mount_path = mount?.value.clone();
        Some(VolumeMount { name, mount_path, read_only: Some(true), ..VolumeMount::default() })
    });
    let scratches = scratches(program).map(|(name, scratch)| VolumeMount {
        name,
        mount_path: scratch.path.value.clone(),
        ..VolumeMount::default()
    });
    let mounts: Vec<VolumeMount> = read.chain(scratches).collect();
    (!mounts.is_empty()).then_some(mounts)
}

/// The scratch folders with the names of their volumes, which follow from their paths: `scratch-var-cache` for
/// `/var/cache`. A number is put behind a name that another folder has.
pub(super) fn scratches(program: &Program) -> impl Iterator<Item = (String, &Scratch)> {
    let mut taken = BTreeSet::new();
    program.scratches.iter().map(move |scratch| {
        let name = scratch_name(&scratch.path.value, &taken);
        taken.insert(name.clone());
        (name, scratch)
    })
}

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
