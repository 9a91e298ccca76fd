//! A disruption budget lets at least one pod go.

use super::eviction::{self, Field, Stated};
use super::{critical_single_replica, even_quorum, operator_budget};
use crate::check::mend::Mend;
use crate::check::scaling::{replicas, zero_without_wake};
use crate::check::{Context, finding};
use crate::diagnostic::{Reach, Sink};
use crate::model::{Count, Environment, Origin, Workload};

crate::check! {
    /// ## What it means
    /// With the smallest number of replicas that is kept, the disruption budget asks for all of them to stay. Percentages
    /// round up, so 80% of 3 are 3.
    ///
    /// ## Why it matters in the cluster
    /// No pod may ever be evicted then: `kubectl drain` asks again every 5 seconds without end, the cluster autoscaler gives
    /// up on the node, and an upgrade of the nodes stands still or kills the pod without regard to any budget.
    ///
    /// ## How to mend it
    /// Keep one replica more, or let one go: `max-unavailable 1` does so at every number.
    ///
    /// ```bvl bad in=service
    /// disruption min-available 2 //~ BVL0601 "keeps 2 of 2"
    /// ```
    /// ```bvl fixed in=service fix=1
    /// disruption max-unavailable 1
    /// ```
    /// ```bvl bad in=service
    /// scale 3
    /// disruption min-available 80% //~ BVL0601 "keeps 3 of 3"
    /// ```
    /// ```bvl fixed in=service fix=2
    /// scale 5
    /// disruption min-available 80%
    /// ```
    /// ```bvl bad in=service
    /// disruption max-unavailable 0% //~ BVL0601
    /// ```
    /// ```bvl fixed in=service fix=1
    /// disruption max-unavailable 1
    /// ```
    /// ```bvl good in=service
    /// scale 3
    /// disruption min-available 66%
    /// ```
    /// ```bvl good in=service
    /// scale 1
    /// disruption max-unavailable 1%
    /// ```
    ///
    /// The budget that an operator makes counts as well, where its class says what that keeps:
    /// ```bvl bad in=file
    /// class database {
    ///   match "app" "db"
    ///   port sql 5432
    ///   service "db-rw" sql
    ///   disruption by-operator
    ///   operator-keeps 1 unless "enablePDB: false"
    /// }
    /// managed db is database { replicas 1 } //~ BVL0601 "its operator's disruption budget keeps 1 of 1"
    /// allow app -> db.sql
    /// ```
    /// ```bvl good in=file
    /// class database {
    ///   match "app" "db"
    ///   port sql 5432
    ///   service "db-rw" sql
    ///   disruption by-operator
    ///   operator-keeps 1 unless "enablePDB: false"
    /// }
    /// managed db is database { replicas 2 }
    /// allow app -> db.sql
    /// ```
    ///
    /// Of a quorum an odd number is kept, so that an even one is no finding of its own beside it (BVL0605):
    /// ```bvl bad in=file
    /// managed store {
    ///   match "app" "store"
    ///   port sql 5432
    ///   replicas 2
    ///   quorum
    ///   disruption min-available 2 //~ BVL0601
    /// }
    /// allow app -> store.sql
    /// ```
    /// ```bvl good in=file
    /// managed store {
    ///   match "app" "store"
    ///   port sql 5432
    ///   replicas 3
    ///   quorum
    ///   disruption min-available 2
    /// }
    /// allow app -> store.sql
    /// ```
    ///
    /// ## Source
    /// [`disruption.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/controller/disruption/disruption.go) and
    /// [`eviction.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/registry/core/pod/storage/eviction.go),
    /// Kubernetes 1.36.
    BVL0601, "budget-blocks-eviction", Error(Judgment), since "0.1.0" => run, reads ["disruption", "scale {", "replicas", "quorum", "operator-keeps"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, environment) in cx.workloads() {
        // another replica, which what is critical has to have, is one that may go
        let found = operator_budget::keeps_all(cx, &BVL0601, workload, environment);
        if let Some(found) = found.filter(|_| !critical_single_replica::is_told(cx, workload, environment)) {
            sink.report(found);
        }
        let Some((stated, floor)) = blocked(cx, workload) else { continue };
        let (n, stay) = (floor.value, stated.stay(floor.value));
        // what is critical is to have as many as the budget needs
        let is_enough = enough(stated).is_some_and(|fewest| fewest <= critical_single_replica::wanted(workload));
        if is_enough && critical_single_replica::is_told(cx, workload, environment) {
            continue;
        }
        // what nothing wakes keeps as many as the budget needs once it is mended
        let most = workload.service().and_then(|service| service.scaling.auto()).map(|auto| auto.max.value);
        let has_room = enough(stated).zip(most).is_some_and(|(fewest, most)| fewest <= most);
        if has_room && zero_without_wake::is_told(cx, workload, environment) {
            continue;
        }
        let (name, word) = (&workload.name.value, stated.field.word());
        let title = format!("no pod of {name} can ever be evicted: its disruption budget keeps {stay} of {n}");
        let is_even = enough(stated).is_some_and(|more| even_quorum::lacks_one(workload, more));
        let letting = eviction::whole(stated, cx).and_then(|whole| cx.replace(&whole, "max-unavailable 1"));
        let letting = letting.filter(|_| !is_even);
        let mut diagnostic = finding(&BVL0601, workload, environment, stated.count.span, title)
            .here(format!("{}{}", stated.sum(n), cx.from_layer(stated.count.layer)))
            .also(floor.span, replicas::floor_label(cx, workload, floor))
            .taken(workload, replicas::unstated(workload, floor))
            .note(format!("{n} running - {stay} that must stay: 0 may go"))
            .note("`kubectl drain` would ask again every 5s without end, and nodes could not be upgraded")
            .help("let one go: `disruption max-unavailable 1`")
            .choice("let one go: `max-unavailable 1`", letting);
        if let Some(more) = enough(stated).and_then(|more| replicas::fitting(workload, more)) {
            let scale = replicas::word(workload);
            let keep = format!("keep {more} replicas: then `{word} {}` lets one go", stated.count.value);
            let help = if is_even {
                diagnostic =
                    diagnostic.note(format!("{n} decide by majority as {} would: the last one adds nothing", n - 1));
                keep
            } else {
                format!("let one go with `disruption max-unavailable 1`, or {keep}")
            };
            diagnostic = diagnostic.help(help).choice_to(
                Reach::AtLeast(more.into()),
                format!("keep {more} replicas with `{scale}`"),
                replicas::raise(cx, workload, more),
            );
        }
        sink.report(diagnostic);
    }
}

/// The budget of a workload that lets no pod go, and the number that it is of.
fn blocked(cx: &Context<'_>, workload: &Workload) -> Option<(Stated, Origin<u32>)> {
    let stated = Stated::of(workload.disruption.as_ref())?;
    let floor = replicas::floor(workload)?;
    // a percentage above the whole is refused for itself
    let is_above_whole = matches!(stated.count.value, Count::Percent(percent) if percent.0 > 100);
    let is_users = cx.is_users(stated.count.span) || cx.is_users(floor.span) && !floor.is_built_in();
    let is_blocked = stated.stay(floor.value) >= u64::from(floor.value) && !is_above_whole && is_users;
    is_blocked.then_some((stated, floor))
}

/// Whether it is said of a workload, and stands, and one replica more mends it.
pub(super) fn lacks_one(cx: &Context<'_>, workload: &Workload, environment: &Environment) -> bool {
    let one_more = |(stated, floor): (Stated, Origin<u32>)| enough(stated) == floor.value.checked_add(1);
    blocked(cx, workload).is_some_and(one_more) && cx.stands(&CHECK, &workload.name.value, environment)
}

/// The fewest replicas of which the budget of a workload lets one go, if it has one and there is such a number.
pub(in crate::check) fn fewest(workload: &Workload) -> Option<u32> {
    enough(Stated::of(workload.disruption.as_ref())?)
}

/// The fewest replicas of which that budget lets one go, if there is such a number.
fn enough(stated: Stated) -> Option<u32> {
    match (stated.field, stated.count.value) {
        (Field::MinAvailable, Count::Number(number)) => number.checked_add(1),
        (Field::MinAvailable, Count::Percent(percent)) => {
            let rest = 100_u32.checked_sub(percent.0).filter(|rest| *rest > 0)?;
            Some(100_u32.div_ceil(rest))
        }
        (Field::MaxUnavailable, Count::Number(_) | Count::Percent(_)) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Layer;
    use crate::source::{FileId, Span};
    use crate::value::Percent;

    #[test]
    fn enough_is_the_fewest() {
        for percent in 0..100 {
            let span = Span::new(FileId::default(), 0, 0);
            let count = Origin::new(Count::Percent(Percent(percent)), span, Layer::Declaration);
            let stated = Stated { field: Field::MinAvailable, count };
            let fewest = (1..=100).find(|n| stated.stay(*n) < u64::from(*n)).unwrap();
            assert_eq!(enough(stated), Some(fewest), "{percent}%");
        }
    }
}
