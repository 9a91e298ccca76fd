//! The smallest number of replicas is at most the largest, and the largest is at least one.

use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::{Environment, Scaling, Workload};

crate::check! {
    /// ## What it means
    /// `scale MIN..MAX` has its larger number first, or `scale` a largest number of 0.
    ///
    /// ## Why it matters in the cluster
    /// The API server refuses the autoscaler, whatever `severity` says, and the service stays at whatever number it has. A service
    /// of no replica, which a cluster takes, never runs, while names, policies and budgets say that it does.
    ///
    /// ## How to mend it
    /// The smallest number stands first. What is not to run in an environment is taken out of it: `without NAME`.
    ///
    /// ```bvl bad in=service
    /// scale 20..3 { on cpu 70% } //~ BVL0505 "app scales from 20 to 3"
    /// ```
    /// ```bvl fixed fix=1 in=service
    /// scale 3..20 { on cpu 70% }
    /// ```
    /// ```bvl bad in=service
    /// scale 20..3 //~ BVL0505
    /// ```
    /// ```bvl fixed fix=1 in=service
    /// scale 3..20 { on cpu 80% }
    /// ```
    /// ```bvl good in=service
    /// scale 3..3 { on cpu 70% }
    /// ```
    /// ```bvl bad in=service
    /// scale 0..0 { on cpu 70% } //~ BVL0505 "at most 0"
    /// ```
    /// ```bvl bad in=service
    /// scale 0 //~ BVL0505 "app runs no replica"
    /// ```
    ///
    /// ## Source
    /// [`validation.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/apis/autoscaling/validation/validation.go),
    /// `validateHorizontalPodAutoscalerSpec`, Kubernetes 1.36.
    BVL0505, "min-above-max", Error(Judgment, Refused), since "0.1.0" => run, reads ["scale {", "disruption"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        let name = &workload.name.value;
        let Some(auto) = service.scaling.auto() else {
            let replicas = service.scaling.min();
            if replicas.value == 0 {
                sink.report(
                    finding(&BVL0505, workload, environment, replicas.span, format!("{name} runs no replica"))
                        .here(format!("0 replicas{}", cx.from_layer(replicas.layer)))
                        .note("it would never run, while names, policies and budgets say that it does")
                        .help(format!(
                            "keep one, `scale 1` or more; or where it is not to run, take it out of the environment with `without {name}` in that block: then nothing of it is built there, and flows that name it hold elsewhere alone"
                        )),
                );
            }
            continue;
        };
        let (min, max) = (auto.min.value, auto.max.value);
        let from = cx.from_layer(auto.max.layer);
        if min > max {
            let title = format!("{name} scales from {min} to {max}");
            let mut diagnostic = finding(&BVL0505, workload, environment, auto.max.span, title)
                .here(format!("{min} > {max}{from}"))
                .note("the API server would refuse the autoscaler: its minimum is at most its maximum")
                .help("the smallest number stands first")
                .gravely();
            // swapped, one replica wants to know what becomes of it, and a range something that moves it
            let is_moved = !auto.triggers.is_empty() || workload.unread.touches(&["scale"]);
            let is_whole = is_moved && (max >= 2 || workload.disruption.is_some());
            if max > 0 && is_whole {
                let swapped = format!("{max}..{min}");
                diagnostic = diagnostic.choice(format!("write `{swapped}`"), cx.replace(&auto.max, swapped));
            } else if auto.triggers.is_empty() && max >= 2 && !cx.has_block(auto.max.span) {
                let moved = format!("{max}..{min} {{ on cpu 80% }}");
                diagnostic = diagnostic.choice(format!("write `{moved}`"), cx.replace(&auto.max, moved));
            }
            sink.report(diagnostic);
        } else if max == 0 {
            let title = format!("{name} scales to at most 0 replicas");
            sink.report(
                finding(&BVL0505, workload, environment, auto.max.span, title)
                    .here(format!("it could never run{from}"))
                    .note("the API server would refuse the autoscaler: its maximum is at least 1")
                    .gravely()
                    .help(format!("`without {name}` in an environment takes it out there")),
            );
        }
    }
}

/// Whether it is told of a workload: what else it states of how many run is then judged by numbers that are to be stated anew.
pub(in crate::check) fn is_told(cx: &Context<'_>, workload: &Workload, environment: &Environment) -> bool {
    let is_so = workload.service().is_some_and(|service| match &service.scaling {
        Scaling::Fixed(replicas) => replicas.value == 0,
        Scaling::Auto(auto) => auto.max.value == 0 || auto.min.value > auto.max.value,
    });
    is_so && cx.stands(&CHECK, &workload.name.value, environment)
}
