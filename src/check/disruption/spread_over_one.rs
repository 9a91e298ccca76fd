//! What is spread in production stands in more than one place.

use super::zone_without_node;
use crate::check::mend::Mend;
use crate::check::prose::counted;
use crate::check::scaling::replicas;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::Origin;
use crate::model::environment::Nodes;
use crate::model::service::SpreadOver;
use crate::source::TextEdit;

crate::check! {
    /// ## What it means
    /// An environment marked `production` has one zone or one node, and several replicas are spread over that.
    ///
    /// ## Why it matters in the cluster
    /// What is spread over one zone stands in one zone. The statement reads as if the service would survive the zone's
    /// failure, and it does not.
    ///
    /// ## How to mend it
    /// `spread node` where there is one zone and several nodes. Where there is one node, say that replicas stand
    /// together: `spread none because ".."`.
    ///
    /// ```bvl bad in=environment
    /// production
    /// nodes 3 zones 1
    /// service app { spread zone } //~ BVL0616 "the 2 replicas of app are spread over 1 zone"
    /// service caller { spread node }
    /// ```
    /// ```bvl fixed in=environment fix=1
    /// production
    /// nodes 3 zones 1
    /// service app { spread node }
    /// service caller { spread node }
    /// ```
    /// ```bvl good in=environment
    /// production
    /// nodes 3 zones 2
    /// service app { spread zone }
    /// service caller { spread node }
    /// ```
    /// ```bvl bad in=environment
    /// production
    /// nodes 1
    /// service app { spread zone } //~ BVL0616 "the 2 replicas of app are spread over 1 node"
    /// service caller { spread none because "there is one node" }
    /// ```
    /// ```bvl good in=environment
    /// production
    /// nodes 1
    /// service app { spread none because "there is one node" }
    /// service caller { scale 1; disruption max-unavailable 1; spread node }
    /// ```
    ///
    /// More zones than nodes are a mistake of their own (BVL0617), and this is judged once that is accepted:
    /// ```bvl bad in=file
    /// environment live { shared; namespace "shop-live"; production; nodes 1 zones 3 }
    /// service report is base { in live; spread zone } //~ BVL0616 "spread over 1 node"
    /// allow caller -> report.http
    /// waive zone-without-node on live because "the others have none at night"
    /// ```
    ///
    /// ## Source
    /// [Pod Topology Spread Constraints](https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/):
    /// domains are found from the nodes that there are (Kubernetes 1.36).
    BVL0616, "spread-over-one", Warning, since "0.1.0" => run, reads ["scale {", "spread"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        let (Some(production), Some(spread)) = (&environment.production, &service.spread) else { continue };
        // more zones than nodes are a mistake of their own, which is told first
        let lacks_nodes = zone_without_node::lacks_nodes(environment)
            && cx.stands(&zone_without_node::CHECK, &environment.name.value, environment);
        let nodes = environment.nodes.filter(|_| !lacks_nodes);
        let Some((stated, what)) = nodes.and_then(|nodes| only(nodes, spread.value.over)) else { continue };
        let Some(floor) = replicas::floor(workload).filter(|floor| floor.value >= 2) else { continue };
        let replicas = counted(floor.value, "replica");
        let title = format!("the {replicas} of {} are spread over 1 {what}", workload.name.value);
        let diagnostic = finding(&BVL0616, workload, environment, spread.span, title)
            .here(format!("over as many as there are{}", cx.from_layer(spread.layer)))
            .also(stated.span, format!("{} has 1 {what}", environment.title))
            .also(floor.span, replicas::floor_label(cx, workload, floor))
            .taken(workload, replicas::unstated(workload, floor))
            .caused_by(stated.span)
            .also(production.span, format!("people depend on {}", environment.title))
            .note(format!("when that {what} fails, all of them are gone at once"));
        sink.report(match what {
            "zone" => {
                let edits = cx.is_users(spread.span).then(|| vec![TextEdit::replace(spread.span, "node")]);
                diagnostic
                    .help("run nodes in several zones; or write `spread node`, which is all that one zone can give")
                    .choice("spread them over nodes", edits)
            }
            _ => {
                diagnostic.help("run several nodes, or say that they stand together: `spread none because \"REASON\"`")
            }
        });
    }
}

/// The only node, or the only zone where replicas are spread over those.
fn only(nodes: Nodes, over: SpreadOver) -> Option<(Origin<u32>, &'static str)> {
    if nodes.count.value == 1 {
        return Some((nodes.count, "node"));
    }
    let zones = nodes.zones.filter(|zones| zones.value == 1 && over == SpreadOver::Zone)?;
    Some((zones, "zone"))
}
