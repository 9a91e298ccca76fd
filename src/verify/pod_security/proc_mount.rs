//! What a container sees of `/proc`.
//!
//! Source: `check_procMount{,_baseline,_restricted}.go` of `k8s.io/pod-security-admission/policy`, v0.37.

use super::policy::{Check, Found, Step, has_own_users};
use crate::verify::pod::PodView;

pub(super) const BASELINE: Check = Check {
    id: "procMount",
    replaces: &[],
    versions: &[(0, masked, Step::More), (35, masked_without_own_users, Step::Less)],
};
pub(super) const RESTRICTED: Check =
    Check { id: "procMount_restricted", replaces: &["procMount"], versions: &[(35, masked, Step::Nothing)] };

fn masked(pod: &PodView<'_>, found: &mut Found) {
    for container in &pod.containers {
        let stated = container.security.and_then(|security| security.proc_mount.as_deref());
        if let Some(other) = stated.filter(|stated| *stated != "Default") {
            let reason = format!("the container `{}` mounts /proc as `{other}`", container.name);
            found.refuse(container.path.at("securityContext.procMount"), reason, "remove it, or set `Default`");
        }
    }
}

fn masked_without_own_users(pod: &PodView<'_>, found: &mut Found) {
    if !has_own_users(pod) {
        masked(pod, found);
    }
}
