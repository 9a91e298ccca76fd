//! What a namespace's labels ask of its pods.
//!
//! Source: `PolicyToEvaluate` in `k8s.io/pod-security-admission/api/helpers.go`, v0.37. A level that is none is
//! restricted for `enforce` (so that nothing slips through) and privileged for `audit` and `warn`; a version that is none
//! is the latest. Without a label for `warn`, a stricter `enforce` holds for it too, by the version
//! of `warn` where that is stated.

use super::policy::{Level, NEWEST, PolicyVersion};
use crate::object::api::core::v1::Namespace;

/// What happens to a pod that violates a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// It is refused.
    Enforce,
    /// Whoever makes it is told.
    Warn,
    /// The audit log is told.
    Audit,
}

impl Mode {
    /// All of them, the gravest first.
    pub const ALL: [Self; 3] = [Self::Enforce, Self::Warn, Self::Audit];

    /// The label of its level.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Enforce => "pod-security.kubernetes.io/enforce",
            Self::Warn => "pod-security.kubernetes.io/warn",
            Self::Audit => "pod-security.kubernetes.io/audit",
        }
    }

    /// The label of its version.
    pub const fn version_label(self) -> &'static str {
        match self {
            Self::Enforce => "pod-security.kubernetes.io/enforce-version",
            Self::Warn => "pod-security.kubernetes.io/warn-version",
            Self::Audit => "pod-security.kubernetes.io/audit-version",
        }
    }
}

/// A level of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// How much is allowed.
    pub level: Level,
    /// By the rules of which release.
    pub version: PolicyVersion,
}

/// A label that says nothing the API server knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLabel {
    /// The label.
    pub key: &'static str,
    /// Its value.
    pub value: String,
    /// What it may be.
    pub expected: &'static str,
}

/// What a namespace asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policies {
    /// One for each mode.
    pub of_mode: [(Mode, Policy); 3],
    /// The labels that the API server refuses.
    pub bad: Vec<BadLabel>,
}

impl Policies {
    /// One level for all that is enforced, and nothing else asked for.
    pub fn enforcing(level: Level, version: PolicyVersion) -> Self {
        let (enforced, free) = (Policy { level, version }, Policy { level: Level::Privileged, version });
        Self { of_mode: [(Mode::Enforce, enforced), (Mode::Warn, free), (Mode::Audit, free)], bad: Vec::new() }
    }
}

/// Reads the labels. `server` is the version of the cluster: `latest` is its own, and no policy is newer.
pub fn policies(namespace: &Namespace, server: PolicyVersion) -> Policies {
    let server = server.min(NEWEST);
    let mut bad = Vec::new();
    let stated = |key: &str| namespace.metadata.labels.as_ref().and_then(|labels| labels.get(key));
    let mut read = |mode: Mode| {
        let level = stated(mode.label()).map(|text| {
            level(text).unwrap_or_else(|| {
                let expected = "privileged, baseline or restricted";
                bad.push(BadLabel { key: mode.label(), value: text.clone(), expected });
                if mode == Mode::Enforce { Level::Restricted } else { Level::Privileged }
            })
        });
        let version = stated(mode.version_label()).map(|text| {
            version(text, server).unwrap_or_else(|| {
                let expected = "latest, or a version such as v1.33";
                bad.push(BadLabel { key: mode.version_label(), value: text.clone(), expected });
                server
            })
        });
        (level, version.map(|version| version.min(server)))
    };
    let (enforce, enforce_version) = read(Mode::Enforce);
    let (warn, warn_version) = read(Mode::Warn);
    let (audit, audit_version) = read(Mode::Audit);
    let policy = |level: Option<Level>, version: Option<PolicyVersion>| Policy {
        level: level.unwrap_or(Level::Privileged),
        version: version.unwrap_or(server),
    };
    let enforce = policy(enforce, enforce_version);
    // a version that is stated for `warn` holds, whose level ever it is
    let warn = match warn {
        Some(_) => policy(warn, warn_version),
        None => Policy { level: enforce.level, version: warn_version.unwrap_or(enforce.version) },
    };
    let audit = policy(audit, audit_version);
    Policies { of_mode: [(Mode::Enforce, enforce), (Mode::Warn, warn), (Mode::Audit, audit)], bad }
}

fn level(text: &str) -> Option<Level> {
    [Level::Privileged, Level::Baseline, Level::Restricted].into_iter().find(|level| level.name() == text)
}

/// `latest`, or what `^v1\.([0-9]|[1-9][0-9]*)$` matches.
pub fn version(text: &str, server: PolicyVersion) -> Option<PolicyVersion> {
    if text == "latest" {
        return Some(server);
    }
    let minor = text.strip_prefix("v1.")?;
    let is_plain = minor == "0" || !minor.is_empty() && !minor.starts_with('0');
    // Go counts further, and the newest known is the most that is judged by
    let number = minor.parse::<i64>().ok().filter(|_| is_plain && minor.bytes().all(|b| b.is_ascii_digit()))?;
    Some(PolicyVersion(u32::try_from(number).unwrap_or(u32::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{Labels, meta};

    fn read(labels: &[(&str, &str)], server: u32) -> Policies {
        let labels: Labels = labels
            .iter()
            .map(|(key, value)| (format!("pod-security.kubernetes.io/{key}"), (*value).to_owned()))
            .collect();
        let metadata = meta("shop", None, labels, Labels::new());
        policies(&Namespace { metadata, ..Namespace::default() }, PolicyVersion(server))
    }

    fn of(policies: &Policies) -> Vec<(Level, u32)> {
        policies.of_mode.iter().map(|(_, policy)| (policy.level, policy.version.0)).collect()
    }

    #[test]
    fn labels_are_read_as_the_api_server_reads_them() {
        use Level::{Baseline, Privileged, Restricted};
        for (labels, server, expected) in [
            (&[][..], 33, [(Privileged, 33), (Privileged, 33), (Privileged, 33)]),
            (&[("enforce", "baseline")], 33, [(Baseline, 33), (Baseline, 33), (Privileged, 33)]),
            (
                &[("enforce", "restricted"), ("enforce-version", "v1.24"), ("warn", "baseline")],
                33,
                [(Restricted, 24), (Baseline, 33), (Privileged, 33)],
            ),
            (
                &[
                    ("enforce", "restricted"),
                    ("enforce-version", "v1.24"),
                    ("audit", "restricted"),
                    ("audit-version", "latest"),
                ],
                36,
                [(Restricted, 24), (Restricted, 24), (Restricted, 36)],
            ),
            // the version of `warn` beside the level of `enforce`
            (
                &[("enforce", "restricted"), ("enforce-version", "v1.24"), ("warn-version", "v1.30")],
                33,
                [(Restricted, 24), (Restricted, 30), (Privileged, 33)],
            ),
            // newer than the server, newer than anything that is known
            (
                &[("enforce", "baseline"), ("enforce-version", "v1.36")],
                33,
                [(Baseline, 33), (Baseline, 33), (Privileged, 33)],
            ),
            (
                &[("enforce", "baseline"), ("enforce-version", "v1.99")],
                99,
                [(Baseline, 37), (Baseline, 37), (Privileged, 37)],
            ),
            // closed for enforce, open for the others
            (
                &[("enforce", "strict"), ("warn", "strict"), ("audit", "strict")],
                33,
                [(Restricted, 33), (Privileged, 33), (Privileged, 33)],
            ),
        ] {
            assert_eq!(of(&read(labels, server)), expected, "{labels:?}");
        }
    }

    #[test]
    fn versions_have_one_spelling() {
        for (text, is_good) in [
            ("latest", true),
            ("v1.0", true),
            ("v1.33", true),
            ("v1.5000000000", true),
            ("v1.99999999999999999999", false),
            ("1.33", false),
            ("v1.033", false),
            ("v1.", false),
            ("v2.0", false),
            ("v1.3x", false),
            ("v1.33.1", false),
        ] {
            assert_eq!(read(&[("enforce-version", text)], 33).bad.is_empty(), is_good, "{text}");
        }
    }
}
