//! `ServiceAccount`: the identity of a service's pods. One for each, so that no two services look alike.

use super::{Context, metadata};
use crate::model::Workload;
use crate::object::api::core::v1::LocalObjectReference;
use crate::object::{Kind, Object, ServiceAccount};

/// The account of a service. It holds the pull secret of the registry that the image comes from; its token is not
/// mounted, since nothing that the platform deploys talks to the Kubernetes API.
pub(super) fn emit(cx: &Context<'_>, workload: &Workload, objects: &mut Vec<Object>) {
    let Some(program) = workload.program() else { return };
    let from = program.image.as_ref().map(|image| image.value.registry());
    let registries = cx.model.platform.registries.iter();
    let registries = registries.filter(|registry| Some(registry.host.value.registry()) == from);
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
