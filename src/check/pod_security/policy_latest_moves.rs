//! What a namespace refuses does not change when its cluster is upgraded.

use super::policy_version_ahead;
use crate::check::Context;
use crate::check::prose::listed;
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::Environment;
use crate::model::environment::{PolicyVersion, ProfileLevel};
use crate::value::KubernetesVersion;

crate::check! {
    /// ## What it means
    /// The version of an environment's profile is `latest`, or a number that the oldest servers which the platform targets do not know,
    /// and between the oldest Kubernetes version and the newest the rules changed up to it: to refuse more, or to accept more, which the
    /// older servers refuse.
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
    /// A number of which only the newer servers know the rules is the same:
    /// ```bvl bad
    /// platform p { kubernetes "1.33" up-to "1.35" }
    /// environment prod { namespace "p"; profile restricted version "1.34" } //~ BVL0405 "Kubernetes 1.34 refuses hosts in probes"
    /// ```
    /// ```bvl bad
    /// platform p { kubernetes "1.33" up-to "1.35" }
    /// environment prod { namespace "p"; profile restricted version "1.35" } //~ BVL0405 "and 1.35 judges pods with user namespaces"
    /// ```
    /// ```bvl good
    /// platform p { kubernetes "1.32" up-to "1.33" }
    /// environment prod { namespace "p"; profile restricted version "1.33" }
    /// ```
    ///
    /// ## Why it matters in the cluster
    /// A server takes a version that it does not know for the newest that it does know, and `latest` for its own: what is enforced
    /// moves with the control plane. Pods that were accepted before an upgrade may be refused after it. bvlc
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
    /// accepts one more SELinux type (`check_seLinuxOptions.go`), 1.32 more sysctls (`check_sysctls.go`), 1.34 refuses
    /// hosts in probes, 1.35 changes the rules for user namespaces (Kubernetes 1.36); 1.37 accepts more sysctls, in the
    /// same file from v0.37.0-alpha.2.
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
    let oldest = platform.kubernetes.value;
    for environment in cx.environments() {
        let (name, version) = (&environment.name.value, &environment.profile.version);
        let Some(enforced) = newest_enforced(cx, environment, newest.value) else { continue };
        let mut changes = changes(oldest, enforced);
        let Some((minor, what)) = changes.next() else { continue };
        let further = changes.map(|(minor, what)| format!("1.{minor} {what}")).collect::<Vec<_>>();
        let first = format!("Kubernetes 1.{minor} {what}");
        let all: Vec<String> = std::iter::once(first).chain(further).collect();
        let title = format!("what {name} refuses changes with the cluster: {}", listed(&all));
        let note = match version.value {
            PolicyVersion::Latest => "`latest` moves with the control plane",
            PolicyVersion::Pinned(_) => {
                "a server takes a version that it does not know for the newest that it knows, in silence"
            }
        };
        sink.report(
            Diagnostic::new(&BVL0405, version.span, title)
                .here(match version.value {
                    PolicyVersion::Latest => "moves with the cluster".to_owned(),
                    PolicyVersion::Pinned(_) => format!("servers of {oldest} do not know it"),
                })
                .label(newest.span, "the newest that is targeted")
                .note(format!("{note}, and with the upgrade pods of operators and charts are judged anew"))
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

/// The version whose rules the newest server enforces, where older ones may enforce others.
fn newest_enforced(
    cx: &Context<'_>,
    environment: &Environment,
    newest: KubernetesVersion,
) -> Option<KubernetesVersion> {
    let profile = &environment.profile;
    match profile.version.value {
        _ if profile.level.value == ProfileLevel::Privileged => None,
        PolicyVersion::Latest => Some(newest),
        // one that no server knows is a mistake of its own
        PolicyVersion::Pinned(pinned) if pinned > newest => {
            Some(newest).filter(|_| !cx.stands(&policy_version_ahead::CHECK, &environment.name.value, environment))
        }
        PolicyVersion::Pinned(pinned) => Some(pinned),
    }
}

/// The changes after `oldest`, up to `newest`.
fn changes(oldest: KubernetesVersion, newest: KubernetesVersion) -> impl Iterator<Item = (u16, &'static str)> {
    CHANGES.into_iter().filter(move |(minor, _)| oldest.minor() < *minor && *minor <= newest.minor())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_changes_between_two_versions() {
        let cases: [(u16, u16, &[u16]); 10] = [
            (29, 30, &[]),
            (29, 33, &[31, 32]),
            (30, 31, &[31]),
            (31, 32, &[32]),
            (32, 33, &[]),
            (33, 34, &[34]),
            (34, 34, &[]),
            (34, 37, &[35, 37]),
            (35, 36, &[]),
            (36, 37, &[37]),
        ];
        for (oldest, newest, expected) in cases {
            let found = changes(KubernetesVersion::new(oldest), KubernetesVersion::new(newest));
            assert_eq!(found.map(|(minor, _)| minor).collect::<Vec<_>>(), expected, "{oldest} to {newest}");
        }
    }

    #[test]
    fn is_a_hint() {
        assert_eq!((BVL0405.id, BVL0405.severity), ("BVL0405", crate::diagnostic::Severity::Hint));
    }
}
