//! A target can be passed before the limit is reached.

use super::amounts;
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::Workload;
use crate::model::trigger::TriggerKind;
use crate::value::{Cpu, Memory};

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
    /// An autoscaler measures the whole pod, its sidecars included: what a sidecar may take beyond its request leaves room.
    /// ```bvl bad in=service
    /// cpu 500m
    /// sidecar shipper { image "registry.example/shipper:1.0"; cpu 500m..1; memory 64Mi }
    /// scale 2..10 { on cpu 151% } //~ BVL0507 "its limit is 150% of it"
    /// ```
    /// ```bvl good in=service
    /// cpu 500m
    /// sidecar shipper { image "registry.example/shipper:1.0"; cpu 500m..1; memory 64Mi }
    /// scale 2..10 { on cpu 150% }
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
    BVL0507, "target-above-limit", Warning, since "0.1.0" => run, reads ["scale", "cpu", "memory", "sidecar"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        for trigger in service.scaling.auto().into_iter().flat_map(|auto| &auto.triggers) {
            let (TriggerKind::Cpu(target) | TriggerKind::Memory(target)) = &trigger.kind else { continue };
            let word = trigger.kind.word();
            let Some(amount) = amounts::of_workload(workload).find(|amount| amount.word == word) else { continue };
            // an autoscaler measures the pod, its sidecars with it
            let Some((request, limit)) = running(workload, word) else { continue };
            if limit < request || request == 0 {
                continue;
            }
            let (percent, whole) = (u128::from(target.value.0), 100_u128);
            if percent * u128::from(request) <= whole * u128::from(limit) {
                continue;
            }
            let share = whole * u128::from(limit) / u128::from(request);
            let lower = share * 7 / 10;
            let has_sidecars = service.program.sidecars().next().is_some();
            let its = if has_sidecars { "of what its pod requests of" } else { "of its" };
            let title = format!(
                "{} grows at {} {its} {word}{}, and its limit is {share}% of it",
                workload.name.value,
                target.value,
                if has_sidecars { "" } else { " request" }
            );
            sink.report(
                finding(&BVL0507, workload, environment, target.span, title)
                    .here(format!("can never be passed{}", cx.from_layer(target.layer)))
                    .also(
                        amount.stated.span,
                        format!(
                            "requests {} and may take {}{}",
                            amount.requested(),
                            amount.limit.map_or_else(String::new, |limit| amount.shown(limit)),
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

/// What a running pod requests and may take of `cpu` or `memory`, its sidecars included; nothing where one of them has no limit.
fn running(workload: &Workload, word: &str) -> Option<(u64, u64)> {
    if word == "cpu" {
        let request = workload.pod_runs_on(|it| Some(it.cpu.as_ref()?.amount.value.request.millis()))?;
        Some((request, workload.pod_runs_on(|it| it.cpu.as_ref()?.amount.value.limit.map(Cpu::millis))?))
    } else {
        let request = workload.pod_runs_on(|it| Some(it.memory.as_ref()?.amount.value.request.bytes()))?;
        Some((request, workload.pod_runs_on(|it| it.memory.as_ref()?.amount.value.limit.map(Memory::bytes))?))
    }
}
