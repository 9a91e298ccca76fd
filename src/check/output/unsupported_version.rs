//! The output is for Kubernetes versions that bvlc knows.

use std::collections::BTreeSet;

use crate::check::Context;
use crate::check::mend::Mend;
use crate::check::prose::listed_few;
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::{Disruption, Job, Origin, Workload};
use crate::value::KubernetesVersion;
use crate::value::text::quoted;

/// The oldest version whose rules are known.
const OLDEST: KubernetesVersion = KubernetesVersion::new(29);
/// The newest version whose rules are known.
const NEWEST: KubernetesVersion = KubernetesVersion::new(37);

crate::check! {
    /// ## What it means
    /// `kubernetes` names a version that this bvlc does not know, or an `up-to` that is older than the oldest version.
    ///
    /// ## Why it matters in the cluster
    /// What such a server accepts, refuses or takes for something else is not known, so nothing could be promised.
    ///
    /// ## How to mend it
    /// Name versions from 1.29 to 1.37, the older first; a newer bvlc may know more.
    ///
    /// ```bvl bad in=platform
    /// kubernetes "1.28" //~ BVL0904 "1.28"
    /// api-server 10.40.0.0/28 6443
    /// ```
    /// ```bvl fixed fix=1 in=platform
    /// kubernetes "1.29"
    /// api-server 10.40.0.0/28 6443
    /// ```
    /// ```bvl bad in=platform
    /// kubernetes "1.33" up-to "1.38" //~ BVL0904 "1.38"
    /// api-server 10.40.0.0/28 6443
    /// ```
    /// ```bvl fixed fix=1 in=platform
    /// kubernetes "1.33" up-to "1.37"
    /// api-server 10.40.0.0/28 6443
    /// ```
    /// ```bvl bad in=platform
    /// kubernetes "1.33" up-to "1.32" //~ BVL0904 "older"
    /// api-server 10.40.0.0/28 6443
    /// ```
    /// ```bvl fixed fix=1 in=platform
    /// kubernetes "1.32" up-to "1.33"
    /// api-server 10.40.0.0/28 6443
    /// ```
    /// ```bvl good in=platform
    /// kubernetes "1.33" up-to "1.33"
    /// api-server 10.40.0.0/28 6443
    /// ```
    ///
    /// What is known all the same is said: an API that is newer than the server, so that this refuses the objects, whoever accepts that.
    /// ```bvl bad
    /// platform shop {
    ///   kubernetes "1.22" //~ BVL0904 "1.22"
    ///   api-server 10.40.0.0/28 6443
    ///   defaults { shutdown { pre-stop 5s; drain 20s } }
    /// }
    /// environment test { namespace "shop-test" }
    /// service app {
    ///   image "registry.example/app:1.0"
    ///   port http 8080
    ///   cpu 100m..500m
    ///   memory 128Mi..256Mi
    ///   scale 2..4 { on cpu 70% }
    /// }
    /// allow app -> app.http
    /// waive unsupported-version on shop because "it is replaced next month"
    /// ```
    /// ```bvl good
    /// platform shop {
    ///   kubernetes "1.23"
    ///   api-server 10.40.0.0/28 6443
    ///   defaults { shutdown { pre-stop 5s; drain 20s } }
    /// }
    /// environment test { namespace "shop-test" }
    /// service app {
    ///   image "registry.example/app:1.0"
    ///   port http 8080
    ///   cpu 100m..500m
    ///   memory 128Mi..256Mi
    ///   scale 2..4 { on cpu 70% }
    /// }
    /// allow app -> app.http
    /// waive unsupported-version on shop because "it is replaced next month"
    /// ```
    ///
    /// So are sidecars, which such a server takes for init containers:
    /// ```bvl bad
    /// platform shop {
    ///   kubernetes "1.28" //~ BVL0904 "1.28"
    ///   api-server 10.40.0.0/28 6443
    ///   defaults { shutdown { pre-stop 5s; drain 20s } }
    /// }
    /// environment test { namespace "shop-test" }
    /// service app {
    ///   image "registry.example/app:1.0"
    ///   port http 8080
    ///   cpu 100m..500m
    ///   memory 128Mi..256Mi
    ///   scale 2
    ///   sidecar logs { image "registry.example/logs:1.0"; cpu 10m..20m; memory 16Mi..32Mi }
    /// }
    /// allow app -> app.http
    /// waive unsupported-version on shop because "it is replaced next month"
    /// ```
    ///
    /// ## Source
    /// bvlc's own: the versions whose rules it holds, from 1.29 to 1.37;
    /// [Deprecated API migration guide](https://kubernetes.io/docs/reference/using-api/deprecation-guide/): `policy/v1` and `batch/v1`
    /// of CronJobs are available since 1.21, `autoscaling/v2` since 1.23;
    /// [Sidecar containers](https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/): "active by default since Kubernetes
    /// v1.29"; kubernetes/kubernetes `pkg/api/pod/util.go`, `dropDisabledFields`, and `pkg/apis/core/validation/validation.go`,
    /// `validateInitContainers` (1.30).
    BVL0904, "unsupported-version", Error(Emitted, Refused), since "0.1.0" => run
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let platform = &cx.model.platform;
    let versions = [Some(("oldest", &platform.kubernetes)), platform.up_to.as_ref().map(|newest| ("newest", newest))];
    let mut is_known = true;
    for (end, version) in versions.into_iter().flatten() {
        let Some(near) = unknown(version.value) else { continue };
        is_known = false;
        let title = format!(
            "the {end} Kubernetes version of {} is {}, but bvlc knows {OLDEST} to {NEWEST}",
            platform.name.value, version.value
        );
        let found = Diagnostic::new(&BVL0904, version.span, title).here("not known");
        let refused = if version.value < OLDEST { refused(cx, version.value) } else { Vec::new() };
        let found = if refused.is_empty() { found } else { found.gravely() };
        sink.report(
            found
                .notes(refused.iter().map(String::as_str))
                .note(if refused.is_empty() {
                    "what such a server accepts or refuses is not known, so nothing can be promised"
                } else {
                    "what else such a server refuses is not known, so nothing can be promised"
                })
                .help(format!(
                    "write {} once your {end} server is that; bvlc knows no other servers than those",
                    quoted(&near.to_string())
                ))
                .choice(format!("write {near}"), cx.replace(version, quoted(&near.to_string())))
                .about(platform.name.value.clone()),
        );
    }
    match &platform.up_to {
        Some(newest) if is_known && newest.value < platform.kubernetes.value => {
            sink.report(exchanged(cx, &platform.kubernetes, newest));
        }
        Some(_) | None => {}
    }
}

/// What is made of the platform that a server of that version has no API for.
fn refused(cx: &Context<'_>, version: KubernetesVersion) -> Vec<String> {
    const BUDGETS: KubernetesVersion = KubernetesVersion::new(21);
    const CRON_JOBS: KubernetesVersion = KubernetesVersion::new(21);
    const AUTOSCALERS: KubernetesVersion = KubernetesVersion::new(23);
    let has_budget = |workload: &Workload| match &workload.disruption {
        Some(Disruption::MinAvailable(_) | Disruption::MaxUnavailable(_)) => true,
        Some(Disruption::ByOperator(_) | Disruption::None { .. }) => false,
        None => workload.kept_unstated().is_some(),
    };
    let is_scheduled = |workload: &Workload| workload.job().is_some_and(Job::is_scheduled);
    let is_scaled = |workload: &Workload| {
        workload.service().and_then(|service| service.scaling.auto()).is_some_and(|auto| !auto.needs_keda())
    };
    let of = |kind: &str, since: KubernetesVersion, is_made: &dyn Fn(&Workload) -> bool| {
        let named = cx.model.workloads().filter(|workload| version < since && is_made(workload));
        let names: BTreeSet<&str> = named.map(|workload| workload.name.value.as_str()).collect();
        let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        (!names.is_empty())
            .then(|| format!("it refuses the {kind} of {}, which servers know from {since} on", listed_few(&names)))
    };
    let all = [
        of("PodDisruptionBudget (`policy/v1`)", BUDGETS, &has_budget),
        of("CronJob (`batch/v1`)", CRON_JOBS, &is_scheduled),
        of("HorizontalPodAutoscaler (`autoscaling/v2`)", AUTOSCALERS, &is_scaled),
    ];
    all.into_iter().flatten().chain(without_sidecars(cx, version)).collect()
}

/// That a server of that version starts no pod with a sidecar, which is an init container to it.
fn without_sidecars(cx: &Context<'_>, version: KubernetesVersion) -> Option<String> {
    const SIDECARS: KubernetesVersion = KubernetesVersion::new(29);
    let has_one = |workload: &&Workload| workload.program().is_some_and(|program| program.sidecars().next().is_some());
    let with_one = cx.model.workloads().filter(|_| version < SIDECARS).filter(has_one);
    let names: BTreeSet<&str> = with_one.map(|workload| workload.name.value.as_str()).collect();
    let names: Vec<&str> = names.into_iter().collect();
    (!names.is_empty()).then(|| {
        format!(
            "it starts no pod of {}: it drops the `restartPolicy: Always` of a sidecar, which is on from {SIDECARS} on, refuses one with probes or a hook, and waits for the end of any other",
            listed_few(&names)
        )
    })
}

/// The nearest version that is known, for one that is not.
fn unknown(version: KubernetesVersion) -> Option<KubernetesVersion> {
    let near = version.clamp(OLDEST, NEWEST);
    (near != version).then_some(near)
}

fn exchanged(cx: &Context<'_>, oldest: &Origin<KubernetesVersion>, newest: &Origin<KubernetesVersion>) -> Diagnostic {
    let title = format!("the newest Kubernetes version, {}, is older than the oldest, {}", newest.value, oldest.value);
    let edits = cx.replace(oldest, quoted(&newest.value.to_string())).and_then(|mut edits| {
        edits.extend(cx.replace(newest, quoted(&oldest.value.to_string()))?);
        Some(edits)
    });
    Diagnostic::new(&BVL0904, newest.span, title)
        .here("the newest version")
        .also(oldest.span, "the oldest version")
        .note("no server is both at least as new as the one and at most as new as the other")
        .help("write the oldest version first")
        .choice("exchange the two", edits)
        .about(cx.model.platform.name.value.clone())
}
