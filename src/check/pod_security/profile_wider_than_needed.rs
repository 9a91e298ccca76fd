//! An environment enforces what all that runs there passes.

use super::policy::Policy;
use super::{privileged_service, profile_without_reason};
use crate::check::Context;
use crate::check::mend::Mend;
use crate::check::prose::listed;
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::environment::ProfileLevel;
use crate::model::{Environment, Workload};

crate::check! {
    /// ## What it means
    /// An environment enforces `baseline` or `privileged`, and everything in it passes a stricter profile: services
    /// pass `restricted` but for root and for what their `security` asks for, and each managed workload there states what its pods pass (`profile`), itself or by its
    /// class.
    ///
    /// ## Why it matters in the cluster
    /// What is not needed is there for whoever breaks in: a pod that may mount its node's disk owns the node.
    ///
    /// ## How to mend it
    /// Enforce the stricter profile. Where one managed workload does not say what its pods pass, nothing is said.
    ///
    /// ```bvl bad in=flow
    /// environment tools { shared; namespace "shop-tools"; profile privileged because "an agent came once that needed it" } //~ BVL0413 "tools enforces `privileged`"
    /// managed agent {
    ///   in tools
    ///   match "app" "agent"; port http 8000; disruption none because "nodes keep their own"
    ///   profile baseline
    /// }
    /// allow app -> agent.http
    /// ```
    /// ```bvl bad in=flow
    /// environment tools { shared; namespace "shop-tools"; profile baseline because "nginx came once as its image is" } //~ BVL0413 "all that it holds passes `restricted`"
    /// service edge is base { in tools; security { seccomp localhost "profiles/edge.json" } }
    /// allow app -> edge.http
    /// ```
    /// ```bvl good in=flow
    /// environment tools { shared; namespace "shop-tools"; profile baseline because "nginx as its image comes" }
    /// service edge is base { in tools; security { writable-root because "it writes below /var/cache" } }
    /// allow app -> edge.http
    /// ```
    /// ```bvl good in=flow
    /// environment tools { shared; namespace "shop-tools"; profile baseline because "an agent sets no seccomp profile" }
    /// managed agent {
    ///   in tools
    ///   match "app" "agent"; port http 8000; disruption none because "nodes keep their own"
    ///   profile baseline
    /// }
    /// allow app -> agent.http
    /// ```
    /// ```bvl good in=flow
    /// environment tools { shared; namespace "shop-tools"; profile privileged because "an agent came once that needed it" }
    /// managed agent {
    ///   in tools
    ///   match "app" "agent"; port http 8000; disruption none because "nodes keep their own"
    /// }
    /// allow app -> agent.http
    /// ```
    ///
    /// ## Source
    /// [Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/) (Kubernetes 1.36).
    BVL0413, "profile-wider-than-needed", Hint, since "0.1.0" => run, judges Missing
}

/// So many are named.
const NAMED: usize = 3;

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for environment in cx.environments() {
        let level = &environment.profile.level;
        // without a reason, that is what is said first
        if level.value == ProfileLevel::Restricted || profile_without_reason::is_told(cx, environment) {
            continue;
        }
        // that programs of the platform run there is an error
        if privileged_service::is_told(cx, environment) {
            continue;
        }
        let Some(needed) = needed(cx, environment).filter(|needed| *needed < level.value) else { continue };
        let (name, enforced, enough) = (&environment.name.value, level.value.name(), needed.name());
        let holders: Vec<&str> = cx
            .model
            .workloads_in(environment.id)
            .filter(|workload| passes(cx, environment, workload) == Some(needed))
            .map(|workload| workload.name.value.as_str())
            .take(NAMED)
            .collect();
        sink.report(
            Diagnostic::new(
                &BVL0413,
                level.span,
                format!("{name} enforces `{enforced}`, and all that it holds passes `{enough}`"),
            )
            .here(format!("more than is needed{}", cx.from_layer(level.layer)))
            .note(format!("the least strict there: {}", listed(&holders)))
            .help(format!("enforce `{enough}`"))
            .choice(format!("enforce `{enough}`"), cx.replace(level, enough))
            .environment(environment.title.clone())
            .about(name.clone()),
        );
    }
}

/// The strictest profile that everything in an environment passes, where there is something and that is known of all.
fn needed(cx: &Context<'_>, environment: &Environment) -> Option<ProfileLevel> {
    let mut needed = None;
    for workload in cx.model.workloads_in(environment.id) {
        needed = needed.max(Some(passes(cx, environment, workload)?));
    }
    needed
}

/// The strictest profile that a workload's pods pass.
fn passes(cx: &Context<'_>, environment: &Environment, workload: &Workload) -> Option<ProfileLevel> {
    if workload.tainted {
        return None;
    }
    match workload.managed() {
        Some(managed) => managed.passes().map(|passes| passes.value),
        None => workload.program().map(|program| Policy::of(environment, &cx.model.platform).strictest(program)),
    }
}
