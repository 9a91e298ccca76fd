//! What of `security` a profile refuses: as Kubernetes' own policy does it, and where bvlc asks for more.
//!
//! Source: `check_{capabilities_baseline,capabilities_restricted,allowPrivilegeEscalation,seccompProfile_baseline,
//! seccompProfile_restricted}.go` of kubernetes `staging/src/k8s.io/pod-security-admission/policy` (1.36). `tests/proof/security.rs`
//! holds this against the evaluator of `verify`, which shares nothing with it.

use crate::model::environment::{Environment, PolicyVersion, ProfileLevel};
use crate::model::platform::Platform;
use crate::model::security::Demand;
use crate::model::{Contained, NamedPort, Program, Workload};
use crate::value::KubernetesVersion;

/// Whose rule refuses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// Kubernetes', which refuses the pods.
    Kubernetes,
    /// bvlc's own.
    Own,
}

/// The port below 1024 that a workload may listen on by that alone which it asks for: root by the capability, and others by it and their
/// program's file, where they may gain privileges.
pub(super) fn opens<'w>(
    workload: &'w Workload,
    program: &Program,
    contained: Contained<'_>,
    demand: Demand,
) -> Option<&'w NamedPort> {
    let security = contained.container.security.as_deref()?;
    let is_root = contained.user(program).value == 0;
    let gains = is_root || security.privilege_escalation.is_some();
    let opens = match demand {
        Demand::Capability(added) => added.name() == ONLY && gains,
        Demand::PrivilegeEscalation => {
            !is_root && security.capabilities.iter().any(|added| added.name.value.name() == ONLY)
        }
        Demand::WritableRoot | Demand::Unconfined => false,
    };
    workload.ports.iter().find(|port| opens && port.number.value.get() < 1024 && contained.listens_on(port))
}

/// What a container runtime gives without being asked, which `baseline` takes.
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

/// The only capability that `restricted` takes.
const ONLY: &str = "NET_BIND_SERVICE";

/// Since when `restricted` takes that one alone.
const FEWER_CAPABILITIES: KubernetesVersion = KubernetesVersion::new(22);
/// Since when `restricted` asks for no gain of privileges.
const NO_ESCALATION: KubernetesVersion = KubernetesVersion::new(8);
/// Since when profiles judge the field, which was an annotation before.
const SECCOMP_FIELD: KubernetesVersion = KubernetesVersion::new(19);

/// A level of a version, as the newest server that is targeted judges by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Policy {
    pub(super) level: ProfileLevel,
    version: KubernetesVersion,
}

impl Policy {
    /// That of an environment. A server takes `latest`, and what is newer than itself, for its own version.
    pub(super) fn of(environment: &Environment, platform: &Platform) -> Self {
        let newest = platform.up_to.as_ref().unwrap_or(&platform.kubernetes).value;
        let version = match environment.profile.version.value {
            PolicyVersion::Latest => newest,
            PolicyVersion::Pinned(pinned) => pinned.min(newest),
        };
        Self { level: environment.profile.level.value, version }
    }

    /// The same version of another level.
    pub(super) fn at(self, level: ProfileLevel) -> Self {
        Self { level, ..self }
    }

    /// Whose rule refuses something.
    pub(super) fn refuses(self, demand: Demand) -> Option<Rule> {
        let (is_restricted, is_baseline) = match self.level {
            ProfileLevel::Restricted => (true, true),
            ProfileLevel::Baseline => (false, true),
            ProfileLevel::Privileged => (false, false),
        };
        let refused = match demand {
            Demand::WritableRoot => return is_restricted.then_some(Rule::Own),
            Demand::Capability(added) if is_restricted && self.version >= FEWER_CAPABILITIES => added.name() != ONLY,
            Demand::Capability(added) => is_baseline && !HARMLESS.contains(&added.name()),
            Demand::PrivilegeEscalation => is_restricted && self.version >= NO_ESCALATION,
            Demand::Unconfined => is_baseline && self.version >= SECCOMP_FIELD,
        };
        refused.then_some(Rule::Kubernetes)
    }

    /// The strictest level of its version that takes a program's pods.
    pub(super) fn strictest(self, program: &Program) -> ProfileLevel {
        let takes = |level: &ProfileLevel| {
            let mut users = program.containers().filter_map(|contained| contained.own_user(program));
            let is_root = *level == ProfileLevel::Restricted && users.any(|user| user.value == 0);
            let demands = program.containers().flat_map(|contained| contained.demands());
            !is_root && demands.map(|asked| self.at(*level).refuses(asked.demand)).all(|refused| refused.is_none())
        };
        [ProfileLevel::Restricted, ProfileLevel::Baseline].into_iter().find(takes).unwrap_or(ProfileLevel::Privileged)
    }
}
