//! What hangs leaves its Service before it is restarted.

use super::probes::{Change, Container, Sum};
use super::stopping::Written;
use super::{probes, traffic_of};
use crate::check::mend::Mend;
use crate::check::prose::counted;
use crate::check::{Context, finding};
use crate::diagnostic::{Reach, Sink};
use crate::model::health::{Health, Probe};
use crate::model::{Environment, Workload};

crate::check! {
    /// ## What it means
    /// In a service that others reach, the readiness probe notices a hang later than the liveness probe does.
    ///
    /// ## Why it matters in the cluster
    /// A pod that hangs is restarted while it still is in its Service: whoever asks it meanwhile waits for an answer that
    /// never comes, and is cut by the restart.
    ///
    /// ## How to mend it
    /// Ask for readiness more often, or let liveness fail more often before it counts.
    ///
    /// ```bvl bad in=health
    /// live "/healthz" every 5s fail 3
    /// ready "/readyz" every 6s fail 3 //~ BVL0714 "3 x 6s + 1s timeout = 19s"
    /// ```
    /// ```bvl fixed fix=1 in=health
    /// live "/healthz" every 5s fail 3
    /// ready "/readyz" every 5s fail 3
    /// ```
    /// ```bvl fixed fix=2 in=health
    /// live "/healthz" every 5s fail 4
    /// ready "/readyz" every 6s fail 3
    /// ```
    /// What is wrong by what one service states is mended in that service, and not in the defaults:
    /// ```bvl bad
    /// platform shop {
    ///   kubernetes "1.33"
    ///   defaults {
    ///     health 8081 { live "/healthz"; ready "/readyz" every 5s } //~ BVL0714 "12 x 5s + 1s timeout = 61s"
    ///     shutdown { pre-stop 5s; drain 20s }
    ///   }
    /// }
    /// environment test { namespace "shop-test" }
    /// class base { image "registry.example/app:1.0"; port http 8080; cpu 100m..500m; memory 128Mi..256Mi; scale 2 }
    /// service app is base { health 8081 { ready fail 12 } }
    /// service caller is base { }
    /// allow caller -> app.http
    /// ```
    /// ```bvl fixed fix=1
    /// platform shop {
    ///   kubernetes "1.33"
    ///   defaults {
    ///     health 8081 { live "/healthz"; ready "/readyz" every 5s }
    ///     shutdown { pre-stop 5s; drain 20s }
    ///   }
    /// }
    /// environment test { namespace "shop-test" }
    /// class base { image "registry.example/app:1.0"; port http 8080; cpu 100m..500m; memory 128Mi..256Mi; scale 2 }
    /// service app is base { health 8081 { ready fail 12 every 2s } }
    /// service caller is base { }
    /// allow caller -> app.http
    /// ```
    /// ```bvl bad
    /// platform shop {
    ///   kubernetes "1.33"
    ///   defaults {
    ///     health 8081 { live "/healthz"; ready "/readyz" every 5s } //~ BVL0714 "restarted 11s after it hangs"
    ///     shutdown { pre-stop 5s; drain 20s }
    ///   }
    /// }
    /// environment test { namespace "shop-test" }
    /// class base { image "registry.example/app:1.0"; port http 8080; cpu 100m..500m; memory 128Mi..256Mi; scale 2 }
    /// service app is base { health 8081 { live fail 1 } }
    /// service caller is base { }
    /// allow caller -> app.http
    /// ```
    /// ```bvl fixed fix=1
    /// platform shop {
    ///   kubernetes "1.33"
    ///   defaults {
    ///     health 8081 { live "/healthz"; ready "/readyz" every 5s }
    ///     shutdown { pre-stop 5s; drain 20s }
    ///   }
    /// }
    /// environment test { namespace "shop-test" }
    /// class base { image "registry.example/app:1.0"; port http 8080; cpu 100m..500m; memory 128Mi..256Mi; scale 2 }
    /// service app is base { health 8081 { live fail 1; ready every 3s } }
    /// service caller is base { }
    /// allow caller -> app.http
    /// ```
    /// ```bvl good in=health
    /// live "/healthz" every 6s fail 3
    /// ready "/readyz" every 6s fail 3
    /// ```
    /// A sidecar that others reach is judged like its service:
    /// ```bvl bad in=file
    /// service shop is base {
    ///   sidecar proxy {
    ///     image "registry.example/proxy:1.0"; port tls 8443; cpu 10m; memory 16Mi
    ///     health 8444 { live "/livez" every 5s; ready "/readyz" every 6s } //~ BVL0714 "sidecar proxy of shop is restarted 16s after it hangs"
    ///   }
    /// }
    /// allow caller -> shop.tls
    /// ```
    /// ```bvl good in=file
    /// service shop is base {
    ///   sidecar shipper {
    ///     image "registry.example/shipper:1.0"; cpu 10m; memory 16Mi
    ///     health 8444 { live "/livez" every 5s; ready "/readyz" every 6s }
    ///   }
    /// }
    /// allow caller -> shop.http
    /// ```
    ///
    /// ## Source
    /// [`worker.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/kubelet/prober/worker.go) (Kubernetes 1.36):
    /// failures x period + timeout, at the longest.
    BVL0714, "readiness-slower-than-liveness", Error(Judgment), since "0.1.0" => run, reads ["health", "port", "sidecar"], looks Neighbors
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, _, environment, (sidecar, health)) in probes::healths(cx) {
        let Some((live, ready)) = slower(health) else { continue };
        let Some(traffic) = traffic_of(cx, workload, sidecar) else { continue };
        let name = probes::called(workload, sidecar);
        let title = format!(
            "{name} is restarted {} after it hangs, but leaves its Service only after {}",
            probes::slowest(live),
            probes::sum(ready)
        );
        let mut diagnostic = finding(&BVL0714, workload, environment, ready.path.span, title)
            .here(format!("unready after {}{}", probes::sum(ready), probes::from_layer(cx, ready, Sum::Slowest)))
            .also(
                live.path.span,
                format!("restarted after {}{}", probes::sum(live), probes::from_layer(cx, live, Sum::Slowest)),
            );
        for probe in [ready, live] {
            diagnostic = probes::supplied(cx, probe, Sum::Slowest, diagnostic);
        }
        diagnostic = traffic
            .show(diagnostic)
            .note("a pod that hangs is restarted while its Service still sends it requests")
            .help("ask for readiness more often, or let liveness fail more often before it counts, until readiness takes no longer than liveness");
        let change = Change::of(health, &[(live, Sum::Slowest), (ready, Sum::Slowest)], &[]);
        // of a probe that overlaps itself that is the mistake, and another number would leave it
        if probes::capped_ready(health).is_some() || probes::spaced_live(health).is_some() {
            sink.report(probes::spaced(cx, change, probes::capped(cx, change, diagnostic)));
            continue;
        }
        if let Some(every) = probes::every_within(ready, probes::slowest(live).min(probes::USUAL)) {
            let Written { edits, place } =
                change.set(cx, ("ready", ready), ("every", &ready.every), &every.to_string());
            diagnostic = diagnostic.choice_to(
                Reach::AtMost(every.millis()),
                format!("ask for readiness every {every}{place}"),
                edits,
            );
        }
        let missing = probes::slowest(ready).saturating_sub(live.timeout.value).millis();
        if live.timeout.value <= live.every.value && probes::slowest(ready) <= probes::USUAL {
            let fail = missing.div_ceil(live.every.value.millis());
            let Written { edits, place } = change.set(cx, ("live", live), ("fail", &live.fail), &fail.to_string());
            let times = counted(fail, "time");
            diagnostic = diagnostic.choice_to(
                Reach::AtLeast(fail),
                format!("let liveness fail {times} before it counts{place}"),
                edits,
            );
        }
        sink.report(diagnostic);
    }
}

/// The probes of a service whose readiness is slower than its liveness.
fn slower(health: &Health) -> Option<(&Probe, &Probe)> {
    let (live, ready) = health.live.as_ref().zip(health.ready.as_ref())?;
    let is_plain = probes::is_plain(live) && probes::is_plain(ready);
    (is_plain && probes::slowest(ready) > probes::slowest(live)).then_some((live, ready))
}

/// Whether it is said here of a container of a service, and not accepted.
pub(super) fn is_told(
    cx: &Context<'_>,
    workload: &Workload,
    environment: &Environment,
    (sidecar, health): Container<'_>,
) -> bool {
    slower(health).is_some()
        && cx.stands(&CHECK, &workload.name.value, environment)
        && traffic_of(cx, workload, sidecar).is_some()
}
