//! A hard spread over zones leaves every replica a node.

use crate::check::mend::{Edits, Mend};
use crate::check::prose::counted;
use crate::check::{Context, finding};
use crate::diagnostic::{Reach, Sink};
use crate::model::environment::Nodes;
use crate::model::service::{Firmness, SpreadOver};
use crate::model::{Origin, Scaling, Service};

crate::check! {
    /// ## What it means
    /// A service is spread over zones, `hard`, over more replicas than can be placed: the environment's nodes do not divide
    /// evenly into its zones, and neither zones nor nodes may differ by more than one replica.
    ///
    /// ## Why it matters in the cluster
    /// Four nodes in three zones: one zone has two nodes, the others one. Seven replicas find a place. With an eighth, a
    /// zone of one node would hold three, all on that node, and the zone of two nodes three as well, so that one of its
    /// nodes holds one. The scheduler leaves the eighth pending, and a rollout or the autoscaler waits for it in vain. With
    /// N nodes in Z zones, N no multiple of Z, at most 2 x N - (N mod Z) find a place.
    ///
    /// ## How to mend it
    /// Leave `hard` out, so that what finds no even place runs elsewhere, keep fewer replicas, or run as many nodes in
    /// each zone.
    ///
    /// ```bvl bad in=environment
    /// nodes 4 zones 3
    /// service app { scale 8; spread zone hard } //~ BVL0615 "7 of the 8 replicas of app"
    /// ```
    /// ```bvl good in=environment
    /// nodes 4 zones 3
    /// service app { scale 7; spread zone hard }
    /// ```
    /// ```bvl fixed in=environment fix=1
    /// nodes 4 zones 3
    /// service app { scale 7; spread zone hard }
    /// ```
    ///
    /// Fewer nodes than replicas are no fault by themselves: nodes that hold as many as each other may all hold several.
    /// ```bvl good in=environment
    /// nodes 3 zones 3
    /// service app { scale 8; spread zone hard }
    /// ```
    /// ```bvl good in=environment
    /// nodes 4 zones 3
    /// service app { scale 8; spread zone }
    /// ```
    ///
    /// ## Source
    /// [Pod Topology Spread Constraints](https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/):
    /// `maxSkew` holds for each constraint, against the domain with the fewest (Kubernetes 1.36).
    BVL0615, "unschedulable-spread", Error(Judgment), since "0.1.0" => run, reads ["scale {", "spread"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        let (Some(nodes), Some(spread)) = (&environment.nodes, &service.spread) else { continue };
        if spread.value.over != SpreadOver::Zone || spread.value.firmness != Firmness::Hard {
            continue;
        }
        let max = service.scaling.max();
        let Some((zones, most)) = most(nodes).filter(|(_, most)| u64::from(max.value) > *most) else { continue };
        let (count, name) = (nodes.count.value, &workload.name.value);
        let rest = count % zones.value;
        let title = format!("{most} of the {} replicas of {name} can be scheduled, and no more", max.value);
        let smaller = count / zones.value;
        sink.report(
            finding(&BVL0615, workload, environment, spread.span, title)
                .here(format!("neither zones nor nodes may differ by more than one{}", cx.from_layer(spread.layer)))
                .also(nodes.count.span, format!("{} in {}", counted(count, "node"), counted(zones.value, "zone")))
                .also(max.span, format!("{} at the most{}", counted(max.value, "replica"), cx.from_layer(max.layer)))
                .note(format!(
                    "{count} = {} x {smaller} + {rest}, so some zones have {} and others {}: one pod placed after the other, 2 x {count} - {rest} = {most} replicas stay even over both",
                    zones.value,
                    counted(smaller + 1, "node"),
                    counted(smaller, "node"),
                ))
                .note("the scheduler leaves the others pending, and a rollout or the autoscaler waits for them in vain")
                .help("leave `hard` out, keep fewer replicas, or run equally many nodes in each zone")
                .choice_to(Reach::AtMost(most), format!("keep at most {most}"), lowered(cx, service, most)),
        );
    }
}

/// The number of zones, and of the replicas that find a place: none is missing one where zones are of one size.
///
/// Zones as even as can be leave the most room. One of b = N / Z nodes carries 2 x b replicas before one of its nodes
/// carries 3, which no node may while another carries 1; one of b + 1 nodes carries one more.
fn most(nodes: &Nodes) -> Option<(Origin<u32>, u64)> {
    let zones = nodes.zones?;
    let rest = nodes.count.value.checked_rem(zones.value)?;
    let is_uneven = rest > 0 && nodes.count.value > zones.value;
    is_uneven.then(|| (zones, (2 * u64::from(nodes.count.value)).saturating_sub(rest.into())))
}

fn lowered(cx: &Context<'_>, service: &Service, most: u64) -> Edits {
    match &service.scaling {
        Scaling::Fixed(replicas) => cx.replace(replicas, most.to_string()),
        Scaling::Auto(auto) if u64::from(auto.min.value) <= most => {
            // how many it needs at its busiest time is counted by itself, where it is stated
            let is_counted = auto.triggers.iter().any(|trigger| trigger.peak.is_some());
            cx.replace(&auto.max, format!("{}..{most}", auto.min.value)).filter(|_| !is_counted)
        }
        Scaling::Auto(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Span};

    /// Whether so many replicas, as even as can be over zones of so many nodes, are even over the nodes as well.
    fn fits(zones: &[u64], replicas: u64) -> bool {
        let n = zones.len() as u64;
        let mut sizes = zones.to_vec();
        sizes.sort_unstable_by(|a, b| b.cmp(a));
        let loads = sizes.iter().zip(0..).map(|(size, at)| (size, replicas / n + u64::from(at < replicas % n)));
        let ends: Vec<(u64, u64)> = loads.map(|(size, load)| (load / size, load.div_ceil(*size))).collect();
        let (least, largest) = (ends.iter().map(|end| end.0).min(), ends.iter().map(|end| end.1).max());
        largest.unwrap() - least.unwrap() <= 1
    }

    #[test]
    fn as_many_fit_as_can_be_placed_one_by_one() {
        let span = Span::new(FileId::default(), 0, 0);
        for zones in 1_u32..6 {
            for count in zones..24 {
                let nodes = Nodes { count: Origin::built_in(count, span), zones: Some(Origin::built_in(zones, span)) };
                let sizes: Vec<u64> =
                    (0..zones).map(|at| u64::from(count / zones + u32::from(at < count % zones))).collect();
                let first = (1..200).find(|replicas| !fits(&sizes, *replicas)).map(|first| first - 1);
                assert_eq!(most(&nodes).map(|(_, most)| most), first, "{count} nodes in {zones} zones");
            }
        }
    }
}
