//! Pod security (`BVL04xx`).

mod added_capability;
pub(super) mod deny_off_without_reason;
mod literal_secret;
mod mutable_tag;
mod policy;
mod policy_latest_moves;
mod policy_version_ahead;
mod privileged_port;
mod privileged_service;
mod profile_refuses_pods;
mod profile_wider_than_needed;
mod profile_without_reason;
mod root_user;
mod secret_by_name;
pub mod secrets;
mod security_beyond_profile;
mod security_without_reason;
mod tag_without_digest;
mod variable_not_expanded;
mod written;

use super::Check;

/// The checks of this family.
pub(super) static CHECKS: &[&Check] = &[
    &profile_without_reason::CHECK,
    &deny_off_without_reason::CHECK,
    &privileged_service::CHECK,
    &policy_version_ahead::CHECK,
    &policy_latest_moves::CHECK,
    &mutable_tag::CHECK,
    &tag_without_digest::CHECK,
    &privileged_port::CHECK,
    &literal_secret::CHECK,
    &secret_by_name::CHECK,
    &variable_not_expanded::CHECK,
    &root_user::CHECK,
    &profile_refuses_pods::CHECK,
    &profile_wider_than_needed::CHECK,
    &security_beyond_profile::CHECK,
    &added_capability::CHECK,
    &security_without_reason::CHECK,
];
