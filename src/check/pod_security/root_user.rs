//! No service runs as root where its namespace refuses it.

use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::environment::ProfileLevel;

crate::check! {
    /// ## What it means
    /// A service states `user 0`, which is root, and its namespace enforces `restricted`.
    ///
    /// ## Why it matters in the cluster
    /// The API server refuses its pods: the Deployment is accepted, and no pod appears. `baseline` and `privileged` take root.
    ///
    /// ## How to mend it
    /// State another user, or none: 65532 is the `nonroot` of common base images. Where the program has to be root, an
    /// environment with `profile baseline` takes it, and says why with `because`.
    ///
    /// ```bvl bad in=service
    /// user 0 //~ BVL0411 "app runs as root"
    /// ```
    /// ```bvl fixed fix=1 in=service
    /// user 65532
    /// ```
    /// ```bvl good in=service
    /// user 1
    /// ```
    /// ```bvl good in=file
    /// environment old { shared; namespace "shop-old"; profile baseline because "the vendor's image changes its own owner" }
    /// service vendor is base { in old; user 0 }
    /// allow caller -> vendor.http
    /// ```
    ///
    /// ## Source
    /// [Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/), `check_runAsNonRoot.go` (since
    /// policy version 1.0) and
    /// [`check_runAsUser.go`](https://github.com/kubernetes/pod-security-admission/blob/v0.36.0/policy/check_runAsUser.go) (since 1.23),
    /// both of `restricted` alone (Kubernetes 1.36).
    BVL0411, "root-user", Error(Refused), since "0.1.0" => run, reads ["user"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (contained, workload, program, environment) in cx.containers() {
        // one that states none runs as the pod's, of which is told where that is stated
        let Some(user) = contained.own_user(program) else { continue };
        let level = &environment.profile.level;
        if user.value != 0 || level.value != ProfileLevel::Restricted {
            continue;
        }
        let default = if level.is_built_in() { ", as is the default" } else { "" };
        let title = format!(
            "{} runs as root, and its namespace enforces `restricted`{default}",
            contained.called(&workload.name.value)
        );
        let mut diagnostic = finding(&BVL0411, workload, environment, user.span, title)
            .here(format!("user 0 is root{}", cx.from_layer(user.layer)));
        if !level.is_built_in() {
            diagnostic = diagnostic.also(level.span, format!("refuses root{}", cx.from_layer(level.layer)));
        }
        sink.report(
            diagnostic
                .note(format!(
                    "the API server would refuse each of its pods: the {} is accepted, and no pod appears",
                    workload.maker()
                ))
                .help("state another user, or none: the default is 65532; where it has to be root, `profile baseline because \"REASON\"` in the environment takes it")
                .choice("run as user 65532", cx.replace(user, "65532")),
        );
    }
}
