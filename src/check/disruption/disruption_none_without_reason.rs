//! A workload goes without a disruption budget for a reason.

use super::quorum_without_budget::is_quorum;
use super::rolling::is_nothing;
use crate::check::mend::Mend;
use crate::check::scaling::replicas;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::Disruption;

crate::check! {
    /// ## What it means
    /// `disruption none` leaves a workload without a budget, and no `because` says why. `min-available 0` keeps no replica,
    /// which is the same.
    ///
    /// ## Why it matters in the cluster
    /// Draining several nodes at once may take all of its pods at the same moment.
    ///
    /// ## How to mend it
    /// Write the reason behind it, or a budget.
    ///
    /// ```bvl bad in=service
    /// disruption none //~ BVL0603
    /// ```
    /// ```bvl fixed in=service fix=1
    /// disruption min-available 1
    /// ```
    /// ```bvl good in=service
    /// disruption none because "a pause at night is agreed"
    /// ```
    ///
    /// ```bvl bad in=service
    /// disruption min-available 0 //~ BVL0603
    /// ```
    /// ```bvl fixed in=service fix=1
    /// disruption min-available 1
    /// ```
    ///
    /// ## Source
    /// [Disruptions](https://kubernetes.io/docs/concepts/workloads/pods/disruptions/), Kubernetes 1.36. That a reason stands
    /// beside it is a rule of this language.
    BVL0603, "disruption-none-without-reason", Error(Judgment), since "0.1.0" => run, reads ["disruption"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, environment) in cx.workloads() {
        let (stated, what) = match &workload.disruption {
            Some(Disruption::None { stated, because: None }) => (*stated, "no reason"),
            Some(Disruption::MinAvailable(count)) if is_nothing(count.value) => (count.map(|_| ()), "keeps none"),
            Some(
                Disruption::None { .. }
                | Disruption::MinAvailable(_)
                | Disruption::MaxUnavailable(_)
                | Disruption::ByOperator(_),
            )
            | None => continue,
        };
        // no reason would do for a quorum, nor where the operator makes one
        let theirs = workload.managed().and_then(|managed| managed.operators_budget);
        if !cx.is_users(stated.span) || is_quorum(workload) || theirs.is_some() {
            continue;
        }
        let keeps_two = replicas::floor(workload).is_some_and(|floor| floor.value >= 2);
        let budget = if keeps_two { "min-available 1" } else { "max-unavailable 1" };
        let edits = match &workload.disruption {
            Some(Disruption::None { .. }) => cx.replace(&stated, format!("disruption {budget}")),
            _ if keeps_two => cx.replace(&stated, "1"),
            _ => None,
        };
        let title = format!("{} has no disruption budget, and no reason is given", workload.name.value);
        sink.report(
            finding(&BVL0603, workload, environment, stated.span, title)
                .here(format!("{what}{}", cx.from_layer(stated.layer)))
                .note("draining several nodes at once may take all of its pods at the same moment")
                .help(format!("write `disruption none because \"REASON\"`, or `disruption {budget}`"))
                .choice(format!("state `{budget}`"), edits),
        );
    }
}
