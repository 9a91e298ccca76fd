//! Where one replica is kept, somebody has decided what a node drain may do to it.

use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::Scaling;

crate::check! {
    /// ## What it means
    /// The smallest number of replicas of a service is 1, and no `disruption` is stated. From 2 on the default is
    /// `min-available 1`; with 1 that would stop every node drain, and any other default would be a pause that nobody
    /// agreed to.
    ///
    /// ## Why it matters in the cluster
    /// When its node is drained, the only pod is taken before another one is ready.
    ///
    /// ## How to mend it
    /// Keep 2; or state `disruption max-unavailable 1`, which lets it pause; or `disruption none because "..."`.
    ///
    /// ```bvl bad in=service
    /// scale 1..5 { on cpu 70% } //~ BVL0602 "app keeps one replica"
    /// ```
    /// ```bvl fixed fix=1 in=service
    /// scale 2..5 { on cpu 70% }
    /// ```
    /// ```bvl good in=service
    /// scale 1..5 { on cpu 70% }
    /// disruption max-unavailable 1
    /// ```
    ///
    /// ## Source
    /// [Specifying a Disruption Budget](https://kubernetes.io/docs/tasks/run-application/configure-pdb/) (Kubernetes 1.36).
    BVL0602, "no-budget-at-one", Error, since "0.1.0" => run
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        if workload.disruption.is_some() || workload.floor() > 1 || service.scaling.max().value == 0 {
            continue;
        }
        let (name, min) = (&workload.name.value, service.scaling.min());
        let two = match &service.scaling {
            Scaling::Fixed(replicas) if replicas.is_built_in() => cx.state(workload, "scale 2"),
            Scaling::Fixed(replicas) => cx.replace(replicas, "2"),
            Scaling::Auto(auto) => cx.replace(&auto.min, format!("2..{}", auto.max.value.max(2))),
        };
        sink.report(
            finding(&BVL0602, workload, environment, min.span, format!("{name} keeps one replica, and nothing says what a node drain may do to it"))
                .here(format!("{} at the smallest{}", min.value, cx.from_layer(min.layer)))
                .note("a drain takes the only pod before another one is ready; a budget that forbids it stops every drain")
                .help("keep 2 replicas, or state `disruption max-unavailable 1` to let it pause, or `disruption none because \"..\"`")
                .choice("keep 2 replicas", two)
                .choice("let it pause: disruption max-unavailable 1", cx.state(workload, "disruption max-unavailable 1")),
        );
    }
}
