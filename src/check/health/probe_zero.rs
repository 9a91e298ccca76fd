//! A probe states no number that the cluster would take for unstated.

use super::probes;
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
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
    /// ready "/readyz" fail 1
    /// ```
    /// ```bvl good in=health
    /// ready "/readyz" fail 2
    /// ```
    ///
    /// ## Source
    /// [`defaults.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/apis/core/v1/defaults.go), `SetDefaults_Probe` (Kubernetes 1.36).
    BVL0712, "probe-zero", Error(Stated), since "0.1.0" => run, reads [], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for asked in probes::all(cx) {
        let probe = asked.probe;
        let numbers = [
            ("every", probe.every.map(Duration::is_zero), "10s", "1s"),
            ("timeout", probe.timeout.map(Duration::is_zero), "1s", "1s"),
            ("fail", probe.fail.map(|fail| fail == 0), "3", "1"),
        ];
        for (clause, is_zero, default, least) in numbers.into_iter().filter(|(_, is_zero, ..)| is_zero.value) {
            let title = format!(
                "`{clause}` of the {} probe of {} is 0, which Kubernetes takes for {default}",
                asked.word, asked.workload.name.value
            );
            sink.report(
                finding(&BVL0712, asked.workload, asked.environment, is_zero.span, title)
                    .here(format!("means {default}{}", cx.from_layer(is_zero.layer)))
                    .note("the API server takes zero for not stated and puts in its own default")
                    .help(format!("write `{clause} {least}` or more, or leave it out"))
                    .choice(format!("write `{clause} {least}`"), cx.replace(&is_zero, least)),
            );
        }
    }
}
