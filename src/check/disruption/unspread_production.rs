//! In production the replicas of a service are not all in one place.

use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;

crate::check! {
    /// ## What it means
    /// An environment is marked `production`, and a service in it that keeps two or more replicas spreads them over
    /// nothing.
    ///
    /// ## Why it matters in the cluster
    /// The scheduler may put all replicas on one node or into one zone. When that fails, the service is gone, however
    /// many replicas it had.
    ///
    /// ## How to mend it
    /// State `spread zone`, or `spread node` where there is one zone; in `defaults` for all services at once.
    ///
    /// ```bvl bad in=production
    /// service close { //~ BVL0608 "all 2 replicas of close"
    ///   image "registry.example/close:1.0"
    ///   cpu 100m; memory 64Mi
    ///   scale 2
    /// }
    /// allow close -> app.http
    /// ```
    /// ```bvl fixed fix=1 in=production
    /// service close {
    ///   spread zone
    ///   image "registry.example/close:1.0"
    ///   cpu 100m; memory 64Mi
    ///   scale 2
    /// }
    /// allow close -> app.http
    /// ```
    /// ```bvl good in=production
    /// service close {
    ///   image "registry.example/close:1.0"
    ///   cpu 100m; memory 64Mi
    ///   disruption max-unavailable 1
    /// }
    /// allow close -> app.http
    /// ```
    ///
    /// ## Source
    /// [Pod Topology Spread Constraints](https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/)
    /// (Kubernetes 1.36).
    BVL0608, "unspread-production", Warning, since "0.1.0" => run
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        let Some(production) = &environment.production else { continue };
        let n = workload.floor();
        if n < 2 || service.spread.is_some() {
            continue;
        }
        let (name, title) = (&workload.name, &environment.title);
        let min = service.scaling.min();
        sink.report(
            finding(
                &BVL0608,
                workload,
                environment,
                name.span,
                format!("all {n} replicas of {} may land on one node", name.value),
            )
            .here("spread over nothing")
            .also(min.span, format!("{n} at the smallest{}", cx.from_layer(min.layer)))
            .also(production.span, format!("{title} is production"))
            .note("when that node or its zone fails, the service is gone, however many replicas it had")
            .help("state `spread zone`, or `spread node` where there is one zone")
            .choice("spread it over zones", cx.state(workload, "spread zone"))
            .choice("spread it over nodes", cx.state(workload, "spread node")),
        );
    }
}
