//! No service runs as root.

use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;

crate::check! {
    /// ## What it means
    /// A service states `user 0`, which is root.
    ///
    /// ## Why it matters in the cluster
    /// A namespace that enforces `restricted` refuses its pods; and where one is accepted, whoever breaks out of it is
    /// root on the node.
    ///
    /// ## How to mend it
    /// State another user, or none: 65532 is the `nonroot` of common base images.
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
    ///
    /// ## Source
    /// [`check_runAsUser.go`](https://github.com/kubernetes/pod-security-admission/blob/v0.36.0/policy/check_runAsUser.go)
    /// (Kubernetes 1.36; since policy version 1.23).
    BVL0411, "root-user", Error(Refused), since "0.1.0" => run, reads ["user"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        let user = &service.user;
        if user.value != 0 {
            continue;
        }
        sink.report(
            finding(&BVL0411, workload, environment, user.span, format!("{} runs as root", workload.name.value))
                .here(format!("user 0 is root{}", cx.from_layer(user.layer)))
                .note(
                    "a restricted namespace refuses such pods; elsewhere whoever breaks out of one is root on its node",
                )
                .help("state another user, or none: the default is 65532")
                .choice("run as user 65532", cx.replace(user, "65532")),
        );
    }
}
