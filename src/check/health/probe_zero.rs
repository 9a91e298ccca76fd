//! A probe states no number that the cluster would take for unstated.

use super::probes::{self, Asked};
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::Origin;
use crate::model::health::Probe;
use crate::value::Duration;

crate::check! {
    /// ## What it means
    /// A probe states a period, a timeout or a number of failures of zero.
    ///
    /// ## Why it matters in the cluster
    /// The API server takes zero for not stated and puts in its own default: 10 s, 1 s and 3 failures.
    ///
    /// ## How to mend it
    /// Write the number that is meant, at least `1s` and `1`, or leave it out.
    ///
    /// ```bvl bad in=health
    /// ready "/readyz" fail 0 //~ BVL0712 "3"
    /// ```
    /// ```bvl fixed fix=1 in=health
    /// ready "/readyz" fail 3
    /// ```
    /// With the default readiness would be slower than liveness, and the least is not:
    /// ```bvl bad in=health
    /// live "/healthz" every 5s
    /// ready "/readyz" every 0s //~ BVL0712 "10s"
    /// ```
    /// ```bvl fixed fix=1 in=health
    /// live "/healthz" every 5s
    /// ready "/readyz" every 1s
    /// ```
    /// ```bvl good in=health
    /// ready "/readyz" fail 2
    /// ```
    ///
    /// ## Source
    /// [`defaults.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/apis/core/v1/defaults.go), `SetDefaults_Probe` (Kubernetes 1.36).
    BVL0712, "probe-zero", Error(Stated), since "0.1.0" => run, reads [], looks Endpoint
}

/// A number of a probe.
struct Number {
    /// The clause that states it.
    clause: &'static str,
    is_zero: Origin<bool>,
    /// What Kubernetes takes zero for.
    default: u32,
    unit: &'static str,
    set: fn(&mut Probe, u32),
}

fn numbers(probe: &Probe) -> [Number; 3] {
    [
        Number {
            clause: "every",
            is_zero: probe.every.map(Duration::is_zero),
            default: 10,
            unit: "s",
            set: |probe, n| probe.every.value = Duration::from_secs(n.into()),
        },
        Number {
            clause: "timeout",
            is_zero: probe.timeout.map(Duration::is_zero),
            default: 1,
            unit: "s",
            set: |probe, n| probe.timeout.value = Duration::from_secs(n.into()),
        },
        Number {
            clause: "fail",
            is_zero: probe.fail.map(|fail| fail == 0),
            default: 3,
            unit: "",
            set: |probe, n| probe.fail.value = n,
        },
    ]
}

/// What the number may be written as: what the cluster takes it for, else the least, where no other check of probes speaks then.
fn sound(asked: Asked<'_>, number: &Number) -> Option<u32> {
    let mut plain = asked.probe.clone();
    for zero in numbers(asked.probe).into_iter().filter(|number| number.is_zero.value) {
        (zero.set)(&mut plain, zero.default);
    }
    [number.default, 1].into_iter().find(|n| {
        (number.set)(&mut plain, *n);
        probes::is_sound(asked.health, asked.word, &plain)
    })
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for asked in probes::all(cx) {
        for number in numbers(asked.probe).into_iter().filter(|number| number.is_zero.value) {
            let Number { clause, is_zero, default, unit, .. } = &number;
            let title = format!(
                "`{clause}` of the {} probe of {} is 0, which Kubernetes takes for {default}{unit}",
                asked.word,
                asked.called()
            );
            let found = finding(&BVL0712, asked.workload, asked.environment, is_zero.span, title)
                .here(format!("means {default}{unit}{}", cx.from_layer(is_zero.layer)))
                .note("the API server takes zero for not stated and puts in its own default")
                .help(format!("write `{clause} 1{unit}` or more, or leave it out: that means {default}{unit} as well"));
            sink.report(match sound(asked, &number) {
                Some(n) => {
                    found.choice(format!("write `{clause} {n}{unit}`"), cx.replace(is_zero, format!("{n}{unit}")))
                }
                None => found,
            });
        }
    }
}
