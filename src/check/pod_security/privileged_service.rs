//! The platform's own services do not run where pods may do anything.

use super::profile_without_reason;
use crate::check::flows::missing_far_end;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::environment::ProfileLevel;
use crate::model::{Environment, Workload};

/// So many environments are named.
const SHOWN: usize = 3;

crate::check! {
    /// ## What it means
    /// A service runs in an environment whose profile is `privileged`.
    ///
    /// ## Why it matters in the cluster
    /// `privileged` is for operators and agents that manage nodes. Beside them nothing keeps a service, or whoever takes
    /// it over, from running as root, from mounting the node's disk or from joining its network.
    ///
    /// ## How to mend it
    /// Run it in an environment of its own, which enforces `restricted`.
    ///
    /// ```bvl bad in=file
    /// environment tools { shared; namespace "shop-tools"; profile privileged because "agents manage nodes" } //~ BVL0403 "report runs in tools"
    /// service report is base { in tools }
    /// allow caller -> report.http
    /// ```
    /// Whoever accepts that the profile has no reason has not accepted this:
    /// ```bvl bad in=file
    /// environment tools { shared; namespace "shop-tools"; profile privileged } //~ BVL0403 "report runs in tools"
    /// service report is base { in tools }
    /// allow caller -> report.http
    /// waive profile-without-reason on tools because "agents manage nodes"
    /// ```
    /// ```bvl good in=file
    /// environment tools { shared; namespace "shop-tools"; profile baseline because "the agent runs as root" }
    /// service report is base { in tools }
    /// allow caller -> report.http
    /// ```
    ///
    /// ## Source
    /// [Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/): privileged is
    /// "aimed at system- and infrastructure-level workloads managed by privileged, trusted users" (Kubernetes 1.36).
    BVL0403, "privileged-service", Error(Judgment), since "0.1.0" => run, reads []
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let meant_for_others = missing_far_end::meant_for_others(cx);
    for (workload, _, environment) in cx.programs() {
        let level = &environment.profile.level;
        let others = meant_for_others.get(&environment.id);
        if others.is_some_and(|others| others.contains(workload.name.value.as_str())) {
            continue;
        }
        // without a reason, that is what is said first
        if level.value != ProfileLevel::Privileged || profile_without_reason::is_told(cx, environment) {
            continue;
        }
        let (name, title) = (&workload.name, &environment.title);
        sink.report(
            finding(
                &BVL0403,
                workload,
                environment,
                level.span,
                format!("{} runs in {title}, where pods may do anything", name.value),
            )
            .here(format!("the namespace of {title} refuses no pod"))
            .aside(name.span, "deployed by this platform")
            .note("nothing keeps it, or whoever takes it over, from running as root or from mounting the node's disk")
            .help(format!(
                "run it in an environment that enforces `restricted`{}; to keep it here, `waive privileged-service on {} because \"REASON\"`",
                restricted(cx),
                name.value
            )),
        );
    }
}

/// Whether it is said here of a program in an environment, and not accepted.
pub(super) fn is_told(cx: &Context<'_>, environment: &Environment) -> bool {
    let runs =
        |workload: &Workload| workload.program().is_some() && cx.stands(&CHECK, &workload.name.value, environment);
    environment.profile.level.value == ProfileLevel::Privileged
        && !profile_without_reason::is_told(cx, environment)
        && cx.model.workloads_in(environment.id).any(runs)
}

/// The environments that do, as they are written behind `in`.
fn restricted(cx: &Context<'_>) -> String {
    let strict = cx.environments().filter(|environment| environment.profile.level.value == ProfileLevel::Restricted);
    let mut names: Vec<String> = strict.map(|environment| format!("`in {}`", environment.name.value)).collect();
    names.dedup();
    names.truncate(SHOWN);
    if names.is_empty() { String::new() } else { format!(", {}", names.join(" or ")) }
}
