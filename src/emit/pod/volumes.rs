//! Volumes: configuration and secrets that are mounted, and scratch folders.

use crate::emit::config_map;
use crate::model::secret::Secret;
use crate::model::settings::{Config, Medium};
use crate::model::{Origin, Program, Workload};
use crate::object::api::core::v1::{
    ConfigMapVolumeSource, EmptyDirVolumeSource, SecretVolumeSource, Volume, VolumeMount,
};
use crate::object::quantity;

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
    let scratches = program.scratch_volumes().map(|(name, scratch)| Volume {
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

/// Where the workload's own container sees them.
pub(super) fn mounts(program: &Program) -> Option<Vec<VolumeMount>> {
    let secrets = program.secrets.iter().map(|secret| (Secret::volume_name(&secret.name.value), secret.mount.as_ref()));
    let (configs, folders) = shared(program);
    let mounts: Vec<VolumeMount> = configs.chain(read_only(secrets)).chain(folders).collect();
    (!mounts.is_empty()).then_some(mounts)
}

/// Where those beside it see what they share with it: all but the files of secrets, which are its alone
/// ([decision 13](../../../docs/decisions/0013-containers-beside.md)).
pub(super) fn shared_mounts(program: &Program) -> Option<Vec<VolumeMount>> {
    let (configs, folders) = shared(program);
    let mounts: Vec<VolumeMount> = configs.chain(folders).collect();
    (!mounts.is_empty()).then_some(mounts)
}

fn shared(program: &Program) -> (impl Iterator<Item = VolumeMount>, impl Iterator<Item = VolumeMount>) {
    let configs = program.configs.iter().map(|config| (Config::volume_name(&config.name.value), config.mount.as_ref()));
    let scratches = program.scratch_volumes().map(|(name, scratch)| VolumeMount {
        name,
        mount_path: scratch.path.value.clone(),
        ..VolumeMount::default()
    });
    // the StatefulSet makes the volume of that name of the pod's claim
    let volumes = program.volumes.iter().map(|volume| VolumeMount {
        name: volume.name.value.clone(),
        mount_path: volume.path.value.clone(),
        ..VolumeMount::default()
    });
    (read_only(configs), scratches.chain(volumes))
}

fn read_only<'p>(
    mounted: impl Iterator<Item = (String, Option<&'p Origin<String>>)>,
) -> impl Iterator<Item = VolumeMount> {
    mounted.filter_map(|(name, mount)| {
        let mount_path = mount?.value.clone();
        Some(VolumeMount { name, mount_path, read_only: Some(true), ..VolumeMount::default() })
    })
}
