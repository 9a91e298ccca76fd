//! Kernel parameters of a pod.
//!
//! Source: `check_sysctls.go` of `k8s.io/pod-security-admission/policy`, v0.37.

use super::policy::{Check, Found, Step};
use crate::verify::pod::PodView;

pub(super) const SYSCTLS: Check = Check {
    id: "sysctls",
    replaces: &[],
    versions: &[
        (0, since_0, Step::More),
        (27, since_27, Step::Less),
        (29, since_29, Step::Less),
        (32, since_32, Step::Less),
        (37, since_37, Step::Less),
    ],
};

/// The parameters that are safe, each with the version from which it is.
const SAFE: [(u32, &str); 14] = [
    (0, "kernel.shm_rmid_forced"),
    (0, "net.ipv4.ip_local_port_range"),
    (0, "net.ipv4.ip_unprivileged_port_start"),
    (0, "net.ipv4.ping_group_range"),
    (0, "net.ipv4.tcp_syncookies"),
    (27, "net.ipv4.ip_local_reserved_ports"),
    (29, "net.ipv4.tcp_fin_timeout"),
    (29, "net.ipv4.tcp_keepalive_intvl"),
    (29, "net.ipv4.tcp_keepalive_probes"),
    (29, "net.ipv4.tcp_keepalive_time"),
    (32, "net.ipv4.tcp_rmem"),
    (32, "net.ipv4.tcp_wmem"),
    (37, "net.ipv4.tcp_notsent_lowat"),
    (37, "net.ipv4.tcp_slow_start_after_idle"),
];

fn since_0(pod: &PodView<'_>, found: &mut Found) {
    safe(pod, 0, found);
}

fn since_27(pod: &PodView<'_>, found: &mut Found) {
    safe(pod, 27, found);
}

fn since_29(pod: &PodView<'_>, found: &mut Found) {
    safe(pod, 29, found);
}

fn since_32(pod: &PodView<'_>, found: &mut Found) {
    safe(pod, 32, found);
}

fn since_37(pod: &PodView<'_>, found: &mut Found) {
    safe(pod, 37, found);
}

fn safe(pod: &PodView<'_>, version: u32, found: &mut Found) {
    let stated = pod.security().and_then(|security| security.sysctls.as_deref()).unwrap_or_default();
    for (index, sysctl) in stated.iter().enumerate() {
        let known = SAFE.iter().find(|(_, name)| *name == sysctl.name).map(|(since, _)| *since);
        let reason = match known {
            Some(since) if since <= version => continue,
            Some(since) => format!("the sysctl `{}` counts as safe from v1.{since} on alone", sysctl.name),
            None => format!("the sysctl `{}` is none of the safe ones", sysctl.name),
        };
        found.refuse(pod.spec_path.at("securityContext.sysctls").index(index).at("name"), reason, "remove it");
    }
}
