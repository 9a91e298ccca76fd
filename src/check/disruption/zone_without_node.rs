//! Every zone has a node.

use crate::check::Context;
use crate::check::mend::Mend;
use crate::check::prose::counted;
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::environment::Nodes;
use crate::model::{Environment, Origin};

crate::check! {
    /// ## What it means
    /// An environment states fewer nodes than zones, or none of either.
    ///
    /// ## Why it matters in the cluster
    /// A zone is where a node stands: a cluster knows no zone without one. What spreads replicas would be held against
    /// zones that are not there.
    ///
    /// ## How to mend it
    /// Count the nodes that pods may run on, and the zones that they stand in.
    ///
    /// ```bvl bad in=environment
    /// nodes 2 zones 3 //~ BVL0617 "3 zones and 2 nodes"
    /// ```
    /// ```bvl good in=environment
    /// nodes 3 zones 3
    /// ```
    /// ```bvl bad in=environment
    /// nodes 0 //~ BVL0617 "0 nodes"
    /// ```
    /// ```bvl good in=environment
    /// nodes 1 zones 1
    /// ```
    ///
    /// ## Source
    /// [Pod Topology Spread Constraints](https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/):
    /// domains are found from the nodes that there are (Kubernetes 1.36).
    BVL0617, "zone-without-node", Error(Stated), since "0.1.0" => run
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for environment in cx.environments() {
        let Some(nodes) = &environment.nodes else { continue };
        let (count, name) = (nodes.count, &environment.name.value);
        let wrong = wrong_zones(nodes);
        if wrong.is_none() && count.value > 0 {
            continue;
        }
        let counts = counted(count.value, "node");
        let title = match &wrong {
            Some(zones) => format!("{name} has {} and {counts}", counted(zones.value, "zone")),
            None => format!("{name} has {counts}"),
        };
        let mut diagnostic = Diagnostic::new(&BVL0617, count.span, title)
            .here(format!("{counts}{}", cx.from_layer(count.layer)))
            .note("a zone is where a node stands, and pods run on nodes")
            .help("count the nodes that its pods may run on, and the zones that they stand in");
        if let Some(zones) = &wrong {
            diagnostic = diagnostic.also(zones.span, counted(zones.value, "zone"));
        }
        sink.report(diagnostic.environment(environment.title.clone()).about(name.clone()));
    }
}

fn wrong_zones(nodes: &Nodes) -> Option<Origin<u32>> {
    nodes.zones.filter(|zones| zones.value == 0 || zones.value > nodes.count.value)
}

/// Whether an environment has more zones than nodes.
pub(super) fn lacks_nodes(environment: &Environment) -> bool {
    environment.nodes.as_ref().and_then(wrong_zones).is_some_and(|zones| zones.value > 0)
}
