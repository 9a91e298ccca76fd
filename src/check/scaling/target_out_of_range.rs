//! A target is more than nothing.

use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::trigger::TriggerKind;

/// What Kubernetes aims at where nothing is stated (kubernetes `pkg/apis/autoscaling/v2/defaults.go`, 1.36).
const DEFAULT: u32 = 80;

crate::check! {
    /// ## What it means
    /// A service is to be scaled so that its pods use 0% of the cpu or memory that they request.
    ///
    /// ## Why it matters in the cluster
    /// The API server refuses the autoscaler, and the service stays at whatever number it has.
    ///
    /// ## How to mend it
    /// State the share of the request that is to be used: 70% leaves room while new pods start.
    ///
    /// ```bvl bad in=service
    /// scale 2..10 { on cpu 0% } //~ BVL0506 "0% of its cpu"
    /// ```
    /// ```bvl fixed in=service fix=1
    /// scale 2..10 { on cpu 80% }
    /// ```
    /// ```bvl good in=service
    /// scale 2..10 { on cpu 1% }
    /// ```
    ///
    /// ## Source
    /// [`validation.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/apis/autoscaling/validation/validation.go),
    /// `validateMetricTarget`: "must be greater than 0", Kubernetes 1.36.
    BVL0506, "target-out-of-range", Error(Refused), since "0.1.0" => run, reads ["scale", "cpu", "memory"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        for trigger in service.scaling.auto().into_iter().flat_map(|auto| &auto.triggers) {
            let (TriggerKind::Cpu(target) | TriggerKind::Memory(target)) = &trigger.kind else { continue };
            if target.value.0 > 0 {
                continue;
            }
            let word = trigger.kind.word();
            let title = format!("{} is to use 0% of its {word}", workload.name.value);
            sink.report(
                finding(&BVL0506, workload, environment, target.span, title)
                    .here(format!("no pod uses nothing{}", cx.from_layer(target.layer)))
                    .note("the API server would refuse the autoscaler: a target is at least 1%")
                    .help(format!("write `on {word} {DEFAULT}%`, or less to leave more room while new pods start"))
                    .choice(
                        format!("aim at {DEFAULT}%, Kubernetes' own default"),
                        cx.replace(target, format!("{DEFAULT}%")),
                    ),
            );
        }
    }
}
