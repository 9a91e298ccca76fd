//! What receives traffic keeps serving long enough for others to learn that it goes.

use super::advice::{Typed, raised_to};
use super::stopping::{For, SHORTEST_PRE_STOP, Stopping, Written};
use super::{entry_outlasts_pre_stop, traffic};
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;

crate::check! {
    /// ## What it means
    /// A service that others reach states a `pre-stop` below 3 s.
    ///
    /// ## Why it matters in the cluster
    /// A change of endpoints takes some seconds to reach every node and every ingress. Whoever has not heard of it sends
    /// new connections to a program that takes none any more.
    ///
    /// ## How to mend it
    /// Raise `pre-stop`.
    ///
    /// ```bvl bad in=service
    /// shutdown { pre-stop 2s } //~ BVL0705 "2s"
    /// ```
    /// ```bvl fixed fix=1 in=service
    /// shutdown { pre-stop 3s }
    /// ```
    /// ```bvl good in=service
    /// shutdown { pre-stop 4s }
    /// ```
    ///
    /// Whoever accepts that a load balancer learns it late has not accepted that all others do:
    /// ```bvl bad in=file
    /// external internet { cidr 203.0.113.0/24; deregister 6s }
    /// service shop is base { shutdown { pre-stop 2s } } //~ BVL0705 "2s"
    /// allow internet -> shop.http
    /// waive entry-outlasts-pre-stop on shop because "its clients try again"
    /// ```
    ///
    /// ## Source
    /// [Termination of pods](https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination-flow)
    /// (Kubernetes 1.33). The 3 s are bvlc's own.
    BVL0705, "short-pre-stop", Warning, since "0.1.0" => run, reads ["shutdown", "port", "sidecar"], looks Neighbors
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        let stopping = Stopping::of(workload, &service.program);
        let is_short = !stopping.pre_stop.is_zero() && stopping.pre_stop < SHORTEST_PRE_STOP;
        if !is_short || stopping.is_filled_by_pre_stop() {
            continue;
        }
        // an entry that takes longer to notice is named by itself
        if entry_outlasts_pre_stop::is_told(cx, workload, environment) {
            continue;
        }
        let Some(traffic) = traffic(cx, workload) else { continue };
        let (name, pre_stop) = (&workload.name.value, &stopping.shutdown.pre_stop);
        let changes = [("pre-stop", pre_stop, SHORTEST_PRE_STOP)];
        let (Written { edits, place }, grace) = stopping.set_parts(cx, For::AllThatInherit, &changes);
        let fix = format!("raise {}{place}", raised_to(&changes, grace));
        let help = match stopping.typed(cx, &changes, grace) {
            Typed::Statement(statement) => format!("raise pre-stop to {SHORTEST_PRE_STOP} or more: `{statement}`"),
            Typed::Room(room) => format!("to have a pre-stop of {SHORTEST_PRE_STOP}, {room}"),
        };
        let title = format!("{name} keeps serving for {} only when a pod of it goes", stopping.pre_stop);
        let here = format!("{} of pre-stop{}", pre_stop.value, cx.from_layer(pre_stop.layer));
        let diagnostic = traffic
            .show(finding(&BVL0705, workload, environment, pre_stop.span, title).here(here))
            .note(format!("a change of endpoints takes some seconds to reach every node and ingress, and connections fail meanwhile: {SHORTEST_PRE_STOP} is the least that is enough as a rule"))
            .help(help);
        sink.report(stopping.bounded(cx, diagnostic, &[], grace).choice(fix, edits));
    }
}
