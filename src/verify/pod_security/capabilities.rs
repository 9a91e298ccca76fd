//! Capabilities that containers add and keep.
//!
//! Source: `check_capabilities_{baseline,restricted}.go` of `k8s.io/pod-security-admission/policy`, v0.37. Names are
//! compared as they are: `CAP_CHOWN` and `all` are unknown.

use super::policy::{Check, Found, Step, is_windows};
use crate::object::api::core::v1::Capabilities;
use crate::verify::pod::{ContainerView, PodView};

pub(super) const BASELINE: Check =
    Check { id: "capabilities_baseline", replaces: &[], versions: &[(0, baseline, Step::More)] };
pub(super) const RESTRICTED: Check = Check {
    id: "capabilities_restricted",
    replaces: &["capabilities_baseline"],
    versions: &[(22, restricted, Step::More), (25, restricted_off_windows, Step::Less)],
};

/// What a container runtime gives without being asked.
const HARMLESS: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

fn of<'a>(container: &ContainerView<'a>) -> Option<&'a Capabilities> {
    container.security?.capabilities.as_ref()
}

fn added(container: &ContainerView<'_>, allowed: &[&str], cure: &'static str, found: &mut Found) {
    let added = of(container).and_then(|capabilities| capabilities.add.as_deref()).unwrap_or_default();
    for (index, name) in added.iter().enumerate().filter(|(_, name)| !allowed.contains(&name.as_str())) {
        let reason = format!("the container `{}` adds the capability `{name}`", container.name);
        found.refuse(container.path.at("securityContext.capabilities.add").index(index), reason, cure);
    }
}

fn baseline(pod: &PodView<'_>, found: &mut Found) {
    for container in &pod.containers {
        added(container, &HARMLESS, "remove it; of those that baseline allows, names stand without `CAP_`", found);
    }
}

fn restricted(pod: &PodView<'_>, found: &mut Found) {
    for container in &pod.containers {
        let dropped = of(container).and_then(|capabilities| capabilities.drop.as_deref()).unwrap_or_default();
        if !dropped.iter().any(|name| name == "ALL") {
            let reason = format!("the container `{}` does not drop `ALL` capabilities", container.name);
            found.refuse(container.path.at("securityContext.capabilities.drop"), reason, "set `drop: [ALL]`");
        }
        added(container, &["NET_BIND_SERVICE"], "remove it; `NET_BIND_SERVICE` alone may be added", found);
    }
}

fn restricted_off_windows(pod: &PodView<'_>, found: &mut Found) {
    if !is_windows(pod) {
        restricted(pod, found);
    }
}
