//! `Namespace`: where an environment lives, and the Pod Security Standard that it enforces.

use super::{Context, metadata};
use crate::model::environment::{Instance, PolicyVersion};
use crate::model::kept::{RESOURCE_POLICY, SYNC_OPTIONS};
use crate::object::{Kind, Namespace, Object};

/// Argo CD keeps what carries this, from pruning and from the deletion of its application (`docs/user-guide/
/// sync-options.md`, v3.5, "No Prune Resources" and "No Resource Deletion").
const ARGO_KEEP: (&str, &str) = (SYNC_OPTIONS, "Prune=false,Delete=false");
/// Helm keeps what carries this.
const HELM_KEEP: (&str, &str) = (RESOURCE_POLICY, "keep");

/// The namespace, where it is not there already. That of a fixed environment holds what people depend on and is kept
/// from pruning; an instance of a parametrised one goes with whoever asked for it. `kubernetes.io/metadata.name` is left
/// to the control plane, which sets it.
pub(super) fn emit(cx: &Context<'_>, objects: &mut Vec<Object>) {
    let environment = cx.environment;
    let Some(namespace) = environment.namespace.as_ref().filter(|namespace| namespace.existing.is_none()) else {
        return;
    };
    let mut metadata = metadata::of_environment(cx, Kind::Namespace, &namespace.name.value);
    let labels = metadata.labels.get_or_insert_default();
    let level = environment.profile.level.value.name();
    let version = match environment.profile.version.value {
        PolicyVersion::Latest => "latest".to_owned(),
        PolicyVersion::Pinned(version) => format!("v{version}"),
    };
    for mode in ["enforce", "warn", "audit"] {
        labels.insert(format!("pod-security.kubernetes.io/{mode}"), level.to_owned());
        labels.insert(format!("pod-security.kubernetes.io/{mode}-version"), version.clone());
    }
    match environment.instance {
        Instance::Fixed => {
            for (key, value) in [ARGO_KEEP, HELM_KEEP] {
                metadata::annotate(&mut metadata, key, value.to_owned());
            }
        }
        Instance::Asked | Instance::Example => {
            labels.insert(metadata::ENVIRONMENT.to_owned(), environment.name.value.clone());
        }
    }
    objects.push(Namespace { metadata, ..Namespace::default() }.into());
}
