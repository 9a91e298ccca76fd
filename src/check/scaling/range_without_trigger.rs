//! What may scale has something that moves it.

use super::replicas;
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;

crate::check! {
    /// ## What it means
    /// `scale MIN..MAX` states a range, and no layer states a trigger.
    ///
    /// ## Why it matters in the cluster
    /// Kubernetes gives an autoscaler without metrics a target of its own, 80% of the requested cpu, which nobody chose.
    ///
    /// ## How to mend it
    /// State what moves it, or one number.
    ///
    /// ```bvl bad in=service
    /// scale 2..4 //~ BVL0511 "nothing moves it"
    /// ```
    /// ```bvl fixed in=service fix=1
    /// scale 2..4 { on cpu 80% }
    /// ```
    /// ```bvl good in=service
    /// scale 2
    /// ```
    ///
    /// ## Source
    /// [`defaults.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/apis/autoscaling/v2/defaults.go),
    /// `SetDefaults_HorizontalPodAutoscaler`, Kubernetes 1.36.
    BVL0511, "range-without-trigger", Error(Emitted), since "0.1.0" => run, reads ["scale"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        let Some(auto) = service.scaling.auto().filter(|auto| auto.triggers.is_empty()) else { continue };
        let (min, max) = (auto.min.value, auto.max.value);
        // a range that cannot be is named by itself
        if min > max || max == 0 {
            continue;
        }
        let title = format!("{} may have {min} to {max} replicas, and nothing moves it", workload.name.value);
        let found = finding(&BVL0511, workload, environment, auto.min.span, title);
        // one trigger moves the ranges of all its layers
        let mut diagnostic = replicas::one_cause(cx, workload, &auto.min, found)
            .here(format!("no trigger{}", cx.from_layer(auto.min.layer)))
            .taken_by(cx, workload, "scale on")
            .note("Kubernetes would scale it on cpu at 80% of its request, its own default")
            .help(format!("`scale {min}..{max} {{ on cpu 80% }}`, or one number"));
        if min > 0 && !cx.has_block(auto.min.span) {
            diagnostic = diagnostic
                .choice("scale on cpu at 80%, as Kubernetes would", cx.append(&auto.min, " { on cpu 80% }"))
                .choice(format!("keep {min}"), cx.replace(&auto.min, min.to_string()));
        }
        sink.report(diagnostic);
    }
}
