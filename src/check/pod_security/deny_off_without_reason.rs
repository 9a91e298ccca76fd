//! An environment that denies nothing says why.

use crate::check::Context;
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::Environment;
use crate::model::environment::DefaultDeny;

crate::check! {
    /// ## What it means
    /// `default-deny off` stands in an environment, and no reason is written.
    ///
    /// ## Why it matters in the cluster
    /// No policy selects the environment's pods: they may reach everything, and everything may reach them, whatever the
    /// flows say.
    ///
    /// ## How to mend it
    /// Take it out, or write `because "..."`.
    ///
    /// ```bvl bad in=environment
    /// default-deny off //~ BVL0402 "environment test switches the deny off"
    /// ```
    /// ```bvl good in=environment
    /// default-deny off because "each operator's chart brings its own policies"
    /// ```
    /// ```bvl good in=environment
    /// default-deny on
    /// ```
    ///
    /// ## Source
    /// [Network Policies](https://kubernetes.io/docs/concepts/services-networking/network-policies/): a pod that no policy
    /// selects is not isolated (Kubernetes 1.36).
    BVL0402, "deny-off-without-reason", Error(Judgment), since "0.1.0" => run
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for environment in cx.environments() {
        let DefaultDeny::Off { stated, because: None } = &environment.default_deny else { continue };
        let name = &environment.name.value;
        sink.report(
            Diagnostic::new(
                &BVL0402,
                stated.span,
                format!("environment {name} switches the deny off, without a reason"),
            )
            .here("with it no policy selects a pod here")
            .note("its pods may reach everything, and everything may reach them, whatever the flows say")
            .help("take `default-deny off` out, or say why: `default-deny off because \"REASON\"`")
            .environment(environment.title.clone())
            .about(name.clone()),
        );
    }
}

/// Whether it is said of an environment, and stands.
pub(in crate::check) fn is_told(cx: &Context<'_>, environment: &Environment) -> bool {
    matches!(environment.default_deny, DefaultDeny::Off { because: None, .. })
        && cx.stands(&CHECK, &environment.name.value, environment)
}
