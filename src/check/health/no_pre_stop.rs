//! What receives traffic keeps serving while others learn that it goes.

use super::advice::{Typed, raised_to};
use super::stopping::{For, SHORTEST_PRE_STOP, Stopping, Written, whole};
use super::{entry_outlasts_pre_stop, timed, traffic};
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::{Reach, Sink};
use crate::model::{Environment, Layer, Service, Workload};

crate::check! {
    /// ## What it means
    /// A service that others reach states no `pre-stop`, or one of zero.
    ///
    /// ## Why it matters in the cluster
    /// A pod is told to stop at the same moment as it is taken out of its Service. Every node and every ingress learns of
    /// that in its own time, and until then sends new connections to a program that takes none: errors at every rollout.
    ///
    /// ## How to mend it
    /// State a `pre-stop`, during which the pod goes on serving. The platform's defaults are a good place.
    ///
    /// ```bvl bad in=service
    /// shutdown { pre-stop 0s } //~ BVL0704 "stops serving at once"
    /// ```
    /// ```bvl fixed fix=1 in=service
    /// shutdown { pre-stop 3s }
    /// ```
    /// What receives nothing needs none:
    /// ```bvl good in=file
    /// service worker is base { shutdown { pre-stop 0s } }
    /// allow worker -> app.http
    /// ```
    ///
    /// Whoever accepts that a load balancer learns it late has not accepted that all others do:
    /// ```bvl bad in=file
    /// external internet { cidr 203.0.113.0/24; deregister 6s }
    /// service shop is base { shutdown { pre-stop 0s } } //~ BVL0704
    /// allow internet -> shop.http
    /// waive entry-outlasts-pre-stop on shop because "its clients try again"
    /// ```
    ///
    /// ## Source
    /// [Termination of pods](https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination-flow)
    /// (Kubernetes 1.33).
    BVL0704, "no-pre-stop", Error(Judgment), since "0.1.0" => run, reads ["shutdown", "port", "sidecar"], looks Neighbors
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        let stopping = Stopping::of(workload, &service.program);
        if !stopping.pre_stop.is_zero() || stopping.is_filled_by_pre_stop() {
            continue;
        }
        // an entry that takes longer to notice is named by itself
        if entry_outlasts_pre_stop::is_told(cx, workload, environment) {
            continue;
        }
        let Some(traffic) = traffic(cx, workload) else { continue };
        let (name, pre_stop) = (&workload.name.value, &stopping.shutdown.pre_stop);
        let mut changes = vec![("pre-stop", pre_stop, SHORTEST_PRE_STOP)];
        let longest = whole(timed::longest_timeout(cx, workload));
        if lacks_drain(cx, workload, service, environment) {
            changes.push(("drain", &stopping.shutdown.drain, longest));
        }
        let (Written { edits, place }, grace) = stopping.set_parts(cx, For::AllWithout, &changes);
        let fix = format!("set {}{place}", raised_to(&changes, grace));
        let title = format!("{name} stops serving at once when a pod of it goes, while others still send it requests");
        let diagnostic = finding(&BVL0704, workload, environment, pre_stop.span, title);
        // what nobody states is one gap, of a class or of everyone, whatever each states beside it
        let diagnostic = if pre_stop.is_built_in() {
            diagnostic.caused_by(stopping.class(cx).unwrap_or(cx.model.platform.name.span))
        } else {
            diagnostic
        };
        let diagnostic = if pre_stop.is_built_in() {
            diagnostic.missing(cx, workload, &["shutdown pre-stop"], workload.name.span)
        } else {
            diagnostic.here(format!("{} of pre-stop{}", pre_stop.value, cx.from_layer(pre_stop.layer)))
        };
        let diagnostic = match timed::incoming(cx, workload.id).next() {
            Some(_) if lacks_drain(cx, workload, service, environment) => diagnostic
                .note(format!("nor does it drain: requests in flight are cut, for which callers wait up to {longest}")),
            Some(_) | None => diagnostic,
        };
        let diagnostic = traffic
            .show(diagnostic)
            .note("nodes and ingresses learn some seconds later that a pod has left its Service: connections fail meanwhile")
            .help(match stopping.typed(cx, &changes, grace) {
                Typed::Statement(statement) => {
                    // a grace that is its own, or that a class states, is none of the platform's
                    let is_of_all =
                        pre_stop.is_built_in() && (grace.is_none() || stopping.shutdown.grace.layer <= Layer::PlatformDefaults);
                    let of_all = if is_of_all { ", for all services at once in `defaults`" } else { "" };
                    format!("state a pre-stop of {SHORTEST_PRE_STOP} or more: `{statement}`{of_all}")
                }
                Typed::Room(room) => format!("to have a pre-stop of {SHORTEST_PRE_STOP}, {room}"),
            });
        let diagnostic = stopping.bounded(cx, diagnostic, &[], grace);
        sink.report(diagnostic.choice_to(Reach::AtLeast(longest.millis()), fix, edits));
    }
}

/// Whether neither the drain nor the pre-stop of a service is stated, while callers wait for it: that nothing says how it
/// stops is one mistake, which is told here unless a waiver accepts it. Whoever accepts the one has not weighed the other.
pub(super) fn lacks_drain(cx: &Context<'_>, workload: &Workload, service: &Service, environment: &Environment) -> bool {
    let shutdown = &service.program.shutdown;
    let is_unstated = shutdown.pre_stop.is_built_in() && shutdown.drain.is_built_in();
    let is_told = || traffic(cx, workload).is_some() && !entry_outlasts_pre_stop::is_told(cx, workload, environment);
    is_unstated
        && !timed::longest_timeout(cx, workload).is_zero()
        && is_told()
        && cx.stands(&CHECK, &workload.name.value, environment)
}
