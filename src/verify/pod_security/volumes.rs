//! The kinds of volumes that restricted allows.
//!
//! Source: `check_restrictedVolumes.go` of `k8s.io/pod-security-admission/policy`, v0.37: `image` is allowed in every
//! version of the policy by servers from 1.33 on. A volume without a source is an `emptyDir` by the time it is judged
//! (`SetDefaults_Volume` in kubernetes `pkg/apis/core/v1/defaults.go`, v1.36).

use super::policy::{Check, Found, Step};
use crate::object::api::core::v1::Volume;
use crate::verify::pod::PodView;

pub(super) const RESTRICTED: Check =
    Check { id: "restrictedVolumes", replaces: &["hostPathVolumes"], versions: &[(0, restricted, Step::More)] };

fn restricted(pod: &PodView<'_>, found: &mut Found) {
    for (path, volume) in pod.volumes() {
        if let Some(source) = refused_source(volume) {
            let reason = format!("the volume `{}` is of the kind `{source}`", volume.name);
            let cure = "use configMap, csi, downwardAPI, emptyDir, ephemeral, image, persistentVolumeClaim, projected or \
                        secret";
            found.refuse(path.at(source), reason, cure);
        }
    }
}

/// The field of the source, where it is one of those that are refused. A volume with an allowed source passes whatever
/// stands beside it, as upstream.
fn refused_source(volume: &Volume) -> Option<&'static str> {
    let allowed = [
        volume.config_map.is_some(),
        volume.csi.is_some(),
        volume.downward_api.is_some(),
        volume.empty_dir.is_some(),
        volume.ephemeral.is_some(),
        volume.image.is_some(),
        volume.persistent_volume_claim.is_some(),
        volume.projected.is_some(),
        volume.secret.is_some(),
    ];
    if allowed.contains(&true) {
        return None;
    }
    let refused = [
        ("awsElasticBlockStore", volume.aws_elastic_block_store.is_some()),
        ("azureDisk", volume.azure_disk.is_some()),
        ("azureFile", volume.azure_file.is_some()),
        ("cephfs", volume.cephfs.is_some()),
        ("cinder", volume.cinder.is_some()),
        ("fc", volume.fc.is_some()),
        ("flexVolume", volume.flex_volume.is_some()),
        ("flocker", volume.flocker.is_some()),
        ("gcePersistentDisk", volume.gce_persistent_disk.is_some()),
        ("gitRepo", volume.git_repo.is_some()),
        ("glusterfs", volume.glusterfs.is_some()),
        ("hostPath", volume.host_path.is_some()),
        ("iscsi", volume.iscsi.is_some()),
        ("nfs", volume.nfs.is_some()),
        ("photonPersistentDisk", volume.photon_persistent_disk.is_some()),
        ("portworxVolume", volume.portworx_volume.is_some()),
        ("quobyte", volume.quobyte.is_some()),
        ("rbd", volume.rbd.is_some()),
        ("scaleIO", volume.scale_io.is_some()),
        ("storageos", volume.storageos.is_some()),
        ("vsphereVolume", volume.vsphere_volume.is_some()),
    ];
    refused.into_iter().find(|(_, is_set)| *is_set).map(|(field, _)| field)
}
