//! The table of checks, and which of them a level has in a version.
//!
//! Source: `k8s.io/pod-security-admission/policy/{checks,registry}.go`, v0.37: of a check's functions the one with the
//! highest version that is not above the policy's holds; a policy above the newest version is the newest; restricted
//! has its own checks and those of baseline that none of its own replaces.

use super::{capabilities, host, privileges, proc_mount, profiles, sysctls, users, volumes};
use crate::object::FieldPath;
use crate::verify::pod::PodView;

/// The newest policy that is known.
pub const NEWEST: PolicyVersion = PolicyVersion(37);

/// A version of the policy: that of the Kubernetes release that brought it, 1.N.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PolicyVersion(pub u32);

impl std::fmt::Display for PolicyVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "v1.{}", self.0)
    }
}

/// How much a namespace allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Everything.
    Privileged,
    /// Nothing that is known to lead to the node.
    Baseline,
    /// What is seen as good practice, and no more.
    Restricted,
}

impl Level {
    /// `baseline`
    pub const fn name(self) -> &'static str {
        match self {
            Self::Privileged => "privileged",
            Self::Baseline => "baseline",
            Self::Restricted => "restricted",
        }
    }
}

/// A field that a check refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The check's name: `hostNamespaces`.
    pub check: &'static str,
    /// The field.
    pub path: FieldPath,
    /// What the field does: "`hostNetwork` is true".
    pub reason: String,
    /// What would be right: "remove `hostNetwork`".
    pub cure: &'static str,
}

/// Takes in what a check refuses.
#[derive(Debug)]
pub(super) struct Found {
    check: &'static str,
    violations: Vec<Violation>,
}

impl Found {
    /// A field that is refused, why, and what would be right.
    pub(super) fn refuse(&mut self, path: FieldPath, reason: impl Into<String>, cure: &'static str) {
        self.violations.push(Violation { check: self.check, path, reason: reason.into(), cure });
    }
}

/// Looks at a pod and says what it refuses.
pub(super) type Run = fn(&PodView<'_>, &mut Found);

/// One check of the admission.
pub(super) struct Check {
    /// Its name upstream.
    pub(super) id: &'static str,
    /// The checks of baseline whose place it takes.
    pub(super) replaces: &'static [&'static str],
    /// Its functions, each with the version from which it holds, oldest first, and what it asks that was not asked before.
    pub(super) versions: &'static [(u32, Run, Step)],
}

/// What a function asks beside the one before it, which of the first one is that of the check that it replaces, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// It refuses all of that and more.
    More,
    /// It refuses some of that.
    Less,
    /// It refuses something else.
    Otherwise,
    /// It refuses the same.
    Nothing,
}

impl Check {
    fn at(&self, version: PolicyVersion) -> Option<Run> {
        self.versions.iter().rev().find(|(since, ..)| *since <= version.0).map(|(_, run, _)| *run)
    }
}

const BASELINE: [Check; 12] = [
    host::NAMESPACES,
    privileges::PRIVILEGED,
    capabilities::BASELINE,
    host::PATH_VOLUMES,
    host::PORTS,
    profiles::APP_ARMOR,
    profiles::SE_LINUX,
    proc_mount::BASELINE,
    profiles::SECCOMP_BASELINE,
    sysctls::SYSCTLS,
    host::WINDOWS_PROCESS,
    host::PROBES_AND_LIFECYCLE,
];

const RESTRICTED: [Check; 7] = [
    volumes::RESTRICTED,
    privileges::ESCALATION,
    users::NON_ROOT,
    users::USER,
    profiles::SECCOMP_RESTRICTED,
    capabilities::RESTRICTED,
    proc_mount::RESTRICTED,
];

/// Every field of a pod that a level refuses in a version, check by check.
pub fn violations(pod: &PodView<'_>, level: Level, version: PolicyVersion) -> Vec<Violation> {
    let version = version.min(NEWEST);
    let own: &[Check] = if level == Level::Restricted { &RESTRICTED } else { &[] };
    let of_baseline: &[Check] = if level == Level::Privileged { &[] } else { &BASELINE };
    let own = own.iter().filter_map(|check| Some((check, check.at(version)?)));
    let replaced: Vec<&str> = own.clone().flat_map(|(check, _)| check.replaces.iter().copied()).collect();
    let kept = of_baseline.iter().filter(|check| !replaced.contains(&check.id));
    let kept = kept.filter_map(|check| Some((check, check.at(version)?)));
    let mut violations = Vec::new();
    for (check, run) in kept.chain(own) {
        let mut found = Found { check: check.id, violations: Vec::new() };
        run(pod, &mut found);
        violations.append(&mut found.violations);
    }
    violations
}

/// The checks that differ between two versions of a level.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changed {
    /// Those that refuse what they let pass before.
    pub stricter: Vec<&'static str>,
    /// Those that let pass what they refused before.
    pub looser: Vec<&'static str>,
}

/// What of a level is another once a policy of version `from` is one of version `to`.
pub fn changed(level: Level, from: PolicyVersion, to: PolicyVersion) -> Changed {
    let (older, newer) = (from.min(to).min(NEWEST), from.max(to).min(NEWEST));
    let own: &[Check] = if level == Level::Restricted { &RESTRICTED } else { &[] };
    let of_baseline: &[Check] = if level == Level::Privileged { &[] } else { &BASELINE };
    let there = own.iter().filter(|check| check.at(newer).is_some());
    let replaced: Vec<&str> = there.flat_map(|check| check.replaces.iter().copied()).collect();
    let mut changed = Changed::default();
    for check in of_baseline.iter().filter(|check| !replaced.contains(&check.id)).chain(own) {
        let steps = check.versions.iter().filter(|(since, ..)| (older.0 + 1..=newer.0).contains(since));
        let mut steps: Vec<Step> = steps.map(|(.., step)| *step).collect();
        // what a new check lets pass later on was not refused before either
        if check.at(older).is_none() {
            steps.truncate(1);
        }
        let any = |wanted: [Step; 2]| steps.iter().any(|step| wanted.contains(step));
        if any([Step::More, Step::Otherwise]) {
            changed.stricter.push(check.id);
        }
        if any([Step::Less, Step::Otherwise]) {
            changed.looser.push(check.id);
        }
    }
    if from > to {
        std::mem::swap(&mut changed.stricter, &mut changed.looser);
    }
    changed
}

/// Whether the pod says that it runs on Windows.
pub(super) fn is_windows(pod: &PodView<'_>) -> bool {
    pod.template.spec.os.as_ref().is_some_and(|os| os.name == "windows")
}

/// Whether the pod has users of its own, so that its root is none of the node's (`hostUsers: false`).
pub(super) fn has_own_users(pod: &PodView<'_>) -> bool {
    pod.template.spec.host_users == Some(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_differ_by_their_checks() {
        use Level::{Baseline, Privileged, Restricted};
        for (level, from, to, stricter, looser) in [
            (Baseline, 30, 31, &[][..], &["seLinuxOptions"][..]),
            (Baseline, 31, 30, &["seLinuxOptions"], &[]),
            (Baseline, 32, 33, &[], &[]),
            (Baseline, 33, 34, &["hostProbesAndHostLifecycle"], &[]),
            (Baseline, 18, 19, &["seccompProfile_baseline"], &["seccompProfile_baseline"]),
            (Baseline, 34, 35, &[], &["procMount"]),
            // its own check goes on refusing what that of baseline no longer does
            (Restricted, 34, 35, &[], &["runAsNonRoot", "runAsUser"]),
            (Restricted, 21, 22, &["capabilities_restricted"], &[]),
            (
                Restricted,
                21,
                25,
                &["runAsUser", "capabilities_restricted"],
                &["allowPrivilegeEscalation", "seccompProfile_restricted"],
            ),
            (Privileged, 0, 37, &[], &[]),
            // no policy is newer than the newest
            (Baseline, 37, 99, &[], &[]),
        ] {
            let found = changed(level, PolicyVersion(from), PolicyVersion(to));
            assert_eq!(
                (found.stricter.as_slice(), found.looser.as_slice()),
                (stricter, looser),
                "{level:?} {from} {to}"
            );
        }
    }
}
