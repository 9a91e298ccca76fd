//! `Namespace`: where an environment lives, and the Pod Security Standard that it enforces.

use super::{Context, metadata};
use crate::graph::written;
use crate::model::environment::{Instance, PolicyVersion};
use crate::object::{Kind, Namespace, Object};

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
        Instance::Fixed => {}
        Instance::Asked | Instance::Example => {
            labels.insert(written::ENVIRONMENT.to_owned(), environment.name.value.clone());
        }
    }
    for (key, value) in written::of_namespace(environment) {
        metadata::annotate(&mut metadata, key, value);
    }
    objects.push(Namespace { metadata, ..Namespace::default() }.into());
}
