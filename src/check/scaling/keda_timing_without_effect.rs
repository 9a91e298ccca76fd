//! Times that only KEDA knows are stated where KEDA uses them.

use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;

crate::check! {
    /// ## What it means
    /// `poll` and `cooldown` say how KEDA wakes a service from zero and puts it to sleep. This one is never at zero: its
    /// smallest number of replicas is 1 or more and it has no `idle`, or no trigger of it is KEDA's.
    ///
    /// ## Why it matters in the cluster
    /// The times change nothing. Between one and many replicas the autoscaler decides, at its own pace.
    ///
    /// ## How to mend it
    /// Take them out, or say with `down { window 10m }` how slowly it is to shrink.
    ///
    /// ```bvl bad in=keda
    /// scale 1..5 {
    ///   on nats-jetstream from nats { stream "JOBS"; consumer "worker"; lag 100 }
    ///   cooldown 10m //~ BVL0522 "cooldown of 10m"
    /// }
    /// ```
    /// ```bvl good in=keda
    /// scale 0..5 {
    ///   on nats-jetstream from nats { stream "JOBS"; consumer "worker"; lag 100 }
    ///   cooldown 10m
    /// }
    /// ```
    /// ```bvl good in=keda
    /// scale 1..5 {
    ///   on nats-jetstream from nats { stream "JOBS"; consumer "worker"; lag 100 }
    ///   idle 0
    ///   poll 10s
    /// }
    /// ```
    ///
    /// ## Source
    /// [Scaling Deployments](https://keda.sh/docs/2.20/reference/scaledobject-spec/#cooldownperiod), KEDA 2.20.
    BVL0522, "keda-timing-without-effect", Warning, since "0.1.0" => run, reads ["scale"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        let Some(auto) = service.scaling.auto().filter(|auto| !auto.triggers.is_empty()) else { continue };
        let sleeps = auto.min.value == 0 || auto.idle.is_some();
        if sleeps {
            continue;
        }
        for (word, time) in [("poll", &auto.poll), ("cooldown", &auto.cooldown)] {
            let Some(time) = time else { continue };
            let title = format!(
                "the {word} of {} that {} states has no effect: it is never at zero",
                time.value, workload.name.value
            );
            let reason = if auto.needs_keda() {
                "KEDA uses it only to wake from zero and to go back"
            } else {
                "only KEDA uses it"
            };
            sink.report(
                finding(&BVL0522, workload, environment, time.span, title)
                    .here(format!("changes nothing{}", cx.from_layer(time.layer)))
                    .also(
                        auto.min.span,
                        format!("keeps {} at the least{}", auto.min.value, cx.from_layer(auto.min.layer)),
                    )
                    .note(format!("{reason}; from one replica on the autoscaler decides, every 15s"))
                    .help(format!(
                        "take it out; in the same block `down {{ window {} }}` says how slowly it shrinks, and `scale 0..{}` lets it go to zero",
                        time.value, auto.max.value
                    )),
            );
        }
    }
}
