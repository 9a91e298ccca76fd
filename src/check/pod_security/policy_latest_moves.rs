//! What a namespace refuses does not change when its cluster is upgraded.

use crate::check::Context;
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::Environment;
use crate::model::environment::{PolicyVersion, ProfileLevel};
use crate::value::KubernetesVersion;

crate::check! {
    /// ## What it means
    /// The version of an environment's profile is `latest`, and between the oldest and the newest Kubernetes version that
    /// the platform targets the rules changed: to refuse more, or to accept more, which the older servers refuse.
    ///
    /// ```bvl bad
    /// platform p { kubernetes "1.33" up-to "1.34" }
    /// environment prod { namespace "p"; profile restricted version latest } //~ BVL0405 "Kubernetes 1.34"
    /// ```
    /// ```bvl good
    /// platform p { kubernetes "1.34" up-to "1.34" }
    /// environment prod { namespace "p"; profile restricted version latest }
    /// ```
    ///
    /// ## Why it matters in the cluster
    /// `latest` moves with the control plane: pods that were accepted before an upgrade may be refused after it. bvlc
    /// emits nothing that the newer rules refuse; pods of operators and charts are not in its hands.
    ///
    /// ## How to mend it
    /// Pin the version: `profile restricted version "1.33"`.
    ///
    /// ```bvl good
    /// platform p { kubernetes "1.33" up-to "1.34" }
    /// environment prod { namespace "p"; profile restricted version "1.33" }
    /// ```
    ///
    /// ## Source
    /// [pod-security-admission `policy/`](https://github.com/kubernetes/pod-security-admission/tree/v0.36.0/policy): 1.31
    /// accepts one more SELinux type (`check_seLinuxOptions.go`), 1.32 and 1.37 more sysctls (`check_sysctls.go`), 1.34 refuses
    /// hosts in probes, 1.35 changes the rules for user namespaces (Kubernetes 1.36).
    BVL0405, "policy-latest-moves", Hint, since "0.1.0" => run
}

/// The versions whose rules differ from those before, of those that the compiler knows.
const CHANGES: [(u16, &str); 5] = [
    (31, "accepts one more SELinux type"),
    (32, "accepts more sysctls"),
    (34, "refuses hosts in probes"),
    (35, "judges pods with user namespaces otherwise"),
    (37, "accepts more sysctls"),
];

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let platform = &cx.model.platform;
    let Some(newest) = &platform.up_to else { return };
    let Some((minor, what)) = change(platform.kubernetes.value, newest.value) else { return };
    for environment in cx.environments().filter(|environment| moves(environment)) {
        let (name, version) = (&environment.name.value, &environment.profile.version);
        let title = format!("what {name} refuses changes with the cluster: Kubernetes 1.{minor} {what}");
        sink.report(
            Diagnostic::new(&BVL0405, version.span, title)
                .here("moves with the cluster")
                .label(newest.span, "the newest that is targeted")
                .note("`latest` moves with the control plane, and pods of operators and charts are judged anew")
                .help(format!(
                    "pin it to the oldest version that is targeted, which every server knows: `version \"{}\"`",
                    platform.kubernetes.value
                ))
                .environment(environment.title.clone())
                .about(name.clone())
                .caused_by(newest.span),
        );
    }
}

fn moves(environment: &Environment) -> bool {
    let profile = &environment.profile;
    profile.version.value == PolicyVersion::Latest && profile.level.value != ProfileLevel::Privileged
}

/// The first change after `oldest`, up to `newest`.
fn change(oldest: KubernetesVersion, newest: KubernetesVersion) -> Option<(u16, &'static str)> {
    CHANGES.into_iter().find(|(minor, _)| oldest.minor() < *minor && *minor <= newest.minor())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_first_change_between_two_versions() {
        for (oldest, newest, expected) in [
            (29, 30, None),
            (29, 33, Some(31)),
            (30, 31, Some(31)),
            (31, 32, Some(32)),
            (32, 33, None),
            (33, 34, Some(34)),
            (34, 37, Some(35)),
            (35, 36, None),
            (36, 37, Some(37)),
        ] {
            let found = change(KubernetesVersion::new(oldest), KubernetesVersion::new(newest));
            assert_eq!(found.map(|(minor, _)| minor), expected, "{oldest} to {newest}");
        }
    }

    #[test]
    fn is_a_hint() {
        assert_eq!((BVL0405.id, BVL0405.severity), ("BVL0405", crate::diagnostic::Severity::Hint));
    }
}
