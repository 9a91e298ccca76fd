//! Profiles of the kernel's guards: `AppArmor`, `SELinux`, `seccomp`.
//!
//! Source: `check_{appArmorProfile,seLinuxOptions,seccompProfile_baseline,seccompProfile_restricted}.go` of
//! `k8s.io/pod-security-admission/policy`, v0.37.

use super::policy::{Check, Found, Step, is_windows};
use crate::object::FieldPath;
use crate::object::api::core::v1::{SELinuxOptions, SeccompProfile};
use crate::verify::pod::{ContainerView, PodView};

pub(super) const APP_ARMOR: Check =
    Check { id: "appArmorProfile", replaces: &[], versions: &[(0, app_armor, Step::More)] };
pub(super) const SE_LINUX: Check = Check {
    id: "seLinuxOptions",
    replaces: &[],
    versions: &[(0, se_linux, Step::More), (31, se_linux_with_engine, Step::Less)],
};
pub(super) const SECCOMP_BASELINE: Check = Check {
    id: "seccompProfile_baseline",
    replaces: &[],
    versions: &[(0, seccomp_annotations, Step::More), (19, seccomp_of_containers, Step::Otherwise)],
};
pub(super) const SECCOMP_RESTRICTED: Check = Check {
    id: "seccompProfile_restricted",
    replaces: &["seccompProfile_baseline"],
    versions: &[(19, seccomp_everywhere, Step::More), (25, seccomp_everywhere_off_windows, Step::Less)],
};

const PROFILE_CURE: &str = "use `RuntimeDefault` or a `Localhost` profile";

fn is_confining(profile: &str) -> bool {
    ["RuntimeDefault", "Localhost"].contains(&profile)
}

fn app_armor(pod: &PodView<'_>, found: &mut Found) {
    const PREFIX: &str = "container.apparmor.security.beta.kubernetes.io/";
    const FIELD: &str = "securityContext.appArmorProfile.type";
    let of_pod = pod.security().and_then(|security| security.app_armor_profile.as_ref());
    if let Some(profile) = of_pod.filter(|profile| !is_confining(&profile.type_)) {
        let reason = format!("the pod's AppArmor profile is `{}`", profile.type_);
        found.refuse(pod.spec_path.at(FIELD), reason, PROFILE_CURE);
    }
    for container in &pod.containers {
        let profile = container.security.and_then(|security| security.app_armor_profile.as_ref());
        if let Some(profile) = profile.filter(|profile| !is_confining(&profile.type_)) {
            let reason = format!("the AppArmor profile of the container `{}` is `{}`", container.name, profile.type_);
            found.refuse(container.path.at(FIELD), reason, PROFILE_CURE);
        }
    }
    for (key, value) in pod.annotations().filter(|(key, _)| key.starts_with(PREFIX)) {
        if !(value.is_empty() || value == "runtime/default" || value.starts_with("localhost/")) {
            let reason = format!("the annotation asks for the AppArmor profile `{value}`");
            found.refuse(pod.annotation_path(key), reason, "use `runtime/default` or `localhost/NAME`");
        }
    }
}

fn se_linux(pod: &PodView<'_>, found: &mut Found) {
    se_linux_types(pod, &["", "container_t", "container_init_t", "container_kvm_t"], found);
}

fn se_linux_with_engine(pod: &PodView<'_>, found: &mut Found) {
    se_linux_types(pod, &["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"], found);
}

fn se_linux_types(pod: &PodView<'_>, types: &[&str], found: &mut Found) {
    const FIELD: &str = "securityContext.seLinuxOptions";
    let mut judge = |path: FieldPath, options: Option<&SELinuxOptions>| {
        let Some(options) = options else { return };
        let stated = options.type_.as_deref().unwrap_or_default();
        if !types.contains(&stated) {
            let reason = format!("the SELinux type `{stated}` is none of a container's");
            found.refuse(path.at("type"), reason, "use `container_t`, `container_init_t` or `container_kvm_t`");
        }
        for (field, value) in [("user", &options.user), ("role", &options.role)] {
            if value.as_ref().is_some_and(|value| !value.is_empty()) {
                found.refuse(path.at(field), format!("the SELinux {field} is set"), "remove it");
            }
        }
    };
    judge(pod.spec_path.at(FIELD), pod.security().and_then(|security| security.se_linux_options.as_ref()));
    for container in &pod.containers {
        let options = container.security.and_then(|security| security.se_linux_options.as_ref());
        judge(container.path.at(FIELD), options);
    }
}

/// Before 1.19 seccomp was asked for by annotations.
fn seccomp_annotations(pod: &PodView<'_>, found: &mut Found) {
    const OF_POD: &str = "seccomp.security.alpha.kubernetes.io/pod";
    const PREFIX: &str = "container.seccomp.security.alpha.kubernetes.io/";
    for (key, value) in pod.annotations() {
        let of_container =
            key.strip_prefix(PREFIX).is_some_and(|name| pod.containers.iter().any(|container| container.name == name));
        let is_confining = ["runtime/default", "docker/default"].contains(&value) || value.starts_with("localhost/");
        if (key == OF_POD || of_container) && !is_confining {
            let reason = format!("the annotation asks for the seccomp profile `{value}`");
            found.refuse(pod.annotation_path(key), reason, "use `runtime/default` or `localhost/NAME`");
        }
    }
}

const SECCOMP: &str = "securityContext.seccompProfile.type";

fn seccomp_of<'a>(container: &ContainerView<'a>) -> Option<&'a SeccompProfile> {
    container.security?.seccomp_profile.as_ref()
}

/// The pod's profile and those of containers, where they confine nothing.
fn seccomp_of_containers(pod: &PodView<'_>, found: &mut Found) {
    let of_pod = pod.security().and_then(|security| security.seccomp_profile.as_ref());
    if let Some(profile) = of_pod.filter(|profile| !is_confining(&profile.type_)) {
        let reason = format!("the pod's seccomp profile is `{}`", profile.type_);
        found.refuse(pod.spec_path.at(SECCOMP), reason, PROFILE_CURE);
    }
    for container in &pod.containers {
        if let Some(profile) = seccomp_of(container).filter(|profile| !is_confining(&profile.type_)) {
            let reason = format!("the seccomp profile of the container `{}` is `{}`", container.name, profile.type_);
            found.refuse(container.path.at(SECCOMP), reason, PROFILE_CURE);
        }
    }
}

/// The same, and each container must have one.
fn seccomp_everywhere(pod: &PodView<'_>, found: &mut Found) {
    seccomp_of_containers(pod, found);
    let of_pod = pod.security().and_then(|security| security.seccomp_profile.as_ref());
    if of_pod.is_some_and(|profile| is_confining(&profile.type_)) {
        return;
    }
    for container in pod.containers.iter().filter(|container| seccomp_of(container).is_none()) {
        let reason = format!("neither the container `{}` nor the pod has a seccomp profile", container.name);
        let cure = "set `seccompProfile: {type: RuntimeDefault}` in the pod's `securityContext`";
        found.refuse(container.path.at(SECCOMP), reason, cure);
    }
}

fn seccomp_everywhere_off_windows(pod: &PodView<'_>, found: &mut Found) {
    if !is_windows(pod) {
        seccomp_everywhere(pod, found);
    }
}
