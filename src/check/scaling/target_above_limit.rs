//! A target can be passed before the limit is reached.

use super::amounts;
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::trigger::TriggerKind;

crate::check! {
    /// ## What it means
    /// A target is a share of the request. This one is more than the limit lets the pods use, so it can never be passed.
    /// Above 100% is fine where the limit leaves room for it.
    ///
    /// ## Why it matters in the cluster
    /// The service never grows: its pods are throttled at the cpu limit, or killed at the memory limit, before the
    /// autoscaler sees a reason to add one.
    ///
    /// ## How to mend it
    /// Lower the target, or raise the limit above it.
    ///
    /// ```bvl bad in=service
    /// cpu 500m
    /// scale 2..10 { on cpu 101% } //~ BVL0507 "101%"
    /// ```
    /// ```bvl fixed in=service fix=1
    /// cpu 500m
    /// scale 2..10 { on cpu 70% }
    /// ```
    /// ```bvl good in=service
    /// cpu 500m
    /// scale 2..10 { on cpu 100% }
    /// ```
    /// ```bvl good in=service
    /// cpu 500m..1
    /// scale 2..10 { on cpu 150% }
    /// ```
    ///
    /// ## Source
    /// [`replica_calculator.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/controller/podautoscaler/replica_calculator.go),
    /// Kubernetes 1.36: utilization is use divided by request.
    BVL0507, "target-above-limit", Warning, since "0.1.0" => run, reads ["scale", "cpu", "memory"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        for trigger in service.scaling.auto().into_iter().flat_map(|auto| &auto.triggers) {
            let (TriggerKind::Cpu(target) | TriggerKind::Memory(target)) = &trigger.kind else { continue };
            let word = trigger.kind.word();
            let Some(amount) = amounts::of_workload(workload).find(|amount| amount.word == word) else { continue };
            let Some(limit) = amount.limit.filter(|limit| *limit >= amount.request && amount.request > 0) else {
                continue;
            };
            let (percent, whole) = (u128::from(target.value.0), 100_u128);
            if percent * u128::from(amount.request) <= whole * u128::from(limit) {
                continue;
            }
            let share = whole * u128::from(limit) / u128::from(amount.request);
            let lower = share * 7 / 10;
            let title = format!(
                "{} grows at {} of its {word} request, and its limit is {share}% of it",
                workload.name.value, target.value
            );
            sink.report(
                finding(&BVL0507, workload, environment, target.span, title)
                    .here(format!("can never be passed{}", cx.from_layer(target.layer)))
                    .also(
                        amount.stated.span,
                        format!(
                            "requests {} and may take {}{}",
                            amount.requested(),
                            amount.shown(limit),
                            cx.from_layer(amount.stated.layer)
                        ),
                    )
                    .note("its pods would reach the limit first, and no pod would ever be added")
                    .help(format!("aim at less than {share}%, or raise the limit"))
                    .choice(format!("aim at {lower}%"), cx.replace(target, format!("{lower}%"))),
            );
        }
    }
}
