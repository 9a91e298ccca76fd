//! How fast a service scales stays within what Kubernetes takes.

use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::{Count, Origin};
use crate::value::Duration;

/// The longest `window`.
const WINDOW: Duration = Duration::from_secs(3600);
/// The shortest and the longest `every`.
const EVERY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(1800));

crate::check! {
    /// ## What it means
    /// `up` or `down` states a window of more than one hour, a step of nothing, or a step every less than a second or more
    /// than half an hour.
    ///
    /// ## Why it matters in the cluster
    /// The API server refuses the autoscaler, and the service stays at whatever number it has.
    ///
    /// ## How to mend it
    /// Stay within: windows up to 1h, steps of 1 and more every 1s to 30m.
    ///
    /// ```bvl bad in=scale
    /// down { window 3601s } //~ BVL0521 "window"
    /// ```
    /// ```bvl fixed in=scale
    /// down { window 1h }
    /// ```
    /// ```bvl bad in=scale
    /// up { by 4 every 1801s } //~ BVL0521 "every 1801s"
    /// ```
    /// ```bvl fixed in=scale
    /// up { by 4 every 30m }
    /// ```
    /// ```bvl bad in=scale
    /// up { by 0% every 60s } //~ BVL0521 "by 0%"
    /// ```
    /// ```bvl good in=scale
    /// up { window 0s; by 1 every 1s }
    /// down { window 1h; by 1% every 30m }
    /// ```
    ///
    /// ## Source
    /// [`validation.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/apis/autoscaling/validation/validation.go),
    /// `validateScalingRules` and `validateScalingPolicy`, Kubernetes 1.36.
    BVL0521, "behavior-out-of-range", Error(Refused), since "0.1.0" => run, reads ["scale"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        let Some(auto) = service.scaling.auto() else { continue };
        for (direction, behavior) in [("up", &auto.up), ("down", &auto.down)] {
            let Some(behavior) = behavior else { continue };
            let name = &workload.name.value;
            let mut report = |stated: Origin<()>, what: String, bounds: String, nearest: Option<Duration>| {
                let title = format!("{name} scales {direction} {what}");
                let mut diagnostic = finding(&BVL0521, workload, environment, stated.span, title)
                    .here(format!("{bounds}{}", cx.from_layer(stated.layer)))
                    .note("the API server would refuse the autoscaler");
                if let Some(nearest) = nearest {
                    let edits = cx.replace(&stated, nearest.to_string());
                    diagnostic = diagnostic.safely(format!("write `{nearest}`"), edits);
                }
                sink.report(diagnostic);
            };
            if let Some(window) = behavior.window.filter(|window| window.value > WINDOW) {
                let what = format!("in a window of {}", window.value);
                report(window.map(|_| ()), what, "1h at the most".to_owned(), Some(WINDOW));
            }
            for step in &behavior.steps {
                let (amount, every) = (step.amount, step.every);
                if matches!(amount.value, Count::Number(0))
                    || matches!(amount.value, Count::Percent(share) if share.0 == 0)
                {
                    let what = format!("by {}, which is no step", amount.value);
                    report(amount.map(|_| ()), what, "1 or 1% at the least".to_owned(), None);
                }
                let (least, most) = EVERY;
                if every.value < least || every.value > most {
                    let what = format!("by {} every {}", amount.value, every.value);
                    let nearest = if every.value < least { least } else { most };
                    report(every.map(|_| ()), what, "1s to 30m".to_owned(), Some(nearest));
                }
            }
        }
    }
}
