//! A namespace that enforces less than `restricted` says why.

use crate::check::Context;
use crate::check::mend::Mend;
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::Environment;
use crate::model::environment::ProfileLevel;

crate::check! {
    /// ## What it means
    /// An environment enforces `baseline` or `privileged`, and no reason is written.
    ///
    /// ## Why it matters in the cluster
    /// Under `baseline` pods may run as root and gain privileges; under `privileged` they may do whatever the node may:
    /// read its disk, its network, the secrets of every pod on it. Most operators ship manifests that `restricted`
    /// accepts.
    ///
    /// ## How to mend it
    /// Enforce `restricted`, or write `because "..."`.
    ///
    /// ```bvl bad in=environment
    /// profile baseline //~ BVL0401 "test enforces only `baseline`"
    /// ```
    /// ```bvl fixed fix=1 in=environment
    /// profile restricted
    /// ```
    /// ```bvl good in=environment
    /// profile baseline because "the legacy agent runs as root until autumn"
    /// ```
    ///
    /// ## Source
    /// [Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/) (Kubernetes 1.36).
    BVL0401, "profile-without-reason", Error(Judgment), since "0.1.0" => run
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for environment in cx.environments() {
        if !lacks_reason(environment) {
            continue;
        }
        let profile = &environment.profile;
        let (name, level) = (&environment.name.value, profile.level.value.name());
        let what = match profile.level.value {
            ProfileLevel::Baseline => "pods may run as root and gain privileges",
            ProfileLevel::Restricted | ProfileLevel::Privileged => "pods may do whatever their node may",
        };
        sink.report(
            Diagnostic::new(&BVL0401, profile.level.span, format!("{name} enforces only `{level}`, without a reason"))
                .here(format!("less than `restricted`{}", cx.from_layer(profile.level.layer)))
                .note(format!("under `{level}` {what}; most operators ship manifests that `restricted` accepts"))
                .help(format!("enforce `restricted`, or say why: `profile {level} because \"REASON\"`"))
                .choice("enforce `restricted`", cx.replace(&profile.level, "restricted"))
                .environment(environment.title.clone())
                .about(name.clone()),
        );
    }
}

fn lacks_reason(environment: &Environment) -> bool {
    let profile = &environment.profile;
    profile.level.value != ProfileLevel::Restricted && profile.because.is_none()
}

/// Whether it is said of an environment, and stands.
pub(super) fn is_told(cx: &Context<'_>, environment: &Environment) -> bool {
    lacks_reason(environment) && cx.stands(&CHECK, &environment.name.value, environment)
}
