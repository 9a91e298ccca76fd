//! What becomes of a single replica in a drain is stated.

use super::critical_single_replica;
use crate::check::mend::Mend;
use crate::check::scaling::{replicas, wake};
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::{Layer, Tier};

crate::check! {
    /// ## What it means
    /// The smallest number of replicas of a workload is 1, and nothing is said of disruption. From 2 on the default is
    /// `min-available 1`; with 1 that would keep its node from ever being drained.
    ///
    /// ## Why it matters in the cluster
    /// A drain takes the only pod, and until another one is ready nobody answers. That may be fine; it is never by chance.
    ///
    /// ## How to mend it
    /// Keep 2 replicas, or say that the one may go: `disruption max-unavailable 1`, or `disruption none because ".."`. For a
    /// managed workload whose operator makes the budget: `disruption by-operator`.
    ///
    /// ```bvl bad in=service
    /// scale 1 //~ BVL0602 "app keeps 1 replica"
    /// ```
    /// ```bvl fixed in=service fix=2
    /// scale 2
    /// ```
    /// ```bvl bad in=service
    /// scale 1..3 { on cpu 70% } //~ BVL0602
    /// ```
    /// ```bvl fixed in=service fix=1
    ///   disruption max-unavailable 1
    /// scale 1..3 { on cpu 70% }
    /// ```
    /// Where one environment states the number, the one may go in that environment:
    /// ```bvl bad in=environment
    /// service app { scale 1 } //~ BVL0602 "app keeps 1 replica"
    /// ```
    /// ```bvl fixed in=environment fix=1
    /// service app { disruption max-unavailable 1; scale 1 }
    /// ```
    /// ```bvl fixed in=environment fix=2
    /// service app { scale 2 }
    /// ```
    /// ```bvl good in=service
    /// scale 2..3 { on cpu 70% }
    /// ```
    /// ```bvl good in=service
    /// scale 1
    /// disruption none because "it is only used by people of the team"
    /// ```
    ///
    /// Of what is critical one replica is too few (BVL0613), and this is judged once that is accepted:
    /// ```bvl bad in=file
    /// service report is base { tier critical; scale 1 } //~ BVL0602 "report keeps 1 replica"
    /// allow caller -> report.http
    /// waive critical-single-replica on report because "there is one license"
    /// ```
    ///
    /// ## Source
    /// [Specifying a Disruption Budget](https://kubernetes.io/docs/tasks/run-application/configure-pdb/), Kubernetes 1.36. That it
    /// is stated is a rule of this language.
    BVL0602, "no-budget-at-one", Error(Judgment), since "0.1.0" => run, reads ["disruption", "scale {", "replicas", "quorum"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, environment) in cx.workloads().filter(|(workload, _)| workload.disruption.is_none()) {
        let Some(floor) = replicas::known_floor(cx, workload).filter(|floor| floor.value == 1) else { continue };
        // that something critical keeps one replica is named by itself
        let is_critical = workload.tier.is_some_and(|tier| tier.value == Tier::Critical);
        if is_critical && cx.stands(&critical_single_replica::CHECK, &workload.name.value, environment) {
            continue;
        }
        // what nothing wakes is named by itself, and mended by another smallest number
        let zero = workload.service().and_then(|service| service.scaling.auto()).filter(|auto| auto.min.value == 0);
        if zero.is_some_and(wake::never_wakes) {
            continue;
        }
        let fixed = workload.service().filter(|service| service.scaling.auto().is_none());
        if fixed.is_some_and(|service| service.scaling.min().value == 0) {
            // that nothing runs is named by itself
            continue;
        }
        let keeps = if zero.is_some() { "may run a single replica" } else { "keeps 1 replica" };
        let name = &workload.name.value;
        let title = format!("{name} {keeps}, and what becomes of it in a drain is not stated");
        let more = if workload.quorum().is_some() { 3 } else { 2 };
        let by_operator =
            if workload.managed().is_some() { " `disruption by-operator` where its operator makes that," } else { "" };
        let budget = "disruption max-unavailable 1";
        // the waiver of what is critical would accept nothing any more
        let is_accepted = cx.model.is_waived_in(environment, name, critical_single_replica::CHECK.code);
        let raised = replicas::raise(cx, workload, more).filter(|_| !is_accepted);
        let (letting, place) = cx.state_beside(workload, &floor, budget, &BVL0602);
        // of several layers one fix mends all
        let place = if matches!(floor.layer, Layer::Overlay(_)) { "" } else { &place };
        let found = finding(&BVL0602, workload, environment, floor.span, title);
        let found = replicas::one_cause(cx, workload, &floor, found);
        sink.report(
            found
                .here(replicas::floor_label(cx, workload, floor))
                .missing(cx, workload, &["disruption"], workload.name.span)
                .taken(workload, replicas::unstated(workload, floor))
                .note("a drain would take the only pod, and nobody answers until another one is ready")
                .help(format!(
                    "{}; or let the one go with `disruption max-unavailable 1`, which makes a PodDisruptionBudget,{by_operator} or with `disruption none because \"REASON\"`, which makes none{}",
                    replicas::keep(workload, more),
                    if floor.is_built_in() { "; one line in `defaults` says so for all services" } else { "" }
                ))
                .choice(format!("let the one go: `{budget}`{place}"), letting)
                .choice(replicas::keep(workload, more), raised),
        );
    }
}
