//! A metric of the pods stands beside triggers that Kubernetes knows by itself.

use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::trigger::TriggerKind;

crate::check! {
    /// ## What it means
    /// A service scales on a metric of its pods (`on metric`) and on something that only KEDA can ask.
    ///
    /// ## Why it matters in the cluster
    /// A service has one autoscaler. KEDA makes it from its own triggers, and none of them reads the custom metrics API;
    /// a second autoscaler for the metric would fight the first, and beside one that is there already KEDA's webhook refuses its own.
    ///
    /// ## How to mend it
    /// Ask Prometheus for the metric with a query: `on prometheus "QUERY" TARGET`. Or drop one of the two.
    ///
    /// ```bvl bad in=file
    /// managed keda { provides triggers; match "app" "keda-operator" }
    /// managed adapter { provides custom-metrics; match "app" "adapter"; port api 6443 }
    /// service report is base {
    ///   scale 2..5 {
    ///     on cron { timezone "UTC"; start "0 8 * * *"; end "0 18 * * *"; replicas 5 }
    ///     on metric requests_per_second 200 from adapter //~ BVL0512 "requests_per_second"
    ///   }
    /// }
    /// allow caller -> report.http
    /// ```
    /// ```bvl good in=keda
    /// scale 1..5 {
    ///   on nats-jetstream from nats { stream "JOBS"; consumer "worker"; lag 100 }
    ///   on cpu 70%
    /// }
    /// ```
    ///
    /// ## Source
    /// [`scaledobject_webhook.go`](https://github.com/kedacore/keda/blob/v2.20.2/apis/keda/v1alpha1/scaledobject_webhook.go),
    /// `verifyHpas`, and the [list of triggers](https://keda.sh/docs/2.20/scalers/), KEDA 2.20.
    BVL0512, "pods-metric-with-keda", Error(Emitted), since "0.1.0" => run, looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        let Some(auto) = service.scaling.auto() else { continue };
        let Some(keda) = auto.triggers.iter().find(|trigger| trigger.kind.is_keda()) else { continue };
        for trigger in &auto.triggers {
            let TriggerKind::Metric { name, target } = &trigger.kind else { continue };
            let title = format!(
                "{} scales on {}, a metric of its pods, beside {}, and KEDA reads no metrics of pods",
                workload.name.value,
                name.value,
                keda.kind.word()
            );
            sink.report(
                finding(&BVL0512, workload, environment, trigger.stated.span, title)
                    .here(format!("read from the custom metrics API{}", cx.from_layer(trigger.stated.layer)))
                    .also(keda.stated.span, format!("asked by KEDA{}", cx.from_layer(keda.stated.layer)))
                    .note("KEDA makes the autoscaler from its own triggers, and none of them reads the custom metrics API")
                    .help(format!(
                        "ask Prometheus for it, `on prometheus \"sum({})\" {}` with `use std.prometheus` and `managed prometheus is prometheus.server`, or take one of the two out",
                        name.value, target.value
                    )),
            );
        }
    }
}
