//! What scales to zero has something that wakes it.

use super::replicas;
use super::wake::never_wakes;
use crate::check::disruption::budget_blocks_eviction;
use crate::check::mend::Mend;
use crate::check::prose::counted;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::{Environment, Workload};

crate::check! {
    /// ## What it means
    /// A service may scale to zero, by `scale 0..MAX` or by `idle 0`, and no trigger can tell that work waits while no pod
    /// runs: cpu, memory and metrics of its own pods are gone with the last pod.
    ///
    /// ## Why it matters in the cluster
    /// Kubernetes refuses an autoscaler with a minimum of 0 and such metrics alone, and so does KEDA. Where it is accepted
    /// all the same, the service goes to sleep once and never wakes.
    ///
    /// ## How to mend it
    /// Keep one replica, or add a trigger that asks something else: a queue, a query, a time of day.
    ///
    /// ```bvl bad in=service
    /// disruption max-unavailable 1
    /// scale 0..10 { on cpu 70% } //~ BVL0510 "nothing wakes it"
    /// ```
    /// ```bvl fixed in=service fix=1
    /// disruption max-unavailable 1
    /// scale 1..10 { on cpu 70% }
    /// ```
    /// Without `disruption` a single one would be asked about:
    /// ```bvl bad in=service
    /// scale 0..2 { on cpu 70% } //~ BVL0510 "nothing wakes it"
    /// ```
    /// ```bvl fixed in=service fix=1
    /// scale 2..2 { on cpu 70% }
    /// ```
    /// ```bvl bad in=service
    /// scale 2..10 { on cpu 70%; idle 0 } //~ BVL0510 "0 replicas while idle"
    /// ```
    /// ```bvl fixed in=service fix=1
    /// scale 2..10 { on cpu 70% }
    /// ```
    /// As many are kept as its budget asks for, and one that may go:
    /// ```bvl bad in=service
    /// disruption min-available 1
    /// scale 0..4 { on cpu 70% } //~ BVL0510 "nothing wakes it"
    /// ```
    /// ```bvl fixed in=service fix=1
    /// disruption min-available 1
    /// scale 2..4 { on cpu 70% }
    /// ```
    /// ```bvl good in=keda
    /// scale 0..10 {
    ///   on cpu 70%
    ///   on nats-jetstream from nats { stream "JOBS"; consumer "worker"; lag 100 }
    /// }
    /// ```
    ///
    /// ## Source
    /// [`validation.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/apis/autoscaling/validation/validation.go),
    /// `ValidateHorizontalPodAutoscaler`, Kubernetes 1.36 (the gate `HPAScaleToZero` is off);
    /// [`scaledobject_webhook.go`](https://github.com/kedacore/keda/blob/v2.20.2/apis/keda/v1alpha1/scaledobject_webhook.go),
    /// `verifyCPUMemoryScalers`, KEDA 2.20.
    BVL0510, "zero-without-wake", Error(Stated, Refused), since "0.1.0" => run, reads ["scale", "disruption"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        let Some(auto) = service.scaling.auto() else { continue };
        if !never_wakes(auto) {
            continue;
        }
        let (name, min, max) = (&workload.name.value, auto.min.value, auto.max.value);
        let (zero, what) = match &auto.idle {
            _ if min == 0 && max > 0 => (auto.min, format!("{name} may scale to 0")),
            Some(idle) if idle.value == 0 && min > 0 => (*idle, format!("{name} has 0 replicas while idle")),
            Some(_) | None => continue,
        };
        let found = finding(&BVL0510, workload, environment, zero.span, format!("{what}, and nothing wakes it"));
        // one trigger wakes it in all its layers
        let mut diagnostic = replicas::one_cause(cx, workload, &zero, found)
            .here(format!("none is left to be measured{}", cx.from_layer(zero.layer)))
            .note("with the last pod its cpu, memory and metrics are gone: it would never run again");
        // an idle number beside a minimum above 0 is taken as it is
        diagnostic = if min == 0 {
            diagnostic.help("keep some replicas, or add a trigger that asks something else, such as a queue").gravely()
        } else {
            let kept = format!("`scale` keeps {} at the least then", counted(min, "replica"));
            let help = format!("take `idle 0` out: {kept}; or add a trigger that asks something else, such as a queue");
            diagnostic.help(help).choice("take `idle 0` out", cx.take_statement("idle", &zero))
        };
        for trigger in &auto.triggers {
            diagnostic = diagnostic.also(trigger.stated.span, "measures running pods");
        }
        // what becomes of a single one in a drain wants to be stated
        let least = match budget_blocks_eviction::fewest(workload) {
            Some(fewest) if fewest <= max => fewest,
            Some(_) | None if workload.disruption.is_some() => 1,
            Some(_) | None => 2,
        };
        if min == 0 && least <= max {
            let kept = counted(least, "replica");
            // triggers want a range
            diagnostic = diagnostic.choice(format!("keep {kept}"), cx.replace(&zero, format!("{least}..{max}")));
        }
        sink.report(diagnostic);
    }
}

/// Whether it is told of a workload that it may go to 0 and nothing wakes it: how many it keeps is then to be stated anew.
pub(in crate::check) fn is_told(cx: &Context<'_>, workload: &Workload, environment: &Environment) -> bool {
    let auto = workload.service().and_then(|service| service.scaling.auto()).filter(|auto| auto.min.value == 0);
    auto.is_some_and(never_wakes) && cx.stands(&CHECK, &workload.name.value, environment)
}
