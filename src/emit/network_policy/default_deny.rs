//! The policy that denies whatever no other policy allows.

use crate::emit::{Context, metadata};
use crate::model::environment::DefaultDeny;
use crate::object::api::networking::v1::NetworkPolicySpec;
use crate::object::{Kind, Labels, NetworkPolicy, Object, selector};

/// Selects every pod of a denied environment in both directions, and allows nothing: neither direction has a field of
/// rules, since an empty list means "deny" to the API server and "allow" to some who read it.
pub(in crate::emit) fn emit(cx: &Context<'_>, objects: &mut Vec<Object>) {
    if !cx.environment.is_denied() {
        return;
    }
    let spec = NetworkPolicySpec {
        pod_selector: Some(selector(Labels::new())),
        policy_types: Some(super::both_directions()),
        ingress: None,
        egress: None,
    };
    let metadata = metadata::of_environment(cx, Kind::NetworkPolicy, DefaultDeny::POLICY);
    objects.push(NetworkPolicy { metadata, spec: Some(spec) }.into());
}
