//! `ServiceAccount`: the identity of a service's pods. One for each, so that no two services look alike.

use std::collections::BTreeSet;

use super::{Context, metadata};
use crate::model::Workload;
use crate::object::api::core::v1::LocalObjectReference;
use crate::object::{Kind, Object, ServiceAccount};

/// The account of a service. It holds the pull secret of each registry that an image of its pods comes from; its token is not
/// mounted, since nothing that the platform deploys talks to the Kubernetes API.
pub(super) fn emit(cx: &Context<'_>, workload: &Workload, objects: &mut Vec<Object>) {
    let Some(program) = workload.program() else { return };
    let images = program.containers().filter_map(|contained| contained.container.image.as_ref());
    let from: BTreeSet<&str> = images.map(|image| image.value.registry()).collect();
    let registries = cx.model.platform.registries.iter();
    let registries = registries.filter(|registry| from.contains(registry.host.value.registry()));
    let secrets = registries.filter_map(|registry| registry.pull_secret.as_ref());
    let secrets: Vec<_> = secrets.map(|secret| LocalObjectReference { name: secret.value.clone() }).collect();
    objects.push(
        ServiceAccount {
            metadata: metadata::of_workload(cx, workload, Kind::ServiceAccount, &workload.name.value),
            automount_service_account_token: Some(false),
            image_pull_secrets: (!secrets.is_empty()).then_some(secrets),
            secrets: None,
        }
        .into(),
    );
}
