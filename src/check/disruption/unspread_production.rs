//! Replicas that people depend on do not all stand on one node.

use crate::check::mend::Mend;
use crate::check::scaling::replicas;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::source::TextEdit;

crate::check! {
    /// ## What it means
    /// A service keeps several replicas in an environment marked `production`, and nothing spreads them: no `spread` is
    /// stated, or `spread none` without a reason.
    ///
    /// ## Why it matters in the cluster
    /// The scheduler prefers to spread pods, but puts all of them on one node where that has the room. When that node or
    /// its zone fails, all replicas are gone at once.
    ///
    /// ## How to mend it
    /// `spread zone` spreads over zones and over nodes within, `spread node` over nodes. Where replicas may stand together,
    /// say why: `spread none because ".."`.
    ///
    /// ```bvl bad in=production
    /// class loose {
    ///   image "registry.example/app:1.0"
    ///   port http 8080
    ///   cpu 100m..500m
    ///   memory 128Mi..256Mi
    /// }
    /// service report is loose { scale 2 } //~ BVL0608 "the 2 replicas of report"
    /// allow caller -> report.http
    /// ```
    /// ```bvl fixed in=production fix=1
    /// class loose {
    ///   spread zone
    ///   image "registry.example/app:1.0"
    ///   port http 8080
    ///   cpu 100m..500m
    ///   memory 128Mi..256Mi
    /// }
    /// service report is loose { scale 2 }
    /// allow caller -> report.http
    /// ```
    /// ```bvl bad in=production
    /// service report is base { spread none } //~ BVL0608 "the 2 replicas of report"
    /// allow caller -> report.http
    /// ```
    /// ```bvl fixed in=production fix=2
    /// service report is base { spread node }
    /// allow caller -> report.http
    /// ```
    /// ```bvl bad in=environment
    /// production
    /// nodes 3 zones 1
    /// service app { spread none } //~ BVL0608 "the 2 replicas of app"
    /// service caller { spread node }
    /// ```
    /// ```bvl fixed in=environment fix=1
    /// production
    /// nodes 3 zones 1
    /// service app { spread node }
    /// service caller { spread node }
    /// ```
    /// ```bvl good in=production
    /// service report is base { spread none because "the cluster has one node" }
    /// allow caller -> report.http
    /// ```
    /// ```bvl good in=production
    /// class loose {
    ///   image "registry.example/app:1.0"
    ///   port http 8080
    ///   cpu 100m..500m
    ///   memory 128Mi..256Mi
    /// }
    /// service report is loose { scale 1; disruption max-unavailable 1 }
    /// allow caller -> report.http
    /// ```
    ///
    /// ## Source
    /// [Pod Topology Spread Constraints](https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/),
    /// Kubernetes 1.36: the cluster's own default is soft.
    BVL0608, "unspread-production", Warning, since "0.1.0" => run, reads ["scale {", "spread"], looks Neighbors
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        let Some(production) = &environment.production else { continue };
        let Some(floor) = replicas::floor(workload).filter(|floor| floor.value >= 2) else { continue };
        if service.spread.is_some() {
            continue;
        }
        if service.unspread.as_ref().is_some_and(|unspread| unspread.because.is_some()) {
            continue;
        }
        let title = format!("the {} replicas of {} may all stand on one node", floor.value, workload.name.value);
        let (place, label) = match &service.unspread {
            Some(unspread) => (unspread.stated.span, "spreads them over nothing, and does not say why".to_owned()),
            None if workload.removed("spread").is_some() => (workload.name.span, cx.unstated(workload, "spread")),
            None => (workload.name.span, "nothing spreads them".to_owned()),
        };
        // where a number is not stated there may be several
        let nodes = environment.nodes.map_or(u32::MAX, |nodes| nodes.count.value);
        let zones = environment.nodes.and_then(|nodes| nodes.zones).map_or(nodes, |zones| zones.value.min(nodes));
        let spread = |text: &str| match &service.unspread {
            Some(unspread) if cx.is_users(unspread.stated.span) => {
                Some(vec![TextEdit::replace(unspread.stated.span, text)])
            }
            Some(_) => None,
            None => cx.state_inherited(workload, "spread", text, &BVL0608),
        };
        let found = finding(&BVL0608, workload, environment, place, title).here(label);
        // what a class states is the same value for all of its services, what nobody states the same gap
        let found = if service.unspread.is_some() {
            found
        } else {
            found.caused_by(production.span).taken(workload, &["spread"])
        };
        sink.report(
            found
                .also(floor.span, replicas::floor_label(cx, workload, floor))
                .also(production.span, format!("people depend on {}", environment.title))
                .note("when that node or its zone fails, all of them are gone at once")
                .help("state `spread zone` in each, in its class or in `defaults`; `spread node` where all nodes are in one zone (`kubectl get nodes -L topology.kubernetes.io/zone`); or `spread none because \"REASON\"` if they may stand together")
                .choice("spread them over zones", spread("spread zone").filter(|_| zones > 1))
                .choice("spread them over nodes", spread("spread node").filter(|_| nodes > 1)),
        );
    }
}
