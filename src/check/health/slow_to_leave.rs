//! What hangs leaves its Service soon.

use super::probes::{Change, Container, Sum};
use super::stopping::Written;
use super::{probes, readiness_slower_than_liveness, traffic_of};
use crate::check::mend::Mend;
use crate::check::prose::counted;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::health::{Health, Probe};
use crate::model::{Environment, Workload};
use crate::value::Duration;

crate::check! {
    /// ## What it means
    /// A pod of a service that others reach may hang for more than 31 s before it leaves the Service. 31 s is what
    /// Kubernetes' own defaults come to.
    ///
    /// ## Why it matters in the cluster
    /// All that time the pod gets its share of requests, and answers none.
    ///
    /// ## How to mend it
    /// Ask more often, or let fewer failures count.
    ///
    /// ```bvl bad in=health
    /// live "/healthz" every 20s
    /// ready "/readyz" every 10s timeout 2s //~ BVL0716 "3 x 10s + 2s timeout = 32s"
    /// ```
    /// ```bvl fixed fix=1 in=health
    /// live "/healthz" every 20s
    /// ready "/readyz" every 9s timeout 2s
    /// ```
    /// ```bvl fixed fix=2 in=health
    /// live "/healthz" every 20s
    /// ready "/readyz" fail 2 every 10s timeout 2s
    /// ```
    /// ```bvl good in=health
    /// ready "/readyz" every 10s
    /// ```
    /// A sidecar that others reach is judged like its service:
    /// ```bvl bad in=file
    /// service shop is base {
    ///   sidecar proxy {
    ///     image "registry.example/proxy:1.0"; port tls 8443; cpu 10m; memory 16Mi
    ///     health 8444 { ready "/readyz" every 5m } //~ BVL0716 "a pod whose sidecar proxy of shop hangs leaves its Service only after"
    ///   }
    /// }
    /// allow caller -> shop.tls
    /// ```
    ///
    /// Where it is restarted before, that is what is said (BVL0714), and this once that is accepted:
    /// ```bvl bad in=file
    /// service shop is base {
    ///   health 8081 {
    ///     live "/healthz" every 5s
    ///     ready "/readyz" every 10s timeout 2s //~ BVL0716 "3 x 10s + 2s timeout = 32s"
    ///   }
    /// }
    /// allow caller -> shop.http
    /// waive readiness-slower-than-liveness on shop because "it hangs for good or not at all"
    /// ```
    ///
    /// ## Source
    /// [`worker.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/kubelet/prober/worker.go) and
    /// [`defaults.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/apis/core/v1/defaults.go), `SetDefaults_Probe` (Kubernetes 1.36).
    BVL0716, "slow-to-leave", Warning, since "0.1.0" => run, reads ["health", "port", "sidecar"], looks Neighbors
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, _, environment, (sidecar, health)) in probes::healths(cx) {
        let Some(ready) = slow(cx, workload, environment, health) else { continue };
        let Some(traffic) = traffic_of(cx, workload, sidecar) else { continue };
        let what = match sidecar {
            None => format!("a pod of {} that hangs leaves its", workload.name.value),
            Some(sidecar) => format!("a pod whose {} hangs leaves its", sidecar.called(&workload.name.value)),
        };
        let title = format!(
            "{what} Service only after {}, more than the {} of Kubernetes' defaults",
            probes::sum(ready),
            probes::USUAL
        );
        let mut diagnostic = finding(&BVL0716, workload, environment, ready.path.span, title).here(format!(
            "unready after {}{}",
            probes::sum(ready),
            probes::from_layer(cx, ready, Sum::Slowest)
        ));
        diagnostic = probes::supplied(cx, ready, Sum::Slowest, diagnostic);
        diagnostic = traffic
            .show(diagnostic)
            .note("all that time it gets its share of requests, and answers none")
            .help(help(ready));
        let change = Change::of(health, &[(ready, Sum::Slowest)], &[]);
        diagnostic = probes::capped(cx, change, diagnostic);
        if let Some(every) = probes::every_within(ready, probes::USUAL) {
            let Written { edits, place } =
                change.set(cx, ("ready", ready), ("every", &ready.every), &every.to_string());
            diagnostic = diagnostic.choice(format!("ask every {every}{place}"), edits);
        }
        if let Some(fail) = probes::failures_within(ready, probes::USUAL) {
            let Written { edits, place } = change.set(cx, ("ready", ready), ("fail", &ready.fail), &fail.to_string());
            diagnostic = diagnostic.choice(format!("let {} count{place}", counted(fail, "failure")), edits);
        }
        sink.report(diagnostic);
    }
}

/// What brings a probe below the limit: where asking more often or counting fewer failures cannot, the timeout is too long.
fn help(ready: &Probe) -> String {
    let limit = format!("than with the defaults of Kubernetes, 3 x 10s + 1s timeout = {}", probes::USUAL);
    if probes::every_within(ready, probes::USUAL).is_some() || probes::failures_within(ready, probes::USUAL).is_some() {
        return format!("ask more often or let fewer failures count, until it takes no longer {limit}");
    }
    let asking = ready.every.value * ready.failures();
    let rest = probes::USUAL.saturating_sub(asking).min(ready.every.value);
    if rest < Duration::from_secs(1) {
        return format!(
            "ask more often, let fewer failures count and wait less long for an answer, until it takes no longer {limit}"
        );
    }
    format!(
        "wait less long for an answer, `timeout {rest}`: neither asking more often nor counting fewer failures brings {} to {}",
        probes::sum(ready),
        probes::USUAL
    )
}

/// The readiness probe of a service that takes too long to notice a hang.
fn slow<'h>(cx: &Context<'_>, workload: &Workload, environment: &Environment, health: &'h Health) -> Option<&'h Probe> {
    let ready = health.ready.as_ref()?;
    let slowest = probes::slowest(ready);
    // A readiness slower than liveness is said by that check.
    let is_said = health.live.as_ref().is_some_and(|live| probes::slowest(live) < slowest)
        && cx.stands(&readiness_slower_than_liveness::CHECK, &workload.name.value, environment);
    (slowest > probes::USUAL && !is_said && probes::is_plain(ready)).then_some(ready)
}

/// Whether it is said here of a container of a service, and not accepted.
pub(super) fn is_told(
    cx: &Context<'_>,
    workload: &Workload,
    environment: &Environment,
    (sidecar, health): Container<'_>,
) -> bool {
    slow(cx, workload, environment, health).is_some()
        && cx.stands(&CHECK, &workload.name.value, environment)
        && traffic_of(cx, workload, sidecar).is_some()
}
