//! Stopping fits in the grace period.

use super::stopping::Stopping;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;

crate::check! {
    /// ## What it means
    /// `pre-stop`, `drain` and `finish` run one after the other, and together they take longer than `grace`.
    ///
    /// ## Why it matters in the cluster
    /// The clock of the grace period starts before pre-stop. When it has run out the kubelet kills the container in the
    /// middle of its work: requests in flight are cut at every rollout and at every drain of a node.
    ///
    /// ## How to mend it
    /// Raise `grace`, or shorten what has to fit in it. The message offers the smallest grace and the largest drain that
    /// leave 2 s to exit.
    ///
    /// ```bvl bad in=service
    /// shutdown { grace 30s; drain 30s } //~ BVL0701 "5s pre-stop + 30s drain = 35s"
    /// ```
    /// ```bvl fixed fix=1 in=service
    /// shutdown { grace 37s; drain 30s }
    /// ```
    /// ```bvl fixed fix=2 in=service
    /// shutdown { grace 30s; drain 23s }
    /// ```
    /// What is wrong for all that inherit it is mended where it stands, once:
    /// ```bvl bad
    /// platform shop {
    ///   kubernetes "1.33"
    ///   defaults { shutdown { grace 24s; pre-stop 5s; drain 20s } } //~ BVL0701 "app needs"
    /// }
    /// environment test { namespace "shop-test" }
    /// class base {
    ///   image "registry.example/app:1.0"
    ///   port http 8080
    ///   cpu 100m..500m
    ///   memory 128Mi..256Mi
    ///   scale 2
    /// }
    /// service app is base { }
    /// service web is base { }
    /// allow web -> app.http
    /// ```
    /// ```bvl fixed fix=1
    /// platform shop {
    ///   kubernetes "1.33"
    ///   defaults { shutdown { grace 27s; pre-stop 5s; drain 20s } }
    /// }
    /// environment test { namespace "shop-test" }
    /// class base {
    ///   image "registry.example/app:1.0"
    ///   port http 8080
    ///   cpu 100m..500m
    ///   memory 128Mi..256Mi
    ///   scale 2
    /// }
    /// service app is base { }
    /// service web is base { }
    /// allow web -> app.http
    /// ```
    /// ```bvl fixed fix=2
    /// platform shop {
    ///   kubernetes "1.33"
    ///   defaults { shutdown { grace 24s; pre-stop 5s; drain 17s } }
    /// }
    /// environment test { namespace "shop-test" }
    /// class base {
    ///   image "registry.example/app:1.0"
    ///   port http 8080
    ///   cpu 100m..500m
    ///   memory 128Mi..256Mi
    ///   scale 2
    /// }
    /// service app is base { }
    /// service web is base { }
    /// allow web -> app.http
    /// ```
    /// What comes from the defaults and is wrong in one service is mended there:
    /// ```bvl bad in=service
    /// shutdown { grace 24s } //~ BVL0701
    /// ```
    /// ```bvl fixed fix=2 in=service
    /// shutdown { grace 24s; drain 17s }
    /// ```
    /// ```bvl good in=service
    /// shutdown { grace 40s; drain 30s }
    /// ```
    ///
    /// ## Source
    /// [Termination of pods](https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination) and
    /// `pkg/kubelet/kuberuntime/kuberuntime_container.go` (Kubernetes 1.33).
    BVL0701, "shutdown-exceeds-grace", Error(Judgment), since "0.1.0" => run, reads ["shutdown", "sidecar"], judges Own, looks Neighbors
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, program, environment) in cx.programs() {
        let stopping = Stopping::of(workload, program);
        let grace = stopping.grace();
        if stopping.needed <= grace || stopping.is_filled_by_pre_stop() {
            continue;
        }
        let name = &workload.name.value;
        let title = format!("{name} needs {} to stop, but is killed after {grace}", stopping.sum());
        let left = grace.saturating_sub(stopping.pre_stop);
        let drain = stopping.shutdown.drain.value;
        let cut = if left < drain {
            format!("{left} into its drain of {drain}: requests that take longer are cut")
        } else if left.saturating_sub(drain) < stopping.shutdown.finish.value {
            let finish = stopping.shutdown.finish.value;
            format!("{} into its finish of {finish}: work in hand is lost", left.saturating_sub(drain))
        } else {
            "before its sidecars have stopped, which are told to once its own container has ended: what they hold is lost"
                .to_owned()
        };
        let diagnostic = stopping.labeled(cx, finding(&BVL0701, workload, environment, stopping.span(), title));
        let diagnostic =
            diagnostic.note(format!("grace counts from before pre-stop, so the kubelet kills {name} {cut}"));
        sink.report(stopping.mended(cx, stopping.with_room(cx, diagnostic, "what has to fit in it")));
    }
}
