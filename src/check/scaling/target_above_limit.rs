//! A target can be passed before the limit is reached.

use super::{amounts, limit_ranges};
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::Workload;
use crate::model::trigger::TriggerKind;
use crate::value::KubernetesVersion;

/// The first version that compares the ratio of use and target with 1.1, and not its distance from 1 with 0.1: in floating point
/// numbers 1.1 is further away than that.
const TOLERANCES: KubernetesVersion = KubernetesVersion::new(33);

crate::check! {
    /// ## What it means
    /// A target is a share of the request. This one is so near to what the limit lets the pods use, or above it, that it can never be
    /// passed by enough: the autoscaler leaves the number of replicas as it is until the use is more than a tenth above the target.
    /// A target above 100% is fine where the limit leaves room for it.
    ///
    /// ## Why it matters in the cluster
    /// The service never grows: its pods are throttled at the cpu limit, or killed at the memory limit, before the
    /// autoscaler sees a reason to add one.
    ///
    /// ## How to mend it
    /// Lower the target, or raise the limit above it.
    ///
    /// ```bvl bad in=service
    /// cpu 500m
    /// scale 2..10 { on cpu 91% } //~ BVL0507 "grows above 1.1 x 91% = 100.1% of its cpu request, and its limit is 100% of it"
    /// ```
    /// ```bvl fixed in=service fix=1
    /// cpu 500m
    /// scale 2..10 { on cpu 70% }
    /// ```
    /// An autoscaler measures the whole pod, its sidecars included: what a sidecar may take beyond its request leaves room.
    /// ```bvl bad in=service
    /// cpu 500m
    /// sidecar shipper { image "registry.example/shipper:1.0"; cpu 500m..1; memory 64Mi }
    /// scale 2..10 { on cpu 137% } //~ BVL0507 "grows above 1.1 x 137% = 150.7% of what its pod requests of cpu, and its limit is 150% of it"
    /// ```
    /// ```bvl good in=service
    /// cpu 500m
    /// sidecar shipper { image "registry.example/shipper:1.0"; cpu 500m..1; memory 64Mi }
    /// scale 2..10 { on cpu 136% }
    /// ```
    /// ```bvl good in=service
    /// cpu 500m
    /// scale 2..10 { on cpu 90% }
    /// ```
    /// ```bvl bad in=service
    /// cpu 500m
    /// scale 2..10 { on cpu 101% } //~ BVL0507 "101%"
    /// ```
    /// ```bvl good in=service
    /// cpu 500m..1
    /// scale 2..10 { on cpu 150% }
    /// ```
    /// What states no limit has the most of a `limit-range`:
    /// ```bvl bad in=environment
    /// limit-range { cpu 10m..500m }
    /// service app { cpu 500m..none because "it computes"; scale 2..10 { on cpu 91% } } //~ BVL0507 "its limit is 100% of it"
    /// ```
    /// A use that is a tenth above the target to the point lets it grow before Kubernetes 1.33, and not from then on:
    /// ```bvl bad in=service
    /// cpu 500m..550m
    /// scale 2..10 { on cpu 100% } //~ BVL0507 "grows above 1.1 x 100% = 110% of its cpu request, and its limit is 110% of it"
    /// ```
    /// ```bvl good
    /// platform shop {
    ///   kubernetes "1.32"
    ///   defaults {
    ///     health 8081 { live "/healthz"; ready "/readyz" every 5s }
    ///     shutdown { pre-stop 5s; drain 20s }
    ///   }
    /// }
    /// environment test { namespace "shop-test" }
    /// service app {
    ///   image "registry.example/app:1.0"
    ///   port http 8080
    ///   cpu 500m..550m
    ///   memory 128Mi..256Mi
    ///   scale 2..10 { on cpu 100% }
    /// }
    /// service caller { image "registry.example/app:1.0"; cpu 100m..500m; memory 128Mi..256Mi; scale 2 }
    /// allow caller -> app.http
    /// ```
    ///
    /// ## Source
    /// [`replica_calculator.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/controller/podautoscaler/replica_calculator.go),
    /// `isWithin`, Kubernetes 1.36: nothing is done while 0.9 <= use / target <= 1.1, and
    /// [`utilization.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/controller/podautoscaler/metrics/utilization.go):
    /// use is a whole percentage of the request, rounded down. Until 1.32 it was `math.Abs(1.0 - use / target) <= 0.1`, which is false
    /// of 1.1. The tenth is `--horizontal-pod-autoscaler-tolerance`, which a cluster may set otherwise.
    BVL0507, "target-above-limit", Warning, since "0.1.0" => run, reads ["scale", "cpu", "memory", "sidecar"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        for trigger in service.scaling.auto().into_iter().flat_map(|auto| &auto.triggers) {
            let (TriggerKind::Cpu(target) | TriggerKind::Memory(target)) = &trigger.kind else { continue };
            let word = trigger.kind.word();
            let Some(amount) = amounts::of_workload(workload).find(|amount| amount.word == word) else { continue };
            let given = limit_ranges::given_limit(environment, word);
            // an autoscaler measures the pod, its sidecars with it
            let Some((request, limit)) = running(workload, word, given) else { continue };
            if limit < request || request == 0 {
                continue;
            }
            let share = 100 * u128::from(limit) / u128::from(request);
            let most = most_passed(share, cx.model.platform.kubernetes.value);
            let percent = u128::from(target.value.0);
            if percent <= most {
                continue;
            }
            let lower = share * 7 / 10;
            let has_sidecars = service.program.sidecars().next().is_some();
            let of_what =
                if has_sidecars { format!("what its pod requests of {word}") } else { format!("its {word} request") };
            let title = format!(
                "{} grows above 1.1 x {} = {}% of {of_what}, and its limit is {share}% of it",
                workload.name.value,
                target.value,
                tenths(percent * 11),
            );
            sink.report(
                finding(&BVL0507, workload, environment, target.span, title)
                    .here(format!("can never be passed by more than a tenth{}", cx.from_layer(target.layer)))
                    .also(
                        amount.stated.span,
                        format!(
                            "requests {} and may take {}{}",
                            amount.requested(),
                            amount.limit.map_or_else(String::new, |limit| amount.shown(limit)),
                            cx.from_layer(amount.stated.layer)
                        ),
                    )
                    .note("its pods would reach the limit first, and no pod would ever be added")
                    .note("within a tenth of the target the autoscaler changes nothing, unless the cluster's `--horizontal-pod-autoscaler-tolerance` says otherwise")
                    .help(format!("aim at {most}% at the most, or raise the limit; {lower}% is 7 tenths of what a pod may use, which leaves the others room until a new one is ready"))
                    .choice(format!("aim at {lower}%"), cx.replace(target, format!("{lower}%"))),
            );
        }
    }
}

/// What a running pod requests and may take of `cpu` or `memory`, its sidecars included; nothing where one of them has no limit and
/// none is given to it.
fn running(workload: &Workload, word: &str, given: Option<u64>) -> Option<(u64, u64)> {
    let request = workload.pod_runs_on(|resources| Some(amounts::of(resources, word)?.0))?;
    Some((request, workload.pod_runs_on(|resources| amounts::of(resources, word)?.1.or(given))?))
}

/// A number of tenths, as a number of ones.
fn tenths(number: u128) -> String {
    match number % 10 {
        0 => (number / 10).to_string(),
        rest => format!("{}.{rest}", number / 10),
    }
}

/// The highest target that a use of so many percent is above by enough, a tenth of it.
fn most_passed(used: u128, kubernetes: KubernetesVersion) -> u128 {
    let tenths = used * 10;
    // a use that is a tenth above it to the point is enough until 1.32
    if kubernetes < TOLERANCES { tenths / 11 } else { tenths.saturating_sub(1) / 11 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_use_is_above_a_target_by_more_than_a_tenth() {
        for (used, before, from) in [(100, 90, 90), (110, 100, 99), (99, 90, 89), (200, 181, 181), (0, 0, 0), (1, 0, 0)]
        {
            let [old, new] = [32, 33].map(|minor| most_passed(used, KubernetesVersion::new(minor)));
            assert_eq!((old, new), (before, from), "{used}");
        }
    }
}
