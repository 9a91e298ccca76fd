//! Privileged containers, and processes that gain privileges.
//!
//! Source: `check_{privileged,allowPrivilegeEscalation}.go` of `k8s.io/pod-security-admission/policy`, v0.37.

use super::policy::{Check, Found, Step, is_windows};
use crate::verify::pod::PodView;

pub(super) const PRIVILEGED: Check =
    Check { id: "privileged", replaces: &[], versions: &[(0, privileged, Step::More)] };
pub(super) const ESCALATION: Check = Check {
    id: "allowPrivilegeEscalation",
    replaces: &[],
    versions: &[(8, escalation, Step::More), (25, escalation_off_windows, Step::Less)],
};

fn privileged(pod: &PodView<'_>, found: &mut Found) {
    for container in &pod.containers {
        if container.security.is_some_and(|security| security.privileged == Some(true)) {
            let reason = format!("the container `{}` is privileged", container.name);
            found.refuse(container.path.at("securityContext.privileged"), reason, "remove it");
        }
    }
}

fn escalation(pod: &PodView<'_>, found: &mut Found) {
    const FIELD: &str = "securityContext.allowPrivilegeEscalation";
    for container in &pod.containers {
        let stated = container.security.and_then(|security| security.allow_privilege_escalation);
        if stated != Some(false) {
            let reason = match stated {
                Some(_) => format!("the container `{}` may gain privileges", container.name),
                None => {
                    format!("the container `{}` may gain privileges, since it does not say `false`", container.name)
                }
            };
            found.refuse(container.path.at(FIELD), reason, "set `allowPrivilegeEscalation: false`");
        }
    }
}

fn escalation_off_windows(pod: &PodView<'_>, found: &mut Found) {
    if !is_windows(pod) {
        escalation(pod, found);
    }
}
