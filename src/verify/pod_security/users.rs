//! The user that containers run as.
//!
//! Source: `check_{runAsNonRoot,runAsUser}.go` of `k8s.io/pod-security-admission/policy`, v0.37.

use super::policy::{Check, Found, Step, has_own_users};
use crate::verify::pod::PodView;

pub(super) const NON_ROOT: Check = Check {
    id: "runAsNonRoot",
    replaces: &[],
    versions: &[(0, non_root, Step::More), (35, non_root_without_own_users, Step::Less)],
};
pub(super) const USER: Check = Check {
    id: "runAsUser",
    replaces: &[],
    versions: &[(23, user, Step::More), (35, user_without_own_users, Step::Less)],
};

fn non_root(pod: &PodView<'_>, found: &mut Found) {
    const FIELD: &str = "securityContext.runAsNonRoot";
    const CURE: &str = "set `runAsNonRoot: true` in the pod's `securityContext`";
    let of_pod = pod.security().and_then(|security| security.run_as_non_root);
    if of_pod == Some(false) {
        let reason = "the pod allows root (containers that say `true` do not change that)";
        found.refuse(pod.spec_path.at(FIELD), reason, CURE);
    }
    for container in &pod.containers {
        let stated = container.security.and_then(|security| security.run_as_non_root);
        let reason = match (stated, of_pod) {
            (Some(true), _) | (None, Some(true)) => continue,
            (Some(false), _) => format!("the container `{}` allows root", container.name),
            (None, _) => {
                format!("neither the container `{}` nor the pod says `runAsNonRoot: true`", container.name)
            }
        };
        found.refuse(container.path.at(FIELD), reason, CURE);
    }
}

fn non_root_without_own_users(pod: &PodView<'_>, found: &mut Found) {
    if !has_own_users(pod) {
        non_root(pod, found);
    }
}

fn user(pod: &PodView<'_>, found: &mut Found) {
    const FIELD: &str = "securityContext.runAsUser";
    const CURE: &str = "name a user above 0, or none";
    if pod.security().and_then(|security| security.run_as_user) == Some(0) {
        found.refuse(pod.spec_path.at(FIELD), "the pod runs as user 0, which is root", CURE);
    }
    for container in &pod.containers {
        if container.security.and_then(|security| security.run_as_user) == Some(0) {
            let reason = format!("the container `{}` runs as user 0, which is root", container.name);
            found.refuse(container.path.at(FIELD), reason, CURE);
        }
    }
}

fn user_without_own_users(pod: &PodView<'_>, found: &mut Found) {
    if !has_own_users(pod) {
        user(pod, found);
    }
}
