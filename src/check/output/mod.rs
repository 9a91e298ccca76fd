//! Environments, names and output (`BVL09xx`).

mod api_too_old;
mod config_key_not_made;
mod fleets;
mod kept_keys;
mod kubernetes_name;
mod made;
mod many_annotations;
mod mount_path;
mod named;
mod namespace_collision;
mod not_of_its_kind;
mod pattern;
mod registry_without_image;
mod same_service;
mod secret_key_not_made;
mod service_port_twice;
mod shared_namespace;
mod system_namespace;
mod two_listeners;
mod undeliverable_environment;
mod unknown_secret_store;
mod unstated;
mod unsupported_version;
mod variable_twice;
mod volume_without_stateful;

use super::Check;

/// The checks of this family.
pub(super) static CHECKS: &[&Check] = &[
    &kubernetes_name::CHECK,
    &shared_namespace::CHECK,
    &namespace_collision::CHECK,
    &unsupported_version::CHECK,
    &api_too_old::CHECK,
    &unstated::CHECK,
    &service_port_twice::CHECK,
    &mount_path::CHECK,
    &variable_twice::CHECK,
    &system_namespace::CHECK,
    &registry_without_image::CHECK,
    &unknown_secret_store::CHECK,
    &secret_key_not_made::CHECK,
    &config_key_not_made::CHECK,
    &undeliverable_environment::CHECK,
    &two_listeners::CHECK,
    &volume_without_stateful::CHECK,
    &not_of_its_kind::CHECK,
];
