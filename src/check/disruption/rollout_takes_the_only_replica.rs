//! A rollout does not take the only replica by rounding.

use super::rolling::{is_nothing, rounded_down};
use crate::check::mend::Mend;
use crate::check::scaling::replicas;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::Count;

crate::check! {
    /// ## What it means
    /// A rollout adds no replica, and the share of replicas that may be missing rounds down to none. Kubernetes then takes
    /// one all the same, since a rollout could not begin otherwise; here it is the only one.
    ///
    /// ## Why it matters in the cluster
    /// At every rollout nobody answers until the new pod is ready.
    ///
    /// ## How to mend it
    /// `surge 1` starts the new pod first. Where the gap is meant, `unavailable 1` says so.
    ///
    /// ```bvl bad in=service
    /// scale 1
    /// disruption max-unavailable 1
    /// rollout { surge 0; unavailable 50% } //~ BVL0607 "takes its only replica"
    /// ```
    /// ```bvl fixed in=service fix=1
    /// scale 1
    /// disruption max-unavailable 1
    /// rollout { surge 1; unavailable 50% }
    /// ```
    /// ```bvl good in=service
    /// scale 1
    /// disruption max-unavailable 1
    /// rollout { surge 0; unavailable 1 }
    /// ```
    /// ```bvl good in=service
    /// scale 2
    /// rollout { surge 0; unavailable 25% }
    /// ```
    ///
    /// ## Source
    /// [`deployment_util.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/controller/deployment/util/deployment_util.go),
    /// `ResolveFenceposts`, Kubernetes 1.36.
    BVL0607, "rollout-takes-the-only-replica", Warning, since "0.1.0" => run, reads ["rollout", "scale {"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        let (surge, unavailable) = (&service.rollout.surge, &service.rollout.unavailable);
        let Count::Percent(percent) = unavailable.value else { continue };
        let Some(floor) = replicas::floor(workload).filter(|floor| floor.value == 1) else { continue };
        let is_rounded_away = percent.0 > 0 && rounded_down(percent.0, floor.value) == 0;
        if !is_nothing(surge.value) || !is_rounded_away {
            continue;
        }
        let title = format!("a rollout of {} takes its only replica first", workload.name.value);
        let from = cx.from_layer(unavailable.layer);
        sink.report(
            finding(&BVL0607, workload, environment, unavailable.span, title)
                .here(format!("{percent} of 1 rounds down to 0; where surge is 0, too, Kubernetes takes 1{from}"))
                .also(surge.span, format!("a surge of {} adds none{}", surge.value, cx.from_layer(surge.layer)))
                .also(floor.span, replicas::floor_label(cx, workload, floor)).taken(workload, replicas::unstated(workload, floor))
                .note("at every rollout nobody would answer until the new pod is ready")
                .help("`surge 1` starts the new one first, and `unavailable` may stay; `unavailable 1` says that the gap is meant")
                .choice("start the new one first: `surge 1`", cx.replace(surge, "1"))
                .choice("mean the gap: `unavailable 1`", cx.replace(unavailable, "1")),
        );
    }
}
