//! Pods of operators and charts are within the profile of their namespace.

use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;

crate::check! {
    /// ## What it means
    /// A managed workload states the strictest profile that its pods pass (`profile`, or `host-network`, which `baseline`
    /// refuses), and its environment enforces a stricter one.
    ///
    /// ## Why it matters in the cluster
    /// The API server refuses each of its pods. Its operator or chart is installed, and no pod appears.
    ///
    /// ## How to mend it
    /// Complete the chart's values or the operator's object so that its pods pass, and state so: `profile restricted`. Or
    /// run it in an environment of its own that enforces less.
    ///
    /// ```bvl bad in=file
    /// managed store { //~ BVL0412 "the pods of store are refused"
    ///   match "app" "store"; port sql 5432; disruption none because "a test"
    ///   profile baseline
    /// }
    /// allow app -> store.sql
    /// ```
    /// ```bvl good in=file
    /// managed store {
    ///   match "app" "store"; port sql 5432; disruption none because "a test"
    ///   profile restricted
    /// }
    /// allow app -> store.sql
    /// ```
    /// ```bvl good in=file
    /// environment tools { shared; namespace "shop-tools"; profile baseline because "its chart sets no seccomp profile" }
    /// managed store {
    ///   in tools
    ///   match "app" "store"; port sql 5432; disruption none because "a test"
    ///   profile baseline
    /// }
    /// allow app -> store.sql
    /// ```
    ///
    /// Pods on their nodes' network pass `privileged` alone:
    /// ```bvl bad in=ranges
    /// managed edge { host-network; match "app" "edge"; port http 8000; disruption none because "a test" } //~ BVL0412 "edge"
    /// allow edge -> app.http
    /// ```
    ///
    /// ## Source
    /// [Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/): "Host Namespaces" of
    /// baseline (Kubernetes 1.36).
    BVL0412, "profile-refuses-pods", Error(Refused), since "0.1.0" => run, reads ["profile", "host-network"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, environment) in cx.workloads() {
        let Some(managed) = workload.managed() else { continue };
        let Some(passes) = managed.passes() else { continue };
        let (level, name) = (&environment.profile.level, &workload.name);
        // what enforces a namespace that is there already is known where it is stated alone
        let is_guess =
            level.is_built_in() && environment.namespace.as_ref().is_some_and(|found| found.existing.is_some());
        if passes.value <= level.value || is_guess {
            continue;
        }
        let enforced = level.value.name();
        let (why, what) = if managed.host_network.is_some() {
            ("its pods use their nodes' network", "`baseline` and `restricted` refuse the host's network")
        } else {
            ("the strictest that its pods pass", "an operator or a chart decides what its pods ask for")
        };
        let title = format!("the pods of {} are refused: their namespace enforces `{enforced}`", name.value);
        let default = if level.is_built_in() { ", and the default is `restricted`" } else { "" };
        let mut diagnostic = finding(&BVL0412, workload, environment, name.span, title)
            .here(format!("passes `{}` at the strictest{default}", passes.value.name()))
            .also(passes.span, format!("{why}{}", cx.from_layer(passes.layer)));
        if !level.is_built_in() {
            diagnostic = diagnostic.also(level.span, format!("enforces `{enforced}`{}", cx.from_layer(level.layer)));
        }
        sink.report(diagnostic.note(what).note("the API server would refuse each of them: no pod appears").help(
            format!(
                "have its pods pass `{enforced}`, and state `profile {enforced}` here; or run it in an environment of its own: `in data` here, and `environment data {{ shared; namespace \"data\"; profile {} because \"REASON\" }}`",
                passes.value.name()
            ),
        ));
    }
}
