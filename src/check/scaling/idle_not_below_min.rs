//! Idle means no replica, and fewer than the smallest number.

use crate::check::mend::Mend;
use crate::check::prose::counted;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;

crate::check! {
    /// ## What it means
    /// `idle` is the number of replicas while no trigger is active. It is other than 0, or not below the smallest number
    /// of `scale`.
    ///
    /// ## Why it matters in the cluster
    /// KEDA's webhook refuses an idle number that is not below the minimum, for which it takes 1 where 0 is stated: `idle 0` beside a
    /// smallest number of 0 is accepted, and says nothing. Any other than 0 works in no version, because
    /// the autoscaler that KEDA makes stays active with one replica and moves the number back.
    ///
    /// ## How to mend it
    /// `idle 0` beside a smallest number of 1 or more; without `idle`, a smallest number of 0 alone scales to zero.
    ///
    /// ```bvl bad in=keda
    /// scale 3..5 {
    ///   on nats-jetstream from nats { stream "JOBS"; consumer "worker"; lag 100 }
    ///   idle 2 //~ BVL0509 "2 replicas while idle"
    /// }
    /// ```
    /// ```bvl fixed in=keda fix=1
    /// scale 3..5 {
    ///   on nats-jetstream from nats { stream "JOBS"; consumer "worker"; lag 100 }
    ///   idle 0
    /// }
    /// ```
    /// ```bvl bad in=keda
    /// scale 0..5 {
    ///   on nats-jetstream from nats { stream "JOBS"; consumer "worker"; lag 100 }
    ///   idle 0 //~ BVL0509 "not below"
    /// }
    /// ```
    /// ```bvl fixed in=keda fix=1
    /// scale 0..5 {
    ///   on nats-jetstream from nats { stream "JOBS"; consumer "worker"; lag 100 }
    /// }
    /// ```
    /// ```bvl good in=keda
    /// scale 1..5 {
    ///   on nats-jetstream from nats { stream "JOBS"; consumer "worker"; lag 100 }
    ///   idle 0
    /// }
    /// ```
    ///
    /// ## Source
    /// [Scaling Deployments](https://keda.sh/docs/2.20/reference/scaledobject-spec/#idlereplicacount), and
    /// [`scaledobject_types.go`](https://github.com/kedacore/keda/blob/v2.20.2/apis/keda/v1alpha1/scaledobject_types.go),
    /// `CheckReplicaCountBoundsAreValid` and `GetHPAMinReplicas`, KEDA 2.20.
    BVL0509, "idle-not-below-min", Error(Stated, Refused), since "0.1.0" => run, reads ["scale"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        let Some(auto) = service.scaling.auto() else { continue };
        let Some(idle) = &auto.idle else { continue };
        let (name, min) = (&workload.name.value, auto.min);
        let from = cx.from_layer(idle.layer);
        if idle.value > 0 {
            let title = format!("{name} keeps {} while idle, and KEDA knows only 0", counted(idle.value, "replica"));
            let mut diagnostic = finding(&BVL0509, workload, environment, idle.span, title)
                .here(format!("more than 0{from}"))
                .note("the autoscaler that KEDA makes would move the number back")
                .help(format!(
                    "write `idle 0`, or take `idle` out: `scale {0}..{1}` keeps {0} at the least, idle or not",
                    idle.value,
                    auto.max.value.max(idle.value)
                ));
            if idle.value >= min.value {
                diagnostic = diagnostic.gravely();
            }
            if min.value > 0 {
                diagnostic = diagnostic.choice("write `idle 0`", cx.replace(idle, "0"));
            }
            sink.report(diagnostic);
        } else if min.value == 0 {
            let title = format!("{name} keeps 0 replicas while idle, which is not below the 0 that `scale` keeps");
            sink.report(
                finding(&BVL0509, workload, environment, idle.span, title)
                    .here(format!("0 is not below 0{from}"))
                    .also(min.span, format!("keeps 0 at the least{}", cx.from_layer(min.layer)))
                    .note("a smallest number of 0 scales to zero by itself; `idle` is for going from 0 to more than 1 at once")
                    .help("take `idle` out, or keep 1 and more at the least")
                    .choice("take `idle` out", cx.take_statement("idle", idle)),
            );
        }
    }
}
